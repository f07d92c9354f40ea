"""Whether two documents that were entered on both sides are one and the same.

Customers' numbers are given out once. A vendor's reference is no identity: many repeat month after
month ("RENT"), so its date belongs to it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import urlsplit

from .documents import Document

#: Kinds whose numbers Xero keeps unique.
_CUSTOMERS = ("ACCREC", "ACCRECCREDIT")
#: Days by which the dates of one document may differ: entered, received, dated.
NEAR = 6

_Day = date  # a field has this name, too


class Own(NamedTuple):
    """A document of Odoo in Xero's terms; `contact_id` is None while its contact is not known."""

    kind: str
    number: str
    contact_id: str | None
    date: _Day | None
    currency_code: str
    total: Decimal
    url: str


def same(own: Own, document: Document, repeats: bool = False) -> bool | None:
    """Tell whether a document of Odoo, and one of Xero that has one of its numbers or points to
    it, are the same.

    :param Own own: the one of Odoo
    :param documents.Document document: the one of Xero
    :param bool repeats: this vendor is known to use the number for several documents
    :return: True for the same, False for another one, None where only a person can tell
    """
    if own.kind != document.kind:
        return False
    contact = None if own.contact_id is None else own.contact_id == document.contact_id
    money = (own.currency_code, own.total) == (document.currency_code, document.total)
    days = abs((own.date - document.date).days) if own.date and document.date else None
    if points_to(document.url, own.url):
        # A database that was restored from a backup uses its ids again.
        if contact is not False and money and days == 0:
            return True
        number = bool(own.number) and own.number == document.number
        return None if number or (contact and (money or days == 0)) else False
    if own.kind in _CUSTOMERS and own.number == document.number:
        return True if contact and money else None
    if not contact:
        return False
    if days == 0 and money:
        return None if document.url else True
    return _near(days, money, repeats)


def _near(days: int | None, money: bool, repeats: bool) -> bool | None:
    """Judge documents of one contact under one number that differ in date, total or both."""
    if days is None or days == 0:
        return None
    maybe = (money or not repeats) if days <= NEAR else (money and not repeats)
    return None if maybe else False


def points_to(url: str, own: str) -> bool:
    """:return: whether a link in Xero is that of a document here, whatever name the host has now"""
    return bool(url and own) and urlsplit(url)[2:] == urlsplit(own)[2:]
