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
        return [self._describe(run, contract) for contract in contracts]

    def _describe(self, run, contract):
        """:rtype: Found"""
        currency = contract.currency_id or contract.company_id.currency_id
        lines = contract._get_lines_to_invoice(run.date_to)
        return Found(
            contract, contract.invoice_partner_id or contract.partner_id, currency,
            currency.round(sum(lines.mapped('price_subtotal'))))

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
