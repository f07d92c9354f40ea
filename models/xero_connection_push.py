"""The way of a push: claim, preflight, contacts, documents, answers."""
from odoo import api, fields, models

from ..xero import limits, payload
from ..xero.errors import (
    XeroAccessRevoked,
    XeroGrantInvalid,
    XeroRateLimited,
    XeroScopeMissing,
)
from .account_move import SWITCHES, XERO_KINDS
from .account_move_push import fingerprint
from .fault import apart
from .sending import Sending
from .xero_connection_serve import BUSY_WAIT, RunOver
from .xero_request import BATCH_SIZE, DOCUMENT_OPERATIONS

#: Documents looked at in one go; ten full calls.
CHUNK = 500
#: Scheduled actions that share the organisations with the first one.
PUSH_HELPERS = tuple(f'account_xero.ir_cron_push_{number}' for number in (2, 3, 4))
#: Calls of the day that are left to *Sync now* and to pulling.
DAY_RESERVE = 100


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    # === ENTRY === #

    @api.model
    def _cron_push(self, helper=False):
        """Serve every organisation that has something to send and may be called now.

        :param bool helper: see :meth:`_serve`
        """
        self._serve('_has_work', '_push', self._trigger_push, () if helper else PUSH_HELPERS)

    def _has_work(self):
        """Whether something waits for this connection, and it need not wait itself."""
        if self.state != 'connected' or (
                self.resume_at and self.resume_at > fields.Datetime.now()):
            return False
        return bool(
            self._reference_is_old()
            or self.env['account.move'].search_count(self._push_domain(), limit=1)
            or self.env['xero.contact.sync'].search_count(self._contacts_domain(), limit=1)
            or self.env['xero.request'].search_count(self._outbox_domain(), limit=1)
            or self._pending_payments(limit=1)
            or self._pending_pdfs(limit=1))

    def _push(self):
        """Push this organisation's queue, unless another worker is at work for it."""
        if not self._claimed('_has_work', '_push_claimed', '_trigger_push'):
            # It may be pulling, or have looked at the queue for the last time.
            self._trigger_push(fields.Datetime.now() + BUSY_WAIT)

    def _push_stopped(self, error):
        """Keep why nothing can be sent at the moment, and go on when that may have passed."""
        now = fields.Datetime.now()
        if isinstance(error, XeroRateLimited):
            self._transaction(self._note_limit, error, now)
        elif not isinstance(error, XeroAccessRevoked | XeroGrantInvalid | XeroScopeMissing):
            self._transaction(self._note_outage, now)
        self._note_error(error)

    def _note_limit(self, error, now):
        values = {'outages': 0}
        if error.problem == 'day':
            values['budget_seen_at'] = False    # by then it is another day's calls that count
        self.write(values)
        self._wait(limits.resume_at(error, now))

    # === THE WAY OF A PUSH === #

    def _push_claimed(self):
        """:raise XeroError: nothing more can be sent now
        :raise RunOver: this run has no time for more"""
        self._renew_reference_data()
        self._pull_overdue()
        self._push_unfinished()
        self._push_contacts(manual_only=True)
        self._push_payment_deletions()      # before documents: a paid one cannot be voided
        self._push_documents()
        self._push_payments()
        self._push_contacts()
        self._push_attachments()
        self._transaction(self._note_unknown)
        if not self._time_left():
            raise RunOver

    def _push_documents(self):
        """Push the documents that wait: while the calls of some are on their way, the next ones are
        prepared.

        :raise XeroError: nothing more can be sent now
        """
        seen = set()
        with Sending(self) as sending:
            while self._time_left() and self.state == 'connected':
                moves = self._push_next(seen)
                if not moves:
                    if sending.finish():
                        continue
                    return
                reserve = 0 if all(moves.mapped('xero_manual')) else DAY_RESERVE
                moves = self._transaction(self._push_preflight, moves)
                if contacts := self._transaction(self._prepare_contacts, moves):
                    sending.push(contacts, reserve)
                    sending.finish()
                for portion in self._portions(moves):
                    sending.push(self._transaction(self._prepare_documents, portion), reserve)
                    sending.settle(limits.CONCURRENT)

    def _portions(self, moves):
        """Yield documents in portions that fill the calls which may be on their way at once."""
        size = limits.CONCURRENT * BATCH_SIZE
        for group in moves.grouped(
                lambda move: payload.endpoint_of(XERO_KINDS[move.move_type])).values():
            for start in range(0, len(group), size):
                yield group[start:start + size]

    def _push_domain(self):
        """:return: domain of the documents that may go out now"""
        self.ensure_one()
        automatic = fields.Domain('xero_manual', '=', True)
        if self.auto_sync and self._calls_left_today() > DAY_RESERVE:
            kinds = [kind for kind, switch in SWITCHES.items() if self[switch]]
            automatic |= fields.Domain('move_type', 'in', kinds)
        return fields.Domain([
            ('company_id', '=', self.company_id.id), ('xero_state', '=', 'pending'),
            ('state', 'in', ('posted', 'cancel')),
        ]) & automatic

    def _push_next(self, seen):
        """Return the next documents of the queue: those that somebody asked for, then the others.

        What is in the outbox waits for its answer, and what this run had in its hands already is
        not taken up again before the next one, unless it was queued anew.

        :param set seen: (id, ticket) of earlier documents of this run; is added to
        """
        busy = self.env['xero.request'].search([
            ('connection_id', '=', self.id),
            ('operation', 'in', DOCUMENT_OPERATIONS),
        ])._record_ids()
        had = {move_id for move_id, _ticket in seen} - busy
        Move, queue = self.env['account.move'], self._push_domain()
        new = queue & fields.Domain('id', 'not in', list(busy | had))
        moves = (
            Move.search(new & fields.Domain('xero_manual', '=', True), limit=CHUNK, order='id')
            or Move.search(new, limit=CHUNK, order='id')
            or Move.search(queue & fields.Domain('id', 'in', list(had)), order='id').filtered(
                lambda move: (move.id, move.xero_ticket) not in seen))
        seen.update((move.id, move.xero_ticket) for move in moves)
        return moves

    def _still_queued(self, moves):
        """Take out what was cancelled before it ever came to Xero.

        :return: those that still are to go out, after the time that a call has taken
        """
        moves = self.env['account.move'].search(
            self._push_domain() & fields.Domain('id', 'in', moves.ids), order='id')
        never_there = moves.filtered(lambda m: m.state == 'cancel' and not m.xero_document_id)
        moves._xero_store([
            (move, {'xero_state': None, 'xero_manual': False}) for move in never_there])
        return moves - never_there

    def _push_preflight(self, moves):
        """Fail what cannot be sent, and return the others that still are to go out."""
        moves = self._still_queued(moves)
        posted = moves.filtered(lambda move: move.state == 'posted')
        blocked = posted._xero_preflight(self)
        if self._is_worth_asking(blocked) and self._try_refresh():
            blocked = posted._xero_preflight(self)
        for move, problems in blocked.items():
            move._xero_fail(problems)
        return moves.filtered(lambda move: move not in blocked)

    def _prepare_documents(self, moves):
        """Return the values of the requests that bring these documents to Xero: new ones in
        batches, changed and cancelled ones singly. Those whose contact is missing wait.

        :rtype: list(dict)
        """
        Request, values, new = self.env['xero.request'], [], {}
        for changes, creations in apart(
                self.env, self._still_queued(moves), self._prepare_together, self._fail_faulty):
            values += changes
            for endpoint, body, item in creations:
                bodies, items = new.setdefault(endpoint, ([], []))
                bodies.append(body)
                items.append(item)
        for endpoint, (bodies, items) in new.items():
            values[:0] = Request._batches(self, 'create', endpoint, bodies, items, endpoint)
        return values

    def _fail_faulty(self, faults):
        """Take documents out of the queue that something fails for.

        :param list faults: (document, exception), as of `fault.apart`
        """
        moves = self.env['account.move']
        moves._xero_store([(move, move._xero_failure(problems[0]))
                           for move, problems in moves._xero_faults(faults).items()])

    def _prepare_together(self, moves):
        """As :meth:`_prepare_documents`, all or none.

        :return: values of the requests of changed and cancelled ones, and (list in Xero, JSON
            object, item of the request) of new ones
        :rtype: tuple(list(dict), list(tuple))
        """
        Request = self.env['xero.request']
        values, new, rows = [], [], []
        moves._xero_prefetch()
        for move in moves:
            endpoint = payload.endpoint_of(XERO_KINDS[move.move_type])
            if move.state == 'cancel':
                values.append(self._prepare_cancel(move, endpoint))
                continue
            if not move._xero_partner().xero_contact_id:
                continue
            body, totals, problem = move._xero_prepare_body(self)
            if problem:
                rows.append((move, move._xero_failure(problem)))
                continue
            item = {'id': move.id, 'ticket': move.xero_ticket, 'total': str(totals.total),
                    'hash': fingerprint(body), 'pdf': move._xero_wants_pdf(self)}
            if not move.xero_document_id:
                new.append((endpoint, body, item))
            elif change := move._xero_prepare_change(body, item['hash']):
                values.append(Request._values(
                    self, 'update', 'POST', f'{endpoint}/{move.xero_document_id}', [change],
                    [item], endpoint))
            else:
                again = item['pdf'] and move.xero_pdf_state == 'failed'
                rows.append((move, {**move._xero_success(),
                                    **({'xero_pdf_state': 'pending'} if again else {})}))
        self.env['account.move']._xero_store(rows)
        return values, new

    def _prepare_cancel(self, move, endpoint):
        """Return the request that voids a document in Xero, or deletes it while it is a draft
        (Xero's status life cycle)."""
        draft = move.xero_status in ('DRAFT', 'SUBMITTED')
        body = payload.status_body(XERO_KINDS[move.move_type], move.xero_document_id,
                                   'DELETED' if draft else 'VOIDED')
        return self.env['xero.request']._values(
            self, 'cancel', 'POST', f'{endpoint}/{move.xero_document_id}', [body],
            [{'id': move.id, 'ticket': move.xero_ticket, 'hash': None}], endpoint)

    # === SENDING === #

    def _calls_left_today(self):
        return self._budget().day_available(fields.Datetime.now())

    def _push_requests(self, values, reserve):
        """Store requests, commit, send them, and apply their answers; see :meth:`Sending.push`."""
        with Sending(self) as sending:
            sending.push(values, reserve)
