"""Reports, worked out of the organisation's documents as its ledger would have them.

Shapes as recorded (facts 15.9): amounts are text, accounts stand in attributes, sections without
movement are left out, and ``periods`` cuts every month at the day of ``toDate``. With a tracking
category the report has a column for each of its options (X-reports); what else it has then, and
under which names, is in no recording: ``Organisation.tracking_columns`` says it.
"""
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from functools import partial

from . import books
from .errors import bad_request
from .render import parse_date
from .seed import guid
from .totals import ZERO, rounded

PROFIT = ("REVENUE", "EXPENSE")
#: Sections in their order, with the types of the accounts in each; those above the line first.
ABOVE = (("Income", ("REVENUE", "SALES")), ("Less Cost of Sales", ("DIRECTCOSTS",)))
BELOW = (("Plus Other Income", ("OTHERINCOME",)),
         ("Less Operating Expenses", ("OVERHEADS", "EXPENSE", "DEPRECIATN")))
#: Options that a category may have here, archived ones included (X-reports).
MOST_OPTIONS = 1000
CURRENCY_GAINS = ("497", "498", "499")
#: Sections of the trial balance by the class of accounts, and on which side they stand when nil.
CLASSES = (("Revenue", "REVENUE", False), ("Expenses", "EXPENSE", True), ("Assets", "ASSET", True),
           ("Liabilities", "LIABILITY", False), ("Equity", "EQUITY", False))


def profit_and_loss(request):
    """GET /Reports/ProfitAndLoss, by month at most: one column, or ``periods`` more, newest first;
    or one for each option of a tracking category.
    """
    org, query = request.organisation, request.query
    unknown = set(query) - {"fromDate", "toDate", "periods", "timeframe", "standardLayout",
                            "paymentsOnly", "trackingCategoryID"}
    if unknown or {"periods", "trackingCategoryID"} <= set(query):
        raise bad_request(f"The stand-in does not know {sorted(unknown or query)[0]} so")
    first, last = (parse_date(query[name]) for name in ("fromDate", "toDate"))
    if last - first > timedelta(days=365):
        raise bad_request("The fromDate must be within 365 days of the toDate")
    periods = int(query.get("periods", 0))
    if not 0 <= periods <= 11:
        raise bad_request("The periods must be between 1 and 11")
    with org.lock:
        columns = _options(org, first, last, query["trackingCategoryID"]) \
            if "trackingCategoryID" in query else _months(first, last, periods)
        movements = list(_paid(org) if query.get("paymentsOnly") == "true" else _booked(org))
        report = _report(org, (first, last), columns, movements)
    return 200, {"Reports": [report]}


def _months(first, last, periods):
    """:return: (label, what is in it) of each column: the period, and so many before it"""
    months = [(first, last)]
    while len(months) <= periods:
        months.append(_month_before(months[-1][0], first.day, last.day))
    return [(f"{end:%d %b %y}".lstrip("0"), partial(_is_between, start, end))
            for start, end in months]


def _options(org, first, last, category_id):
    """:return: the same of each option, of what has none and of all, as far as these have columns
    """
    category = org.store["TrackingCategories"].get(category_id)
    if not category:
        raise bad_request("The tracking category does not exist")
    if len(category["Options"]) > MOST_OPTIONS:
        raise bad_request("The tracking category has too many options")
    columns = [(option["Name"], {option["TrackingOptionID"]}) for option in category["Options"]]
    unassigned, total = org.tracking_columns
    columns += [(unassigned, {None})] if unassigned else []
    columns += [(total, None)] if total else []

    def is_in(options, day, tracking):
        return _is_between(first, last, day, tracking) and (
            options is None or tracking.get(category_id) in options)
    return [(label, partial(is_in, options)) for label, options in columns]


def _is_between(first, last, day, _tracking):
    return first <= day <= last


def trial_balance(request):
    """GET /Reports/TrialBalance, at a date. Others than its two parameters are ignored (facts)."""
    org, query = request.organisation, request.query
    unknown = set(query) - {"date", "paymentsOnly"}
    if unknown:
        raise bad_request(f"The stand-in does not know {sorted(unknown)[0]}")
    day = parse_date(query["date"]) if "date" in query else org.today()
    with org.lock:
        entries = books.entries(org, day)
        rows = _trial_rows(org, day, entries)
    return 200, {"Reports": [_about(org, "TrialBalance", "Trial Balance", f"As at {_long(day)}",
                                    rows)]}


def _month_before(start, first, last):
    """:return: the period a month before, from and to the days of the one that is asked for"""
    before = start.replace(day=1) - timedelta(days=1)
    return before.replace(day=min(first, before.day)), before.replace(day=min(last, before.day))


# === THE LEDGER === #

def _booked(org):
    """:return: (account id, date, tracking, what it adds to the profit) of every entry on such an
        account"""
    for account_id, day, amount, tracking in books.tracked(org):
        if org.account(None, account_id)["Class"] in PROFIT:
            yield account_id, day, tracking, -amount


def _paid(org):
    """:return: the same of what has been paid, on the day on which it was"""
    documents = {row.get("InvoiceID") or row.get("CreditNoteID"): row
                 for row in (*org.invoices, *org.credit_notes)}
    for payment in org.payments:
        target = payment.get("Invoice") or payment.get("CreditNote") or {}
        document = documents.get(target.get("InvoiceID") or target.get("CreditNoteID"))
        if payment["Status"] == "AUTHORISED" and document and document["Total"]:
            share = Decimal(payment["Amount"]) / Decimal(document["Total"])
            rate = Decimal(document.get("CurrencyRate") or 1)
            for account, net, _tax, tracking in books.line_amounts(org, document):
                if account["Class"] in PROFIT:
                    yield (account["AccountID"], payment["Date"], tracking,
                           rounded(share * net / rate))


# === THE REPORT === #

def _report(org, period, columns, movements):
    sums = defaultdict(lambda: [Decimal(0)] * len(columns))
    for account_id, day, tracking, amount in movements:
        for number, (_label, is_in) in enumerate(columns):
            if is_in(day, tracking):
                sums[account_id][number] += amount
    above, profit = _sections(org, ABOVE, sums, [Decimal(0)] * len(columns))
    below, net = _sections(org, BELOW, sums, profit)
    first, last = period
    rows = [
        {"RowType": "Header", "Cells": [
            {"Value": ""}, *({"Value": label} for label, _is_in in columns)]},
        *above, _total("Gross Profit", profit), *below, _total("Net Profit", net)]
    return _about(org, "ProfitAndLoss", "Profit and Loss", f"{_long(first)} to {_long(last)}", rows)


def _about(org, kind, name, range_, rows):
    return {
        "ReportID": kind, "ReportName": name, "ReportType": kind,
        "ReportTitles": [name, org.name, range_],
        "ReportDate": _long(org.today()), "UpdatedDateUTC": org.clock.utcnow(),
        "Fields": [], "Rows": rows}


def _sections(org, sections, sums, profit):
    """:return: rows of the sections, and the profit with them"""
    rows, profit = [], [*profit]
    for title, kinds in sections:
        costs = title.startswith("Less")
        accounts = [account for account in org.accounts if account["Type"] in kinds
                    and any(sums.get(account["AccountID"], ()))]
        lines = _group(accounts, sums)
        if not lines:
            continue
        totals = [sum(column) for column in zip(*(amounts for *_key, amounts in lines),
                                                strict=True)]
        profit = [before + more for before, more in zip(profit, totals, strict=True)]
        rows.append({"RowType": "Section", "Title": title, "Rows": [
            *(_row("Row", name, _signed(amounts, costs), attributes)
              for name, attributes, amounts in lines),
            _row("SummaryRow", f"Total {title.removeprefix('Less ').removeprefix('Plus ')}",
                 _signed(totals, costs))]})
    return rows, profit


def _group(accounts, sums):
    """The three accounts of currency gains are one line with an id of its own."""
    lines, gains = [], None
    for account in accounts:
        amounts = sums[account["AccountID"]]
        if account.get("Code") in CURRENCY_GAINS:
            gains = [a + b for a, b in zip(gains, amounts, strict=True)] if gains else amounts
        else:
            lines.append((account["Name"], [{"Value": account["AccountID"], "Id": "account"}],
                          amounts))
    if gains:
        lines.append(("Foreign Currency Gains and Losses", [
            {"Value": "FXGROUPID", "Id": "account"}, {"Value": guid(), "Id": "groupID"}], gains))
    return lines


def _signed(amounts, costs):
    return [-amount if costs else amount for amount in amounts]


def _total(name, amounts):
    return {"RowType": "Section", "Title": "", "Rows": [_row("Row", name, amounts)]}


def _row(kind, name, amounts, attributes=None):
    cells = [{"Value": name}, *({"Value": f"{amount:.2f}"} for amount in amounts)]
    return {"RowType": kind, "Cells": [
        {**cell, "Attributes": attributes} if attributes else cell for cell in cells]}


def _long(day):
    return f"{day.day} {day:%B %Y}"


# === THE TRIAL BALANCE === #

def _trial_rows(org, day, entries):
    """Revenue and expenses since the financial year began, the result of those before in retained
    earnings, without a booking; all else since ever."""
    start = org.year_start(day)
    moved, balance = defaultdict(lambda: ZERO), defaultdict(lambda: ZERO)
    retained = next(account for account in org.accounts
                    if account.get("SystemAccount") == "RETAINEDEARNINGS")["AccountID"]
    for account_id, when, amount in entries:
        if when > day:
            continue
        earlier = when < start and org.account(None, account_id)["Class"] in PROFIT
        balance[retained if earlier else account_id] += amount
        if (when.year, when.month) == (day.year, day.month):
            moved[account_id] += amount
    rows = [{"RowType": "Header", "Cells": [
        {"Value": text} for text in ("Account", "Debit", "Credit", "YTD Debit", "YTD Credit")]}]
    totals = [ZERO] * 4
    for title, kind, debit in CLASSES:
        lines = []
        for account in sorted(org.accounts, key=lambda account: account["Name"]):
            account_id = account["AccountID"]
            if account["Class"] == kind and (balance[account_id] or moved[account_id]):
                sides = [*_sides(moved[account_id], debit), *_sides(balance[account_id], debit)]
                totals = [total + (side or 0) for total, side in zip(totals, sides, strict=True)]
                lines.append(_trial_row(account, sides))
        if lines:
            rows.append({"RowType": "Section", "Title": title, "Rows": lines})
    return [*rows, {"RowType": "Section", "Title": "", "Rows": [
        _row("SummaryRow", "Total", totals)]}]


def _sides(amount, debit):
    """:return: (debit, credit), None for the side that does not apply; nil is on the natural one"""
    return (amount, None) if amount > 0 or (not amount and debit) else (None, -amount)


def _trial_row(account, sides):
    bank = account["Type"] == "BANK"
    name = account["Name"] if bank else f"{account['Name']} ({account['Code']})"
    attributes = [{"Value": account["AccountID"], "Id": "account"}]
    return {"RowType": "Row", "Cells": [
        {"Value": text, "Attributes": attributes} for text in (
            name, *("" if side is None else f"{side:.2f}" for side in sides))]}


ROUTES = [("GET", "Reports/ProfitAndLoss", profit_and_loss),
          ("GET", "Reports/TrialBalance", trial_balance)]
