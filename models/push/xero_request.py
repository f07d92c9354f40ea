"""The outbox: what is stored before it is sent."""
import json
import logging
import uuid
from base64 import b64decode
from datetime import timedelta
from mimetypes import guess_type

from odoo import api, fields, models
from odoo.tools import SQL

from ...xero import encoding
from ...xero.errors import XeroOutcomeUnknown
from ..core.apart import apart

_logger = logging.getLogger(__name__)

#: Elements in one call, as Xero recommends (limits guide).
BATCH_SIZE = 50
#: Bytes in one call; Xero names 3.5 MB as its smaller limit.
BATCH_BYTES = 3_000_000
#: Xero remembers an Idempotency-Key for 6 minutes (idempotency guide). Two are kept in hand, for
#: the length of a run.
KEY_LIFE = timedelta(minutes=4)
#: Lists of documents, whose unit prices have four decimals when they are asked for.
DOCUMENTS = ('Invoices', 'CreditNotes')
#: The one list that is below a record of another one.
ALLOCATIONS = '/Allocations'
#: What a document's notes are below, which takes no parameters.
HISTORY = '/History'


class XeroRequest(models.Model):
    """The outbox: requests to Xero whose outcome is not certain yet.

    A row is committed before its request leaves, and is deleted in the transaction that applies
    the answer. What is found here later was cut off in between: the same bytes go out again with
    the same Idempotency-Key while Xero remembers it, and after that Xero is asked first.
    """

    _name = 'xero.request'
    _inherit = 'xero.organisation.mixin'
    _description = "Xero Request"
    _order = 'id'
    _rec_name = 'path'

    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    operation = fields.Selection('_selection_operation', required=True)
    method = fields.Char(required=True)
    path = fields.Char(required=True)
    params = fields.Json()
    body = fields.Text(required=True)
    idempotency_key = fields.Char(required=True)
    #: One entry an element, in order: ``id`` of the record, the ``revision`` and the ``hash`` of
    #: what was sent, and for documents the ``total``.
    items = fields.Json(required=True)
    sent_at = fields.Datetime(
        help="When it may first have reached Xero; empty while it certainly has not.")
    attempts = fields.Integer(
        help="Times it may have reached Xero; counted before it leaves, so that a process that "
             "dies has counted, too.")
    retry_at = fields.Datetime()
    content = fields.Binary(attachment=False, help="Of a file, which is sent instead of a body.")

    @api.model
    def _selection_operation(self):
        return [operation for kind in self.env['xero.connection']._push_kinds()
                for operation in kind._operations.items()]

    def _kind(self):
        """:return: the kind of what is sent, a model with `xero.push.kind`; None for an operation
            of a module that is gone"""
        self.ensure_one()
        return next((kind for kind in self.env['xero.connection']._push_kinds()
                     if self.operation in kind._operations), None)

    @api.model
    def _xero_binds(self, connection):
        # OVERRIDES 'account_xero': what may have arrived; contacts alone keep nobody
        return bool(self.search_count([
            ('connection_id', '=', connection.id), ('sent_at', '!=', False),
            ('operation', 'not in', list(self.env['xero.push.contact']._operations))], limit=1))

    @api.model
    def _xero_awaits(self, connection):
        # OVERRIDES 'account_xero'; of an operation that nobody knows, nobody knows the end
        sent = self.search([('connection_id', '=', connection.id), ('sent_at', '!=', False)])
        return not all(
            (kind := request._kind()) is not None and kind._is_settled(request)
            for request in sent)

    # === WHAT IT IS ABOUT === #

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        self.env['xero.request.element']._add(requests)
        return requests

    @api.model
    def _store(self, requests):
        """Store requests, as far as they still are to be sent.

        :param list(dict) requests: values
        """
        possible = self.env['xero.request.element']._get_possible(requests)
        if len(possible) < len(requests):
            self.env['xero.connection'].browse(requests[0]['connection_id'])._trigger_cron()
        return self.create(possible)

    @api.model
    def _made_of(self, operation):
        """
        :return: field of `xero.request.element` that refers to the records of which an operation
            makes something; None where it makes nothing
        """
        return next((kind._makes[operation] for kind in self.env['xero.connection']._push_kinds()
                     if operation in kind._makes and operation in kind._operations), None)

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
            'body': encoding.encode(content).decode(),
            'idempotency_key': f'{connection.tenant_id}:{uuid.uuid4()}',
            'items': items,
        }

    @api.model
    def _params(self, path):
        """:return: the query that Xero's OpenAPI document knows for what is sent to a path"""
        if path.endswith(ALLOCATIONS):
            return {'summarizeErrors': 'false'}
        collection, _slash, single = path.partition('/')
        if ALLOCATIONS in path or path.endswith(HISTORY):
            return {}
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
        sizes = [len(encoding.encode(body)) for body in bodies]
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
        return content.get(self._wrapper(), [content])

    def _wrapper(self):
        """:return: key of the list of elements, in what is sent and in what is answered"""
        return ALLOCATIONS[1:] if self.path.endswith(ALLOCATIONS) else self.path.split('/')[0]

    def _get_call(self):
        """:return: arguments of `XeroClient.request`
        :rtype: dict"""
        call = {'method': self.method, 'path': self.path, 'params': self.params}
        if self.method == 'DELETE':
            return call     # Xero: neither a body nor a key
        call.update(body=self.body.encode(), idempotency_key=self.idempotency_key)
        if self.content:
            # It has to agree with the name, or Xero may take a file that it cannot show.
            kind = guess_type(self.path)[0] or 'application/octet-stream'
            call.update(body=b64decode(self.content), content_type=kind)
        return call

    def _record_ids(self):
        """:return: ids of the records in these requests"""
        return {item['id'] for request in self for item in request.items}

    @api.model
    def _concerns(self, moves):
        """:return: whether one of these documents may be in Xero without our knowing"""
        sent = self.sudo().search([
            ('company_id', 'in', moves.company_id._xero_together().ids), ('sent_at', '!=', False),
            ('operation', 'in', list(self.env['xero.push.document']._operations))])
        return not sent._record_ids().isdisjoint(moves.ids)

    def _depart(self):
        """Count an attempt of each. Once this is committed, each of them may have reached Xero,
        whatever happens to this process.

        :return: list of (request, arguments of `XeroClient.request`); one that is gone, because
            somebody has deleted what it was about, is not among them
        """
        here = {row for [row] in self.env.execute_query(SQL(
            "UPDATE xero_request SET attempts = COALESCE(attempts, 0) + 1,"
            " sent_at = COALESCE(sent_at, %s) WHERE id = ANY(%s) RETURNING id",
            self._sql_now(), self.ids))}
        self.invalidate_recordset(['attempts', 'sent_at'])
        return [(request, request._get_call()) for request in self if request.id in here]

    # === WITHOUT AN ANSWER === #

    @api.model
    def _sql_now(self):
        """Return the present by PostgreSQL's clock, which all hosts share; their own ones may be
        minutes apart. It is not `cr.now()`: that stands still while a run waits for Xero.

        :return: SQL of naive UTC
        """
        return SQL("date_trunc('second', clock_timestamp() AT TIME ZONE 'UTC')")

    @api.model
    def _now(self):
        """:return: the present as of :meth:`_sql_now`
        :rtype: datetime"""
        [[now]] = self.env.execute_query(SQL("SELECT %s", self._sql_now()))
        return now

    def _is_remembered(self, now):
        """Whether Xero surely still knows the Idempotency-Key, so that the request can be
        repeated without being done twice.

        :param datetime now: as of :meth:`_now`
        """
        return self.method != 'DELETE' and now < self.sent_at + KEY_LIFE

    def _wait_until_forgotten(self):
        """Come back to a request when Xero does not know its key any more."""
        self._come_back(self.sent_at + KEY_LIFE)

    def _retry_after(self, delay):
        """Come back to a request that has no clear outcome.

        :param timedelta delay: from now
        """
        self._come_back(self._now() + delay)

    def _come_back(self, moment):
        self.retry_at = moment
        self.connection_id._trigger_cron(moment + timedelta(seconds=1))

    @api.model
    def _unapplied(self):
        """:return: XeroOutcomeUnknown: what Xero has done could not be applied here. It counts as
            an attempt, so that the records fail in the end, with a reason."""
        return XeroOutcomeUnknown(self.env._(
            "Xero's answer cannot be applied here. The server's log says more."))

    # === ELEMENT BY ELEMENT === #

    @api.model
    def _apart(self, things, work):
        """Do the work that an answer asks for, so that an element which fails holds up no other.

        :param list things: tuples, the item of the element first
        :param work: callable that gets a list of them and only touches the database
        :return: list of those that cannot be applied for an unexpected error, such as of a module
            that extends what is done with an answer; each is logged
        """
        failed = []

        def fail(faults):
            for thing, error in faults:
                failed.append(thing)
                _logger.error("What became of %s at Xero cannot be applied", thing[0],
                              exc_info=error)

        apart(self.env, things, work, fail)
        return failed

    def _keep(self, items):
        """Keep what could not be applied, apart from the rest, which is done.

        :param list items: of the elements
        """
        if len(items) < len(self.items):
            # What is left was never sent like this, so Xero is asked for it from now on.
            left = [element for element, item in zip(self._elements(), self.items, strict=True)
                    if item in items]
            self.env['xero.request.element']._keep(self, items)
            self.write({
                **self._values(self.connection_id, self.operation, self.method, self.path, left,
                               items, self._wrapper()),
                'sent_at': self.sent_at - 2 * KEY_LIFE})

    def _split(self):
        """Replace a batch that Xero refused as a whole, without saying which element is to
        blame, by its two halves.

        :return: the new requests
        """
        elements, middle = self._elements(), len(self.items) // 2
        halves = [
            self._values(self.connection_id, self.operation, self.method, self.path,
                         elements[part], self.items[part], self._wrapper())
            for part in (slice(middle), slice(middle, None))
        ]
        self.unlink()
        return self.create(halves)
