"""Profit and loss by the options of a tracking category, beside what analytic accounts have."""
from odoo.tests import tagged

from ..models.connection.xero_budget import DAY_RESERVE
from ..models.connection.xero_connection_run import TimeBudgetExceeded
from .common_profit import PATH, XeroProfitCommon

#: Names of the columns of what has no option and of all, as Xero may have them.
COLUMNS = (("Unassigned", "Total"), ("Not assigned", None), (None, "All"), (None, None))


@tagged('post_install', '-at_install')
class TestProfitLossTracking(XeroProfitCommon):

    def setUp(self):
        super().setUp()
        self.category = self.env['xero.tracking.category'].search([
            ('connection_id', '=', self.connection.id), ('name', '=', 'Region')])
        self.north, self.south = (self.category.option_ids.filtered(
            lambda option, name=name: option.name == name) for name in ("North", "South"))
        plan = self.env['account.analytic.plan'].create({'name': "Regions"})
        self.at_north, self.at_south = self.env['account.analytic.account'].create([{
            'name': option.name, 'plan_id': plan.id, 'xero_tracking_option_id': option.id}
            for option in (self.north, self.south)])

    def _tracked_books(self):
        """March: 100 North and 30 South and 7 of none, less 40 of costs in the North."""
        return self.env['account.move'].union(*(
            self._pushed(kind, invoice_date=f'2026-03-{day:02}', lines=[{
                'price_unit': price,
                'analytic_distribution': account and {account.id: 100}}])
            for kind, day, price, account in (
                ('out_invoice', 2, 100, self.at_north), ('out_invoice', 3, 30, self.at_south),
                ('out_invoice', 4, 7, None), ('in_invoice', 31, 40, self.at_north))))

    def _by_option(self, field='amount'):
        return {(option.name, section): total for option, section, total in
                self.env['xero.profit.line']._read_group(
                    [('connection_id', '=', self.connection.id)],
                    ['tracking_option_id', 'section'], [f'{field}:sum']) if total}

    def _split_calls(self):
        return [call for call in self._calls() if 'trackingCategoryID' in call.query]

    expected = {('North', 'income'): 100, ('South', 'income'): 30, (False, 'income'): 7,
                ('North', 'expenses'): -40}

    def test_whatever_the_other_columns_are_called(self):
        self._tracked_books()
        for columns in COLUMNS:
            with self.subTest(columns):
                self.org.tracking_columns = columns
                before = len(self._split_calls())
                self.connection.profit_loss_category_id = False
                lines = self._fetch(profit_loss_category_id=self.category.id)
                self.assertEqual(self._by_option(), self.expected)
                self.assertEqual(self._by_option('odoo_amount'), self.expected)
                self.assertFalse(any(lines.mapped('difference')))
                self.assertTrue(all(lines.mapped('is_split')))
                self.assertFalse(self.connection.profit_loss_problem)
                self.assertEqual(len(self._split_calls()) - before, 1, "of the month with a total")

    def test_the_sum_is_the_report_without_options(self):
        self._tracked_books()
        whole = self._sums(self._fetch())
        self.assertEqual(
            self._sums(self._fetch(profit_loss_category_id=self.category.id)), whole)

    def test_a_column_that_is_nothing_is_not_kept(self):
        self._tracked_books()
        self.connection.write({'profit_loss': True, 'profit_loss_category_id': self.category.id})
        self.patch(type(self.env['xero.profit.split']), '_get_options', lambda *_args: {
            'north': self.north.xero_id})
        self._run_own()
        self.assertEqual(self._by_option(), {(False, 'income'): 137, (False, 'expenses'): -40})
        self.assertFalse(any(self._lines().mapped('is_split')))
        self.assertIn("by tracking option", self.connection.profit_loss_problem)
        self.assertIn("by tracking option", self._last_log().message)

    def test_each_night_what_may_have_changed(self):
        self._tracked_books()
        self._pushed(invoice_date='2026-02-03', lines=[{'price_unit': 5}])
        self._fetch(profit_loss_category_id=self.category.id)
        self.assertEqual(len(self._split_calls()), 2)
        self._later(days=1)
        self._run_own()
        night = len(self._split_calls()) - 2
        self.assertLessEqual(night, 3, "the newest months, and one in turn")
        self._pushed(invoice_date='2026-02-04', lines=[{'price_unit': 6}])
        before = len(self._split_calls())
        self._later(days=1)
        self._run_own()
        self.assertIn('2026-02-01', [
            call.query['fromDate'] for call in self._split_calls()[before:]])
        self.assertEqual(sum(self._by_option().values()), 100 + 30 + 7 - 40 + 11)
        before = len(self._split_calls())
        self.connection.action_refresh_profit()
        self._run_own()
        self.assertEqual(len(self._split_calls()) - before, 2, "who asks for it gets all of it")

    def test_without_time_for_all_it_goes_on_where_it_was(self):
        self._tracked_books()
        self._pushed(invoice_date='2026-02-03', lines=[{'price_unit': 5}])
        split, asked = type(self.env['xero.profit.split']), []
        whole = split._ask

        def slow(service, connection, statement, months):
            for number, row in enumerate(whole(service, connection, statement, months)):
                asked.append(row[0])
                yield row
                if not number:
                    raise TimeBudgetExceeded

        self.patch(split, '_ask', slow)
        self._fetch(profit_loss_category_id=self.category.id)
        self._run_own()
        self._run_own()
        self.assertEqual(len(asked), len(set(asked)), "no month was asked for twice")
        self.assertEqual(len(asked), 2)
        self.assertTrue(all(self._lines().mapped('is_split')))

    def test_the_last_calls_of_a_day_are_not_for_it(self):
        self._tracked_books()
        self.patch(type(self.env['xero.budget']), '_get_left_today', lambda *_args: DAY_RESERVE)
        self.connection.write({'profit_loss': True, 'profit_loss_category_id': self.category.id})
        self._fetch_once()
        self.assertFalse(self._split_calls())
        self.assertEqual(sum(self._by_option().values()), 97, "what the months come to is there")

    def test_refused_it_is_shown_as_a_whole(self):
        self._tracked_books()
        category = next(row for row in self.org.tracking_categories if row['Name'] == 'Region')
        option = category['Options'][0]
        category['Options'] += [
            {**option, 'TrackingOptionID': f'{number:08}-0000-4000-8000-000000000000',
             'Name': f"Option {number}", 'Status': 'ARCHIVED'} for number in range(1000)]
        self._fetch(profit_loss_category_id=self.category.id)
        self.assertEqual(sum(self._by_option().values()), 97)
        self.assertTrue(self.connection.profit_loss_problem)
        self.assertEqual(self.connection.state, 'connected')

    def test_items_of_an_option(self):
        moves = self._tracked_books()
        lines = self._fetch(profit_loss_category_id=self.category.id)
        for line in lines:
            items = self.env['account.move.line'].search(line.action_view_items()['domain'])
            self.assertEqual(sum(items.mapped('balance')), -line.odoo_amount, line.name)
            self.assertLessEqual(items.move_id, moves)

    def test_a_line_of_two_options_is_shared(self):
        self.connection.auto_sync = False
        self._invoice(invoice_date='2026-03-02', lines=[{'analytic_distribution': {
            self.at_north.id: 60, self.at_south.id: 40}}])
        self._fetch(profit_loss_category_id=self.category.id)
        self.assertEqual(self._by_option('odoo_amount'), {
            ('North', 'income'): 60, ('South', 'income'): 40})

    def test_why_the_page_is_empty(self):
        report = self.env['xero.profit.line']
        self.assertIn("Switch", report.get_empty_list_help("Switch it on"))
        self.sandbox.inject('role_missing', 'GET', f'/{PATH}')
        self._fetch()
        self.assertIn("role", report.get_empty_list_help("Switch it on"))
        self.assertIn("role", self.connection.profit_loss_problem)
        self.sandbox.faults.clear()
        self.connection.action_refresh_profit()
        self._run_own()
        self.assertFalse(self.connection.profit_loss_problem)
        self.connection.token_id.scope = 'accounting.invoices'
        self.assertIn("Sign in again", report.get_empty_list_help("Switch it on"))

    def test_a_month_has_its_year(self):
        self._tracked_books()
        self.assertEqual(set(self._fetch().mapped('month_name')), {"March 2026"})
