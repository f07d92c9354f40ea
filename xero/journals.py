"""Manual journals: journal entries as Xero takes them, and what it answers.

Xero has neither a number nor a currency for them, amounts are signed (debits positive), and nothing
about them is unique: the narration ends with a mark of ours, by which one is found again.
Source: Xero's pages and OpenAPI document on manual journals (facts 15.2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from . import encoding
from .documents import GONE
from .encoding import Unfit, plain, required
from .payload import DESCRIPTION_LENGTH, TRACKING_PER_LINE, Tracking, without_own_name
from .scalars import amount_of, date_of, datetime_of, guid_of, rows_of, text_of, value_of

PATH = "ManualJournals"
#: Characters of what a person reads in the narration; Xero names no limit.
NARRATION_LENGTH = 400
#: A journal with fewer lines has nothing to balance.
FEWEST_LINES = 2
_Day = date  # a field has this name, too


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A line: `amount` is positive for a debit, without tax; `tax_type` None for no tax."""

    amount: Decimal
    account_code: str
    description: str
    tax_type: str | None = None
    tracking: tuple[Tracking, ...] = ()


@dataclass(frozen=True, slots=True)
class JournalData:
    """A journal. `taxed`: Xero works the tax of each line out by its tax type."""

    narration: str
    mark: str
    date: _Day
    lines: tuple[JournalLine, ...]
    status: str
    url: str | None = None
    taxed: bool = False
    xero_id: str | None = None


def narration_of(text: str, mark: str) -> str:
    """:return: what a person reads, cut to length, with the mark by which it is found again"""
    return f"{' '.join(text.split())[:NARRATION_LENGTH]} [{mark}]"


def journal_body(data: JournalData) -> dict[str, Any]:
    """Build the element for a journal.

    :param JournalData data: the journal
    :return: dict ready for encode()
    :raise ValueError: when Xero cannot take it
    """
    if len(data.lines) < FEWEST_LINES:
        raise Unfit("A journal needs at least two lines")
    models = encoding.models()
    body: dict[str, Any] = plain(
        models.ManualJournal(
            manual_journal_id=data.xero_id,
            narration=narration_of(data.narration, data.mark),
            date=data.date,
            line_amount_types=models.LineAmountTypes.EXCLUSIVE
            if data.taxed
            else models.LineAmountTypes.NOTAX,
            status=required(data.status, "a status"),
            url=without_own_name(data.url),
            journal_lines=[_line(models, line, data.taxed) for line in data.lines],
        )
    )
    return body


def status_body(xero_id: str, narration: str, status: str) -> dict[str, Any]:
    """Build the element that only changes a status: VOIDED for what is posted, DELETED for a draft.

    :param str xero_id: identifier of the journal
    :param str narration: which the published type demands
    :param str status: the new status
    :return: dict ready for encode()
    """
    models = encoding.models()
    body: dict[str, Any] = plain(
        models.ManualJournal(
            manual_journal_id=required(xero_id, "an identifier"),
            narration=required(narration, "a narration"),
            status=required(status, "a status"),
        )
    )
    return body


def _line(models: Any, line: JournalLine, taxed: bool) -> Any:
    if len(line.tracking) > TRACKING_PER_LINE:
        raise Unfit(f"Xero takes at most {TRACKING_PER_LINE} tracking options on a line")
    return models.ManualJournalLine(
        line_amount=line.amount,
        account_code=required(line.account_code, "a code of an account"),
        description=line.description[:DESCRIPTION_LENGTH],
        tax_type=line.tax_type if taxed else None,
        tracking=[
            models.TrackingCategory(
                tracking_category_id=required(option.category_id, "a tracking category"),
                tracking_option_id=required(option.option_id, "a tracking option"),
            )
            for option in line.tracking
        ],
    )


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal as Xero has it; `sums` has, by code of the account, what its lines add up to."""

    xero_id: str | None
    status: str
    narration: str
    date: date | None
    updated: datetime | None
    sums: dict[str, Decimal]

    @classmethod
    def from_json(cls, item: Any) -> Journal:
        return cls(
            xero_id=guid_of(value_of(item, "ManualJournalID")),
            status=text_of(value_of(item, "Status")).upper(),
            narration=text_of(value_of(item, "Narration")),
            date=date_of(value_of(item, "Date")),
            updated=datetime_of(value_of(item, "UpdatedDateUTC")),
            sums=sums_of(rows_of(item, "JournalLines")),
        )


def sums_of(rows: Iterable[dict[str, Any]]) -> dict[str, Decimal]:
    """Add up the lines of a journal, as they were sent or as they were answered.

    :param rows: JSON objects with AccountCode and LineAmount
    :return: {code of the account: Decimal}, without those that are nil
    """
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        amount = value_of(row, "LineAmount")
        sums[text_of(value_of(row, "AccountCode"))] += amount_of(amount) or Decimal(0)
    return {code: amount for code, amount in sums.items() if amount}


def by_mark(journals: Iterable[Journal], narrations: Iterable[str]) -> dict[str, Journal]:
    """Find the journals that were sent with some narrations. One that is voided or deleted is none.

    :return: {narration: Journal}
    """
    found = {journal.narration: journal for journal in journals if journal.status not in GONE}
    return {text: found[text] for text in narrations if text in found}
