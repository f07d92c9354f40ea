"""Upgrade a database with documents in it: what was there stays, and the sync goes on.

Run by `make package` (see kit.py for the environment) with two configurations of Odoo, which have
the same database: one with the version before, which is installed there, and one with this version.
Odoo, PostgreSQL and all HTTP are real; Xero is the sandbox of the tests.
"""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path.insert(0, str(TESTS))

from console import say, step  # noqa: E402
from processes import Worker  # noqa: E402
from xero_sandbox import XeroSandbox  # noqa: E402

#: What a synced document and a connection keep.
MOVE = ["xero_state", "xero_document_id", "xero_number", "xero_status", "xero_error_code",
        "xero_error_message", "xero_last_push", "xero_attempts"]
CONNECTION = ["state", "tenant_id", "tenant_name", "client_id", "client_secret", "auto_sync",
              "sync_sales", "sync_purchases", "sync_credit_notes", "push_status", "connected_at"]
#: The connection's own scheduled action, and those for all.
CRONS = ["Xero: My Company → Upgraded", "Xero: compare both books",
         "Xero: daily e-mail about problems", "Xero: pull changes", "Xero: push documents"]


class Odoo(Worker):
    """An Odoo process with a configuration."""

    def __init__(self, config):
        self.process = subprocess.Popen(
            [sys.executable, TESTS / "worker.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "ODOO_RC": config})
        self.answer()

    def cron(self, name):
        """Run a cron as the scheduler does. :param str name: its XML id in the module"""
        [data] = self.call("ir.model.data", [], "search_read", [
            ("module", "=", "account_xero"), ("name", "=", name)], ["res_id"])
        self.call("ir.cron", [data["res_id"]], "method_direct_trigger")


def connect(odoo, sandbox):
    """Make a company with a chart of accounts and connect it.

    :return: the organisation, and the connection's id
    """
    for name in ("api_url", "identity_url", "login_url"):
        odoo.call("ir.config_parameter", [], "set_param", f"account_xero.{name}", sandbox.url)
    odoo.call("account.chart.template", [], "try_loading", "generic_coa", 1)
    [company] = odoo.call("res.company", [1], "read", ["currency_id"])
    currency = company["currency_id"][1]
    organisation = sandbox.add_organisation(
        "Upgraded", base_currency=currency, currencies=[currency])
    app = sandbox.add_app("cid", "secret", ["http://localhost:8069/"])
    tokens = sandbox.connect(app, [organisation])
    [connection] = odoo.call("xero.connection", [], "create", {
        "company_id": 1, "client_id": "cid", "client_secret": "secret", "state": "connected",
        "tenant_id": organisation.tenant_id, "tenant_name": organisation.name,
        "connected_at": "2026-01-01 00:00:00"})
    [token] = odoo.call("xero.token", [], "create", {
        "client_id": "cid", "owner": organisation.tenant_id, "expires_at": "2099-01-01",
        "access_token": tokens["access_token"], "refresh_token": tokens["refresh_token"]})
    odoo.call("xero.connection", [connection], "write", {"token_id": token})
    odoo.call("xero.connection", [connection], "_refresh_reference_data")
    return organisation, connection


def map_account(odoo, connection, account):
    [target] = odoo.call("xero.account", [], "search", [
        ("connection_id", "=", connection), ("code", "=", "200")])
    odoo.call("account.account", [account], "write", {"xero_account_id": target})


def invoice(odoo, partner, account):
    """:return: id of a posted invoice of 100 on an account"""
    [move] = odoo.call("account.move", [], "create", {
        "move_type": "out_invoice", "partner_id": partner, "invoice_date": "2026-03-02",
        "invoice_line_ids": [[0, 0, {
            "name": "Work", "price_unit": 100, "account_id": account, "tax_ids": [[6, 0, []]]}]]})
    odoo.call("account.move", [move], "action_post")
    return move


def expect(got, wanted, what):
    """:raise SystemExit: they differ"""
    if got != wanted:
        raise SystemExit(f"{what}: {got!r} instead of {wanted!r}")


def work_before(odoo, sandbox):
    """Have a document synced, one refused, and one whose answer is lost.

    :return: what :func:`go_on` needs
    :rtype: dict
    """
    organisation, connection = connect(odoo, sandbox)
    good, bad = odoo.call("account.account", [], "search", [
        ("account_type", "=", "income")], 0, 2)
    map_account(odoo, connection, good)
    odoo.call("account.account", [bad], "write", {"xero_account_id": False})
    partner, = odoo.call("res.partner", [], "create", {"name": "Customer"})
    moves = [invoice(odoo, partner, good), invoice(odoo, partner, bad)]
    odoo.cron("ir_cron_push")
    states = [move["xero_state"] for move in odoo.call("account.move", moves, "read", MOVE)]
    expect(states, ["synced", "failed"], "State before")
    lost = invoice(odoo, partner, good)
    sandbox.inject("cut_after", "PUT", "/Invoices")
    odoo.cron("ir_cron_push")
    expect(odoo.call("xero.request", [], "search_count", []), 1, "Requests on their way")
    return {"organisation": organisation, "connection": connection, "bad": bad, "moves": moves,
            "lost": lost, "partner": partner}


def state_of(odoo, work):
    """:return: what an upgrade keeps"""
    return {
        "documents": odoo.call("account.move", work["moves"], "read", MOVE),
        "connection": odoo.call("xero.connection", [work["connection"]], "read", CONNECTION),
        "contact": odoo.call("res.partner", [work["partner"]], "read", ["xero_contact_id"]),
        "log": odoo.call("xero.log", [], "search_count", []),
    }


def go_on(odoo, work):
    """Put right what was refused, pay what was synced, and ask for the lost one."""
    organisation, moves = work["organisation"], work["moves"]
    expect(sorted(cron["cron_name"] for cron in odoo.call("ir.cron", [], "search_read", [
        ("model_id.model", "=", "xero.connection")], ["cron_name"])), CRONS,
        "Scheduled actions that are on")
    map_account(odoo, work["connection"], work["bad"])
    odoo.call("account.move", [work["lost"]], "action_xero_sync_now")
    [synced] = odoo.call("account.move", moves[:1], "read", ["xero_document_id"])
    organisation.as_person.pay(synced["xero_document_id"], 100)
    odoo.cron("ir_cron_push")
    odoo.cron("ir_cron_pull")
    paid, sent, found = odoo.call(
        "account.move", [*moves, work["lost"]], "read", ["xero_state", "payment_state"])
    expect((paid["xero_state"], paid["payment_state"] in ("in_payment", "paid")),
           ("synced", True), "The document of before, which was paid in Xero")
    expect(sent["xero_state"], "synced", "The document that had failed")
    expect(found["xero_state"], "synced", "The document whose answer was lost")
    expect(odoo.call("xero.request", [], "search_count", []), 0, "Requests on their way")
    expect(len(organisation.invoices), 3, "Documents in Xero")


def main(before, after):
    """
    :param str before: configuration of an Odoo with the version before
    :param str after: of one with this version
    :return: exit code
    """
    with XeroSandbox() as sandbox:
        with step("Working with the version before"):
            odoo = Odoo(before)
            work = work_before(odoo, sandbox)
            state = state_of(odoo, work)
            odoo.close()
        with step("Upgrading to this version"):
            subprocess.run(
                [sys.executable, "-m", "odoo", "-u", "account_xero", "--stop-after-init",
                 "--no-http", "--log-level=warn"],
                env={**os.environ, "ODOO_RC": after}, check=True)
        with step("Going on with this version"):
            odoo = Odoo(after)
            expect(state_of(odoo, work), state, "What was there")
            go_on(odoo, work)
            expect(sandbox.errors, [], "Errors of the sandbox")
            odoo.close()
    say("Upgraded: connection, documents, contact and log were kept, and the sync goes on")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
