"""Reports, worked out of the organisation's documents as its ledger would have them.

Shapes as recorded (facts 15.9): amounts are text, accounts stand in attributes, sections without
movement are left out, and ``periods`` cuts every month at the day of ``toDate``.
"""
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from .errors import bad_request
from .render import parse_date
from .seed import guid
from .totals import rounded

LIVE = ("AUTHORISED", "PAID")
#: Sections in their order, with the types of the accounts in each; those above the line first.
ABOVE = (("Income", ("REVENUE", "SALES")), ("Less Cost of Sales", ("DIRECTCOSTS",)))
BELOW = (("Plus Other Income", ("OTHERINCOME",)),
         ("Less Operating Expenses", ("OVERHEADS", "EXPENSE", "DEPRECIATN")))
CURRENCY_GAINS = ("497", "498", "499")


def profit_and_loss(request):
    """GET /Reports/ProfitAndLoss, by month at most: one column, or ``periods`` more, newest first.
    """
    org, query = request.organisation, request.query
    unknown = set(query) - {"fromDate", "toDate", "periods", "timeframe", "standardLayout",
                            "paymentsOnly"}
    if unknown:
        raise bad_request(f"The stand-in does not know {sorted(unknown)[0]}")
    first, last = (parse_date(query[name]) for name in ("fromDate", "toDate"))
    if last - first > timedelta(days=365):
        raise bad_request("The fromDate must be within 365 days of the toDate")
    periods = int(query.get("periods", 0))
    if not 0 <= periods <= 11:
        raise bad_request("The periods must be between 1 and 11")
    columns = [(first, last)]
    while len(columns) <= periods:
        columns.append(_month_before(columns[-1][0], first.day, last.day))
    with org.lock:
        movements = list(_paid(org) if query.get("paymentsOnly") == "true" else _booked(org))
        report = _report(org, columns, movements)
    return 200, {"Reports": [report]}


def _month_before(start, first, last):
    """:return: the period a month before, from and to the days of the one that is asked for"""
    before = start.replace(day=1) - timedelta(days=1)
    return before.replace(day=min(first, before.day)), before.replace(day=min(last, before.day))


# === THE LEDGER === #

def _booked(org):
    """:return: (account id, date, what it adds to the profit) of every line"""
    for document in (*org.invoices, *org.credit_notes):
        if document["Status"] in LIVE:
            yield from _lines(org, document, document["Date"], Decimal(1))


def _paid(org):
    """:return: the same of what has been paid, on the day on which it was"""
    documents = {row.get("InvoiceID") or row.get("CreditNoteID"): row
                 for row in (*org.invoices, *org.credit_notes)}
    for payment in org.payments:
        target = payment.get("Invoice") or payment.get("CreditNote") or {}
        document = documents.get(target.get("InvoiceID") or target.get("CreditNoteID"))
        if payment["Status"] == "AUTHORISED" and document and document["Total"]:
            share = Decimal(payment["Amount"]) / Decimal(document["Total"])
            yield from _lines(org, document, payment["Date"], share)


def _lines(org, document, day, share):
    rate = Decimal(document.get("CurrencyRate") or 1)
    sign = 1 if document["Type"] in ("ACCREC", "ACCPAYCREDIT") else -1
    inclusive = document["LineAmountTypes"] == "Inclusive"
    for line in document["LineItems"]:
        account = org.account(line.get("AccountCode"), line.get("AccountID"))
        if account and account["Class"] in ("REVENUE", "EXPENSE"):
            net = Decimal(line["LineAmount"]) - (
                Decimal(line.get("TaxAmount") or 0) if inclusive else 0)
            yield account["AccountID"], day, sign * rounded(share * net / rate)


# === THE REPORT === #

def _report(org, columns, movements):
    sums = defaultdict(lambda: [Decimal(0)] * len(columns))
    for account_id, day, amount in movements:
        for number, (first, last) in enumerate(columns):
            if first <= day <= last:
                sums[account_id][number] += amount
    above, profit = _sections(org, ABOVE, sums, [Decimal(0)] * len(columns))
    below, net = _sections(org, BELOW, sums, profit)
    first, last = columns[0]
    rows = [
        {"RowType": "Header", "Cells": [{"Value": ""}, *(
            {"Value": f"{end:%d %b %y}".lstrip("0")} for _start, end in columns)]},
        *above, _total("Gross Profit", profit), *below, _total("Net Profit", net)]
    return {
        "ReportID": "ProfitAndLoss", "ReportName": "Profit and Loss",
        "ReportType": "ProfitAndLoss",
        "ReportTitles": ["Profit and Loss", org.name, f"{_long(first)} to {_long(last)}"],
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


ROUTES = [("GET", "Reports/ProfitAndLoss", profit_and_loss)]
