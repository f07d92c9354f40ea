"""The outbox: what is stored before it is sent, and what becomes of its answer."""
import json
import logging
import uuid
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from odoo import api, fields, models

from ..xero import payload
from ..xero.client import Answer
from ..xero.documents import Document
from ..xero.errors import XeroOutcomeUnknown, XeroRejected, classify
from ..xero.outcome import match_outcomes, outcomes
from .account_move_preflight import Problem
from .fault import apart

_logger = logging.getLogger(__name__)

#: Elements in one call, as Xero recommends (limits guide).
BATCH_SIZE = 50
#: Bytes in one call; Xero names 3.5 MB as its smaller limit.
BATCH_BYTES = 3_000_000
#: Xero remembers an Idempotency-Key for 6 minutes (idempotency guide). Two are kept in hand: for
#: the length of a run, and for hosts whose clocks differ.
KEY_LIFE = timedelta(minutes=4)
#: Waits after the first and the second attempt that reached Xero and had no clear end.
RETRY_DELAYS = (timedelta(minutes=1), timedelta(minutes=5))
#: Lists of documents, whose unit prices have four decimals when they are asked for.
DOCUMENTS = ('Invoices', 'CreditNotes')
#: What concerns partners.
CONTACT_OPERATIONS = ('contacts', 'contact_update')
#: What concerns `account.move`.
DOCUMENT_OPERATIONS = ('create', 'update', 'cancel')
#: What concerns `xero.payment.link`.
PAYMENT_OPERATIONS = ('pay', 'unpay')
#: Fields that tell which element of a request a result of Xero is about.
IDENTITY = {
    **dict.fromkeys(CONTACT_OPERATIONS, ('ContactID', 'ContactNumber', 'Name')),
    **dict.fromkeys(DOCUMENT_OPERATIONS, (
        'InvoiceID', 'CreditNoteID', 'Url', 'InvoiceNumber', 'CreditNoteNumber')),
}


class Refusal(NamedTuple):
    """A single record that Xero refused, with what was sent for it and Xero's own words."""

    operation: str
    item: dict
    element: dict
    messages: list
    code: str


class XeroRequest(models.Model):
    """The outbox: requests to Xero whose outcome is not certain yet.

    A row is committed before its request leaves, and is deleted in the transaction that applies
    the answer. What is found here later was cut off in between: the same bytes go out again with
    the same Idempotency-Key while Xero remembers it, and after that Xero is asked first.
    """

    _name = 'xero.request'
    _description = "Xero Request"
    _order = 'id'
    _rec_name = 'path'

    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    operation = fields.Selection(
        [
            ('contacts', "Create contacts"),
            ('contact_update', "Update contacts"),
            ('create', "Create documents"),
            ('update', "Update a document"),
            ('cancel', "Void or delete a document"),
        ], required=True)
    method = fields.Char(required=True)
    path = fields.Char(required=True)
    params = fields.Json()
    body = fields.Text(required=True)
    idempotency_key = fields.Char(required=True)
    #: One entry an element, in order: ``id`` of the record, the ``ticket`` and the ``hash`` of what
    #: was sent, and for documents the ``total``.
    items = fields.Json(required=True)
    sent_at = fields.Datetime(
        help="When it may first have reached Xero; empty while it certainly has not.")
    attempts = fields.Integer(
        help="Times it may have reached Xero; counted before it leaves, so that a process that "
             "dies has counted, too.")
    retry_at = fields.Datetime()

    @api.model
    def _operations(self):
        """Return the operations whose outcome can be applied here. A module that adds some names
        them; what remains of one that is gone is left alone.

        :rtype: tuple(str)
        """
        return CONTACT_OPERATIONS + DOCUMENT_OPERATIONS

    # === WHAT IS SENT === #

    @api.model
    def _values(self, connection, operation, method, path, bodies, items, wrapper=None):
        """Return the values of a request, ready to be created.

        :param list bodies: JSON objects, one an element of ``items``
        :param str wrapper: key that holds the list; None where Xero's OpenAPI document wants a
            single object
        :rtype: dict
        """
        content = {wrapper: bodies} if wrapper else bodies[0]
        return {
            'connection_id': connection.id,
            'operation': operation,
            'method': method,
            'path': path,
            'params': self._params(path),
            'body': payload.encode(content).decode(),
            'idempotency_key': f'{connection.tenant_id}:{uuid.uuid4()}',
            'items': items,
        }

    @api.model
    def _params(self, path):
        """:return: the query that Xero's OpenAPI document knows for what is sent to a path"""
        collection, _slash, single = path.partition('/')
        return {
            **({} if single else {'summarizeErrors': 'false'}),
            **({'unitdp': '4'} if collection in DOCUMENTS else {}),
        }

    @api.model
    def _batches(self, connection, operation, path, bodies, items, wrapper, method='PUT'):
        """Cut elements into as few requests as Xero's sizes allow.

        :param str method: PUT creates, POST updates
        :rtype: list(dict)
        """
        batches, start, size = [], 0, 0
        sizes = [len(payload.encode(body)) for body in bodies]
        for position, length in enumerate(sizes):
            if position - start == BATCH_SIZE or (size and size + length > BATCH_BYTES):
                batches.append((start, position))
                start, size = position, 0
            size += length
        if bodies:
            batches.append((start, len(bodies)))
        return [
            self._values(connection, operation, method, path, bodies[a:b], items[a:b], wrapper)
            for a, b in batches
        ]

    def _elements(self):
        """:return: the JSON objects that were sent, in the order of ``items``"""
        content = json.loads(self.body)
        return content.get(self.path.split('/')[0], [content])

    def _call(self):
        """:return: arguments of `XeroClient.request`"""
        return {'method': self.method, 'path': self.path, 'params': self.params,
                'body': self.body.encode(), 'idempotency_key': self.idempotency_key}

    def _record_ids(self):
        """:return: ids of the records in these requests"""
        return {item['id'] for request in self for item in request.items}

    @api.model
    def _concerns(self, moves):
        """:return: whether one of these documents may be in Xero without our knowing"""
        sent = self.sudo().search([
            ('company_id', 'in', moves.company_id.ids), ('sent_at', '!=', False),
            ('operation', 'in', DOCUMENT_OPERATIONS)])
        return not sent._record_ids().isdisjoint(moves.ids)

    def _note_departure(self):
        """Count an attempt of each. Once this is committed, each of them may have reached Xero,
        whatever happens to this process."""
        now = fields.Datetime.now()
        for request in self:
            request.write({'attempts': request.attempts + 1, 'sent_at': request.sent_at or now})

    # === WAITING FOR AN ANSWER === #

    def _waiting(self):
        """:return: the pending documents that need this request to be settled first"""
        ids = list(self._record_ids())
        if self.operation in CONTACT_OPERATIONS:
            return self.connection_id._pending_of(self.env['res.partner'].browse(
                ids if self.operation == 'contacts' else []))
        return self.env['account.move'].search([
            ('id', 'in', ids if self.operation in DOCUMENT_OPERATIONS else []),
            ('xero_state', '=', 'pending')])

    def _contacts(self):
        """:return: the `xero.contact.sync` that wait for this request"""
        return self.connection_id._contacts_waiting(self.env['res.partner'].browse(
            self._record_ids() if self.operation in CONTACT_OPERATIONS else ()))

    def _is_settled(self):
        """:return: whether its records have come by another way to where it was to bring them, or
        are gone: a pull saw the void whose answer was lost, say. Nobody will ask for it any more.
        """
        if self.operation in CONTACT_OPERATIONS:
            partners = self.env['res.partner'].browse(self._record_ids()).exists()
            return all(self.operation == 'contacts' and partner.xero_contact_id
                       for partner in partners)
        moves = self.env['account.move'].browse(self._record_ids()).exists()
        return self.operation in DOCUMENT_OPERATIONS and all(
            move.xero_document_id and move.xero_state == 'synced' for move in moves)

    def _is_due(self, now):
        """Whether a request without an answer is to be taken up: its time has come, or somebody
        has asked for one of its records since. When all of them have failed, they wait for
        somebody.

        :param datetime now: naive UTC
        """
        moves, contacts = self._waiting(), self._contacts()
        return bool(moves or contacts) and (
            not self.retry_at or self.retry_at <= now
            or any(move.xero_manual and not move.xero_attempts for move in moves)
            or any(contact.manual and not contact.attempts for contact in contacts))

    def _is_remembered(self, now):
        """Whether Xero surely still knows the Idempotency-Key, so that the request can be
        repeated without being done twice.

        :param datetime now: naive UTC
        """
        return now < self.sent_at + KEY_LIFE

    # === WHAT BECOMES OF AN ANSWER === #

    def _settle(self, answer):
        """Apply what came of this request, in one transaction with its end in the outbox.

        :param answer: the Answer, the XeroError that was raised, or None when it was not sent
        :return: requests that take its place, and refusals to look into
        :rtype: tuple(recordset, list(Refusal))
        :raise NotImplementedError: nothing here knows what its answer means
        """
        self.ensure_one()
        if self.operation not in self._operations():
            raise NotImplementedError(self.operation)
        nothing = self.browse()
        self.connection_id._note_budget(getattr(answer, 'budget', None), 'push')
        if isinstance(answer, Answer):
            return nothing, self._settle_answered(answer)
        if isinstance(answer, XeroRejected) and self.attempts == 1:
            if len(self.items) > 1:
                return self._halve(), []
            return nothing, [self._settle_rejected(answer)]
        if isinstance(answer, XeroOutcomeUnknown | XeroRejected):
            # That a repeated request is refused says nothing about its earlier attempts.
            self._settle_unknown(answer)
            return nothing, []
        # Certainly not processed this time; an earlier attempt may have been.
        self.attempts -= 1
        if not self.attempts:
            self.sent_at = False
        return nothing, []

    def _settle_unknown(self, error):
        """It may have been done or not: keep the request, and come back to it.

        :param XeroError error: why there is no clear outcome
        """
        tries = self._note_attempts(error)
        self.retry_at = fields.Datetime.now() + RETRY_DELAYS[min(max(tries, 1), 2) - 1]
        self.connection_id._trigger_push(self.retry_at + timedelta(seconds=1))

    def _note_attempts(self, error):
        """Count an attempt of each record that waits for this request.

        :return: how many attempts the one with the most of them has had
        :rtype: int
        """
        return max(self.connection_id._note_attempt(self._waiting(), error),
                   self._contacts()._note_attempt(Problem('transient', error.message)))

    def _settle_rejected(self, error):
        """A call for a single record was refused as a whole.

        :rtype: Refusal
        """
        # Xero: an unknown ContactID is answered with 404 for the whole request.
        code = 'contact_missing' if error.status == 404 and self.operation in (
            'create', 'contact_update') else error.code
        refusal = Refusal(
            self.operation, self.items[0], self._elements()[0], [error.message], code)
        self.unlink()
        return refusal

    def _settle_answered(self, answer):
        """Apply each element's own result: the good ones of a batch are done whatever became of
        the others.

        :param Answer answer: with a body
        :return: list(Refusal)
        """
        elements = self._elements()
        results = self._match_results(
            elements, outcomes(answer.data, self.path.split('/')[0]))
        if any(result is None or (result.ok and not result.xero_id) for result in results):
            # An answer that does not tell of every element tells nothing for certain.
            self._settle_unknown(XeroOutcomeUnknown(self.env._("Xero's answer is incomplete.")))
            return []
        self.connection_id.write({
            'outages': 0, 'last_error': False, 'last_push': fields.Datetime.now()})
        done, refused = [], []
        for item, element, result in zip(self.items, elements, results, strict=True):
            if result.ok:
                done.append((item, result))
            else:
                messages = list(result.messages)
                refused.append(
                    Refusal(self.operation, item, element, messages, classify(messages)))
        faulty = self._faulty(done, partial(self._apply_done, answer=answer))
        self._end([item for item, _result in faulty])
        return refused

    def _match_results(self, elements, results):
        """Pair each sent element with what became of it; see `match_outcomes`."""
        return match_outcomes(elements, results, IDENTITY[self.operation])

    @api.model
    def _faulty(self, things, work):
        """Do the work that an answer asks for, for each of its elements by itself.

        :param list things: tuples, the item of the element first
        :param work: callable that gets a list of them and only touches the database
        :return: list of those that cannot be applied for a fault of the software, such as of a
            module that extends what is done with an answer; each is logged
        """
        faulty = []

        def failed(faults):
            for thing, error in faults:
                _logger.error("What became of %s at Xero cannot be applied", thing[0],
                              exc_info=error)
                faulty.append(thing)

        apart(self.env, things, work, failed)
        return faulty

    def _end(self, faulty):
        """Leave the outbox, but for the elements that could not be applied.

        :param list faulty: items
        """
        if not faulty:
            self.unlink()
            return
        if len(faulty) < len(self.items):
            # What is left was never sent like this, so Xero is asked for it from now on, whatever
            # the clock of the host that does it.
            left = [element for element, item in zip(self._elements(), self.items, strict=True)
                    if item in faulty]
            self.write({
                **self._values(self.connection_id, self.operation, self.method, self.path, left,
                               faulty, self.path),
                'sent_at': self.sent_at - 2 * KEY_LIFE})
        self._settle_unknown(self._unapplied())

    @api.model
    def _unapplied(self):
        """:return: XeroOutcomeUnknown: what Xero has done could not be applied here. It counts as
            an attempt, so that the records fail in the end, with a reason."""
        return XeroOutcomeUnknown(self.env._(
            "Xero's answer cannot be applied here. The server's log says more."))

    def _apply_done(self, done, answer):
        """Apply what was saved. :param list done: (item, Outcome)"""
        if self.operation in CONTACT_OPERATIONS:
            self.connection_id._apply_contacts(done, answer)
        elif self.operation in DOCUMENT_OPERATIONS:
            self._apply_documents(done, answer)
        else:
            raise NotImplementedError(self.operation)

    def _apply_documents(self, done, answer):
        """Link and mark the documents that were saved. :param list done: (item, Outcome)"""
        moves = {move.id: move for move in self.env['account.move'].browse(
            item['id'] for item, _result in done).exists()}
        self.env['account.move']._xero_store([
            (moves[item['id']], moves[item['id']]._xero_apply_answer(
                Document.from_json(result.data), item))
            for item, result in done if item['id'] in moves], answer)
        if self.attempts > 1:
            # Xero gives the first answer again. What has happened since has passed the pull by.
            self.env['account.move'].union(*moves.values())._xero_queue_pull()

    def _halve(self):
        """Replace a batch that Xero refused as a whole, without saying which element is to
        blame, by its two halves.

        :return: the new requests
        """
        elements, middle = self._elements(), len(self.items) // 2
        halves = self.create([
            self._values(self.connection_id, self.operation, self.method, self.path,
                         elements[part], self.items[part], self.path)
            for part in (slice(middle), slice(middle, None))
        ])
        self.unlink()
        return halves
