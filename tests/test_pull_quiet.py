"""How soon what happens in Xero is here without webhooks, and what that costs in calls a day."""
from datetime import timedelta

from odoo.tests import tagged

from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestPullQuiet(XeroPullCommon):

    def setUp(self):
        super().setUp()
        self.person = self.org.as_person
        self.move = self._pushed()
        self.env['xero.reference.data']._renew(self.connection)

    def _pay(self, amount, alone=True):
        """Pay in Xero. :param bool alone: the invoice is as if nothing had changed there"""
        before = self.org.store['Invoices'].get(self.move.xero_document_id)['UpdatedDateUTC']
        self._later(seconds=30)
        self.person.pay(self.move.xero_document_id, amount)
        if alone:
            self.org.store['Invoices'].get(self.move.xero_document_id)['UpdatedDateUTC'] = before

    def _minutes(self, most=30):
        """Pull whenever something is due. :return: minutes until the books here agree again"""
        for minutes in range(most + 1):
            self._pull_at_once()
            if self.move.amount_residual == self.org.invoices[0]['AmountDue']:
                return minutes
            self._later(minutes=1)
        return None

    def _idle(self, minutes):
        """Let time pass as the scheduler sees it."""
        for _step in range(0, minutes, 5):
            self._later(minutes=5)
            self._pull_at_once()

    def _calls(self):
        """Xero does not count calls that renew the sign-in; the day's reference data come on top.

        :return: number of calls that Xero counts
        """
        return len([call for call in self.sandbox.calls if call.tenant_id])

    def test_a_payment_alone_while_there_is_work_in_xero(self):
        """The first one, too."""
        for amount in (10, 20, 30):
            with self.subTest(amount):
                self._pay(amount)
                self.assertLessEqual(self._minutes(), 5)
                self._idle(45)
        self.assertFalse(self._differences())

    def test_when_nothing_has_changed_for_long(self):
        """One of the two lists is asked for every five minutes: what both tell of comes with it."""
        for shift in range(2):
            with self.subTest(shift):
                self._idle(5 * shift + 150)
                self._pay(1 + shift, alone=False)
                self.assertLessEqual(self._minutes(), 5)
                self._idle(150)
                self._pay(5 + shift)
                self.assertLessEqual(self._minutes(), 10)
        self.assertFalse(self._differences())

    def test_a_quiet_day_costs_less_than_320_calls(self):
        self._idle(3 * 60)
        self.sandbox.ledger.reset()
        self._idle(24 * 60)
        self._reconcile()
        self.assertLessEqual(self._calls(), 320 - 8)
        for path in ('/Invoices', '/Payments'):
            at = [call.at for call in self.sandbox.calls_to('GET', path)]
            self.assertLessEqual(
                max(after - before for before, after in zip(at, at[1:], strict=False)), 10 * 60)

    def test_a_day_of_work(self):
        """Ten hours in which something changes in Xero every hour: 120 calls more for asking, and
        the question for each change."""
        self._idle(3 * 60)
        self.sandbox.ledger.reset()
        for hour in range(24):
            if hour < 8:
                self._pay(1)
            self._idle(60)
        self._reconcile()
        self.assertLessEqual(self._calls(), 440 + 2 * 8)

    def test_a_day_with_webhooks(self):
        self.sandbox.ledger.reset()
        for _hour in range(24):
            self._deliver_webhook()
            self._idle(60)
        self._reconcile()
        self.assertLessEqual(self._calls(), 210)

    def test_turns_end_as_the_calls_of_the_day_do(self):
        self._idle(3 * 60)
        [invoices, payments] = self._cursors('Invoices', 'Payments')
        turns = invoices._get_turns(self.connection.last_pull)
        self.assertEqual(turns, payments._get_turns(self.connection.last_pull))
        self.assertEqual(set(turns), {invoices, payments})
        self.connection.write({'day_left': 100, 'budget_seen_at': self.connection.last_pull})
        self.assertEqual(invoices._interval(), timedelta(hours=1))

    def test_a_clock_that_was_ahead(self):
        """What was asked for in a future that is none any more is asked for again at once."""
        self.time.tick(timedelta(hours=5))
        self._pull_at_once()
        self.time.tick(timedelta(hours=-5))
        self._pay(10)
        self.assertLessEqual(self._minutes(), 10)
        self._idle(30)
        calls = len(self.sandbox.calls)
        self._pull_at_once()
        self.assertEqual(len(self.sandbox.calls), calls, "once")
