"""Both ledgers and the pictures of the dashboard, in a real browser: on a screen and a phone."""
from odoo import SUPERUSER_ID
from odoo.tests import new_test_user, tagged

from .common_tour import XeroTourCommon

MANAGER = 'account_xero.group_xero_manager,account.group_account_manager'


class LedgersCommon(XeroTourCommon):

    def setUp(self):
        super().setUp()
        self.tax_sale_20.invoice_repartition_line_ids.filtered(
            lambda line: line.repartition_type == 'tax').account_id = \
            self.company_data['default_account_tax_sale']
        partner = self.env['res.partner'].create({'name': "Ledger Ltd"})
        self.connection.write({'hold_sending': True, 'compare_ledgers': True})
        self.move = self._invoice(partner_id=partner.id)
        self.connection.action_compare_ledgers('2026-03-31')
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.connection.with_env(
                self.env(cr=cr, user=SUPERUSER_ID, context={}))._run_cron()
        self.env.invalidate_all()

    def _user(self, **values):
        return new_test_user(
            self.env, 'ledgers', groups=MANAGER, company_id=self.env.company.id, **values)


@tagged('post_install', '-at_install')
class TestToursLedgers(LedgersCommon):
    browser_size = '1366x768'

    def test_from_the_dashboard_to_the_documents(self):
        self.start_tour('/odoo/xero', 'account_xero_ledgers', login=self._user().login,
                        timeout=120)
        self.env.invalidate_all()
        self.assertTrue(self.connection.sudo().ledger_wanted)


@tagged('post_install', '-at_install')
class TestToursLedgersPhone(LedgersCommon):
    browser_size = '390x844'
    touch_enabled = True

    def test_on_a_phone_in_german(self):
        self.env['res.lang']._activate_lang('de_DE')
        self.env['ir.module.module'].search(
            [('name', '=', 'account_xero')])._update_translations(['de_DE'])
        self.start_tour(
            '/odoo/action-account_xero.action_xero_ledger_line', 'account_xero_ledgers_phone',
            login=self._user(lang='de_DE').login, timeout=120)
