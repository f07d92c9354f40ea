"""How much two Odoo servers on one database get done against one, and what becomes of the work of
one that dies.

    ACCOUNT_XERO_BENCH_COMPANIES  companies with an organisation each, 200 by default
"""

import os
import threading
import time
from collections import defaultdict
from contextlib import ExitStack, closing
from datetime import timedelta

import psycopg2

from odoo import fields, models
from odoo.sql_db import connection_info_for

from bench_kit import CLIENT, bench, count_calls, say, table
from companies import found, post_bills
from hosts import CRON_WORKERS, Host, listening, process_of, served_at_once

COMPANIES = int(os.environ.get("ACCOUNT_XERO_BENCH_COMPANIES", 200))
BILLS = 1           # a company, in each of the runs
CALLS = 2           # that they take: one for the new vendor, one for the bills
LATENCY = 1.5       # seconds a call
FEW = 6             # companies that are being served when a server dies
PATIENCE = 150      # seconds without an answer of Xero's after which something is wrong


def hosts():
    """:return: whether nobody was served twice at once and everything is in Xero once"""
    with bench() as (env, _connection, xero), ExitStack() as stack:
        servers = Servers(env, xero, stack)
        say(f"Making {COMPANIES} companies, each with the fewest records that a bill needs")
        companies = _found(env, xero)
        lots = [post_bills(_caller(env), companies[:size], BILLS, name)
                for name, size in (("One", COMPANIES), ("Two", COMPANIES), ("Dead", FEW))]
        for moves in lots:
            env["account.move"].browse(moves).write({"xero_state": False})
        env.cr.commit()
        xero.do(_slow_down)
        say(f"Each call takes {LATENCY} s; a server has {CRON_WORKERS} workers for scheduled "
            "actions, as is Odoo's default")
        one, two = servers.run(1, lots[0]), servers.run(2, lots[1])
        takeover = servers.kill(lots[2])
        bills, numbers = xero.do(_count_bills)
    say()
    table([
        ("", "one server", "two servers"),
        ("Bills of as many companies in Xero after", *(f"{run.seconds:.1f} s"
                                                       for run in (one, two))),
        ("Throughput against one server", "1.00", f"{one.seconds / two.seconds:.2f}"),
        ("Calls to Xero (at least needed)", *(f"{len(run.calls)} ({COMPANIES * CALLS})"
                                              for run in (one, two))),
        ("Processes that served", *(str(len(run.processes)) for run in (one, two))),
        ("Companies served by two processes", *(str(run.shared) for run in (one, two))),
        ("Calls for one company at once by two", *(str(len(served_at_once(run.calls)))
                                                   for run in (one, two))),
    ], 42, 16, 16)
    posted = sum(map(len, lots))
    say(f"\n  {bills} bills in Xero with {numbers} numbers, {posted} posted")
    say(f"  A server killed in the middle of its calls: another one had done its work after "
        f"{takeover:.0f} s (goal: 120 s)")
    return (bills == numbers == posted and takeover < 120
            and not any(run.shared or served_at_once(run.calls) for run in (one, two)))


class Run:
    """What the calls of a run tell. :param list calls: of the sandbox's ledger"""

    def __init__(self, calls):
        self.calls = [call for call in calls if call.tenant_id]
        self.seconds = max(call.until for call in calls) - min(call.at for call in calls)
        served_by = defaultdict(set)
        for call in self.calls:
            served_by[call.tenant_id].add(process_of(call))
        self.processes = set().union(*served_by.values())
        self.shared = sum(len(processes) > 1 for processes in served_by.values())


class Servers:
    """Odoo servers on the bench's database, whose pushing is all that they do.

    :param ExitStack stack: closes what is opened
    """

    def __init__(self, env, xero, stack):
        self.env, self.xero, self.stack = env, xero, stack
        self.database, self.pause = env.cr.dbname, threading.Event()
        self.db, self.postgres = self._open(self.database), self._open("postgres")
        self._query("UPDATE ir_cron SET active = false")
        env.invalidate_all()

    def _open(self, database):
        connection = psycopg2.connect(**connection_info_for(database)[1])
        connection.autocommit = True
        return self.stack.enter_context(closing(connection))

    def _query(self, statement, *values):
        with self.db.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def run(self, number, moves):
        """Let a number of servers push. :return: Run"""
        with ExitStack() as stack:
            self._start(stack, number, moves)
            self._until(lambda: not self._waiting())
        return Run(self.xero.do(_ledger))

    def kill(self, moves):
        """Let two servers push and kill one, with all its processes.

        :return: seconds until another one had done what the dead one was about
        """
        with ExitStack() as stack:
            dying, _other = self._start(stack, 2, moves)
            processes = {str(process.pid) for process in dying.processes()}

            def under_way():
                return {call.tenant_id for call in self.xero.do(_ledger)
                        if call.until is None and process_of(call) in processes}
            self._until(lambda: len(under_way()) == CRON_WORKERS)
            orphans = under_way()
            dying.close()
            died = time.time()
            self._until(lambda: not self._waiting())
        return max(call.until for call in self.xero.do(_ledger)
                   if call.tenant_id in orphans and process_of(call) not in processes) - died

    def _start(self, stack, number, moves):
        """:return: list of Host, which begin now"""
        self.xero.do(_forget)
        self._query("UPDATE account_move SET xero_state = 'pending' WHERE id = ANY(%s)", moves)
        servers = [stack.enter_context(closing(Host([
            "--config", os.environ["ODOO_RC"], "--database", self.database,
            "--log-level", "error"]))) for _server in range(number)]
        self._until(lambda: listening(self._query, servers))
        stack.callback(self._query, "UPDATE ir_cron SET active = false")
        self._query("UPDATE ir_cron SET active = true, nextcall = now() AT TIME ZONE 'utc'"
                    " WHERE starts_with(cron_name, 'Xero')")
        with self.postgres.cursor() as cursor:
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self.database])
        return servers

    def _waiting(self):
        [[count]] = self._query("SELECT count(*) FROM account_move WHERE xero_state = 'pending'")
        return count

    def _until(self, condition):
        """:raise SystemExit: it does not come true"""
        answered, deadline = 0, 0
        while not condition():
            if (count := self.xero.do(count_calls)) != answered or not deadline:
                answered, deadline = count, time.monotonic() + PATIENCE
            elif time.monotonic() > deadline:
                raise SystemExit("The servers do not get on")
            self.pause.wait(0.2)


def _caller(env):
    def call(model, ids, method, *arguments):
        result = getattr(env[model].browse(ids), method)(*arguments)
        return result.ids if isinstance(result, models.BaseModel) else result
    return call


def _found(env, xero):
    """:return: list of Company, one for each of the sandbox's new organisations"""
    organisations, tokens = xero.do(_add_organisations, COMPANIES, env.company.currency_id.name)
    companies = found(_caller(env), CLIENT, {
        "owner": "everyone", "access_token": tokens["access_token"],
        "refresh_token": tokens["refresh_token"],
        "expires_at": fields.Datetime.now() + timedelta(minutes=30),
    }, organisations, env.company.currency_id.id)
    for company in companies:       # it is not yet the time for a poll
        connection = env["xero.connection"].browse(company.connection)
        polled = [one.path for one in connection._pull_lists() if one.interval]
        env["xero.cursor"]._get_or_create(connection, polled).write(
            {"polled_at": fields.Datetime.now() + timedelta(days=1)})
    return companies


# === IN THE SANDBOX === #

def _add_organisations(sandbox, _organisation, number, currency):
    organisations = [
        sandbox.add_organisation(f"Company {count}", base_currency=currency, currencies=[currency])
        for count in range(number)]
    tokens = sandbox.connect(sandbox.app(CLIENT), organisations)
    return [(each.tenant_id, each.name) for each in organisations], tokens


def _slow_down(sandbox, _organisation):
    sandbox.inject("slow", times=1_000_000, seconds=LATENCY)


def _forget(sandbox, _organisation):
    sandbox.reset_calls()


def _ledger(sandbox, _organisation):
    return sandbox.calls


def _count_bills(sandbox, _organisation):
    """:return: how many bills there are, and how many numbers of them"""
    numbers = [(each.tenant_id, bill["InvoiceNumber"]) for each in sandbox.organisations
               for bill in each.invoices]
    return len(numbers), len(set(numbers))
