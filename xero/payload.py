"""Documents and what is paid or allocated of them as request bodies."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from . import encoding
from .encoding import Unfit, plain, required
from .money import RATE_PLACES

_Day = date  # a field has this name, too
CREDIT_KINDS = ("ACCRECCREDIT", "ACCPAYCREDIT")
KINDS = ("ACCREC", "ACCPAY", *CREDIT_KINDS)
# Xero: Reference exists on customer documents only, a discount on customer invoices only.
_KINDS_WITH_REFERENCE = ("ACCREC", "ACCRECCREDIT")
_KIND_WITH_DISCOUNT = "ACCREC"

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
    """A line; one with nothing but a description is a note. `discount_rate` is percent.

    `account_id` stays when somebody renumbers the account in Xero.
    """

    description: str
    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    account_code: str | None = None
    account_id: str | None = None
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
    models = encoding.models()
    credit = endpoint_of(data.kind) == "CreditNotes"
    values = {
        "type": data.kind,
        "contact": models.Contact(contact_id=required(data.contact_id, "a ContactID")),
        "date": data.date,
        "status": required(data.status, "a status"),
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
            "url": without_own_name(data.url),
        }
    if not data.lines:
        raise Unfit("A document needs at least one line")
    body = plain((models.CreditNote if credit else models.Invoice)(**values))
    # Xero: on approved invoices only; it is no flag that could be taken back by leaving it out.
    return {**body, "SentToContact": True} if data.sent_to_contact and not credit else body


def number_body(kind: str, xero_id: str, number: str) -> dict[str, Any]:
    """Build the element that only changes a number.

    :param str kind: one of KINDS
    :param str xero_id: identifier of the document
    :param str number: the new number
    :return: dict ready for encode()
    """
    return {
        id_field(kind): required(xero_id, "an identifier"),
        number_field(kind): required(number, "a number"),
    }


def status_body(kind: str, xero_id: str, status: str) -> dict[str, Any]:
    """Build the element that only changes a status, such as VOIDED or DELETED.

    :param str kind: one of KINDS
    :param str xero_id: identifier of the document
    :param str status: the new status
    :return: dict ready for encode()
    :raise ValueError: for an unknown kind or status
    """
    models = encoding.models()
    model = models.CreditNote if endpoint_of(kind) == "CreditNotes" else models.Invoice
    checked = model(type=kind, status=required(status, "a status"))
    return {id_field(kind): required(xero_id, "an identifier"), "Status": checked.status}


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
    models = encoding.models()
    target = {id_field(kind): required(document_id, "an identifier")}
    payment = models.Payment(
        account=models.Account(account_id=required(account_id, "an account")),
        date=date,
        amount=amount,
        currency_rate=currency_rate,
        bank_amount=bank_amount,
        reference=reference,
    )
    return {endpoint_of(kind)[:-1]: target, **plain(payment)}


def allocation_body(invoice_id: str, amount: Decimal, day: date) -> dict[str, Any]:
    """Build the element for a part of a credit note that is used for an invoice or a bill.

    :param str invoice_id: its identifier
    :param Decimal amount: in the currency of both
    :param day: date, which the published types demand; Xero sets its own, the later one of both
    :return: dict ready for encode()
    :raise ValueError: when Xero cannot take it
    """
    models = encoding.models()
    return plain(
        models.Allocation(
            invoice=models.Invoice(invoice_id=required(invoice_id, "an identifier")),
            amount=amount,
            date=day,
        )
    )


def _line_item(models: Any, line: Line, kind: str) -> Any:
    if len(line.tracking) > TRACKING_PER_LINE:
        raise Unfit(f"Xero takes at most {TRACKING_PER_LINE} tracking options on a line")
    # Xero wants at least one character on every line.
    description = (line.description or "").strip() or line.item_code or "-"
    return models.LineItem(
        description=description[:DESCRIPTION_LENGTH],
        quantity=line.quantity,
        unit_amount=line.unit_amount,
        account_code=line.account_code,
        account_id=line.account_id,
        tax_type=line.tax_type,
        tax_amount=line.tax_amount,
        discount_rate=(line.discount_rate or None) if kind == _KIND_WITH_DISCOUNT else None,
        item_code=line.item_code,
        tracking=[
            models.LineItemTracking(
                tracking_category_id=required(option.category_id, "a tracking category"),
                tracking_option_id=required(option.option_id, "a tracking option"),
            )
            for option in line.tracking
        ],
    )


def _currency_code(code: str | None) -> str | None:
    # Not checked against the model's list, which lacks currencies that Xero does offer (XCG, ZWG).
    if code and not re.fullmatch(r"[A-Z]{3}", code):
        raise Unfit(f"{code!r} is not a currency code")
    return code


def without_own_name(url: str | None) -> str | None:
    """Xero refuses a link that has its own name in it; a document without link beats none."""
    return None if "xero" in (url or "").lower() else url
