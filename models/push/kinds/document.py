"""Invoices, bills and credit notes: new ones in batches, changed and cancelled ones singly."""
from functools import partial

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ....xero import limits, payload, query, recovery
from ....xero.documents import Document
from ...connection.xero_budget import DAY_RESERVE
from ...core.kinds import CLOCK_SKEW, GONE, SWITCHES, XERO_KINDS
from ...core.prefetch import fetch_for_taxes
from ...core.problem import Problem
from ...documents.account_move_void import is_void_wanted
from ..account_move import fingerprint
from ..xero_request import BATCH_SIZE

_lt = LazyTranslate(__name__)


class XeroPushDocument(models.AbstractModel):
    _name = 'xero.push.document'
    _inherit = 'xero.push.kind'
    _description = "Documents Sent to Xero"

    _model = 'account.move'
    _operations = {
        'create': "Create documents", 'update': "Update a document",
        'cancel': "Void or delete a document"}
    _makes = {'create': 'move_id'}
    _identity = ('InvoiceID', 'CreditNoteID', 'Url', 'InvoiceNumber', 'CreditNoteNumber')

    # === WHAT WAITS === #

    def _domain(self, connections):
        # OVERRIDES 'account_xero'
        manual, trial = (
            fields.Domain(name, '=', True) for name in ('xero_manual', 'xero_trial'))
        return fields.Domain.OR(
            fields.Domain('company_id', 'in', group.company_id._xero_together().ids) & (
                trial if held else manual | fields.Domain('move_type', 'in', kinds))
            for (kinds, held), group in connections.grouped(
                lambda c: (self._get_automatic_types(c), c.hold_sending)).items()
        ) & fields.Domain([('xero_state', '=', 'pending'), ('state', 'in', ('posted', 'cancel'))])

    def _get_automatic_types(self, connection):
        """:return: types of the documents that go out now without being asked for
        :rtype: tuple(str)"""
        if not connection.auto_sync \
                or self.env['xero.budget']._get_left_today(connection) <= DAY_RESERVE:
            return ()
        return tuple(kind for kind, switch in SWITCHES.items() if connection[switch])

    def _get_next(self, connection, seen):
        """Return the next documents of the queue: those that somebody asked for, then the others.

        What is in the outbox waits for its answer, and what this run had in its hands already is
        not taken up again before the next one, unless it was queued anew.

        :param set seen: (id, revision) of earlier documents of this run; is added to
        """
        # OVERRIDES 'account_xero'
        busy = self._requests(connection)._record_ids()
        had = {move_id for move_id, _revision in seen} - busy
        Move = self.env['account.move']
        queue = self.env['xero.push.numbers']._get_free(self._domain(connection))
        new = queue & fields.Domain('id', 'not in', list(busy | had))
        moves = (
            Move.search(new & fields.Domain('xero_manual', '=', True),
                        limit=self._chunk, order='id')
            or Move.search(new, limit=self._chunk, order='id')
            or Move.search(queue & fields.Domain('id', 'in', list(had)), order='id').filtered(
                lambda move: (move.id, move.xero_revision) not in seen))
        seen.update((move.id, move.xero_revision) for move in moves)
        return moves

    def _portions(self, connection, sender, records, reserve):
        """Yield documents in portions that fill the calls which may be on their way at once, after
        the contacts that they need."""
        # OVERRIDES 'account_xero'
        records = connection._commit_with_retry(self._check, connection, records)
        if contacts := connection._commit_with_retry(
                self.env['xero.push.contact']._prepare_for, connection, records):
            sender.push(contacts, reserve)
            sender.finish()
        size = limits.CONCURRENT * BATCH_SIZE
        for group in records.grouped(_endpoint).values():
            for start in range(0, len(group), size):
                yield self.env['xero.push.existing']._without(
                    connection, sender, group[start:start + size])

    def _check(self, connection, moves):
        """Fail what cannot be sent, and return the others that still are to go out."""
        moves = self._still_queued(connection, moves)
        posted = moves.filtered(
            lambda move: move.state == 'posted' and not is_void_wanted(move))
        blocked = self.env['xero.preflight']._find(posted, connection)
        reference_data = self.env['xero.reference.data']
        if reference_data._is_worth_asking(connection, blocked) \
                and reference_data._try_refresh(connection):
            blocked = self.env['xero.preflight']._find(posted, connection)
        for move, problems in blocked.items():
            move._xero_fail(problems)
        return moves.filtered(lambda move: move not in blocked)

    def _still_queued(self, connection, moves):
        """Take out what was cancelled before it ever came to Xero.

        :return: those that still are to go out, after the time that a call has taken
        """
        moves = self.env['account.move'].search(
            self._domain(connection) & fields.Domain('id', 'in', moves.ids), order='id')
        never_there = moves.filtered(lambda m: m.state == 'cancel' and not m.xero_document_id)
        moves._xero_store([
            (move, {'xero_state': None, 'xero_manual': False}) for move in never_there])
        return moves - never_there

    # === WHAT IS SENT === #

    def _prepare(self, connection, records):
        """Return the values of the requests: new documents in batches, changed and cancelled ones
        singly. Those whose contact is missing wait."""
        # OVERRIDES 'account_xero'
        Request = self.env['xero.request']
        new, values, rows = {}, [], []
        moves = self._still_queued(connection, records)
        fetch_for_taxes(moves)
        numbers = self.env['xero.push.numbers']
        held = numbers._get_held_for(moves, self._domain(connection))
        differences = self.env['xero.difference'].sudo()._of_documents(
            moves.filtered('xero_document_id')).grouped('res_id')
        for move in moves:
            endpoint = _endpoint(move)
            if move.state == 'cancel' or is_void_wanted(move):
                values.append(self._prepare_cancel(connection, move))
                continue
            if not numbers._is_in_turn(move, held):
                values.append(numbers._prepare_meantime(connection, move))
                continue
            if not move._xero_partner().xero_contact_id:
                continue
            body, totals, problem = move._xero_prepare_body(connection)
            if problem:
                rows.append((move, move._xero_failure(problem)))
                continue
            item = self._prepare_item(connection, move, body, totals)
            if not move.xero_document_id:
                bodies, items = new.setdefault(endpoint, ([], []))
                bodies.append(body)
                items.append(item)
            elif change := move._xero_prepare_change(body):
                if problem := self.env['xero.sent']._check_corrections(
                        move, change, differences.get(move.id)):
                    rows.append((move, move._xero_failure(problem)))
                    continue
                item['line_ids'] = [line.get('LineItemID') for line in change.get('LineItems', ())]
                values.append(Request._values(
                    connection, 'update', 'POST', f'{endpoint}/{move.xero_document_id}', [change],
                    [item], endpoint))
            else:
                again = item['pdf'] and move.xero_pdf_state == 'failed'
                rows.append((move, {**move._xero_success(),
                                    **({'xero_pdf_state': 'pending'} if again else {})}))
        moves._xero_store(rows)
        # What is listed of them may agree by now.
        moves.browse(move.id for move, _values in rows if move.xero_differs)._xero_queue_pull()
        for endpoint, (bodies, items) in new.items():
            values[:0] = Request._batches(connection, 'create', endpoint, bodies, items, endpoint)
        return values

    def _prepare_item(self, connection, move, body, totals):
        """:return: what is to be known of a document when Xero's answer comes"""
        return {'id': move.id, 'revision': move.xero_revision, 'total': str(totals.total),
                'hash': fingerprint(body), 'pdf': move._xero_wants_pdf(connection),
                'sent': move._xero_prepare_sent(body), 'voided': move.xero_voided_id}

    def _prepare_cancel(self, connection, move):
        """Return the request that voids a document in Xero, or deletes it while it is a draft
        (Xero's status life cycle)."""
        draft, endpoint = move.xero_status in ('DRAFT', 'SUBMITTED'), _endpoint(move)
        body = payload.status_body(XERO_KINDS[move.move_type], move.xero_document_id,
                                   'DELETED' if draft else 'VOIDED')
        return self.env['xero.request']._values(
            connection, 'cancel', 'POST', f'{endpoint}/{move.xero_document_id}', [body],
            [{'id': move.id, 'revision': move.xero_revision, 'hash': None,
              'void': is_void_wanted(move)}], endpoint)

    # === WHILE THERE IS NO ANSWER === #

    def _is_settled(self, request):
        # OVERRIDES 'account_xero'
        moves = self.env['account.move'].browse(request._record_ids()).exists()
        if request.operation == 'cancel':   # one that was voided is linked to it no more
            moves = moves.filtered(
                lambda move: request.path.endswith(f'/{move.xero_document_id}'))
        return all(move.xero_document_id and move.xero_state == 'synced' for move in moves)

    def _is_asked_first(self, request):
        # OVERRIDES 'account_xero': numbers of vendors may repeat
        return request.operation == 'create' and not all(
            map(recovery.has_unique_number, request._elements()))

    def _get_missing(self, request, found):
        # OVERRIDES 'account_xero'
        matched = self._match_documents(
            request.connection_id, request._elements(), request.items, found,
            request.sent_at - CLOCK_SKEW)
        return [item for position, item in enumerate(request.items)
                if not matched.get(position, (None, False))[1]]

    def _find_in_xero(self, request):
        """Ask Xero for documents that a creating request may have made. Updates and voids need no
        question, they may be repeated.

        :return: list of documents.Document
        """
        # OVERRIDES 'account_xero'
        if request.operation != 'create':
            return []
        return list(map(Document.from_json, self.env['xero.push']._get_rows(
            request.connection_id, request.path,
            query.created(request.path, request._elements()))))

    def _recover(self, request, found):
        # OVERRIDES 'account_xero'
        if request.operation == 'update':
            # Either state may be the one that Xero has, so the next one has to be sent.
            moves = self.env['account.move'].browse(request._record_ids()).exists()
            moves._xero_store([(move, {'xero_payload_hash': None}) for move in moves])
        matched = self._match_documents(
            request.connection_id, request._elements(), request.items, found,
            request.sent_at - CLOCK_SKEW)
        connection = request.connection_id
        faulty = request._apart(
            [(request.items[position], *document) for position, document in matched.items()],
            partial(self._adopt, connection))
        numbers = {
            item['id']: element.get('InvoiceNumber') for position, (item, element) in enumerate(
                zip(request.items, request._elements(), strict=True)) if position not in matched}
        self._end(request, [item for item, *_document in faulty])
        return self.env['xero.push.existing']._settle_found(connection, numbers, found)

    def _match_documents(self, connection, elements, items, documents, since=None):
        """Find the document that each element has become; none is given away twice.

        :param list elements: what was sent
        :param list items: of the request, in the same order
        :param list documents: documents.Document that Xero has
        :param datetime since: when the request left (naive UTC), None if it certainly failed
        :return: {position: (document, whether it is ours)}
        """
        owners = {move.xero_document_id: move.id for move in self.env['account.move'].search([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('xero_document_id', 'in', [document.xero_id for document in documents])])}
        found = {}
        for position, (element, item) in enumerate(zip(elements, items, strict=True)):
            for document in documents:
                if document.xero_id == item.get('voided'):
                    continue
                verdict = recovery.compare(element, item['total'], document, since)
                if verdict and owners.setdefault(document.xero_id, item['id']) != item['id']:
                    verdict = False if recovery.has_unique_number(element) else None
                if verdict is not None:
                    found[position] = document, verdict
                if verdict:
                    break
        return found

    def _adopt(self, connection, found):
        """Link documents that Xero has already, or say that the number is taken.

        What was sent counts as what Xero got: a correction that somebody has made there since is
        listed at once, and is not written over.

        :param list found: (item, documents.Document, whether it is ours)
        """
        Move = self.env['account.move']
        moves = {move.id: move for move in Move.browse(
            item['id'] for item, _document, _ours in found).exists()}
        rows, adopted = [], {}
        for item, document, ours in found:
            move = moves.get(item['id'])
            if move and ours:
                rows.append((move, self._adopted_values(move, document, item)))
                adopted[move] = document
            elif move and item['revision'] == move.xero_revision:   # else its number is another
                rows.append((move, move._xero_failure(
                    self.env['xero.push.numbers']._problem(move, document))))
        Move._xero_store(rows)
        self.env['xero.compare.content']._compare(connection, {
            move: document for move, document in adopted.items() if move.xero_state != 'failed'})
        # What happened to them in Xero before they were linked here has passed the pull by.
        Move.union(*adopted)._xero_queue_pull()

    def _adopted_values(self, move, document, item):
        """:return: what a document becomes that Xero has already, for :meth:`_xero_store`"""
        values = {**move._xero_apply_answer(document, item),
                  'xero_last_pull': fields.Datetime.now()}
        if document.status in GONE and 'xero_state' in values and move.state != 'cancel':
            values.update(move._xero_failure(Problem('voided_in_xero', _lt(
                "%(number)s was voided or deleted in Xero.", number=document.name))))
        return values

    # === WHAT BECOMES OF AN ANSWER === #

    def _apply(self, request, done, answer):
        # OVERRIDES 'account_xero'
        Move = self.env['account.move']
        moves = {move.id: move for move in Move.browse(
            item['id'] for item, _result in done).exists()}
        documents = {moves[item['id']]: Document.from_json(result.data)
                     for item, result in done if item['id'] in moves}
        Move._xero_store([
            (moves[item['id']], moves[item['id']]._xero_apply_answer(
                documents[moves[item['id']]], item))
            for item, _result in done if item['id'] in moves], answer)
        self.env['xero.compare.content']._compare(request.connection_id, documents)
        # What is listed of them may be over. Where Xero gives the first answer again, what has
        # happened since has passed the pull by.
        Move.union(*(move for move in moves.values() if request.attempts > 1 or move.xero_differs)
                   )._xero_queue_pull()

    def _rejection_code(self, request, error):
        # OVERRIDES 'account_xero'
        # Xero: an unknown ContactID is answered with 404 for the whole request.
        if error.status == 404:
            return 'contact_missing' if request.operation == 'create' else 'not_in_xero'
        return super()._rejection_code(request, error)


def _endpoint(move):
    """:return: the list in Xero that a document is in"""
    return payload.endpoint_of(XERO_KINDS[move.move_type])
