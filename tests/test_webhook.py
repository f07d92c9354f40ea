import gzip
import json
import socket
from datetime import datetime
from pathlib import Path

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..xero.webhook import MAX_BODY, Event
from .common_connection import MANAGER_GROUPS, XeroConnectionCommon
from .xero_sandbox.webhooks import signature

KEY = 'dGhlIHdlYmhvb2tzIGtleSBvZiB0aGUgYXBw'
INVOICE = '55d84274-a3da-4829-a7c0-0cab601b95cc'
TENANT = 'aef86862-2015-4b6b-88bc-d89032cecc50'
MOMENT = datetime(2026, 9, 1, 8, 30, 1, 923000)


@tagged('post_install', '-at_install')
class TestEventStore(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        companies = cls.env['res.company'].create([{'name': "Wren Ltd"}, {'name': "Heron Ltd"}])
        cls.wren, cls.heron = cls.env['xero.connection'].create([
            {'company_id': company.id, 'client_id': "app", 'state': 'connected',
             'tenant_id': tenant}
            for company, tenant in zip(companies, (TENANT, TENANT[::-1]), strict=True)])

    def _store(self, *events, connections=None):
        stored = self.env['xero.event']._store(
            [Event(**{'resource_id': INVOICE, 'category': 'INVOICE', 'type': 'UPDATE',
                      'tenant_id': TENANT, 'moment': MOMENT, **event}) for event in events],
            connections or self.wren)
        return stored, self.env['xero.event'].search(
            [('connection_id', 'in', (self.wren + self.heron).ids)])

    def test_event_is_stored_once(self):
        for expected in (1, 0):
            stored, row = self._store({}, {})
            self.assertEqual((stored, len(row)), (expected, 1))
        self.assertEqual(
            (row.connection_id, row.category, row.event_type, row.resource_id, row.event_date),
            (self.wren, 'INVOICE', 'UPDATE', INVOICE, MOMENT))
        stored, rows = self._store(
            {'category': 'CREDITNOTE'}, {'type': 'CREATE'}, {'resource_id': INVOICE[::-1]},
            {'moment': MOMENT.replace(microsecond=924000)}, {})
        self.assertEqual((stored, len(rows)), (4, 5))

    def test_events_of_others_are_left_out(self):
        stored, rows = self._store(
            {'tenant_id': TENANT[::-1]}, {'tenant_id': None}, {'resource_id': None},
            {'category': 'SUBSCRIPTION'}, {'category': ''})
        self.assertEqual((stored, len(rows)), (0, 0))
        stored, rows = self._store(
            {}, {'tenant_id': TENANT[::-1]}, connections=self.wren + self.heron)
        self.assertEqual((stored, rows.connection_id), (2, self.wren + self.heron))

    def test_event_without_a_moment(self):
        stored, row = self._store({'moment': None})
        self.assertEqual((stored, row.event_date), (1, row.create_date))


@tagged('post_install', '-at_install')
class TestWebhook(XeroConnectionCommon):
    """Over real HTTP, with deliveries as the sandbox signs them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.app.webhook_url = f'http://localhost:{cls.http_port()}/xero/webhook'
        cls.app.webhook_key = KEY
        cls.env['xero.connection'].search([]).webhook_key = False       # of the database

    def setUp(self):
        super().setUp()
        self.sandbox.connect(self.app, [self.organisation])
        self.connection.sudo().write(self._in_use(self.organisation))

    def _in_use(self, organisation, **values):
        return {'tenant_id': organisation.tenant_id, 'state': 'connected', 'webhook_key': KEY,
                **values}

    # === XERO'S SIDE === #

    def _post(self, _url, body, headers):
        """Deliver as the sandbox does; every answer must be as Xero demands it.

        :return: the status
        """
        self.answer = self.url_open(
            '/xero/webhook', body, headers=headers, method='POST')
        self.env.invalidate_all()
        self._assert_bare(self.answer)
        return self.answer.status_code

    def _assert_bare(self, answer):
        self.assertIn(answer.status_code, (200, 401))
        self.assertEqual(answer.content, b'')
        self.assertEqual(answer.headers['Content-Length'], '0')
        self.assertNotIn('Set-Cookie', answer.headers)

    def _send(self, content, key=KEY, **headers):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self._post(None, body, {
            'Content-Type': 'application/json', 'x-xero-signature': signature(body, key),
            **headers})

    def _deliver(self, **options):
        return [delivery.status for delivery in self.sandbox.deliver_webhooks(
            self._post, app=self.app, **options)]

    def _raw(self, *lines, body=b''):
        """Send bytes, without a library that would put them right.

        :return: the answer, whole
        """
        with self.allow_requests(all_requests=True), \
                socket.create_connection(('localhost', self.http_port()), timeout=10) as link:
            link.sendall('\r\n'.join((
                'POST /xero/webhook HTTP/1.1', 'Host: localhost', *lines, '', '')).encode() + body)
            link.shutdown(socket.SHUT_WR)
            answer = b''.join(iter(lambda: link.recv(65536), b''))
        self.env.invalidate_all()
        head, _separator, rest = answer.partition(b'\r\n\r\n')
        self.assertEqual(rest, b'')
        self.assertIn(b'Content-Length: 0', head)
        self.assertNotIn(b'set-cookie', head.lower())
        return head.split(b'\r\n')[0]

    def _rows(self):
        return self.env['xero.event'].search([('connection_id.company_id', 'in', (
            self.company + self.other_company).ids)])

    def _deliveries(self, connection=None):
        """:return: (events, ignored) of each delivery, the first one first"""
        rows = self.env['xero.delivery'].search(
            [('connection_id', '=', (connection or self.connection).id)], order='id')
        return [(row.events, row.ignored) for row in rows]

    def _assert_no_trace(self):
        self.assertFalse(self._rows())
        self.assertEqual(self._deliveries(), [])

    # === WHAT IS TAKEN === #

    def test_intent_to_receive(self):
        passed, deliveries = self.sandbox.intent_to_receive(self.app, self._post)
        self.assertTrue(passed, deliveries)
        self.assertFalse(self._rows())
        self.assertEqual(self._deliveries(), [(0, 0)] * 2)
        self.assertTrue(self.connection.last_webhook)

    def test_events(self):
        self.assertFalse(self.connection.last_webhook)
        contact = self.organisation.as_person.create_contact("Ridgeway University")
        self.assertEqual(self._deliver(), [200])
        row = self._rows()
        self.assertEqual(
            (row.connection_id, row.category, row.event_type, row.resource_id),
            (self.connection, 'CONTACT', 'CREATE', contact['ContactID'].lower()))
        self.assertEqual(self._deliveries(), [(1, 0)])
        self.assertEqual(
            self.connection.last_webhook,
            self.env['xero.delivery'].search([], limit=1).create_date)

    def test_repeated_delivery_is_stored_once(self):
        for name in ("A", "B", "C"):
            self.organisation.as_person.create_contact(name)
        self.assertEqual(self._deliver(duplicate=True, reorder=True, size=2), [200] * 4)
        self.assertEqual(len(self._rows()), 3)

    def test_pull_is_woken_once_there_is_something(self):
        triggers = [('cron_id.xero_connection_id', '=', self.connection.id)]
        self.env['ir.cron.trigger'].search(triggers).unlink()
        self.assertEqual(self._send({'events': []}), 200)
        self.assertEqual(self.env['ir.cron.trigger'].search_count(triggers), 0)
        self.organisation.as_person.create_contact("A")
        self.assertEqual(self._deliver(duplicate=True), [200] * 2)
        self.assertEqual(self.env['ir.cron.trigger'].search_count(triggers), 1)

    def test_two_organisations_of_one_app(self):
        other = self.sandbox.add_organisation("Heron")
        self.sandbox.connect(self.app, [other])
        second = self._connection(self.other_company, **self._in_use(other))
        for key in (KEY, False):            # entered for both companies, or for one of them
            with self.subTest(key=key):
                second.sudo().webhook_key = key
                self._rows().sudo().unlink()
                for organisation in (self.organisation, other, other):
                    organisation.as_person.create_contact(f"{key} {len(organisation.contacts)}")
                self.assertEqual(self._deliver(), [200])
                self.assertEqual(
                    [len(self._rows().filtered(lambda row, c=c: row.connection_id == c))
                     for c in (self.connection, second)], [1, 2])
        self.assertEqual(self._deliveries(), [(1, 0)] * 2)
        self.assertEqual(self._deliveries(second), [(2, 0)] * 2)

    def test_key_of_another_app_says_nothing_of_this_one(self):
        self._connection(
            self.other_company, state='connected', client_id='other-app', webhook_key='other-key')
        self.organisation.as_person.create_contact("A")
        [event] = self.sandbox.webhooks.pending(self.app)
        self.assertEqual(self._send({'events': [event]}, key='other-key'), 200)
        self._assert_no_trace()

    def test_what_is_unknown_is_counted(self):
        self.organisation.as_person.create_contact("A")
        [event] = self.sandbox.webhooks.pending(self.app)
        self.assertEqual(self._send({'new': 1, 'events': [
            event, {**event, 'tenantId': event['tenantId'][::-1]}, {**event, 'resourceId': None},
            {**event, 'eventCategory': 'EXPENSE'}, {}, {**event, 'new': {'Type': None}}]}), 200)
        self.assertEqual(len(self._rows()), 1)
        self.assertEqual(self._deliveries(), [(2, 4)])
        self.assertEqual(self.connection.webhook_ignored, 4)

    def test_connections_that_are_not_at_work(self):
        for state, stored in (('paused', 1), ('reauth', 1), ('revoked', 1), ('disconnected', 0)):
            with self.subTest(state=state):
                self.connection.sudo().state = state
                self._rows().sudo().unlink()
                self.organisation.as_person.create_contact(state)
                self.assertEqual(self._deliver(), [200])
                self.assertEqual(len(self._rows()), stored)

    # === WHAT IS REFUSED === #

    def test_wrong_or_missing_signature(self):
        body = b'{"events": []}'
        right = signature(body, KEY)
        for wrong in (None, '', 'x', right[:-1], right.lower(), signature(body + b' ', KEY),
                      signature(body, KEY + '\n'), f'{right}, {right}', 'A' * 100_000):
            headers = {'x-xero-signature': wrong} if wrong is not None else {}
            with self.subTest(signature=wrong):
                status = self._raw(
                    f'Content-Length: {len(body)}',
                    *(f'{name}: {value}' for name, value in headers.items()), body=body) \
                    if len(wrong or '') < 1000 else b'HTTP/1.1 401 '
                self.assertIn(b' 401 ', status)
        self._assert_no_trace()
        self.connection.sudo().webhook_key = False
        self.assertEqual(self._send({'events': []}), 401)
        self.assertEqual(self._send({'events': []}, key=''), 401)

    def test_signed_but_no_envelope(self):
        for body in (b'', b'not JSON', b'[]', b'null', b'{}', b'{"events": 1}', b'\xff\xfe',
                     b'[' * 100_000, gzip.compress(b'{"events": []}')):
            with self.subTest(body=body[:20]):
                self.assertEqual(self._send(body), 401)
        self._assert_no_trace()

    def test_content_types(self):
        for content_type in ('application/json; charset=utf-8', 'text/plain', 'text/xml', '',
                             'application/octet-stream'):
            with self.subTest(content_type=content_type):
                self.assertEqual(self._send({'events': []}, **{'Content-Type': content_type}), 200)
        # Odoo would have parsed these before anybody can look at the bytes.
        for content_type in ('application/x-www-form-urlencoded',
                             'multipart/form-data; boundary=x', 'multipart/form-data'):
            with self.subTest(content_type=content_type):
                self.assertEqual(self._send({'events': []}, **{'Content-Type': content_type}), 401)
        self.assertEqual(
            self._send({'events': []}, **{'Content-Encoding': 'gzip'}), 200, "bytes are bytes")

    def test_oversized(self):
        body = b'{"events": []}'.ljust(MAX_BODY)
        self.assertEqual(self._send(body), 200)
        self.assertEqual(self._send(body + b' '), 401)
        for length, kind in ((MAX_BODY + 1, 'application/json'), (10 ** 13, 'application/json'),
                             (10 ** 13, 'multipart/form-data; boundary=x')):
            self.assertIn(b' 401 ', self._raw(      # before anything of it is sent
                f'Content-Length: {length}', f'Content-Type: {kind}',
                f'x-xero-signature: {signature(body, KEY)}'))

    def test_chunked(self):
        for body, status in ((b'{"events": []}', b' 200 '),
                             (b'{"events": []}'.ljust(MAX_BODY + 1), b' 401 ')):
            chunks = b''.join(
                b'%x\r\n%s\r\n' % (len(chunk), chunk) for chunk in (body[:7], body[7:]))
            self.assertIn(status, self._raw(
                'Transfer-Encoding: chunked', 'Content-Type: application/json',
                f'x-xero-signature: {signature(body, KEY)}', body=chunks + b'0\r\n\r\n'))

    def test_other_methods(self):
        for method in ('GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'):
            with self.subTest(method=method):
                answer = self.url_open('/xero/webhook', method=method)
                self.assertIn(answer.status_code, (401, 405))
                self.assertNotIn('Set-Cookie', answer.headers)
        self._assert_no_trace()

    def test_a_browser_session_is_left_alone(self):
        self._log_in()
        self.assertEqual(self._send({'events': []}), 200)
        self.assertEqual(self._send({'events': []}, key='wrong'), 401)

    # === WHO SEES WHAT === #

    def test_key_is_never_logged(self):
        body = b'{"events": []}'
        with self.assertLogs('odoo', 'DEBUG') as logs:
            self.assertEqual(self._send(body), 200)
            self.assertEqual(self._send(body, key='wrong'), 401)
            self.assertEqual(self._send(b'words of the body'), 401)
        lines = '\n'.join(logs.output)
        self.assertIn("no key of a Xero app has signed", lines)
        self.assertIn("cannot be read: not JSON", lines)
        for secret in (KEY, signature(body, KEY), 'words of the body'):
            self.assertNotIn(secret, lines)

    def test_access(self):
        self.organisation.as_person.create_contact("A")
        self._deliver()
        user = self._user('user', 'account_xero.group_xero_user')
        stranger = self._user('stranger', MANAGER_GROUPS, self.other_company)
        for model in ('xero.event', 'xero.delivery'):
            rows = self.env[model].search([('connection_id', '=', self.connection.id)])
            self.assertEqual(rows.with_user(self.manager).search([]), rows)
            self.assertFalse(rows.with_user(stranger).search([]))
            for refused in (user, self.manager):
                with self.assertRaises(AccessError):
                    rows.with_user(refused).write({'connection_id': self.connection.id})
            with self.assertRaises(AccessError):
                rows.with_user(user).read(['connection_id'])
        connection = self.connection.with_user(user)
        self.assertTrue(connection.last_webhook)
        self.assertEqual(connection.webhook_url, self.app.webhook_url)

    def test_copy_of_the_database_hears_nothing(self):
        self.organisation.as_person.create_contact("A")
        self._deliver()
        self.env.cr.execute(SQL(
            (Path(__file__).parents[1] / 'data' / 'neutralize.sql').read_text()))
        self.env.invalidate_all()
        self.assertFalse(self._rows())
        self.assertEqual(self._send({'events': []}), 401)

    def test_old_rows_are_removed(self):
        self.organisation.as_person.create_contact("A")
        self._deliver(duplicate=True)
        for model, days, kept in (('xero.event', 31, 0), ('xero.delivery', 7, 1)):
            rows = self.env[model].search([('connection_id', '=', self.connection.id)])
            for age, left in ((days - 1, len(rows)), (days + 1, kept)):
                self.env.cr.execute(SQL(
                    "UPDATE %s SET create_date = now() AT TIME ZONE 'UTC' - interval '1 day' * %s",
                    SQL.identifier(rows._table), age))
                self.env.invalidate_all()
                self.env[model]._gc_rows()
                self.assertEqual(len(rows.exists()), left)
