"""Hosts whose clocks are minutes apart: what may have arrived is never done twice by that."""
from odoo.tests import tagged

from .common_payment import XeroPaymentCommon
from .common_process import XeroProcessCase

#: Seconds by which the clocks of two hosts are ahead: of the one that sends, and of the other one,
#: which finds that an answer is missing.
CLOCKS = ((370, 0), (0, -190), (-190, 370), (-3600, 3600))


@tagged('post_install', '-at_install')
class TestPushClocks(XeroProcessCase):
    """Two processes, each on a host of its own, and PostgreSQL, whose clock is right."""

    def _push(self, clock):
        return self.office.call('xero.connection', [self.connection], '_push', clock=clock)

    def _later(self, minutes):
        """What happened moves into the past."""
        self.sandbox.advance(minutes * 60)
        self._sql("UPDATE xero_request SET sent_at = sent_at - %s * interval '1 minute',"
                  " retry_at = NULL", minutes)

    def test_bills(self):
        for minutes, clocks in ((7, CLOCKS), (2, CLOCKS[-1:])):
            for first, second in clocks:
                with self.subTest(first=first, second=second, minutes=minutes):
                    bills = [self._bill() for _number in range(2)]
                    for bill in bills:
                        self._link_partner(bill)
                    self.sandbox.inject('cut_after', 'PUT', '/Invoices')
                    self._push(first)
                    [[count]] = self._sql("SELECT count(*) FROM xero_request")
                    self.assertEqual(count, 1, "its answer is lost")
                    self._later(minutes)
                    self._push(second)
                    for bill in bills:
                        self.assertEqual(len(self._in_xero(bill)), 1)
                        self.assertEqual(self._move(bill)[0], 'synced')
                    self.assertFalse(self._sql("SELECT id FROM xero_request"))

    def test_departure_is_timed_by_postgresql(self):
        bill = self._bill()
        self._link_partner(bill)
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        self._push(3600)
        [[ago, wait]] = self._sql("""
            SELECT extract(epoch FROM clock_timestamp() AT TIME ZONE 'UTC' - sent_at)::int,
                   extract(epoch FROM retry_at - clock_timestamp() AT TIME ZONE 'UTC')::int
              FROM xero_request""")
        self.assertIn(ago, range(60))
        self.assertIn(wait, range(600))
        self._later(7)
        self._push(0)


@tagged('post_install', '-at_install')
class TestPushAskedFirst(XeroPaymentCommon):
    """What Xero does not keep unique is looked for before it is sent again, whenever that is."""

    def _lost(self, *paths):
        """What goes out now gets no answer."""
        for path in paths:
            self.sandbox.inject('cut_after', 'PUT', path)
        self._push()
        self.assertEqual(len(self._requests()), len(paths))
        self.sandbox.ledger.reset()

    def test_a_payment_and_clocks(self):
        for first, second in CLOCKS:
            with self.subTest(first=first, second=second):
                move = self._pushed()
                payment = self._pay(move, amount=50)
                self.time.tick(first)
                self._lost('/Payments')
                self._later(minutes=7)
                self.time.tick(second - first)
                self._push_payments(payment)
                self.time.tick(-second)
                self.assertEqual(payment.xero_state, 'synced')
                self.assertEqual(len([
                    p for p in self._live() if p['Invoice']['InvoiceID'] == move.xero_document_id
                ]), 1)

    def test_what_has_arrived_is_not_sent_again(self):
        """Within the minutes for which Xero remembers the key, too."""
        bill, note = self._bill(), self._invoice('in_refund', ref='V1')
        self._lost('/Invoices', '/CreditNotes')
        self._later(minutes=2)
        self._push()
        self._synced(bill)
        self._synced(note)
        self.assertFalse(self.sandbox.calls_to('PUT'))
        payment = self._pay(bill, amount=50)
        self._lost('/Payments')
        self._later(minutes=2)
        self._push_payments(payment)
        self.assertFalse(self.sandbox.calls_to('PUT'))
        self._nothing_doubled(bill, [50])

    def test_what_has_not_arrived_is_sent_again_under_its_key(self):
        bill = self._bill()
        self.sandbox.inject('cut_before', 'PUT', '/Invoices')
        self._push()
        self._later(minutes=2)
        self._push()
        self._synced(bill)
        first, second = self.sandbox.calls_to('PUT', '/Invoices')
        self.assertEqual((first.raw, first.headers['Idempotency-Key']),
                         (second.raw, second.headers['Idempotency-Key']))
        methods = [call.method for call in self.sandbox.calls if call.path == '/Invoices']
        self.assertEqual(methods, ['PUT', 'GET', 'GET', 'PUT'])
        payment = self._pay(bill, amount=50)
        self.sandbox.ledger.reset()
        self.sandbox.inject('cut_before', 'PUT', '/Payments')
        self._push()
        self._later(minutes=2)
        self._push_payments(payment)
        methods = [call.method for call in self.sandbox.calls if call.path == '/Payments']
        self.assertEqual(methods, ['PUT', 'GET', 'PUT'])
        first, second = self.sandbox.calls_to('PUT', '/Payments')
        self.assertEqual((first.raw, first.headers['Idempotency-Key']),
                         (second.raw, second.headers['Idempotency-Key']))

    def test_what_has_arrived_in_part_waits_until_xero_has_forgotten_it(self):
        """The rest was refused, or Xero is still at it."""
        good, bad = self._bill(), self._bill(invoice_date='2026-01-05')
        self.org.period_lock_date = self.env['account.move']._fields['date'].to_date('2026-01-31')
        self.connection.period_lock_date = False
        self._lost('/Invoices')
        self._later(minutes=2)
        self._push()
        self.assertEqual((good | bad).mapped('xero_state'), ['pending'] * 2)
        self.assertFalse(self.sandbox.calls_to('PUT'))
        self._push_on(good | bad)
        self._synced(good)
        self.assertEqual((bad.xero_state, bad.xero_error_code), ('failed', 'period_locked'))
        self.assertEqual(len(self.org.invoices), 1)

    def test_what_xero_keeps_unique_is_repeated_without_a_question(self):
        invoice = self._invoice()
        self._lost('/Invoices')
        self._later(minutes=2)
        self._push()
        self._synced(invoice)
        self.assertEqual([call.method for call in self.sandbox.calls
                          if call.path == '/Invoices'], ['PUT'])
