"""Real Odoo processes on a real copy of the database, with real commits."""
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg2
from psycopg2 import sql

from odoo.sql_db import connection_info_for
from odoo.tests import BaseCase
from odoo.tests.common import get_db_name
from odoo.tools import config

TEMPLATE = 'ACCOUNT_XERO_TEMPLATE_DB'
#: Seconds after which something that is waited for counts as hung.
PATIENCE = 60


def _options(database):
    """:return: the options with which another process finds the same Odoo"""
    options = [f'--database={database}', f"--data-dir={config['data_dir']}",
               f"--addons-path={','.join(config['addons_path'])}", '--log-level=critical']
    return options + [f'--{name}={config[name]}' for name in (
        'db_host', 'db_port', 'db_user', 'db_password') if config[name]]


class Worker:
    """An Odoo process, as a cron worker or an HTTP worker is one."""

    def __init__(self, database):
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name('worker.py'), *_options(database)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, model, ids, method, *arguments, company=None):
        """Have a method called; :meth:`answer` tells what came of it.

        :param int company: id of the one to work in, if it is not the user's own
        """
        self._write([model, ids, method, arguments, company])

    def _write(self, line):
        self.process.stdin.write((json.dumps(line) + '\n').encode())
        self.process.stdin.flush()

    def answer(self):
        """:return: 'ready', or dict with ``result``, or ``error`` and ``message``
        :raise TimeoutError: the process hangs
        :raise EOFError: the process ended"""
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            raise TimeoutError("the worker does not answer")
        line = self.process.stdout.readline()
        if not line:
            raise EOFError("the worker has ended")
        return json.loads(line)

    def call(self, *call, company=None):
        """As :meth:`send`.

        :return: what the method returned
        """
        self.send(*call, company=company)
        answer = self.answer()
        if 'error' in answer:
            raise AssertionError(f"{call}: {answer}")
        return answer['result']

    def kill(self):
        """End it at once, as a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.close()

    def close(self):
        """Let it end after what it is doing."""
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


class Office(Worker):
    """An Odoo that forks a process for each call; several may be at work at once."""

    def __init__(self, database):
        # Without a buffer: the lines of two processes may come at once.
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name('prefork.py'), *_options(database)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.answer()
        self._results = {}

    def start(self, model, ids, method, *arguments, **options):
        """Let a process of its own call a method.

        :param options: see :mod:`.prefork`
        :return: the process's id
        """
        self._write([model, ids, method, arguments, options])
        while True:
            process, result = self.answer()
            if result is None:
                return process
            self._results[process] = result

    def result(self, process):
        """:return: what the method returned in a process, which has ended then"""
        while process not in self._results:
            ended, result = self.answer()
            self._results[ended] = result
        result = self._results.pop(process)
        if 'error' in result:
            raise AssertionError(result)
        return result['result']

    def call(self, *call, **options):
        """:return: what the method returned, called by a process of its own"""
        return self.result(self.start(*call, **options))


class ProcessCase(BaseCase):
    """A database of its own, which workers change as they do in production."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = f'{get_db_name()}_{cls.__name__.lower()}'
        cls._drop_database()
        cls.addClassCleanup(cls._drop_database)
        template = os.environ.get(TEMPLATE)
        cls._server('CREATE DATABASE {} TEMPLATE {}', cls.database, template or 'template0')
        if not template:
            subprocess.run(
                [sys.executable, '-m', 'odoo', *_options(cls.database), '-i', 'account_xero',
                 '--skip-auto-install', '--stop-after-init', '--no-http'], check=True)
        cls.pause = threading.Event()
        cls._idle = []
        cls.addClassCleanup(lambda: [worker.close() for worker in cls._idle])

    @staticmethod
    def _connect_to(database):
        return psycopg2.connect(**connection_info_for(database)[1])

    @classmethod
    def _server(cls, statement, *names, values=()):
        connection = cls._connect_to('postgres')
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)), values)
        connection.close()

    @classmethod
    def _drop_database(cls, name=None):
        name = name or cls.database
        # WITH (FORCE) would fail where PostgreSQL itself is at work, as autovacuum; without it,
        # PostgreSQL asks that to end, and waits.
        cls._server("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = %s AND usename = current_user", values=[name])
        cls._server('DROP DATABASE IF EXISTS {}', name)

    def setUp(self):
        super().setUp()
        self.db = self._connect_to(self.database)
        self.db.autocommit = True
        self.addCleanup(self.db.close)

    def _workers(self, number):
        """Return workers that wait to be told what to do; starting one takes seconds, so those
        that an earlier test did not kill are taken first."""
        workers = [self._idle.pop() if self._idle else None for _number in range(number)]
        workers = [worker or Worker(self.database) for worker in workers]
        for worker in workers:
            self.addCleanup(self._take_back, worker)
            if not hasattr(worker, 'ready'):
                worker.ready = worker.answer()
        return workers

    def _take_back(self, worker):
        if worker.process.poll() is None:
            self._idle.append(worker)

    def _sql(self, statement, *values):
        """:return: the rows, of a statement that is committed at once"""
        with self.db.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def _wait_for_locks(self, number=1):
        """Wait until so many processes wait for a lock that another one holds."""
        self._until(lambda: self._sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
            " AND wait_event_type = 'Lock'", self.database)[0][0] >= number,
            "nobody waits for a lock")

    def _until(self, condition, complaint):
        """:return: what a condition is when it has become true"""
        deadline = time.monotonic() + PATIENCE
        while not (result := condition()):
            self.assertLess(time.monotonic(), deadline, complaint)
            self.pause.wait(0.05)
        return result
