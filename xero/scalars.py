"""Reading single values out of Xero's JSON; whatever cannot be read becomes None or ''."""

import json
import re
from datetime import date, datetime, timedelta
from decimal import Decimal, DecimalException
from mimetypes import guess_type
from typing import Any
from uuid import UUID

ZERO_GUID = "00000000-0000-0000-0000-000000000000"

_GUID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

#: Digits before and after the point; a float, which Odoo keeps amounts in, holds fewer.
_PLACES = 18

_CENTS, _FOUR = Decimal("0.01"), Decimal("0.0001")
#: RFC 6838: what may stand in a header, and nothing that would end it.
_MEDIA_TYPE = re.compile(
    r"[a-z0-9][\w!#$&^.+-]{0,126}/[a-z0-9][\w!#$&^.+-]{0,126}", re.ASCII | re.I
)
_EPOCH = datetime(1970, 1, 1)
_MS_DATE = re.compile(r"/Date\((-?\d{1,17})(?:[+-]\d{4})?\)/", re.ASCII)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)


def loads(raw: bytes) -> Any:
    """Parse JSON, its numbers as int and Decimal.

    :param bytes raw: the body of an answer
    :return: dict, list, str, int, Decimal, bool or None
    :raise ValueError: when it is not JSON
    """
    try:
        return json.loads(raw, parse_float=Decimal, parse_constant=_no_constant)
    except (DecimalException, RecursionError):
        raise ValueError("not readable as JSON") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def datetime_of(value: Any) -> datetime | None:
    """Read a moment as Xero writes it: '/Date(ms+0000)/' (may be negative) or ISO 8601.

    :param value: anything
    :return: naive UTC datetime, or None
    """
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        if match := _MS_DATE.fullmatch(text):
            return _EPOCH + timedelta(milliseconds=int(match[1]))
        if match := _ISO.fullmatch(text):
            return _iso(match)
    except (ValueError, OverflowError):
        pass
    return None


def _iso(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    # .NET writes seven decimals of a second; datetime holds six.
    micro = int((match[7] or "0").ljust(6, "0")[:6])
    moment = datetime(year, month, day, hour, minute, second, micro)
    zone = match[8]
    if zone and zone not in "Zz":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        moment += offset if zone[0] == "-" else -offset
    return moment


def date_of(value: Any) -> date | None:
    """Read a day; Xero writes it as midnight UTC.

    :param value: anything
    :return: datetime.date, or None
    """
    moment = datetime_of(value)
    return moment and moment.date()


def decimal_of(value: Any) -> Decimal | None:
    """Read a number, which Xero sends as JSON number or, rarely, as text.

    :param value: anything
    :return: Decimal that an amount or a rate can be, or None
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value).strip())
    except (DecimalException, ValueError):
        return None
    if not number:
        return Decimal(0) if number.is_finite() else None
    return number if number.is_finite() and -_PLACES < number.adjusted() < _PLACES else None


def amount_of(value: Any) -> Decimal | None:
    """Read an amount of money. Xero's are numbers of 2 decimals, unit prices of 4, in a format that
    holds neither exactly: what is beyond is noise, and 120.0 is the same as 120.00.

    :param value: anything
    :return: Decimal with 2 decimals, or 4 where they say something, or None
    """
    number = decimal_of(value)
    if number is None:
        return None
    short = number.quantize(_CENTS)
    exact = number.quantize(_FOUR)
    return short if short == exact else exact


def text_of(value: Any) -> str:
    """Read a text, without what PostgreSQL cannot store (NUL and lone surrogates).

    :param value: anything
    :return: str, '' when there is none
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ""
    return str(value).encode("utf-8", "replace").decode().replace("\0", "")


def guid_of(value: Any) -> str | None:
    """Read an identifier.

    :param value: anything
    :return: str, a GUID in lower case and with dashes, so that one identifier is one text; None
        when there is none or it is the zero GUID of a refused element
    """
    text = text_of(value).strip()
    if _GUID.fullmatch(text):
        text = str(UUID(text))
    return text if text and text != ZERO_GUID else None


def dict_of(value: Any) -> dict[str, Any]:
    """Read an object.

    :param value: anything
    :return: dict, empty when it is none
    """
    return value if isinstance(value, dict) else {}


def value_of(mapping: Any, *names: str) -> Any:
    """Look up a key whose spelling differs between Xero's answers (`Title`, `title`).

    :param mapping: anything
    :param str names: keys, the first one with a value counts
    :return: the value, or None
    """
    if not isinstance(mapping, dict):
        return None
    for name in names:
        if mapping.get(name) is not None:
            return mapping[name]
    lower = {key.lower(): value for key, value in mapping.items()}
    found = (lower.get(name.lower()) for name in names)
    return next((value for value in found if value is not None), None)


def rows_of(mapping: Any, *names: str) -> list[dict[str, Any]]:
    """Look up a list of objects.

    :param mapping: anything
    :param str names: keys, as in value_of
    :return: list of dict, without anything else
    """
    rows = value_of(mapping, *names)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def media_type(text: str, name: str) -> str:
    """Read the type of a file. Xero keeps what any app has said it is.

    :param text: such as 'application/pdf'
    :param name: of the file, whose extension tells where the text is none
    :return: str that can stand in a header, without parameters; '' where nothing tells
    """
    bare = text.partition(";")[0].strip().lower()
    if _MEDIA_TYPE.fullmatch(bare):
        return bare
    return guess_type(name)[0] or ""
