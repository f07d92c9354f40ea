"""The demo: a British company's invoices and bills arrive in Xero, once and to the cent; what is
paid, credited and voided there comes back, and so does a history that was made there.

Run by `make demo`, `make serve` and `make screenshots` (see kit.py for the environment). Odoo,
PostgreSQL and all HTTP are real; Xero is the sandbox of the tests. Exits non-zero if anything does
not agree.
"""

import sys
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT / "tests"))

import demo_backlog  # noqa: E402
import demo_books  # noqa: E402
import demo_import  # noqa: E402
import demo_inside  # noqa: E402
import demo_ledgers  # noqa: E402
import demo_month  # noqa: E402
import demo_profit  # noqa: E402
import demo_pull  # noqa: E402
import screenshots  # noqa: E402
from demo_server import OdooServer  # noqa: E402
from xero_sandbox import XeroSandbox  # noqa: E402

CLIENT_ID, CLIENT_SECRET = "demo-app", "demo-secret"
SANDBOX_PORT = 8070     # for `serve`, so that the deep links of one run work in the next
PATIENCE = 300          # seconds in which the queue must run empty


def say(text=""):
    print(text, flush=True)


def connect(odoo, sandbox):
    """Walk through Xero's consent page as a browser does, and map what is left to map.

    :return: id of the connection
    """
    connection = odoo.call("xero.connection", "create", {
        "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "profit_loss": True,
        "compare_ledgers": True})
    url = odoo.call("xero.connection", "action_connect", [connection])["url"]
    # The sign-in is to cover both reports; this one is fetched later.
    odoo.call("xero.connection", "write", [connection], {"profit_loss": False})
    page = odoo.browser.get(url)
    page.raise_for_status()
    address = urlsplit(url)
    back = odoo.browser.post(address._replace(query="").geturl(), data={
        **dict(parse_qsl(address.query)), "decision": "allow",
        "tenant": sandbox.organisations[0].tenant_id})
    back.raise_for_status()
    [values] = odoo.call("xero.connection", "read", [connection], ["state", "tenant_name"])
    if values["state"] != "connected":
        raise SystemExit(f"Not connected: {values}")
    say(f"Connected to {values['tenant_name']} through the consent page")
    _map_banks(odoo)
    for kind, code in (("income", "200"), ("expense", "429")):
        [target] = odoo.call("xero.account", "search", [("code", "=", code)])
        accounts = odoo.call("account.account", "search", [
            ("internal_group", "=", kind), ("xero_account_id", "=", False),
            ("name", "!=", demo_books.RENTAL_ACCOUNT)])
        odoo.call("account.account", "write", accounts, {"xero_account_id": target})
    return connection


def _map_banks(odoo):
    """Say which journal each bank account in Xero is, with one for euros."""
    [bank] = odoo.call("account.journal", "search", [("type", "=", "bank")], limit=1)
    [euro] = odoo.call("res.currency", "search", [("name", "=", "EUR")])
    euros = odoo.call("account.journal", "create", {
        "name": "Euro Bank", "code": "EUR", "type": "bank", "currency_id": euro})
    for journal, code in ((bank, "090"), (euros, "091")):
        [target] = odoo.call("xero.account", "search", [("code", "=", code)])
        odoo.call("account.journal", "write", [journal], {"xero_account_id": target})


def post(odoo):
    """Post every draft at once, as an accountant does who selects them all.

    :return: number of documents
    """
    drafts = odoo.call("account.move", "search", [
        ("state", "=", "draft"), ("move_type", "in", ["out_invoice", "in_invoice"])])
    odoo.call("account.move", "action_post", drafts)
    return len(drafts)


def wait_until_sent(odoo, count):
    """Let Odoo's own scheduler empty the queue.

    :return: documents, as Odoo has them now
    """
    deadline = time.monotonic() + PATIENCE
    fields = ["name", "ref", "move_type", "amount_total", "currency_id", "xero_state",
              "xero_document_id", "xero_error_message"]
    while True:
        moves = odoo.call("account.move", "search_read", [("xero_state", "!=", False)], fields)
        states = Counter(move["xero_state"] for move in moves)
        if states["pending"] == 0 and len(moves) >= count:
            return moves
        if time.monotonic() > deadline:
            raise SystemExit(f"Still waiting after {PATIENCE} seconds: {dict(states)}")
        time.sleep(1)


def find_apart(moves, organisation):
    """Compare both books, document by document.

    :return: whether they agree, and (document, what Xero has) of those that do not
    """
    in_xero = {row["InvoiceID"]: row for row in organisation.invoices}
    synced = [move for move in moves if move["xero_state"] == "synced"]
    apart = [
        (move, in_xero.get(move["xero_document_id"]))
        for move in synced
        if (row := in_xero.get(move["xero_document_id"])) is None
        or row["Total"] != Decimal(f"{move['amount_total']:.2f}")
        or row["CurrencyCode"] != move["currency_id"][1]
    ]
    return not apart and len(in_xero) == len(synced) == len(moves), apart


def report(moves, organisation, calls, seconds):
    """Print the comparison of both books.

    :return: whether they agree
    """
    agree, apart = find_apart(moves, organisation)
    synced = [move for move in moves if move["xero_state"] == "synced"]
    writes = [call for call in calls if call.method in ("PUT", "POST")]
    say()
    for kind, label in (("out_invoice", "customer invoices"), ("in_invoice", "vendor bills")):
        of_kind = [move for move in synced if move["move_type"] == kind]
        totals = Counter()
        for move in of_kind:
            totals[move["currency_id"][1]] += Decimal(f"{move['amount_total']:.2f}")
        sums = ", ".join(f"{total:,.2f} {currency}" for currency, total in sorted(totals.items()))
        say(f"  {len(of_kind):4} {label} in Xero: {sums}")
    say(f"  {len(moves) - len(synced):4} failed")
    for move in moves:
        if move["xero_state"] == "failed":
            say(f"       {move['name']}: {move['xero_error_message']}")
    for move, row in apart:
        say(f"       {move['name']}: {move['amount_total']} here, {row and row['Total']} in Xero")
    say(f"  {len(calls):4} calls, {len(writes)} of them to send: "
        f"{len(writes) / max(len(synced), 1):.3f} calls a document")
    say(f"  {seconds:4.0f} seconds from the first posting to the last answer")
    say(f"  Every total agrees between Odoo and Xero to the cent: {'yes' if agree else 'NO'}")
    return agree


def main():
    """:return: exit code"""
    serve, pictures = "--serve" in sys.argv[1:], "--screenshots" in sys.argv[1:]
    with XeroSandbox(port=SANDBOX_PORT if serve else 0) as sandbox, OdooServer() as odoo:
        organisation = sandbox.add_organisation("Alder & Finch Joinery Ltd")
        if pictures:    # none of a dashboard that waits for the next minute
            organisation.minute_limit = 600
        sandbox.add_app(CLIENT_ID, CLIENT_SECRET, [f"{odoo.url}/xero/oauth/callback"])
        say("Making the books of a British company")
        demo_books.build(odoo.database, odoo.url)
        odoo.set_parameters({f"account_xero.{name}": sandbox.url
                             for name in ("api_url", "identity_url", "login_url")})
        say("Starting Odoo")
        odoo.start()
        connection = connect(odoo, sandbox)
        before, started = len(sandbox.calls), time.monotonic()
        count = post(odoo)
        say(f"Posted {count} documents; Odoo's scheduler sends them")
        moves = wait_until_sent(odoo, count)
        agree = report(moves, organisation, sandbox.calls[before:], time.monotonic() - started)
        agree = demo_profit.run(odoo, connection, say) and agree
        agree = demo_backlog.run(odoo, connection, organisation, say) and agree
        moves = wait_until_sent(odoo, len(moves))
        all_agree, _apart = find_apart(moves, organisation)
        agree = all_agree and agree
        say(f"  All {len(moves)} documents agree between both books: "
            f"{'yes' if all_agree else 'NO'}")
        agree = demo_pull.run(odoo, connection, sandbox, organisation, say) and agree
        agree = demo_inside.run(odoo, sandbox, organisation, say) and agree
        agree = demo_import.run(odoo, connection, organisation, say) and agree
        agree = demo_month.run(odoo, sandbox, organisation, say) and agree
        agree = demo_ledgers.run(odoo, connection, say) and agree
        if agree and pictures:
            screenshots.take(odoo, sandbox, organisation, say)
        if agree and serve:
            say(f"\nOdoo: {odoo.url} (user admin, password admin)    Xero sandbox: {sandbox.url}")
            say("Ctrl-C ends both.")
            odoo.wait()
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
