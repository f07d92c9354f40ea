"""Payments that a person has registered in Xero, too, before the pull has brought them: they are
not made there a second time."""
from datetime import timedelta

from odoo.tests import tagged

from .common_payment import XeroPaymentCommon, without_payments


@tagged('post_install', '-at_install')
class TestPushPaymentsTwice(XeroPaymentCommon):

    def _there(self, move, amount, date):
        """:return: id of a payment that a person made in Xero"""
        return self.org.as_person.pay(
            move.xero_document_id, amount, date=date, reference="Feed")['PaymentID']

    def _entry(self, move, amount):
        """Pay a document by a line of the bank's statement."""
        line = self.env['account.bank.statement.line'].create({
            'journal_id': self.journal.id, 'date': '2026-03-10', 'amount': amount,
            'payment_ref': "BACS", 'partner_id': self.partner_a.id})
        terms = move._xero_payment_terms()
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = terms.account_id
        (terms + suspense).reconcile()

    def test_a_day_apart_is_linked(self):
        move, other = self._pushed(), self._pushed()
        payment, second = self._pay(move, amount=50), self._pay(other, amount=30)
        xero_id = self._there(move, 50, '2026-03-11')
        self._push()
        self.assertEqual((payment.xero_payment_id, payment.xero_state), (xero_id, 'synced'))
        self.assertEqual(second.xero_state, 'synced')
        self.assertEqual(
            [len(self.sandbox.calls_to(*call)) for call in (('PUT', '/Payments'),)], [1])
        self._nothing_doubled(move | other, [50, 30])

    def test_full_payment_is_linked_and_not_refused(self):
        move = self._pushed()
        payment = self._pay(move)
        xero_id = self._there(move, 120, '2026-03-12')
        self._push()
        self.assertEqual((payment.xero_payment_id, payment.xero_state), (xero_id, 'synced'))
        self._nothing_doubled(move, [120])

    def test_refund_is_linked(self):
        note = self._pushed('out_refund')
        payment = self._pay(note, amount=50)
        xero_id = self._there(note, 50, '2026-03-12')
        self._push()
        self.assertEqual(payment.xero_payment_id, xero_id)
        self._nothing_doubled(note, [50])

    def test_of_another_date_people_are_asked(self):
        """It is the same."""
        move = self._pushed()
        payment = self._pay(move, amount=50)
        xero_id = self._there(move, 50, '2026-03-30')
        self._push()
        self._failed(payment, 'payment_unclear')
        self.assertFalse(self._writes())
        self._pull()
        self.assertEqual(move.amount_residual, 70, "and here nothing is booked twice")
        self.assertIn((move.display_name, 'payment'), self._differences())
        payment.action_draft()
        payment.date = '2026-03-29'
        payment.action_post()
        self._push()
        self.assertEqual((payment.xero_payment_id, payment.xero_state), (xero_id, 'synced'))
        self._nothing_doubled(move, [50])

    def test_of_another_date_it_is_another_one(self):
        move = self._pushed()
        payment = self._pay(move, amount=50)
        self._there(move, 50, '2026-03-30')
        self._push()
        payment.action_xero_sync_now()
        self._push()
        self.assertEqual((payment.xero_state, payment.xero_manual), ('synced', False))
        self._pull()
        self.assertEqual(len(self._live()), 2)
        self.assertEqual(move.amount_residual, 20)
        self._residuals_agree(move)
        self.assertFalse(self._differences())

    def test_what_is_here_already_is_not_taken_for_it(self):
        """50 of a statement line are in Xero, the 50 of the payment are not."""
        move = self._pushed()
        self._entry(move, 50)
        self._there(move, 50, '2026-03-10')
        self._pull()
        payment = self._pay(move, amount=50)
        self._push()
        self.assertEqual(payment.xero_state, 'synced')
        self.assertEqual(len(self._live()), 2)
        self._residuals_agree(move)

    def test_found_by_the_pull_after_it_was_refused(self):
        """What is recognised is not red any more."""
        move = self._pushed()
        payment = self._pay(move, amount=50)
        self._there(move, 50, '2026-03-30')
        self._push()
        self._failed(payment, 'payment_unclear')
        payment.sudo().with_context(xero_pulling=True).date += timedelta(days=18)
        self._pull()
        self.assertTrue(payment.xero_payment_id)
        self.assertFalse(payment.xero_state)

    def test_xero_is_not_asked_in_vain(self):
        """One question for all documents, none where nothing is to be paid."""
        moves = self._pushed() | self._pushed() | self._pushed()
        for move in moves:
            self._pay(move)
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual(len(self.sandbox.calls_to('GET', '/Invoices')), 1)
        self.assertEqual(len(self._live()), 3)
        self.sandbox.ledger.reset()
        self._push()
        self.assertFalse(self.sandbox.calls)

    def test_what_cannot_be_asked_is_not_sent(self):
        move = self._pushed()
        payment = self._pay(move, amount=50)
        self.sandbox.inject('cut_before', 'GET', '/Invoices')
        self._push()
        self.assertEqual(payment.xero_state, 'pending')
        self.assertFalse(self._writes())
        self._later(minutes=7)
        self._push()
        self.assertEqual(payment.xero_state, 'synced')
        self._nothing_doubled(move, [50])

    def test_a_group_without_an_entry_is_linked(self):
        """What it pays of one document is a part of it."""
        self.patch(type(self.env['account.move']), '_get_invoice_in_payment_state',
                   lambda move: 'in_payment')
        self.journal.inbound_payment_method_line_ids.payment_account_id = False
        first, second = self._pushed(), self._pushed()
        payment = self._pay(first + second, group_payment=True, amount=170)
        self.assertFalse(payment.move_id)
        theirs = [self._there(first, 120, '2026-03-11'), self._there(second, 50, '2026-03-11')]
        self._push()
        self.assertEqual(payment.xero_link_ids.mapped('xero_payment_id'), theirs)
        self.assertEqual(len(self._live()), 2)
        self.assertFalse(self._writes())

    def test_a_list_without_payments_is_completed(self):
        """Lists of documents may leave out what was paid."""
        for kind in ('out_invoice', 'out_refund'):
            with self.subTest(kind=kind):
                move = self._pushed(kind)
                payment = self._pay(move, amount=50)
                xero_id = self._there(move, 50, '2026-03-11')
                self.sandbox.after_work = without_payments
                self._push()
                self.sandbox.after_work = None
                self.assertEqual(payment.xero_payment_id, xero_id)
                self.assertFalse(self._writes())

    def test_what_only_the_bank_has_here_hides_nothing(self):
        """Xero's payment is that of the same amount, whatever else pays the document here."""
        move = self._pushed()
        self._entry(move, 30)
        payment = self._pay(move, amount=50)
        xero_id = self._there(move, 50, '2026-03-11')
        self._push()
        self.assertEqual((payment.xero_payment_id, payment.xero_state), (xero_id, 'synced'))
        self.assertEqual(sorted(float(p['Amount']) for p in self._live()), [30, 50])
        self._pull()
        self.assertEqual(move.amount_residual, 40)
        self.assertFalse(self._differences())
