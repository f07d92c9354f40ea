"""What may happen to a document: statuses, edits, numbers, dates, lengths."""
from dataclasses import dataclass
from urllib.parse import urlsplit

from .errors import Refused
from .store import NUMBERED, fold
from .totals import ZERO

APPLIED = "This document cannot be edited as it has a payment or credit note allocated to it."
LIMIT = "You have reached the limit of invoices you can approve"
# Xero, since 19 March 2026: what may still change on a partly or fully paid bill. Line amounts
# and taxes may not.
PAID_BILL_FIELDS = {"InvoiceID", "Type", "Status", "Reference", "DueDate", "InvoiceNumber",
                    "BrandingThemeID", "Contact", "Url", "LineItems", "PlannedPaymentDate"}
_STEPS = {
    "DRAFT": {"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"},
    "SUBMITTED": {"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"},
    "AUTHORISED": {"AUTHORISED", "VOIDED"},
    "PAID": {"PAID", "AUTHORISED", "VOIDED"},
}


@dataclass(frozen=True)
class Kind:
    """The two kinds of document with lines."""

    collection: str
    singular: str
    id_field: str
    number_field: str
    types: tuple
    noun: str


INVOICE = Kind("Invoices", "Invoice", "InvoiceID", "InvoiceNumber", ("ACCREC", "ACCPAY"), "invoice")
CREDIT_NOTE = Kind("CreditNotes", "CreditNote", "CreditNoteID", "CreditNoteNumber",
                   ("ACCRECCREDIT", "ACCPAYCREDIT"), "credit note")


def complete(status):
    """:return: whether a document of this status must have all that approval needs."""
    return status != "DRAFT"


def approved(status):
    """:return: whether a document of this status has been approved."""
    return status in ("AUTHORISED", "PAID")


def applied(record):
    """:return: whether payments or credits are applied to (or from) a document."""
    return any(record.get(field) for field in (
        "Payments", "CreditNotes", "Overpayments", "Prepayments", "Allocations"))


def check_step(kind, record, status):
    """:param str status: the status asked for. :raise Refused: when it cannot follow."""
    before = record["Status"]
    if before in ("VOIDED", "DELETED") or status not in _STEPS[before]:
        raise Refused(f"{kind.noun.capitalize()} not of valid status for modification")
    if status == "VOIDED" and applied(record):
        raise Refused(f"The status VOIDED cannot be applied to the {kind.noun} because it has "
                      "payments or credit notes allocated to it.")


def check_edit(record, data):
    """:raise Refused: when something is applied and the edit is not among the few allowed."""
    if not applied(record):
        return
    if record["Type"] != "ACCPAY" or not set(data) <= PAID_BILL_FIELDS:
        raise Refused(APPLIED)


def check_paid_lines(record, lines):
    """:raise Refused: when the amounts of a paid bill would change."""
    def money(rows):
        return sorted((row["LineItemID"], str(row["Quantity"]), str(row["UnitAmount"]),
                       str(row["LineAmount"]), row["TaxType"], str(row["TaxAmount"]))
                      for row in rows)

    if applied(record) and money(record["LineItems"]) != money(lines):
        raise Refused(APPLIED)


def lock_errors(organisation, *dates):
    """:return: list of texts for dates on or before a lock date."""
    for lock, words in ((organisation.period_lock_date, "period lock date"),
                        (organisation.end_of_year_lock_date, "end of year lock date")):
        if lock and any(day and day <= lock for day in dates):
            return [f"The document date cannot be before the {words}, currently set at "
                    f"{lock.day} {lock:%B %Y}"]
    return []


def number_errors(kind, organisation, record):
    """:return: list of texts about the document's number."""
    number = record.get(kind.number_field) or ""
    if len(number) > 255:
        return [f"The {kind.number_field} must be 255 characters or fewer."]
    if number and record["Type"] in NUMBERED:
        other = organisation.store[kind.collection].find("number", fold(number))
        if other and other[kind.id_field] != record[kind.id_field]:
            return [f"{kind.singular.replace('Note', ' Note')} # must be unique."]
    return []


def url_errors(url):
    """:return: list of texts about a document's Url."""
    if not url:
        return []
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or " " in url:
        return ["The Url must be a valid absolute URL."]
    return ["The Url must not contain 'xero'."] if "xero" in url.lower() else []


def approval_errors(organisation, record, before):
    """:return: list of texts when a small plan's monthly approvals are used up."""
    limit = organisation.approval_limits.get(record["Type"])
    if limit is None or record["Status"] != "AUTHORISED" or (
            before and approved(before["Status"])):
        return []
    month = organisation.today().strftime("%Y-%m")
    used = sum(1 for invoice in organisation.invoices
               if invoice["Type"] == record["Type"] and invoice.get("_approved") == month)
    return [LIMIT] if used >= limit else []


def document_errors(kind, organisation, record, before):
    """:return: list of all texts against a complete record, its lines aside.

    :param dict before: the saved record, or None.
    """
    dates = [record.get("Date"), before and before["Date"]]
    errors = lock_errors(organisation, *dates)
    errors += number_errors(kind, organisation, record) + url_errors(record.get("Url"))
    if kind is INVOICE and complete(record["Status"]) and not record.get("DueDate"):
        errors.append("The document DueDate field must be specified.")
    if not organisation.store["Currencies"].get(record["CurrencyCode"]):
        errors.append(f"Organisation is not subscribed to currency {record['CurrencyCode']}")
    theme = record.get("BrandingThemeID")
    if theme and not organisation.store["BrandingThemes"].get(theme):
        errors.append("The BrandingThemeID is not valid.")
    if not record["LineItems"]:
        errors.append("One or more line items must be specified")
    if record["Total"] < ZERO:
        errors.append(f"The total of the {kind.noun} must not be negative.")
    return errors + approval_errors(organisation, record, before)
