"""Xero's JSON to plain values.

Nothing here fails on a field, an enum value or a null that is new: Xero adds values without a new
API version, and one surprise must not lose a page. Enum values are kept as Xero's text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .scalars import (
    amount_of,
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


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation that a user connected to the app (GET /connections)."""

    connection_id: str | None
    tenant_id: str | None
    name: str
    type: str
    auth_event_id: str | None

    @classmethod
    def from_json(cls, item: Any) -> Tenant:
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
    #: The last day of its financial years; 0 where that is not told, or cannot be.
    year_end_month: int = 0
    year_end_day: int = 0

    @classmethod
    def from_json(cls, item: Any) -> Organisation:
        item = dict_of(item)
        month, day = (
            _ordinal(item.get(f"FinancialYearEnd{part}"), most)
            for part, most in (("Month", 12), ("Day", 31))
        )
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
            year_end_month=month if day else 0,
            year_end_day=day if month else 0,
        )


def _ordinal(value: Any, most: int) -> int:
    number = decimal_of(value)
    return int(number) if number is not None and number in range(1, most + 1) else 0


def denied_actions(payload: Any) -> frozenset[str]:
    """Read what a connected user may not do. Whatever is not said to be denied is allowed.

    Source: Xero's OpenAPI document, getOrganisationActions.

    :param payload: parsed answer to ``GET /Organisation/Actions``
    :return: frozenset of names of actions, such as 'CreateApprovedInvoice'
    """
    return frozenset(
        text_of(value_of(row, "Name"))
        for row in rows_of(payload, "Actions")
        if text_of(value_of(row, "Status")).upper() == "NOT-ALLOWED"
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
    bank_account_number: str

    @classmethod
    def from_json(cls, item: Any) -> Account:
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
            bank_account_number=text_of(item.get("BankAccountNumber")),
        )


@dataclass(frozen=True, slots=True)
class TaxRate:
    """Rates are percent. `can_apply_to` holds classes of accounts, in lower case, `components` the
    rate of each."""

    tax_type: str
    name: str
    status: str
    effective_rate: Decimal | None
    display_rate: Decimal | None
    can_apply_to: frozenset
    components: tuple

    @classmethod
    def from_json(cls, item: Any) -> TaxRate:
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
            components=tuple(
                decimal_of(part.get("Rate")) for part in rows_of(item, "TaxComponents")
            ),
        )


@dataclass(frozen=True, slots=True)
class Currency:
    code: str
    description: str

    @classmethod
    def from_json(cls, item: Any) -> Currency:
        item = dict_of(item)
        return cls(text_of(item.get("Code")), text_of(item.get("Description")))


@dataclass(frozen=True, slots=True)
class Item:
    xero_id: str | None
    code: str
    name: str
    is_sold: bool
    is_purchased: bool
    is_tracked: bool

    @classmethod
    def from_json(cls, row: Any) -> Item:
        return cls(
            xero_id=guid_of(value_of(row, "ItemID")),
            code=text_of(value_of(row, "Code")),
            name=text_of(value_of(row, "Name")),
            is_sold=value_of(row, "IsSold") is not False,
            is_purchased=value_of(row, "IsPurchased") is not False,
            is_tracked=value_of(row, "IsTrackedAsInventory") is True,
        )


@dataclass(frozen=True, slots=True)
class TrackingOption:
    xero_id: str | None
    name: str
    status: str

    @classmethod
    def from_json(cls, row: Any) -> TrackingOption:
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
    def from_json(cls, row: Any) -> TrackingCategory:
        return cls(
            xero_id=guid_of(value_of(row, "TrackingCategoryID")),
            name=text_of(value_of(row, "Name")),
            status=text_of(value_of(row, "Status")),
            options=tuple(map(TrackingOption.from_json, rows_of(row, "Options"))),
        )


_PHONE_KEYS = ("PhoneCountryCode", "PhoneAreaCode", "PhoneNumber")
_ADDRESS_KEYS = (
    *(f"AddressLine{number}" for number in range(1, 5)),
    *("City", "Region", "PostalCode", "Country"),
)


#: The kinds of phones and addresses that stand for a contact, the one to take first: a fax is no
#: phone, and bills are sent to the mailing address. Xero lists them in any order.
_PHONES = ("DEFAULT", "MOBILE", "DDI")
_ADDRESSES = ("POBOX", "STREET")


def _in_order(rows: list[dict[str, Any]], key: str, kinds: Sequence[str]) -> list[dict[str, Any]]:
    """:return: those rows whose kind is known, in the order of the kinds"""
    of_kind = [row for row in rows if row.get(key) in kinds]
    return sorted(of_kind, key=lambda row: kinds.index(row[key]))


def _first_text(rows: list[dict[str, Any]], keys: Sequence[str], separator: str) -> str:
    """Write the first of some phones or addresses that is not empty in one line."""
    lines = (separator.join(filter(None, (text_of(row.get(key)) for key in keys))) for row in rows)
    return next(filter(None, lines), "")


@dataclass(frozen=True, slots=True)
class Place:
    """An address in its parts; the lines after the first one are joined."""

    street: str
    street2: str
    city: str
    region: str
    postal_code: str
    country: str

    @classmethod
    def first_of(cls, rows: list[dict[str, Any]]) -> Place:
        """Read the first of some addresses that says anything."""
        texts = ([text_of(row.get(key)).strip() for key in _ADDRESS_KEYS] for row in rows)
        parts = next(filter(any, texts), [""] * len(_ADDRESS_KEYS))
        return cls(parts[0], ", ".join(filter(None, parts[1:4])), *parts[4:])


@dataclass(frozen=True, slots=True)
class Balances:
    """What is outstanding on a contact's sales invoices and bills.

    Xero gives it on single and paged reads alone, adds up currencies as they are, and does not
    move UpdatedDateUTC when it changes.
    """

    receivable: Decimal
    payable: Decimal

    @classmethod
    def from_json(cls, item: Any) -> Balances | None:
        if not isinstance(item, dict):
            return None
        return cls(
            *(
                amount_of(value_of(value_of(item, side), "Outstanding")) or Decimal(0)
                for side in ("AccountsReceivable", "AccountsPayable")
            )
        )


@dataclass(frozen=True, slots=True)
class Contact:
    xero_id: str | None
    name: str
    number: str
    status: str
    email: str
    tax_number: str
    phone: str
    address: str
    place: Place
    bank_account: str
    balances: Balances | None
    merged_to: str | None
    updated: datetime | None

    @classmethod
    def from_json(cls, item: Any) -> Contact:
        item = dict_of(item)
        phones = _in_order(rows_of(item, "Phones"), "PhoneType", _PHONES)
        addresses = _in_order(rows_of(item, "Addresses"), "AddressType", _ADDRESSES)
        return cls(
            xero_id=guid_of(item.get("ContactID")),
            name=text_of(item.get("Name")),
            number=text_of(item.get("ContactNumber")),
            status=text_of(item.get("ContactStatus")),
            email=text_of(item.get("EmailAddress")),
            tax_number=text_of(item.get("TaxNumber")),
            phone=_first_text(phones, _PHONE_KEYS, " "),
            address=_first_text(addresses, _ADDRESS_KEYS, ", "),
            place=Place.first_of(addresses),
            bank_account=text_of(item.get("BankAccountDetails")),
            balances=Balances.from_json(item.get("Balances")),
            merged_to=guid_of(item.get("MergedToContactID")),
            updated=datetime_of(item.get("UpdatedDateUTC")),
        )
