"""The demo's last part: do both ledgers agree? Xero's trial balance beside Odoo's balances, account
by account, after all that was sent, paid, credited, voided, corrected and imported before.
"""

import time
from datetime import date

PATIENCE = 120      # seconds in which the scheduler must have compared them


def run(odoo, connection, say):
    """Compare both ledgers as they are today, and print them.

    :param OdooServer odoo: running, logged in
    :param int connection: id of the `xero.connection`
    :param say: prints a line
    :return: whether every account agrees
    """
    say("\nDo both ledgers agree?")
    before = _read(odoo, connection)["ledger_compared_at"]
    odoo.call("xero.connection", "action_compare_ledgers", [connection], f"{date.today()}")
    deadline = time.monotonic() + PATIENCE
    while (values := _read(odoo, connection))["ledger_compared_at"] == before:
        if time.monotonic() > deadline:
            raise SystemExit(f"Not compared after {PATIENCE} seconds: {values['ledger_problem']}")
        time.sleep(0.5)
    lines = odoo.call("xero.ledger.line", "search_read", [("connection_id", "=", connection)], [
        "name", "kind", "odoo_balance", "xero_balance", "difference", "unexplained"])
    say(f"  {'':44}{'Odoo':>14}{'Xero':>14}")
    for line in lines:
        apart = f"{line['difference']:10,.2f} apart, {line['unexplained']:,.2f} unexplained" \
            if line["difference"] else ""
        say(f"  {line['name'][:43]:44}{line['odoo_balance']:14,.2f}{line['xero_balance']:14,.2f}"
            f"{apart}")
    say(f"  Cents of rounding of amounts in other currencies: {values['ledger_cents']:,.2f}")
    say(f"  Ledgers agree on {values['ledger_agreeing']} of {values['ledger_count']} accounts")
    return values["ledger_agreeing"] == values["ledger_count"]


def _read(odoo, connection):
    return odoo.call("xero.connection", "read", [connection], [
        "ledger_compared_at", "ledger_problem", "ledger_cents", "ledger_agreeing",
        "ledger_count"])[0]
