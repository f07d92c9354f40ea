from decimal import Decimal

from odoo import api, fields, models
from odoo.tools.misc import format_date

from .account_move import CREDIT_NOTES


class XeroPaymentLink(models.Model):
    """A payment in Xero that was sent from here, or is about to be.

    A payment here may pay several documents; in Xero each of them has a payment of its own.
    """

    _name = 'xero.payment.link'
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
    def _note_live(self, found):
        """Xero has these. :param dict found: {link: its identifier there}"""
        for link, xero_id in found.items():
            link.write({'xero_payment_id': xero_id, 'state': 'live'})
        self.union(*found)._note_change()

    def _note_deleted(self):
        """Xero has these no more."""
        self.write({'state': 'deleted'})
        self._note_change()

    def _note_change(self):
        self.payment_id._xero_note_links()
        # What was last applied of the documents is not what Xero had before this any more, so
        # that it counts as a change when it comes back.
        self.move_id._xero_store([(move, {'xero_pull_hash': None}) for move in self.move_id])

    # === WHAT XERO SHOWS OF THEM === #

    @api.model
    def _apply(self, connection, truth):
        """Apply what Xero says of payments that were sent from here: one whose answer was lost is
        adopted, one that was deleted there is undone.

        :param recordset connection: `xero.connection`
        :param dict truth: {document: list of its live documents.Payment}
        :return: ``truth`` without the payments that were sent from here
        """
        links = self.sudo().search([
            ('company_id', '=', connection.company_id.id), ('state', '!=', 'deleted'),
            ('move_id', 'in', [move.id for move in truth])])
        if not links:
            return truth
        live = {payment.xero_id for payments in truth.values() for payment in payments}
        taken = self._taken(connection, live)
        adopted = self.browse()
        for move, payments in truth.items():
            found = links.filtered(
                lambda link, move=move: link.move_id == move and link.state == 'new'
            )._match([payment for payment in payments if payment.xero_id not in taken])
            self._note_live({link: payment.xero_id for link, payment in found.items()})
            adopted |= self.union(*found)
        gone = links.filtered(
            lambda link: link.state == 'live' and link.xero_payment_id not in live)
        for link in gone:
            link._undo(connection)
        adopted.payment_id._xero_conclude()
        connection._drop_settled_payments()
        ours = set((links - gone).mapped('xero_payment_id'))
        return {move: [payment for payment in payments if payment.xero_id not in ours]
                for move, payments in truth.items()}

    @api.model
    def _taken(self, connection, ids):
        """:return: those of some identifiers of Xero that payments here have already"""
        domain = [('company_id', '=', connection.company_id.id),
                  ('xero_payment_id', 'in', list(ids))]
        return {record.xero_payment_id for model in (self, self.env['account.payment'])
                for record in model.sudo().search(domain)}

    def _match(self, payments):
        """Find these among payments of Xero by amount and date, those of the same reference first;
        none is given away twice.

        :param list payments: Payment or PaymentRow of xero.documents, of the same document, that
            nothing here has
        :return: {link: payment}
        """
        found, left = {}, list(payments)
        for by_reference in (True, False):
            for link in self.filtered(lambda link: link not in found):
                match = next((
                    payment for payment in left
                    if payment.amount == link._decimal() and payment.date == link.date
                    and (not by_reference or payment.reference == (link.reference or ''))), None)
                if match:
                    found[link] = match
                    left.remove(match)
        return found

    def _undo(self, connection):
        """This payment was deleted in Xero: take it back here, too, unless that is what was asked
        for from here.

        :param recordset connection: `xero.connection`
        :raise UserError: Odoo refuses it
        """
        payment, move = self.payment_id, self.move_id
        asked = self.id in connection._payment_requests('unpay')._record_ids()
        parts = payment._xero_parts()
        pulling = payment.with_context(xero_pulling=True, skip_is_manually_modified=True)
        if not asked and parts.keys() == {move} and (payment.is_reconciled or not payment.move_id):
            pulling._xero_undo(connection)
        elif not asked and move in parts:
            lines = pulling.move_id.line_ids
            (lines.matched_debit_ids | lines.matched_credit_ids).filtered(
                lambda part: move in (part.debit_move_id | part.credit_move_id).move_id).unlink()
            self.env['xero.log']._add_pulls(connection, [(move, 'success', None, self.env._(
                "The part of %(amount)s that %(name)s paid of this was deleted in Xero and taken "
                "back here.",
                amount=self.currency_id.format(self.amount), name=payment.display_name))])
        self._note_deleted()

    # === IN WORDS === #

    def _in_words(self):
        return self.env._(
            "%(document)s: %(amount)s of %(date)s", document=self.move_id.display_name,
            amount=self.currency_id.format(self.amount), date=format_date(self.env, self.date))

    def _document_endpoint(self):
        """:return: the list in Xero that the document is in"""
        return 'CreditNotes' if self.move_id.move_type in CREDIT_NOTES else 'Invoices'


def base_rate(amount, base):
    """Return the rate with which Xero values an amount as Odoo does.

    Xero: CurrencyRate is units of the document's currency for one of the base currency, with six
    places.

    :param Decimal amount: in the document's currency
    :param Decimal base: in the base currency
    :return: Decimal, None where there is nothing to divide by
    """
    return (amount / base).quantize(Decimal('1.000000')) if base else None
