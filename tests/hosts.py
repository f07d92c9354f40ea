"""Odoo servers that run scheduled actions, as on several hosts, and which process served whom.

Shared with the bench, so it imports nothing of the other tests.
"""
import secrets
import signal
import subprocess
import sys
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import psutil

#: Odoo's own default.
CRON_WORKERS = 2


class Host:
    """An Odoo server that runs scheduled actions in processes of its own.

    :param list options: of Odoo: its database and how to reach it
    """

    def __init__(self, options):
        self.name = f'host-{secrets.token_hex(8)}'      # PostgreSQL knows its sessions by it
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name('host.py'), 'server', *options, '--no-http',
             '--workers=1', f'--max-cron-threads={CRON_WORKERS}', f'--db_app_name={self.name}'])

    def processes(self):
        """:return: list of `psutil.Process`: those that work, and at last the one that would
            replace them"""
        server = psutil.Process(self.process.pid)
        return [*server.children(recursive=True), server]

    def kill_a_worker(self, dice):
        """End a worker at once, as a power cut does. :return: whether there was one"""
        *workers, _server = self.processes()
        if workers:
            dice.choice(sorted(workers, key=lambda each: each.pid)).send_signal(signal.SIGKILL)
        return bool(workers)

    def close(self):
        """End it with all its processes at once, whatever they are doing."""
        if self.process.returncode is not None:
            return
        processes = self.processes()
        for process in reversed(processes):     # the one that would replace the others first
            process.kill()
        psutil.wait_procs(processes[:-1])
        self.process.wait()


def listening(query, hosts):
    """Whether all scheduler processes of some servers wait to be woken.

    :param query: function(statement, *values) that runs SQL and returns the rows
    """
    [[count]] = query(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE application_name = ANY(%s) AND datname = 'postgres'", [h.name for h in hosts])
    return count >= CRON_WORKERS * len(hosts)


def process_of(call):
    """:return: the number of the process that made a call of the sandbox's ledger, as text"""
    return call.headers['User-Agent'].partition('process/')[2]


def served_at_once(calls):
    """Find organisations that two processes served at the same time.

    :param list calls: the sandbox's ledger
    :return: list of (Call, Call)
    """
    by_organisation = defaultdict(list)
    for call in calls:
        if call.tenant_id:
            by_organisation[call.tenant_id].append(call)
    return [
        (one, other) for row in by_organisation.values() for one, other in combinations(row, 2)
        if process_of(one) != process_of(other) and not (_over(one, other) or _over(other, one))]


def _over(one, other):
    return one.until is not None and one.until <= other.at
