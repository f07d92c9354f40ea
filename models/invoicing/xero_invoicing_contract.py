"""Contracts of OCA's module `contract`, which need not be there: it is talked to by names."""
from odoo import models

from .xero_invoicing_source import Found

#: Periods of one contract that are invoiced in one go: more of them are a mistake.
PERIODS = 60


class XeroInvoicingContract(models.AbstractModel):
    _name = 'xero.invoicing.contract'
    _inherit = 'xero.invoicing.source'
    _description = "Contracts Invoiced at the End of a Month"

    _model = 'contract.contract'

    def _collect(self, run, companies):
        # OVERRIDES 'account_xero'
        contracts = self.env['contract.contract'].search([
            ('company_id', 'in', companies.ids), ('contract_type', '=', 'sale'),
            ('generation_type', '=', 'invoice'), ('recurring_next_date', '<=', run.date_to),
        ], order='id')
        return [self._describe(contract) for contract in contracts]

    def _describe(self, contract):
        """:rtype: Found"""
        contract = contract.with_company(contract.company_id)
        partner = contract.invoice_partner_id or contract.partner_id
        currency = contract.currency_id or contract.company_id.currency_id
        lines = contract._get_lines_to_invoice(contract.recurring_next_date).filtered(
            lambda line: not line.display_type)
        amount, would_be = 0, []
        for line in lines:
            values = line._prepare_invoice_line()
            taxes = contract.fiscal_position_id.map_tax(
                line.product_id.taxes_id._filter_taxes_by_company(contract.company_id))
            amount += taxes.compute_all(
                values['price_unit'] * (1 - values['discount'] / 100), currency,
                values['quantity'], line.product_id, partner)['total_included']
            would_be.append(self._as_invoiced(
                contract, line.product_id, taxes, currency_id=currency.id, **{
                    name: values[name] for name in (
                        'name', 'quantity', 'price_unit', 'analytic_distribution')}))
        return Found(contract, partner, currency, currency.round(amount), tuple(would_be))

    def _make(self, run, records, apart):
        # OVERRIDES 'account_xero': period by period, each under its own date
        made = {}
        for contract in records:
            moves = self.env['account.move']
            for _period in range(PERIODS):
                due = contract.recurring_next_date
                if not due or due > run.date_to:
                    break
                moves |= contract._recurring_create_invoice()
                if contract.recurring_next_date == due:
                    break
            made[contract] = moves
        return made
