"""What the first synchronisation of years of Xero costs: time, calls and memory.

    ACCOUNT_XERO_BENCH_HISTORY  documents of the history, 3000 by default; a contact for each six
    ACCOUNT_XERO_BENCH_LISTED   documents that are only listed, to measure memory; 100000 by default
    ACCOUNT_XERO_BENCH_PROFILE  a file that receives the synchronisation's cProfile statistics
"""

import os
from datetime import timedelta

import psutil

from odoo import fields

import demo_books
from bench_kit import Meter, bench, count_calls, profiled, say, table
from xero_sandbox.history import History

HISTORY = int(os.environ.get("ACCOUNT_XERO_BENCH_HISTORY", 3000))
LISTED = int(os.environ.get("ACCOUNT_XERO_BENCH_LISTED", 100_000))
MEGABYTE = 1024 * 1024


def history():
    """:return: whether all of it came, and a second time nothing"""
    with bench() as (env, connection, xero):
        _map(env, connection)
        ids = xero.do(_write, HISTORY, HISTORY // 6)
        env["res.partner"].create([
            {"name": name, "xero_contact_id": xero_id} for xero_id, name in ids.items()])
        connection.connected_at = fields.Datetime.now() + timedelta(days=30)
        env.cr.commit()
        env.invalidate_all()
        rows = [("", "first time", "second time")]
        with profiled():
            runs = [_synchronise(env, connection, xero)]
        runs.append(_synchronise(env, connection, xero))
        here = env["account.move"].search_count([("xero_origin", "=", True)])
    rows += [
        ("Time", *(f"{meter.wall:.0f} s" for meter, _calls, _growth in runs)),
        ("CPU time", *(f"{meter.cpu:.0f} s" for meter, _calls, _growth in runs)),
        ("SQL queries", *(f"{meter.queries:,}" for meter, _calls, _growth in runs)),
        ("Calls to Xero", *(str(calls) for _meter, calls, _growth in runs)),
        ("Memory that it took more", *(f"{growth:.0f} MB" for _meter, _calls, growth in runs)),
    ]
    say(f"The first synchronisation of {HISTORY:,} documents of {len(ids):,} contacts")
    table(rows, 34, 14, 14)
    say(f"\n  {here:,} documents are here")
    return here == HISTORY


def _synchronise(env, connection, xero, **values):
    """:return: Meter, number of calls, megabytes by which the process has grown"""
    before, process = xero.do(count_calls), psutil.Process()
    memory = process.memory_info().rss
    env["xero.first.sync.wizard"].create({
        "connection_id": connection.id, "scope": "all", **values}).action_start()
    env.cr.commit()
    with Meter() as meter:
        while connection._running_sync():
            connection._pull()
            env.cr.commit()
    return meter, xero.do(count_calls) - before, (process.memory_info().rss - memory) / MEGABYTE


def _map(env, connection):
    costs = env["xero.account"].search([
        ("connection_id", "=", connection.id), ("code", "=", "429")])
    env["account.account"].search([("account_type", "=", "expense")], limit=1).xero_account_id = costs
    # The chart's taxes of 0 % on purchases are several, of which one has to be chosen.
    demo_books.find_tax(env, "purchase", 0).xero_tax_rate_id = env["xero.tax.rate"].search([
        ("connection_id", "=", connection.id), ("tax_type", "=", "ZERORATEDINPUT")])


def _write(_sandbox, organisation, count, contacts):
    """:return: {ContactID: name}"""
    records = [organisation.as_person.create_contact(f"Contact {number}")
               for number in range(contacts)]
    History(organisation, [{"ContactID": record["ContactID"]} for record in records]).write(
        count, 600)
    return {record["ContactID"]: record["Name"] for record in records}
