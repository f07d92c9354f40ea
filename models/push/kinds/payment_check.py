"""Payments that Xero may have already, because a person registered them there, too."""
from functools import partial

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ...core.apart import apart
from ...core.problem import Problem
from ...core.words import lazy_amount, lazy_date
from ...documents.xero_paid_mixin import NEAR
from ..xero_push import LookUpFailed

_lt = LazyTranslate(__name__)


class XeroPushPaymentCheck(models.AbstractModel):
    """What Xero has of documents is read right before they are paid there: what the pull has not
    brought yet may be the very payment that is about to be sent."""

    _name = 'xero.push.payment.check'
    _description = "Payments That Xero May Have"

    def _check(self, kind, connection, payments):
        """Link payments that Xero has already, and ask people about those that it may have.

        :param recordset kind: `xero.push.payment`, or another one that extends it
        :param recordset connection: `xero.connection`
        :param recordset payments: of its model, that are about to be sent
        :return: those that still are to be sent
        :raise XeroError: nothing can be asked now
        """
        moves = self.env['account.move'].browse(connection._commit_with_retry(
            self._documents_to_pay, payments))
        if moves:
            try:
                documents = self.env['xero.push']._get_documents(connection, moves)
            except LookUpFailed as failed:
                connection._commit_with_retry(payments._xero_count_attempt, failed.error)
                return payments.browse()
            connection._commit_with_retry(
                self._compare_apart, kind, connection, payments, documents)
        return self._still_to_send(kind, connection, payments)

    def _documents_to_pay(self, payments):
        """:return: ids of the documents that something is to be sent of"""
        moves = apart(self.env, payments, lambda some: [
            move.id for payment in some if not payment.xero_manual
            for move in payment._xero_prepare_plan().missing], payments._xero_fail_faulty)
        return sorted({move for part in moves for move in part})

    def _still_to_send(self, kind, connection, payments):
        """:return: those of some payments that are to be sent, after the time that a call took"""
        return payments.search(kind._domain(connection)
                               & fields.Domain('id', 'in', payments.ids), order='id')

    def _compare_apart(self, kind, connection, payments, documents):
        """As :meth:`_compare`. One for which that fails is not sent."""
        payments = self._still_to_send(kind, connection, payments)
        payments.filtered(lambda payment: payment.xero_state == 'waiting').xero_state = 'pending'
        apart(self.env, payments, partial(self._compare, connection, documents),
              payments._xero_fail_faulty)

    def _compare(self, connection, documents, payments):
        """Compare what is to be sent with what Xero has.

        :param dict documents: {identifier: documents.Document}
        :param recordset payments: `account.payment`
        """
        parts = {}
        for payment in payments:
            plan = payment._xero_prepare_plan()
            for move, part in {} if plan.problem else plan.missing.items():
                parts.setdefault(move, []).append((payment, part.amount))
        parts = {move: rows for move, rows in parts.items() if move.xero_document_id in documents}
        taken = self.env['xero.payment.link']._taken(connection, [
            row.xero_id for move in parts for row in documents[move.xero_document_id].payments])
        for move, rows in parts.items():
            self._compare_document(move, documents[move.xero_document_id], taken, rows)
        payments._xero_conclude()

    def _compare_document(self, move, document, taken, parts):
        """Link what Xero has of payments of a document; see :meth:`_compare`.

        :param taken: identifiers of payments of Xero that are known here
        :param list parts: (`account.payment`, Decimal that it pays of the document) to be sent
        """
        paid_here = self.env['xero.payment.link']._paid(move)
        # What Xero has more than what is here and was sent, or is of other entries here.
        unknown = sum(row.amount for row in document.payments) + (document.cis_deduction or 0) - (
            paid_here - sum(amount for _payment, amount in parts))
        rows = [row for row in document.payments if row.xero_id not in taken and row.date]
        for payment, amount in parts:
            equal = [row for row in rows if row.amount == amount]
            if payment.xero_manual or not equal or unknown <= 0:
                continue
            row = min(equal, key=lambda row, payment=payment: abs(row.date - payment.date))
            if abs(row.date - payment.date) > NEAR:
                payment._xero_fail([self._unclear_problem(payment, move, row)])
                continue
            payment._xero_adopt_part(row.xero_id, move)
            rows.remove(row)
            unknown -= amount
            self.env['xero.log']._add_records('push', [(payment, 'success', None, _lt(
                "Registered in Xero, too, and linked: %(amount)s of %(date)s for %(document)s",
                amount=lazy_amount(move.currency_id, amount), date=lazy_date(self.env, row.date),
                document=move.display_name))])

    def _unclear_problem(self, payment, move, row):
        """:param documents.PaymentRow row: that may be the payment
        :return: Problem that asks people"""
        return Problem('payment_unclear', _lt(
            "%(document)s: Xero has a payment of %(amount)s dated %(there)s; this one is dated "
            "%(here)s.", document=move.display_name,
            amount=lazy_amount(move.currency_id, row.amount),
            there=lazy_date(self.env, row.date), here=lazy_date(self.env, payment.date)))
