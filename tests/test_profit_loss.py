"""Profit and loss of the stand-in's ledger beside that of Odoo, as people read it."""
from unittest.mock import patch

from odoo import fields, sql_db
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..models.connection.xero_connection_run import TimeBudgetExceeded
from ..xero import reports
from .common_profit import PATH, XeroProfitCommon


@tagged('post_install', '-at_install')
class TestProfitLoss(XeroProfitCommon):

    def test_both_sides_by_month(self):
        sale, _credit, _bill = self._some_books(credited='2026-02-10')
        lines = self._fetch()
        months = {('2026-03-01', 'income'): 100, ('2026-02-01', 'income'): -30,
                  ('2026-03-01', 'expenses'): -40}
        self.assertEqual(self._sums(lines), months)
        self.assertEqual(self._sums(lines, 'odoo_amount'), months)
        self.assertFalse(any(lines.mapped('difference')))
        self.assertEqual(len(self._calls()), 1, "twelve months in one call")
        [income] = lines.filtered(lambda line: (line.section, str(line.month)) == (
            'income', '2026-03-01'))
        action = income.action_view_items()
        items = self.env['account.move.line'].search(action['domain'])
        self.assertEqual(items.move_id, sale)

    def test_what_only_one_side_has(self):
        self._some_books(credited='2026-02-10')
        org = self.org
        contact = org.as_person.create_contact("Only There Ltd")
        org.as_person.create_invoice({'ContactID': contact['ContactID']}, [{
            'Description': "Work", 'Quantity': 1, 'UnitAmount': 7, 'AccountCode': '260'}])
        other = self.income.copy({'code': '499811', 'name': "Only here", 'xero_account_id': False})
        self.connection.auto_sync = False
        self._invoice(invoice_date='2026-03-05', lines=[{'account_id': other.id, 'price_unit': 9}])
        lines = self._fetch()
        only_there = lines.filtered(lambda line: line.xero_account_id.code == '260')
        self.assertEqual((only_there.amount, only_there.odoo_amount, only_there.difference),
                         (7, 0, -7))
        only_here = lines.filtered(lambda line: line.account_ids == other)
        self.assertEqual((only_here.amount, only_here.odoo_amount, only_here.difference), (0, 9, 9))
        self.assertIn("Only here", only_here.name)

    def test_by_what_was_paid(self):
        sale, _credit, _bill = self._some_books(credited='2026-02-10')
        self.org.as_person.pay(sale.xero_document_id, amount=60)
        lines = self._fetch(profit_loss_basis='cash')
        self.assertEqual(set(self._sums(lines).values()), {50})
        self.assertFalse(any(lines.mapped('odoo_amount')))
        self.assertFalse(any(lines.mapped('difference')))
        self.assertEqual(self._calls()[-1].query['paymentsOnly'], 'true')

    def test_five_years_take_five_calls_and_come_again_each_night(self):
        self._some_books(credited='2026-02-10')
        self._fetch(profit_loss_years='5')
        self.assertEqual(len(self._calls()), 5)
        self._run_own()
        self.assertEqual(len(self._calls()), 5, "nothing is asked twice a day")
        kept = self._sums(self._lines())
        self._later(days=1)
        self._run_own()
        self.assertEqual(len(self._calls()), 10)
        self.assertEqual(self._sums(self._lines()), kept)

    def test_a_run_without_time_for_all_goes_on_where_it_was(self):
        self._some_books(credited='2026-02-10')
        fetch, asked = type(self.env['xero.profit.fetch']), []
        whole = fetch._fetch

        def slow(service, connection, question):
            if len(asked) % 3 == 2:
                asked.append(None)
                raise TimeBudgetExceeded
            asked.append(question['toDate'][:4])
            return whole(service, connection, question)

        self.patch(fetch, '_fetch', slow)
        self._fetch(profit_loss_years='5')
        self.assertEqual(len(self._calls()), 2)
        self._run_own()
        self._run_own()
        years = [year for year in asked if year]
        self.assertEqual(years, sorted(set(years), reverse=True), "no year was asked for twice")
        self.assertEqual(len(self._calls()), 5)
        kept = self._sums(self._lines())
        self.assertEqual(len(kept), 3)
        self.assertFalse(self.connection.sudo().profit_loss_next)
        self._run_own()
        self.assertEqual(len(self._calls()), 5)

    def test_what_was_cut_or_does_not_add_up_is_not_kept(self):
        self._some_books(credited='2026-02-10')
        before = self._sums(self._fetch())
        asked = list(reports.questions(fields.Date.today(), 1, False))
        cut = [{**asked[0], 'fromDate': '2026-04-01', 'toDate': '2026-04-30'}]
        with patch.object(reports, 'questions', lambda *_args: iter(cut)):
            self.env['xero.profit.line'].action_fetch()
            self._run_own()
        self.assertEqual(len(self._calls()), 2)
        self.assertEqual(self._sums(self._lines()), before)
        log = self._last_log()
        self.assertEqual(log.outcome, 'failure')
        self.assertIn("cannot be used", log.message)

    def test_refused_by_xero_it_is_left_till_the_night(self):
        """The role of who connected does not cover reports, as Xero's page on 403 says."""
        self._some_books(credited='2026-02-10')
        self.sandbox.inject('role_missing', 'GET', f'/{PATH}')
        self._fetch()
        self.assertFalse(self._lines())
        self.assertEqual(self.connection.state, 'connected')
        calls = len(self._calls())
        self._run_own()
        self.assertEqual(len(self._calls()), calls)
        move = self._invoice()
        self._push()
        self.assertEqual(move.xero_state, 'synced', "all else goes on")

    def test_without_the_scope_the_connection_says_so(self):
        self._some_books(credited='2026-02-10')
        token = self.connection.sudo().token_id
        token.scope = 'accounting.invoices accounting.payments accounting.contacts'
        self._fetch()
        self.assertFalse(self._calls())
        self.assertIn('accounting.reports.profitandloss.read', self.connection.missing_scopes)

    def test_who_presses_fetch_now(self):
        self._some_books(credited='2026-02-10')
        self._fetch()
        manager = new_test_user(
            self.env, 'report-manager', groups='account_xero.group_xero_manager',
            company_id=self.env.company.id)
        report = self.env['xero.profit.line'].with_user(manager)
        self.assertEqual(report.action_fetch()['params']['type'], 'success')
        self._run_own()
        self.assertEqual(len(self._calls()), 2)
        self.connection.profit_loss = False
        self.assertFalse(self._lines(), "what is not fetched any more is not shown")
        with self.assertRaisesRegex(UserError, "switched on"):
            report.action_fetch()

    def test_many_lines_cost_no_more_queries(self):
        self._some_books(credited='2026-02-10')
        self._fetch()
        counts = []
        for numbers in (range(1), range(1, 13)):
            for number in numbers:
                account = self.expense.copy({'code': f'6971{number:02}'})
                self._invoice('in_invoice', ref=f'M{number}', invoice_date='2026-03-07',
                              lines=[{'account_id': account.id, 'price_unit': 5}])
            self._count()
            counts.append(self._count())
        self.assertEqual(len(self._lines()), 3 + 13)
        self.assertLessEqual(counts[1], counts[0])

    def _count(self):
        """:return: queries of a fetch"""
        self.env.flush_all()
        before = sql_db.sql_counter
        self._fetch_once()
        return sql_db.sql_counter - before
