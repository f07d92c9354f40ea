"""A month end in a real browser: listed, put right, generated, and seen to arrive in Xero."""
from odoo.tests import new_test_user, tagged

from .common_tour import XeroTourCommon

GROUPS = ('account_xero.group_xero_manager,account.group_account_manager,base.group_system,'
          'base.group_user')


class XeroInvoicingTourCommon(XeroTourCommon):

    def setUp(self):
        super().setUp()
        self.env['account.move'].search([('state', '=', 'draft')]).unlink()
        other = self.income.copy({'code': '499700', 'name': "Consulting"})
        for name, values in (("Brook Ltd", {}), ("Dale Ltd", {}),
                             ("Cedar Ltd", {'account_id': other.id})):
            partner = self.env['res.partner'].create({'name': name})
            self._invoice(partner_id=partner.id, post=False, lines=[values])
        self.user = new_test_user(
            self.env, 'month', groups=GROUPS, company_id=self.env.company.id)

    def _tour(self, name):
        self.start_tour('/odoo/action-account_xero.action_xero_invoicing_run', name,
                        login=self.user.login, timeout=120)
        self.env.invalidate_all()


@tagged('post_install', '-at_install')
class TestToursInvoicing(XeroInvoicingTourCommon):
    browser_size = '1366x768'

    def test_from_the_list_to_the_drafts(self):
        self._tour('account_xero_invoicing')
        run = self.env['xero.invoicing.run'].search([])
        self.assertEqual((run.state, run.sent_count), ('done', 2))
        self.assertEqual({row['Status'] for row in self.org.invoices}, {'DRAFT'})


@tagged('post_install', '-at_install')
class TestToursInvoicingPhone(XeroInvoicingTourCommon):
    browser_size = '390x844'
    touch_enabled = True

    def test_cards(self):
        self.env['xero.invoicing.run'].with_user(self.user).create(
            {'date_to': '2026-03-31'}).action_prepare()
        self._tour('account_xero_invoicing_phone')
