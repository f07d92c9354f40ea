"""Xero's invoices, bills, credit notes and payments, from JSON to plain values; see parse.py."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
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
    media_type,
    rows_of,
    text_of,
    value_of,
)

#: Statuses of documents that are no more.
GONE = ("VOIDED", "DELETED")

_Day = date  # a field has this name, too


def _rate_of(payment: dict[str, Any]) -> Decimal | None:
    """Read the rate of a payment; lists have 0 for the base currency, which is no rate."""
    return decimal_of(payment.get("CurrencyRate")) or None


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment as its document lists it: in the document's currency, without its bank account."""

    xero_id: str | None
    date: date | None
    amount: Decimal | None
    reference: str
    currency_rate: Decimal | None

    @classmethod
    def from_json(cls, row: Any) -> PaymentRow:
        row = dict_of(row)
        return cls(
            xero_id=guid_of(row.get("PaymentID")),
            date=date_of(row.get("Date")),
            amount=amount_of(row.get("Amount")),
            reference=text_of(row.get("Reference")),
            currency_rate=_rate_of(row),
        )


@dataclass(frozen=True, slots=True)
class Credit:
    """A part of a credit that was used for an invoice; Xero makes no payment of it.

    `kind` is the list that the credit is in: CreditNotes, Overpayments or Prepayments.
    `allocation_id` is told by credit notes alone. The date is that of the invoice where the credit
    note is read by itself, and its own in a list.
    """

    kind: str
    credit_id: str | None
    invoice_id: str | None
    amount: Decimal | None
    date: date | None
    number: str
    allocation_id: str | None = None
    currency_rate: Decimal | None = None

    @classmethod
    def of_invoice(cls, kind: str, row: Any, invoice_id: str | None) -> Credit:
        """Read it as the invoice lists it."""
        row = dict_of(row)
        return cls(
            kind=kind,
            credit_id=guid_of(row.get(f"{kind[:-1]}ID")) or guid_of(row.get("ID")),
            invoice_id=invoice_id,
            amount=amount_of(row.get("AppliedAmount")),
            date=date_of(row.get("Date")),
            number=text_of(row.get("CreditNoteNumber")),
            currency_rate=decimal_of(row.get("CurrencyRate")),
        )

    @classmethod
    def of_credit_note(cls, row: Any, note_id: str | None, number: str) -> Credit:
        """Read it as the credit note lists it, among its allocations."""
        return cls(
            kind="CreditNotes",
            credit_id=note_id,
            invoice_id=guid_of(value_of(value_of(row, "Invoice"), "InvoiceID")),
            amount=amount_of(value_of(row, "Amount")),
            date=date_of(value_of(row, "Date")),
            number=number,
            allocation_id=guid_of(value_of(row, "AllocationID")),
        )


@dataclass(frozen=True, slots=True)
class LineTracking:
    """The tracking option of a line. Lists of documents name it without its identifier."""

    option_id: str | None
    category_id: str | None
    category: str
    option: str

    @classmethod
    def from_json(cls, row: Any) -> LineTracking:
        return cls(
            option_id=guid_of(value_of(row, "TrackingOptionID")),
            category_id=guid_of(value_of(row, "TrackingCategoryID")),
            category=text_of(value_of(row, "Name")),
            option=text_of(value_of(row, "Option")),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document; `amount` is before or with tax, as the document says."""

    description: str
    quantity: Decimal | None
    unit_amount: Decimal | None
    amount: Decimal | None
    tax_amount: Decimal
    discount_rate: Decimal | None
    account_code: str
    account_id: str | None
    tax_type: str
    item_code: str
    tracking: tuple[LineTracking, ...]
    xero_id: str | None = None

    @property
    def content(self) -> tuple:
        """What counts in the books, alike in lists and in single reads, and the identifier, which
        is another one when somebody has written the line anew."""
        options = tuple((t.category_id or t.category, t.option) for t in self.tracking)
        account = self.account_code or self.account_id
        return self.xero_id, account, self.tax_type, self.amount, self.tax_amount, options

    @classmethod
    def from_json(cls, row: Any) -> Line:
        row = dict_of(row)
        return cls(
            description=text_of(row.get("Description")),
            quantity=decimal_of(row.get("Quantity")),
            unit_amount=amount_of(row.get("UnitAmount")),
            amount=amount_of(row.get("LineAmount")),
            tax_amount=amount_of(row.get("TaxAmount")) or Decimal(0),
            discount_rate=decimal_of(row.get("DiscountRate")),
            account_code=text_of(row.get("AccountCode")),
            account_id=guid_of(row.get("AccountID")),
            tax_type=text_of(row.get("TaxType")),
            item_code=text_of(row.get("ItemCode")),
            tracking=tuple(map(LineTracking.from_json, rows_of(row, "Tracking"))),
            xero_id=guid_of(row.get("LineItemID")),
        )


@dataclass(frozen=True, slots=True)
class Attachment:
    xero_id: str | None
    name: str
    mime_type: str

    @classmethod
    def from_json(cls, row: Any) -> Attachment:
        return cls(
            xero_id=guid_of(value_of(row, "AttachmentID")),
            name=(name := text_of(value_of(row, "FileName"))),
            mime_type=media_type(text_of(value_of(row, "MimeType")), name),
        )


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice, a bill or a credit note; `amount_due` of a credit note is what remains of it.

    Of `cis_deduction` the law has the customer pay that much to the tax office instead (UK, CIS):
    AmountDue = Total - CISDeduction, without a payment.
    """

    xero_id: str | None
    kind: str
    number: str
    reference: str
    status: str
    contact_id: str | None
    date: date | None
    due_date: _Day | None
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
    payments: tuple[PaymentRow, ...]
    credits: tuple[Credit, ...]
    contact_name: str = ""
    amount_types: str = ""
    has_attachments: bool = False
    cis_deduction: Decimal | None = None
    #: Read only when somebody asks for the lines: most documents of a page are known already.
    raw_lines: tuple = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(map(Line.from_json, self.raw_lines))

    @property
    def name(self) -> str:
        """Its number, or contact and total where it has none, as many bills."""
        return self.number or f"{self.contact_name}, {self.total} {self.currency_code}"

    @property
    def is_whole(self) -> bool:
        """Whether no payment and no credit is missing among those that are listed, going by the
        amounts. Where the amount of a credit is not told, the credits are left alone anyway."""
        paid = [row.amount for row in self.payments]
        used = [credit.amount for credit in self.credits]
        if None in paid or None in used:
            return None not in paid
        told = (
            [self.amount_paid, self.amount_credited]
            if self.amount_paid is not None
            else [self.total, -self.amount_due, -(self.cis_deduction or Decimal(0))]
            if self.total and self.amount_due is not None
            else []
        )
        return sum(filter(None, (*paid, *used))) >= sum(filter(None, told))

    @property
    def is_fixed(self) -> bool:
        """Whether Xero takes no change of it, as something is applied to it."""
        return self.status == "PAID" or bool(self.payments or self.credits)

    @property
    def fingerprint(self) -> str:
        """Hash of everything that is compared or applied here, whatever its moment."""
        content = replace(
            self,
            updated=None,
            url="",
            reference="",
            contact_name="",
            amount_types="",
            has_attachments=False,
            raw_lines=tuple(line.content for line in self.lines),
            credits=tuple(
                replace(credit, date=None, currency_rate=None) for credit in self.credits
            ),
        )
        return hashlib.sha1(repr(content).encode(), usedforsecurity=False).hexdigest()

    @classmethod
    def from_json(cls, item: Any) -> Document:
        item = dict_of(item)
        due = item.get("AmountDue")
        xero_id = guid_of(item.get("InvoiceID")) or guid_of(item.get("CreditNoteID"))
        return cls(
            xero_id=xero_id,
            kind=text_of(item.get("Type")),
            number=text_of(item.get("InvoiceNumber")) or text_of(item.get("CreditNoteNumber")),
            reference=text_of(item.get("Reference")),
            status=text_of(item.get("Status")),
            contact_id=guid_of(dict_of(item.get("Contact")).get("ContactID")),
            date=date_of(item.get("Date")) or date_of(item.get("DateString")),
            due_date=date_of(item.get("DueDate")) or date_of(item.get("DueDateString")),
            currency_code=text_of(item.get("CurrencyCode")),
            currency_rate=decimal_of(item.get("CurrencyRate")),
            subtotal=amount_of(item.get("SubTotal")),
            total_tax=amount_of(item.get("TotalTax")),
            total=amount_of(item.get("Total")),
            amount_due=amount_of(item.get("RemainingCredit") if due is None else due),
            amount_paid=amount_of(item.get("AmountPaid")),
            amount_credited=amount_of(item.get("AmountCredited")),
            url=text_of(item.get("Url")),
            updated=datetime_of(item.get("UpdatedDateUTC"))
            or datetime_of(item.get("UpdatedDateUTCString")),
            payments=tuple(
                PaymentRow.from_json(row) for row in rows_of(item, "Payments") if _is_live(row)
            ),
            credits=_credits(item, xero_id),
            contact_name=text_of(dict_of(item.get("Contact")).get("Name")),
            amount_types=text_of(item.get("LineAmountTypes")),
            has_attachments=item.get("HasAttachments") is True,
            cis_deduction=amount_of(item.get("CISDeduction")),
            raw_lines=tuple(rows_of(item, "LineItems")),
        )


def _is_live(row: Any) -> bool:
    """Tell whether a payment or allocation that a document lists counts. Xero seems to leave out
    what was deleted, but does not say so."""
    return (
        text_of(value_of(row, "Status")).upper() != "DELETED"
        and value_of(row, "IsDeleted") is not True
    )


def _credits(item: dict[str, Any], xero_id: str | None) -> tuple[Credit, ...]:
    """What was used of a credit note, or for an invoice."""
    if guid_of(item.get("CreditNoteID")):
        rows, number = rows_of(item, "Allocations"), text_of(item.get("CreditNoteNumber"))
        used = [Credit.of_credit_note(row, xero_id, number) for row in rows if _is_live(row)]
    else:
        used = [
            Credit.of_invoice(kind, row, xero_id)
            for kind in ("CreditNotes", "Overpayments", "Prepayments")
            for row in rows_of(item, kind)
        ]
    return tuple(used)


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment of an invoice, or the refund of a credit note.

    `amount` is in the document's currency, `bank_amount` in that of the bank account, and
    `account_id` is the account's code where its identifier is not told.
    """

    xero_id: str | None
    document_id: str | None
    type: str
    status: str
    date: date | None
    amount: Decimal | None
    bank_amount: Decimal | None
    currency_rate: Decimal | None
    reference: str
    account_id: str | None
    batch_id: str | None
    updated: datetime | None

    @classmethod
    def of_row(cls, row: PaymentRow, document_id: str | None) -> Payment:
        """Read a PaymentRow as a payment of which no more is known than its document tells."""
        return cls(
            xero_id=row.xero_id,
            document_id=document_id,
            type="",
            status="AUTHORISED",
            date=row.date,
            amount=row.amount,
            bank_amount=None,
            currency_rate=row.currency_rate,
            reference=row.reference,
            account_id=None,
            batch_id=None,
            updated=None,
        )

    @classmethod
    def from_json(cls, item: Any) -> Payment:
        item = dict_of(item)
        return cls(
            xero_id=guid_of(item.get("PaymentID")),
            document_id=guid_of(value_of(item.get("Invoice"), "InvoiceID"))
            or guid_of(value_of(item.get("CreditNote"), "CreditNoteID")),
            type=text_of(item.get("PaymentType")),
            status=text_of(item.get("Status")),
            date=date_of(item.get("Date")),
            amount=amount_of(item.get("Amount")),
            bank_amount=amount_of(item.get("BankAmount")),
            currency_rate=_rate_of(item),
            reference=text_of(item.get("Reference")),
            account_id=guid_of(value_of(item.get("Account"), "AccountID"))
            or text_of(value_of(item.get("Account"), "Code"))
            or None,
            batch_id=guid_of(item.get("BatchPaymentID")),
            updated=datetime_of(item.get("UpdatedDateUTC"))
            or datetime_of(item.get("UpdatedDateUTCString")),
        )
