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
