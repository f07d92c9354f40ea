"""What the lines of a document come to: for each account, tax rate and tracking option.

Two documents may have the same total, and another VAT return or another profit of a department.
Xero and Odoo cut a document into lines each in its own way, so that only sums can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from .documents import Document
from .money import line_amount, line_tax, round2

#: Tax types of a line that is in no box of a tax return.
OUTSIDE = ("", "NONE", "BASEXCLUDED")
ACCOUNT, TAX_RATE, TRACKING = "account", "tax_rate", "tracking"
#: Within which a tax is what the rate of another amount makes of it.
ROUNDING = Decimal("0.05")

#: {what: {key: amounts}}: before tax, and of tax rates also the tax. None where a line does not
#: tell its key.
Sums = dict[str, dict[str, tuple[Decimal, ...]] | None]


class Row(NamedTuple):
    """A line with an amount: its account and tracking options by Xero's identifiers."""

    account: str | None
    tax_type: str | None
    options: tuple[str, ...]
    amount: Decimal
    tax: Decimal


def add_up(rows: Iterable[Row]) -> Sums:
    """Add up lines.

    :param rows: of a document
    :return: Sums, without those that are zero
    """
    sums: Sums = {ACCOUNT: {}, TAX_RATE: {}, TRACKING: {}}
    for row in rows:
        if not row.amount and not row.tax:
            continue
        tax_type = "NONE" if row.tax_type in OUTSIDE else row.tax_type
        _add(sums, ACCOUNT, row.account, (row.amount,))
        _add(sums, TAX_RATE, tax_type, (row.amount, row.tax))
        for option in row.options:
            _add(sums, TRACKING, option, (row.amount,))
    return {
        what: parts and {key: amounts for key, amounts in parts.items() if any(amounts)}
        for what, parts in sums.items()
    }


def _add(sums: Sums, what: str, key: str | None, amounts: tuple[Decimal, ...]) -> None:
    parts = sums[what]
    if parts is None or key is None:
        sums[what] = None
        return
    before = parts.get(key, (Decimal(0),) * len(amounts))
    parts[key] = tuple(old + new for old, new in zip(before, amounts, strict=True))


def of_document(
    document: Document, accounts: dict[str, str], options: dict[Any, str]
) -> Sums | None:
    """Add up a document of Xero.

    :param document: as Xero has it
    :param accounts: {code: identifier}, for lines that do not tell the identifier
    :param options: {LineTracking: identifier}; another one counts for nothing
    :return: Sums, None where it came without its lines
    """
    if not document.raw_lines:
        return None
    inclusive, rows = document.amount_types == "Inclusive", []
    for line in document.lines:
        amount = line.amount
        if amount is None:
            amount = round2((line.quantity or 0) * (line.unit_amount or Decimal(0)))
        rows.append(
            Row(
                line.account_id or accounts.get(line.account_code, line.account_code) or None,
                line.tax_type,
                tuple(options[tracking] for tracking in line.tracking if tracking in options),
                amount - line.tax_amount if inclusive else amount,
                line.tax_amount,
            )
        )
    return add_up(rows)


def of_body(body: dict, percents: dict[str, Decimal]) -> Sums:
    """Add up what is sent, as Xero will compute it.

    :param body: of payload.document_body()
    :param percents: {tax type: effective rate}
    :return: Sums
    """
    rows = []
    for line in body["LineItems"]:
        if "UnitAmount" not in line:
            continue
        quantity, price, discount, tax = (
            None if line.get(key) is None else Decimal(str(line[key]))
            for key in ("Quantity", "UnitAmount", "DiscountRate", "TaxAmount")
        )
        amount = line_amount(quantity or Decimal(0), price or Decimal(0), discount or Decimal(0))
        tax_type = line.get("TaxType", "")
        rows.append(
            Row(
                line.get("AccountID"),
                tax_type,
                tuple(option["TrackingOptionID"] for option in line.get("Tracking", ())),
                amount,
                line_tax(amount, percents.get(tax_type, Decimal(0))) if tax is None else tax,
            )
        )
    return add_up(rows)


def with_no_tax(sums: Sums | None, tax_type: str) -> Sums | None:
    """Count a tax type as no tax, which Xero does not tell from what has been chosen for that.

    :param sums: of one side, None where they are not told
    :param tax_type: that lines without tax are sent with
    :return: Sums
    """
    parts = sums and sums[TAX_RATE]
    if sums is None or not parts or tax_type not in parts:
        return sums
    amounts = parts[tax_type]
    merged: Sums = {TAX_RATE: {key: value for key, value in parts.items() if key != tax_type}}
    _add(merged, TAX_RATE, "NONE", amounts)
    return {**sums, **merged}


def total_tax(sums: Sums) -> Decimal | None:
    """:return: the tax of all lines"""
    parts = sums[TAX_RATE]
    return None if parts is None else sum((tax for _amount, tax in parts.values()), Decimal(0))


def changes(here: Sums | None, there: Sums | None, what: str) -> dict[str, tuple[Decimal, ...]]:
    """
    :param here: sums of a document
    :param there: sums of the same document in the other book
    :return: {key: by how much there is more of it there}, without those that are equal; nothing
        where one of both does not tell
    """
    mine, theirs = ((each or {}).get(what) for each in (here, there))
    if mine is None or theirs is None:
        return {}
    width = 2 if what == TAX_RATE else 1
    nothing = (Decimal(0),) * width
    found = {
        key: tuple(
            new - old
            for old, new in zip(mine.get(key, nothing), theirs.get(key, nothing), strict=True)
        )
        for key in {**mine, **theirs}
    }
    return {key: amounts for key, amounts in found.items() if any(amounts)}


def consequences(
    here: Sums | None, there: Sums | None, tax: Decimal, total: Decimal
) -> dict[str, str]:
    """Tell which differences only follow from another one: an amount of an account that was changed
    changes its tax rate, the tax and the total, too. What nothing explains to the cent follows from
    nothing.

    :param here: sums of a document
    :param there: sums of the same document in the other book
    :param tax: by how much the tax is more there
    :param total: by how much the total is more there
    :return: {what follows: ACCOUNT or TAX_RATE, which it follows from}
    """
    accounts, rates, options = (
        changes(here, there, what) for what in (ACCOUNT, TAX_RATE, TRACKING)
    )
    net, taxed = (
        sum((amounts[number] for amounts in rates.values()), Decimal(0)) for number in (0, 1)
    )
    moved = sum((amount for (amount,) in accounts.values()), Decimal(0))
    root, found = TAX_RATE if rates else ACCOUNT, {}
    if accounts and rates and moved == net:
        if len(rates) == 1 and _at_same_rate(here, there, next(iter(rates))):
            root, found = ACCOUNT, {TAX_RATE: ACCOUNT}
        elif len(accounts) == 1:
            found = {ACCOUNT: TAX_RATE}
    if rates and tax == taxed:
        found["tax"] = root
    if rates and total == net + taxed:
        found["total"] = root
    if len(accounts) == 1 and set(options.values()) == set(accounts.values()):
        found[TRACKING] = root if ACCOUNT in found else ACCOUNT
    return found


def _at_same_rate(here: Sums | None, there: Sums | None, tax_type: str) -> bool:
    """:return: whether the tax differs by no more than what the amount makes of it"""
    old, new = (((each or {}).get(TAX_RATE) or {}).get(tax_type) for each in (here, there))
    if old is None or new is None or not old[0]:
        return False
    return abs(new[1] - old[1] * new[0] / old[0]) <= ROUNDING


def to_json(sums: Sums) -> dict:
    """:return: the sums as JSON keeps them"""
    return {
        what: parts and {key: list(map(str, amounts)) for key, amounts in parts.items()}
        for what, parts in sums.items()
    }


def from_json(content: dict) -> Sums:
    """:return: the sums that :func:`to_json` has written"""
    return {
        what: parts and {key: tuple(map(Decimal, amounts)) for key, amounts in parts.items()}
        for what, parts in content.items()
    }
