"""Set-up and dashboard as people meet them, on a screen and on a phone."""
from odoo.tests import new_test_user, tagged

from .common_tour import XeroTourCommon

MANAGER = 'account_xero.group_xero_manager,base.group_system,account.group_account_manager'


@tagged('post_install', '-at_install')
class TestToursSetup(XeroTourCommon):

    browser_size = '1366x768'

    def _tour(self, name):
        user = new_test_user(self.env, name, groups=MANAGER, company_id=self.env.company.id)
        self.start_tour('/odoo/xero', name, login=user.login, timeout=120)
        self.env.invalidate_all()

    def test_from_nothing_to_sending(self):
        self.connection.action_disconnect()
        self.connection.unlink()
        self._tour('account_xero_setup')
        connection = self.env['xero.connection'].search(
            [('company_id', '=', self.env.company.id)])
        self.assertEqual((connection.state, connection.tenant_id),
                         ('connected', self.org.tenant_id))
        self.assertFalse(connection.hold_sending)
        self.assertTrue(connection.auto_sync)

    def test_dashboard(self):
        self.connection.hold_sending = True
        self._invoice()
        self._tour('account_xero_overview')
        self.assertFalse(self.connection.hold_sending)


@tagged('post_install', '-at_install')
class TestToursSetupPhone(TestToursSetup):

    browser_size = '390x844'
    touch_enabled = True
