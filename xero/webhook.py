"""What Xero's webhooks send: a signature, and hints at what changed."""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from .scalars import datetime_of, guid_of, loads, rows_of, text_of

#: Header with the signature (Xero: webhooks, configuring your server).
SIGNATURE_HEADER = "x-xero-signature"
#: Bytes of a body. An event has some 400; Xero names no limit.
MAX_BODY = 1024 * 1024

_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class NotAnEnvelope(ValueError):
    """A body that is no delivery of events, whoever signed it."""


class Event(NamedTuple):
    """Something changed in Xero: a hint, because what it is now must be fetched.

    The identifiers are lowercase GUIDs or None, the moment is naive UTC or None; category
    (``INVOICE``, ``CREDITNOTE``, ...) and type (``CREATE``, ``UPDATE``) are Xero's text.
    """

    resource_id: str | None
    category: str
    type: str
    tenant_id: str | None
    moment: datetime | None


class Envelope(NamedTuple):
    """One delivery: its events, none when Xero only checks that signatures are verified, and the
    sequence numbers of the first and the last of them, or None."""

    events: list[Event]
    first: int | None
    last: int | None


def well_formed(signature: str | None) -> bool:
    """Tell whether a header can be a signature at all, before a body is read for it.

    :param signature: the header's text, or None
    :return: bool
    """
    return signature is not None and _SIGNATURE.fullmatch(signature) is not None


def matching_keys(body: bytes, signature: str | None, keys: Iterable[str | None]) -> set[str]:
    """Verify a signature: base64 of the HMAC-SHA256 of the body as it was sent.

    Every key is tried to the end, so that the time tells neither how much of a signature is right
    nor which key it belongs to.

    :param bytes body: as received, before it is decoded in any way
    :param signature: the header's text, or None
    :param keys: iterable of str, webhook keys of the apps that may have sent it
    :return: set of the keys that made this signature, usually none or one
    """
    given = signature.encode() if signature and well_formed(signature) else b""
    made = {
        key: b64encode(hmac.digest(key.encode(), body, hashlib.sha256)) for key in set(keys) if key
    }
    right = {key: hmac.compare_digest(own, given) for key, own in made.items()}
    return {key for key, same in right.items() if same}


def parse(body: bytes) -> Envelope:
    """Read a body whose signature has been verified.

    Fields, categories and types that are new to us are no error: Xero adds some without notice.

    :param bytes body: as received
    :return: Envelope
    :raise NotAnEnvelope: when it is not JSON or has no list of events
    """
    try:
        content = loads(body)
    except ValueError:
        raise NotAnEnvelope("not JSON") from None
    if not isinstance(content, dict) or not isinstance(content.get("events"), list):
        raise NotAnEnvelope("no list of events")
    return Envelope(
        [_event(row) for row in rows_of(content, "events")],
        _sequence(content.get("firstEventSequence")),
        _sequence(content.get("lastEventSequence")),
    )


def _event(row: dict[str, Any]) -> Event:
    return Event(
        _guid(row.get("resourceId")),
        text_of(row.get("eventCategory")).strip().upper(),
        text_of(row.get("eventType")).strip().upper(),
        _guid(row.get("tenantId")),
        datetime_of(row.get("eventDateUtc")),
    )


def _guid(value: Any) -> str | None:
    guid = (guid_of(value) or "").lower()
    return guid if _GUID.fullmatch(guid) else None


def _sequence(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
