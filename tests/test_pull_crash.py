"""The pull in processes that die at any moment, or that meet."""
from collections import Counter
from contextlib import contextmanager
from decimal import Decimal
from itertools import count

from odoo.tests import tagged

from .common_process import XeroProcessCase
from .test_webhook_server import Server

KEY = 'key of the webhook'
BILLS = 3
#: The moments at which a pull is killed: nothing but these can make a difference.
MOMENTS = ('before a commit', 'after GET')
#: So that a page of a few documents comes in several parts.
CONSTANTS = {'models.pull.xero_pull.CHUNK': 2}


@tagged('post_install', '-at_install')
class TestPullCrash(XeroProcessCase):
    """A person in Xero pays bills, in full or in part, and deletes payments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.load(f'{cls.database}.example.com')
        cls.app.webhook_key = KEY
        cls.app.webhook_url = f'http://127.0.0.1:{cls.server.port}/xero/webhook'
        cls.office.call('xero.connection', [cls.connection], 'write', {
            'webhook_key': KEY, 'connected_at': str(cls.sandbox.clock.utcnow())[:19]})

    def setUp(self):
        super().setUp()
        self.bodies = []
        # Else webhooks count as healthy, and it is not yet the time for a poll.
        self._sql("DELETE FROM xero_delivery")
        self.addCleanup(self.app.events.clear)
        if not self.org.invoices:
            for _number in range(BILLS):
                self._bill()
            self._run('_push')
        self._later(self._lists())
        self._pull()
        self.app.events.clear()

    def _run(self, method, **options):
        return self.office.call('xero.connection', [self.connection], method, **options)

    def _pull(self, job='_cron_pull', **options):
        """Run a job as the scheduler does. :return: at which moment it was killed, or None"""
        # The night compares the whole week: in parts of two there would be more of them each time.
        constants = CONSTANTS if job == '_cron_pull' else {}
        killed = self.office.call('xero.connection', [], job, constants=constants, **options)
        self._wait_until_dead()
        return killed and killed['killed']

    def _lists(self):
        return [path for [path] in self._sql("SELECT path FROM xero_cursor")]

    def _later(self, lists, since='1 day'):
        """Some time passes, more than a cursor looks back, and it is time for some lists again.

        :param str since: how long ago they were asked for the last time
        """
        self.sandbox.advance(600)
        self._sql("UPDATE xero_cursor SET polled_at = CASE WHEN path = ANY(%s)"
                  " THEN now() - %s::interval ELSE now() END", lists, since)

    # === BOTH BOOKS === #

    def _here(self):
        """:return: {document's id in Xero: (residual, [(payment's id in Xero, amount)])}"""
        payments = {}
        for document, *payment in self._sql(
                "SELECT move.xero_document_id, payment.xero_payment_id, payment.amount"
                "  FROM account_payment payment"
                "  JOIN account_move__account_payment link ON link.payment_id = payment.id"
                "  JOIN account_move move ON move.id = link.invoice_id"
                " WHERE payment.state IN ('in_process', 'paid')"):
            payments.setdefault(document, []).append(tuple(payment))
        return {document: (residual, sorted(payments.get(document, [])))
                for document, residual in self._sql(
                    "SELECT xero_document_id, amount_residual FROM account_move"
                    " WHERE xero_document_id IS NOT NULL")}

    def _there(self):
        return {document['InvoiceID']: self._in_books(document) for document in self.org.invoices}

    @staticmethod
    def _in_books(document):
        return document['AmountDue'], sorted(
            (payment['PaymentID'], payment['Amount']) for payment in document['Payments'])

    def _assert_agreed(self):
        self.assertEqual(self._here(), self._there())
        self.assertEqual(self._sql("SELECT document, field, message FROM xero_difference"), [])
        deleted = {p['PaymentID'] for p in self.org.payments if p['Status'] == 'DELETED'}
        rows = self._sql("SELECT xero_payment_id, state FROM account_payment WHERE xero_deleted")
        self.assertLessEqual({payment for payment, _state in rows}, deleted)
        self.assertLessEqual({state for _payment, state in rows}, {'canceled'})

    def _assert_read(self, column):
        """What a cursor has left behind has been applied."""
        here = self._here()
        [[moment]] = self._sql(f"SELECT {column} FROM xero_cursor WHERE path = 'Invoices'")
        for document in self.org.invoices:
            if moment and document['UpdatedDateUTC'] < moment:
                self.assertEqual(here[document['InvoiceID']], self._in_books(document),
                                 f"invoices are read up to {moment}")

    def _assert_events_there(self):
        """What has not been applied is still announced."""
        announced = {row for [row] in self._sql("SELECT resource_id FROM xero_event")}
        here = self._here()
        for document in self.org.invoices:
            if here[document['InvoiceID']] != self._in_books(document):
                self.assertIn(document['InvoiceID'], announced)

    # === WHAT HAPPENS IN XERO === #

    def _change_everything(self, turn):
        """Pay, pay in part, and delete: each bill has its turn of each.

        Each change in a second of its own, so that a cursor could come to lie between them.
        """
        person = self.org.as_person
        for number, bill in enumerate(list(self.org.invoices)):
            self.sandbox.advance(2)
            what = (turn + number) % 3
            if bill['Payments'] and (what == 0 or bill['AmountDue'] < 10):
                person.delete_payment(bill['Payments'][0]['PaymentID'])
            elif what == 1:
                person.pay(bill['InvoiceID'], Decimal(turn % 4 + 1))
            else:
                person.pay(bill['InvoiceID'])

    def _announce(self, **options):
        """Send what happened over the real route. :return: number of deliveries"""
        deliveries = self.sandbox.deliver_webhooks(post=self._post, **options)
        self.assertEqual({delivery.status for delivery in deliveries}, {200})
        return len(deliveries)

    def _post(self, _url, body, _headers):
        self.bodies.append(body)
        return self.server.post(f"{self.database}.example.com", KEY, body)[0]

    # === DEATH === #

    def _kill_everywhere(self, prepare, check, job='_cron_pull'):
        """Kill a job at its first commit, at its second, and so on, then at its calls, each time
        amid new changes; the next run of it brings both books to agreement.

        :param prepare: callable that has the job find what was changed
        :param check: callable for what must be so although it was killed
        :return: Counter of {kind of moment: how often it was killed at one}
        """
        deaths, turn = Counter(), count()
        for kind in MOMENTS:
            killed = True
            while killed:
                self._change_everything(next(turn))
                prepare()
                killed = self._pull(job, die_at=[kind, deaths[kind]])
                check()
                if killed:
                    deaths[kind] += 1
                    self._pull(job)
                with self.subTest(number=deaths[kind], killed=killed):
                    self._assert_agreed()
        return deaths

    def test_killed_anywhere_in_a_poll(self):
        deaths = self._kill_everywhere(
            lambda: self._later(['Invoices']), lambda: self._assert_read('changed_since'))
        self.assertGreaterEqual(deaths['after GET'], 2)
        self.assertGreater(deaths['before a commit'], 5)

    def test_killed_anywhere_in_a_poll_of_payments(self):
        deaths = self._kill_everywhere(lambda: self._later(['Payments']), lambda: None)
        self.assertGreaterEqual(deaths['after GET'], 2)

    def test_killed_anywhere_in_what_webhooks_announced(self):
        def prepare():
            self._later([])
            self._announce()

        deaths = self._kill_everywhere(prepare, self._assert_events_there)
        self.assertGreaterEqual(deaths['after GET'], 2)

    def test_killed_anywhere_in_the_nights_comparison(self):
        """It is not the time for a poll: nothing but the comparison finds what has changed."""
        deaths = self._kill_everywhere(
            lambda: self._later([]), lambda: self._assert_read('repair_since'), '_cron_reconcile')
        self.assertGreaterEqual(deaths['after GET'], 4)

    def _start_pull(self):
        return self.office.start('xero.connection', [], '_cron_pull')

    def test_killed_while_the_token_is_renewed(self):
        for when in ('before', 'after'):
            with self.subTest(when=when):
                self._change_everything(2)
                self._later(self._lists())
                self._sql("UPDATE xero_token SET expires_at = '2000-01-01'")
                with self._killed_at(self._start_pull, 'POST', '/connect/token', when):
                    pass
                self._pull()
                self._assert_agreed()

    # === MEETINGS === #

    @contextmanager
    def _held(self, job, method, path, when='before'):
        """A job is at work, and waits for Xero."""
        hold = self.sandbox.hold(method, path, when=when)
        process = self.office.start('xero.connection', [], job, constants=CONSTANTS)
        self.assertTrue(hold.wait())
        yield
        hold.release()
        self.office.result(process)

    def test_two_pulls_at_once(self):
        self._change_everything(1)
        self._later(self._lists())
        with self._held('_cron_pull', 'GET', '/Payments'):
            calls = len(self.sandbox.calls)
            self._pull_beside()
            self.assertEqual(len(self.sandbox.calls), calls, "the other one is at it")
        self._assert_agreed()

    def _pull_beside(self):
        """Pull, while another process is at it."""
        self.office.call('xero.connection', [], '_cron_pull', constants=CONSTANTS)

    def _assert_comes_back(self):
        self.assertTrue(self._sql(
            "DELETE FROM ir_cron_trigger WHERE call_at > now() AT TIME ZONE 'utc' AND cron_id IN ("
            "SELECT id FROM ir_cron WHERE xero_connection_id = %s) RETURNING call_at",
            self.connection), "it has itself woken again")

    def test_push_and_pull_at_once(self):
        """Each finds the other at work and comes later; neither is lost, nothing is doubled."""
        self._change_everything(1)
        self._later(['Invoices'], '5 minutes')
        move = self._bill()
        with self._held('_cron_push', 'PUT', '/Invoices', when='after'):
            self._pull_beside()
            self._assert_comes_back()
        self.assertEqual(self._move(move)[0], 'synced')
        self._pull()
        self._assert_agreed()
        another = self._bill()
        self._change_everything(2)
        self._later(['Invoices'], '5 minutes')
        with self._held('_cron_pull', 'GET', '/Invoices'):
            self._run('_push')
            self.assertEqual(self._move(another)[0], 'pending')
            self._assert_comes_back()
        self._run('_push')
        self._pull()
        self._assert_agreed()

    def test_a_push_that_never_ends_does_not_keep_the_pull_waiting(self):
        """Whoever comes next, the news that have waited are fetched: by the push itself."""
        self._change_everything(1)
        self._later(self._lists())
        move = self._bill()
        self._run('_push')
        self.assertEqual(self._move(move)[0], 'synced')
        self._assert_agreed()
        with self.subTest("and nothing that is wrong with the pull holds up the push"):
            self._later(self._lists())
            self.sandbox.inject('html_400', 'GET', '/Invoices')
            move = self._bill()
            self._run('_push')
            self.assertEqual(self._move(move)[0], 'synced')

    # === DELIVERIES === #

    def test_deliveries_doubled_reordered_and_lost(self):
        changes = (
            ("doubled", {'duplicate': True, 'size': 1}), ("reordered", {'reorder': True}),
            ("reordered one by one", {'reorder': True, 'size': 1, 'duplicate': True}))
        for turn, (name, options) in enumerate(changes):
            with self.subTest(name):
                self._change_everything(turn)
                self._later([])
                self.assertGreaterEqual(self._announce(**options), 1)
                self._pull()
                self._assert_agreed()
                self.sandbox.ledger.reset()
                books = self._sql("SELECT count(*), max(write_date) FROM account_payment")
                self._announce_again()
                self._pull()
                self.assertEqual(
                    self._sql("SELECT count(*), max(write_date) FROM account_payment"), books)
        with self.subTest("lost, and found by the poll"):
            self._change_everything(3)
            self._later([])
            self._announce(drop=BILLS - 1)
            self._pull()
            self.assertNotEqual(self._here(), self._there())
            self._later(['Invoices'])
            self._pull()
            self._assert_agreed()
        with self.subTest("lost, missed by the poll, and found at night"):
            self._change_everything(4)
            self.app.events.clear()
            self._later([])
            self._sql("UPDATE xero_cursor SET changed_since = %s",
                      self.sandbox.clock.utcnow())
            self.sandbox.advance(600)
            self._later(['Invoices'])
            self._pull()
            self.assertNotEqual(self._here(), self._there())
            self._pull('_cron_reconcile')
            self._assert_agreed()

    def _announce_again(self):
        """The same events once more, long after they were applied."""
        for body in tuple(self.bodies):
            self.assertEqual(self._post(None, body, None), 200)
