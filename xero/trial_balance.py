"""The report Trial Balance: what is asked, and what the answer says.

Source: the facts on reports, recorded answers. Of the four columns the first two are what has moved
in the month of the date, the last two the balances: of revenue and expenses since the start of the
organisation's financial year, of all other accounts since ever. Accounts are read by attribute,
never by title or name.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from .money import round2
from .reports import CENT, UnusableReport, account_of, amounts_of
from .scalars import rows_of, text_of, value_of
from .sums import ACCOUNT, Sums, total_tax

PATH = "Reports/TrialBalance"
#: Debit and credit that have moved, debit and credit of the balance.
COLUMNS = 4
#: As the recorded titles say it: "As at 28 February 2026".
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


class Balance(NamedTuple):
    """What an account comes to: debit less credit."""

    name: str
    amount: Decimal


class TrialBalance(NamedTuple):
    """An answer. ``rounding`` is the cent by which its balances may not come to nothing."""

    balances: dict[str, Balance]
    rounding: Decimal


def question(day: date) -> dict[str, str]:
    """Tell what to ask for the balances of a day, as they were booked.

    :param date day: the last one that counts
    :return: parameters of the call
    """
    return {"date": f"{day}"}


def year_start(day: date, end_month: int, end_day: int) -> date:
    """Tell when the financial year began.

    :param date day: one that is in it
    :param int end_month: of the last day of the organisation's years
    :param int end_day: the same; one that the month does not have is its last
    :return: the first day
    """
    for year in (day.year, day.year - 1, day.year - 2):
        first = _last(year, end_month, end_day) + timedelta(days=1)
        if first <= day:
            return first
    raise AssertionError("a year has ended before")


def _last(year: int, month: int, day: int) -> date:
    next_month = (date(year, month, 1) + timedelta(days=31)).replace(day=1)
    return min(next_month - timedelta(days=1), date(year, month, 1) + timedelta(days=day - 1))


def parse(body: Any, asked: dict[str, str]) -> TrialBalance:
    """Read an answer.

    :param body: of the answer, parsed
    :param dict asked: its parameters, as of :func:`question`
    :raise UnusableReport: it is of another day, an amount cannot be read, or it does not add up
    """
    report = next(iter(rows_of(body, "Reports")), {})
    told = _day(value_of(report, "ReportTitles"))
    if told and told != date.fromisoformat(asked["date"]):
        raise UnusableReport("balances of another day")
    balances: dict[str, Balance] = {}
    total = None
    for section in rows_of(report, "Rows"):
        for row in rows_of(section, "Rows"):
            label, *cells = rows_of(row, "Cells") or [{}]
            *_moved, debit, credit = amounts_of(cells, COLUMNS)
            if account_id := account_of(label):
                before = balances.get(account_id)
                balances[account_id] = Balance(
                    text_of(value_of(label, "Value")),
                    debit - credit + (before.amount if before else 0),
                )
            elif value_of(row, "RowType") == "SummaryRow":
                total = debit - credit  # the last of these lines
    rounding = sum((balance.amount for balance in balances.values()), Decimal(0))
    if total is None:
        raise UnusableReport("no total")  # there may be no balances: nothing was booked by then
    if max(abs(rounding), abs(total)) > CENT:
        raise UnusableReport("balances that do not come to nothing")
    return TrialBalance(balances, rounding)


def _day(titles: Any) -> date | None:
    """:return: the day that the titles tell, None where they tell none that can be read"""
    for title in titles if isinstance(titles, list) else []:
        match text_of(title).split():
            case [*_words, day, month, year] if month in MONTHS:
                try:
                    return date(int(year), MONTHS.index(month) + 1, int(day))
                except ValueError:
                    continue
    return None


def entry_of(content: Sums | None, kind: str, rate: Decimal | None) -> dict[str, Decimal] | None:
    """Tell what a document is in Xero's ledger.

    :param Sums content: what its lines come to, None where they are not told
    :param str kind: its type
    :param Decimal rate: units of its currency for one of the organisation's
    :return: {identifier of an account, or the name that Xero has for one of its own: debit less
        credit in the organisation's currency}, None where that is not told
    """
    accounts, tax = (content[ACCOUNT], total_tax(content)) if content else (None, None)
    if accounts is None or tax is None:
        return None
    sign = -1 if kind in ("ACCREC", "ACCPAYCREDIT") else 1
    entry = {key: sign * round2(net / (rate or 1)) for key, (net,) in accounts.items()}
    entry["GST"] = sign * round2(tax / (rate or 1))
    entry[control_of(kind)] = -sum(entry.values(), Decimal(0))
    return entry


def control_of(kind: str) -> str:
    """:return: the name that Xero has for the account in which a document of a type is open"""
    return "DEBTORS" if kind.startswith("ACCREC") else "CREDITORS"
