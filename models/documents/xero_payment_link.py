from decimal import Decimal

from odoo import api, fields, models

from ..core.kinds import XERO_KINDS


class XeroPaymentLink(models.Model):
    """A payment in Xero that was sent from here, or is about to be.

    A payment here may pay several documents; in Xero each of them has a payment of its own.
    """

    _name = 'xero.payment.link'
    _inherit = ['xero.paid.mixin', 'xero.organisation.mixin']
    _description = "Payment Sent to Xero"
    _order = 'id'
    _rec_name = 'payment_id'

    payment_id = fields.Many2one(
        'account.payment', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(
        'res.company', compute='_compute_company_id', precompute=True, store=True)

    _xero_payment_uniq = models.UniqueIndex(
        "(company_id, xero_payment_id) WHERE xero_payment_id IS NOT NULL",
        "A payment in Xero is linked to one payment here.",
    )
    _part_uniq = models.UniqueIndex(
        "(payment_id, move_id) WHERE state <> 'deleted'",
        "A payment pays a document once in Xero.",
    )

    # It stays as it is when it is made: whatever is written on a document asks no table of ours.
    def _compute_company_id(self):
        for one in self:
            one.company_id = one.payment_id.company_id

    def _get_payers(self):
        # OVERRIDES 'account_xero'
        return self.payment_id

    def _note_change(self):
        # EXTENDS 'account_xero'
        self.payment_id._xero_show_links()
        return super()._note_change()

    # === WHAT WAS PAID === #

    @api.model
    def _left_to_pay(self, move):
        """Return what is still to be paid of a document.

        A payment of Odoo without a journal entry leaves the residual as it is until the bank's
        statement comes.

        :return: amount in the document's currency
        :rtype: Decimal
        """
        return move._xero_decimal(move.amount_residual) - self._paid_without_entry(move)

    @api.model
    def _paid(self, move):
        """:return: what is paid of a document, credits left out, in the document's currency
        :rtype: Decimal"""
        return sum((
            amount for (_move, line), amount in self._paid_parts(move).items()
            if '/' not in (line.move_id.origin_payment_id.xero_payment_id or '')
        ), self._paid_without_entry(move))

    @api.model
    def _paid_without_entry(self, move):
        """:return: what payments without a journal entry pay of a document, which may be a part of
            each
        :rtype: Decimal"""
        parts = [payment._xero_parts().get(move) for payment in move.matched_payment_ids
                 if payment.state == 'in_process' and not payment.move_id]
        return sum((part.amount for part in parts if part), Decimal())

    @api.model
    def _paid_parts(self, moves):
        """Return what documents are reconciled with, but for credit notes.

        :return: {(document, counterpart `account.move.line`): amount in the document's currency}
        """
        parts = {}
        for line in moves._xero_payment_terms():
            move = line.move_id
            for other, amount in (
                *((p.credit_move_id, p.debit_amount_currency) for p in line.matched_credit_ids),
                *((p.debit_move_id, p.credit_amount_currency) for p in line.matched_debit_ids),
            ):
                amount = move._xero_decimal(amount)
                if amount and other.move_id.move_type not in XERO_KINDS:
                    parts[move, other] = parts.get((move, other), 0) + amount
        return parts

    @api.model
    def _xero_binds(self, connection):
        # OVERRIDES 'account_xero'
        return bool(self.search_count([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('state', '=', 'live')], limit=1))
