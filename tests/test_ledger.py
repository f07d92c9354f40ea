"""The trial balance of the stand-in's ledger beside that of Odoo, as people read it."""
from datetime import date

from odoo import SUPERUSER_ID, sql_db
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from ..models.connection.xero_connection_run import end_after
from .common_ledger import PATH, XeroLedgerCommon


@tagged('post_install', '-at_install')
class TestLedger(XeroLedgerCommon):

    def test_both_sides_agree(self):
        sale, _credit, _bill = self._some_books()
        payment = self._pay(sale, amount=60)
        self._push_payments(payment)
        lines = self._compare()
        self._all_agree()
        self.assertEqual(len(self._calls()), 1, "one call")
        self.assertEqual(self._calls()[0].query, {'date': '2026-03-31'})
        self.assertEqual({line.xero_account_id.code: line.odoo_balance for line in lines
                          if line.xero_account_id},
                         {'200': -70, '429': 40, '820': -6, '610': 24, '800': -48, '090': 60})
        [current] = lines.filtered(lambda line: line.kind == 'current')
        self.assertEqual((current.odoo_balance, current.xero_balance), (-30, -30))
        action = self._line('200').action_view_items()
        items = self.env['account.move.line'].search(action['domain'])
        self.assertEqual(sum(items.mapped('balance')), -70)

    def test_accounts_of_one_side_and_several_of_one(self):
        self._some_books()
        other = self.income.copy({'code': '499811', 'name': "More income"})
        other.xero_account_id = self.income.xero_account_id
        alone = self.income.copy({'code': '499812', 'name': "Only here", 'xero_account_id': False})
        self._pushed(invoice_date='2026-03-05', lines=[{'account_id': other.id, 'price_unit': 9}])
        self.connection.auto_sync = False
        self._invoice(invoice_date='2026-03-05', lines=[{'account_id': alone.id, 'price_unit': 8}])
        self.org.as_person.enter_balances(date(2026, 3, 4), {'090': 500, '970': -500})
        lines = self._compare()
        self.assertEqual(self._line('200').account_ids, self.income | other)
        self.assertEqual(self._line('200').difference, 0)
        [only_here] = lines.filtered(lambda line: line.account_ids == alone)
        self.assertEqual((only_here.odoo_balance, only_here.xero_balance), (-8, 0))
        self.assertIn("Only here", only_here.name)
        only_there = self._line('970')
        self.assertFalse(only_there.account_ids)
        self.assertEqual((only_there.difference, only_there.unexplained), (500, 500))
        self.assertEqual(self.env['xero.ledger.line'].get_standing()[0]['level'], 'danger')

    def test_a_new_year(self):
        """Xero books nothing for it, Odoo neither."""
        sale, _credit, _bill = self._some_books()
        self._push_payments(self._pay(sale, amount=60))
        self._compare('2026-04-01')
        self._all_agree()
        [retained] = self._lines().filtered(lambda line: line.kind == 'retained')
        self.assertEqual((retained.odoo_balance, retained.xero_balance), (-30, -30))
        self.assertFalse(self._line('200'), "nothing since the year began")
        self.org.year_end = (31, 12)
        self.connection._refresh_reference_data()
        self._compare('2026-04-01')
        self._all_agree()
        self.assertEqual(self._line('200').odoo_balance, -70, "the year of Xero counts")

    def test_the_account_for_earlier_years(self):
        self._some_books()
        unaffected = self.env['account.account'].search([
            ('account_type', '=', 'equity_unaffected'),
            ('company_ids', '=', self.env.company.id)], limit=1)
        self.env['account.move'].create({'date': '2026-03-01', 'line_ids': [
            (0, 0, {'account_id': unaffected.id, 'credit': 11}),
            (0, 0, {'account_id': self.journal.default_account_id.id, 'debit': 11})],
        }).action_post()
        self.org.as_person.enter_balances(date(2026, 3, 1), {'090': 11, '960': -11})
        self._compare()
        self._all_agree()

    def test_currencies(self):
        euro = self.env.ref('base.EUR')
        euro.active = True
        self.env['res.currency.rate'].create({
            'name': '2026-01-01', 'currency_id': euro.id, 'company_id': self.env.company.id,
            'rate': 1.17})
        sale = self._pushed(invoice_date='2026-03-02', currency_id=euro.id,
                            lines=[{'price_unit': 99.99}, {'price_unit': 33.33}])
        self._compare()
        self._all_agree()
        self.assertEqual(self._line('610').odoo_balance,
                         sale.line_ids.filtered('date_maturity').balance)

    def test_each_night(self):
        self._some_books()
        self._run_own()
        self.assertEqual(len(self._calls()), 1)
        last_month = date.today().replace(day=1)
        self.assertLess(self.connection.ledger_date, last_month)
        self._run_own()
        self.assertEqual(len(self._calls()), 1, "nothing is asked twice a day")
        self._compare()
        self.assertEqual(str(self.connection.ledger_date), '2026-03-31')
        self._later(days=1)
        self._run_own()
        self.assertEqual(len(self._calls()), 3)
        self.assertNotEqual(str(self.connection.ledger_date), '2026-03-31')

    # === WHERE XERO DOES NOT GIVE IT === #

    def _standing(self):
        self.env.invalidate_all()
        return self.env['xero.ledger.line'].get_standing()[0]

    def test_refused_lost_or_unusable_the_last_figures_stay(self):
        self._some_books()
        kept = self._compare()
        for fault, words in (
                ('role_missing', "needs a role"), ('cut_after', "asked again by itself")):
            with self.subTest(fault=fault):
                self.sandbox.inject(fault, 'GET', f'/{PATH}')
                self._compare('2026-02-28')
                self.assertIn(words, self._standing()['problem'])
                self.assertIn("Ledgers agree", self._standing()['text'])
                self.assertEqual(self._lines(), kept)
                self.assertEqual(str(self.connection.ledger_date), '2026-03-31')
                self.assertEqual(self.connection.state, 'connected')
        self._later(hours=1)
        self._run_own()
        self.assertEqual(str(self.connection.ledger_date), '2026-02-28', "asked again by itself")
        self.assertFalse(self._standing()['problem'])

    def test_what_does_not_add_up_is_not_kept(self):
        self._some_books()
        kept = self._compare()
        self.sandbox.after_work = _off_by_a_pound
        self._compare('2026-02-28')
        self.assertIn("cannot be used", self._standing()['problem'])
        self.assertEqual(self._lines(), kept)

    def test_without_the_scope_the_page_says_so(self):
        self._some_books()
        kept = self._compare()
        scopes = self.connection.sudo().token_id.scope
        token = self.connection.sudo().token_id
        token.scope = 'accounting.invoices accounting.payments accounting.contacts'
        self.assertIn('accounting.reports.trialbalance.read', self.connection.missing_scopes)
        calls = len(self._calls())
        self._compare('2026-02-28')
        self.assertEqual(len(self._calls()), calls)
        self.assertIn("Sign in again", self._standing()['problem'])
        self.assertEqual(self._lines(), kept)
        token.scope = scopes
        self._run_own()
        self.assertEqual(str(self.connection.ledger_date), '2026-02-28')
        self.assertFalse(self._standing()['problem'])

    # === WHO, AND HOW MUCH IT COSTS === #

    def test_who_compares(self):
        self._some_books()
        self._run_own()
        manager = new_test_user(
            self.env, 'ledger-manager', groups='account_xero.group_xero_manager',
            company_id=self.env.company.id)
        wizard = Form(self.env['xero.ledger.wizard'].with_user(manager))
        self.assertLess(wizard.date, date.today().replace(day=1))
        wizard.date = '2026-03-31'
        self.assertEqual(wizard.save().action_compare()['params']['type'], 'success')
        self._run_own()
        self.assertEqual(str(self.connection.ledger_date), '2026-03-31')
        self.connection.compare_ledgers = False
        self.assertFalse(self._lines(), "what is not compared any more is not shown")
        self.assertFalse(self.connection.ledger_count)
        with self.assertRaisesRegex(UserError, "switched on"):
            self.connection.with_user(manager).action_compare_ledgers()

    def test_many_accounts_cost_no_more_queries(self):
        self._some_books()
        self._compare()
        counts = []
        for numbers in (range(1), range(1, 13)):
            for number in numbers:
                account = self.expense.copy({'code': f'6971{number:02}'})
                self._invoice('in_invoice', ref=f'M{number}', invoice_date='2026-03-07',
                              lines=[{'account_id': account.id, 'price_unit': 5}])
            self._count()
            counts.append(self._count())
        self.assertLessEqual(counts[1], counts[0])

    def _count(self):
        """:return: queries of a comparison"""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            connection = self.connection.with_env(self.env(
                cr=cr, user=SUPERUSER_ID, context=end_after(60))).with_company(self.env.company)
            before = sql_db.sql_counter
            connection.env['xero.ledger.compare']._run(connection)
            cr.flush()
            return sql_db.sql_counter - before


def _off_by_a_pound(request, status, payload):
    if request.path.endswith(PATH):
        payload['Reports'][0]['Rows'][1]['Rows'][0]['Cells'][4]['Value'] = '1.00'
    return status, payload
