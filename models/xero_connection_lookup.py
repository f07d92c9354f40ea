"""When the outcome is not plain: asking Xero what it has, and adopting only what is ours."""
import logging
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from odoo import fields, models
from odoo.tools.misc import format_date

from ..xero import payload, query
from ..xero.documents import Document, PaymentRow
from ..xero.errors import CONTACT_CODES, XeroError, XeroOutcomeUnknown, XeroRejected
from .account_move import GONE
from .account_move_preflight import Problem
from .fault import NOBODYS_FAULT, apart
from .sending import Sending
from .xero_connection_serve import RunOver
from .xero_request import CONTACT_OPERATIONS, DOCUMENT_OPERATIONS, RETRY_DELAYS

_logger = logging.getLogger(__name__)

#: How far the clocks here and at Xero may be apart.
CLOCK_SKEW = timedelta(minutes=10)


class LookUpFailed(Exception):
    """Xero was asked and gave no usable answer; ``error`` is the XeroError."""

    def __init__(self, error):
        super().__init__(error)
        self.error = error


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    # === ASKING === #

    def _look_up(self, path, questions):
        """Ask Xero for records.

        :param str path: of the list, which is its name in the answer, too
        :param questions: parameters of each call, of `xero.query`
        :return: list of JSON objects
        :raise LookUpFailed: this cannot be answered
        :raise XeroError: nothing can be asked now
        :raise RunOver: this run has no time for it
        """
        def ask(client):
            rows = []
            for question in questions:
                if not self._time_left():
                    raise RunOver
                try:
                    rows += client.pages(path, path, **question)
                except (XeroOutcomeUnknown, XeroRejected) as error:
                    raise LookUpFailed(error) from error
            self._transaction(self._note_budget, client.budget, 'lookup', client.answered)
            return rows

        questions = list(questions)
        return self._ask_xero(ask) if questions else []

    def _note_attempt(self, moves, error):
        """Count an attempt that reached Xero and had no clear end; the last one fails a document.

        :param XeroError error: what it ended with
        :return: how many attempts the one with the most of them has had
        :rtype: int
        """
        rows, most = [], 0
        for move in moves:
            tries = move.xero_attempts + 1
            values = {'xero_attempts': tries}
            if tries > len(RETRY_DELAYS):
                values.update(move._xero_failure(Problem('transient', error.message)))
            rows.append((move, values))
            most = max(most, tries)
        self.env['account.move']._xero_store(rows, error)
        return most

    # === REQUESTS WITHOUT AN ANSWER === #

    def _outbox_domain(self):
        """:return: domain of the requests whose outcome can be found out"""
        return fields.Domain([
            ('connection_id', '=', self.id),
            ('operation', 'in', self.env['xero.request']._operations())])

    def _note_unknown(self):
        """Say on the connection which requests are of no installed module, and once in the log.
        Nobody here can tell what an answer to them means, so they are left alone."""
        unknown = self.env['xero.request'].search(
            [('connection_id', '=', self.id)]).filtered_domain(~self._outbox_domain())
        if not unknown:
            return
        self.last_error = self.env._(
            "Requests to Xero are left alone that no installed module knows: %s. Install the "
            "module that made them again.", ', '.join(sorted(set(unknown.mapped('operation')))))
        if not self.env['xero.log'].search_count([
                ('connection_id', '=', self.id), ('message', '=', self.last_error)], limit=1):
            self.env['xero.log']._add_event(self, self.last_error, outcome='failure')

    def _push_unfinished(self):
        """Bring to an end what an earlier run, or a process that died, left in the outbox.

        :raise XeroError: nothing more can be sent now
        """
        now = fields.Datetime.now()
        requests = self.env['xero.request'].search(self._outbox_domain())
        # What certainly never left is built anew, from today's data.
        unsent = requests.filtered(lambda request: not request.sent_at)
        settled = (requests - unsent).filtered(lambda request: request._is_settled())
        due = (requests - unsent - settled).filtered(lambda request: request._is_due(now))
        self._transaction(unsent.unlink)
        for request in settled:
            self._transaction(
                self._settle_apart, request, lambda one: self._settle_forgotten(one, []))
        remembered = due.filtered(lambda request: request._is_remembered(now))
        with Sending(self) as sending:
            sending.send(remembered)
        for request in due - remembered:
            self._push_forgotten(request)

    def _push_forgotten(self, request):
        """Bring a request to an end that Xero no longer remembers.

        :raise XeroError: nothing can be asked now
        """
        try:
            documents = self._find_created(request)
        except LookUpFailed as failed:
            self._transaction(request._settle_unknown, failed.error)
        except (XeroError, RunOver, *NOBODYS_FAULT):
            raise
        except Exception as error:
            self.env.cr.rollback()
            self._transaction(self._settle_faulty, [(request, error)])
        else:
            self._transaction(
                self._settle_apart, request, lambda one: self._settle_forgotten(one, documents))

    def _settle_apart(self, request, settle):
        """Apply what became of a request. One whose outcome cannot be applied for a fault of the
        software is kept. It counts as an attempt, so that its documents fail in the end, with a
        reason, and hold up no others.

        :param settle: callable that gets the request
        :return: what it returned; nothing where it has failed
        :rtype: list
        """
        return apart(self.env, request, settle, self._settle_faulty)

    def _settle_faulty(self, faults):
        """Keep requests whose outcome cannot be applied; see :meth:`_settle_apart`.

        :param list faults: (request, exception)
        """
        for request, error in faults:
            _logger.error("What became of %s at Xero cannot be applied", request, exc_info=error)
            request._settle_unknown(request._unapplied())

    def _find_created(self, request):
        """Ask Xero for documents that a creating request may have made.

        Updates and voids need no question, they may be repeated; nor do contacts, since Xero
        refuses one that exists.

        :return: list of documents.Document
        """
        if request.operation != 'create':
            return []
        rows = self._look_up(request.path, query.created(request.path, request._elements()))
        return list(map(Document.from_json, rows))

    def _settle_forgotten(self, request, documents):
        """End a request that Xero no longer remembers: adopt what it made. The rest goes out
        again from the queue.

        :param list documents: documents.Document that may be of it
        """
        if request.operation == 'update':
            # Either state may be the one that Xero has, so the next one has to be sent.
            moves = self.env['account.move'].browse(request._record_ids()).exists()
            moves._xero_store([(move, {'xero_payload_hash': None}) for move in moves])
        elif request.operation == 'contact_update':
            request._contacts().write({'payload_hash': False})
        found = self._match_documents(
            request._elements(), request.items, documents, request.sent_at - CLOCK_SKEW)
        faulty = request._faulty(
            [(request.items[position], *document) for position, document in found.items()],
            lambda things: [self._settle_existing(*thing) for thing in things])
        request._end([item for item, *_document in faulty])

    def _match_documents(self, elements, items, documents, since=None):
        """Find the document that each element has become; none is given away twice.

        :param list elements: what was sent
        :param list items: of the request, in the same order
        :param list documents: documents.Document that Xero has
        :param datetime since: when the request left (naive UTC), None if it certainly failed
        :return: {position: (document, whether it is ours)}
        """
        owners = {move.xero_document_id: move.id for move in self.env['account.move'].search([
            ('company_id', '=', self.company_id.id),
            ('xero_document_id', 'in', [document.xero_id for document in documents])])}
        found = {}
        for position, (element, item) in enumerate(zip(elements, items, strict=True)):
            for document in documents:
                verdict = _compare(element, item['total'], document, since)
                if verdict and owners.setdefault(document.xero_id, item['id']) != item['id']:
                    verdict = False if _has_unique_number(element) else None
                if verdict is not None:
                    found[position] = document, verdict
                if verdict:
                    break
        return found

    def _settle_existing(self, item, document, ours):
        """Link a document that Xero has already, or say that the number is taken."""
        move = self.env['account.move'].browse(item['id']).exists()
        if not move:
            return
        if not ours:
            if item['ticket'] == move.xero_ticket:      # else it has another number by now
                move._xero_store([(move, move._xero_failure(Problem(
                    'number_taken', self.env._(
                        "Xero has another document %(number)s: %(total)s of %(date)s.",
                        number=document.number, total=document.total, date=document.date))))])
            return
        values = {**move._xero_apply_answer(document, item),
                  # Somebody may have edited it since.
                  'xero_payload_hash': None, 'xero_last_pull': fields.Datetime.now()}
        if document.status in GONE and 'xero_state' in values and move.state != 'cancel':
            values.update(move._xero_failure(Problem('document_not_editable', self.env._(
                "%(number)s was voided or deleted in Xero.", number=document.number))))
        move._xero_store([(move, values)])
        # What happened to it in Xero before it was linked here has passed the pull by.
        move._xero_queue_pull()

    # === RECORDS THAT XERO REFUSED === #

    def _look_up_refused(self, refusals):
        """Look once at what Xero says exists already; fail the rest with Xero's own words.

        :param list refusals: xero_request.Refusal
        :raise XeroError: nothing can be asked now; the records stay in the queue
        """
        groups = {}
        for refusal in refusals:
            groups.setdefault(_question(refusal), []).append(refusal)
        self._transaction(self._settle_refused, groups.pop(None, []), self._fail_refused)
        for (path, operation), group in groups.items():
            elements = [refusal.element for refusal in group]
            questions, settle = {
                'contacts': (query.contacts(elements), self._settle_contacts),
                'create': (query.by_number(path, elements), self._settle_taken),
                'update': (query.by_id(path, elements), self._settle_updates),
                'cancel': (query.by_id(path, elements), self._settle_cancels),
            }[operation]
            try:
                rows = self._look_up(path, questions)
            except LookUpFailed as failed:
                self._transaction(self._settle_not_looked_up, group, failed.error)
            else:
                self._transaction(self._settle_refused, group, partial(settle, rows=rows))

    def _settle_refused(self, refusals, settle):
        """Settle what Xero refused, now that it has said what it has.

        :param list refusals: xero_request.Refusal
        :param settle: callable that gets a list of them
        """
        def failed(faults):
            for refusal, error in faults:
                _logger.error("That Xero refused %s cannot be applied", refusal.item,
                              exc_info=error)
            self._settle_not_looked_up(
                [refusal for refusal, _error in faults], self.env['xero.request']._unapplied())

        apart(self.env, refusals, settle, failed)

    def _settle_not_looked_up(self, refusals, error):
        """Try again later, but not for ever; a question that Xero refuses is not worth asking."""
        if isinstance(error, XeroRejected):
            self._settle_refused(refusals, self._fail_refused)
            return
        for refusal in refusals:
            self._note_attempt(self._waiting_for(refusal), error)
            if refusal.operation in CONTACT_OPERATIONS:
                partner = self.env['res.partner'].browse(refusal.item['id'])
                self._contacts_waiting(partner)._note_attempt(
                    Problem('transient', error.message))

    def _waiting_for(self, refusal):
        """:return: the queued documents that a refusal is about. One that has changed since is
        none of them: its new state may be accepted."""
        if refusal.operation == 'contacts':
            return self._pending_of(self.env['res.partner'].browse(refusal.item['id']).exists())
        if refusal.operation not in DOCUMENT_OPERATIONS:
            return self.env['account.move']
        return self.env['account.move'].search([
            ('id', '=', refusal.item['id']), ('xero_state', '=', 'pending'),
            ('xero_ticket', '=', refusal.item['ticket'])])

    def _fail_refused(self, refusals):
        """Fail the documents of some refusals, or those that wait for the refused contacts."""
        rows, contacts = [], []
        for refusal in refusals:
            message = '\n'.join(refusal.messages) or self.env._("Xero gave no reason.")
            if refusal.operation in CONTACT_OPERATIONS:
                partner = self.env['res.partner'].browse(refusal.item['id']).exists()
                contacts += [(partner, refusal.item['ticket'],
                              Problem.at(partner, refusal.code, message))] if partner else []
                continue
            for move in self._waiting_for(refusal):
                problem = Problem.at(move._xero_partner(), refusal.code, message) \
                    if refusal.code in CONTACT_CODES else Problem(refusal.code, message)
                rows.append((move, move._xero_failure(problem)))
        self.env['account.move']._xero_store(rows)
        self._fail_contacts(contacts)

    def _settle_taken(self, refusals, rows):
        """See whether a document with a number that is taken is ours after all."""
        found = self._match_documents(
            [refusal.element for refusal in refusals], [refusal.item for refusal in refusals],
            list(map(Document.from_json, rows)))
        for position, (document, ours) in found.items():
            self._settle_existing(refusals[position].item, document, ours)
        self._fail_refused([
            refusal for position, refusal in enumerate(refusals) if position not in found])

    def _settle_updates(self, refusals, rows):
        """Say what in Xero stands in the way of a change."""
        documents = {d.xero_id: d for d in map(Document.from_json, rows)}
        advice = self.env._(
            "Remove that in Xero and press Sync now; or keep the amounts as they were, and make a "
            "credit note or a second document for the difference.")
        for refusal in refusals:
            self._fail_applied(refusal, documents.get(_identity(refusal)), advice)

    def _settle_cancels(self, refusals, rows):
        """A void that was refused has happened already, or the status has changed meanwhile, or
        something is applied in Xero."""
        documents = {d.xero_id: d for d in map(Document.from_json, rows)}
        advice = self.env._(
            "Remove that in Xero and press Sync now; or post the document again here, if it is to "
            "stay.")
        for refusal in refusals:
            move = self._waiting_for(refusal)
            document = documents.get(_identity(refusal))
            if not document or document.payments or document.credits or (
                    document.status == move.xero_status and document.status not in GONE):
                self._fail_applied(refusal, document, advice)
                continue
            values = {'xero_status': document.status, 'xero_last_pull': fields.Datetime.now()}
            if document.status in GONE:
                values.update(move._xero_success())
            else:
                move._xero_queue()      # with today's status the right way to cancel is known
            move._xero_store([(move, values)] if move else [])

    def _fail_applied(self, refusal, document, advice):
        """Fail a document for what is applied to it in Xero; the pull releases it when that is
        gone. Parameters as of :meth:`_with_reason`."""
        moves = self._waiting_for(refusal)
        self._fail_refused([self._with_reason(refusal, document, advice)])
        if document and (document.payments or document.credits):
            moves._xero_store([
                (move, {'xero_refused_hash': document.fingerprint}) for move in moves])

    def _with_reason(self, refusal, document, advice):
        """Put before Xero's words what is applied to the document there, and what to do.

        :param document: documents.Document, None where Xero does not tell
        :param str advice: what to do, translated
        :rtype: Refusal
        """
        rows = (*document.payments, *document.credits) if document else ()
        money = [f'{row.amount or 0:.2f} {document.currency_code}' for row in rows]
        applied = []
        for row, amount in zip(rows, money, strict=True):
            if isinstance(row, PaymentRow):
                applied.append(self.env._("%(amount)s paid on %(date)s", amount=amount,
                                          date=format_date(self.env, row.date)))
            elif row.number and row.invoice_id == document.xero_id:
                applied.append(self.env._(
                    "%(amount)s credited by %(number)s", amount=amount, number=row.number))
            else:
                applied.append(self.env._("%s of credit used", amount))
        if not applied:
            return refusal
        return refusal._replace(messages=[
            self.env._("%(number)s in Xero has: %(applied)s.",
                       number=document.number, applied=', '.join(applied)),
            advice, *refusal.messages])


def _question(refusal):
    """:return: (list to look at, operation), None when nothing is unclear"""
    doubts = {'contacts': ('contact_collision', 'contact_archived'), 'create': ('number_taken',),
              'update': ('document_not_editable',)}
    if refusal.operation != 'cancel' and refusal.code not in doubts.get(refusal.operation, ()):
        return None
    note = 'CreditNoteID' in refusal.element or 'CreditNoteNumber' in refusal.element
    path = 'Contacts' if refusal.operation == 'contacts' else \
        'CreditNotes' if note else 'Invoices'
    return path, refusal.operation


def _compare(element, total, document, since):
    """Tell whether a document of Xero is the one that was sent.

    :param dict element: what was sent
    :param str total: the total that Xero was to make of it
    :param documents.Document document: what Xero has
    :param datetime since: the document is younger if it is ours; None if ours is not there
    :return: True for ours, False for another one in its place, None for one that is not concerned
    """
    link = element.get('Url')
    same_link = bool(link) and document.url == link
    same_number = document.kind == element['Type'] and \
        document.number == element.get(payload.number_field(element['Type']))
    identical = (
        same_number and (same_link or not (link and document.url))
        and document.contact_id == element['Contact']['ContactID']
        and document.date == date.fromisoformat(element['Date'])
        and document.total == Decimal(total))
    gone = document.status in GONE
    recent = bool(since and document.updated and document.updated >= since)
    # Whatever somebody has done to it since: it is ours if it came with our link after the
    # request had left. An older one is of a database that was restored from a backup, say.
    if (identical and not gone) or (recent and (identical or same_link)):
        return True
    return False if same_number and _has_unique_number(element) and not gone else None


def _has_unique_number(element):
    """:return: whether Xero keeps the number of such a document unique; vendors' are not"""
    return element['Type'] in ('ACCREC', 'ACCRECCREDIT')


def _identity(refusal):
    return refusal.element.get('InvoiceID') or refusal.element['CreditNoteID']
