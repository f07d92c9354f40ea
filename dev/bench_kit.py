"""What the parts of the bench share: measuring, Xero in a process of its own, and documents."""

import cProfile
import multiprocessing
import os
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT / "tests"))

from odoo import SUPERUSER_ID, Command, api, fields, sql_db  # noqa: E402
from odoo.modules.registry import Registry  # noqa: E402
from odoo.tools import SQL, config  # noqa: E402

import demo_books  # noqa: E402
from xero_sandbox import XeroSandbox  # noqa: E402

CLIENT = "bench"
PRICES = (38.4075, 4.995, 87.5, 12.0, 9.3333, 17.49, 249.99)
MINUTE_LIMIT = 60


def say(text=""):
    print(text, flush=True)


def table(rows, *widths):
    """Print rows of texts, the first column to the left and the others to the right."""
    for first, *others in rows:
        cells = "".join(f"{text:>{width}}" for text, width in zip(others, widths[1:], strict=True))
        say(f"  {first:{widths[0]}}{cells}")


class Meter:
    """CPU time of this process (user and system, seconds), wall time and SQL queries; added up
    when it is entered several times."""

    def __init__(self):
        self.cpu = self.wall = self.queries = 0

    def __enter__(self):
        self._before = self._now()
        return self

    def __exit__(self, *exception):
        cpu, wall, queries = self._now()
        self.cpu += cpu - self._before[0]
        self.wall += wall - self._before[1]
        self.queries += queries - self._before[2]

    @staticmethod
    def _now():
        return time.process_time(), time.monotonic(), sql_db.sql_counter


@contextmanager
def profiled():
    """Keep a profile of what is done inside, if one is asked for."""
    path = os.environ.get("ACCOUNT_XERO_BENCH_PROFILE")
    if not path:
        yield
        return
    with cProfile.Profile() as profile:
        yield
    profile.dump_stats(path)


class Xero:
    """The sandbox in a process of its own, so that its CPU time is not counted as ours."""

    def __init__(self):
        # Spawned: a fork would carry this process's database connections along.
        context = multiprocessing.get_context("spawn")
        self._pipe, other_end = multiprocessing.Pipe()
        self._process = context.Process(target=_serve, args=(other_end,), daemon=True)
        self._process.start()
        other_end.close()       # so that waiting for a process that died ends
        self.url, self.tenant_id, self.tokens = self._pipe.recv()

    def do(self, work, *args):
        """Run a function of a module there.

        :param work: function(sandbox, organisation, ...)
        :return: what it returned
        :raise Exception: as raised there
        """
        self._pipe.send((work, args))
        result = self._pipe.recv()
        if isinstance(result, Exception):
            raise result
        return result

    def stop(self):
        self._pipe.send(None)
        self._process.join()


def _serve(pipe):
    with XeroSandbox() as sandbox:
        organisation = sandbox.add_organisation("Bench Ltd")
        organisation.day_limit = 100_000
        organisation.minute_limit = 100_000
        app = sandbox.add_app(CLIENT, CLIENT, ["http://localhost/"])
        pipe.send((sandbox.url, organisation.tenant_id, sandbox.connect(app, [organisation])))
        while job := pipe.recv():
            work, args = job
            try:
                pipe.send(work(sandbox, organisation, *args))
            except Exception as error:  # noqa: BLE001  told to the other process
                pipe.send(error)


def count_calls(sandbox, _organisation):
    return len(sandbox.calls)


def count_invoices(_sandbox, organisation):
    return len(organisation.invoices)


@contextmanager
def bench(database=None):
    """Open the books of a company that is connected to a Xero of its own.

    :return: yields (Environment, `xero.connection`, Xero)
    """
    config.parse_config(["--config", os.environ["ODOO_RC"], "--log-level", "warn"])
    xero = Xero()
    try:
        with Registry(database or config["db_name"][0]).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = demo_books.make_company(env, "http://localhost")
            env = env(context={"allowed_company_ids": company.ids})
            connection = _connect(env, xero)
            env.cr.commit()
            yield env, connection, xero
    finally:
        xero.stop()


def _connect(env, xero):
    """Connect the company as the sign-in does, and map what is not matched by itself."""
    for name in ("api_url", "identity_url", "login_url"):
        env["ir.config_parameter"].set_param(f"account_xero.{name}", xero.url)
    connection = env["xero.connection"].create({
        "company_id": env.company.id, "client_id": CLIENT, "client_secret": CLIENT,
        "tenant_id": xero.tenant_id, "tenant_name": "Bench Ltd", "state": "connected",
        "connected_at": fields.Datetime.now(),
    })
    connection.token_id = env["xero.token"].create({
        "client_id": CLIENT, "owner": CLIENT, "access_token": xero.tokens["access_token"],
        "refresh_token": xero.tokens["refresh_token"],
        "expires_at": fields.Datetime.now() + timedelta(minutes=30),
    })
    connection._refresh_reference_data()
    connection.action_auto_map()
    sales = env["xero.account"].search([("code", "=", "200")])
    env["account.account"].search([
        ("internal_group", "=", "income"), ("xero_account_id", "=", False)],
    ).xero_account_id = sales
    return connection


# === DOCUMENTS === #

def make_customers(env, count):
    """:return: `res.partner`"""
    return env["res.partner"].create([
        {"name": f"Customer {n}", "email": f"c{n}@example.com"} for n in range(count)])


def prepare_invoices(env, partners, count, lines=5):
    """:return: values of customer invoices"""
    taxes = [demo_books.find_tax(env, "sale", rate) for rate in (20, 20, 5)]
    return [{
        "move_type": "out_invoice", "partner_id": partners[number % len(partners)].id,
        "invoice_date": "2026-03-02",
        "invoice_line_ids": [Command.create({
            "name": f"Work {line}", "quantity": (1, 2, 3, 0.5, 2.333)[line % 5],
            "price_unit": PRICES[(number + line) % len(PRICES)],
            "tax_ids": [Command.set(taxes[line % len(taxes)].ids)],
        }) for line in range(lines)],
    } for number in range(count)]


def push_all(env, connection):
    """Push until nothing waits. :raise SystemExit: something failed"""
    while env["account.move"].search_count([("xero_state", "=", "pending")], limit=1):
        connection._push()
        env.cr.commit()
    failed = env["account.move"].search([("xero_state", "=", "failed")], limit=1)
    if failed:
        raise SystemExit(f"{failed.name} was not sent: {failed.xero_error_message}")


def copy_in_sql(env, templates, count, **values):
    """Copy posted invoices with their lines by SQL, which takes seconds where Odoo takes hours.

    :param recordset templates: posted, of one line of number
    :param int count: how many copies in all; a multiple of the number of templates
    :param values: columns of `account_move` that get another value, as SQL
    :return: list of (id of the copy, id of its template)
    """
    env.flush_all()
    rounds = count // len(templates)
    cr = env.cr
    cr.execute("SELECT max(id) FROM account_move")
    first_move = cr.fetchone()[0] + 1
    cr.execute("SELECT max(id) FROM account_move_line")
    first_line = cr.fetchone()[0] + 1
    cr.execute(SQL(
        "CREATE TEMP TABLE copy_move ON COMMIT DROP AS"
        " SELECT %s + row_number() OVER (ORDER BY round, id) - 1 AS new, id AS old"
        " FROM account_move, generate_series(1, %s) AS round WHERE id = ANY(%s)",
        first_move, rounds, templates.ids))
    cr.execute(SQL(
        "CREATE TEMP TABLE copy_line ON COMMIT DROP AS"
        " SELECT %s + row_number() OVER (ORDER BY copy_move.new, line.id) - 1 AS new,"
        " line.id AS old, copy_move.new AS move_id"
        " FROM copy_move JOIN account_move_line line ON line.move_id = copy_move.old",
        first_line))
    number = "'COPY/' || copy.new"
    _insert_copies(cr, "account_move", "copy_move", {
        "name": number, "payment_reference": number, "access_token": "NULL",
        "sequence_prefix": "'COPY/'", "sequence_number": "copy.new", **values})
    _insert_copies(cr, "account_move_line", "copy_line",
                   {"move_id": "copy.move_id", "move_name": "'COPY/' || copy.move_id"})
    cr.execute(
        "INSERT INTO account_move_line_account_tax_rel (account_move_line_id, account_tax_id)"
        " SELECT copy.new, rel.account_tax_id FROM copy_line copy"
        " JOIN account_move_line_account_tax_rel rel ON rel.account_move_line_id = copy.old")
    for name in ("account_move", "account_move_line"):
        cr.execute(SQL("SELECT setval(%s, (SELECT max(id) FROM %s))",
                       f"{name}_id_seq", SQL.identifier(name)))
    cr.execute("SELECT new, old FROM copy_move ORDER BY new")
    rows = cr.fetchall()
    cr.commit()
    cr.execute("ANALYZE account_move, account_move_line")
    cr.commit()
    env.invalidate_all()
    return rows


def _insert_copies(cr, name, mapping, values):
    cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s"
               " AND table_schema = current_schema AND is_generated = 'NEVER'", [name])
    columns = [column for (column,) in cr.fetchall() if column != "id"]
    cr.execute(SQL(
        "INSERT INTO %s (id, %s) SELECT copy.new, %s FROM %s copy JOIN %s old ON old.id = copy.old",
        SQL.identifier(name), SQL(", ").join(map(SQL.identifier, columns)),
        SQL(", ").join(SQL(values[c]) if c in values else SQL.identifier("old", c)
                       for c in columns),
        SQL.identifier(mapping), SQL.identifier(name)))


def copy_in_xero(_sandbox, organisation, pairs, days):
    """Copy invoices in the sandbox, too.

    :param list pairs: (InvoiceID of the copy, number of the copy, InvoiceID of the template)
    :param int days: how long ago nothing has changed any more
    """
    store = organisation.store["Invoices"]
    old = organisation.stamp() - timedelta(days=days)
    with organisation.transaction():
        for new, number, template in pairs:
            record = {key: list(value) if isinstance(value, list) else value
                      for key, value in store.get(template).items()}
            store.put({**record, "InvoiceID": new, "InvoiceNumber": number,
                       "UpdatedDateUTC": old}, touch=False)

