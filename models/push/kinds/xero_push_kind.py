"""One kind of what is sent to Xero: what waits, how it is prepared, and what an answer means."""
from functools import partial

from odoo import fields, models

from ....xero import limits
from ....xero.client import Answer
from ....xero.errors import XeroOutcomeUnknown, XeroRejected, classify
from ....xero.outcome import IDS, match_outcomes, outcomes
from ...connection.xero_budget import DAY_RESERVE
from ...connection.xero_connection_run import is_time_left
from ...core.apart import apart
from ...core.kinds import RETRY_DELAYS
from ...core.problem import call_words
from ..sender import RequestSender
from ..xero_push import Rejection


class XeroPushKind(models.AbstractModel):
    """A kind of what is sent, such as documents; each is a model of its own that inherits this one,
    and is named by `xero.connection._push_kinds`.

    The records that wait are of a model with `xero.sync.mixin`.
    """

    _name = 'xero.push.kind'
    _description = "Kind of What Is Sent to Xero"

    #: Model of the records, which has a company or a connection.
    _model = None
    #: Operations of `xero.request` that are of this kind, and what each of them does.
    _operations = {}
    #: Operations by which something new comes to be in Xero, each with the field of
    #: `xero.request.element` that refers to its record: it cannot be deleted meanwhile, nor be in
    #: two requests.
    _makes = {}
    #: Fields that pair the elements of an answer with those that were sent, the surest one first.
    _identity = ()
    #: Fields of an answer's element that hold its identifier in Xero; none where it has none.
    _id_fields = IDS
    #: Records that are looked at in one go.
    _chunk = 500
    #: Calls that may be on their way while the next records are prepared.
    _in_flight = limits.CONCURRENT

    # === WHAT WAITS === #

    def _domain(self, connections):
        """
        :param recordset connections: `xero.connection`
        :return: domain of the records of ``_model`` that may go out now
        :rtype: Domain
        """
        raise NotImplementedError

    def _busy_domain(self, connection):
        """:return: domain of the records whose request has no answer yet
        :rtype: Domain"""
        return fields.Domain('id', 'in', list(self._requests(connection)._record_ids()))

    def _get_pending(self, connection, but=(), limit=None):
        """Return the records that may go out now, but for those whose request has no answer yet.

        :param recordset connection: one `xero.connection`
        :param but: ids to leave out
        :param int limit: how many at most
        """
        return self.env[self._model].search(
            self._domain(connection) & ~self._busy_domain(connection)
            & fields.Domain('id', 'not in', list(but)), limit=limit, order='id')

    def _get_next(self, connection, seen):
        """Return the next records to send in this run.

        :param recordset connection: one `xero.connection`
        :param set seen: what this run has had in its hands; is added to
        """
        records = self._get_pending(connection, but=seen, limit=self._chunk)
        seen.update(records.ids)
        return records

    def _requests(self, connection):
        """:return: the `xero.request` of this kind that have no answer"""
        return self.env['xero.request'].search([
            ('connection_id', '=', connection.id), ('operation', 'in', list(self._operations))])

    # === THE WAY OUT === #

    def _push_first(self, connection):
        """Send what must not wait for the other kinds.

        :raise XeroError: nothing more can be sent now
        """

    def _push(self, connection):
        """Send what waits, when it is this kind's turn.

        :raise XeroError: nothing more can be sent now
        """
        self._push_all(connection)

    def _push_all(self, connection):
        """Send what waits: while the calls of some records are on their way, the next ones are
        prepared.

        :raise XeroError: nothing more can be sent now
        """
        seen = set()
        with RequestSender(connection) as sender:
            while is_time_left(connection.env) and connection.state == 'connected':
                records = self._get_next(connection, seen)
                if not records:
                    if sender.finish():
                        continue
                    return
                reserve = 0 if all(records.mapped('xero_manual')) else DAY_RESERVE
                for portion in self._portions(connection, sender, records, reserve):
                    sender.push(connection._commit_with_retry(
                        self._prepare_apart, connection, portion), reserve)
                    sender.apply_answers(self._in_flight)

    def _portions(self, connection, sender, records, reserve):
        """Yield records in portions that are prepared together, after what they need before.

        :param RequestSender sender: that sends them
        :param recordset records: as of :meth:`_get_next`
        :param int reserve: calls of the day to leave
        """
        yield records

    def _prepare_apart(self, connection, records):
        """Return the values of the requests for some records; one that cannot be prepared fails by
        itself.

        :rtype: list(dict)
        """
        return [values for part in apart(
            self.env, records, partial(self._prepare, connection),
            partial(self._fail_faulty, connection)) for values in part]

    def _prepare(self, connection, records):
        """Return the values of the requests that bring some records to Xero, and fail those that
        have a problem. It only touches the database, and may be called again for some of them.

        :rtype: list(dict)
        """
        raise NotImplementedError

    def _fail_faulty(self, connection, faults):
        """Fail records that cannot be prepared.

        :param list faults: (record, exception)
        """
        faults[0][0]._xero_fail_faulty(faults)

    # === WHILE THERE IS NO ANSWER === #

    def _get_waiting(self, request):
        """:param recordset request: one `xero.request`
        :return: the pending records that need its outcome, by model
        :rtype: list(recordset)"""
        return [self.env[self._model].search([
            ('id', 'in', list(request._record_ids())), ('xero_state', '=', 'pending')])]

    def _is_settled(self, request):
        """:return: whether its records have come by another way to where it was to bring them, or
            are gone: a pull saw the void whose answer was lost, say. Nobody asks for it any more.
        """
        return False

    def _is_due(self, request, now):
        """Whether a request without an answer is to be taken up: its time has come, or somebody
        has asked for one of its records since. When all of them have failed, they wait for
        somebody.

        :param datetime now: naive UTC
        """
        waiting = self._get_waiting(request)
        return any(waiting) and (
            not request.retry_at or request.retry_at <= now
            or any(self._is_asked_for(record) for records in waiting for record in records))

    def _is_asked_for(self, record):
        """:return: whether somebody has asked for a record since its last attempt"""
        return record.xero_manual and not record.xero_attempts

    def _is_repeatable(self, request):
        """:return: whether a request may be done twice, so that nothing has to be asked first"""
        return False

    def _is_asked_first(self, request):
        """:return: whether Xero is asked for what a request may have made before it is repeated
            even while Xero remembers the key: where Xero itself would take it twice"""
        return False

    def _get_missing(self, request, found):
        """Tell what Xero does not have of a request while it still remembers the key. When that is
        all of it, the request is repeated; when it is a part, it waits until the key is forgotten.

        :param list found: as of :meth:`_find_in_xero`
        :return: list of the items
        """
        return request.items

    def _find_in_xero(self, request):
        """Ask Xero for what a request may have made, once it no longer remembers the key, or
        before it is repeated; see :meth:`_is_asked_first`.

        :return: what :meth:`_recover` gets
        :raise LookUpFailed: this cannot be answered
        :raise XeroError: nothing can be asked now
        """
        return []

    def _recover(self, request, found):
        """End a request that Xero no longer remembers: adopt what it made. The rest goes out again
        from the queue.

        :param list found: as of :meth:`_find_in_xero`
        :return: ids of the records that need no further question before they go out; or None
        """
        request.unlink()

    def _count_attempt(self, request, error):
        """Count an attempt of each record that waits for a request.

        :param XeroError error: what it ended with
        :return: how many attempts the one with the most of them has had
        :rtype: int
        """
        return max((records._xero_count_attempt(error)
                    for records in self._get_waiting(request)), default=0)

    def _postpone(self, request, error):
        """It may have been done or not: keep the request, and come back to it.

        :param XeroError error: why there is no clear outcome
        """
        tries = self._count_attempt(request, error)
        request._retry_after(RETRY_DELAYS[min(max(tries, 1), len(RETRY_DELAYS)) - 1])

    # === WHAT BECOMES OF AN ANSWER === #

    def _is_its_own_trouble(self, error):
        """:return: whether an error that would meet every further call meets those of this kind
            alone
        :rtype: bool"""
        return False

    def _apply_response(self, request, response):
        """Apply what came of a request, in one transaction with its end in the outbox.

        :param response: the Answer, the XeroError that was raised, or None when it was not sent
        :return: requests that take its place, and what is to be looked into
        :rtype: tuple(recordset, list(Rejection))
        """
        nothing = request.browse()
        self.env['xero.budget']._save(
            request.connection_id, getattr(response, 'budget', None), 'push')
        if isinstance(response, Answer):
            return nothing, self._apply_answer(request, response)
        if isinstance(response, XeroRejected) and request.attempts == 1:
            if len(request.items) > 1 and not response.is_of_call:
                return request._split(), []
            return nothing, self._reject(request, response)
        if isinstance(response, XeroOutcomeUnknown | XeroRejected):
            # That a repeated request is refused says nothing about its earlier attempts.
            self._postpone(request, response)
            return nothing, []
        # Certainly not processed this time; an earlier attempt may have been.
        request.attempts -= 1
        if not request.attempts:
            request.sent_at = False
        return nothing, []

    def _apply_answer(self, request, answer):
        """Apply each element's own result: the good ones of a batch are done whatever became of
        the others.

        :param Answer answer: with a body
        :return: list(Rejection)
        """
        elements = request._elements()
        results = self._match(
            request, elements,
            outcomes(answer.data, request._wrapper(), self._id_fields))
        if any(result is None or (result.ok and self._id_fields and not result.xero_id)
               for result in results):
            # An answer that does not tell of every element tells nothing for certain.
            self._postpone(
                request, XeroOutcomeUnknown(self.env._("Xero's answer is incomplete.")))
            return []
        self._note_success(request)
        done, rejected, unclear, doubt = [], [], [], None
        for item, element, result in zip(request.items, elements, results, strict=True):
            messages = list(result.messages)
            if result.ok:
                done.append((item, result))
            elif (code := classify(messages)) == XeroOutcomeUnknown.default_code:
                unclear.append(item)
                doubt = XeroOutcomeUnknown(messages[0])
            else:
                rejected.append(Rejection(request.operation, item, element, messages, code))
        faulty = request._apart(done, partial(self._apply, request, answer=answer))
        self._end(request, [*unclear, *(item for item, _result in faulty)], doubt)
        return rejected

    def _note_success(self, request):
        """Xero has answered, whatever it says."""
        request.connection_id.write({
            'outages': 0, 'last_error': False, 'last_push': fields.Datetime.now()})

    def _match(self, request, elements, results):
        """Pair each sent element with what became of it; see :func:`.outcome.match_outcomes`."""
        return match_outcomes(elements, results, self._identity)

    def _apply(self, request, done, answer):
        """Apply what was saved. It only touches the database, and may be called again for some of
        it.

        :param list done: (item, Outcome)
        :param Answer answer: that tells of them
        """
        raise NotImplementedError

    def _reject(self, request, error):
        """A call was refused as a whole: for its single record, or whatever is in it.

        :rtype: list(Rejection)
        """
        code = self._rejection_code(request, error)
        messages = list(filter(None, (call_words(error), error.message)))
        rejections = [
            Rejection(request.operation, item, element, messages, code)
            for item, element in zip(request.items, request._elements(), strict=True)]
        request.unlink()
        return rejections

    def _rejection_code(self, request, error):
        """:return: the code of the error catalogue for a call that was refused as a whole"""
        return error.code

    def _end(self, request, faulty, doubt=None):
        """Have a request leave the outbox, but for the elements that could not be applied.

        :param list faulty: items
        :param XeroError doubt: what Xero said that may pass; None when the fault is ours
        """
        if faulty:
            request._keep(faulty)
            self._postpone(request, doubt or request._unapplied())
        else:
            request.unlink()
