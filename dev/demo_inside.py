"""The demo's fourth part: what is inside documents, and what is matched.

A credit note that is made in Odoo is matched with its invoice there, so it is in Xero, too.
Somebody corrects the tax of another invoice in Xero, at the same total: Odoo finds it, says it in
words, and takes it over when asked to.
"""

import time
from decimal import Decimal

PATIENCE = 120      # seconds in which the scheduler must have done it
FIELDS = ["name", "amount_tax", "amount_residual", "xero_document_id", "xero_state",
          "xero_differs", "reversal_move_ids", "move_type", "invoice_date"]


def run(odoo, sandbox, organisation, say):
    """Match here, correct there, and compare both books.

    :param OdooServer odoo: running, logged in
    :param XeroSandbox sandbox: with one app, whose webhook is set up
    :param Organisation organisation: the sandbox's
    :param say: prints a line
    :return: whether the allocation is in Xero, and the correction was found and taken over
    """
    say("\nWhat is inside documents")
    credited, corrected = odoo.call("account.move", "search_read", [
        ("xero_state", "=", "synced"), ("payment_state", "=", "not_paid"), ("state", "=", "posted"),
        ("move_type", "=", "out_invoice"), ("amount_tax", ">", 1),
        ("currency_id.name", "=", "GBP"), ("xero_origin", "=", False),
    ], FIELDS, order="id", limit=2)
    right = _credit(odoo, organisation, credited, say)
    return _correct(odoo, sandbox, organisation, corrected, say) and right


def _credit(odoo, organisation, move, say):
    """Press *Credit Note* on an invoice and post it: Odoo matches both, and Xero must, too."""
    wizard = odoo.call("account.move.reversal", "create", {
        "move_ids": [(6, 0, [move["id"]])], "journal_id": odoo.call(
            "account.move", "read", [move["id"]], ["journal_id"])[0]["journal_id"][0]})
    odoo.call("account.move.reversal", "refund_moves", [wizard])
    [note] = _read(odoo, move["id"])["reversal_move_ids"]
    odoo.call("account.move", "action_post", [note])
    row = until(lambda: next(
        (row for row in organisation.credit_notes
         if row["CreditNoteID"] == _read(odoo, note)["xero_document_id"] and row["Allocations"]),
        None), "The credit note is not matched in Xero")
    [allocation] = row["Allocations"]
    there = next(one for one in organisation.invoices
                 if one["InvoiceID"] == move["xero_document_id"])
    here = _read(odoo, move["id"])
    say(f"  {row['CreditNoteNumber']} credits {move['name']}: {allocation['Amount']:,.2f} matched "
        f"in Odoo and in Xero, where {there['AmountDue']:,.2f} are due and the invoice is "
        f"{there['Status']}")
    return there["AmountDue"] == Decimal(f"{here['amount_residual']:.2f}") == 0


def _correct(odoo, sandbox, organisation, move, say):
    """Correct the tax of an invoice in Xero, at the same total."""
    [app] = sandbox.identity.apps.values()
    row = next(one for one in organisation.invoices
               if one["InvoiceID"] == move["xero_document_id"])
    organisation.as_person.edit(move["xero_document_id"], LineItems=[{
        "Description": "Corrected by the accountant", "Quantity": 1, "UnitAmount": row["Total"],
        "AccountCode": "200", "TaxType": "NONE"}])
    sandbox.deliver_webhooks(app=app)
    until(lambda: _read(odoo, move["id"])["xero_differs"], "The correction was not found")
    rows = _differences(odoo, move)
    say(f"  {move['name']} was corrected in Xero, at the same total. Odoo's badge says Differs:")
    for found in rows:
        say(f"      {found['field']}: {found['here']} in Odoo, {found['there']} in Xero")
    odoo.call("xero.difference", "action_take_over", [found["id"] for found in rows])
    until(lambda: not _differences(odoo, move), "It was not taken over")
    here = _read(odoo, move["id"])
    agree = here["amount_tax"] == 0 and here["xero_state"] == "synced" and not here["xero_differs"]
    say(f"  Take Xero's: tax of {here['amount_tax']:,.2f} in both books: "
        f"{'yes' if agree else 'NO'}")
    return agree


def _read(odoo, move):
    return odoo.call("account.move", "read", [move], FIELDS)[0]


def _differences(odoo, move):
    return odoo.call("xero.difference", "search_read", [
        ("res_model", "=", "account.move"), ("res_id", "=", move["id"])],
        ["field", "here", "there"])


def until(condition, complaint):
    """:return: what a condition is when it has become true
    :raise SystemExit: it does not"""
    deadline = time.monotonic() + PATIENCE
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise SystemExit(f"{complaint} after {PATIENCE} seconds")
        time.sleep(0.5)
    return result
