"""What a payment in Xero that was sent from here is, whatever pays here."""
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from ..core.kinds import CREDIT_NOTES
from ..core.words import lazy_amount, lazy_date

_lt = LazyTranslate(__name__)

#: Days by which the dates of one payment may differ between both sides.
NEAR = timedelta(days=5)
#: Models whose records are payments in Xero.
TAKERS = ('xero.payment.link', 'xero.settlement', 'account.payment')


class XeroPaidMixin(models.AbstractModel):
    """A payment of one document in Xero that was sent from here, or is about to be."""

    _name = 'xero.paid.mixin'
    _description = "Payment of One Document in Xero"

    move_id = fields.Many2one(
        'account.move', "Document", required=True, readonly=True, index=True, ondelete='cascade')
    currency_id = fields.Many2one(related='move_id.currency_id')
    journal_id = fields.Many2one('account.journal', required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    reference = fields.Char(readonly=True)
    xero_payment_id = fields.Char("Xero Payment ID", readonly=True)
    state = fields.Selection(
        [('new', "To send"), ('live', "In Xero"), ('deleted', "Deleted in Xero")],
        required=True, readonly=True, default='new')

    def _get_payers(self):
        """:return: the records that pay here, of a model with `xero.sync.mixin`"""
        return self

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
        # What was last applied of the documents is not what Xero had before this any more, so
        # that it counts as a change when it comes back.
        self.move_id._xero_store([(move, {'xero_pull_hash': None}) for move in self.move_id])

    # === WHAT XERO SHOWS OF THEM === #

    @api.model
    def _taken(self, connection, ids):
        """:return: those of some identifiers of Xero that payments here have already"""
        domain = [('company_id', 'in', connection.company_id._xero_together().ids),
                  ('xero_payment_id', 'in', list(ids))]
        return {record.xero_payment_id for model in map(self.env.__getitem__, TAKERS)
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

    # === IN WORDS === #

    def _in_words(self):
        """:return: what is paid, a lazy text"""
        return _lt(
            "%(document)s: %(amount)s of %(date)s", document=self.move_id.display_name,
            amount=lazy_amount(self.currency_id, self.amount), date=lazy_date(self.env, self.date))

    def _document_endpoint(self):
        """:return: the list in Xero that the document is in"""
        return 'CreditNotes' if self.move_id.move_type in CREDIT_NOTES else 'Invoices'
