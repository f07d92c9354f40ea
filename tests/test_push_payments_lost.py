"""Payments that Xero refuses, and payments whose answer is lost."""
from datetime import date

from odoo.tests import tagged

from .common_payment import XeroPaymentCommon


@tagged('post_install', '-at_install')
class TestPushPaymentsRefused(XeroPaymentCommon):

    def test_journal_without_account(self):
        move = self._pushed()
        self.journal.xero_account_id = False
        payment = self._pay(move)
        self.assertEqual(move.amount_residual, 0)
        self._push()
        self._failed(payment, 'unmapped_account')
        self.assertFalse(self._writes())
        self.journal.xero_account_id = self.bank
        self._push()
        self.assertEqual(payment.xero_state, 'synced', "goes on when the journal is mapped")
        self._nothing_doubled(move, [120])

    def test_period_locked(self):
        move, other = self._pushed(), self._pushed(invoice_date='2026-04-02')
        self.org.period_lock_date = date(2026, 3, 31)
        payment, good = self._pay(move), self._pay(other, payment_date='2026-04-10')
        self._push()
        self._failed(payment, 'period_locked')
        self.assertEqual(good.xero_state, 'synced', "the others of the call are done")
        self.assertEqual(move.amount_residual, 0, "Odoo is not kept from anything")
        self.org.period_lock_date = None
        payment.action_xero_sync_now()
        self._push()
        self.assertEqual(payment.xero_state, 'synced')
        self._nothing_doubled(move | other, [120, 120])

    def test_paid_there_already(self):
        move = self._pushed()
        payment = self._pay(move)
        self.org.as_person.pay(move.xero_document_id, 100, date='2026-03-11', reference="other")
        self._push()
        self._failed(payment, 'validation_error')
        self.assertIn("exceeds the amount outstanding", payment.xero_error_message)

    def test_write_off(self):
        move = self._pushed()
        payment = self._pay(
            move, amount=115, payment_difference_handling='reconcile',
            writeoff_account_id=self.expense.id)
        self.assertEqual(move.amount_residual, 0)
        self._push()
        self._failed(payment, 'validation_error')
        self.assertFalse(self._writes())


@tagged('post_install', '-at_install')
class TestPushPaymentsLost(XeroPaymentCommon):
    """The answer is lost, before or after Xero has done the work."""

    def _lose(self, kind, payments, wait):
        self.sandbox.inject(kind, method='PUT', path='/Payments')
        self._push()
        self.assertEqual(set(payments.mapped('xero_state')), {'pending'})
        self.assertTrue(self._requests().sent_at)
        self._later(**wait)
        self._push_payments(payments)
        self.assertEqual(set(payments.mapped('xero_state')), {'synced'})

    def test_within_six_minutes(self):
        for kind in ('cut_after', 'cut_before'):
            with self.subTest(kind):
                move = self._pushed()
                payment = self._pay(move, amount=50)
                self._lose(kind, payment, {'minutes': 2})
                self.assertEqual(
                    len([p for p in self._live()
                         if p['Invoice']['InvoiceID'] == move.xero_document_id]), 1)
                self._residuals_agree(move)
        self._nothing_doubled(move, [50, 50])

    def test_after_twenty_minutes(self):
        """Xero is asked what the documents show of payments."""
        for kind in ('cut_after', 'cut_before'):
            with self.subTest(kind):
                bill, note = self._pushed('in_invoice'), self._pushed('in_refund')
                payments = self._pay(bill, amount=50) | self._pay(bill, amount=50) | self._pay(
                    note, amount=20)
                self._lose(kind, payments, {'minutes': 20})
                self._residuals_agree(bill, note)
        self._nothing_doubled(bill | note, [50, 50, 20] * 2)

    def test_the_pull_sees_it_first(self):
        move = self._pushed()
        payment = self._pay(move, amount=50)
        self.sandbox.inject('cut_after', method='PUT', path='/Payments')
        self._push()
        self._hint(move)
        self._pull_at_once()
        self.assertEqual(payment.xero_state, 'synced')
        self.assertEqual(payment.xero_payment_id, self._live()[0]['PaymentID'])
        self.assertFalse(self._requests(), "the outbox entry is settled")
        self._nothing_doubled(move, [50])

    def test_cancelled_meanwhile(self):
        for minutes in (2, 20):
            with self.subTest(minutes=minutes):
                move = self._pushed()
                payment = self._pay(move, amount=50)
                self.sandbox.inject('cut_after', method='PUT', path='/Payments')
                self._push()
                payment.action_cancel()
                self._later(minutes=minutes)
                self._push_payments(payment)
                self.assertFalse(self._live())
        self._nothing_doubled(move, [])

    def test_deletion(self):
        for minutes in (2, 20):
            with self.subTest(minutes=minutes):
                move = self._pushed()
                payment = self._pay(move, amount=50)
                self._push()
                payment.action_cancel()
                self.sandbox.inject('cut_after', method='POST', path='/Payments/*')
                self._push()
                self.assertEqual(payment.xero_state, 'pending')
                self._later(minutes=minutes)
                self._push_payments(payment)
                self.assertFalse(payment.xero_state, payment.xero_error_message)
        self._nothing_doubled(move, [])

    def test_deletion_of_a_changed_one_seen_by_the_pull(self):
        """The payment counts here, so its deletion, which was asked for from here, is no news."""
        move = self._pushed()
        payment = self._pay(move)
        self._push()
        payment.action_draft()
        payment.date = '2026-03-12'
        payment.action_post()
        self.sandbox.inject('cut_after', method='POST', path='/Payments/*')
        self._push()
        self._hint(move)
        self._pull_at_once()
        self.assertIn(payment.state, ('in_process', 'paid'))
        self._push_payments(payment)
        self._nothing_doubled(move, [120])

    def test_three_attempts(self):
        move = self._pushed()
        payment = self._pay(move, amount=50)
        self.sandbox.inject('500', method='PUT', path='/Payments', times=9)
        self._push_payments(payment)
        self._failed(payment, 'transient')
        self.sandbox.faults.clear()
        payment.action_xero_sync_now()
        self._push()
        self.assertEqual(payment.xero_state, 'synced')
        self._nothing_doubled(move, [50])
