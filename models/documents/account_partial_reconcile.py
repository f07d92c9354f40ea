from odoo import api, fields, models

from ..core.kinds import CREDIT_NOTES, XERO_KINDS
from .account_move_allocation import matched_amount


class AccountPartialReconcile(models.Model):
    _name = 'account.partial.reconcile'
    _inherit = ['account.partial.reconcile', 'xero.guard.mixin']

    xero_credit_key = fields.Char(
        copy=False, prefetch='xero', readonly=True, index='btree_not_null',
        help="Credit and invoice of the allocation in Xero that this is: its ids, with a slash "
             "between. Empty for what was only matched here so far.")

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        partials = super().create(vals_list)
        partials._xero_payments()._xero_queue()
        self.env['xero.settlement']._queue(partials._xero_settled())
        self.env['xero.allocation']._queue(dict.fromkeys(partials._xero_credits(), 0))
        return partials

    def unlink(self):
        # EXTENDS 'account'
        payments, credited = self._xero_payments(), self._xero_credits()
        settled = self._xero_settled()
        result = super().unlink()
        payments.exists()._xero_queue()
        self.env['xero.settlement']._queue(settled)
        self.env['xero.allocation']._queue(credited)
        return result

    def _xero_payments(self):
        """:return: the payments of documents among these, in companies that send theirs to Xero"""
        companies = self.env['res.company']._xero_sending_payments_ids()
        nothing = self.env['account.payment']
        if not companies or self.env.context.get('xero_pulling'):
            return nothing
        return nothing.union(*(
            one.origin_payment_id
            for partial in self.sudo() if partial.company_id.id in companies
            for one, other in (
                (partial.debit_move_id.move_id, partial.credit_move_id.move_id),
                (partial.credit_move_id.move_id, partial.debit_move_id.move_id))
            if other.move_type in XERO_KINDS))

    def _xero_settled(self):
        """
        :return: {(entry, document)} of what journal entries pay without a payment among these, as a
            line of the bank's statement or a point of sale does, in companies that send theirs
        :rtype: set
        """
        companies = self.env['res.company']._xero_sending_payments_ids()
        if not companies or self.env.context.get('xero_pulling'):
            return set()
        return {
            (payer.move_id, line.move_id)
            for partial in self.sudo() if partial.company_id.id in companies
            for payer, line in (
                (partial.debit_move_id, partial.credit_move_id),
                (partial.credit_move_id, partial.debit_move_id))
            if line.move_id.move_type in XERO_KINDS and line.display_type == 'payment_term'
            and payer.move_id.move_type == 'entry' and not payer.move_id.origin_payment_id}

    def _xero_credits(self):
        """:return: {(credit note, invoice): amount in the credit note's currency} of what is
            matched among these by people, in connected companies"""
        companies = self.env['res.company']._xero_connected_ids()
        amounts = {}
        if not companies or self.env.context.get('xero_pulling'):
            return amounts
        for partial in self.sudo().filtered(lambda partial: partial.company_id.id in companies):
            moves = (partial.debit_move_id | partial.credit_move_id).move_id
            credit = moves.filtered(lambda move: move.move_type in CREDIT_NOTES)
            invoice = moves - credit
            if len(credit) == len(invoice) == 1 and invoice.move_type in XERO_KINDS:
                amounts[credit, invoice] = credit.currency_id.round(
                    amounts.get((credit, invoice), 0) + matched_amount(credit, partial))
        return amounts
