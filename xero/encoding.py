"""JSON as Xero takes it.

xero-python's models say what may be sent: a wrong field, enum value or length fails here. They are
only used as types. The JSON is ours, because theirs adds read-only flags, writes dates as
'/Date(ms)/' and floats as they come.
"""

import hashlib
import json
import re
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

_ID_FIELDS = ("InvoiceID", "CreditNoteID", "ContactID", "ManualJournalID")


class Unfit(ValueError):
    """Xero has no place for a value. The words are ours, for people; a library's are not."""


def encode(body: dict[str, Any]) -> bytes:
    """Write JSON in the one form that stays the same for the same content.

    :param body: of plain values; Decimals are allowed
    :return: bytes, UTF-8, keys sorted, no spaces
    """
    return json.dumps(
        body,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
        default=_json_number,
    ).encode()


def payload_hash(body: dict) -> str:
    """Fingerprint an element, to know whether a change concerns Xero at all.

    The element's own identifier does not count, so creating and updating compare.

    :param body: from document_body() or contact_body()
    :return: SHA-256 in hexadecimal
    """
    content = {key: value for key, value in body.items() if key not in _ID_FIELDS}
    return hashlib.sha256(encode(content)).hexdigest()


@cache
def models() -> Any:
    """:return: xero-python's types"""
    # Imported on first use: it takes 100 ms that a worker which never pushes need not spend.
    from xero_python.accounting import models

    return models


def required(value: str | None, what: str) -> str:
    """:return: the value
    :raise ValueError: where there is none; `what` is named"""
    # xero-python lets '' and 'None' pass as a member of any enumeration.
    if not value or value == "None":
        raise Unfit(f"Xero needs {what} here")
    return value


@cache
def _fields(model_class: Any) -> dict[str, str]:
    return {f"_{name}": key for name, key in model_class.attribute_map.items()}


def plain(model: Any) -> dict[str, Any]:
    """Turn a model of xero-python into a dict, without what is empty.

    Every flag goes too: we set none, and the models come with HasErrors and HasAttachments.
    """
    fields = _fields(model.__class__)
    return {
        fields[name]: _json_value(value)
        for name, value in vars(model).items()
        if name in fields
        and not (value is None or value == "" or value == [])
        and not isinstance(value, bool)
    }


#: Characters that no XML has, and for which Xero refuses the whole request; they come
#: with what is pasted from elsewhere.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _json_value(value: Any) -> Any:
    if isinstance(value, str):
        return _NO_TEXT.sub("", value)
    if isinstance(value, Decimal):
        return _json_number(value)
    if isinstance(value, list):
        return [_json_value(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, int):
        return value
    return plain(value)


def _json_number(value: Decimal) -> int | float:
    """Turn a Decimal into the JSON number of the same value."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no place in a request")
    if not value.is_finite():
        raise Unfit(f"{value} is not an amount")
    if value == value.to_integral_value():
        return int(value)
    number = float(value)
    if Decimal(repr(number)) != value:
        raise Unfit(f"{value} has more digits than Xero keeps")
    return number
