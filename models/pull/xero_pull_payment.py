import logging
from dataclasses import replace
from functools import partial

from odoo import fields, models

from ...xero import query
from ...xero.documents import Payment
from ..core.apart import apart
from ..core.kinds import XERO_KINDS
from .xero_pull_document import WEBHOOK_DELAY

_logger = logging.getLogger(__name__)


class XeroPullPayment(models.AbstractModel):
    """Payments: those that are not here as they are in Xero have their documents fetched."""

    _name = 'xero.pull.payment'
    _inherit = 'xero.pull.handler'
    _description = "Pull of Xero's Payments"

    def _parse(self, row):
        return Payment.from_json(row)

    def _choose(self, connection, pull_list, events):
        ids = [xero_id for xero_id, group in events.items()
               if any(event.category in pull_list.categories for event in group)]
        documents = self.env['xero.linked']._moves_by_xero_id(connection, ids) if ids else {}
        return [xero_id for xero_id in ids if xero_id not in documents]

    def _choose_settled(self, connection, events, seen):
        """The echo of a payment that was made here, one that is deleted here, and one of which its
        document has just told. That the document is here as of a later moment would not do: a
        push's answer says nothing of its payments."""
        payments = self.env['account.payment'].search([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('xero_payment_id', 'in', list(events))]) if events else ()
        return {
            payment.xero_payment_id for payment in payments
            if payment.xero_deleted or payment.invoice_ids[:1].xero_document_id in seen
            or set(events[payment.xero_payment_id].mapped('event_type')) == {'CREATE'}}

    def _get(self, connection, pull_list, ids):
        """As many a call as fit into its address."""
        return [self._parse(row) for question in query.payments(ids)
                for row in self.env['xero.fetch']._get_page(
                    connection, pull_list.path, **question).rows]

    def _apply(self, connection, items, compare, payments):
        """To compare is for the documents to do."""
        link = self.env['xero.linked']
        items = self._with_documents_apart(connection, items)
        linked = link._moves_by_xero_id(connection, {p.document_id for p in items if p.document_id})
        items = [payment for payment in items if payment.document_id in linked]
        here = link._payments_live(connection, (payment.xero_id for payment in items))
        stale = {linked[payment.document_id] for payment in items
                 if here.get(payment.xero_id, False) != (payment.status != 'DELETED')}
        documents = self._get_documents(connection, stale)
        by_id = {payment.xero_id: payment for payment in items}
        found = {linked[document.xero_id]: document for document in documents}
        # What else is new of these documents needs its bank account, too.
        others = self.env['xero.fetch']._get_payments(connection, documents, dict(by_id))
        connection._commit_with_retry(self._apply_to, connection, found, by_id, others)
        after = link._payments_live(connection, by_id)
        if not compare:
            self._save_unannounced(connection, [
                by_id[one] for one in by_id if after.get(one) != here.get(one)])

    def _get_documents(self, connection, moves):
        """:param moves: documents that are linked
        :return: list of documents.Document, with all of their payments and credits"""
        documents = []
        for pull_list in connection._pull_lists():
            ids = [m.xero_document_id for m in moves if XERO_KINDS[m.move_type] in pull_list.kinds]
            if ids:
                documents += self.env[pull_list.handler]._get(connection, pull_list, ids)
        return self.env['xero.pull.document']._complete(connection, documents)

    def _with_documents_apart(self, connection, payments):
        """As :meth:`_with_documents`. Those for which that fails stay as they are."""
        unclear = []

        def failed(faults):
            for payment, error in faults:
                _logger.error("What payment %s of Xero pays here cannot be told", payment.xero_id,
                              exc_info=error)
                unclear.append(payment)

        found = apart(self.env, payments, partial(self._with_documents, connection), failed)
        return [*(payment for part in found for payment in part), *unclear]

    def _with_documents(self, connection, payments):
        """Add to payments that name no document, as a deleted one may, the one they pay here.

        :param list payments: documents.Payment
        :return: list of documents.Payment
        """
        lost = {payment.xero_id for payment in payments if not payment.document_id}
        paid = {payment.xero_payment_id: payment.invoice_ids[:1].xero_document_id
                for payment in lost and self.env['account.payment'].search([
                    ('company_id', 'in', connection.company_id._xero_together().ids),
                    ('xero_payment_id', 'in', list(lost))])}
        return [replace(payment, document_id=paid[payment.xero_id])
                if paid.get(payment.xero_id) else payment for payment in payments]

    def _apply_to(self, connection, found, payments, others):
        """
        :param dict found: {`account.move`: documents.Document}
        :param dict payments: {identifier: documents.Payment} that have changed
        :param dict others: likewise, further ones of these documents
        """
        self.env['account.move']._xero_apply(connection, found, {**others, **payments})
        booking = self.env['xero.apply.booking']
        apart(
            self.env, [payment for payment in payments.values() if payment.status == 'DELETED'],
            lambda some: [booking._log_missing(connection, payment) for payment in some],
            partial(self._save_faulty, connection))

    def _save_faulty(self, connection, faults):
        """Say at their documents that something fails for payments.

        :param list faults: (documents.Payment, exception)
        """
        linked = self.env['xero.linked']._moves_by_xero_id(
            connection, {payment.document_id for payment, _error in faults})
        for payment, error in faults:
            self.env['xero.apply']._save_refusal(connection, linked[payment.document_id], error)

    def _save_unannounced(self, connection, payments):
        """Remember that a poll found what a webhook should have told of by now, if any come.

        :param list payments: documents.Payment that were applied only now
        """
        now = fields.Datetime.now()
        if connection.last_webhook and any(
                payment.updated and payment.updated < now - WEBHOOK_DELAY for payment in payments):
            connection._commit_with_retry(connection.write, {'unannounced_at': now})
