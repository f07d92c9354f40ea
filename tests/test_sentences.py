"""Sentences: whole ones that name buttons which are there, in words of people."""
from lxml import etree

from odoo.tests import tagged
from odoo.tools.misc import formatLang
from odoo.tools.safe_eval import safe_eval

from ..models.core.words import in_words
from ..xero.errors import (
    XeroAccessRevoked,
    XeroClientInvalid,
    XeroGrantInvalid,
    XeroScopeMissing,
    XeroTokenExpired,
)
from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestSentences(XeroCommon):

    def _report(self, error):
        """:return: what the connection says of an error, after Xero's answer"""
        self.env['xero.health'].sudo()._apply_error(self.connection.sudo(), error)
        return self.connection.last_error

    def test_title_and_text_are_sentences_of_their_own(self):
        said = self._report(XeroClientInvalid("invalid_client", status=400))
        self.assertTrue(said.startswith("Xero does not accept the app. Check the client ID"), said)
        said = self._report(XeroGrantInvalid("invalid_grant", status=400))
        self.assertTrue(said.startswith("Not connected to Xero. "), said)

    def test_no_words_of_a_protocol(self):
        for error in (
                XeroAccessRevoked("Forbidden: AuthenticationUnsuccessful", status=403),
                XeroTokenExpired("Unauthorized: TokenExpired", status=401),
                XeroScopeMissing("Unauthorized: AuthorizationUnsuccessful", status=401),
                XeroGrantInvalid("invalid_grant", status=400),
                XeroClientInvalid("invalid_client", status=400)):
            with self.subTest(type(error).__name__):
                said = self._report(error)
                self.assertNotIn(error.message, said)
                self.assertNotIn("(Xero:", said)
                self.assertIn(error.message, self.env['xero.log'].search([
                    ('connection_id', '=', self.connection.id)], limit=1).message,
                    "whoever helps finds them in the log")

    def test_our_own_words_are_not_said_to_be_xeros(self):
        said = self._report(XeroGrantInvalid("The sign-in to Xero was ended."))
        self.assertIn("The sign-in to Xero was ended.", said)
        self.assertNotIn("(Xero:", said)

    # === BUTTONS THAT ARE THERE === #

    def _form(self):
        return etree.fromstring(self.env['xero.connection'].get_view(
            self.env.ref('account_xero.xero_connection_view_form').id, 'form')['arch'])

    def _shown(self, node, values):
        return not any(safe_eval(each.get('invisible'), dict(values)) for each in (
            node, *node.iterancestors()) if each.get('invisible'))

    def _values(self):
        names = self.connection._fields
        return {name: value for name, value in self.connection.read()[0].items()
                if name in names}

    def test_the_button_that_is_named_is_there(self):
        for state in ('disconnected', 'reauth', 'revoked', 'connected'):
            self.connection.state = state
            _title, text = self.env['xero.health']._describe(
                XeroClientInvalid("invalid_client", status=400), self.connection)
            buttons = {node.get('string') for node in self._form().xpath('//header/button')
                       if self._shown(node, self._values())}
            named = text.rsplit("then press ", 1)[1].rstrip('.')
            self.assertIn(named, buttons, state)

    def test_one_banner_says_it(self):
        for error in (XeroGrantInvalid("invalid_grant", status=400),
                      XeroAccessRevoked("Forbidden", status=403),
                      XeroClientInvalid("invalid_client", status=400)):
            with self.subTest(type(error).__name__):
                self.connection.state = 'connected'
                self._report(error)
                alerts = [node for node in self._form().xpath("//div[@role='alert']")
                          if self._shown(node, self._values())]
                self.assertEqual(len(alerts), 1)
        self.connection.write({'state': 'reauth', 'last_error': False})
        alerts = [node for node in self._form().xpath("//div[@role='alert']")
                  if self._shown(node, self._values())]
        self.assertEqual(len(alerts), 1, "what it means, where nothing more is known")

    # === AMOUNTS === #

    def test_amounts_are_written_as_the_reader_writes_them(self):
        self.env['res.lang']._activate_lang('de_DE')
        self.env.user.lang = 'de_DE'
        move = self._invoice(lines=[{'price_unit': 12345.67}]).with_context(lang='de_DE')
        currency = move.currency_id
        move.sudo().amount_total = 15000.5
        _data, totals = move.sudo()._xero_prepare_document(self.connection)
        problem = move.env['xero.preflight']._check_totals(move.sudo(), totals)
        words = in_words(move.env, problem.words)
        for amount in (15000.5, totals.total):
            self.assertIn(formatLang(move.env, float(amount), currency_obj=currency),
                          words)
        self.assertIn("15.000,50", words)
        row = self.env['xero.unmatched'].sudo().with_context(lang='de_DE').create({
            'connection_id': self.connection.id, 'xero_id': 'a' * 36, 'kind': 'ACCPAY',
            'contact_name': "Elm", 'total': 1234.5, 'currency_id': currency.id,
            'currency_code': currency.name, 'reason': 'policy'})
        amount = formatLang(row.env, 1234.5, currency_obj=currency)
        self.assertEqual(row.display_name, f"Elm, {amount}")
        self.assertIn("1.234,50", row.display_name)
