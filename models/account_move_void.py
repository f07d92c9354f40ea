"""A document that was voided, or as a draft deleted, in Xero."""
from datetime import timedelta

from markupsafe import escape

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date, formatLang

from .account_move import GONE
from .account_move_preflight import Problem

#: Fields of an invoice line that say which line of an order it invoices, where installed.
ORDER_LINE_FIELDS = ('sale_line_ids', 'purchase_line_id')


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_void_applied = fields.Boolean(
        copy=False, prefetch='xero', readonly=True,
        help="The void in Xero was followed here. Whoever posts the document again means it.")
    xero_from_void = fields.Boolean(
        "Takes Back a Void in Xero", copy=False, readonly=True, groups='base.group_user',
        help="Reverses a document that was voided in Xero, so it has no place there itself.")

    # === WHAT STAYS OUT OF XERO === #

    def _xero_is_automatic(self):
        return not self.xero_from_void and super()._xero_is_automatic()

    def _xero_check_document(self, connection, currencies):
        yield from super()._xero_check_document(connection, currencies)
        if self.xero_from_void:
            yield Problem('document_not_editable', self.env._(
                "It takes back %(name)s, which was voided in Xero, so it has no counterpart there.",
                name=self.reversed_entry_id.name))
        if self.xero_document_id and self.xero_status in GONE:
            yield Problem('document_not_editable', self.env._(
                "%(number)s was voided or deleted in Xero, which is final. Duplicate the document "
                "to send it as a new one, and cancel this one.", number=self.xero_number))

    # === THE VOID === #

    def _xero_apply_void(self, connection, document):
        """Follow a void: cancel the document, or reverse it where that is forbidden.

        Does nothing the second time, nor to what was cancelled or taken back before.

        :param recordset connection: `xero.connection` of the document's company
        :param documents.Document document: as Xero has it, VOIDED or DELETED
        :raise UserError: Odoo allows neither
        """
        self.ensure_one()
        move = self.with_context(xero_pulling=True, skip_is_manually_modified=True)
        if move.xero_void_applied:
            return
        if move.state != 'cancel' and not move._xero_is_taken_back():
            move._xero_undo(connection, document)
        values = {**move._xero_success(), 'xero_status': document.status,
                  'xero_void_applied': True}
        move.write({name: value for name, value in values.items()
                    if (move[name] or None) != (value or None)})

    def _xero_is_taken_back(self):
        """:return: whether a reversal that Xero does not have has settled it"""
        return self.payment_state == 'reversed' and any(
            reversal.state == 'posted' and (
                not reversal.xero_document_id or reversal.xero_status in GONE)
            for reversal in self.reversal_move_ids)

    def _xero_differences(self, document):
        yield from super()._xero_differences(document)
        if document.status in GONE and self.xero_void_applied and self.state == 'posted' \
                and not self._xero_is_taken_back():
            yield 'status', self.env._("Posted"), self.xero_status_label, self.env._(
                "It was posted again after the void. Xero never brings a voided document back: "
                "duplicate it to send it as a new one, and cancel this one.")

    def _xero_undo(self, connection, document):
        """Cancel or reverse the document, and say so."""
        newer = self._xero_invoiced_again()
        if self.state == 'posted':
            self._xero_apply_payments(connection, {self: []})
            self._xero_undo_credit_payments(connection)
        matched = self._xero_matched_names()
        what = self.env._("Voided in Xero.") if document.status == 'VOIDED' else \
            self.env._("Deleted in Xero, where it was a draft.")
        try:
            with self.env.cr.savepoint():
                self.button_cancel()
            done = self.env._("It was cancelled here, too.")
        except UserError as error:
            if self.state != 'posted':
                raise
            reversal = self._xero_reverse()
            done = self.env._(
                "It could not be cancelled (%(reason)s), so %(name)s of %(date)s takes it back.",
                reason=str(error).strip(), name=reversal.name,
                date=format_date(self.env, reversal.date))
        parts = [what, done]
        if matched:
            parts.append(self.env._(
                "What it was matched with is open again: %s.", ', '.join(matched)))
        message = ' '.join(parts)
        self._message_log(body=message)
        self.env['xero.log']._add_pulls(connection, [(self, 'success', None, message)])
        if newer:
            self._xero_report_reinvoiced(connection, newer)

    def _xero_matched_names(self):
        """:return: payments and documents that the cancellation leaves open, in words"""
        partials = self.line_ids.matched_debit_ids | self.line_ids.matched_credit_ids
        others = (partials.debit_move_id | partials.credit_move_id).move_id - self
        return [
            f'{other.name} ({formatLang(self.env, abs(other.amount_total), currency_obj=currency)})'
            for other in others - partials.exchange_move_id
            for currency in other.currency_id]

    def _xero_reverse(self):
        """Take the document back on the first day that is open, at its own rate.

        :return: the reversal, posted and reconciled with the document
        """
        date = self._xero_first_open_date()
        values = {
            'date': date, 'invoice_date': date, 'invoice_date_due': date,
            'invoice_payment_term_id': False,
            'invoice_currency_rate': self.invoice_currency_rate,
            'ref': self.env._("Void in Xero of %s", self.name),
            'xero_from_void': True,
        }
        return self._reverse_moves([values], cancel=True)

    def _xero_first_open_date(self):
        """:return: the document's date, or the first one after the lock dates that hold it
        :rtype: datetime.date"""
        locks = self._get_violated_lock_dates(self.date, True)
        return locks[-1][0] + timedelta(days=1) if locks else self.date

    # === ORDERS === #

    def _xero_invoiced_again(self):
        """Return the later invoices of the same order lines that count, drafts too.

        :rtype: recordset of `account.move`
        """
        if self.move_type not in ('out_invoice', 'in_invoice'):
            return self.browse()
        lines = self.invoice_line_ids
        moves = self.union(*(
            lines[name].invoice_lines.move_id for name in ORDER_LINE_FIELDS
            if name in lines._fields))
        return moves.filtered(
            lambda move: move.id > self.id and move.move_type == self.move_type
            and move.state != 'cancel' and move.payment_state != 'reversed')

    def _xero_report_reinvoiced(self, connection, newer):
        """Say on both sides that the order has a newer invoice; which one counts is for a person
        to decide."""
        title, fix = self._xero_error_text('order_reinvoiced')
        rows = []
        for move in self | newer:
            others = newer if move == self else self
            message = self.env._(
                "%(title)s: %(voided)s was voided in Xero, and %(newer)s invoices the same order. "
                "%(fix)s", title=title, voided=self.name,
                newer=', '.join(newer.mapped('display_name')), fix=fix)
            move._message_log(body=message)
            rows.append((move, 'failure', 'order_reinvoiced', message))
            if move != self and (user := move._xero_responsible() or others._xero_responsible()):
                move.activity_schedule(
                    'mail.mail_activity_data_warning', user_id=user.id, summary=title,
                    note=escape(message))
        self.env['xero.log']._add_pulls(connection, rows)

    def _xero_responsible(self):
        """:return: the salesperson or buyer, else who made it; none when that was no person"""
        users = self.invoice_user_id or self.create_uid
        return users.filtered(lambda user: user.active and not user.share)[:1]
