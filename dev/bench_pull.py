"""What it costs to apply payments beside Odoo's own *Register payment*, and what the night's
comparison costs with many documents.

    ACCOUNT_XERO_BENCH_PAYMENTS  payments to apply, 1000 by default
    ACCOUNT_XERO_BENCH_PROFILE   a file that receives the pull's cProfile statistics
"""

import os
from datetime import timedelta

from odoo import fields

from bench_kit import (
    Meter,
    bench,
    copy_in_sql,
    copy_in_xero,
    count_calls,
    make_customers,
    prepare_invoices,
    profiled,
    push_all,
    say,
    table,
)

PAYMENTS = int(os.environ.get("ACCOUNT_XERO_BENCH_PAYMENTS", 1000))
TEMPLATES = 50
BATCH = 50          # as many as the pull applies in one transaction
SIZES = (1_000, 10_000, 100_000)
CHANGED = 1_000
DAYS = 30           # for so long the other documents have not changed
GUID = "md5(copy.new::text)::uuid::text"


def _pushed(env, connection):
    """:return: invoices that both books have, to copy"""
    moves = env["account.move"].create(
        prepare_invoices(env, make_customers(env, TEMPLATES), TEMPLATES))
    moves.action_post()
    env.cr.commit()
    push_all(env, connection)
    env.invalidate_all()
    return moves


def _copy(env, xero, templates, count):
    """:return: copies of the invoices in both books"""
    copies = copy_in_sql(env, templates, count, xero_document_id=GUID, xero_number="'COPY/' || "
                         "copy.new")
    ids = {move.id: move.xero_document_id for move in templates}
    moves = env["account.move"].browse(new for new, _old in copies)
    moves.fetch(["xero_document_id", "name"])
    xero.do(copy_in_xero, [
        (env["account.move"].browse(new).xero_document_id, f"COPY/{new}", ids[old])
        for new, old in copies], DAYS)
    env.invalidate_all()
    return moves


# === PAYMENTS === #

def payments():
    """:return: whether both ways paid all invoices"""
    with bench() as (env, connection, xero):
        copies = _copy(env, xero, _pushed(env, connection), 2 * (PAYMENTS + TEMPLATES))
        # Equal invoices for both; the wizard's turn comes before and after ours. The first few
        # warm both up.
        theirs, ours = copies[:PAYMENTS + BATCH], copies[PAYMENTS + BATCH:]
        journal = env["account.journal"].search([
            ("company_id", "=", connection.company_id.id), ("type", "=", "bank")], limit=1)
        connection.payment_journal_id = journal
        _register(env, theirs[:BATCH], journal)
        _pay_and_pull(env, connection, xero, ours[:BATCH], Meter())
        theirs, ours = theirs[BATCH:], ours[BATCH:]
        say(f"{PAYMENTS} payments each: by Odoo's own wizard, {BATCH} invoices at a time, and by "
            "the pull")
        wizard, pull, before = Meter(), Meter(), xero.do(count_calls)
        for start in range(0, PAYMENTS, BATCH):
            if start == PAYMENTS // 2:
                _pay_and_pull(env, connection, xero, ours, pull)
            with wizard:
                _register(env, theirs[start:start + BATCH], journal)
        calls = xero.do(count_calls) - before
        env.invalidate_all()
        paid = [sum(move.payment_state == "paid" for move in moves) for moves in (theirs, ours)]
    say()
    table([
        ("", "Register payment", "our pull"),
        ("CPU time a payment", f"{1000 * wizard.cpu / PAYMENTS:.2f} ms",
         f"{1000 * pull.cpu / PAYMENTS:.2f} ms"),
        ("CPU time against Odoo's own (goal: 1.0)", "1.00", f"{pull.cpu / wizard.cpu:.2f}"),
        ("SQL queries a payment", f"{wizard.queries / PAYMENTS:.2f}",
         f"{pull.queries / PAYMENTS:.2f}"),
        ("Time for all of them", f"{wizard.wall:.1f} s", f"{pull.wall:.1f} s"),
        ("Calls to Xero", "", f"{calls}"),
        ("Invoices paid", *map(str, paid)),
    ], 42, 20, 12)
    return paid == [PAYMENTS, PAYMENTS]


def _register(env, moves, journal):
    """Pay invoices as a person does who selects them in the list."""
    env["account.payment.register"].with_context(
        active_model="account.move", active_ids=moves.ids).create({
            "journal_id": journal.id, "group_payment": False,
        })._create_payments()
    env.cr.commit()


def _pay_and_pull(env, connection, xero, moves, meter):
    xero.do(_pay, [move.xero_document_id for move in moves])
    connection.cursor_ids.polled_at = False
    env.cr.commit()
    env.invalidate_all()
    with meter, profiled():
        # One run is not long enough for all.
        while connection.env['xero.pull']._get_due(connection):
            connection._pull()
            env.cr.commit()
            env.invalidate_all()


def _pay(_sandbox, organisation, ids):
    for xero_id in ids:
        organisation.as_person.pay(xero_id)


# === THE NIGHT === #

def night():
    """:return: whether the number of calls and queries does not depend on what exists"""
    with bench() as (env, connection, xero):
        templates = _pushed(env, connection)
        connection._pull()
        env.cr.commit()
        xero.do(_age, DAYS)
        say("The night's comparison of the last 7 days; documents copied by SQL, and in Xero "
            f"unchanged for {DAYS} days")
        rows, quiet, existing = [("documents", "calls", "queries", "CPU", "time")], set(), 0
        for size in SIZES:
            moves = _copy(env, xero, templates, size - existing - (0 if existing else TEMPLATES))
            existing = size
            _compare(env, connection, xero)
            meter, calls = _compare(env, connection, xero)
            quiet.add((calls, meter.queries))
            rows.append(_row(f"{size:,}, none changed", meter, calls))
        xero.do(_touch, [move.xero_document_id for move in moves[-CHANGED:]])
        meter, calls = _compare(env, connection, xero)
        rows.append(_row(f"{size:,}, {CHANGED:,} changed", meter, calls))
        seen = env["account.move"].search_count([
            ("id", "in", moves[-CHANGED:].ids), ("xero_pull_hash", "!=", False)])
    say()
    table(rows, 28, 10, 10, 12, 12)
    say(f"\n  {seen} of {CHANGED} changed documents were compared")
    return len(quiet) == 1 and seen == CHANGED


def _row(label, meter, calls):
    return (label, str(calls), str(meter.queries), f"{1000 * meter.cpu:.0f} ms",
            f"{meter.wall:.2f} s")


def _compare(env, connection, xero):
    """:return: Meter, number of calls"""
    before = xero.do(count_calls)
    env["xero.pull"]._compare_since(connection, fields.Datetime.now() - timedelta(days=7))
    env.cr.commit()
    env.invalidate_all()
    with Meter() as meter, profiled():
        connection._pull()
        env.cr.commit()
    return meter, xero.do(count_calls) - before


def _age(_sandbox, organisation, days):
    """Let everything be as old as the copies."""
    for name in ("Invoices", "Contacts"):
        for record in organisation.store[name].values():
            record["UpdatedDateUTC"] -= timedelta(days=days)


def _touch(_sandbox, organisation, ids):
    """Change something in Xero that Odoo has nothing to do for."""
    for xero_id in ids:
        organisation.store["Invoices"].get(xero_id).update(
            Reference="Looked at", UpdatedDateUTC=organisation.stamp())
