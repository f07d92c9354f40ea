"""What our push costs beside what Odoo itself needs for the same invoices; how long it takes when
Xero is slow; and whether a worker that pushes ten thousand documents keeps its size.

    ACCOUNT_XERO_BENCH_INVOICES  invoices to push, 1000 by default; of 5 lines each
    ACCOUNT_XERO_BENCH_PROFILE   a file that receives the push's cProfile statistics
"""

import math
import os
from pathlib import Path

from bench_kit import (
    Meter,
    bench,
    copy_in_sql,
    count_calls,
    count_invoices,
    make_customers,
    prepare_invoices,
    profiled,
    push_all,
    say,
    table,
)

INVOICES = int(os.environ.get("ACCOUNT_XERO_BENCH_INVOICES", 1000))
CUSTOMERS, LINES, BATCH, CONCURRENT = max(1, INVOICES // 5), 5, 50, 5
LATENCY = 1.5       # seconds a call
MEMORY = 10_000     # documents


def push():
    """:return: whether all invoices arrived, with no call more than needed"""
    with bench() as (env, connection, xero):
        partners = make_customers(env, CUSTOMERS)
        values = prepare_invoices(env, partners, INVOICES, LINES)
        warm_up = env["account.move"].create(values[:1])
        warm_up.action_post()
        warm_up.write({"xero_state": False})
        env.cr.commit()
        say(f"Creating and posting {INVOICES} invoices of {LINES} lines for {CUSTOMERS} new "
            "customers")
        with Meter() as odoo:
            for start in range(0, INVOICES, BATCH):
                env["account.move"].create(values[start:start + BATCH]).action_post()
                env.cr.commit()
        before = xero.do(count_calls)
        say("Pushing them")
        with Meter() as ours, profiled():
            push_all(env, connection)
        calls, documents = xero.do(count_calls) - before, xero.do(count_invoices)
    floor = math.ceil(CUSTOMERS / BATCH) + math.ceil(INVOICES / BATCH)
    say()
    table([
        ("", "Odoo: create, post", "our push"),
        ("CPU time a document", f"{1000 * odoo.cpu / INVOICES:.2f} ms",
         f"{1000 * ours.cpu / INVOICES:.2f} ms"),
        ("CPU time against Odoo's own (goal: 5 %)", "100 %", f"{100 * ours.cpu / odoo.cpu:.1f} %"),
        ("SQL queries a document", f"{odoo.queries / INVOICES:.2f}",
         f"{ours.queries / INVOICES:.2f}"),
        ("Time for all of them", f"{odoo.wall:.1f} s", f"{ours.wall:.1f} s"),
        ("Calls to Xero (at least needed)", "", f"{calls} ({floor})"),
        ("Invoices in Xero", "", f"{documents}"),
    ], 42, 20, 12)
    return documents == INVOICES and calls == floor


def _templates(env, customers, count=50):
    """:return: posted invoices to copy, which are not pushed themselves"""
    moves = env["account.move"].create(
        prepare_invoices(env, make_customers(env, customers), count, LINES))
    moves.action_post()
    moves.write({"xero_state": False})
    env.cr.commit()
    return moves


def slow(documents=None):
    """:return: whether all invoices arrived"""
    documents = documents or INVOICES
    with bench() as (env, connection, xero):
        templates = _templates(env, CUSTOMERS, CUSTOMERS)
        copy_in_sql(env, templates, documents, xero_state="'pending'")
        xero.do(_slow_down)
        say(f"Pushing {documents} invoices (copied by SQL) for {CUSTOMERS} new customers; each "
            f"call takes {LATENCY} s")
        with Meter() as ours:
            push_all(env, connection)
        arrived = xero.do(count_invoices)
    rounds = math.ceil(CUSTOMERS / BATCH / CONCURRENT) + math.ceil(documents / BATCH / CONCURRENT)
    best = rounds * LATENCY
    say()
    table([
        ("Best that 5 calls at once allow", f"{best:.1f} s"),
        ("Our push", f"{ours.wall:.1f} s"),
        ("Ratio (goal: 1.10)", f"{ours.wall / best:.2f}"),
        ("CPU time of it", f"{ours.cpu:.1f} s"),
    ], 42, 20)
    return arrived == documents


def _slow_down(sandbox, _organisation):
    sandbox.inject("slow", times=1_000_000, seconds=LATENCY)


def memory():
    """:return: whether all documents arrived"""
    with bench() as (env, connection, xero):
        templates = _templates(env, 50)
        copy_in_sql(env, templates, MEMORY, xero_state="'copied'")
        say(f"Pushing {MEMORY} invoices of {LINES} lines (copied by SQL), one run of the worker "
            "after the other")
        rows = [("documents pushed", "resident memory", "growth")]
        first = None
        for done in range(0, MEMORY, MEMORY // 10):
            env.cr.execute(
                "UPDATE account_move SET xero_state = 'pending' WHERE id IN (SELECT id FROM"
                " account_move WHERE xero_state = 'copied' ORDER BY id LIMIT %s)", [MEMORY // 10])
            env.cr.commit()
            env.invalidate_all()
            push_all(env, connection)
            size = _resident()
            first = first or size
            rows.append((f"{done + MEMORY // 10}", f"{size:.1f} MB", f"{size / first - 1:+.1%}"))
        say()
        table(rows, 20, 20, 12)
        return xero.do(count_invoices) == MEMORY


def _resident():
    """:return: memory of this process in MB"""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("No VmRSS in /proc/self/status")
