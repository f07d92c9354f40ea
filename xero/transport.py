"""HTTP as an unattended sync needs it: one request per call, never repeated, read with a bound.

The one question after a failure is whether Xero may have seen the request, so the connection
itself tells whether anything could be sent; the exception's type alone does not (an SSL error may
be a refused certificate or a connection cut in the middle of an answer).
"""

import io
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from .errors import XeroOutcomeUnknown, XeroUnreachable, clean_text
from .limits import CONCURRENT

TIMEOUT = (5, 60)  # seconds to connect, seconds of silence while reading
LONGEST = 65  # seconds for a whole answer: one that drips is never silent, and would never end
MAX_BODY = 64 * 1024 * 1024  # bytes; a page of 1,000 invoices of 5 lines is about 5 MB

_CHUNK = 65536
#: What people read where an answer has no text.
_WORDS = {403: "Xero does not allow it", 404: "Xero does not have it"}
#: What they read of a call that failed, by parts of the names of what libraries raise.
_KINDS = {
    "Timeout": "it took too long",
    "timeout": "it took too long",
    "NameResolution": "its name was not found",
    "gaierror": "its name was not found",
    "Refused": "the connection was refused",
    "SSL": "the connection was not secure",
    "Certificate": "the connection was not secure",
    "Decode": "it was not readable",
}
Auth = Callable[[requests.PreparedRequest], requests.PreparedRequest]
_progress = threading.local()


class _Bounded(io.RawIOBase):
    """What a connection reads, until the time is over that the answer as a whole may take."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._sock, self._file = sock, sock.makefile("rb", buffering=0)
        self._silence = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = _progress.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer takes too long")
        self._sock.settimeout(left if self._silence is None else min(left, self._silence))
        size = self._file.readinto(buffer)
        self._sock.settimeout(self._silence)  # the next request has its own time
        return size

    def close(self) -> None:
        self._file.close()
        super().close()


class _Response(HTTPResponse):
    """An answer whose headers and body are read within the time of the request."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_Bounded(sock))


class _ProgressMixin(HTTPConnection):
    """Notes, for the thread that runs the request, whether a connection stands."""

    response_class = _Response

    def connect(self) -> None:
        _progress.sent = False
        super().connect()
        _progress.sent = True

    def request(self, *args: Any, **kwargs: Any) -> Any:
        # A connection kept alive is not connected again; for a new one connect() decides.
        _progress.sent = True
        return super().request(*args, **kwargs)


class _Http(_ProgressMixin, HTTPConnection):
    pass


class _Https(_ProgressMixin, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


_POOLS = {"http": _HttpPool, "https": _HttpsPool}


class _Adapter(HTTPAdapter):
    """Keeps the two timeouts, which Odoo's own test guard on sessions cannot read as a pair."""

    def __init__(self, timeout: tuple[float, float], **kwargs: Any) -> None:
        self.timeout = timeout
        super().__init__(**kwargs)

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        return super().send(request, *args, **{**kwargs, "timeout": self.timeout})

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def is_token(text: str | None) -> bool:
    """Tell whether a text can be sent as a token (RFC 6750: visible ASCII).

    :param text: str or None
    :return: bool
    """
    return re.fullmatch(r"[\x21-\x7e]+", text or "") is not None


class BearerAuth(requests.auth.AuthBase):
    """An access token; as `auth`, so that a .netrc on the machine cannot replace it."""

    def __init__(self, access_token: str) -> None:
        if not is_token(access_token):
            raise ValueError("The access token is empty or has characters that no token has")
        self._value = f"Bearer {access_token}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._value
        return request


def no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Send no Authorization header, whatever a .netrc says."""
    return request


@dataclass(frozen=True, slots=True, repr=False)
class RawAnswer:
    """An answer of any status; `headers` are looked up in any case."""

    status: int
    headers: requests.structures.CaseInsensitiveDict
    body: bytes

    @property
    def correlation_id(self) -> str | None:
        return clean_text(self.headers.get("Xero-Correlation-Id", "")) or None

    def text(self, secrets: Iterable[str | None] = ()) -> str:
        """The body as one readable line: Xero's errors may be HTML, plain text or empty."""
        raw = self.body[:20000].decode("utf-8", "replace")
        raw = re.sub(r"(?is)<(script|style)\b.*?</\1>|<[^>]*>", " ", raw)
        return clean_text(raw, secrets) or (
            "Xero had a problem of its own"
            if self.status >= 500
            else _WORDS.get(self.status, "Xero gave no reason")
        )


class Transport:
    """A requests session for up to CONCURRENT threads.

    :param tuple timeout: (connect, read) in seconds
    :param str version: of the software, for the User-Agent
    """

    def __init__(self, timeout: tuple[float, float] = TIMEOUT, version: str = "") -> None:
        self.session = requests.Session()
        adapter = _Adapter(timeout, pool_maxsize=CONCURRENT, max_retries=0)
        self.session.mount("https://", adapter)
        self.session.mount("http://", adapter)
        # Cookies would be shared by the threads, and Xero's API has no use for them.
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.session.headers["User-Agent"] = f"account_xero/{version}".rstrip("/")
        self.session.headers["Accept"] = "application/json"

    def send(
        self,
        method: str,
        url: str,
        *,
        auth: Auth,
        headers: dict[str, str] | None = None,
        params: dict[str, str] | str | None = None,
        data: bytes | dict[str, str] | None = None,
    ) -> RawAnswer:
        """Send one request and read its answer; redirects are not followed.

        :param str method: HTTP method
        :param str url: absolute URL
        :param auth: callable or requests auth
        :param dict headers: more headers
        :param params: query, dict or encoded str
        :param data: bytes, or dict for a form
        :return: RawAnswer of any status
        :raise XeroUnreachable: when nothing was sent
        :raise XeroOutcomeUnknown: when the answer is missing
        """
        _progress.sent = False
        _progress.until = time.monotonic() + LONGEST
        try:
            with self.session.request(
                method,
                url,
                auth=auth,
                headers=headers,
                params=params,
                data=data,
                allow_redirects=False,
                stream=True,
            ) as response:
                return RawAnswer(response.status_code, response.headers, _read(response))
        except (requests.RequestException, HTTPError, OSError) as error:
            name = _in_words(_innermost(error))
        # Raised outside the handler: the original's text may hold an URL or a form with secrets.
        if _progress.sent:
            raise XeroOutcomeUnknown(f"Xero's answer was lost: {name}")
        raise XeroUnreachable(f"Xero could not be reached: {name}")

    def close(self) -> None:
        self.session.close()


def _read(response: requests.Response) -> bytes:
    """Read the body, decompressed, up to MAX_BODY bytes."""
    chunks, size = [], 0
    for chunk in response.iter_content(_CHUNK):
        size += len(chunk)
        if size > MAX_BODY:
            raise XeroOutcomeUnknown(
                f"Xero's answer is larger than {MAX_BODY} bytes", status=response.status_code
            )
        chunks.append(chunk)
    return b"".join(chunks)


def _in_words(name: str) -> str:
    return next((text for part, text in _KINDS.items() if part in name), "the connection broke")


def _innermost(error: BaseException) -> str:
    """Name the kind of failure, without its text."""
    while True:
        inner = getattr(error, "reason", None) or next(iter(error.args), None)
        if not isinstance(inner, Exception):
            return type(error).__name__
        error = inner
