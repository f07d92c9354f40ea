"""Invoices, bills and credit notes: new ones in batches, changed and cancelled ones singly."""
from odoo import fields, models
from odoo.tools.misc import format_date

from ....xero import limits, payload, query, recovery
from ....xero.documents import Document, PaymentRow
from ....xero.errors import CONTACT_CODES
from ...connection.xero_budget import DAY_RESERVE
from ...core.kinds import CLOCK_SKEW, GONE, SWITCHES, XERO_KINDS
from ...core.prefetch import fetch_for_taxes
from ...core.problem import Problem
from ..account_move import fingerprint
from ..xero_request import BATCH_SIZE


class XeroPushDocument(models.AbstractModel):
    _name = 'xero.push.document'
    _inherit = 'xero.push.kind'
    _description = "Documents Sent to Xero"

    _model = 'account.move'
    _operations = {
        'create': "Create documents", 'update': "Update a document",
        'cancel': "Void or delete a document"}
    _identity = ('InvoiceID', 'CreditNoteID', 'Url', 'InvoiceNumber', 'CreditNoteNumber')

    # === WHAT WAITS === #

    def _domain(self, connections):
        # OVERRIDES 'account_xero'
        return fields.Domain.OR(
            fields.Domain('company_id', 'in', group.company_id.ids) & (
                fields.Domain('xero_manual', '=', True) | fields.Domain('move_type', 'in', kinds))
            for kinds, group in connections.grouped(self._get_automatic_types).items()
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
        Move, queue = self.env['account.move'], self._domain(connection)
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
        posted = moves.filtered(lambda move: move.state == 'posted')
        blocked = posted._xero_preflight(connection)
        reference_data = self.env['xero.reference.data']
        if reference_data._is_worth_asking(connection, blocked) \
                and reference_data._try_refresh(connection):
            blocked = posted._xero_preflight(connection)
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
        for move in moves:
            endpoint = _endpoint(move)
            if move.state == 'cancel':
                values.append(self._prepare_cancel(connection, move))
                continue
            if not move._xero_partner().xero_contact_id:
                continue
            body, totals, problem = move._xero_prepare_body(connection)
            if problem:
                rows.append((move, move._xero_failure(problem)))
                continue
            item = {'id': move.id, 'revision': move.xero_revision, 'total': str(totals.total),
                    'hash': fingerprint(body), 'pdf': move._xero_wants_pdf(connection)}
            if not move.xero_document_id:
                bodies, items = new.setdefault(endpoint, ([], []))
                bodies.append(body)
                items.append(item)
            elif change := move._xero_prepare_change(body, item['hash']):
                values.append(Request._values(
                    connection, 'update', 'POST', f'{endpoint}/{move.xero_document_id}', [change],
                    [item], endpoint))
            else:
                again = item['pdf'] and move.xero_pdf_state == 'failed'
                rows.append((move, {**move._xero_success(),
                                    **({'xero_pdf_state': 'pending'} if again else {})}))
        moves._xero_store(rows)
        moves.browse(move.id for move, _values in rows if move.xero_differs)._xero_queue_pull()
        for endpoint, (bodies, items) in new.items():
            values[:0] = Request._batches(connection, 'create', endpoint, bodies, items, endpoint)
        return values

    def _prepare_cancel(self, connection, move):
        """Return the request that voids a document in Xero, or deletes it while it is a draft
        (Xero's status life cycle)."""
        draft, endpoint = move.xero_status in ('DRAFT', 'SUBMITTED'), _endpoint(move)
        body = payload.status_body(XERO_KINDS[move.move_type], move.xero_document_id,
                                   'DELETED' if draft else 'VOIDED')
        return self.env['xero.request']._values(
            connection, 'cancel', 'POST', f'{endpoint}/{move.xero_document_id}', [body],
            [{'id': move.id, 'revision': move.xero_revision, 'hash': None}], endpoint)

    # === WHILE THERE IS NO ANSWER === #

    def _get_waiting(self, request):
        # OVERRIDES 'account_xero'
        return [self.env['account.move'].search([
            ('id', 'in', list(request._record_ids())), ('xero_state', '=', 'pending')])]

    def _is_settled(self, request):
        # OVERRIDES 'account_xero'
        moves = self.env['account.move'].browse(request._record_ids()).exists()
        return all(move.xero_document_id and move.xero_state == 'synced' for move in moves)

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
        faulty = request._apart(
            [(request.items[position], *document) for position, document in matched.items()],
            lambda things: [self._adopt(*thing) for thing in things])
        self._end(request, [item for item, *_document in faulty])

    def _match_documents(self, connection, elements, items, documents, since=None):
        """Find the document that each element has become; none is given away twice.

        :param list elements: what was sent
        :param list items: of the request, in the same order
        :param list documents: documents.Document that Xero has
        :param datetime since: when the request left (naive UTC), None if it certainly failed
        :return: {position: (document, whether it is ours)}
        """
        owners = {move.xero_document_id: move.id for move in self.env['account.move'].search([
            ('company_id', '=', connection.company_id.id),
            ('xero_document_id', 'in', [document.xero_id for document in documents])])}
        found = {}
        for position, (element, item) in enumerate(zip(elements, items, strict=True)):
            for document in documents:
                verdict = recovery.compare(element, item['total'], document, since)
                if verdict and owners.setdefault(document.xero_id, item['id']) != item['id']:
                    verdict = False if recovery.has_unique_number(element) else None
                if verdict is not None:
                    found[position] = document, verdict
                if verdict:
                    break
        return found

    def _adopt(self, item, document, ours):
        """Link a document that Xero has already, or say that the number is taken."""
        move = self.env['account.move'].browse(item['id']).exists()
        if not move:
            return
        if not ours:
            if item['revision'] == move.xero_revision:      # else it has another number by now
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

    # === WHAT BECOMES OF AN ANSWER === #

    def _apply(self, request, done, answer):
        # OVERRIDES 'account_xero'
        Move = self.env['account.move']
        moves = {move.id: move for move in Move.browse(
            item['id'] for item, _result in done).exists()}
        Move._xero_store([
            (moves[item['id']], moves[item['id']]._xero_apply_answer(
                Document.from_json(result.data), item))
            for item, result in done if item['id'] in moves], answer)
        # What is listed of them may be over. Where Xero gives the first answer again, what has
        # happened since has passed the pull by.
        Move.union(*(move for move in moves.values() if request.attempts > 1 or move.xero_differs)
                   )._xero_queue_pull()

    def _rejection_code(self, request, error):
        # OVERRIDES 'account_xero'
        # Xero: an unknown ContactID is answered with 404 for the whole request.
        if error.status == 404 and request.operation == 'create':
            return 'contact_missing'
        return super()._rejection_code(request, error)

    # === WHAT XERO REFUSED === #

    def _doubt(self, rejection):
        # OVERRIDES 'account_xero'
        doubts = {'create': 'number_taken', 'update': 'document_not_editable'}
        if rejection.operation != 'cancel' and rejection.code != doubts[rejection.operation]:
            return None
        note = 'CreditNoteID' in rejection.element or 'CreditNoteNumber' in rejection.element
        return 'CreditNotes' if note else 'Invoices', rejection.operation

    def _questions(self, path, operation, rejections):
        # OVERRIDES 'account_xero'
        ask = query.by_number if operation == 'create' else query.by_id
        return ask(path, [rejection.element for rejection in rejections])

    def _resolve(self, connection, operation, rejections, rows):
        # OVERRIDES 'account_xero'
        resolve = {'create': self._resolve_taken, 'update': self._resolve_updates,
                   'cancel': self._resolve_cancels}[operation]
        resolve(connection, rejections, list(map(Document.from_json, rows)))

    def _resolve_taken(self, connection, rejections, documents):
        """See whether a document with a number that is taken is ours after all."""
        found = self._match_documents(
            connection, [rejection.element for rejection in rejections],
            [rejection.item for rejection in rejections], documents)
        for position, (document, ours) in found.items():
            self._adopt(rejections[position].item, document, ours)
        self._fail(connection, [
            rejection for position, rejection in enumerate(rejections) if position not in found])

    def _resolve_updates(self, connection, rejections, documents):
        """Say what in Xero stands in the way of a change."""
        known = {document.xero_id: document for document in documents}
        advice = self.env._(
            "Remove that in Xero and press Sync now; or keep the amounts as they were, and make a "
            "credit note or a second document for the difference.")
        for rejection in rejections:
            self._fail_applied(connection, rejection, known.get(_identity(rejection)), advice)

    def _resolve_cancels(self, connection, rejections, documents):
        """A void that was refused has happened already, or the status has changed meanwhile, or
        something is applied in Xero."""
        known = {document.xero_id: document for document in documents}
        advice = self.env._(
            "Remove that in Xero and press Sync now; or post the document again here, if it is to "
            "stay.")
        for rejection in rejections:
            [move] = self._get_rejected(connection, rejection)
            document = known.get(_identity(rejection))
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
        :param str advice: what to do, translated
        :rtype: Rejection
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
            return rejection
        return rejection._replace(messages=[
            self.env._("%(number)s in Xero has: %(applied)s.",
                       number=document.number, applied=', '.join(applied)),
            advice, *rejection.messages])

    def _get_rejected(self, connection, rejection):
        # OVERRIDES 'account_xero'
        return [self.env['account.move'].search([
            ('id', '=', rejection.item['id']), ('xero_state', '=', 'pending'),
            ('xero_revision', '=', rejection.item['revision'])])]

    def _fail(self, connection, rejections):
        # OVERRIDES 'account_xero'
        rows = []
        for rejection in rejections:
            for move in self._get_rejected(connection, rejection)[0]:
                words = self._words(rejection)
                problem = Problem.at(move._xero_partner(), rejection.code, words) \
                    if rejection.code in CONTACT_CODES else Problem(rejection.code, words)
                rows.append((move, move._xero_failure(problem)))
        moves = self.env['account.move'].union(*(move for move, _values in rows))
        moves._xero_store(rows)
        # Xero may have it all the same, as it is here.
        moves._xero_queue_pull()


def _endpoint(move):
    """:return: the list in Xero that a document is in"""
    return payload.endpoint_of(XERO_KINDS[move.move_type])


def _identity(rejection):
    return rejection.element.get('InvoiceID') or rejection.element['CreditNoteID']
