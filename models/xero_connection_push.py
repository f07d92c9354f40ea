"""The way of a push: claim, preflight, contacts, documents, answers."""
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import NamedTuple

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..xero import limits, payload
from ..xero.errors import (
    XeroError, XeroOutcomeUnknown, XeroRateLimited, XeroRejected, XeroTokenExpired, classify,
)
from ..xero.parse import Document, match_outcomes, outcomes
from .account_move import XERO_KINDS
from .account_move_preflight import Problem

_logger = logging.getLogger(__name__)

#: Documents looked at in one go; ten full calls.
CHUNK = 500
#: Seconds after which a run starts nothing new, so that a cron worker is never killed for it.
RUN_SECONDS = 45
#: Calls of the day that are left to *Sync now* and to pulling.
DAY_RESERVE = 100
#: Xero remembers an Idempotency-Key for 6 minutes (idempotency guide); one is kept in hand.
KEY_LIFE = timedelta(minutes=5)
#: Waits after the first and the second attempt that reached Xero without an answer.
RETRY_DELAYS = (timedelta(minutes=1), timedelta(minutes=5))
#: The longest wait between two tries while Xero cannot be reached at all.
LONGEST_OUTAGE_WAIT = timedelta(minutes=30)


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    # === ENTRY === #

    @api.model
    def _cron_push(self):
        """Serve every organisation that has something to send and may be called now."""
        waiting = self.search([('state', '=', 'connected')]).filtered(lambda connection: connection._has_work())
        self.env['ir.cron']._commit_progress(remaining=len(waiting))
        for connection in waiting:
            try:
                connection._push()
            except Exception:
                # One organisation's trouble must not keep the others waiting.
                self.env.cr.rollback()
                _logger.exception("Push to Xero of connection %s stopped", connection.id)
            if not self.env['ir.cron']._commit_progress(1):
                self._trigger_push()
                break

    def _has_work(self):
        """Whether documents wait for this connection and it need not wait itself."""
        if self.resume_at and self.resume_at > fields.Datetime.now():
            return False
        return bool(
            self.env['account.move'].search_count(self._push_domain(), limit=1)
            or self.env['xero.request'].search_count([('connection_id', '=', self.id)], limit=1))

    def _push(self):
        """Push this organisation's queue, unless another worker is at it.

        The claim is held by the caller's transaction; the work runs and commits in one of its
        own, so that the claim lasts until the end.
        """
        self.ensure_one()
        claim = self.env['xero.claim'].sudo().search([('connection_id', '=', self.id)])
        if not claim.try_lock_for_update(allow_referencing=True):
            return
        with self.env.registry.cursor() as cr:
            env = self.env(cr=cr, su=True, context={'lang': self.env.user.lang})
            worker = self.with_env(env).with_company(self.with_env(env).company_id)
            try:
                worker._push_claimed()
            except XeroError as error:
                cr.rollback()
                worker._push_stopped(error)

    def _push_stopped(self, error):
        """Keep why nothing can be sent at the moment, and go on when that may have passed."""
        now = fields.Datetime.now()
        if isinstance(error, XeroRateLimited):
            self._transaction(self._wait, limits.resume_at(error, now))
        elif error.code == 'transient':
            self._transaction(self._note_outage, now)
        self._note_error(error)

    def _note_outage(self, now):
        wait = min(timedelta(minutes=2 ** min(self.outages, 10)), LONGEST_OUTAGE_WAIT)
        self.outages += 1
        self._wait(now + wait)

    def _transaction(self, work, *args):
        """Do something and commit it; from a new snapshot when another transaction changed the
        same rows first. The other one has ended by then, so there is nothing to wait for.

        :param work: callable that only touches the database
        :return: what ``work`` returned
        """
        for tries_left in reversed(range(5)):
            try:
                result = work(*args)
                self.env['ir.cron']._commit_progress()
                return result
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                if not tries_left:
                    raise

    # === THE WAY OF A PUSH === #

    def _push_claimed(self):
        """:raise XeroError: nothing more can be sent now"""
        deadline = time.monotonic() + RUN_SECONDS
        if not self.reference_date:
            self._transaction(self._refresh_reference_data)
            self._transaction(self.action_auto_map)
        self._push_unfinished()
        seen = set()
        while time.monotonic() < deadline:
            moves = self._push_next(seen)
            if not moves:
                return
            moves = self._transaction(self._push_settle_without_call, moves)
            moves = self._transaction(self._push_preflight, moves)
            self._push_contacts(moves)
            self._push_documents(moves.filtered(lambda m: m._xero_partner().xero_contact_id))
        self._trigger_push()

    def _push_domain(self):
        """:return: domain of the documents that may go out now"""
        self.ensure_one()
        automatic = fields.Domain('xero_manual', '=', True)
        if self.auto_sync and self._calls_left_today() > DAY_RESERVE:
            kinds = [
                *(['out_invoice'] if self.sync_sales else []),
                *(['in_invoice'] if self.sync_purchases else []),
                *(['out_refund', 'in_refund'] if self.sync_credit_notes else []),
            ]
            automatic |= fields.Domain('move_type', 'in', kinds)
        return fields.Domain([
            ('company_id', '=', self.company_id.id), ('xero_state', '=', 'pending'),
            ('state', 'in', ('posted', 'cancel')),
        ]) & automatic

    def _push_next(self, seen):
        """Return the next documents of the queue.

        What is in the outbox waits for its answer, and what this run had in its hands already is
        not taken up again before the next one, unless it was queued anew.

        :param set seen: (id, ticket) of earlier documents of this run; is added to
        """
        busy = self.env['xero.request'].search([
            ('connection_id', '=', self.id), ('operation', '!=', 'contacts')])._record_ids()
        taken = busy | {move_id for move_id, _ticket in seen}
        Move = self.env['account.move']
        moves = Move.search(
            self._push_domain() & fields.Domain('id', 'not in', list(taken)),
            limit=CHUNK, order='xero_manual desc, id')
        if not moves and seen:
            again = Move.search(self._push_domain() & fields.Domain(
                'id', 'in', list(taken - busy)), limit=CHUNK)
            moves = again.filtered(lambda move: (move.id, move.xero_ticket) not in seen)
        seen.update((move.id, move.xero_ticket) for move in moves)
        return moves

    def _push_settle_without_call(self, moves):
        """Take out cancelled documents that never reached Xero: there is nothing to do there."""
        unknown = moves.filtered(lambda m: m.state == 'cancel' and not m.xero_document_id)
        self.env['account.move']._xero_store([(move, {
            'xero_state': None, 'xero_manual': False}) for move in unknown])
        return moves - unknown

    def _push_preflight(self, moves):
        """Fail what cannot be sent, and return the others."""
        posted = moves.filtered(lambda move: move.state == 'posted')
        blocked = posted._xero_preflight(self)
        for move, problems in blocked.items():
            move._xero_fail(problems)
        return moves.filtered(lambda move: move not in blocked)

    def _push_contacts(self, moves):
        """Create the contacts that these documents need, in as few calls as can be.

        Partners whose creation had no answer yet are left alone; their documents wait with them.
        """
        busy = self.env['xero.request'].search([
            ('connection_id', '=', self.id), ('operation', '=', 'contacts')])._record_ids()
        posted = moves.filtered(lambda move: move.state == 'posted')
        partners = posted.mapped(lambda move: move._xero_partner()).filtered(
            lambda partner: not partner.xero_contact_id and partner.id not in busy)
        self._push_requests(self._transaction(self._prepare_contact_requests, partners))

    def _prepare_contact_requests(self, partners):
        """Return the values of the requests that create these partners' contacts.

        :rtype: list(dict)
        """
        bodies, items = [], []
        for partner in partners:
            try:
                bodies.append(payload.contact_body(partner._xero_prepare_contact()))
                items.append({'id': partner.id})
            except ValueError as error:
                problem = Problem('validation_error', self.env._(
                    "Contact %(name)s: %(reason)s", name=partner.display_name, reason=error))
                self.env['account.move']._xero_store([
                    (move, move._xero_failure(problem)) for move in self._pending_of(partner)])
        return self.env['xero.request']._batches(
            self, 'contacts', 'Contacts', bodies, items, 'Contacts')

    def _push_documents(self, moves):
        """Send documents: new ones in batches, changed and cancelled ones singly."""
        self._push_requests(self._transaction(self._prepare_requests, moves))

    def _prepare_requests(self, moves):
        """Return the values of the requests that bring these documents to Xero.

        :rtype: list(dict)
        """
        Request = self.env['xero.request']
        new, values, rows = {}, [], []
        for move in moves:
            endpoint = payload.endpoint_of(XERO_KINDS[move.move_type])
            if move.state == 'cancel':
                values.append(self._prepare_cancel(move, endpoint))
                continue
            try:
                data, totals = move._xero_prepare_document(self)
                body = payload.document_body(data)
                problem = move._xero_check_totals(data, totals)
            except ValueError as error:
                problem = Problem('validation_error', str(error))
            if problem:
                rows.append((move, move._xero_failure(problem)))
                continue
            item = {'id': move.id, 'ticket': move.xero_ticket, 'total': str(totals.total),
                    'hash': self._fingerprint(body)}
            if not move.xero_document_id:
                bodies, items = new.setdefault(endpoint, ([], []))
                bodies.append(body)
                items.append(item)
            elif item['hash'] == move.xero_payload_hash:
                rows.append((move, move._xero_success()))
            else:
                values.append(Request._values(
                    self, 'update', 'POST', f'{endpoint}/{move.xero_document_id}', [body], [item]))
        self.env['account.move']._xero_store(rows)
        for endpoint, (bodies, items) in new.items():
            values[:0] = Request._batches(self, 'create', endpoint, bodies, items, endpoint)
        return values

    def _prepare_cancel(self, move, endpoint):
        """Return the request that voids a document in Xero, or deletes it while it is a draft
        (Xero's status life cycle)."""
        draft = move.xero_status in ('DRAFT', 'SUBMITTED')
        body = payload.status_body(XERO_KINDS[move.move_type], move.xero_document_id,
                                   'DELETED' if draft else 'VOIDED')
        return self.env['xero.request']._values(
            self, 'cancel', 'POST', f'{endpoint}/{move.xero_document_id}', [body],
            [{'id': move.id, 'ticket': move.xero_ticket, 'hash': None}])

    def _fingerprint(self, body):
        """:return: hash of a document's content; its status and its ids are no content"""
        return payload.payload_hash(
            {key: value for key, value in body.items() if key not in ('Status', 'Url')})

    # === SENDING === #

    def _calls_left_today(self):
        return self._budget().day_available(fields.Datetime.now())

    def _push_requests(self, values):
        """Store requests, commit, send them, and apply each answer as it comes.

        :param list(dict) values: of `xero.request`; what the limits do not allow now stays in
            the queue
        :raise XeroError: nothing more can be sent now
        """
        if not values:
            return
        now = fields.Datetime.now()
        allowed = max(0, min(self._budget().minute_available(now), self._calls_left_today()))
        self._send_all(self._transaction(self.env['xero.request'].create, values[:allowed]))
        if len(values) > allowed:
            raise XeroRateLimited(
                self.env._("The calls that Xero allows for now are used up."),
                problem='day' if self._calls_left_today() <= 0 else 'minute',
                retry_after=max(1, (limits.resume_at(self._budget(), now) - now).seconds))

    def _send_all(self, requests):
        """Send requests and whatever they turn into, then look up what Xero refused as existing.

        :param recordset requests: committed `xero.request`
        :raise XeroError: nothing more can be sent now
        """
        refusals = []
        while requests:
            requests = self._send(requests, refusals)
        self._look_up_refused(refusals)

    def _send(self, requests, refusals, renewed=False):
        """Send requests, five at once, and apply their answers.

        :param recordset requests: committed `xero.request`
        :param list refusals: single records that Xero refused are added, as :class:`Refusal`
        :return: requests that have come up instead: halves of a batch that was refused as a whole
        :raise XeroError: nothing more can be sent now; all answers have been applied
        """
        client = self._get_client()
        requests.filtered(lambda request: not request.sent_at).sent_at = fields.Datetime.now()
        calls = [(request.method, request.path, request.params, request.body.encode(),
                  request.idempotency_key) for request in requests]
        # From here on each of them may have reached Xero, whatever happens to this process.
        self.env['ir.cron']._commit_progress()
        stop, unsent, instead = None, requests.browse(), requests.browse()
        for request, answer in zip(requests, self._call_parallel(client, calls), strict=True):
            if answer is None or isinstance(answer, XeroTokenExpired):
                unsent |= request
            if isinstance(answer, XeroError) and _stops_everything(answer):
                stop = answer
            more, refused = self._transaction(self._settle, request, answer)
            instead |= more
            refusals += refused
        if isinstance(stop, XeroTokenExpired) and not renewed:
            self.token_id._get_access_token(rejected=client.access_token)
            return instead | self._send(unsent, refusals, renewed=True)
        if stop:
            raise stop
        return instead

    @staticmethod
    def _call_parallel(client, calls):
        """Yield the answer to each call, in order: an Answer, the XeroError that was raised, or
        None when it was not sent because an earlier one made it pointless.

        Threads do the HTTP and touch nothing of the ORM.
        """
        halt = Event()

        def call(arguments):
            method, path, params, body, key = arguments
            if halt.is_set():
                return None
            try:
                return client.request(method, path, params=params, body=body, idempotency_key=key)
            except XeroError as error:
                if _stops_everything(error):
                    halt.set()
                return error

        with client, ThreadPoolExecutor(limits.CONCURRENT) as pool:
            yield from pool.map(call, calls)

    # === WHAT BECOMES OF AN ANSWER === #

    def _settle(self, request, answer):
        """Apply what came of one request, in one transaction with its end in the outbox.

        :param answer: as :meth:`_call_parallel` yields it
        :return: requests that take its place, and refusals to look into
        :rtype: tuple(recordset, list(Refusal))
        """
        nothing = request.browse()
        self._note_budget(getattr(answer, 'budget', None))
        if isinstance(answer, XeroOutcomeUnknown):
            self._settle_unknown(request, answer)
            return nothing, []
        if isinstance(answer, XeroRejected):
            if len(request.items) > 1:
                return request._halve(), []
            return nothing, self._settle_rejected(request, answer)
        if answer is None or isinstance(answer, XeroError):
            # Not processed this time; an earlier attempt may have been.
            if not request.attempts:
                request.sent_at = False
            return nothing, []
        self.write({'outages': 0, 'last_error': False, 'last_push': fields.Datetime.now()})
        settle = self._settle_contacts if request.operation == 'contacts' \
            else self._settle_documents
        refused = settle(request, answer.data)
        request.unlink()
        return nothing, refused

    def _settle_unknown(self, request, error):
        """It may have been done or not: keep the request, and come back to it."""
        request.attempts += 1
        values = {'xero_attempts': request.attempts}
        if request.attempts > len(RETRY_DELAYS):
            values.update({'xero_state': 'failed', 'xero_manual': False,
                           'xero_error_code': 'transient', 'xero_error_message': error.message})
        else:
            request.retry_at = fields.Datetime.now() + RETRY_DELAYS[request.attempts - 1]
            self._trigger_push(request.retry_at + timedelta(seconds=1))
        self.env['account.move']._xero_store(
            [(move, values) for move in self._waiting_for(request)])

    def _waiting_for(self, request):
        """:return: the pending documents that need this request to be settled first"""
        Move = self.env['account.move']
        ids = list(request._record_ids())
        if request.operation != 'contacts':
            return Move.search([('id', 'in', ids), ('xero_state', '=', 'pending')])
        return self._pending_of(self.env['res.partner'].browse(ids))

    def _pending_of(self, partners):
        return self.env['account.move'].search([
            ('company_id', '=', self.company_id.id), ('xero_state', '=', 'pending'),
            ('state', '=', 'posted'), ('commercial_partner_id', 'in', partners.ids)])

    def _settle_rejected(self, request, error):
        """A call for a single record was refused as a whole.

        :rtype: list(Refusal)
        """
        [item], [element] = request.items, request._elements()
        messages = [error.message] if error.message else []
        refusal = Refusal(request.operation, item, element, messages, error.code)
        request.unlink()
        return [refusal]

    def _settle_contacts(self, request, data):
        """Link the partners whose contacts were created.

        :rtype: list(Refusal)
        """
        elements, refused = request._elements(), []
        found = match_outcomes(elements, outcomes(data, 'Contacts'), ('ContactNumber', 'Name'))
        for item, element, outcome in zip(request.items, elements, found, strict=True):
            if outcome and outcome.ok and outcome.xero_id:
                self.env['res.partner'].browse(item['id']).xero_contact_id = outcome.xero_id
            else:
                refused.append(Refusal.of('contacts', item, element, outcome))
        return refused

    def _settle_documents(self, request, data):
        """Apply each element's own result: the good ones of a batch are synced whatever became of
        the others.

        :rtype: list(Refusal)
        """
        elements, rows, refused = request._elements(), [], []
        found = match_outcomes(
            elements, outcomes(data, request.path.split('/')[0]),
            ('InvoiceID', 'CreditNoteID', 'Url', 'InvoiceNumber', 'CreditNoteNumber'))
        moves = self.env['account.move'].browse(item['id'] for item in request.items).exists()
        for item, element, outcome in zip(request.items, elements, found, strict=True):
            move = moves.filtered(lambda m, move_id=item['id']: m.id == move_id)
            if not outcome or not outcome.ok or not outcome.xero_id:
                refused.append(Refusal.of(request.operation, item, element, outcome))
            elif move:
                rows.append((move, move._xero_apply_answer(
                    Document.from_json(outcome.data), item)))
        moves._xero_store(rows)
        return refused


class Refusal(NamedTuple):
    """A single record that Xero refused, with what was sent for it and Xero's own words."""

    operation: str
    item: dict
    element: dict
    messages: list
    code: str

    @classmethod
    def of(cls, operation, item, element, outcome):
        messages = list(outcome.messages) if outcome else []
        return cls(operation, item, element, messages, classify(messages))


def _stops_everything(error):
    """:return: whether an error would meet every further call, too: a dead token, a used-up limit,
    no way to Xero"""
    return not isinstance(error, XeroOutcomeUnknown | XeroRejected)
