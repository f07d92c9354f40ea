"""Whether a document that Xero has is the one that was sent, after an answer was lost."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from . import payload
from .documents import GONE, Document


def compare(
    element: dict[str, Any], total: str, document: Document, since: datetime | None
) -> bool | None:
    """Tell whether a document of Xero is the one that was sent.

    :param dict element: what was sent
    :param str total: the total that Xero was to make of it
    :param documents.Document document: what Xero has
    :param datetime since: the document is younger if it is ours; None if ours is not there
    :return: True for ours, False for another one in its place, None for one that is not concerned
    """
    link = element.get("Url")
    same_link = bool(link) and document.url == link
    same_number = document.kind == element["Type"] and document.number == element.get(
        payload.number_field(element["Type"])
    )
    identical = (
        same_number
        and (same_link or not (link and document.url))
        and document.contact_id == element["Contact"]["ContactID"]
        and document.date == date.fromisoformat(element["Date"])
        and document.total == Decimal(total)
    )
    gone = document.status in GONE
    recent = bool(since and document.updated and document.updated >= since)
    # Whatever somebody has done to it since: it is ours if it came with our link after the
    # request had left. An older one is of a database that was restored from a backup, say.
    if (identical and not gone) or (recent and (identical or same_link)):
        return True
    return False if same_number and has_unique_number(element) and not gone else None


def has_unique_number(element: dict[str, Any]) -> bool:
    """:return: whether Xero keeps the number of such a document unique; vendors' are not"""
    return is_number_unique(element["Type"])


def is_number_unique(kind: str | None) -> bool:
    """:return: as has_unique_number(), by the kind of document"""
    return kind in ("ACCREC", "ACCRECCREDIT")
