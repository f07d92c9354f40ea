"""The report Profit and Loss: what is asked, and what the answer says.

Source: the facts on reports, recorded answers. ``periods`` cuts every month at the day of
``toDate``, without a word: so the month that is asked for has 31 days, and an answer whose columns
do not end with their months is thrown away. Accounts are read by attribute, never by title.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from .scalars import decimal_of, rows_of, text_of, value_of

PATH = "Reports/ProfitAndLoss"
#: Months that one call tells: Xero takes 11 periods beside the one that is asked for.
MONTHS = 12
#: Xero's identifier of the line in which all gains and losses of currencies are added up.
CURRENCY_GAINS = "FXGROUPID"
#: As the recorded columns are called: "31 May 26".
ABBREVIATIONS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: Sections of whose accounts none is known; the standard layout has five.
MOST_LOOSE = 8
#: What the sum of a column may differ from Xero's, whose totals are rounded by themselves.
CENT = Decimal("0.01")


class UnusableReport(ValueError):
    """An answer that is not what was asked for, or does not add up."""


class Movement(NamedTuple):
    """What an account has moved in a month, as Xero shows it: costs are positive."""

    section: str
    account_id: str
    name: str
    month: date
    amount: Decimal


class ProfitAndLoss(NamedTuple):
    """An answer. ``months`` are the first days of its columns, ``net`` the last line."""

    months: tuple[date, ...]
    movements: tuple[Movement, ...]
    net: dict[date, Decimal]


def questions(today: date, years: int, cash: bool) -> Iterator[dict[str, str]]:
    """Tell what to ask for the months of some years, in as few calls as the API allows.

    :param date today: the last month is the one that this is in, or the next one with 31 days
    :param int years: how far back, 12 months a call
    :param bool cash: by what was paid, instead of what was booked
    :return: parameters of each call, the newest first
    """
    first = today.replace(day=1)
    while monthrange(first.year, first.month)[1] < 31:
        first = (first + timedelta(days=31)).replace(day=1)
    for back in range(years):
        start = first.replace(year=first.year - back)
        question = {
            "fromDate": f"{start}",
            "toDate": f"{start.replace(day=31)}",
            "periods": f"{MONTHS - 1}",
            "timeframe": "MONTH",
            "standardLayout": "true",
        }
        yield {**question, "paymentsOnly": "true"} if cash else question


def parse(body: Any, question: dict[str, str]) -> ProfitAndLoss:
    """Read an answer.

    :param body: of the answer, parsed
    :param dict question: its parameters, as of :func:`questions`
    :raise UnusableReport: a column is not the month that was asked for, or does not end with it, an
        amount cannot be read, or the report has no result
    """
    rows = [row for report in rows_of(body, "Reports")[:1] for row in rows_of(report, "Rows")]
    months = _months(rows)
    if months != _asked(question):
        raise UnusableReport("columns of other months")
    movements: list[Movement] = []
    net: dict[date, Decimal] = {}
    for section in rows:
        title = text_of(value_of(section, "Title")).strip()
        for row in rows_of(section, "Rows"):
            label, *cells = rows_of(row, "Cells") or [{}]
            amounts = dict(zip(months, amounts_of(cells, len(months)), strict=True))
            if account_id := account_of(label):
                name = text_of(value_of(label, "Value"))
                movements += [
                    Movement(title, account_id, name, month, amount)
                    for month, amount in amounts.items()
                ]
            elif not title and value_of(row, "RowType") == "Row":
                net = amounts  # the last of these lines
    if not net:
        raise UnusableReport("no result")
    return ProfitAndLoss(months, tuple(movements), net)


def _months(rows: list[dict[str, Any]]) -> tuple[date, ...]:
    headers = [row for row in rows if value_of(row, "RowType") == "Header"]
    ends = [_day(value_of(cell, "Value")) for row in headers for cell in rows_of(row, "Cells")[1:]]
    if any(end.day != monthrange(end.year, end.month)[1] for end in ends):
        raise UnusableReport("columns that do not end with their months")
    return tuple(end.replace(day=1) for end in ends)


def _asked(question: dict[str, str]) -> tuple[date, ...]:
    months = [date.fromisoformat(question["fromDate"])]
    for _number in range(int(question.get("periods", 0))):
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return tuple(months)


def _day(text: Any) -> date:
    try:
        day, month, year = text_of(text).split()
        return date(2000 + int(year), ABBREVIATIONS.index(month) + 1, int(day))
    except (ValueError, OverflowError):
        raise UnusableReport(f"a column called {text!r}") from None


def amounts_of(cells: list[dict[str, Any]], columns: int) -> list[Decimal]:
    """Read the amounts of a line; an empty one is none.

    :param list cells: of the line, without its label
    :param int columns: how many there have to be
    :raise UnusableReport: there are others, or one cannot be read
    """
    values = [text_of(value_of(cell, "Value")) for cell in cells]
    if len(values) != columns:
        raise UnusableReport("a line with other columns")
    amounts = []
    for text in values:
        amount = decimal_of(text) if text else Decimal(0)
        if amount is None:
            raise UnusableReport(f"an amount {text!r}")
        amounts.append(amount)
    return amounts


def account_of(cell: dict[str, Any]) -> str | None:
    """Read the identifier of the account that a line is about.

    :param dict cell: its label
    :return: None where it is about none
    """
    return next(
        (
            text_of(value_of(attribute, "Value"))
            for attribute in rows_of(cell, "Attributes")
            if value_of(attribute, "Id") == "account"
        ),
        None,
    )


def signs_of(report: ProfitAndLoss, known: dict[str, int]) -> dict[str, int]:
    """Tell which sections add to the profit and which take from it.

    :param ProfitAndLoss report: an answer
    :param dict known: account -> 1 for revenue, -1 for costs, as far as the accounts are known
    :return: section -> 1 or -1
    :raise UnusableReport: with no signs do the sections come to Xero's result
    """
    totals: dict[str, dict[date, Decimal]] = {}
    fixed: dict[str, int] = {}
    for line in report.movements:
        total = totals.setdefault(line.section, dict.fromkeys(report.months, Decimal(0)))
        total[line.month] += line.amount
        if line.account_id in known:
            fixed.setdefault(line.section, known[line.account_id])
    loose = [section for section in totals if section not in fixed]
    for number in range(2 ** len(loose) if len(loose) <= MOST_LOOSE else 0):
        signs = fixed | {
            section: -1 if number >> place & 1 else 1 for place, section in enumerate(loose)
        }
        if all(
            abs(sum(signs[name] * total[month] for name, total in totals.items()) - net) <= CENT
            for month, net in report.net.items()
        ):
            return signs
    raise UnusableReport("sections that do not come to the result")
