"""What differs, as people see it and act on it, in a real browser."""
from odoo.tests import new_test_user, tagged

from .common_tour import XeroTourCommon


@tagged('post_install', '-at_install')
class TestToursDiffers(XeroTourCommon):

    def _in_xero(self, name):
        """:return: an invoice to a new partner, that Xero has"""
        partner = self.env['res.partner'].create({'name': name})
        move = self._invoice(partner_id=partner.id)
        self._push()
        return move

    def _pull(self, move):
        move._xero_queue_pull()
        with self.enter_registry_test_mode():
            self.env.ref('account_xero.ir_cron_pull').sudo().method_direct_trigger()
        self.env.invalidate_all()

    def test_a_badge_that_does_not_lie_and_buttons_that_help(self):
        person = self.org.as_person
        reset, opened, total, agreed = map(
            self._in_xero, ("Reset Ltd", "Open Ltd", "Total Ltd", "Agreed Ltd"))
        person.pay(opened.xero_document_id, 20)
        self._pull(opened)
        opened.matched_payment_ids.action_cancel()
        person.edit(total.xero_document_id, LineItems=[{
            'Description': "Work", 'Quantity': 1, 'UnitAmount': 50, 'AccountCode': '200'}])
        self._pull(opened + total)
        user = new_test_user(
            self.env, 'differs', company_id=self.env.company.id,
            groups='account_xero.group_xero_user,account.group_account_invoice')
        self.start_tour(
            '/odoo/customer-invoices', 'account_xero_differs', login=user.login, timeout=120)
        self.env.invalidate_all()
        self.assertEqual((reset.state, reset.xero_differs), ('draft', True))
        self.assertEqual((total + opened + agreed).mapped('xero_state'),
                         ['pending', 'synced', 'synced'])
