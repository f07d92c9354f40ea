"""The way of a push and of a pull through the files of the module, traced while they run.

Odoo, PostgreSQL and HTTP are real, and Odoo's scheduled actions do the work; the Xero sandbox runs
in a process of its own. Pushed is one invoice for a customer whom Xero does not have yet; pulled,
by asking for changes, is the payment of an invoice. Both have been done once before, so that
nothing is done that belongs to the first time only.

A file counts when one of its functions is called; a move is a call into a file from another one,
whatever of Odoo lies in between. `_check_field_access` does not count: Odoo calls it on each access
to a field.
"""

import sys
import threading
from pathlib import Path

from bench_kit import CHECKOUT, bench, make_customers, prepare_invoices

NOT_COUNTED = {"_check_field_access"}


class Trace:
    """The files that work while it is entered, in all threads that begin meanwhile.

    :param pathlib.Path directory: of the files that count
    """

    def __init__(self, directory):
        self.files, self.moves = set(), 0
        self._directory = directory.resolve()
        self._names = {}                    # code -> name of its file, None for those of others
        self._local = threading.local()     # its stack: the files that are at work

    def __enter__(self):
        threading.setprofile(self._count)
        sys.setprofile(self._count)
        return self

    def __exit__(self, *exc_info):
        sys.setprofile(None)
        threading.setprofile(None)

    def _count(self, frame, event, _argument):
        name = self._name(frame.f_code) if event in ("call", "return") else None
        if not name:
            return
        try:
            stack = self._local.stack
        except AttributeError:
            stack = self._local.stack = []
        if event == "return":
            del stack[-1:]
            return
        self.files.add(name)
        self.moves += bool(stack) and stack[-1] != name
        stack.append(name)

    def _name(self, code):
        try:
            return self._names[code]
        except KeyError:
            pass
        path = Path(code.co_filename)
        ours = path.is_absolute() and code.co_name not in NOT_COUNTED
        path = path.resolve() if ours else path
        ours = ours and path.is_relative_to(self._directory)
        name = self._names[code] = str(path.relative_to(self._directory)) if ours else None
        return name


def measure():
    """Trace a push and a pull in a fresh database, whose configuration `ODOO_RC` names.

    :rtype: tuple[Trace, Trace]
    :raise SystemExit: the invoice did not arrive, or the payment did not
    """
    with bench() as (env, connection, xero):
        first, second = env["account.move"].create(
            prepare_invoices(env, make_customers(env, 2), 2, lines=1))
        for move in (first, second):
            move.action_post()
            push = _run(env, "ir_cron_push")
            _expect(move, "xero_state", "synced")
            _run(env, "ir_cron_pull")       # the first one asks for all lists
        for move in (first, second):
            xero.do(_pay, move.xero_document_id)
            connection.cursor_ids.polled_at = False
            pull = _run(env, "ir_cron_pull")
            _expect(move, "payment_state", "paid", "in_payment")
    return push, pull


def _run(env, name):
    """:return: the Trace of a scheduled action, run by hand after all that is done is committed"""
    env.cr.commit()
    env.invalidate_all()
    with Trace(CHECKOUT / "models") as trace:
        env.ref(f"account_xero.{name}").method_direct_trigger()
    env.cr.commit()
    env.invalidate_all()
    return trace


def _expect(move, name, *values):
    if move[name] not in values:
        raise SystemExit(f"{move.name}: {name} is {move[name]}, {move['xero_error_message']}")


def _pay(_sandbox, organisation, xero_id):
    organisation.as_person.pay(xero_id)
