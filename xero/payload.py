"""Plain values to request bodies.

xero-python's models say what may be sent: a wrong field, enum value or length fails here. They are
only used as types. The JSON is ours, because theirs adds read-only flags, writes dates as
'/Date(ms)/' and floats as they come.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from .money import RATE_PLACES

_Day = date  # a field has this name, too
CREDIT_KINDS = ("ACCRECCREDIT", "ACCPAYCREDIT")
KINDS = ("ACCREC", "ACCPAY", *CREDIT_KINDS)
# Xero: Reference exists on customer documents only, a discount on customer invoices only.
_KINDS_WITH_REFERENCE = ("ACCREC", "ACCRECCREDIT")
_KIND_WITH_DISCOUNT = "ACCREC"
_ID_FIELDS = ("InvoiceID", "CreditNoteID", "ContactID")

DESCRIPTION_LENGTH = 4000
TRACKING_PER_LINE = 2
_RATE_STEP = Decimal(1).scaleb(-RATE_PLACES)


@dataclass(frozen=True, slots=True)
class Tracking:
    """A tracking option, by Xero's identifiers."""

    category_id: str
    option_id: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line; one with nothing but a description is a note. `discount_rate` is percent."""

    description: str
    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    account_code: str | None = None
    tax_type: str | None = None
    tax_amount: Decimal | None = None
    discount_rate: Decimal | None = None
    item_code: str | None = None
    tracking: tuple[Tracking, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentData:
    """A customer invoice, vendor bill or credit note; `kind` is one of KINDS."""

    kind: str
    number: str | None
    reference: str | None
    contact_id: str
    date: date | None
    due_date: _Day | None
    currency_code: str | None
    currency_rate: Decimal | None
    status: str
    url: str | None
    lines: tuple[Line, ...]
    xero_id: str | None = None
    sent_to_contact: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """`type` is POBOX or STREET; at most four `lines`."""

    type: str
    lines: tuple[str, ...] = ()
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    attention_to: str | None = None


@dataclass(frozen=True, slots=True)
class Phone:
    """`type` is DEFAULT, DDI, MOBILE, FAX or OFFICE."""

    type: str
    number: str
    area_code: str | None = None
    country_code: str | None = None


@dataclass(frozen=True, slots=True)
class ContactData:
    name: str
    number: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    tax_number: str | None = None
    phones: tuple[Phone, ...] = ()
    addresses: tuple[Address, ...] = ()
    xero_id: str | None = None


def endpoint_of(kind: str) -> str:
    """Name the endpoint of a kind of document.

    :param str kind: one of KINDS
    :return: 'Invoices' or 'CreditNotes'
    :raise ValueError: for another kind
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not a kind of document, which are {', '.join(KINDS)}")
    return "CreditNotes" if kind in CREDIT_KINDS else "Invoices"


def id_field(kind: str) -> str:
    """Name the field with the identifier of a kind of document (one of KINDS)."""
    return endpoint_of(kind)[:-1] + "ID"


def number_field(kind: str) -> str:
    """Name the field with the number of a kind of document (one of KINDS)."""
    return endpoint_of(kind)[:-1] + "Number"


def document_body(data: DocumentData) -> dict:
    """Build the element for a document.

    Only ContactID goes into Contact, since anything else there would change the contact in Xero.
    LineAmount is left to Xero. The dates, numbers and texts that are empty are left out.

    :param data: the document
    :return: dict ready for encode()
    :raise ValueError: when Xero cannot take it
    """
    models = _models()
    credit = endpoint_of(data.kind) == "CreditNotes"
    values = {
        "type": data.kind,
        "contact": models.Contact(contact_id=_required(data.contact_id, "a ContactID")),
        "date": data.date,
        "status": _required(data.status, "a status"),
        "line_amount_types": models.LineAmountTypes.EXCLUSIVE,
        "line_items": [_line_item(models, line, data.kind) for line in data.lines],
        "currency_code": _currency_code(data.currency_code),
        "currency_rate": data.currency_rate and data.currency_rate.quantize(_RATE_STEP),
    }
    if data.kind in _KINDS_WITH_REFERENCE:
        values["reference"] = data.reference
    if credit:
        values |= {"credit_note_id": data.xero_id, "credit_note_number": data.number}
    else:
        values |= {
            "invoice_id": data.xero_id,
            "invoice_number": data.number,
            "due_date": data.due_date,
            "url": _url(data.url),
        }
    if not data.lines:
        raise ValueError("A document needs at least one line")
    body = _plain((models.CreditNote if credit else models.Invoice)(**values))
    # Xero: on approved invoices only; it is no flag that could be taken back by leaving it out.
    return {**body, "SentToContact": True} if data.sent_to_contact and not credit else body


def contact_body(data: ContactData) -> dict:
    """Build the element for a contact; what is empty is left out and stays as it is in Xero.

    :param data: the contact
    :return: dict ready for encode()
    :raise ValueError: when Xero cannot take it
    """
    models = _models()
    return _plain(
        models.Contact(
            contact_id=data.xero_id,
            name=_required(contact_name(data.name), "a name"),
            contact_number=data.number,
            email_address=data.email,
            first_name=data.first_name,
            last_name=data.last_name,
            tax_number=data.tax_number,
            phones=[
                models.Phone(
                    phone_type=_required(phone.type, "a phone type"),
                    phone_number=phone.number,
                    phone_area_code=phone.area_code,
                    phone_country_code=phone.country_code,
                )
                for phone in data.phones
            ],
            addresses=[_address(models, address) for address in data.addresses],
        )
    )


def contact_name(name: str) -> str:
    """Write a name as Xero stores it (no angle brackets, no leading, trailing or double spaces).

    :param str name: any name
    :return: str
    """
    return " ".join(name.replace("<", " ").replace(">", " ").split())


def number_body(kind: str, xero_id: str, number: str) -> dict[str, Any]:
    """Build the element that only changes a number.

    :param str kind: one of KINDS
    :param str xero_id: identifier of the document
    :param str number: the new number
    :return: dict ready for encode()
    """
    return {
        id_field(kind): _required(xero_id, "an identifier"),
        number_field(kind): _required(number, "a number"),
    }


def status_body(kind: str, xero_id: str, status: str) -> dict[str, Any]:
    """Build the element that only changes a status, such as VOIDED or DELETED.

    :param str kind: one of KINDS
    :param str xero_id: identifier of the document
    :param str status: the new status
    :return: dict ready for encode()
    :raise ValueError: for an unknown kind or status
    """
    models = _models()
    model = models.CreditNote if endpoint_of(kind) == "CreditNotes" else models.Invoice
    checked = model(type=kind, status=_required(status, "a status"))
    return {id_field(kind): _required(xero_id, "an identifier"), "Status": checked.status}


def payment_body(
    kind: str,
    document_id: str,
    *,
    account_id: str,
    date: date,
    amount: Decimal,
    currency_rate: Decimal | None,
    bank_amount: Decimal | None,
    reference: str | None,
) -> dict:
    """Build the element for a payment of a document, or for the refund of a credit note.

    :param str kind: of the document, one of KINDS
    :param str document_id: its identifier
    :param str account_id: identifier of the account that was paid into or from
    :param date: of the payment
    :param Decimal amount: in the document's currency
    :param currency_rate: Decimal units of it for one of the base currency; None where it is that
    :param bank_amount: Decimal in the account's currency; None for what Xero computes
    :param reference: text, or None
    :return: dict ready for encode()
    :raise ValueError: when Xero cannot take it
    """
    models = _models()
    target = {id_field(kind): _required(document_id, "an identifier")}
    payment = models.Payment(
        account=models.Account(account_id=_required(account_id, "an account")),
        date=date,
        amount=amount,
        currency_rate=currency_rate,
        bank_amount=bank_amount,
        reference=reference,
    )
    return {endpoint_of(kind)[:-1]: target, **_plain(payment)}


def allocation_body(invoice_id: str, amount: Decimal, day: date) -> dict[str, Any]:
    """Build the element for a part of a credit note that is used for an invoice or a bill.

    :param str invoice_id: its identifier
    :param Decimal amount: in the currency of both
    :param day: date, which the published types demand; Xero sets its own, the later one of both
    :return: dict ready for encode()
    :raise ValueError: when Xero cannot take it
    """
    models = _models()
    return _plain(
        models.Allocation(
            invoice=models.Invoice(invoice_id=_required(invoice_id, "an identifier")),
            amount=amount,
            date=day,
        )
    )


def wrap(kind_or_contacts: str, bodies: Sequence[dict]) -> dict:
    """Put elements into a request.

    :param str kind_or_contacts: one of KINDS, or 'Contacts'
    :param bodies: elements
    :return: {'Invoices' | 'CreditNotes' | 'Contacts': [...]}
    """
    contacts = kind_or_contacts == "Contacts"
    return {"Contacts" if contacts else endpoint_of(kind_or_contacts): list(bodies)}


def encode(body: dict[str, Any]) -> bytes:
    """Write JSON in the one form that stays the same for the same content.

    :param body: what this module builds; Decimals are allowed
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
def _models() -> Any:
    # Imported on first use: it takes 100 ms that a worker which never pushes need not spend.
    from xero_python.accounting import models

    return models


def _line_item(models: Any, line: Line, kind: str) -> Any:
    if len(line.tracking) > TRACKING_PER_LINE:
        raise ValueError(f"Xero takes at most {TRACKING_PER_LINE} tracking options on a line")
    # Xero wants at least one character on every line.
    description = (line.description or "").strip() or line.item_code or "-"
    return models.LineItem(
        description=description[:DESCRIPTION_LENGTH],
        quantity=line.quantity,
        unit_amount=line.unit_amount,
        account_code=line.account_code,
        tax_type=line.tax_type,
        tax_amount=line.tax_amount,
        discount_rate=(line.discount_rate or None) if kind == _KIND_WITH_DISCOUNT else None,
        item_code=line.item_code,
        tracking=[
            models.LineItemTracking(
                tracking_category_id=_required(option.category_id, "a tracking category"),
                tracking_option_id=_required(option.option_id, "a tracking option"),
            )
            for option in line.tracking
        ],
    )


def _address(models: Any, address: Address) -> Any:
    if len(address.lines) > 4:
        raise ValueError("Xero takes at most four lines of an address")
    return models.Address(
        address_type=_required(address.type, "an address type"),
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        country=_letters(address.country),
        attention_to=address.attention_to,
        **{f"address_line{number}": line for number, line in enumerate(address.lines, 1)},
    )


def _letters(country: str | None) -> str:
    """Xero: a country has the letters A-Z only."""
    ascii_text = unicodedata.normalize("NFKD", country or "").encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^A-Za-z ]", " ", ascii_text).split())


def _currency_code(code: str | None) -> str | None:
    # Not checked against the model's list, which lacks currencies that Xero does offer (XCG, ZWG).
    if code and not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError(f"{code!r} is not a currency code")
    return code


def _url(url: str | None) -> str | None:
    """Xero refuses a link that has its own name in it; a document without link beats none."""
    return None if "xero" in (url or "").lower() else url


def _required(value: str | None, what: str) -> str:
    # xero-python lets '' and 'None' pass as a member of any enumeration.
    if not value or value == "None":
        raise ValueError(f"Xero needs {what} here")
    return value


@cache
def _fields(model_class: Any) -> dict[str, str]:
    return {f"_{name}": key for name, key in model_class.attribute_map.items()}


def _plain(model: Any) -> dict[str, Any]:
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
    return _plain(value)


def _json_number(value: Decimal) -> int | float:
    """Turn a Decimal into the JSON number of the same value."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no place in a request")
    if not value.is_finite():
        raise ValueError(f"{value} is not an amount")
    if value == value.to_integral_value():
        return int(value)
    number = float(value)
    if Decimal(repr(number)) != value:
        raise ValueError(f"{value} has more digits than Xero keeps")
    return number
