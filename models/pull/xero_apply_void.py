from datetime import timedelta

from markupsafe import escape

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..core.kinds import GONE
from ..core.problem import error_words
from ..core.words import in_words, joined, lazy_amount, lazy_date
from ..documents.showing import lazy_status

_lt = LazyTranslate(__name__)

#: Fields of an invoice line that say which line of an order it invoices, where installed.
ORDER_LINE_FIELDS = ('sale_line_ids', 'purchase_line_id')


class XeroApplyVoid(models.AbstractModel):
    """Documents that were voided, or as drafts deleted, in Xero."""

    _name = 'xero.apply.void'
    _description = "Apply Voids of Xero"

    def _apply(self, connection, documents, _payments):
        """Follow voids: cancel the document, or reverse it where that is forbidden.

        Does nothing the second time, nor to what was cancelled or taken back before.

        :param recordset connection: `xero.connection` of the documents' company
        :param dict documents: {`account.move`: documents.Document}
        :raise UserError: Odoo allows neither
        """
        for move, document in documents.items():
            if document.status not in GONE or move.xero_void_applied:
                continue
            if move.state != 'cancel' and not self._is_taken_back(move):
                self._undo(connection, move, document)
            values = {**move._xero_success(), 'xero_status': document.status,
                      'xero_void_applied': True}
            move.write({name: value for name, value in values.items()
                        if (move[name] or None) != (value or None)})

    def _is_taken_back(self, move):
        """:return: whether a reversal that Xero does not have has settled it"""
        return move.payment_state == 'reversed' and any(
            reversal.state == 'posted' and (
                not reversal.xero_document_id or reversal.xero_status in GONE)
            for reversal in move.reversal_move_ids)

    def _differences(self, move, document):
        """As :meth:`XeroCompare._differences`."""
        if document.status in GONE and move.xero_void_applied and move.state == 'posted' \
                and not self._is_taken_back(move):
            yield 'status', _lt("Posted"), lazy_status(self.env, move.xero_status), _lt(
                "It was posted again after the void. Xero never brings a voided document back: "
                "duplicate it to send it as a new one, and cancel this one.")

    def _undo(self, connection, move, document):
        """Cancel or reverse the document, and say so."""
        newer = self._invoiced_again(move)
        if move.state == 'posted':
            self.env['xero.apply.payment']._settle(connection, {move: []})
            self.env['xero.apply.credit']._undo_payments(connection, move)
        matched = self._matched_names(move)
        what = _lt("Voided in Xero.") if document.status == 'VOIDED' else \
            _lt("Deleted in Xero, where it was a draft.")
        try:
            with self.env.cr.savepoint():
                move.button_cancel()
            done = _lt("It was cancelled here, too.")
        except UserError as error:
            if move.state != 'posted':
                raise
            reversal = self._reverse(move)
            done = _lt(
                "It could not be cancelled (%(reason)s), so %(name)s of %(date)s takes it back.",
                reason=str(error).strip(), name=reversal.name,
                date=lazy_date(self.env, reversal.date))
        words = joined(' ', (what, done, matched and _lt(
            "What it was matched with is open again: %s.", joined(', ', matched))))
        move._message_log(body=in_words(self.env, words))
        self.env['xero.log']._add_pulls(connection, [(move, 'success', None, words)])
        if newer:
            self._report_reinvoiced(connection, move, newer)

    def _matched_names(self, move):
        """:return: payments and documents that the cancellation leaves open, lazy texts"""
        partials = move.line_ids.matched_debit_ids | move.line_ids.matched_credit_ids
        others = (partials.debit_move_id | partials.credit_move_id).move_id - move
        return [
            _lt("%(document)s (%(amount)s)", document=other.name,
                amount=lazy_amount(currency, abs(other.amount_total)))
            for other in others - partials.exchange_move_id
            for currency in other.currency_id]

    def _reverse(self, move):
        """Take the document back on the first day that is open, at its own rate.

        :return: the reversal, posted and reconciled with the document
        """
        date = self._first_open_date(move)
        values = {
            'date': date, 'invoice_date': date, 'invoice_date_due': date,
            'invoice_payment_term_id': False,
            'invoice_currency_rate': move.invoice_currency_rate,
            'ref': self.env._("Void in Xero of %s", move.name),
            'xero_from_void': True,
        }
        return move._reverse_moves([values], cancel=True)

    def _first_open_date(self, move):
        """:return: the document's date, or the first one after the lock dates that hold it
        :rtype: datetime.date"""
        locks = move._get_violated_lock_dates(move.date, True)
        return locks[-1][0] + timedelta(days=1) if locks else move.date

    # === ORDERS === #

    def _invoiced_again(self, move):
        """Return the later invoices of the same order lines that count, drafts too.

        :rtype: recordset of `account.move`
        """
        if move.move_type not in ('out_invoice', 'in_invoice'):
            return move.browse()
        lines = move.invoice_line_ids
        moves = move.union(*(
            lines[name].invoice_lines.move_id for name in ORDER_LINE_FIELDS
            if name in lines._fields))
        return moves.filtered(
            lambda other: other.id > move.id and other.move_type == move.move_type
            and other.state != 'cancel' and other.payment_state != 'reversed')

    def _report_reinvoiced(self, connection, voided, newer):
        """Say on both sides that the order has a newer invoice; which one counts is for a person
        to decide."""
        title, fix = error_words('order_reinvoiced')
        words = _lt(
            "%(title)s: %(voided)s was voided in Xero, and %(newer)s invoices the same order. "
            "%(fix)s", title=title, voided=voided.name, fix=fix,
            newer=', '.join(newer.mapped('display_name')))
        message = in_words(self.env, words)
        rows = []
        for move in voided | newer:
            others = newer if move == voided else voided
            move._message_log(body=message)
            rows.append((move, 'failure', 'order_reinvoiced', words))
            if move != voided and (user := self._responsible(move) or self._responsible(others)):
                move.activity_schedule(
                    'mail.mail_activity_data_warning', user_id=user.id,
                    summary=in_words(self.env, title),
                    note=escape(message))
        self.env['xero.log']._add_pulls(connection, rows)

    def _responsible(self, move):
        """:return: the salesperson or buyer, else who made it; none when that was no person"""
        users = move.invoice_user_id or move.create_uid
        return users.filtered(lambda user: user.active and not user.share)[:1]
