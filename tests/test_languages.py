"""What a run has written is read by each in the own language: the words, amounts and dates."""
from datetime import date

from odoo.tests import tagged
from odoo.tools.misc import formatLang

from .common import written
from .common_languages import LANGUAGES, XeroLanguagesCommon


@tagged('post_install', '-at_install')
class TestLanguages(XeroLanguagesCommon):

    def _money(self, env, amount):
        return formatLang(env, amount, currency_obj=self.env.company.currency_id)

    # === DOCUMENTS, BEFORE THEY LEAVE === #

    def test_preflight(self):
        self.income.sudo().xero_account_id = False
        for lang, name in (('fr_FR', "Ventes"), ('de_DE', "Erlöse")):
            self.income.with_context(lang=lang).name = name
        move = self._invoice()
        self._push()
        self.assertEqual(move.xero_error_code, 'unmapped_account')
        self._assert_read(
            move, 'xero_error_message', "Account %(account)s (line “%(line)s”) has no account in "
            "Xero.", lambda env: {'account': self.income.with_env(env).display_name,
                                  'line': "Work"},
            fields=('alerts', 'xero_tooltip'))

    def test_dates(self):
        self.connection.sudo().period_lock_date = '2026-12-31'
        move = self._invoice()
        self._push()
        self._assert_read(
            move, 'xero_error_message', "Xero is locked up to %(lock)s, and the document is of "
            "%(date)s.", lambda env: {'lock': written(env, date(2026, 12, 31)),
                                      'date': written(env, move.invoice_date)})

    def test_amounts(self):
        move = self._invoice(lines=[{'price_unit': 12345.67}])
        move.sudo().amount_total = 15000.5
        self._push()
        self.assertEqual(move.xero_error_code, 'total_mismatch')
        self._assert_read(
            move, 'xero_error_message',
            "The total here is %(here)s and Xero would make it %(there)s.",
            lambda env: {'here': self._money(env, 15000.5), 'there': self._money(env, 14814.8)})

    def test_lists(self):
        self.income.sudo().xero_account_id = False
        moves = self._invoice() | self._invoice()
        self._push()
        for lang, reader in self.readers.items():
            env = self.env(user=reader, context={'lang': lang})
            words = moves[0].with_env(env).xero_error_message
            with self.subTest("problems are one row a cause", lang=lang):
                [problem] = env['xero.problem'].search([('company_id', '=', self.env.company.id)])
                self.assertEqual((problem.message, problem.count), (words, 2))
                self.assertEqual(problem._moves(), moves)
            with self.subTest("searched by what is read", lang=lang):
                self.assertEqual(env['account.move'].search([
                    ('id', 'in', moves.ids), ('xero_error_message', 'ilike', words[:9])]), moves)
            with self.subTest("exported", lang=lang):
                self.assertEqual(moves[0].with_env(env).export_data(['xero_error_message']),
                                 {'datas': [[words]]})

    def test_gone_in_all_languages(self):
        self.income.sudo().xero_account_id = False
        move = self._invoice()
        self._push()
        self.income.sudo().xero_account_id = self._account('200')
        self._push()
        self.assertEqual(move.xero_state, 'synced')
        for lang in LANGUAGES:
            self.assertFalse(self._read(move, 'xero_error_message', lang))
