"""Odoo as it is run for companies: a server that forks workers for HTTP and for scheduled
actions."""
import socket

from odoo.tests import tagged

from .common_process import XeroProcessCase
from .test_webhook_server import Server

KEY = 'key of the webhook'


@tagged('post_install', '-at_install')
class TestServerPrefork(XeroProcessCase):

    def setUp(self):
        super().setUp()
        with socket.create_server(('127.0.0.1', 0)) as free:
            port = free.getsockname()[1]
        server = Server(f'--database={self.database}', f'--db-filter=^{self.database}$',
                        '--workers=2', '--max-cron-threads=1', f'--gevent-port={port}')
        self.addCleanup(server.close)
        server.load('localhost')
        self.app.webhook_key = KEY
        self.app.webhook_url = f'http://127.0.0.1:{server.port}/xero/webhook'
        self.office.call('xero.connection', [self.connection], 'write', {'webhook_key': KEY})

    def _payment_state(self, move):
        return self._sql("SELECT payment_state FROM account_move WHERE id = %s", move)[0][0]

    def test_nobody_presses_anything(self):
        """A bill that is posted goes, and what is paid there is announced and arrives."""
        bill = self._bill()
        self._until(lambda: self._move(bill)[0] == 'synced', "the bill does not go")
        [document] = self._in_xero(bill)
        self.org.as_person.pay(document['InvoiceID'])
        deliveries = self.sandbox.webhooks.deliver(self.app)
        self.assertEqual({delivery.status for delivery in deliveries}, {200})
        self._until(lambda: self._payment_state(bill) != 'not_paid', "the payment does not come")
        self.assertIn(self._payment_state(bill), ('paid', 'in_payment'))
        self.assertEqual(len(self._in_xero(bill)), 1)
