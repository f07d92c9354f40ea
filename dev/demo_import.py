"""The demo's fourth part: a history that was made in Xero comes here, once.

A person has kept invoices, bills and credit notes in Xero, some paid, some for contacts that Odoo
does not know. The first synchronisation brings them; what waits is released by linking its contact.
"""

import random
import time
from decimal import Decimal

PATIENCE = 300      # seconds in which the first synchronisation must end
COUNT = 80
SIDES = {"ACCREC": ("receivable", 1), "ACCRECCREDIT": ("receivable", -1),
         "ACCPAY": ("payable", 1), "ACCPAYCREDIT": ("payable", -1)}
KINDS = {"out_invoice": "ACCREC", "out_refund": "ACCRECCREDIT", "in_invoice": "ACCPAY",
         "in_refund": "ACCPAYCREDIT"}


def run(odoo, connection, organisation, say):
    """Seed the history, bring it here, and compare both books.

    :param OdooServer odoo: running, logged in
    :param int connection: id of the `xero.connection`
    :param Organisation organisation: the sandbox's
    :param say: prints a line
    :return: whether receivables and payables of all documents agree
    """
    say("\nA history that was made in Xero comes here")
    before = odoo.call("account.move", "search_count", [("xero_document_id", "!=", False)])
    _seed(organisation)
    wizard = odoo.call("xero.first.sync.wizard", "create", {
        "connection_id": connection, "scope": "all", "import_policy": "post"})
    started = time.monotonic()
    odoo.call("xero.first.sync.wizard", "action_start", [wizard])
    values = _wait(odoo, connection, lambda row: row["first_sync_state"] == "done")
    say(f"  {values['first_sync_text']} ({time.monotonic() - started:.0f} seconds)")
    rows = odoo.call("xero.unmatched", "search", [("reason", "=", "contact_missing")])
    if rows:
        odoo.call("xero.unmatched", "action_create_partner", rows)
        _wait(odoo, connection, lambda row: not row["unmatched_count"])
        say(f"  Partners created for {len(rows)} documents that waited, which came by themselves")
    after = odoo.call("account.move", "search_count", [("xero_document_id", "!=", False)])
    say(f"  {after - before} of {COUNT} documents imported, none of them sent back")
    return _compare(odoo, organisation, say) and after - before == COUNT


def _seed(organisation):
    """Let a person make documents of every kind, the same ones each time."""
    dice, person = random.Random(6), organisation.as_person
    known = [{"ContactID": row["ContactID"]} for row in organisation.contacts
             if row["ContactStatus"] == "ACTIVE"][:8]
    contacts = known + [{"Name": "Larch Interiors"}, {"Name": "Rowan Timber Merchants"}]
    for number in range(COUNT):
        kind = ("ACCREC", "ACCPAY", "ACCREC", "ACCREC", "ACCRECCREDIT")[number % 5]
        sale = kind.startswith("ACCREC")
        lines = [{
            "Description": dice.choice(["Oak worktop", "Fitting", "Delivery"]),
            "Quantity": Decimal(dice.randint(1, 400)) / 4,
            "UnitAmount": Decimal(dice.randint(100, 99999)) / 100,
            "AccountCode": "200" if sale else "429",
            "TaxType": "OUTPUT2" if sale else "INPUT2",
        } for _line in range(dice.randint(1, 4))]
        make = person.create_credit_note if kind.endswith("CREDIT") else person.create_invoice
        document = make(
            contacts[number % len(contacts)], lines, type=kind,
            Date=f"2026-{dice.randint(1, 9):02}-{dice.randint(1, 28):02}",
            LineAmountTypes=dice.choice(["Exclusive", "Inclusive"]),
            **({"InvoiceNumber": f"OLD-{number}"} if kind == "ACCPAY" else {}))
        if number % 3 == 0 and "InvoiceID" in document:
            person.pay(document["InvoiceID"], None if number % 2 else 10)


def _wait(odoo, connection, ready):
    """:return: the connection's values when ``ready`` says so
    :raise SystemExit: it took too long"""
    deadline = time.monotonic() + PATIENCE
    while True:
        [row] = odoo.call("xero.connection", "read", [connection], [
            "first_sync_state", "first_sync_text", "unmatched_count"])
        if ready(row):
            return row
        if time.monotonic() > deadline:
            waiting = odoo.call("xero.unmatched", "search_read", [], ["number", "message"])
            raise SystemExit(f"Not brought here: {row} {waiting[:5]}")
        time.sleep(1)


def _compare(odoo, organisation, say):
    """:return: whether what is open in all agrees, by side and currency"""
    there, here = {}, {}
    for row in [*organisation.invoices, *organisation.credit_notes]:
        side, sign = SIDES[row["Type"]]
        key = side, row["CurrencyCode"]
        due = row.get("AmountDue", row.get("RemainingCredit"))
        there[key] = there.get(key, Decimal(0)) + sign * due
    for move in odoo.call("account.move", "search_read", [
            ("xero_document_id", "!=", False), ("state", "=", "posted")],
            ["move_type", "amount_residual", "currency_id"]):
        side, sign = SIDES[KINDS[move["move_type"]]]
        key = side, move["currency_id"][1]
        here[key] = here.get(key, Decimal(0)) + sign * Decimal(f"{move['amount_residual']:.2f}")
    agree = all(there.get(key, 0) == here.get(key, 0) for key in there.keys() | here.keys())
    for side, currency in sorted(there):
        say(f"  Total {side} in {currency}: {here.get((side, currency), 0):,.2f} here, "
            f"{there[side, currency]:,.2f} in Xero")
    say(f"  They agree: {'yes' if agree else 'NO'}")
    return agree
