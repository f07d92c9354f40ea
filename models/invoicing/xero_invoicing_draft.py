"""Draft invoices of the period, recurring ones too: they are only posted."""
from odoo import fields, models

from ..core.kinds import MONEY_LINES
from .xero_invoicing_source import Found


class XeroInvoicingDraft(models.AbstractModel):
    _name = 'xero.invoicing.draft'
    _inherit = 'xero.invoicing.source'
    _description = "Draft Invoices of a Month"

    _model = 'account.move'

    def _domain(self, run, companies):
        """:return: the drafts that are due: those that nobody is at work on in both books
        :rtype: Domain"""
        dated = fields.Domain('invoice_date', '<=', run.date_to)
        undated = fields.Domain('invoice_date', '=', False) & fields.Domain(
            'date', '<=', run.date_to)
        return (dated | undated) & fields.Domain([
            ('company_id', 'in', companies.ids), ('state', '=', 'draft'),
            ('move_type', 'in', ('out_invoice', 'out_refund')),
            ('xero_document_id', '=', False), ('xero_origin', '=', False)])

    def _collect(self, run, companies):
        # OVERRIDES 'account_xero'
        moves = self.env['account.move'].search(self._domain(run, companies), order='id')
        return [Found(
            move, move.partner_id, move.currency_id,
            -move.amount_total if move.move_type == 'out_refund' else move.amount_total,
            tuple(move.invoice_line_ids.filtered(
                lambda line: line.display_type in MONEY_LINES)))
            for move in moves.with_prefetch(moves.ids)]

    def _make(self, run, records, apart):
        # OVERRIDES 'account_xero'
        due = self.env['account.move'].search(
            self._domain(run, records.company_id) & fields.Domain('id', 'in', records.ids))
        return {move: move & due for move in records}
