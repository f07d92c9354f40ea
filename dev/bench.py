"""The bench: what our push costs beside what Odoo itself needs for the same invoices.

Run by `make bench` (see kit.py for the environment). Odoo, PostgreSQL and HTTP are real; the Xero
sandbox runs in a process of its own, so that its CPU time is not counted. Both figures come from
the same process in the same run, so their ratio says something on any machine.

    ACCOUNT_XERO_BENCH_INVOICES  invoices to push, 1000 by default; of 5 lines each
    ACCOUNT_XERO_BENCH_PROFILE   a file that receives the push's cProfile statistics
"""

import cProfile
import math
import multiprocessing
import os
import sys
import time
from datetime import timedelta
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT / "tests"))

from odoo import SUPERUSER_ID, Command, api, fields, sql_db  # noqa: E402
from odoo.modules.registry import Registry  # noqa: E402
from odoo.tools import config  # noqa: E402

import demo_books  # noqa: E402
from xero_sandbox import XeroSandbox  # noqa: E402

INVOICES = int(os.environ.get("ACCOUNT_XERO_BENCH_INVOICES", 1000))
CUSTOMERS, LINES, BATCH = max(1, INVOICES // 5), 5, 50
CLIENT = "bench"
PRICES = (38.4075, 4.995, 87.5, 12.0, 9.3333, 17.49, 249.99)


class Meter:
    """CPU time of this process (user and system, seconds), wall time and SQL queries."""

    def __enter__(self):
        self._before = time.process_time(), time.monotonic(), self._queries()
        return self

    def __exit__(self, *exception):
        self.cpu, self.wall, self.queries = (
            now - then for now, then in zip(
                (time.process_time(), time.monotonic(), self._queries()), self._before,
                strict=True))

    @staticmethod
    def _queries():
        return sql_db.sql_counter


def serve_xero(pipe):
    """Be Xero, in a process of its own, until told to end; answer with the number of calls."""
    with XeroSandbox() as sandbox:
        organisation = sandbox.add_organisation("Bench Ltd")
        app = sandbox.add_app(CLIENT, CLIENT, ["http://localhost/"])
        tokens = sandbox.connect(app, [organisation])
        pipe.send((sandbox.url, organisation.tenant_id, tokens))
        while pipe.recv() == "count":
            pipe.send((len(sandbox.calls), len(organisation.invoices)))


def connect(env, url, tenant_id, tokens):
    """Connect the company as the sign-in does, and map what is not matched by itself.

    :return: the `xero.connection`
    """
    for name in ("api_url", "identity_url", "login_url"):
        env["ir.config_parameter"].set_param(f"account_xero.{name}", url)
    connection = env["xero.connection"].create({
        "company_id": env.company.id, "client_id": CLIENT, "client_secret": CLIENT,
        "tenant_id": tenant_id, "tenant_name": "Bench Ltd", "state": "connected",
        "connected_at": fields.Datetime.now(),
    })
    connection.token_id = env["xero.token"].create({
        "client_id": CLIENT, "owner": CLIENT, "access_token": tokens["access_token"],
        "refresh_token": tokens["refresh_token"],
        "expires_at": fields.Datetime.now() + timedelta(minutes=30),
    })
    connection._refresh_reference_data()
    connection.action_auto_map()
    sales = env["xero.account"].search([("code", "=", "200")])
    env["account.account"].search([
        ("internal_group", "=", "income"), ("xero_account_id", "=", False)],
    ).xero_account_id = sales
    return connection


def prepare_invoices(env, partners, taxes):
    """:return: values of invoices, of LINES lines each"""
    return [{
        "move_type": "out_invoice", "partner_id": partners[number % CUSTOMERS].id,
        "invoice_date": "2026-03-02",
        "invoice_line_ids": [Command.create({
            "name": f"Work {line}", "quantity": (1, 2, 3, 0.5, 2.333)[line % 5],
            "price_unit": PRICES[(number + line) % len(PRICES)],
            "tax_ids": [Command.set(taxes[line % len(taxes)].ids)],
        }) for line in range(LINES)],
    } for number in range(INVOICES)]


def run(env, pipe, say):
    """Create and post the invoices, push them, and print what both took.

    :return: whether all of them are in the sandbox, at the floor of calls
    """
    url, tenant_id, tokens = pipe.recv()
    company = demo_books.make_company(env, "http://localhost")
    env = env(context={"allowed_company_ids": company.ids})
    connection = connect(env, url, tenant_id, tokens)
    taxes = [demo_books.find_tax(env, "sale", rate) for rate in (20, 20, 5)]
    partners = env["res.partner"].create([
        {"name": f"Customer {n}", "email": f"c{n}@example.com"} for n in range(CUSTOMERS)])
    values = prepare_invoices(env, partners, taxes)
    warm_up = env["account.move"].create(values[:1])
    warm_up.action_post()
    env["account.move"].browse(warm_up.ids).write({"xero_state": False})
    env.cr.commit()
    say(f"Creating and posting {INVOICES} invoices of {LINES} lines for {CUSTOMERS} new customers")
    with Meter() as odoo:
        for start in range(0, INVOICES, BATCH):
            env["account.move"].create(values[start:start + BATCH]).action_post()
            env.cr.commit()
    pipe.send("count")
    before, _documents = pipe.recv()
    say("Pushing them")
    profile = cProfile.Profile() if os.environ.get("ACCOUNT_XERO_BENCH_PROFILE") else None
    with Meter() as push:
        if profile:
            profile.enable()
        while env["account.move"].search_count([("xero_state", "=", "pending")], limit=1):
            connection._push()
            env.cr.commit()
        if profile:
            profile.disable()
            profile.dump_stats(os.environ["ACCOUNT_XERO_BENCH_PROFILE"])
    pipe.send("count")
    calls, documents = pipe.recv()
    return report(say, odoo, push, calls - before, documents)


def report(say, odoo, push, calls, documents):
    """:return: whether every invoice arrived, with no call more than needed"""
    floor = math.ceil(CUSTOMERS / BATCH) + math.ceil(INVOICES / BATCH)
    say()
    say(f"  {'':34}{'Odoo: create, post':>20}{'our push':>12}")
    for label, of_odoo, of_push in (
        ("CPU time a document", f"{1000 * odoo.cpu / INVOICES:.2f} ms",
         f"{1000 * push.cpu / INVOICES:.2f} ms"),
        ("CPU time against Odoo's own", "100 %", f"{100 * push.cpu / odoo.cpu:.1f} %"),
        ("SQL queries a document", f"{odoo.queries / INVOICES:.2f}",
         f"{push.queries / INVOICES:.2f}"),
        ("Time for all of them", f"{odoo.wall:.1f} s", f"{push.wall:.1f} s"),
        ("Calls to Xero (at least needed)", "", f"{calls} ({floor})"),
    ):
        say(f"  {label:34}{of_odoo:>20}{of_push:>12}")
    say()
    good = documents == INVOICES and calls == floor
    say(f"  {documents} of {INVOICES} invoices are in Xero"
        + ("" if good else f", and {calls} calls were made instead of {floor}"))
    return good


def main():
    """:return: exit code"""
    def say(text=""):
        print(text, flush=True)

    pipe, other_end = multiprocessing.Pipe()
    xero = multiprocessing.get_context("spawn").Process(target=serve_xero, args=(other_end,))
    xero.start()
    config.parse_config(["--config", os.environ["ODOO_RC"], "--log-level", "warn"])
    try:
        [database] = config["db_name"]
        with Registry(database).cursor() as cr:
            good = run(api.Environment(cr, SUPERUSER_ID, {}), pipe, say)
    finally:
        pipe.send("end")
        xero.join()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
