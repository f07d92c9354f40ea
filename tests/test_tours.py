"""The screens as people meet them, in a real browser."""
from odoo.tests import HttpCase, new_test_user, tagged

from .common_tour import XeroTourCommon

MANAGER = 'account_xero.group_xero_manager,base.group_system,account.group_account_manager'


@tagged('post_install', '-at_install')
class TestUnits(HttpCase):

    def test_status_badge(self):
        self.browser_js(
            '/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&filter=xero_status',
            "", "", login='admin', timeout=120, success_signal="[HOOT] Test suite succeeded")


@tagged('post_install', '-at_install')
class TestTours(XeroTourCommon):

    def _user(self, login, groups):
        return new_test_user(
            self.env, login, groups=groups, company_id=self.env.company.id)

    def _tour(self, name, user, path='/odoo/customer-invoices'):
        self.start_tour(path, name, login=user.login, timeout=120)
        self.env.invalidate_all()

    def test_connect(self):
        """From nothing to a connection, out and back in: links and mappings stay."""
        manager = self._user('tour-manager', MANAGER)
        self.connection.action_disconnect()
        self.connection.unlink()
        self._tour('account_xero_connect', manager)
        self.connection = self.env['xero.connection'].search(
            [('company_id', '=', self.env.company.id)])
        self.assertEqual((self.connection.state, self.connection.tenant_id),
                         ('connected', self.org.tenant_id))
        self.assertFalse(self.connection.sync_purchases)
        self.assertTrue(self.connection.auto_sync)
        self._map(self.connection)
        mapped = self.income.xero_account_id, self.tax_sale_20.xero_tax_rate_id
        invoice = self._invoice()
        self._push()
        document = invoice.xero_document_id
        self.assertTrue(document)
        self._tour('account_xero_reconnect', manager)
        self.assertEqual(self.connection.state, 'connected')
        self.assertEqual(
            (self.income.xero_account_id, self.tax_sale_20.xero_tax_rate_id), mapped)
        self.assertTrue(mapped[0].exists() and mapped[1].exists())
        self.assertEqual(invoice.xero_document_id, document)
        self.assertFalse(self.connection.sync_purchases, "the switches stay, too")

    # === DOCUMENTS === #

    def _partner(self, name):
        return self.env['res.partner'].create({'name': name, 'customer_rank': 1}).id

    def _unmapped(self):
        """:return: values of a line on an account without a counterpart"""
        account = self.income.copy({'code': '499700', 'name': "Consulting"})
        return {'account_id': account.id}

    def test_manager(self):
        """Post, follow, be refused, cure, push several: one browser."""
        self._invoice(partner_id=self._partner("Good Ltd"), post=False)
        failing = self._invoice(
            lines=[self._unmapped()], partner_id=self._partner("Unmapped Ltd"), post=False)
        self.connection.auto_sync = False
        for name in ("Batch One", "Batch Two"):
            self._invoice(partner_id=self._partner(name))
        self.connection.auto_sync = True
        self._tour('account_xero_manager', self._user('tour-manager', MANAGER))
        moves = self.env['account.move'].search([('company_id', '=', self.env.company.id)])
        self.assertEqual(moves.mapped('xero_state'), ['synced'] * 4)
        self.assertEqual(failing.state, 'posted')
        self.assertEqual(
            {document['InvoiceID']: float(document['Total']) for document in self.org.invoices},
            {move.xero_document_id: move.amount_total for move in moves})

    def test_user_and_biller(self):
        """Who may synchronise sees all and presses Sync now; who only invoices sees the badge."""
        paid = self._invoice(partner_id=self._partner("Paid Ltd"))
        self._invoice('in_invoice', partner_id=self._partner("Supplier Ltd"), ref='B-1')
        self._invoice('out_refund', partner_id=self._partner("Credit Ltd"))
        self._invoice(lines=[self._unmapped()], partner_id=self._partner("Unmapped Ltd"))
        self._push()
        self.org.as_person.pay(paid.xero_document_id)
        paid._xero_queue_pull()
        with self.enter_registry_test_mode():
            self.env.ref('account_xero.ir_cron_pull').sudo().method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(paid.xero_status, 'PAID')
        self.env['xero.difference']._note(
            self.connection, paid, 'date', '2026-03-02', '2026-03-03')
        self._tour('account_xero_user', self._user('tour-user', 'account_xero.group_xero_user'))
        self.assertEqual(paid.xero_state, 'pending', "Sync now was pressed")
        self._tour(
            'account_xero_biller', self._user('tour-biller', 'account.group_account_invoice'))
