"""Everything that can go wrong with Xero: exceptions for the caller."""

import re
from collections.abc import Iterable
from typing import Any

from .refusals import RULES


def classify(messages: Iterable[str]) -> str:
    """Find what Xero's validation messages are about.

    :param messages: Xero's own texts, of one document
    :return: a code of CATALOGUE; 'validation_error' when no text is recognised
    """
    texts = [text for text in messages if text]
    for code, pattern in RULES:
        if any(pattern.search(text) for text in texts):
            return code
    return "validation_error"


_SECRET = re.compile(r"eyJ[\w-]{8,}(\.[\w-]+)*|\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE)
MESSAGE_LENGTH = 1000


def clean_text(text: str, secrets: Iterable[str | None] = ()) -> str:
    """Make a text from outside fit to be logged and shown.

    :param str text: what a server or a library said
    :param secrets: values that must not appear in the result, beside anything like a token
    :return: one line of at most MESSAGE_LENGTH characters without secrets or NUL characters
    """
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    text = _SECRET.sub("***", text).encode("utf-8", "replace").decode().replace("\0", "")
    return " ".join(text.split())[:MESSAGE_LENGTH]


class XeroError(Exception):
    """A call to Xero did not give what was asked for.

    `path` is that of the call, below /api.xro/2.0/, empty where it is not known.

    `code` is a code of CATALOGUE, `message` Xero's own words (never a token), `status` the HTTP
    status if there was one, `correlation_id` what Xero's support asks for, `budget` the call
    budget (`limits.Budget`) read from the answer's headers, or None.
    """

    default_code = "transient"

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        status: int | None = None,
        correlation_id: str | None = None,
        budget: Any = None,
    ) -> None:
        self.message = clean_text(message)
        super().__init__(self.message)
        self.code = code or self.default_code
        self.status = status
        self.correlation_id = correlation_id
        self.budget = budget
        self.path = ""


class XeroUnreachable(XeroError):
    """The request certainly never reached Xero: no name, no connection, no TLS session."""


class XeroOutcomeUnknown(XeroError):
    """Xero may have done what was asked: the answer is missing, unreadable or a server error."""


class XeroRateLimited(XeroError):
    """Xero answered 429: nothing was done.

    `problem` is 'minute', 'day', 'concurrent', 'appminute' or '' (Xero: header
    X-Rate-Limit-Problem); `retry_after` is seconds, None when Xero gave none.
    """

    default_code = "rate_limited"

    def __init__(
        self, message: str = "", *, problem: str = "", retry_after: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(message, **kwargs)
        self.problem = problem
        self.retry_after = retry_after


class XeroTokenExpired(XeroError):
    """401: the access token is no longer good; refreshing it may help."""

    default_code = "connection_inactive"


class XeroScopeMissing(XeroError):
    """401 with insufficient_scope or AuthorizationUnsuccessful: refreshing never helps, a user must
    consent again."""

    default_code = "scope_missing"


class XeroAccessRevoked(XeroError):
    """403 AuthenticationUnsuccessful: this organisation is no longer connected to the app."""

    default_code = "app_revoked"


class XeroRejected(XeroError):
    """Xero understood the request and refused it (any other 4xx).

    `elements` are the refused elements as Xero describes them (Xero: `Elements` of a
    ValidationException), empty when Xero named none. `is_of_call`: it is about none of the elements
    of the request, so that no part of it would be taken either.
    """

    default_code = "validation_error"
    is_of_call = False

    def __init__(
        self, message: str = "", *, elements: Iterable[dict[str, Any]] = (), **kwargs: Any
    ) -> None:
        super().__init__(message, **kwargs)
        self.elements = list(elements)

    @property
    def idempotency_conflict(self) -> bool:
        """Whether Xero remembers the Idempotency-Key with another request."""
        return "used with a different request" in self.message


class XeroForbidden(XeroRejected):
    """403: the user who signed in may not make this call, whatever is in it."""

    default_code = "role_missing"
    is_of_call = True

    def again(self) -> "XeroForbidden":
        """Say the same of another call of the kind, which need not be made for that."""
        error = XeroForbidden(self.message, code=self.code, status=self.status)
        error.path = self.path
        return error


class XeroGrantInvalid(XeroError):
    """The token endpoint's invalid_grant: the user must connect again."""

    default_code = "connection_inactive"


class XeroClientInvalid(XeroError):
    """The token endpoint refuses the app itself: client id, secret, grant type or scopes."""

    default_code = "connection_inactive"
