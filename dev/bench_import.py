"""What the first synchronisation of years of Xero costs: time, calls and memory.

    ACCOUNT_XERO_BENCH_HISTORY  documents of the history, 3000 by default; a contact for each six
    ACCOUNT_XERO_BENCH_LISTED   documents that are only listed, to measure memory; 100000 by default
    ACCOUNT_XERO_BENCH_PROFILE  a file that receives the synchronisation's cProfile statistics
"""

import os
import resource
import uuid
from datetime import date, timedelta

import psutil

from odoo import fields

import demo_books
from bench_kit import Meter, bench, count_calls, profiled, say, table
from xero_sandbox.history import History

HISTORY = int(os.environ.get("ACCOUNT_XERO_BENCH_HISTORY", 3000))
LISTED = int(os.environ.get("ACCOUNT_XERO_BENCH_LISTED", 100_000))
TEMPLATES = 50
MEGABYTE = 1024 * 1024
#: What a worker may have grown by from the first tenth to the last: PostgreSQL's driver and
#: Python's allocator keep a little.
GROWTH = 1.05


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


def _synchronise(env, connection, xero):
    """:return: Meter, number of calls, megabytes by which the process has grown"""
    before, memory = xero.do(count_calls), _resident()
    _start(env, connection)
    with Meter() as meter:
        while run := env["xero.first.sync"]._running(connection):
            connection._pull()
            env.cr.commit()
            env.invalidate_all()
            say(f"  {run.read_count:,} documents read, {_resident():.0f} MB")
    return meter, xero.do(count_calls) - before, _resident() - memory


def _start(env, connection, **values):
    env["xero.first.sync.wizard"].create({
        "connection_id": connection.id, "scope": "all", **values}).action_start()
    env.cr.commit()


def _resident():
    """:return: memory of this process in MB"""
    return psutil.Process().memory_info().rss / MEGABYTE


def listed():
    """:return: whether the memory is flat, and a second time nothing is written"""
    with bench() as (env, connection, xero):
        _map(env, connection)
        xero.do(_copy, LISTED)
        connection.connected_at = fields.Datetime.now() + timedelta(days=30)
        env.cr.commit()
        say(f"The first synchronisation of {LISTED:,} documents that are only listed")
        rows = [("documents read", "resident", "most ever", "calls")]
        sizes = []
        for time in ("first time", "second time"):
            _start(env, connection, import_policy="list")
            while run := env["xero.first.sync"]._running(connection):
                connection._pull()
                env.cr.commit()
                env.invalidate_all()
                sizes.append(_resident())
                most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                rows.append((f"{run.read_count:,}, {time}", f"{sizes[-1]:.0f} MB",
                             f"{most:.0f} MB", str(xero.do(count_calls))))
        waiting = env["xero.unmatched"].search_count([])
        second = env["xero.first.sync"].search([], limit=1)
        written = env["xero.unmatched"].search_count([("write_date", ">", second.create_date)])
    table(rows, 34, 12, 12, 10)
    say(f"\n  {waiting:,} documents are listed; the second time, {written} rows were written")
    return waiting == LISTED and not written and max(sizes) < GROWTH * sizes[0]


def _copy(_sandbox, organisation, count):
    """Make documents in Xero by copying a few; a second apart, as no second has a page of them."""
    contacts = [{"ContactID": organisation.as_person.create_contact(f"Contact {n}")["ContactID"]}
                for n in range(TEMPLATES)]
    kinds = {"Invoices": ("InvoiceID", "InvoiceNumber"),
             "CreditNotes": ("CreditNoteID", "CreditNoteNumber")}
    History(organisation, contacts, date(2024, 1, 2)).write(TEMPLATES, 100)
    templates = [(name, record) for name in kinds for record in organisation.store[name].values()]
    moment = organisation.stamp() - timedelta(seconds=count)
    with organisation.transaction():
        for number in range(count - len(templates)):
            name, record = templates[number % len(templates)]
            key, label = kinds[name]
            organisation.store[name].put({
                **record, key: str(uuid.uuid4()), label: f"COPY-{number}",
                "UpdatedDateUTC": moment + timedelta(seconds=number)}, touch=False)


def _map(env, connection):
    costs = env["xero.account"].search([
        ("connection_id", "=", connection.id), ("code", "=", "429")])
    expenses = env["account.account"].search([("account_type", "=", "expense")], limit=1)
    expenses.xero_account_id = costs
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
