"""The Accounting API: requests with the headers Xero wants, answers as plain values or errors.

The client never repeats a request and never waits: whether to go on, and when, is the caller's.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote, urlencode

from . import errors
from .limits import Budget, whole_number
from .outcome import messages_of
from .scalars import loads, rows_of, text_of, value_of
from .transport import TIMEOUT, BearerAuth, RawAnswer, Transport

API_PATH = "/api.xro/2.0/"
PAGE_SIZE = 1000  # Xero: the largest pageSize
DEFAULT_PAGE_SIZE = 100  # Xero: without a pageSize, and so of a server that knows none
IDEMPOTENCY_KEY_LENGTH = 128


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer; `data` is parsed JSON with Decimals, None for an empty body."""

    status: int
    data: object
    budget: Budget
    correlation_id: str | None
    seconds: float


class XeroClient:
    """One organisation's Accounting API; up to `limits.CONCURRENT` threads may share it.

    :param str api_url: such as https://api.xero.com
    :param str access_token: from oauth
    :param tenant_id: the organisation; None on a custom connection, whose token names it
    :param timeout: (seconds to connect, seconds of silence while reading)
    :param str version: of the module, for the User-Agent
    """

    def __init__(
        self,
        api_url: str,
        access_token: str,
        tenant_id: str | None = None,
        timeout: tuple[float, float] = TIMEOUT,
        version: str = "",
    ) -> None:
        self.access_token = access_token
        self._base = api_url.rstrip("/") + API_PATH
        self._auth = BearerAuth(access_token)
        self._headers = {"xero-tenant-id": tenant_id} if tenant_id else {}
        self._transport = Transport(timeout, version)
        self._lock = threading.Lock()
        self._budget = Budget()
        self._answered = 0

    def __enter__(self) -> XeroClient:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    @property
    def budget(self) -> Budget:
        """What all answers so far say about the calls that are left."""
        return self._budget

    @property
    def answered(self) -> int:
        """How many calls Xero has answered so far."""
        return self._answered

    def request(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, Any] | None = None,
        body: bytes | None = None,
        idempotency_key: str | None = None,
        if_modified_since: datetime | None = None,
        content_type: str = "application/json",
        file_type: str | None = None,
    ) -> Answer:
        """Make one call.

        :param str method: HTTP method
        :param str path: below /api.xro/2.0/, such as 'Invoices' or 'Invoices/{id}'
        :param dict params: query; True and False become 'true' and 'false'
        :param bytes body: what to send
        :param str idempotency_key: Xero forgets it after 6 minutes
        :param datetime if_modified_since: naive UTC; Xero keeps whole seconds
        :param str content_type: of the body
        :param str file_type: MIME type of the file that is asked for instead of JSON
        :return: Answer
        :raise errors.XeroError: one of its subclasses, by what happened
        :raise ValueError: when the request itself is wrong
        """
        headers = self._headers | _condition_headers(idempotency_key, if_modified_since)
        if body is not None:
            headers["Content-Type"] = content_type
        if file_type:  # Xero: the header contentType names the MIME type of the attachment
            headers.update({"Accept": file_type, "contentType": file_type})
        url = self._base + quote(path.lstrip("/"), safe="/")
        started = time.monotonic()
        raw = self._transport.send(
            method,
            url,
            auth=self._auth,
            headers=headers,
            params=_query(params or {}),
            data=body,
        )
        seconds = time.monotonic() - started
        budget = self._note_answer(raw)
        try:
            data = raw.body if file_type and raw.status == 200 else read_answer(raw, budget)
        except errors.XeroError as error:
            error.path = path
            raise
        return Answer(raw.status, data, budget, raw.correlation_id, seconds)

    def _note_answer(self, raw: RawAnswer) -> Budget:
        """:return: the calls that are left, as an answer tells"""
        budget = Budget.from_headers(raw.headers, utc_now())
        with self._lock:
            self._budget = self._budget.merge(budget)
            self._answered += 1
        return budget

    def get(self, path: str, *, if_modified_since: datetime | None = None, **params: Any) -> Answer:
        """Read; see request()."""
        return self.request("GET", path, params=params, if_modified_since=if_modified_since)

    def download(self, path: str, file_type: str | None) -> Answer:
        """Read a file, whose content is the answer's `data` (bytes); see request()."""
        return self.request("GET", path, file_type=file_type or "application/octet-stream")

    def put(
        self, path: str, body: bytes, *, idempotency_key: str | None = None, **params: Any
    ) -> Answer:
        """Create; see request()."""
        return self.request("PUT", path, body=body, idempotency_key=idempotency_key, params=params)

    def post(
        self, path: str, body: bytes, *, idempotency_key: str | None = None, **params: Any
    ) -> Answer:
        """Create or update; see request()."""
        return self.request("POST", path, body=body, idempotency_key=idempotency_key, params=params)

    def pages(
        self,
        path: str,
        key: str,
        page_size: int = PAGE_SIZE,
        *,
        if_modified_since: datetime | None = None,
        **params: Any,
    ) -> Iterator[dict]:
        """Read a list page by page, one call each when it is reached; see also `budget`.

        :param str path: as in request()
        :param str key: name of the list in the answer, such as 'Invoices'
        :param int page_size: rows a page, 1 to 1000
        :param datetime if_modified_since: as in request()
        :param params: query
        :return: the rows of all pages
        """
        page = 0
        while True:
            page += 1
            answer = self.get(
                path,
                if_modified_since=if_modified_since,
                page=page,
                pageSize=page_size,
                **params,
            )
            rows = rows_of(answer.data, key)
            yield from rows
            total = value_of(value_of(answer.data, "pagination"), "pageCount")
            if not rows or not has_more(page, total, len(rows), page_size):
                return


def has_more(page: int, pages: Any, count: int, page_size: int) -> bool:
    """Tell whether a list has another page.

    :param int page: the number of this one, from 1
    :param pages: how many there are, if Xero said so
    :param int count: rows in this one
    :param int page_size: rows that were asked for
    :return: bool; where Xero does not say, a page of the default size may have been cut there
    """
    return page < pages if isinstance(pages, int) else count >= min(page_size, DEFAULT_PAGE_SIZE)


def utc_now() -> datetime:
    """The present as naive UTC datetime."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


def read_answer(raw: RawAnswer, budget: Budget | None = None) -> Any:
    """Turn an answer into its content.

    :param RawAnswer raw: any answer of Xero's APIs
    :param Budget budget: what its headers said
    :return: parsed JSON, None for an empty body
    :raise errors.XeroError: unless the answer is a readable success
    """
    about: dict[str, Any] = {
        "status": raw.status,
        "correlation_id": raw.correlation_id,
        "budget": budget,
    }
    # 304 is not documented by Xero, but it is what If-Modified-Since means: nothing changed.
    if raw.status == 304 or (200 <= raw.status < 300 and not raw.body.strip()):
        return None
    if 200 <= raw.status < 300:
        try:
            return loads(raw.body)
        except ValueError:
            pass
        raise errors.XeroOutcomeUnknown("Xero's answer is not readable as JSON", **about)
    raise error_of(raw, about)


def error_of(raw: RawAnswer, about: dict[str, Any]) -> errors.XeroError:
    """Build the exception for an answer that is no success.

    :param RawAnswer raw: the answer
    :param dict about: what every XeroError takes
    :return: errors.XeroError
    """
    try:
        data = loads(raw.body)
    except ValueError:
        data = None
    elements = rows_of(data, "Elements")
    texts = [text for element in elements for text in messages_of(element)]
    message = "; ".join(dict.fromkeys(texts)) or _own_words(data) or raw.text()
    if raw.status == 401:
        # Xero has been seen to spell it both ways in the header, and to say so in the body alone. A
        # dead token is TokenExpired or AuthenticationUnsuccessful there.
        told = f"{raw.headers.get('WWW-Authenticate', '')} {raw.text()}"
        missing = re.search(
            r"insuffici?ent_scope|authori[sz]ation ?unsuccessful", told, re.IGNORECASE
        )
        kind = errors.XeroScopeMissing if missing else errors.XeroTokenExpired
        return kind(message, **about)
    if raw.status == 403:
        revoked = "authenticationunsuccessful" in message.replace(" ", "").lower()
        return (errors.XeroAccessRevoked if revoked else errors.XeroForbidden)(message, **about)
    if raw.status == 429:
        return rate_limited(raw, about)
    if 400 <= raw.status < 500 and raw.status != 408:
        code = errors.classify(texts or [message])
        if code == errors.XeroOutcomeUnknown.default_code:
            return errors.XeroOutcomeUnknown(message, **about)
        return errors.XeroRejected(message, code=code, elements=elements, **about)
    return errors.XeroOutcomeUnknown(message, **about)


def rate_limited(raw: RawAnswer, about: dict[str, Any]) -> errors.XeroRateLimited:
    """Build the exception for a 429; its body is not documented, so the headers speak.

    :param RawAnswer raw: the answer
    :param dict about: what every XeroError takes
    :return: errors.XeroRateLimited
    """
    problem = raw.headers.get("X-Rate-Limit-Problem", "").strip().lower().replace("-", "")
    return errors.XeroRateLimited(
        f"Xero's limit of calls is reached: {problem or 'not said which'}",
        problem=problem,
        retry_after=whole_number(raw.headers.get("Retry-After")),
        **about,
    )


def _own_words(data: Any) -> str:
    """Xero's message, whose key depends on the answer (and its case on the day)."""
    title = text_of(value_of(data, "Title"))
    detail = text_of(value_of(data, "Message", "Detail"))
    return ": ".join(filter(None, (title, detail)))


def _condition_headers(key: str | None, modified_since: datetime | None) -> dict[str, str]:
    """Return the headers that say on which condition Xero does the work: not twice, or not at all
    when nothing has changed.

    :param str key: idempotency key, if any
    :param datetime modified_since: naive UTC, if any
    :raise ValueError: the key is longer than Xero takes
    """
    headers = {}
    if key and len(key) > IDEMPOTENCY_KEY_LENGTH:
        raise ValueError("An Idempotency-Key has at most 128 characters")
    if key:
        headers["Idempotency-Key"] = key
    if modified_since:
        headers["If-Modified-Since"] = modified_since.strftime("%Y-%m-%dT%H:%M:%S")
    return headers


def _query(params: dict[str, Any]) -> str:
    # Percent-encoded as Xero wants filters, whose spaces would else become plus signs.
    values = {key: _query_value(value) for key, value in params.items() if value is not None}
    return urlencode(values, quote_via=quote)


def _query_value(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | set | frozenset):
        return ",".join(str(item) for item in value)
    return value
