"""Payments whose answer was lost, in a Xero that leaves out what it may, and where people are."""
from odoo.tests import tagged

from .common_payment import XeroPaymentCommon, without_payments


@tagged('post_install', '-at_install')
class TestPushPaymentsFound(XeroPaymentCommon):

    KINDS = ('out_invoice', 'in_invoice', 'out_refund', 'in_refund')

    def _lost(self, move, fault='cut_after'):
        """:return: a payment that was sent and has no answer"""
        payment = self._pay(move, amount=50)
        self.sandbox.inject(fault, 'PUT', '/Payments')
        self._push()
        self.assertTrue(self._requests().sent_at)
        return payment

    def _of(self, move):
        """:return: payments of a document that Xero has or had"""
        return [payment for payment in self.org.payments if move.xero_document_id in (
            payment.get('Invoice', {}).get('InvoiceID'),
            payment.get('CreditNote', {}).get('CreditNoteID'))]

    def test_lists_without_payments(self):
        """Lists of documents leave them out, though AmountPaid is above zero."""
        for kind in self.KINDS:
            for minutes in (2, 20):
                with self.subTest(kind=kind, minutes=minutes):
                    move = self._pushed(kind, ref=f'{kind} {minutes}')
                    payment = self._lost(move)
                    self.sandbox.after_work = without_payments
                    self._later(minutes=minutes)
                    self._push_payments(payment)
                    self.sandbox.after_work = None
                    self.assertEqual(payment.xero_state, 'synced')
                    self.assertEqual(len(self._of(move)), 1)

    def test_deleted_in_xero_meanwhile(self):
        """It is not made again; it is taken back here, as any that is deleted there."""
        for kind in self.KINDS:
            for minutes in (2, 20):
                with self.subTest(kind=kind, minutes=minutes):
                    move = self._pushed(kind, ref=f'{kind} {minutes}')
                    payment = self._lost(move)
                    [there] = self._of(move)
                    self.org.as_person.delete_payment(there['PaymentID'])
                    self._later(minutes=minutes)
                    self._push_payments(payment)
                    self._pull()
                    self._push_payments(payment)
                    self.assertEqual([p['Status'] for p in self._of(move)], ['DELETED'])
                    self.assertEqual(payment.state, 'canceled')
                    self._residuals_agree(move)
                    self.assertFalse(self._requests())

    def test_an_older_deleted_one_is_not_ours(self):
        """Somebody made an equal one by mistake, and took it back; ours never arrived."""
        for minutes in (2, 20):
            with self.subTest(minutes=minutes):
                move = self._pushed()
                other = self.org.as_person.pay(
                    move.xero_document_id, 50, date='2026-03-10', reference="BACS 1")
                self.org.as_person.delete_payment(other['PaymentID'])
                self._later(hours=2)
                payment = self._lost(move, 'cut_before')
                self._later(minutes=minutes)
                self._push_payments(payment)
                self.assertEqual(payment.xero_state, 'synced')
                self.assertEqual(sorted(p['Status'] for p in self._of(move)),
                                 ['AUTHORISED', 'DELETED'])

    def test_our_own_deleted_one_is_not_the_new_one(self):
        """It was deleted from here, for its amount had changed, and then changed back."""
        move = self._pushed()
        payment = self._pay(move, amount=50)
        self._push()
        payment.action_draft()
        self._push()
        payment.action_post()
        (payment.move_id.line_ids | move.line_ids).filtered(
            lambda line: line.account_id == move.line_ids.filtered(
                lambda one: one.display_type == 'payment_term').account_id).reconcile()
        self.sandbox.inject('cut_before', 'PUT', '/Payments')
        self._push_payments(payment)
        self._later(minutes=20)
        self._push_payments(payment)
        self.assertEqual(payment.xero_state, 'synced')
        self._nothing_doubled(move, [50])
