"""Xero's JSON to plain values.

Nothing here fails on a field, an enum value or a null that is new: Xero adds values without a new
API version, and one surprise must not lose a page. Enum values are kept as Xero's text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from .scalars import (
    ZERO_GUID,
    date_of,
    datetime_of,
    decimal_of,
    dict_of,
    guid_of,
    rows_of,
    text_of,
    value_of,
)
from .scalars import loads as loads  # part of this module's interface

_IDS = ("InvoiceID", "CreditNoteID", "ContactID", "PaymentID")


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation that a user connected to the app (GET /connections)."""

    connection_id: str | None
    tenant_id: str | None
    name: str
    type: str
    auth_event_id: str | None

    @classmethod
    def from_json(cls, item):
        return cls(
            connection_id=guid_of(value_of(item, "id")),
            tenant_id=guid_of(value_of(item, "tenantId")),
            name=text_of(value_of(item, "tenantName")),
            type=text_of(value_of(item, "tenantType")),
            auth_event_id=guid_of(value_of(item, "authEventId")),
        )


@dataclass(frozen=True, slots=True)
class Organisation:
    xero_id: str | None
    name: str
    short_code: str
    base_currency: str
    country_code: str
    timezone: str
    status: str
    is_demo: bool
    period_lock_date: date | None
    end_of_year_lock_date: date | None
    plan: str

    @classmethod
    def from_json(cls, item):
        item = dict_of(item)
        return cls(
            xero_id=guid_of(item.get("OrganisationID")),
            name=text_of(item.get("Name")),
            short_code=text_of(item.get("ShortCode")),
            base_currency=text_of(item.get("BaseCurrency")),
            country_code=text_of(item.get("CountryCode")),
            timezone=text_of(item.get("Timezone")),
            status=text_of(item.get("OrganisationStatus")),
            is_demo=item.get("IsDemoCompany") is True,
            period_lock_date=date_of(item.get("PeriodLockDate")),
            end_of_year_lock_date=date_of(item.get("EndOfYearLockDate")),
            plan=text_of(item.get("Class")),
        )


@dataclass(frozen=True, slots=True)
class Account:
    xero_id: str | None
    code: str
    name: str
    type: str
    class_: str
    status: str
    tax_type: str
    payments_enabled: bool
    system_account: str
    currency_code: str

    @classmethod
    def from_json(cls, item):
        item = dict_of(item)
        return cls(
            xero_id=guid_of(item.get("AccountID")),
            code=text_of(item.get("Code")),
            name=text_of(item.get("Name")),
            type=text_of(item.get("Type")),
            class_=text_of(item.get("Class")),
            status=text_of(item.get("Status")),
            tax_type=text_of(item.get("TaxType")),
            payments_enabled=item.get("EnablePaymentsToAccount") is True,
            system_account=text_of(item.get("SystemAccount")),
            currency_code=text_of(item.get("CurrencyCode")),
        )


@dataclass(frozen=True, slots=True)
class TaxRate:
    """Rates are percent. `can_apply_to` holds classes of accounts, in lower case."""

    tax_type: str
    name: str
    status: str
    effective_rate: Decimal | None
    display_rate: Decimal | None
    can_apply_to: frozenset

    @classmethod
    def from_json(cls, item):
        item = dict_of(item)
        classes = ("Revenue", "Expenses", "Assets", "Liabilities", "Equity")
        return cls(
            tax_type=text_of(item.get("TaxType")),
            name=text_of(item.get("Name")),
            status=text_of(item.get("Status")),
            effective_rate=decimal_of(item.get("EffectiveRate")),
            display_rate=decimal_of(item.get("DisplayTaxRate")),
            can_apply_to=frozenset(
                name.lower() for name in classes if item.get(f"CanApplyTo{name}") is True
            ),
        )


@dataclass(frozen=True, slots=True)
class Currency:
    code: str
    description: str

    @classmethod
    def from_json(cls, item):
        item = dict_of(item)
        return cls(text_of(item.get("Code")), text_of(item.get("Description")))


@dataclass(frozen=True, slots=True)
class Item:
    xero_id: str | None
    code: str
    name: str
    is_sold: bool
    is_purchased: bool

    @classmethod
    def from_json(cls, row):
        return cls(
            xero_id=guid_of(value_of(row, "ItemID")),
            code=text_of(value_of(row, "Code")),
            name=text_of(value_of(row, "Name")),
            is_sold=value_of(row, "IsSold") is not False,
            is_purchased=value_of(row, "IsPurchased") is not False,
        )


@dataclass(frozen=True, slots=True)
class TrackingOption:
    xero_id: str | None
    name: str
    status: str

    @classmethod
    def from_json(cls, row):
        return cls(
            xero_id=guid_of(value_of(row, "TrackingOptionID")),
            name=text_of(value_of(row, "Name")),
            status=text_of(value_of(row, "Status")),
        )


@dataclass(frozen=True, slots=True)
class TrackingCategory:
    xero_id: str | None
    name: str
    status: str
    options: tuple[TrackingOption, ...]

    @classmethod
    def from_json(cls, row):
        return cls(
            xero_id=guid_of(value_of(row, "TrackingCategoryID")),
            name=text_of(value_of(row, "Name")),
            status=text_of(value_of(row, "Status")),
            options=tuple(map(TrackingOption.from_json, rows_of(row, "Options"))),
        )


@dataclass(frozen=True, slots=True)
class Contact:
    xero_id: str | None
    name: str
    number: str
    status: str
    email: str
    tax_number: str
    merged_to: str | None

    @classmethod
    def from_json(cls, item):
        item = dict_of(item)
        return cls(
            xero_id=guid_of(item.get("ContactID")),
            name=text_of(item.get("Name")),
            number=text_of(item.get("ContactNumber")),
            status=text_of(item.get("ContactStatus")),
            email=text_of(item.get("EmailAddress")),
            tax_number=text_of(item.get("TaxNumber")),
            merged_to=guid_of(item.get("MergedToContactID")),
        )


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice, a bill or a credit note; `amount_due` of a credit note is what remains of it."""

    xero_id: str | None
    kind: str
    number: str
    reference: str
    status: str
    contact_id: str | None
    date: date | None
    due_date: date | None
    currency_code: str
    currency_rate: Decimal | None
    subtotal: Decimal | None
    total_tax: Decimal | None
    total: Decimal | None
    amount_due: Decimal | None
    amount_paid: Decimal | None
    amount_credited: Decimal | None
    url: str
    updated: datetime | None

    @classmethod
    def from_json(cls, item):
        item = dict_of(item)
        due = item.get("AmountDue")
        return cls(
            xero_id=guid_of(item.get("InvoiceID")) or guid_of(item.get("CreditNoteID")),
            kind=text_of(item.get("Type")),
            number=text_of(item.get("InvoiceNumber")) or text_of(item.get("CreditNoteNumber")),
            reference=text_of(item.get("Reference")),
            status=text_of(item.get("Status")),
            contact_id=guid_of(dict_of(item.get("Contact")).get("ContactID")),
            date=date_of(item.get("Date")) or date_of(item.get("DateString")),
            due_date=date_of(item.get("DueDate")) or date_of(item.get("DueDateString")),
            currency_code=text_of(item.get("CurrencyCode")),
            currency_rate=decimal_of(item.get("CurrencyRate")),
            subtotal=decimal_of(item.get("SubTotal")),
            total_tax=decimal_of(item.get("TotalTax")),
            total=decimal_of(item.get("Total")),
            amount_due=decimal_of(item.get("RemainingCredit") if due is None else due),
            amount_paid=decimal_of(item.get("AmountPaid")),
            amount_credited=decimal_of(item.get("AmountCredited")),
            url=text_of(item.get("Url")),
            updated=datetime_of(item.get("UpdatedDateUTC"))
            or datetime_of(item.get("UpdatedDateUTCString")),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Xero did with one element of a request sent with `summarizeErrors=false`.

    `ok`: it was saved; `data`: the element as Xero answers it; `xero_id`: None for the zero
    GUID of a refused creation; `messages`: why it was refused; `warnings`: what Xero noticed
    though it saved it.
    """

    ok: bool
    data: dict
    xero_id: str | None
    messages: tuple[str, ...]
    warnings: tuple[str, ...]

    @classmethod
    def from_json(cls, item):
        messages = messages_of(item)
        status = text_of(value_of(item, "StatusAttributeString")).upper()
        refused = (
            messages
            or status == "ERROR"
            or value_of(item, "HasErrors") is True
            or value_of(item, "HasValidationErrors") is True
        )
        return cls(
            ok=not refused,
            data=item,
            xero_id=next(filter(None, (guid_of(item.get(name)) for name in _IDS)), None),
            messages=messages or _nested_messages(item) if refused else (),
            warnings=_texts(rows_of(item, "Warnings")),
        )


def outcomes(payload, key) -> list[Outcome]:
    """Read the results of a batch.

    :param payload: parsed answer
    :param str key: 'Invoices', 'CreditNotes' or 'Contacts'
    :return: list of Outcome in Xero's order, which need not be the order sent
    """
    return [Outcome.from_json(item) for item in rows_of(payload, key)]


def messages_of(item):
    """Read why Xero refused an element; one Xero sample says Description instead of Message.

    :param item: dict with ValidationErrors
    :return: tuple of str
    """
    return _texts(rows_of(item, "ValidationErrors"))


def _texts(rows):
    texts = (text_of(value_of(row, "Message", "Description")).strip() for row in rows)
    return tuple(dict.fromkeys(filter(None, texts)))


def _nested_messages(item):
    """Some refusals are only explained at the contact or the line that caused them."""
    parts = [value_of(item, "Contact"), *rows_of(item, "LineItems")]
    return tuple(dict.fromkeys(text for part in parts for text in messages_of(part)))


def match_outcomes(
    sent: Sequence[dict], results: Sequence[Outcome], keys: Sequence[str]
) -> list[Outcome | None]:
    """Pair each sent element with its result; Xero does not promise to keep the order.

    Elements belong together when they agree in identity fields, contradict each other in none, and
    each is the only one that agrees best with the other. The position decides only what is left,
    where the lengths agree and nothing seen so far says that the order changed.

    :param sent: the elements of the request
    :param results: what outcomes() read
    :param keys: identity fields, such as ('InvoiceID', 'InvoiceNumber', 'Url')
    :return: a result or None for each sent element; no result is used twice
    """
    left = [_identity(element, keys) for element in sent]
    right = [_identity(result.data, keys) for result in results]
    pairs: dict[int, int] = {}
    agreed = {
        i: {j: n for j, other in enumerate(right) if (n := _agreement(own, other))}
        for i, own in enumerate(left)
    }
    while found := _mutual(agreed):
        pairs.update(found)
        taken = set(found.values())
        agreed = {
            i: {j: n for j, n in row.items() if j not in taken}
            for i, row in agreed.items()
            if i not in found
        }
    if len(sent) == len(results):
        _pair_by_position(pairs, left, right)
    return [results[pairs[i]] if i in pairs else None for i in range(len(sent))]


def _identity(element, keys):
    values = {key: text_of(value_of(element, key)).strip().casefold() for key in keys}
    return {key: value for key, value in values.items() if value and value != ZERO_GUID}


def _agreement(own, other):
    """In how many fields two elements agree, none if they contradict each other."""
    return 0 if _contradiction(own, other) else len(own.keys() & other.keys())


def _contradiction(own, other):
    return any(own[key] != other[key] for key in own.keys() & other.keys())


def _mutual(agreed):
    """The pairs in which each is the other's only best partner."""
    by_result: dict[int, dict[int, int]] = {}
    for i, row in agreed.items():
        for j, fields in row.items():
            by_result.setdefault(j, {})[i] = fields
    best = ((i, _only_best(row)) for i, row in agreed.items())
    return {i: j for i, j in best if j is not None and _only_best(by_result[j]) == i}


def _only_best(row):
    top = max(row.values(), default=0)
    best = [partner for partner, fields in row.items() if fields == top]
    return best[0] if len(best) == 1 else None


def _pair_by_position(pairs, left, right):
    open_left = [i for i in range(len(left)) if i not in pairs]
    taken = set(pairs.values())
    open_right = [j for j in range(len(right)) if j not in taken]
    reordered = any(i != j for i, j in pairs.items())
    if reordered and len(open_left) > 1:
        return
    for i, j in zip(open_left, open_right, strict=True):
        if not _contradiction(left[i], right[j]):
            pairs[i] = j
