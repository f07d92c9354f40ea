"""The report Profit and Loss: what is asked, and what the answer says.

Source: the facts on reports, recorded answers. ``periods`` cuts every month at the day of
``toDate``, without a word: so the month that is asked for has 31 days, and an answer whose columns
do not end with their months is thrown away. Accounts are read by attribute, never by title.

With a tracking category there is a column for each of its options, and no other period. What else
has a column then, and what it is called, is in no recording: so a column is an option by its name
or identifier, and any other one has to be, account by account, what the month comes to without
tracking, or what the options leave of that.
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


def option_question(month: date, category_id: str, cash: bool) -> dict[str, str]:
    """Tell what to ask for a month by the options of a tracking category.

    :param date month: its first day
    :param str category_id: identifier of the category
    :param bool cash: by what was paid, instead of what was booked
    :return: parameters of the call
    """
    question = {
        "fromDate": f"{month}",
        "toDate": f"{month.replace(day=monthrange(month.year, month.month)[1])}",
        "trackingCategoryID": category_id,
        "standardLayout": "true",
    }
    return {**question, "paymentsOnly": "true"} if cash else question


def parse(body: Any, question: dict[str, str]) -> ProfitAndLoss:
    """Read an answer.

    :param body: of the answer, parsed
    :param dict question: its parameters, as of :func:`questions`
    :raise UnusableReport: a column is not the month that was asked for, or does not end with it, an
        amount cannot be read, or the report has no result
    """
    rows = _rows(body)
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


def split(
    body: Any, totals: dict[str, Decimal], options: dict[str, str]
) -> dict[tuple[str, str | None], Decimal]:
    """Read an answer by the options of a tracking category.

    :param body: of the answer, parsed
    :param dict totals: account -> what the report without tracking has of it for the same month
    :param dict options: identifier, or name in lower case -> identifier of an option
    :return: (account, option, or None for what has none) -> amount, as Xero shows it; for each
        account they come to its total
    :raise UnusableReport: a column is no option and neither the total nor the rest, two are the
        same option, or an amount cannot be read
    """
    rows = _rows(body)
    columns = [
        _option_of(cell, options)
        for row in rows
        if value_of(row, "RowType") == "Header"
        for cell in rows_of(row, "Cells")[1:]
    ]
    known = [option for option in columns if option]
    if not columns or len(known) > len(set(known)):
        raise UnusableReport("columns that are no options")
    sums = {account: [Decimal(0)] * len(columns) for account in totals}
    for section in rows:
        for row in rows_of(section, "Rows"):
            label, *cells = rows_of(row, "Cells") or [{}]
            if account := account_of(label):
                amounts = amounts_of(cells, len(columns))
                before = sums.setdefault(account, [Decimal(0)] * len(columns))
                sums[account] = [a + b for a, b in zip(before, amounts, strict=True)]
    return _parts(columns, sums, totals)


def _parts(
    columns: list[str | None], sums: dict[str, list[Decimal]], totals: dict[str, Decimal]
) -> dict[tuple[str, str | None], Decimal]:
    parts: dict[tuple[str, str | None], Decimal] = {}
    alike = {number: {True, False} for number, option in enumerate(columns) if not option}
    for account, amounts in sums.items():
        total = totals.get(account, Decimal(0))
        rest = total
        for option, amount in zip(columns, amounts, strict=True):
            if option:
                parts[account, option] = amount
                rest -= amount
        parts[account, None] = rest
        for number, kinds in alike.items():
            kinds -= {
                is_total
                for is_total, wanted in ((True, total), (False, rest))
                if abs(amounts[number] - wanted) > CENT
            }
    if not all(alike.values()):
        raise UnusableReport("columns that are neither an option nor the total nor the rest")
    return {place: amount for place, amount in parts.items() if amount}


def _option_of(cell: dict[str, Any], options: dict[str, str]) -> str | None:
    names = [value_of(attribute, "Value") for attribute in rows_of(cell, "Attributes")]
    names.append(value_of(cell, "Value"))
    known = (options.get(text_of(name).strip().lower()) for name in names)
    return next((option for option in known if option), None)


def _rows(body: Any) -> list[dict[str, Any]]:
    return [row for report in rows_of(body, "Reports")[:1] for row in rows_of(report, "Rows")]


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
