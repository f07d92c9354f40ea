"""The webhook on Odoo servers of their own: databases behind a dbfilter, real commits."""
import http.client
import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from odoo.tests import tagged

from .processes import ProcessCase, _options
from .test_webhook_protocol import EVENT, INVOICE, KEY, TENANT
from .xero_sandbox.webhooks import signature

BODY = json.dumps({'events': [
    EVENT, {**EVENT, 'resourceId': INVOICE.replace('5', '6')},
    {**EVENT, 'eventCategory': 'INVOICE'},
]}).encode()


class Server:
    """An Odoo server for several databases, of which the host name chooses one."""

    def __init__(self, *options):
        with socket.create_server(('127.0.0.1', 0)) as free:
            self.port = free.getsockname()[1]
        _database, *others = _options('')
        self.process = subprocess.Popen(
            [sys.executable, '-m', 'odoo', *others, '--db-filter=^%d$', f'--http-port={self.port}',
             '--http-interface=127.0.0.1', '--max-cron-threads=0',
             '--log-handler=odoo.service.server:INFO', *options],
            stderr=subprocess.PIPE, text=True)
        while line := self.process.stderr.readline():
            if 'running on' in line:
                return
        raise EOFError("the server has ended")

    def load(self, host):
        """Have a database loaded, which the first request to it waits for, however long it is."""
        while True:
            try:
                return self.post(host, 'wrong')
            except TimeoutError:
                continue
            except ConnectionRefusedError:
                # It says that it is running a moment before it listens.
                if self.process.poll() is not None:
                    raise

    def close(self):
        self.process.terminate()
        self.process.communicate()

    def post(self, host, key=KEY, body=BODY, **headers):
        """:return: status, headers and body of the answer"""
        link = http.client.HTTPConnection('127.0.0.1', self.port, timeout=10)
        try:
            link.request('POST', '/xero/webhook', body, {
                'Host': host, 'Content-Type': 'application/json',
                'x-xero-signature': signature(body, key), **headers})
            answer = link.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            link.close()


@tagged('post_install', '-at_install')
class TestWebhookServer(ProcessCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.host = f'{cls.database}.example.com'

    def setUp(self):
        super().setUp()
        [worker] = self._workers(1)
        self._sql('DELETE FROM xero_connection')
        [self.connection] = worker.call('xero.connection', [], 'create', {
            'company_id': 1, 'client_id': 'app', 'webhook_key': KEY, 'tenant_id': TENANT,
            'state': 'connected'})

    def _status(self, *request, server=None, **headers):
        """:return: status of an answer that is as Xero demands it"""
        status, headers, body = (server or self.server).post(*request, **headers)
        self.assertEqual((headers['Content-Length'], body), ('0', b''))
        self.assertNotIn('Set-Cookie', headers)
        return status

    def _count(self, table='xero_event'):
        return self._sql(f'SELECT count(*) FROM {table}')[0][0]

    # === WHICH DATABASE === #

    def test_host_name_or_header_chooses_the_database(self):
        self.assertEqual(self._status(self.host, 'wrong'), 401)
        self.assertEqual(self._count('xero_delivery'), 0)
        self.assertEqual(self._status(self.host), 200)
        self.assertEqual(self._count(), 3)
        # By a header that a proxy adds; the filter must allow it, too.
        named = Server(f'--db-filter=^{self.database}')
        self.addCleanup(named.close)
        self._server('CREATE DATABASE {}', f'{self.database}_other')
        self.addCleanup(self._drop_database, f'{self.database}_other')
        self.assertEqual(named.post('localhost')[0], 404)
        self.assertEqual(
            self._status('localhost', server=named, **{'X-Odoo-Database': self.database}), 200)
        self.assertEqual(self._count('xero_delivery'), 2)

    def test_no_database_is_an_error_that_reveals_nothing(self):
        wide = Server('--load=base,web,account_xero')
        self.addCleanup(wide.close)
        for server in (self.server, wide):
            for host in ('localhost', 'nobody.example.com'):
                for headers in ({}, {'X-Odoo-Database': self.database},
                                {'Content-Type': 'multipart/form-data; boundary=x'}):
                    status, answer, body = server.post(host, **headers)
                    self.assertIn(status, (401, 404))
                    self.assertNotIn('Set-Cookie', answer)
                    self.assertNotIn(self.database.encode(), body)
        self.assertEqual(self._status('localhost', server=wide), 404)
        self.assertEqual(self._count('xero_delivery'), 0)
        self.assertEqual(self._status(self.host, server=wide), 200)

    # === SEVERAL AT ONCE === #

    def test_same_delivery_many_times_at_once(self):
        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(self._status, [self.host] * 24))
        self.assertEqual(statuses, [200] * 24)
        self.assertEqual(self._count(), 3)
        self.assertEqual(self._count('xero_delivery'), 24)

    def test_conflict_is_tried_again_with_the_whole_body(self):
        other = self._connect_to(self.database)
        self.addCleanup(other.close)
        with other.cursor() as cursor:      # the same event is about to be stored by another one
            cursor.execute(
                "INSERT INTO xero_event (connection_id, category, resource_id, event_date,"
                " event_type) VALUES (%s, %s, %s, %s, %s)",
                (self.connection, 'CREDITNOTE', INVOICE, EVENT['eventDateUtc'], 'CREATE'))
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(self._status, self.host)
            self._wait_for_locks()
            other.commit()
            self.assertEqual(answer.result(), 200)
        self.assertEqual((self._count(), self._count('xero_delivery')), (3, 1))

    def test_no_delivery_waits_for_anybody(self):
        self.assertEqual(self._status(self.host), 200)
        other = self._connect_to(self.database)
        self.addCleanup(other.close)
        with other.cursor() as cursor:      # a push notes its calls, a pull is done with events
            cursor.execute("UPDATE xero_connection SET day_left = 1")
            cursor.execute("SELECT FROM ir_cron FOR NO KEY UPDATE")
            cursor.execute("DELETE FROM xero_event")
        self.assertEqual(self._status(self.host), 200)
        more = json.dumps({'events': [{**EVENT, 'eventDateUtc': '2026-01-01T00:00:00'}]}).encode()
        self.assertEqual(self._status(self.host, body=more), 200)
        other.commit()
        self.assertEqual(self._count(), 1, "what came meanwhile has stayed")
