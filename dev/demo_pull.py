"""The demo's third part: what a person does in Xero comes back, told by signed webhooks.

Payments of all kinds, a deletion, a void, an approval and a credit: each case is done in Xero in
one or two rounds; after each one the webhooks are delivered to Odoo's own route, and Odoo's
scheduler fetches what they tell of.
"""

import secrets
import time
from decimal import Decimal

PATIENCE = 120      # seconds in which the scheduler must have pulled
PART = Decimal("10.00")
FIELDS = ["name", "move_type", "state", "payment_state", "xero_status_label", "xero_document_id",
          "amount_total", "amount_residual", "currency_id", "partner_id"]
PAID, PART_PAID, UNPAID = ("Paid", "Paid"), ("Partially Paid", "Approved"), ("Not Paid", "Approved")
GONE = {"cancel": "Cancelled", "draft": "Draft"}


class Case:
    """One document, and what a person does with it in Xero.

    :param dict move: the document, as Odoo has it
    :param rounds: for each round what happens, in words, what does it (a function without
        arguments, or None), and the states (Odoo's, Xero's) in which it ends
    """

    def __init__(self, move, *rounds):
        self.id, self.name, self.rounds = move["id"], move["name"], rounds
        self.states = []


def run(odoo, connection, sandbox, organisation, say):
    """Let a person act in Xero, deliver the webhooks, and compare both books.

    :param OdooServer odoo: running, logged in
    :param int connection: id of the `xero.connection`
    :param XeroSandbox sandbox: with one app
    :param Organisation organisation: the sandbox's
    :param say: prints a line
    :return: whether every document is paid, credited and open alike in both books
    """
    say("\nWhat happens in Xero comes back")
    app = _open_webhook(odoo, connection, sandbox, say)
    cases = _cases(odoo, connection, organisation)
    _note_states(odoo, cases)
    for number, options in enumerate(({}, {"duplicate": True, "reorder": True})):
        time.sleep(1)   # no person is quicker, and what one second holds is one change to Odoo
        for _label, act, _end in (case.rounds[number] for case in cases if case.rounds[number:]):
            if act:
                act()
        started = time.monotonic()
        deliveries = sandbox.deliver_webhooks(app=app, size=3, **options)
        if any(delivery.status != 200 for delivery in deliveries):
            raise SystemExit(f"Webhooks refused: {[row.status for row in deliveries]}")
        events = sum(len(delivery.events) for delivery in deliveries)
        _wait_until_pulled(odoo)
        how = " (each sent twice, newest first)" if options else ""
        say(f"  {events} events in {len(deliveries)} signed deliveries{how}, applied by Odoo's "
            f"scheduler within {time.monotonic() - started:.1f} seconds")
        _note_states(odoo, cases)
    right = _report(cases, say)
    return _compare(odoo, organisation, say) and right


def _open_webhook(odoo, connection, sandbox, say):
    """Enter the webhook's address in Xero and its key in Odoo, and let Xero check it."""
    [app] = sandbox.identity.apps.values()
    [values] = odoo.call("xero.connection", "read", [connection], ["webhook_url"])
    app.webhook_url, app.webhook_key = values["webhook_url"], secrets.token_urlsafe(32)
    odoo.call("xero.connection", "write", [connection], {"webhook_key": app.webhook_key})
    passed, _deliveries = sandbox.intent_to_receive(app)
    if not passed:
        raise SystemExit(f"Xero's check of {app.webhook_url} did not pass")
    say(f"  Webhook {app.webhook_url}: Xero's check passed")
    return app


def _cases(odoo, connection, organisation):
    """:return: list of Case"""
    person = organisation.as_person
    pounds, euros, bills = (
        odoo.call("account.move", "search_read", [
            ("xero_state", "=", "synced"), ("state", "=", "posted"), ("amount_total", ">", 60),
            ("move_type", "=", move_type), ("currency_id.name", "=", currency),
        ], FIELDS, order="invoice_date, id", limit=count)
        for move_type, currency, count in (
            ("out_invoice", "GBP", 7), ("out_invoice", "EUR", 1), ("in_invoice", "GBP", 2)))
    draft = _add(odoo, connection, pounds[0], "out_invoice", "DRAFT")
    note = _add(odoo, connection, pounds[6], "out_refund", "AUTHORISED")
    ids = {move["id"]: move["xero_document_id"]
           for move in [*pounds, *euros, *bills, draft, note]}
    mistake = []

    def pay(move, amount=None):
        return lambda: person.pay(ids[move["id"]], amount)

    def pay_by_mistake():
        mistake.append(person.pay(ids[pounds[3]["id"]])["PaymentID"])

    def pay_bills():
        person.pay_batch({ids[bill["id"]]: str(bill["amount_total"]) for bill in bills})

    return [
        Case(pounds[0], ("paid", pay(pounds[0]), PAID)),
        Case(euros[0], ("paid in euros", pay(euros[0]), PAID)),
        *[Case(bill, ("paid in a batch", pay_bills if bill is bills[0] else None, PAID))
          for bill in bills],
        Case(pounds[1], ("paid in part", pay(pounds[1], PART), PART_PAID)),
        Case(pounds[2], ("paid in part", pay(pounds[2], PART), PART_PAID),
             ("the rest is paid", pay(pounds[2]), PAID)),
        Case(pounds[3], ("paid by mistake", pay_by_mistake, PAID),
             ("payment deleted", lambda: person.delete_payment(mistake.pop()), UNPAID)),
        Case(pounds[4], ("voided", lambda: person.void(ids[pounds[4]["id"]]),
                         ("Cancelled", "Voided"))),
        Case(draft, ("submitted", lambda: person.submit(ids[draft["id"]]),
                     ("Not Paid", "Awaiting approval")),
             ("approved", lambda: person.approve(ids[draft["id"]]), UNPAID)),
        Case(pounds[6], ("credit note allocated", lambda: person.allocate(
            ids[note["id"]], ids[pounds[6]["id"]], str(note["amount_total"])), PART_PAID)),
        Case(note, ("used for that invoice", None, PAID)),
    ]


def _add(odoo, connection, like, move_type, status):
    """Post a small document for the customer of another one, and wait until Xero has it.

    :param str status: what the connection asks Xero to make of it
    :return: the document
    """
    odoo.call("xero.connection", "write", [connection], {"push_status": status})
    move = odoo.call("account.move", "create", {
        "move_type": move_type, "partner_id": like["partner_id"][0], "invoice_date": "2026-10-01",
        "currency_id": like["currency_id"][0],
        "invoice_line_ids": [(0, 0, {"name": "Oak shelf, cut to size", "price_unit": 18.25})],
    })
    odoo.call("account.move", "action_post", [move])
    deadline = time.monotonic() + PATIENCE
    while True:
        [values] = odoo.call("account.move", "read", [move], [*FIELDS, "xero_state"])
        if values["xero_state"] == "synced":
            break
        if values["xero_state"] == "failed" or time.monotonic() > deadline:
            raise SystemExit(f"Not sent: {values}")
        time.sleep(0.5)
    odoo.call("xero.connection", "write", [connection], {"push_status": "AUTHORISED"})
    return values


def _wait_until_pulled(odoo):
    """Let Odoo's own scheduler fetch what the webhooks told of."""
    deadline = time.monotonic() + PATIENCE
    while waiting := odoo.call("xero.event", "search_count", []):
        if time.monotonic() > deadline:
            raise SystemExit(f"{waiting} events still wait after {PATIENCE} seconds")
        time.sleep(0.5)


def _note_states(odoo, cases):
    labels = dict(odoo.call("account.move", "fields_get", ["payment_state"], ["selection"])
                  ["payment_state"]["selection"])
    found = {row["id"]: row for row in odoo.call(
        "account.move", "read", [case.id for case in cases], FIELDS)}
    for case in cases:
        move = found[case.id]
        case.states.append((
            GONE.get(move["state"]) or labels[move["payment_state"]],
            (move["xero_status_label"] or "").split(",")[0],
            f"{_open(move):,.2f} {move['currency_id'][1]}"))


def _report(cases, say):
    """Print the states before and after each act.

    :return: whether all of them have changed as they should
    """
    right = True
    say(f"\n  {'Document':18}{'in Xero':22}{'Odoo / Xero before':29}{'after':27}{'open':>14}")
    for case in cases:
        name = case.name
        for (label, _act, end), before, after in zip(
                case.rounds, case.states, case.states[1:], strict=False):
            good = after[:2] == end
            right = right and good
            say(f"  {name:18}{label:22}{before[0] + ' / ' + before[1]:29}"
                f"{after[0] + ' / ' + after[1]:27}{after[2]:>14}"
                + ("" if good else f"   should be {' / '.join(end)}"))
            name = ""
    return right


def _open(move):
    """:return: what is still to be paid; nothing of a cancelled document"""
    return Decimal("0.00") if move["state"] == "cancel" else Decimal(
        f"{abs(move['amount_residual']):.2f}")


def _compare(odoo, organisation, say):
    """Compare what is open of every linked document in both books.

    :return: whether it is the same
    """
    rows = {
        **{row["InvoiceID"]: row["AmountDue"] for row in organisation.invoices},
        **{row["CreditNoteID"]: row["RemainingCredit"] for row in organisation.credit_notes},
    }
    moves = odoo.call("account.move", "search_read", [("xero_document_id", "!=", False)], FIELDS)
    apart = [move for move in moves if rows.get(move["xero_document_id"]) != _open(move)]
    differences = odoo.call("xero.difference", "search_read", [], ["document", "field"])
    for move in apart:
        say(f"  {move['name']}: {_open(move)} open here, {rows.get(move['xero_document_id'])} "
            "in Xero")
    for row in differences:
        say(f"  Difference found: {row['document']}, {row['field']}")
    agree = not apart and not differences and len(moves) == len(rows)
    say(f"\n  What is open of all {len(moves)} documents agrees between Odoo and Xero: "
        f"{'yes' if agree else 'NO'}")
    return agree
