"""Calls on their way to Xero, several at once, while the process goes on with something else."""
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from odoo import fields

from ...xero import limits
from ...xero.client import Answer
from ...xero.errors import (
    XeroError,
    XeroForbidden,
    XeroOutcomeUnknown,
    XeroRateLimited,
    XeroRejected,
    XeroTokenExpired,
)
from ...xero.scopes import endpoint_of
from ..connection.xero_budget import DAY_RESERVE
from ..connection.xero_connection_run import DEADLINE

#: Batches that are refused one after the other in the same words, after which these are about none
#: of the elements: a single one that Xero stumbles over has halves beside it that are taken.
MOST_ALIKE = 6


class RequestSender:
    """Sends the requests of the outbox, five at once, and applies their answers in the order in
    which they left.

    Threads do the HTTP and touch nothing of the ORM. Leaving the context waits for all answers; an
    exception leaves them to the next run, which finds the requests in the outbox.

    :param recordset connection: `xero.connection` that nobody else serves meanwhile
    """

    def __init__(self, connection):
        self.connection = connection
        self._deadline = connection.env.context[DEADLINE]
        self._client = None
        self._pool = ThreadPoolExecutor(limits.CONCURRENT)
        self._halt = Event()            # a further call would only meet the same error
        self._under_way = deque()       # (request, future)
        self._stop = None               # the error that every further call would meet
        self._unsent = connection.env['xero.request']
        self._renewed = False           # whether the token was refused once
        self._rejections = []           # (kind, Rejection)
        self._reserve = DAY_RESERVE     # calls of the day that halves leave, too
        self._forbidden = {}            # (method, endpoint): what Xero said of it
        self._short = None              # the error that keeps halves back
        self._alike = '', 0             # what it said last of a whole batch, how often by now

    def __enter__(self):
        return self

    def __exit__(self, kind, *exc_info):
        try:
            if not kind:
                self.finish()
        finally:
            self._halt.set()
            self._pool.shutdown()
            if self._client:
                self._client.close()

    # === ON THEIR WAY === #

    def push(self, values, reserve):
        """Store requests, commit and send them. Their answers are applied later.

        :param list(dict) values: of `xero.request`; what the limits do not allow now stays in
            the queue
        :param int reserve: calls of the day to leave
        :raise XeroError: nothing more can be sent now; all answers have been applied
        """
        if not values:
            return
        if self._calls_left()[0] < len(values):
            self.apply_answers()        # then Xero has said how many are left
        self._reserve = reserve
        left, allowed = self._get_allowed()
        self.send(self.connection._commit_with_retry(
            self.connection.env['xero.request']._store, values[:allowed]))
        if left < len(values):
            self.finish()
            raise self._used_up()

    def _push_instead(self, requests):
        """Send what takes the place of a request. What the limits do not allow now goes back to
        the queue.

        :param recordset requests: committed `xero.request`
        """
        left, allowed = self._get_allowed()
        self.connection._commit_with_retry(requests[allowed:].unlink)
        if left < len(requests):
            self._short = self._used_up()
        self.send(requests[:allowed])

    def _get_allowed(self):
        """:return: calls that may be made now, and how many of them leave the reserve"""
        left, today = self._calls_left()
        return left, max(0, min(left, today - self._reserve))

    def _used_up(self):
        """:rtype: XeroRateLimited"""
        now, budget = fields.Datetime.now(), self._get_budget()
        return XeroRateLimited(
            self.connection.env._("The calls that Xero allows for now are used up."),
            problem='day' if budget.day_available(now) <= 0 else 'minute',
            retry_after=max(1, (limits.resume_at(budget, now) - now).seconds))

    def _get_budget(self):
        return self.connection.env['xero.budget']._get(self.connection)

    def _calls_left(self):
        """:return: calls that may be made now, and today; those under way are taken off"""
        now, budget = fields.Datetime.now(), self._get_budget()
        today = budget.day_available(now) - len(self._under_way)
        return min(budget.minute_available(now) - len(self._under_way), today), today

    def send(self, requests):
        """Send requests; from here on each of them may have reached Xero.

        :param recordset requests: committed `xero.request`
        """
        if not requests:
            return
        self._client = self._client or self.connection._get_client()
        for request, call in self.connection._commit_with_retry(requests._depart):
            self._under_way.append((request, self._pool.submit(self._call, self._client, call)))

    def _call(self, client, arguments):
        """:return: an Answer, the XeroError that was raised, or None when it was not sent because
            an earlier one made it pointless, or time was up"""
        if self._halt.is_set() or time.monotonic() > self._deadline:
            return None
        call = arguments['method'], endpoint_of(arguments['path'])
        if call in self._forbidden:
            return self._forbidden[call]
        try:
            return client.request(**arguments)
        except XeroError as error:
            if _stops_everything(error):
                self._halt.set()
            if isinstance(error, XeroForbidden):
                self._forbidden[call] = error.again()
            return error

    def _note_alike(self, request, answer):
        """Halving finds what Xero stumbles over. Of what it says of every part, that is none."""
        if isinstance(answer, Answer):
            self._alike = '', 0
        elif isinstance(answer, XeroRejected) and len(request.items) > 1:
            words, count = self._alike
            count = count + 1 if words == answer.message else 1
            self._alike = answer.message, count
            # Xero: 404 is a contact that it does not know, so it always is about an element.
            answer.is_of_call = answer.is_of_call or (
                count >= MOST_ALIKE and answer.status != 404)

    # === ANSWERS === #

    def apply_answers(self, left=0):
        """Apply answers, and send what takes the place of their requests, until few are under way.

        :param int left: how many may remain under way
        :raise XeroError: nothing more can be sent now; all answers have been applied
        """
        while len(self._under_way) > (0 if self._stop else left):
            request, future = self._under_way.popleft()
            answer = future.result()
            if answer is None or isinstance(answer, XeroTokenExpired):
                self._unsent |= request
            if isinstance(answer, XeroError) and _stops_everything(answer) \
                    and not request._kind()._is_its_own_trouble(answer):
                self._stop = answer
            self._note_alike(request, answer)
            kind = request._kind()
            instead, rejected = self._apply(request, answer)
            self._rejections += [(kind, rejection) for rejection in rejected]
            if instead:
                self._push_instead(instead)
        if self._stop:
            self._go_on(left)

    def _apply(self, request, answer):
        """:return: requests that take its place, and rejections to look into"""
        applied = self.connection._commit_with_retry(
            self.connection.env['xero.push']._apply_apart, request,
            lambda one: one._kind()._apply_response(one, answer))
        return applied[0] if applied else (request.browse(), [])

    def _go_on(self, left):
        """Once all calls are back: send again with a new token what the old one kept from leaving.

        :raise XeroError: what stands in the way of every call
        """
        stop, self._stop = self._stop, None
        if self._renewed or not isinstance(stop, XeroTokenExpired):
            raise stop
        self._renewed = True
        with self._client as refused:
            self._client = self.connection._get_client(rejected=refused.access_token)
        self._halt.clear()
        self.send(self._unsent.exists())
        self.apply_answers(left)

    def finish(self):
        """Apply all answers, and look into what Xero refused.

        :return: whether there was anything to wait for
        :raise XeroError: nothing more can be sent now
        """
        busy = bool(self._under_way)
        self.apply_answers()
        rejections, self._rejections = self._rejections, []
        by_kind = {}
        for kind, rejection in rejections:
            by_kind.setdefault(kind._name, []).append(rejection)
        for name, group in by_kind.items():
            self.connection.env[name]._handle_rejections(self.connection, group)
        short, self._short = self._short, None
        if short:
            raise short
        return busy


def _stops_everything(error):
    """:return: whether an error would meet every further call, too: a dead token, a used-up limit,
    no way to Xero"""
    return not isinstance(error, XeroOutcomeUnknown | XeroRejected)
