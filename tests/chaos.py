"""Chaos: documents are pushed and paid while everything that can go wrong does, on and on.

Real Odoo servers with their own schedulers on one database, real commits, real HTTP, ``kill -9``;
only Xero is the sandbox. At the end nothing goes wrong any more, and both books must agree.
"""
import random
import threading
import time
from contextlib import ExitStack, closing

import psycopg2

from odoo.sql_db import connection_info_for

from .chaos_books import Company
from .chaos_compare import compare
from .hosts import Host
from .processes import Worker, _options
from .test_webhook_server import Server
from .xero_sandbox import XeroSandbox, openapi
from .xero_sandbox.faults import KINDS

KEY = 'key of the webhook'
RATE = 0.05
HOSTS = 2
#: Documents that are posted at a time, or more, so that a long run does it in so many times.
BATCH, STEPS = 5, 500
#: Seconds between two things that happen.
PACE = 0.3
#: Seconds, of a machine that does nothing else, in which all must have settled; and for each
#: document.
PATIENCE, PATIENCE_EACH = 600, 0.1
#: Moments by Odoo's clock. Xero's own moments, such as those of the cursors, stay.
MOMENTS = {
    'xero_request': ('sent_at', 'retry_at'),
    'xero_connection': ('resume_at', 'budget_seen_at', 'last_reconcile', 'unannounced_at',
                        'create_date'),
    'xero_cursor': ('polled_at',),
    'xero_token': ('expires_at',),
    'xero_delivery': ('create_date',),
    'ir_cron_trigger': ('call_at',),
    'ir_cron': ('nextcall',),
}
MINUTE, HOUR, DAY = 60, 3600, 86400


class Chaos:
    """One run.

    :param str database: with the module, and nothing else in it; is changed for good
    :param int documents: to be pushed
    :param int seed: of everything that is decided by chance
    :param say: function(text) that prints
    """

    def __init__(self, database, documents, seed, say):
        self.database, self.documents, self.say = database, documents, say
        self.batch = max(BATCH, documents // STEPS)
        self.dice = random.Random(seed)
        self.counts = dict.fromkeys((
            'killed', 'deliveries', 'jumps of the clock', 'sign-ins', 'synced by hand'), 0)
        self.seed = seed
        self._open, self._pause = ExitStack(), threading.Event()

    def __enter__(self):
        try:
            self._prepare()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception):
        self._open.close()

    def _opened(self, resource):
        return self._open.enter_context(closing(resource))

    def _prepare(self):
        self.sandbox = self._open.enter_context(XeroSandbox(openapi_dir=openapi.folder()))
        self.db = self._opened(_connect(self.database))
        self.postgres = self._opened(_connect('postgres'))
        self.people = self._opened(Worker(self.database))
        self.people.answer()
        call = self.people.call
        for name in ('api_url', 'identity_url', 'login_url'):
            call('ir.config_parameter', [], 'set_param', f'account_xero.{name}', self.sandbox.url)
        self.app = self.sandbox.add_app('chaos', 'secret', ['http://localhost:8069/'])
        [second] = call('res.company', [], 'create', {'name': "Second"})
        self.companies = [
            Company(call, self._sql, self.sandbox, self.app, company, sends_payments)
            for company, sends_payments in ((1, False), (second, True))]
        self.server = self._opened(Server())
        self.app.webhook_url = f'http://127.0.0.1:{self.server.port}/xero/webhook'
        self.app.webhook_key = KEY
        call('xero.connection', [company.connection for company in self.companies], 'write', {
            'webhook_key': KEY})
        self._sql("UPDATE ir_cron SET active = starts_with(cron_name, 'Xero')")
        self.hosts = [self._opened(Host(_options(self.database))) for _host in range(HOSTS)]

    def _sql(self, statement, *values):
        with self.db.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    # === THE RUN === #

    def run(self):
        """:return: list of texts: in what both books disagree at the end"""
        self.say(f"Chaos with the seed {self.seed}: {self.documents} documents")
        started = time.monotonic()
        self.sandbox.chaos(RATE, self.seed, KINDS, seconds=0.5)
        step = 0
        while self._posted() < self.documents or step % 10:
            self._go_wrong(step)
            step += 1
            if step % 50 == 0:
                self.say(f"  {time.monotonic() - started:.0f} s: {self._posted()} documents posted")
        self.say(f"Posted after {time.monotonic() - started:.0f} s; now all is let settle")
        self.sandbox.clear_faults()
        self._settle()
        problems = []
        for company in self.companies:
            compared, apart = compare(company)
            problems += apart
            self.say(f"  {company.org.name}: " + ', '.join(
                f"{number} {what}" for what, number in compared.items()))
        faults = sum(bool(call.fault) for call in self.sandbox.calls)
        self.say(f"  {len(self.sandbox.calls)} calls, {faults} of them failed on purpose; "
                 + ', '.join(f"{number} {what}" for what, number in self.counts.items()))
        self.say(f"  {len(problems)} disagreements, {time.monotonic() - started:.0f} s, "
                 f"seed {self.seed}")
        for problem in [*problems, *map(repr, self.sandbox.errors)]:
            self.say(f"    {problem}")
        return problems + self.sandbox.errors

    def _posted(self):
        return sum(company.count for company in self.companies)

    def _go_wrong(self, step):
        """Whatever happens next."""
        dice = self.dice
        company = dice.choice(self.companies)
        if self._posted() < self.documents:
            company.post(dice, min(self.batch, self.documents - self._posted()))
        for _time in range(self.batch):
            company.work_in_xero(dice)
        company.work_in_odoo(dice)
        company.pay_on_both_sides(dice)
        if step % 4 == 0:
            self._deliver(duplicate=dice.random() < 0.5, reorder=dice.random() < 0.5,
                          drop=dice.choice((0, 0, 1, 5)), size=dice.choice((None, 3)))
        if step % 3 == 2:
            self.counts['killed'] += dice.choice(self.hosts).kill_a_worker(dice)
        if step % 10 == 9:
            self._let_time_pass(dice.choice((
                MINUTE, MINUTE, 7 * MINUTE, 40 * MINUTE, 3 * HOUR, DAY)))
        if step % 20 == 0:
            self.sandbox.inject(dice.choice(('cut_after', '500', 'cut_before')),
                                'POST', '/connect/token')
        self._look_after_connections()
        self._go_on()

    def _go_on(self):
        """Wake the schedulers, which look for what is due once a minute else, and wait a bit."""
        with self.postgres.cursor() as cursor:
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self.database])
        self._pause.wait(PACE)

    def _deliver(self, **options):
        deliveries = self.sandbox.deliver_webhooks(post=self._post, **options)
        self.counts['deliveries'] += len(deliveries)

    def _post(self, _url, body, _headers):
        """:return: the answer's status, 0 where there is none, as in Xero's eyes"""
        try:
            return self.server.post(f'{self.database}.example.com', KEY, body)[0]
        except OSError:
            return 0

    def _let_time_pass(self, seconds):
        """Move Xero's clock, and what has happened in Odoo into the past.

        A scheduled action that is running has its own row locked; its time does not matter. All
        the rest moves with Xero's clock: a request that did not would count as remembered there.
        """
        self.counts['jumps of the clock'] += 1
        self.sandbox.advance(seconds)
        for table, columns in MOMENTS.items():
            moved = ', '.join(f"{column} = {column} - %(by)s * interval '1 second'"
                              for column in columns)
            free = " WHERE id IN (SELECT id FROM ir_cron FOR NO KEY UPDATE SKIP LOCKED)" \
                if table == 'ir_cron' else ''
            self._sql_again(f"UPDATE {table} SET {moved}{free}", {'by': seconds})

    def _sql_again(self, statement, values):
        while True:
            try:
                with self.db.cursor() as cursor:
                    return cursor.execute(statement, values)
            except psycopg2.errors.TransactionRollback:
                continue

    def _look_after_connections(self):
        """Do what the page of a connection says is to be done."""
        for company in self.companies:
            [[state]] = self._sql(
                "SELECT state FROM xero_connection WHERE id = %s", company.connection)
            if state == 'revoked':
                self.people.call('xero.connection', [company.connection], 'action_test')
            elif state == 'reauth':
                self.counts['sign-ins'] += 1
                tokens = self.sandbox.connect(self.app, [company.org])
                self._sql("UPDATE xero_token SET access_token = %s, refresh_token = %s,"
                          " expires_at = now() + interval '30 minutes' WHERE id = ("
                          "SELECT token_id FROM xero_connection WHERE id = %s)",
                          tokens['access_token'], tokens['refresh_token'], company.connection)
                self.people.call('xero.connection', [company.connection], 'action_test')

    # === THE END === #

    def _settle(self):
        """Nothing goes wrong any more: time passes, people press *Sync now*, a night comes."""
        deadline = time.monotonic() + PATIENCE + PATIENCE_EACH * self.documents
        self._until_quiet(deadline)
        self._let_time_pass(DAY)
        before = self._nights()
        while any(night == then for night, then in zip(self._nights(), before, strict=True)):
            self._turn(deadline)
        self._until_quiet(deadline)

    def _until_quiet(self, deadline):
        while self._busy():
            self._turn(deadline)

    def _turn(self, deadline):
        if time.monotonic() > deadline:
            raise TimeoutError(f"It does not settle: {self._busy()} {self._unsettled()}")
        self._deliver()
        self._look_after_connections()
        self.counts['synced by hand'] += sum(
            company.sync_failed() for company in self.companies)
        busy = self._busy()
        if busy and self._all_idle():
            # Xero may have said that its limits will be back at the end of the day.
            self._let_time_pass(HOUR if 'connections' in busy else MINUTE)
        self._go_on()

    def _busy(self):
        """:return: what still is to be done, {what: number}"""
        rows = self._sql(
            "SELECT 'documents', count(*) FROM account_move"
            "        WHERE xero_state <> 'synced' AND state <> 'draft'"
            " UNION SELECT 'requests', count(*) FROM xero_request"
            " UNION SELECT 'events', count(*) FROM xero_event"
            " UNION SELECT 'lists', count(*) FROM xero_cursor WHERE repair_since IS NOT NULL"
            " UNION SELECT 'connections', count(*) FROM xero_connection"
            "        WHERE state <> 'connected' OR resume_at > now() AT TIME ZONE 'utc'")
        rows.append(('deliveries', len(self.sandbox.webhooks.pending(self.app))))
        return {what: number for what, number in rows if number}

    def _unsettled(self):
        """:return: what says most about the documents that do not settle, rows of texts"""
        return self._sql(
            "SELECT id, name, ref, move_type, state, payment_state, xero_state, xero_status,"
            "       xero_document_id, xero_error_code, xero_error_message, xero_error_target"
            "  FROM account_move WHERE xero_state <> 'synced' AND state <> 'draft' LIMIT 20")

    def _all_idle(self):
        """:return: whether no organisation is being served. Turns follow each other so fast that a
        worker whose rows are moved in each of them would begin anew for ever."""
        [[idle]] = self._sql(
            "SELECT count(*) = (SELECT count(xero_connection_id) FROM ir_cron)"
            "  FROM (SELECT 1 FROM ir_cron WHERE xero_connection_id IS NOT NULL"
            "           FOR SHARE SKIP LOCKED) free")
        return idle

    def _nights(self):
        return [night for [night] in self._sql(
            "SELECT last_reconcile FROM xero_connection ORDER BY id")]


def _connect(database):
    connection = psycopg2.connect(**connection_info_for(database)[1])
    connection.autocommit = True
    return connection
