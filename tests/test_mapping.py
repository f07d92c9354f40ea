"""What Odoo's records are in Xero: reference data, mappings, and what happens without them."""
from datetime import date, timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestMapping(XeroCommon):

    def _reference(self, model, **values):
        domain = [(name, '=', value) for name, value in values.items()]
        return self.env[model].with_context(active_test=False).search(
            [('connection_id', '=', self.connection.id), *domain])

    def _option(self, number=0):
        """:return: a tracking option of the organisation's first categories"""
        category = self._reference('xero.tracking.category')[number]
        return category.option_ids[0]

    def _analytic(self, name, option=None):
        account = self.env['account.analytic.account'].create({
            'name': name,
            'plan_id': self.env['account.analytic.plan'].create({'name': f"Plan {name}"}).id})
        account.xero_tracking_option_id = option
        return account

    # === REFERENCE DATA === #

    def test_all_lists_are_fetched(self):
        self.org.add_item("SHELF", name="Oak shelf")
        self.connection._refresh_reference_data()
        self.assertEqual(self._reference('xero.item', code='SHELF').name, "Oak shelf")
        self.assertTrue(self._reference('xero.tracking.category'))
        self.assertTrue(self._option().xero_id)
        self.assertTrue(self._reference('xero.currency', code='EUR'))
        self.assertEqual(len(self.sandbox.calls), 7, "one call a list")

    def test_fetching_again_changes_nothing(self):
        before = {model: self._reference(model).mapped('write_date') for model in (
            'xero.account', 'xero.tax.rate', 'xero.tracking.option', 'xero.currency')}
        self.env.cr.execute("UPDATE xero_account SET write_date = '2020-01-01'")
        self.env.invalidate_all()
        self.connection._refresh_reference_data()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(
            {moment.year for moment in self._reference('xero.account').mapped('write_date')},
            {2020})
        for model, dates in before.items():
            self.assertEqual(len(self._reference(model)), len(dates), model)

    def test_what_is_gone_in_xero_is_archived_and_its_mapping_turns_red(self):
        account = self.org.account('200')
        account['Status'] = 'ARCHIVED'
        self.connection._refresh_reference_data()
        self.assertFalse(self._reference('xero.account', code='200').active)
        self.assertTrue(self.income.xero_broken)
        self.assertIn(self.income, self.env['account.account'].search(
            [('xero_broken', '=', True)]))

    def test_lists_that_xero_cannot_give_today_hold_up_no_document(self):
        self.connection.reference_date = fields.Datetime.now() - timedelta(hours=25)
        self.sandbox.inject('500', 'GET', '/Items')
        invoice = self._invoice()
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)
        asked = len(self.sandbox.calls_to('GET', '/Items'))
        self._push()
        self.assertEqual(len(self.sandbox.calls_to('GET', '/Items')), asked, "not every minute")

    def test_taxes_are_matched_by_rate_use_and_what_the_name_says(self):
        names = {
            "Standard 20%": ('sale', 20, 'OUTPUT2'), "Goods 20%": ('purchase', 20, 'INPUT2'),
            "VAT 5% sales": ('sale', 5, 'RROUTPUT'), "0%": ('sale', 0, 'ZERORATEDOUTPUT'),
            "Exempt": ('sale', 0, 'EXEMPTOUTPUT'), "Exempt P": ('purchase', 0, 'EXEMPTINPUT'),
            "0% Export": ('sale', 0, False), "7% odd": ('sale', 7, False),
        }
        taxes = {name: self._tax(name, rate, use) for name, (use, rate, _type) in names.items()}
        self.connection.action_auto_map()
        self.assertEqual(
            {name: tax.xero_tax_rate_id.tax_type for name, tax in taxes.items()},
            {name: tax_type for name, (_use, _rate, tax_type) in names.items()})

    # === PAGES === #

    def test_filters_of_the_mapping_pages(self):
        self._invoice()
        Account = self.env['account.account']
        self.assertIn(self.income, Account.search([('xero_in_use', '=', True)]))
        self.assertIn(self.expense, Account.search([('xero_in_use', '=', True)]),
                      "bills have it by themselves")
        idle = Account.create({'code': 'X1', 'name': "Idle", 'account_type': 'expense'})
        self.assertNotIn(idle, Account.search([('xero_in_use', '=', True)]))
        self.assertNotIn(self.income, Account.search([('xero_account_id', '=', False)]))
        self.assertIn(self.tax_sale_20, self.env['account.tax'].search(
            [('xero_in_use', '=', True)]))
        analytic = self._analytic("Used")
        self._invoice(lines=[{'analytic_distribution': {str(analytic.id): 100}}])
        self.assertEqual(analytic, self.env['account.analytic.account'].search(
            [('xero_in_use', '=', True)]))
        for kind in ('account', 'tax', 'product', 'analytic', 'journal'):
            action = self.env.ref(f'account_xero.action_xero_mapping_{kind}')
            self.env[action.res_model].get_view(action.view_id.id, 'list')

    # === ON DOCUMENTS === #

    def test_item_and_tracking_are_sent(self):
        self.org.add_item("SHELF", name="Oak shelf")
        self.connection._refresh_reference_data()
        self.product_a.xero_item_id = self._reference('xero.item', code='SHELF')
        option = self._option()
        analytic = self._analytic("North", option)
        invoice = self._invoice(lines=[{
            'product_id': self.product_a.id, 'analytic_distribution': {str(analytic.id): 100}}])
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)
        [line] = self.org.invoices[0]['LineItems']
        self.assertEqual(line['ItemCode'], 'SHELF')
        self.assertEqual(line['Tracking'][0]['TrackingOptionID'], option.xero_id)

    def test_an_item_is_demanded_when_the_connection_says_so(self):
        self.connection.items_required = True
        self._assert_blocked(self._invoice(), 'unmapped_item')

    def test_tracking_that_is_archived_or_split_blocks(self):
        north, south = self._analytic("North", self._option()), self._analytic("South")
        split = self._invoice(lines=[{'analytic_distribution': {
            str(north.id): 50, str(south.id): 50}}])
        self._assert_blocked(split, 'unmapped_tracking')
        self._option().sudo().active = False
        gone = self._invoice(lines=[{'analytic_distribution': {str(north.id): 100}}])
        self._assert_blocked(gone, 'unmapped_tracking')

    def test_an_analytic_account_without_option_is_odoos_business(self):
        south = self._analytic("South")
        invoice = self._invoice(lines=[{'analytic_distribution': {str(south.id): 100}}])
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)

    def test_several_taxes_that_are_one_rate_of_xero(self):
        state, city = self._tax("State 6%", 6, 'sale'), self._tax("City 2%", 2, 'sale')
        self.org.add_tax_rate("TAX008", "State and city", 8)
        self.connection._refresh_reference_data()
        invoice = self._invoice(lines=[
            {'price_unit': 9.99, 'tax_ids': [Command.set((state | city).ids)]}])
        self._assert_blocked(invoice, 'unmapped_tax')
        (state | city).xero_tax_rate_id = self._reference('xero.tax.rate', tax_type='TAX008')
        self.assertEqual(invoice.xero_state, 'pending', "the mapping released it")
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)
        self.assertEqual(float(self.org.invoices[0]['Total']), invoice.amount_total)

    def test_a_mapping_releases_the_documents_that_waited_for_it(self):
        target, self.income.xero_account_id = self.income.xero_account_id, False
        invoice = self._invoice()
        self._assert_blocked(invoice, 'unmapped_account')
        alert = invoice._get_alerts()['xero_failed']
        self.assertEqual(
            (alert['action']['context']['default_res_model'],
             alert['action']['context']['default_res_id']),
            ('account.account', self.income.id), "the place to fix it is one click away")
        self.income.xero_account_id = target
        self.assertEqual(invoice.xero_state, 'pending')
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)

    def test_locked_period_in_xero(self):
        self.org.period_lock_date = date(2026, 3, 31)
        self.connection._refresh_reference_data()
        invoice = self._invoice()
        self._assert_blocked(invoice, 'period_locked')
        self.org.period_lock_date = None
        self.connection.reference_date = fields.Datetime.now() - timedelta(minutes=11)
        invoice.action_xero_sync_now()
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', "the push asked again before it refused")

    def test_a_locked_document_holds_up_no_other_when_xero_cannot_be_asked(self):
        self.org.period_lock_date = date(2026, 3, 31)
        self.connection._refresh_reference_data()
        self.connection.reference_date = fields.Datetime.now() - timedelta(minutes=11)
        self.sandbox.inject('500', 'GET', '/Organisation')
        locked, good = self._invoice(), self._invoice(invoice_date='2026-04-02')
        self._push()
        self.assertEqual((locked.xero_state, locked.xero_error_code), ('failed', 'period_locked'))
        self.assertEqual(good.xero_state, 'synced', good.xero_error_message)

    def test_reference_data_is_fetched_daily(self):
        self.org.add_item("NEW", name="New item")
        self.connection.reference_date = fields.Datetime.now() - timedelta(hours=25)
        self._push()
        self.assertTrue(self._reference('xero.item', code='NEW'))
        calls = len(self.sandbox.calls)
        self._push()
        self.assertEqual(len(self.sandbox.calls), calls)

    # === WHAT THE PLAN AND THE ROLE ALLOW === #

    def test_approving_that_is_not_allowed(self):
        self.org.actions['CreateApprovedInvoice'] = False
        self.connection._refresh_reference_data()
        invoice, bill = self._invoice(), self._invoice('in_invoice', ref='B1')
        self._push()
        self.assertEqual(invoice.xero_error_code, 'plan_limit', invoice.xero_error_message)
        self.assertEqual(bill.xero_state, 'synced', "bills may be approved")
        self.connection.push_status = 'DRAFT'
        self.assertEqual(invoice.xero_state, 'pending', "the setting released it")
        self._push()
        self.assertEqual((invoice.xero_state, invoice.xero_status), ('synced', 'DRAFT'))

    def test_a_role_that_was_changed_releases_what_waited(self):
        self.org.actions['CreateApprovedInvoice'] = False
        self.connection._refresh_reference_data()
        invoice = self._invoice()
        self._assert_blocked(invoice, 'plan_limit')
        self.org.actions['CreateApprovedInvoice'] = True
        self.connection._refresh_reference_data()
        self.assertEqual(invoice.xero_state, 'pending')

    def test_currencies_that_the_plan_does_not_allow(self):
        self.org.actions['UseMulticurrency'] = False
        self.connection._refresh_reference_data()
        euro = self.env.ref('base.EUR')
        euro.active = True
        self._assert_blocked(self._invoice(currency_id=euro.id), 'currency_not_enabled')
        home = self._invoice()
        self._push()
        self.assertEqual(home.xero_state, 'synced', home.xero_error_message)

    def test_actions_that_cannot_be_known_block_nothing(self):
        self.org.actions = {'CreateApprovedInvoice': False}
        self.connection._refresh_reference_data()
        self.assertEqual(self.connection.denied_actions, 'CreateApprovedInvoice')
        self.sandbox.inject('500', 'GET', '/Organisation/Actions')
        self.connection._refresh_reference_data()
        self.assertFalse(self.connection.denied_actions)
        invoice = self._invoice()
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)

    def test_creating_contacts_can_be_switched_off(self):
        self.connection.create_contacts = False
        invoice = self._invoice()
        self._assert_blocked(invoice, 'contact_missing')

    def _assert_blocked(self, move, code):
        """The document is refused before anything is sent."""
        calls = len(self.sandbox.calls)
        self._push()
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', code),
                         move.xero_error_message)
        self.assertEqual(len(self.sandbox.calls), calls)
