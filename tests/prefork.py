"""As :mod:`worker`, but a process is forked for each call, as Odoo's own prefork server has them.

Each writes two lines: ``[process id, null]`` as it begins, so that a test can kill it without
having to start a new Odoo, and ``[process id, result]`` at its end. A line that it reads may have a
fifth element, a dict: ``die_at``, kind and number of the moment at which the process is to end as
by ``kill -9``, ``constants``, values by dotted name that count in this process, and ``clock``,
seconds that the clock of its host is ahead.
"""
import importlib
import json
import os
import signal
import sys
from datetime import datetime, timedelta

from freezegun import freeze_time

import odoo
from odoo.modules.registry import Registry
from odoo.sql_db import Cursor, close_all

import worker


class Death:
    """Ends this process at one of the moments that make a difference to both books: before each
    commit that changes something, before each request by which Xero changes something, and after
    each request, with the answer in its hands.

    :param str kind: what is in the names of the moments that are counted
    :param int number: the number of the moment among those, from 0
    """

    def __init__(self, kind, number):
        self.kind, self.left = kind, number

    def watch(self):
        """Count from now on."""
        from odoo.addons.account_xero.xero.transport import _Adapter
        commit, send = Cursor.commit, _Adapter.send

        def commit_or_die(cursor):
            cursor.flush()
            cursor.execute("SELECT pg_current_xact_id_if_assigned()")
            if cursor.fetchone()[0]:
                self.pass_by('before a commit')
            return commit(cursor)

        def send_or_die(adapter, request, **kwargs):
            if request.method != 'GET':
                self.pass_by(f'before {request.method} {request.path_url}')
            answer = send(adapter, request, **kwargs)
            self.pass_by(f'after {request.method} {request.path_url}')
            return answer

        Cursor.commit, _Adapter.send = commit_or_die, send_or_die

    def pass_by(self, moment):
        """:param str moment: told to the test when it was the last one"""
        self.left -= self.kind in moment
        if self.left < 0:
            worker.tell([os.getpid(), {'result': {'killed': moment}}])
            os.kill(os.getpid(), signal.SIGKILL)


def serve(registry, model, ids, method, arguments, options=None):
    """Call a method, which this process may not survive. :return: as :func:`worker.call`"""
    options = options or {}
    for name, value in options.get('constants', {}).items():
        module, _, constant = name.rpartition('.')
        setattr(importlib.import_module(f'odoo.addons.account_xero.{module}'), constant, value)
    if 'clock' in options:
        freeze_time(
            datetime.utcnow() + timedelta(seconds=options['clock']), tick=True).start()
    if 'die_at' in options:
        Death(*options['die_at']).watch()
    return worker.call(registry, model, ids, method, arguments)


if __name__ == '__main__':
    odoo.tools.config.parse_config(sys.argv[1:])
    registry = Registry(odoo.tools.config['db_name'][0])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)       # nobody waits for those that were killed
    worker.tell('ready')
    for line in sys.stdin:
        close_all()         # a session of PostgreSQL belongs to one process
        if os.fork() == 0:
            worker.tell([os.getpid(), None])
            worker.tell([os.getpid(), serve(registry, *json.loads(line))])
            os._exit(0)
