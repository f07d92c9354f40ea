"""Charts of accounts of the countries where Xero is used most: matched, and invoices go out."""
from odoo import Command
from odoo.tests import tagged

from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestCharts(XeroCommon):

    def _map(self, connection):
        if connection.company_id == self.env.company:
            return super()._map(connection)
        connection.action_auto_map()
        accounts = {account.code: account for account in connection.env['xero.account'].search(
            [('connection_id', '=', connection.id)])}
        for journal, code in (('sale', '200'), ('purchase', '429')):
            self._journal(connection.company_id, journal).default_account_id.with_company(
                connection.company_id).xero_account_id = accounts[code]

    def _journal(self, company, kind):
        return self.env['account.journal'].search(
            [('company_id', '=', company.id), ('type', '=', kind)], limit=1)

    def _check(self, chart, country, module):
        if self.env['ir.module.module']._get(module).state != 'installed':
            self.skipTest(f"{module} is not installed")
        company = self.env['res.company'].create({
            'name': f"Chart {chart}",
            'country_id': self.env['res.country'].search([('code', '=', country)]).id})
        self.env.user.company_ids += company
        self.env['account.chart.template'].try_loading(chart, company=company, install_demo=False)
        currency = company.currency_id.name
        self.org = self.sandbox.add_organisation(
            company.name, country=country, base_currency=currency, currencies=[currency])
        connection = self._connect(company, self.org)
        self.assertTrue(connection.env['account.account'].with_company(company).search_count(
            [('company_ids', 'in', company.id), ('xero_account_id', '!=', False)]))
        moves = self.env['account.move'].with_company(company)
        for kind, journal, tax in (
                ('out_invoice', 'sale', company.account_sale_tax_id),
                ('in_invoice', 'purchase', company.account_purchase_tax_id)):
            tax = tax.with_company(company)
            tax = tax if tax.xero_tax_rate_id else tax.browse()
            moves |= moves.create({
                'move_type': kind, 'partner_id': self.partner_a.id, 'invoice_date': '2026-03-02',
                'ref': f"{kind} 1", 'invoice_line_ids': [Command.create({
                    'name': "Work", 'quantity': 3, 'price_unit': 33.33,
                    'account_id': self._journal(company, journal).default_account_id.id,
                    'tax_ids': [Command.set(tax.ids)]})]})
        moves.action_post()
        self._push()
        self.assertEqual(moves.mapped('xero_state'), ['synced'] * 2,
                         moves.mapped('xero_error_message'))
        totals = {document['InvoiceID']: float(document['Total'])
                  for document in self.org.invoices}
        self.assertEqual(totals, {move.xero_document_id: move.amount_total for move in moves})
        return moves.invoice_line_ids.tax_ids

    def test_united_kingdom(self):
        taxes = self._check('uk', 'GB', 'l10n_uk')
        self.assertEqual(taxes.mapped('amount'), [20, 20])

    def test_australia(self):
        taxes = self._check('au', 'AU', 'l10n_au')
        self.assertEqual(taxes.mapped('amount'), [10, 10])

    def test_new_zealand(self):
        taxes = self._check('nz', 'NZ', 'l10n_nz')
        self.assertEqual(taxes.mapped('amount'), [15, 15])

    def test_united_states(self):
        self._check('generic_coa', 'US', 'l10n_us')
