"""What was asked of the sandbox, call by call."""
import json
import threading
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cached_property
from urllib.parse import parse_qsl

API_PREFIX = "/api.xro/2.0"


def short_path(path):
    """:return: the path without the Accounting API's prefix: ``/Invoices``."""
    return path[len(API_PREFIX):] if path.startswith(API_PREFIX + "/") else path


def path_matches(path, pattern):
    """:return: whether a short path fits a pattern (``*`` is a wildcard; None fits all)."""
    return pattern is None or fnmatchcase(path, short_path(pattern))


@dataclass
class Call:
    """One request. ``status`` 0 means that the connection was closed without an answer, None that
    the request is still under way.

    ``path`` is without the Accounting API's prefix, ``headers`` without the bearer token, ``at`` in
    epoch seconds of the sandbox's clock, ``until`` the moment of the answer (None before it),
    ``replayed`` an answer from the idempotency memory, ``fault`` the kind of the failure that was
    injected.
    """

    method: str
    path: str
    query: dict
    headers: dict
    raw: bytes = field(repr=False)
    at: float
    tenant_id: str = None
    client_id: str = None
    status: int = None
    replayed: bool = False
    fault: str = None
    until: float = None

    @cached_property
    def body(self):
        """:return: the request's body: parsed JSON (numbers with a point as Decimal), a form as
            dict without the client secret, else bytes."""
        kind = next((value for name, value in self.headers.items()
                     if name.lower() == "content-type"), "")
        try:
            if "json" in kind:
                return json.loads(self.raw, parse_float=Decimal)
        except ValueError:
            return self.raw
        if "form" in kind:
            form = dict(parse_qsl(self.raw.decode(errors="replace")))
            return {key: "***" if key == "client_secret" else form[key] for key in form}
        return self.raw

    def as_dict(self):
        """:return: JSON-ready dict."""
        body = self.body
        return {"method": self.method, "path": self.path, "query": self.query, "headers":
                self.headers, "at": self.at, "tenant_id": self.tenant_id, "client_id":
                self.client_id, "status": self.status, "replayed": self.replayed,
                "fault": self.fault,
                "body": body.decode(errors="replace") if isinstance(body, bytes) else body}


class Ledger:
    """Thread-safe list of calls."""

    def __init__(self):
        self._lock = threading.Condition()
        self._calls = []

    def open(self, call):
        """Note a call as soon as it has been read. :param Call call: filled in later."""
        with self._lock:
            self._calls.append(call)
            self._lock.notify_all()

    def wait_for(self, count, method, path, timeout):
        """:return: True once so many fitting calls have arrived; False after ``timeout`` s."""
        with self._lock:
            return self._lock.wait_for(lambda: len(self.to(method, path)) >= count, timeout)

    def reset(self):
        """Forget all calls."""
        with self._lock:
            self._calls = []

    def all(self):
        """:return: list of Call in order of arrival."""
        with self._lock:
            return list(self._calls)

    def to(self, method=None, path=None):
        """:return: calls of a method to a path or pattern (``/Invoices/*``)."""
        return [call for call in self.all()
                if method in (None, call.method) and path_matches(call.path, path)]


def redacted(headers):
    """:return: dict of headers without the secret part of Authorization."""
    result = dict(headers)
    for name in result:
        if name.lower() == "authorization":
            result[name] = result[name].split(" ")[0] + " ***"
    return result
