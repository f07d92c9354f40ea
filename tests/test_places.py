"""Where people meet Xero in Odoo's own screens: lists, journal dashboard, menus, settings."""
from lxml import etree

from odoo.tests import Form, new_test_user, tagged

from ..models.core.problem import error_text
from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestPlaces(XeroCommon):

    def setUp(self):
        super().setUp()
        self.unmapped = self.income.copy({'code': '499600', 'name': "Unmapped"})

    def _states(self):
        """:return: documents (failed, synced, pending, never queued)"""
        failed = self._invoice(lines=[{'account_id': self.unmapped.id}])
        synced = self._invoice()
        self._push()
        pending = self._invoice()
        self.connection.auto_sync = False
        return failed, synced, pending, self._invoice()

    # === LISTS === #

    def test_filters_of_the_invoice_lists(self):
        failed, synced, pending, other = self._states()
        self.assertEqual(self._filtered('xero_failed'), failed)
        self.assertEqual(self._filtered('xero_synced'), synced)
        self.assertEqual(self._filtered('xero_pending'), pending)
        self.assertEqual(self._filtered('xero_not_linked'), failed | pending | other)

    def test_groups_are_named_in_words(self):
        failed = self._states()[0]
        groups = self.env['account.move'].formatted_read_group(
            [('id', '=', failed.id)], ['xero_error_code'], ['__count'])
        self.assertEqual([group['xero_error_code'] for group in groups], ['unmapped_account'])
        labels = dict(self.env['account.move'].fields_get(
            ['xero_error_code'])['xero_error_code']['selection'])
        self.assertEqual(labels['unmapped_account'],
                         error_text(self.env, 'unmapped_account')[0])

    def test_badge_in_list_form_and_kanban(self):
        for xmlid, kind in (('account.view_out_invoice_tree', 'list'),
                            ('account.view_in_invoice_bill_tree', 'list'),
                            ('account.view_move_form', 'form'),
                            ('account.view_account_move_kanban', 'kanban')):
            arch = etree.fromstring(
                self.env['account.move'].get_view(self.env.ref(xmlid).id, kind)['arch'])
            self.assertTrue(arch.xpath("//field[@name='xero_badge'][@widget='xero_status']"), xmlid)

    def test_no_column_where_no_company_is_connected(self):
        mine, other = self.env.company, self.env['res.company'].create({'name': "Elsewhere"})
        self.env.user.company_ids |= other

        def badges(companies):
            Move = self.env['account.move'].with_context(allowed_company_ids=companies.ids)
            return [len(etree.fromstring(Move.get_view(self.env.ref(xmlid).id, kind)['arch']).xpath(
                "//field[@name='xero_badge']")) for xmlid, kind in (
                    ('account.view_out_invoice_tree', 'list'),
                    ('account.view_account_move_kanban', 'kanban'))]
        self.assertEqual(badges(other), [0, 0])
        self.assertEqual(badges(other + mine), [1, 1])
        self.connection.action_disconnect()
        self.assertEqual(badges(other + mine), [0, 0])
        self.connection.state = 'connected'
        self.assertEqual(badges(mine), [1, 1])

    # === HOVER TEXTS === #

    def test_hover_texts_say_what_when_why_and_how(self):
        failed, synced, pending, other = self._states()
        title, fix = error_text(self.env, failed.xero_error_code)
        lines = failed.xero_tooltip.split('\n')
        self.assertEqual((lines[0], lines[-2]), (title, fix))
        self.assertIn(failed.xero_error_message, failed.xero_tooltip)
        self.assertIn("Last tried", lines[-1])
        self.assertIn(f"{synced.name} in Xero: Approved", synced.xero_tooltip)
        self.assertIn("Sent:", synced.xero_tooltip)
        self.assertIn("less than a minute", pending.xero_tooltip)
        self.assertIn("Not in Xero.", other.xero_tooltip)
        self.connection.action_pause()
        self.env.invalidate_all()
        self.assertNotIn("less than a minute", pending.xero_tooltip)
        self.assertIn("resumed", pending.xero_tooltip)

    def test_hover_texts_cost_the_same_for_one_and_for_many(self):
        moves = self.env['account.move'].union(*(
            self._invoice(lines=[{'account_id': self.unmapped.id}]) for _number in range(6)))
        self._push()

        def queries(of):
            self.env.invalidate_all()
            of.mapped('name')
            before = self.cr.sql_log_count
            of.mapped('xero_tooltip')
            return self.cr.sql_log_count - before
        queries(moves[0])       # fills the caches of the process
        self.assertEqual(queries(moves), queries(moves[0]))

    # === JOURNAL DASHBOARD === #

    def test_journal_dashboard_counts(self):
        self._states()
        sales = self.company_data['default_journal_sale']
        purchases = self.company_data['default_journal_purchase']
        data = (sales | purchases)._get_journal_dashboard_data_batched()
        self.assertEqual((data[sales.id]['xero_failed'], data[sales.id]['xero_pending']), (1, 1))
        self.assertEqual(
            (data[purchases.id]['xero_failed'], data[purchases.id]['xero_pending']), (0, 0))
        arch = etree.fromstring(self.env['account.journal'].get_view(
            self.env.ref('account.account_journal_dashboard_kanban_view').id, 'kanban')['arch'])
        self.assertTrue(arch.xpath("//div[@name='xero_failed']"))

    def test_journal_dashboard_of_a_company_without_xero(self):
        self._states()
        self.connection.action_disconnect()
        sales = self.company_data['default_journal_sale']
        self.assertNotIn('xero_failed', sales._get_journal_dashboard_data_batched()[sales.id])

    def test_journal_dashboard_costs_the_same_for_one_and_for_many(self):
        self._states()
        sales = self.company_data['default_journal_sale']
        journals = sales.union(*(sales.copy({'code': f'XS{n}'}) for n in range(5)))

        def queries(of):
            data = {journal.id: {} for journal in of}
            self.env.invalidate_all()
            of.mapped('type')
            before = self.cr.sql_log_count
            of._fill_xero_dashboard_data(data)
            return self.cr.sql_log_count - before
        self.assertEqual(queries(sales), 1)
        self.assertEqual(queries(journals), 1)

    # === MENUS === #

    def _menus(self, groups, parent='account_xero.menu_xero'):
        """:return: names of what a user finds in a menu, in order; None without the menu"""
        login = f'menus {groups}'
        user = self.env['res.users'].search([('login', '=', login)]) or new_test_user(
            self.env, login, groups=groups)
        menus = self.env['ir.ui.menu'].with_user(user).load_menus(False)
        menu = menus.get(self.env.ref(parent).id)
        return menu and [menus[child]['name'] for child in menu['children']]

    def test_an_app_of_its_own(self):
        app = self.env.ref('account_xero.menu_xero')
        self.assertFalse(app.parent_id)
        self.assertTrue(app.web_icon_data)
        user = new_test_user(self.env, 'clerk', groups='account_xero.group_xero_user')
        menu = self.env['ir.ui.menu'].with_user(user).load_web_menus(False)[app.id]
        self.assertEqual(menu['actionID'], self.env.ref('account_xero.action_xero_start').id)

    def test_menu_of_a_manager(self):
        group = 'account_xero.group_xero_manager'
        self.assertEqual(self._menus(group), [
            "Dashboard", "To Do", "Documents", "Month end", "Manual Journals", "Contacts",
            "Reports", "Log", "Configuration"])
        self.assertEqual(self._menus(group, 'account_xero.menu_xero_reports'), [
            "Ledgers", "Profit and Loss", "Profitability", "Profitability by Tracking Option"])
        self.assertEqual(self._menus(group, 'account_xero.menu_xero_todo'), [
            "Problems", "Differences", "Unmatched"])
        self.assertEqual(self._menus(group, 'account_xero.menu_xero_configuration'), [
            "Connections", "Mapping"])

    def test_menu_of_a_user(self):
        group = 'account_xero.group_xero_user'
        self.assertEqual(self._menus(group), [
            "Dashboard", "To Do", "Documents", "Month end", "Manual Journals", "Contacts", "Log",
            "Configuration"])
        self.assertEqual(
            self._menus(group, 'account_xero.menu_xero_configuration'), ["Connections"])

    def test_accounting_has_one_link(self):
        """Odoo's own Configuration stays with those whom Odoo shows it to."""
        group = 'account_xero.group_xero_manager'
        self.assertEqual(self._menus(group, 'account.menu_finance').count("Xero"), 1)
        self.assertIsNone(self._menus(group, 'account.menu_finance_configuration'))

    def test_no_menu_for_who_only_invoices(self):
        self.assertIsNone(self._menus('account.group_account_invoice'))

    def test_types_of_accounts_in_words(self):
        accounts = self.env['xero.account'].search([('connection_id', '=', self.connection.id)])
        self.assertGreater(len(set(accounts.mapped('type'))), 5)
        for account in accounts:
            self.assertNotEqual(account.type_label, account.type)

    # === SETTINGS === #

    def test_settings_show_and_switch(self):
        with Form(self.env['res.config.settings'].sudo()) as settings:
            self.assertEqual(settings.xero_tenant_name, self.org.name)
            settings.xero_sync_purchases = False
        settings.save().execute()
        self.assertFalse(self.connection.sync_purchases)
        self.assertTrue(self.connection.sync_sales)
        action = settings.record.action_xero_open_connection()
        self.assertEqual(action['res_id'], self.connection.id)
