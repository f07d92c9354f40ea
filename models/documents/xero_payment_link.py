from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools.misc import format_date

from ..core.kinds import CREDIT_NOTES, XERO_KINDS

#: Days by which the dates of one payment may differ between both sides.
NEAR = timedelta(days=5)


class XeroPaymentLink(models.Model):
    """A payment in Xero that was sent from here, or is about to be.

    A payment here may pay several documents; in Xero each of them has a payment of its own.
    """

    _name = 'xero.payment.link'
    _inherit = 'xero.organisation.mixin'
    _description = "Payment Sent to Xero"
    _order = 'id'
    _rec_name = 'payment_id'

    payment_id = fields.Many2one(
        'account.payment', required=True, readonly=True, index=True, ondelete='cascade')
    move_id = fields.Many2one(
        'account.move', "Document", required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='payment_id.company_id', store=True)
    currency_id = fields.Many2one(related='move_id.currency_id')
    journal_id = fields.Many2one('account.journal', required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    reference = fields.Char(readonly=True)
    xero_payment_id = fields.Char("Xero Payment ID", readonly=True)
    state = fields.Selection(
        [('new', "To send"), ('live', "In Xero"), ('deleted', "Deleted in Xero")],
        required=True, readonly=True, default='new')

    _xero_payment_uniq = models.UniqueIndex(
        "(company_id, xero_payment_id) WHERE xero_payment_id IS NOT NULL",
        "A payment in Xero is linked to one payment here.",
    )
    _part_uniq = models.UniqueIndex(
        "(payment_id, move_id) WHERE state <> 'deleted'",
        "A payment pays a document once in Xero.",
    )

    def _decimal(self):
        """:return: Decimal amount, in the document's currency"""
        return self.move_id._xero_decimal(self.amount)

    @api.model
    def _mark_live(self, found):
        """Xero has these. :param dict found: {link: its identifier there}"""
        for link, xero_id in found.items():
            link.write({'xero_payment_id': xero_id, 'state': 'live'})
        self.union(*found)._note_change()

    def _mark_deleted(self):
        """Xero has these no more."""
        self.write({'state': 'deleted'})
        self._note_change()

    def _note_change(self):
        self.payment_id._xero_show_links()
        # What was last applied of the documents is not what Xero had before this any more, so
        # that it counts as a change when it comes back.
        self.move_id._xero_store([(move, {'xero_pull_hash': None}) for move in self.move_id])

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

    # === WHAT XERO SHOWS OF THEM === #

    @api.model
    def _taken(self, connection, ids):
        """:return: those of some identifiers of Xero that payments here have already"""
        domain = [('company_id', 'in', connection.company_id._xero_together().ids),
                  ('xero_payment_id', 'in', list(ids))]
        return {record.xero_payment_id for model in (self, self.env['account.payment'])
                for record in model.sudo().search(domain)}

    def _match(self, payments, whatever_reference=True):
        """Find these among payments of Xero by amount and date, those of the same reference first;
        none is given away twice.

        :param list payments: Payment or PaymentRow of xero.documents, of the same document, that
            nothing here has
        :param bool whatever_reference: those of another one, too
        :return: {link: payment}
        """
        found, left = {}, list(payments)
        for by_reference in (True, False)[:1 + whatever_reference]:
            for link in self.filtered(lambda link: link not in found):
                match = next((
                    payment for payment in left
                    if payment.amount == link._decimal() and payment.date == link.date
                    and (not by_reference or payment.reference == (link.reference or ''))), None)
                if match:
                    found[link] = match
                    left.remove(match)
        return found

    def _is_deletion_on_its_way(self, connection):
        """
        :param recordset connection: `xero.connection`
        :return: whether it is to be deleted in Xero, because of something that was done here
        :rtype: bool"""
        return False

    def _drop_settled_requests(self, connection):
        """What was on its way for these may have come to its end without an answer.

        :param recordset connection: `xero.connection`
        """

    @api.model
    def _xero_binds(self, connection):
        # OVERRIDES 'account_xero'
        return bool(self.search_count([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('state', '=', 'live')], limit=1))

    # === IN WORDS === #

    def _in_words(self):
        return self.env._(
            "%(document)s: %(amount)s of %(date)s", document=self.move_id.display_name,
            amount=self.currency_id.format(self.amount), date=format_date(self.env, self.date))

    def _document_endpoint(self):
        """:return: the list in Xero that the document is in"""
        return 'CreditNotes' if self.move_id.move_type in CREDIT_NOTES else 'Invoices'
