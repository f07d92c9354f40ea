"""What a thousand organisations cost while nothing happens, and what somebody who works in one
company notices of the others: against one organisation."""

import os
from datetime import timedelta

from odoo import fields

from odoo.addons.base.models.ir_cron import IrCron

from bench_kit import CLIENT, Meter, bench, say, table
from bench_screens import POSTED, ROWS, Side

ORGANISATIONS = int(os.environ.get("ACCOUNT_XERO_BENCH_ORGANISATIONS", 1000))
GLOBAL_CRONS = ("push", "pull", "reconcile")
QUIET = "A quiet minute of the scheduler"
FOR_EVER = timedelta(days=365)


def quiet():
    """:return: whether a thousand organisations cost no query more than one"""
    with bench() as (env, connection, _xero):
        side = Side(env)
        side.mark_synced()
        _calm_down(env)
        say(f"Counting queries beside 1 organisation and beside {ORGANISATIONS:,}")
        one = _measure(env, side)
        _found(env, connection, ORGANISATIONS - 1)
        _calm_down(env)
        many = _measure(env, side)
    say()
    table([("Queries", "1", f"{ORGANISATIONS:,}"),
           *((label, str(few.queries), str(more.queries))
             for (label, few), more in zip(one.items(), many.values(), strict=True)),
           ("CPU time of a quiet minute", *(f"{1000 * each[QUIET].cpu:.0f} ms"
                                            for each in (one, many)))],
          42, 12, 12)
    return all(few.queries == more.queries
               for few, more in zip(one.values(), many.values(), strict=True))


def _measure(env, side):
    """:return: {what was done: Meter}"""
    meters = {}
    _quiet_minute(env)      # what is read once a process is read
    meters[QUIET] = _quiet_minute(env)
    for label, work in ((f"Posting {POSTED} invoices", side.post),
                        (f"Opening the list, {ROWS} rows", side.open_list),
                        ("Opening an invoice", side.open_form)):
        work()
        work()
        meters[label] = side.meter
    return meters


def _quiet_minute(env):
    """Let Odoo's scheduler run the actions that look after all organisations.

    :return: Meter of it
    """
    for name in GLOBAL_CRONS:
        env.ref(f"account_xero.ir_cron_{name}")._trigger()
    env.cr.commit()
    with Meter() as meter:
        IrCron._process_jobs(env.cr.dbname)
    env.invalidate_all()
    return meter


def _calm_down(env):
    """Let nothing be due: no list, no organisation's own action and none of another module's."""
    connections = env["xero.connection"].search([])
    now = fields.Datetime.now()
    for connection in connections:
        paths = [one.path for one in connection._pull_lists()]
        env["xero.cursor"]._get_or_create(connection, paths)
    env["xero.cursor"].search([]).polled_at = now
    crons = env["ir.cron"].with_context(active_test=False).search([])
    crons.nextcall = now + FOR_EVER
    env["ir.cron.trigger"].search([]).unlink()
    env.cr.commit()


def _found(env, connection, count):
    """Make companies, each connected to an organisation of its own that nobody asks for anything.

    :param recordset connection: `xero.connection` that the others are like
    :param int count: of companies
    """
    now = fields.Datetime.now()
    companies = env["res.company"].create([{"name": f"Company {n}"} for n in range(count)])
    env["xero.connection"].create([{
        "company_id": company.id, "client_id": CLIENT, "client_secret": CLIENT,
        "token_id": connection.token_id.id, "tenant_id": f"bench-{company.id}",
        "tenant_name": company.name, "state": "connected", "connected_at": now,
        "reference_date": now,
    } for company in companies])
    env.cr.commit()
