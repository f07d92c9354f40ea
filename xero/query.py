"""Questions to Xero: the parameters of look-ups, each short enough for an address."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from . import payload

# Characters of a list or filter in an address. Xero refuses more than 52 ids, so about 2,000.
LENGTH = 1400
# Xero recommends 40 identifiers a call, and answers 404 to more than 52.
IDS = 40
# Named each, because Xero does not say whether a plain list has the deleted ones.
STATUSES = "DRAFT,SUBMITTED,AUTHORISED,PAID,VOIDED,DELETED"
# What Xero calls the refunds of credit notes.
REFUNDS = {"ACCRECCREDIT": "ARCREDITPAYMENT", "ACCPAYCREDIT": "APCREDITPAYMENT"}


def created(endpoint: str, elements: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Ask for documents that a creating request may have made: those with a number by it, bills
    also by contact and date, since their number is not unique and may be changed; credit notes by
    date alone, for which Xero has no lists.

    :param str endpoint: 'Invoices' or 'CreditNotes'
    :param list elements: what was sent
    :return: iterator of dict
    """
    if endpoint == "Invoices":
        yield from by_number(endpoint, elements)
    for kind in payload.CREDIT_KINDS if endpoint == "CreditNotes" else ("ACCPAY",):
        group = [element for element in elements if element["Type"] == kind]
        if not group:
            continue
        if endpoint == "CreditNotes":
            yield {"where": _period(group)}
            continue
        for ids in _chunks(dict.fromkeys(element["Contact"]["ContactID"] for element in group)):
            yield {"where": _period(group), "ContactIDs": ",".join(ids), "Statuses": STATUSES}


def by_number(endpoint: str, elements: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Ask for documents by their number; as created()."""
    if endpoint == "CreditNotes":
        yield from _any_of(_equal("CreditNoteNumber", element) for element in elements)
        return
    numbers = dict.fromkeys(element["InvoiceNumber"] for element in elements)
    for chunk in _chunks(number for number in numbers if "," not in number):
        yield {"InvoiceNumbers": ",".join(chunk), "Statuses": STATUSES}
    # A comma would end a number of the list.
    for question in _any_of(
        _equal("InvoiceNumber", {"InvoiceNumber": number}) for number in numbers if "," in number
    ):
        yield {**question, "Statuses": STATUSES}


def by_id(endpoint: str, elements: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Ask for documents by their identifier; as created()."""
    if endpoint == "CreditNotes":
        yield from credits(endpoint, (element["CreditNoteID"] for element in elements))
        return
    for ids in _chunks(element["InvoiceID"] for element in elements):
        yield {"IDs": ",".join(ids), "Statuses": STATUSES}


def by_ids(ids: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Ask for invoices and bills by their identifiers, as many a call as Xero recommends.

    :param ids: identifiers
    :return: iterator of dict
    """
    ids = list(ids)
    for start in range(0, len(ids), IDS):
        yield {"IDs": ",".join(ids[start : start + IDS]), "Statuses": STATUSES}


def payments(ids: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Ask for payments by their identifiers; as by_ids()."""
    yield from _any_of(f'PaymentID==guid("{payment_id}")' for payment_id in ids)


def credits(kind: str, ids: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Ask for credits by their identifiers, for which Xero has no lists; as by_ids().

    :param str kind: 'CreditNotes', 'Overpayments' or 'Prepayments'
    """
    yield from _any_of(f'{kind[:-1]}ID==guid("{credit_id}")' for credit_id in ids)


def paid(invoice_ids: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Ask for payments of invoices and bills, deleted ones too; as by_ids()."""
    yield from _any_of(f'Invoice.InvoiceID==guid("{invoice_id}")' for invoice_id in invoice_ids)


def refunded(refunds: Sequence[tuple[str, date]]) -> Iterator[dict[str, Any]]:
    """Ask for refunds of credit notes by their dates, since Xero does not say that it filters them
    by their credit note.

    :param list refunds: (type of the credit note, day)
    :return: iterator of dict
    """
    for kind, payment_type in REFUNDS.items():
        if days := [day for note, day in refunds if note == kind]:
            yield {"where": f'PaymentType=="{payment_type}" AND {_between(days)}'}


def contacts(elements: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Ask for contacts, archived ones too, that have the number or the name of one of these.

    :param list elements: contacts as they were sent
    :return: iterator of dict
    """
    parts = (_equal(field, element) for element in elements for field in ("ContactNumber", "Name"))
    for question in _any_of(parts):
        yield {**question, "includeArchived": True}


def _any_of(parts: Iterable[str | None]) -> Iterator[dict[str, Any]]:
    for chunk in _chunks(part for part in parts if part):
        yield {"where": " OR ".join(chunk)}


def _equal(field: str, element: dict[str, Any]) -> str | None:
    value = element[field]
    # Xero's filters have no documented way to write these.
    return None if '"' in value or "\\" in value else f'{field}=="{value}"'


def _period(elements: Sequence[dict[str, Any]]) -> str:
    days = [date.fromisoformat(element["Date"]) for element in elements]
    return f'Type=="{elements[0]["Type"]}" AND {_between(days)}'


def _between(days: Iterable[date]) -> str:
    days = sorted(days)
    first, last = (
        f"DateTime({day.year},{day.month:02},{day.day:02})" for day in (days[0], days[-1])
    )
    return f"Date>={first} AND Date<={last}"


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    """Cut texts into lists that fit into an address."""
    chunk: list[str] = []
    size = 0
    for text in texts:
        length = len(quote(text, safe="")) + 12  # what joins them counts, too
        if chunk and size + length > LENGTH:
            yield chunk
            chunk, size = [], 0
        chunk.append(text)
        size += length
    if chunk:
        yield chunk
