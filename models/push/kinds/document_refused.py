"""Documents that Xero refused: what it has instead, and what can be done about it."""
from functools import partial

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ....xero import query
from ....xero.documents import Document, PaymentRow
from ...contacts.merged import as_merged
from ...core.kinds import GONE
from ...core.problem import Problem
from ...core.words import joined, lazy_date, lazy_sum, say
from ...documents.account_move_void import is_void_wanted, voided_values
from ...documents.cures import cure_of

_lt = LazyTranslate(__name__)


class XeroPushDocument(models.AbstractModel):
    _inherit = 'xero.push.document'

    # === WHAT XERO REFUSED === #

    def _doubt(self, rejection):
        # OVERRIDES 'account_xero'
        doubts = {('create', 'number_taken'): 'create', ('update', 'number_taken'): 'renumber',
                  ('update', 'document_not_editable'): 'update',
                  ('update', 'not_in_xero'): 'update'}
        doubt = 'cancel' if rejection.operation == 'cancel' \
            else doubts.get((rejection.operation, rejection.code))
        note = 'CreditNoteID' in rejection.element or 'CreditNoteNumber' in rejection.element
        return doubt and ('CreditNotes' if note else 'Invoices', doubt)

    def _questions(self, path, operation, rejections):
        # OVERRIDES 'account_xero'
        ask = query.by_number if operation in ('create', 'renumber') else query.by_id
        return ask(path, [rejection.element for rejection in rejections])

    def _resolve(self, connection, operation, rejections, rows):
        # OVERRIDES 'account_xero'
        renumber = partial(self.env['xero.push.numbers']._resolve, self)
        resolve = {'create': self._resolve_taken, 'renumber': renumber,
                   'update': self._resolve_updates, 'cancel': self._resolve_cancels}[operation]
        resolve(connection, rejections, list(map(Document.from_json, rows)))

    def _resolve_taken(self, connection, rejections, documents):
        """See whether a document with a number that is taken is ours after all."""
        found = self._match_documents(
            connection, [rejection.element for rejection in rejections],
            [rejection.item for rejection in rejections], documents)
        self._adopt(connection, [
            (rejections[position].item, *document) for position, document in found.items()])
        self.env['xero.push.numbers']._resolve(self, connection, [
            rejection for position, rejection in enumerate(rejections) if position not in found],
            documents)

    def _resolve_updates(self, connection, rejections, documents):
        """Say what in Xero stands in the way of a change."""
        known = {document.xero_id: document for document in documents}
        advice = _lt(
            "Remove that in Xero and press Sync now; or keep the amounts as they were, and make a "
            "credit note or a second document for the difference.")
        for rejection in rejections:
            document = known.get(_identity(rejection))
            if rejection.code == 'not_in_xero':
                self._fail(connection, [
                    self.env['xero.push.existing']._explain_missing(rejection, document)])
            elif document and document.status in GONE:
                self._fail(connection, [rejection._replace(code='voided_in_xero')])
            else:
                self._fail_applied(connection, rejection, document, advice)

    def _resolve_cancels(self, connection, rejections, documents):
        """A void that was refused has happened already, or the status has changed meanwhile, or
        something is applied in Xero."""
        known = {document.xero_id: document for document in documents}
        advice = _lt(
            "Remove that in Xero and press Sync now; or post the document again here, if it is to "
            "stay.")
        for rejection in rejections:
            [move] = self._get_rejected(connection, rejection)
            document = known.get(_identity(rejection))
            if is_void_wanted(move):
                self._resolve_void(connection, rejection, move, document)
                continue
            if not document and rejection.code == 'not_in_xero':
                # What is not there needs no void.
                move._xero_store([(move, {**move._xero_success(), 'xero_status': 'DELETED'})]
                                 if move else [])
                continue
            if not document or document.payments or document.credits or (
                    document.status == move.xero_status and document.status not in GONE):
                self._fail_applied(connection, rejection, document, advice)
                continue
            values = {'xero_status': document.status, 'xero_last_pull': fields.Datetime.now()}
            if document.status in GONE:
                values.update(move._xero_success())
            else:
                move._xero_queue()      # with today's status the right way to cancel is known
            move._xero_store([(move, values)] if move else [])
            move.filtered('xero_differs')._xero_queue_pull()

    def _resolve_void(self, connection, rejection, move, document):
        """As :meth:`_resolve_cancels`, of one that stays here.

        :param recordset move: `account.move`
        :param document: documents.Document, None where Xero has none
        """
        if document.status in GONE if document else rejection.code == 'not_in_xero':
            move._xero_store([(move, voided_values(move))])
        elif document and not document.payments and not document.credits \
                and document.status != move.xero_status:
            move._xero_queue()
            move._xero_store([(move, {'xero_status': document.status})])
        else:
            self._fail_applied(connection, rejection, document, _lt(
                "It cannot be voided like that. Remove that in Xero and press Sync now; or reset "
                "it to draft here, if it is to stay."))

    def _fail_applied(self, connection, rejection, document, advice):
        """Fail a document for what is applied to it in Xero; the pull releases it when that is
        gone. Parameters as of :meth:`_with_reason`."""
        [moves] = self._get_rejected(connection, rejection)
        self._fail(connection, [self._with_reason(rejection, document, advice)])
        if document and (document.payments or document.credits):
            moves._xero_store([
                (move, {'xero_refused_hash': document.fingerprint}) for move in moves])

    def _with_reason(self, rejection, document, advice):
        """Put before Xero's words what is applied to the document there, and what to do.

        :param document: documents.Document, None where Xero does not tell
        :param advice: what to do, a lazy text
        :rtype: Rejection
        """
        rows = (*document.payments, *document.credits) if document else ()
        money = [lazy_sum(self.env, row.amount or 0, document.currency_code) for row in rows]
        applied = []
        for row, amount in zip(rows, money, strict=True):
            if isinstance(row, PaymentRow):
                applied.append(_lt("%(amount)s paid on %(date)s", amount=amount,
                                   date=lazy_date(self.env, row.date)))
            elif row.number and row.invoice_id == document.xero_id:
                applied.append(_lt(
                    "%(amount)s credited by %(number)s", amount=amount, number=row.number))
            else:
                applied.append(_lt("%s of credit used", amount))
        if not applied:
            return rejection
        return rejection._replace(messages=[
            _lt("%(number)s in Xero has: %(applied)s.",
                       number=document.name, applied=joined(', ', applied)),
            advice, *rejection.messages])

    def _fail(self, connection, rejections):
        # OVERRIDES 'account_xero'
        rows = []
        for rejection in rejections:
            for move in self._get_rejected(connection, rejection)[0]:
                rejection = as_merged(connection, move._xero_partner(), rejection)
                words = self._words(rejection)
                cure = cure_of(connection, move, rejection.code, say(words, 'en_US'))
                problem = Problem.at(cure, rejection.code, words) if cure \
                    else Problem(rejection.code, words)
                forgotten = self.env['xero.sent']._forget_lines(move, rejection.element)
                rows.append((move, {**move._xero_failure(problem), **forgotten}))
        moves = self.env['account.move'].union(*(move for move, _values in rows))
        moves._xero_store(rows)
        # Xero may have it all the same, as it is here.
        moves._xero_queue_pull()


def _identity(rejection):
    return rejection.element.get('InvoiceID') or rejection.element['CreditNoteID']
