"""The demo's part on profit and loss: what Xero reports, beside what Odoo's books have."""

import time
from decimal import Decimal

PATIENCE = 120      # seconds in which the scheduler must have fetched it
MONTHS = 3
REVENUE = ("income", "other_income")
#: What the sums of a month in other currencies may differ by: each side rounds each line.
CENTS = Decimal("0.05")


def run(odoo, connection, say):
    """Switch the report on, wait until it is here, and print three months of both sides.

    :param OdooServer odoo: running, logged in, all documents sent
    :param int connection: id of the connection, whose sign-in covers the report
    :param say: prints a line
    :return: whether revenue and costs agree, but for cents of rounding
    """
    say("\nProfit and loss as Xero reports it, and as Odoo has it")
    odoo.call("xero.connection", "write", [connection], {
        "profit_loss": True, "profit_loss_years": "5"})
    months = _wait(odoo, connection)
    agree = True
    for month in sorted(months)[-MONTHS:]:
        sides = [_sides(months[month], field) for field in ("amount", "odoo_amount")]
        agree = agree and all(abs(there - here) <= CENTS for there, here in zip(
            *sides, strict=True))
        for name, (revenue, costs) in zip(("Xero", "Odoo"), sides, strict=True):
            say(f"  {month[:7]} {name}: revenue {revenue:10,.2f}  costs {costs:10,.2f}  "
                f"profit {revenue - costs:10,.2f}")
    say("  Revenue and costs of these months agree, but for cents of rounding euros: "
        f"{'yes' if agree else 'NO'}")
    return agree


def _sides(lines, field):
    """:return: (revenue, costs) of a month's rows"""
    amounts = [(line["section"] in REVENUE, Decimal(f"{line[field]:.2f}")) for line in lines]
    return (sum(amount for is_revenue, amount in amounts if is_revenue),
            -sum(amount for is_revenue, amount in amounts if not is_revenue))


def _wait(odoo, connection):
    """:return: {first day of a month: rows}, when the report is here"""
    deadline = time.monotonic() + PATIENCE
    while True:
        [values] = odoo.call("xero.connection", "read", [connection], ["profit_loss_problem"])
        lines = odoo.call("xero.profit.line", "search_read", [
            ("connection_id", "=", connection)], ["month", "section", "amount", "odoo_amount"])
        if lines or values["profit_loss_problem"]:
            break
        if time.monotonic() > deadline:
            raise SystemExit(f"No report after {PATIENCE} seconds")
        time.sleep(0.5)
    if values["profit_loss_problem"]:
        raise SystemExit(values["profit_loss_problem"])
    months = {}
    for line in lines:
        months.setdefault(line["month"], []).append(line)
    return months
