"""Failures on demand: one by one, or at random for chaos runs; and requests held in the middle."""
import random
import threading
from dataclasses import dataclass, field

from .errors import (
    ApiError,
    forbidden,
    not_found,
    role_missing,
    scope_missing,
    unauthorized,
)
from .ledger import path_matches

KINDS = ("429_minute", "429_day", "429_concurrent", "429_appminute", "500", "503", "cut_before",
         "cut_after", "slow", "token_expired", "revoked", "html_200", "truncated_json",
         "unknown_enum", "html_400", "scope_missing", "role_missing")
#: What chaos leaves alone: a 404 says that something is gone, and ``drip`` takes its time.
RARE_KINDS = ("404", "drip")
_HTML_500 = "<html><head><title>500</title></head><body>Internal Server Error</body></html>"
_HTML_200 = "<html><body><h1>Xero is down for maintenance</h1></body></html>"


class Cut(Exception):
    """Close the connection without an answer."""


@dataclass
class Fault:
    """A failure waiting for a request that fits.

    ``options``: ``retry_after`` (seconds, 429), ``seconds`` (slow; drip: between two bytes),
    ``after_work`` (500, 503: the work was done), ``cached`` (500, 503: Xero remembers the answer
    under the Idempotency-Key), ``field``, ``value`` (unknown_enum), ``body`` (404, 500, 503,
    html_200, html_400), ``challenge`` (scope_missing: the header comes, too).
    """

    kind: str
    method: str = None
    path: str = None
    times: int = 1
    after: int = 0
    options: dict = field(default_factory=dict)

    def __post_init__(self):
        if self.kind not in KINDS + RARE_KINDS:
            raise ValueError(
                f"unknown fault {self.kind!r}; known: {', '.join(KINDS + RARE_KINDS)}")
        if self.kind in ("slow", "drip") and "seconds" not in self.options:
            raise ValueError(f"{self.kind} needs seconds=")

    @property
    def after_work(self):
        """:return: whether the work is done before the failure shows."""
        return self.options.get("after_work", self.kind in (
            "cut_after", "truncated_json", "unknown_enum", "html_200", "drip"))

    def response(self):
        """:return: the ApiError or Cut that stands for the answer, None when the true answer goes
            out (changed or late)."""
        if self.kind.startswith("429_"):
            return self._limited()
        if self.kind == "404" and "body" not in self.options:
            return not_found()
        if self.kind in ("404", "500", "503", "html_200", "html_400"):
            body = {"500": _HTML_500, "503": "The Organisation is offline",
                    "html_200": _HTML_200, "html_400": _HTML_500}.get(self.kind)
            return ApiError(int(self.kind[-3:]), self.options.get("body", body))
        if self.kind in ("cut_before", "cut_after"):
            return Cut()
        if self.kind == "token_expired":
            return unauthorized("TokenExpired: token expired at 01/01/2026 00:00:00")
        if self.kind == "scope_missing":
            return scope_missing(self.options.get("challenge", False))
        if self.kind == "role_missing":
            return role_missing()
        return forbidden() if self.kind == "revoked" else None

    def _limited(self):
        problem = self.kind[4:]
        left = {"minute": "X-MinLimit-Remaining", "day": "X-DayLimit-Remaining",
                "appminute": "X-AppMinLimit-Remaining"}
        headers = {"X-Rate-Limit-Problem": problem}
        if problem in left:
            headers[left[problem]] = "0"
        if problem in ("minute", "day"):
            default = 30 if problem == "minute" else 40000
            headers["Retry-After"] = str(self.options.get("retry_after", default))
        return ApiError(429, "", headers)


class Hold:
    """A request that was received and is not answered until :meth:`release`.

    :param str when: ``before`` the work is done, or ``after`` it.

    ``call`` is the ledger's Call of the request, None until one has arrived.
    """

    def __init__(self, method, path, when="before"):
        if when not in ("before", "after"):
            raise ValueError("when is 'before' or 'after'")
        self.method, self.path, self.when = method, path, when
        self.received, self.call = threading.Event(), None
        self._released = threading.Event()
        self._drop = False

    def wait(self, timeout=30):
        """:return: True once a request has arrived at this point; False after ``timeout`` s."""
        return self.received.wait(timeout)

    def release(self, drop=False):
        """Let the request go on. :param bool drop: close its connection instead (before: the
            work is never done; after: it was done and nobody hears of it)."""
        self._drop = drop
        self._released.set()

    def stop_here(self, call):
        """Called in the request's thread. :raise Cut: when released with ``drop``."""
        self.call = call
        self.received.set()
        self._released.wait()
        if self._drop:
            raise Cut()


class Faults:
    """The faults and holds of one sandbox."""

    def __init__(self):
        self._lock = threading.Lock()
        self._waiting = []
        self._holds = []
        self._taken = []
        self._chaos = None
        self.stopping = threading.Event()

    def inject(self, fault):
        """:param Fault fault: applied to the next ``times`` fitting requests after ``after``."""
        with self._lock:
            self._waiting.append(fault)

    def chaos(self, rate, seed=0, kinds=None, method=None, path=None, **options):
        """Random failures. :param float rate: 0 (off) to 1. :param int seed: of the generator."""
        kinds = list(kinds or ("429_concurrent", "500", "503", "cut_before", "cut_after"))
        for kind in kinds:
            Fault(kind, options=options)
        with self._lock:
            self._chaos = (
                (rate, random.Random(seed), kinds, method, path, options) if rate else None)

    def clear(self):
        """Drop all faults and chaos; release every hold."""
        with self._lock:
            self._waiting, self._chaos = [], None
        self.release_all(drop=False)

    def take(self, method, path):
        """:return: the Fault for this request, or None."""
        with self._lock:
            for fault in self._waiting:
                if fault.method in (None, method) and path_matches(path, fault.path):
                    if fault.after > 0:
                        fault.after -= 1
                        continue
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                    return fault
            if self._chaos:
                rate, source, kinds, only, where, options = self._chaos
                # Without a path, chaos leaves the identity server alone.
                outside = where is None and path.startswith(("/connect", "/identity"))
                if only in (None, method) and not outside and path_matches(path, where) and (
                        source.random() < rate):
                    return Fault(source.choice(kinds), options=options)
        return None

    def hold(self, hold):
        """:param Hold hold: catches the first fitting request."""
        with self._lock:
            self._holds.append(hold)
        return hold

    def release_all(self, drop):
        """Release every hold, taken or not."""
        with self._lock:
            holds, self._holds, self._taken = self._holds + self._taken, [], []
        for hold in holds:
            hold.release(drop=drop)

    def stop_at(self, when, call):
        """Hold this request here when a hold asks for it. :raise Cut: when it is dropped."""
        with self._lock:
            hold = next((hold for hold in self._holds if hold.when == when
                         and hold.method in (None, call.method)
                         and path_matches(call.path, hold.path)), None)
            if hold is None:
                return
            self._holds.remove(hold)
            self._taken.append(hold)
        hold.stop_here(call)
