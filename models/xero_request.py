import json
import uuid

from odoo import api, fields, models

from ..xero import payload

#: Elements in one call, as Xero recommends (limits guide).
BATCH_SIZE = 50
#: Bytes in one call; Xero names 3.5 MB as its smaller limit.
BATCH_BYTES = 3_000_000


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
            ('create', "Create documents"),
            ('update', "Update a document"),
            ('cancel', "Void or delete a document"),
        ], required=True)
    method = fields.Char(required=True)
    path = fields.Char(required=True)
    params = fields.Json()
    body = fields.Text(required=True)
    idempotency_key = fields.Char(required=True)
    #: One entry an element, in order: ``id`` of the record, and for documents the ``ticket`` and
    #: the ``hash`` of what was sent.
    items = fields.Json(required=True)
    sent_at = fields.Datetime(
        help="When it may first have reached Xero; empty while it certainly has not.")
    attempts = fields.Integer(help="Times it may have reached Xero without an answer.")
    retry_at = fields.Datetime()

    @api.model
    def _values(self, connection, operation, method, path, bodies, items, wrapper=None):
        """Return the values of a request, ready to be created.

        :param list bodies: JSON objects, one an element of ``items``
        :param str wrapper: key that holds the list, or None for a request with a single object
        :rtype: dict
        """
        content = {wrapper: bodies} if wrapper else bodies[0]
        return {
            'connection_id': connection.id,
            'operation': operation,
            'method': method,
            'path': path,
            'params': {'summarizeErrors': 'false', 'unitdp': '4'} if wrapper else {'unitdp': '4'},
            'body': payload.encode(content).decode(),
            'idempotency_key': f'{connection.tenant_id}:{uuid.uuid4()}',
            'items': items,
        }

    @api.model
    def _batches(self, connection, operation, path, bodies, items, wrapper):
        """Cut elements into as few creating requests as Xero's sizes allow.

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
            self._values(connection, operation, 'PUT', path, bodies[a:b], items[a:b], wrapper)
            for a, b in batches
        ]

    def _elements(self):
        """:return: the JSON objects that were sent, in the order of ``items``"""
        content = json.loads(self.body)
        if self.operation in ('contacts', 'create'):
            return next(iter(content.values()))
        return [content]

    def _halve(self):
        """Replace a batch that Xero refused as a whole, without saying which element is to
        blame, by its two halves.

        :return: the new requests
        """
        self.ensure_one()
        elements, items, wrapper = self._elements(), self.items, self.path
        middle = len(items) // 2
        halves = self.create([
            self._values(self.connection_id, self.operation, self.method, self.path,
                         elements[part], items[part], wrapper)
            for part in (slice(middle), slice(middle, None))
        ])
        self.unlink()
        return halves

    def _record_ids(self):
        """:return: ids of the records in these requests"""
        return {item['id'] for request in self for item in request.items}
