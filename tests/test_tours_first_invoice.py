"""From an empty connection to the first invoice in Xero, on the charts of accounts as they are."""
from odoo import Command
from odoo.tests import new_test_user, tagged

from .common_tour import XeroTourCommon

MANAGER = 'account_xero.group_xero_manager,base.group_system,account.group_account_manager'


class FirstInvoiceCommon(XeroTourCommon):
    """Nothing is typed but the two keys, and the tour counts the clicks."""

    browser_size = '1366x768'

    def _check(self, chart, country, module):
        if self.env['ir.module.module']._get(module).state != 'installed':
            self.skipTest(f"{module} is not installed")
        company = self.env['res.company'].create({
            'name': f"First of {module}",
            'country_id': self.env['res.country'].search([('code', '=', country)]).id})
        self.env['account.chart.template'].try_loading(chart, company=company, install_demo=False)
        currency = company.currency_id.name
        self.org = self.sandbox.add_organisation(
            company.name, country=country, base_currency=currency, currencies=[currency])
        tax = company.account_sale_tax_id
        if tax.amount not in {float(rate['EffectiveRate'])
                              for rate in self.org.store['TaxRates'].values()}:
            # What an organisation sells at has been set up there, where Xero brings no such rate.
            self.org.add_tax_rate('TAX001', "Sales Tax", tax.amount)
        user = new_test_user(
            self.env, f'first-{module}', groups=MANAGER, company_id=company.id,
            company_ids=[Command.set(company.ids)])
        move = self.env['account.move'].with_company(company).create({
            'move_type': 'out_invoice', 'invoice_date': '2026-03-02',
            'partner_id': self.env['res.partner'].create({'name': "First Ltd"}).id,
            'invoice_line_ids': [Command.create({
                'name': "Work", 'quantity': 3, 'price_unit': 33.33,
                'tax_ids': [Command.set(tax.ids)]})]})
        self.start_tour('/odoo', 'account_xero_first_invoice', login=user.login, timeout=120)
        self.env.invalidate_all()
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
        [document] = self.org.invoices
        self.assertEqual(float(document['Total']), move.amount_total)
        self.assertTrue(move.amount_tax)


@tagged('post_install', '-at_install')
class TestToursFirstInvoice(FirstInvoiceCommon):

    def test_united_kingdom(self):
        self._check('uk', 'GB', 'l10n_uk')

    def test_generic(self):
        self._check('generic_coa', 'US', 'account')


@tagged('post_install', '-at_install')
class TestToursFirstInvoiceAbroad(FirstInvoiceCommon):
    """Charts of modules that only the database with orders has."""

    def test_australia(self):
        self._check('au', 'AU', 'l10n_au')

    def test_new_zealand(self):
        self._check('nz', 'NZ', 'l10n_nz')

    def test_united_states(self):
        self._check('generic_coa', 'US', 'l10n_us')
