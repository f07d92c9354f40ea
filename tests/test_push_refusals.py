"""What Xero or the books here do not allow any more, and how the user is told."""
from datetime import date
from itertools import product

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestPushRefusals(XeroPullCommon):

    def setUp(self):
        super().setUp()
        self.person = self.org.as_person
        self.invoice = self._in_xero()
        self.sandbox.ledger.reset()

    def _in_xero(self, *args, **values):
        move = self._invoice(*args, **values)
        self._push()
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
        return move

    def _there(self, move=None):
        """:return: the sandbox's record of a document"""
        move = move or self.invoice
        kind = 'CreditNote' if 'refund' in move.move_type else 'Invoice'
        documents = self.org.credit_notes if kind == 'CreditNote' else self.org.invoices
        [document] = [d for d in documents if d[f'{kind}ID'] == move.xero_document_id]
        return document

    def _change(self, move=None):
        move = move or self.invoice
        move.button_draft()
        move.invoice_line_ids.price_unit = 250
        move.action_post()
        self._push()

    def _cancel(self, move=None):
        (move or self.invoice).button_cancel()
        self._push()

    def _refused(self, *words, move=None, code='document_not_editable'):
        """Check that the user reads why; nothing goes on by itself."""
        move = move or self.invoice
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', code))
        for word in words:
            self.assertIn(word, move.xero_error_message)
        calls = len(self.sandbox.calls)
        self._push()
        self.assertEqual(len(self.sandbox.calls), calls)

    # === PAYMENTS AND CREDITS IN XERO === #

    def test_a_change_of_a_part_paid_invoice(self):
        self.person.pay(self.invoice.xero_document_id, 20, date='2026-03-05')
        self._change()
        self._refused("20.00 USD paid on Mar 5, 2026", "press Sync now", "payment or credit note")
        self.assertEqual(self._there()['Total'], 120)
        self.assertEqual(len([c for c in self.sandbox.calls if c.method == 'POST']), 1)

    def test_a_change_of_a_credited_invoice(self):
        note = self._in_xero('out_refund')
        self.person.allocate(note.xero_document_id, self.invoice.xero_document_id, 30)
        self._change()
        self._refused(f"30.00 USD credited by {note.xero_number}")
        self._change(note)
        self._refused("30.00 USD of credit used", move=note)

    def test_after_the_payment_is_removed_the_change_goes_through(self):
        payment = self.person.pay(self.invoice.xero_document_id, 20)
        self._change()
        self._refused("20.00")
        self.person.delete_payment(payment['PaymentID'])
        self.invoice.action_xero_sync_now()
        self._push()
        self.assertEqual(self.invoice.xero_state, 'synced')
        self.assertFalse(self.invoice.xero_error_message)
        self.assertEqual(self._there()['Total'], 300)

    def test_released_by_itself_when_the_payment_is_removed(self):
        """Whether the payment was ever seen here, and whether it was a change or a void."""
        for pulled, refused in product((True, False), (self._change, self._cancel)):
            with self.subTest(refused.__name__, pulled=pulled):
                move = self._in_xero()
                payment = self.person.pay(move.xero_document_id, 20)
                if pulled:
                    self._pull()
                    self.assertEqual(move.amount_residual, 100)
                refused(move)
                self._refused("20.00", move=move)
                self._pull()
                self._refused("20.00", move=move)
                self.person.delete_payment(payment['PaymentID'])
                self._pull()
                self.assertEqual(move.xero_state, 'pending')
                self._push()
                self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
                self.assertEqual(
                    (self._there(move)['Status'], self._there(move)['Total']),
                    ('AUTHORISED', 300) if refused == self._change else ('VOIDED', 120))

    def test_released_although_nothing_goes_by_itself(self):
        payment = self.person.pay(self.invoice.xero_document_id, 20)
        self.connection.auto_sync = False
        self._change()
        self.invoice.action_xero_sync_now()
        self._push()
        self._refused("20.00")
        self.person.delete_payment(payment['PaymentID'])
        self._pull()
        self._push()
        self.assertEqual(self.invoice.xero_state, 'synced', self.invoice.xero_error_message)

    def test_refused_for_another_reason_is_not_sent_again_and_again(self):
        payment = self.person.pay(self.invoice.xero_document_id, 20)
        self._change()
        self._refused("20.00")
        self.person.delete_payment(payment['PaymentID'])
        self.org.period_lock_date = date(2026, 12, 31)
        self._pull()
        self._push()
        self.assertEqual(self.invoice.xero_state, 'failed')
        for _time in range(3):
            self._pull()
            self._reconcile()
            self.assertEqual(self.invoice.xero_state, 'failed')

    def test_amounts_as_before_need_no_permission(self):
        self.person.pay(self.invoice.xero_document_id, 20)
        self._change()
        self.invoice.button_draft()
        self.invoice.invoice_line_ids.price_unit = 100
        self.invoice.action_post()
        self._push()
        self.assertEqual(self.invoice.xero_state, 'synced', self.invoice.xero_error_message)

    def test_a_void_of_a_part_paid_invoice(self):
        payment = self.person.pay(self.invoice.xero_document_id, 20, date='2026-03-05')
        self._cancel()
        self._refused("20.00 USD paid on Mar 5, 2026", "post the document again")
        self.assertEqual(self._there()['Status'], 'AUTHORISED')
        self.person.delete_payment(payment['PaymentID'])
        self.invoice.action_xero_sync_now()
        self._push()
        self.assertEqual((self.invoice.xero_state, self.invoice.xero_status), ('synced', 'VOIDED'))

    def test_a_void_of_a_paid_invoice_is_asked_for_once(self):
        self.person.pay(self.invoice.xero_document_id, 120)
        self._cancel()
        self._refused("120.00 USD paid")
        self.assertEqual(len([c for c in self.sandbox.calls if c.method == 'POST']), 1)

    def test_a_void_of_a_credited_invoice_and_of_its_note(self):
        note = self._in_xero('out_refund')
        self.person.allocate(note.xero_document_id, self.invoice.xero_document_id, 30)
        self._cancel()
        self._refused(f"30.00 USD credited by {note.xero_number}")
        self._cancel(note)
        self._refused("30.00 USD of credit used", move=note)

    def test_a_change_of_what_was_voided_there(self):
        self.person.void(self.invoice.xero_document_id)
        self._change()
        self._refused(code='voided_in_xero')

    # === DELETION === #

    def test_nothing_is_deleted_before_it_is_voided(self):
        self.invoice.button_draft()
        with self.assertRaisesRegex(UserError, "Cancel it first"):
            self.invoice.unlink()
        self.invoice.button_cancel()
        with self.assertRaisesRegex(UserError, "Cancel it first"):
            self.invoice.unlink()
        self._push()
        self.assertEqual(self._there()['Status'], 'VOIDED')
        self.invoice.button_draft()
        with self.assertRaisesRegex(UserError, "Keep it as a cancelled document"):
            self.invoice.unlink()

    # === LOCKED PERIODS === #

    def test_a_change_in_a_period_that_xero_has_locked(self):
        self.org.period_lock_date = date(2026, 3, 31)
        self.connection._refresh_reference_data()
        self.sandbox.ledger.reset()
        self._change()
        self._refused("2026", code='period_locked')
        self.assertEqual(self._there()['Total'], 120)

    def test_a_void_in_a_period_that_xero_has_locked(self):
        self.org.period_lock_date = date(2026, 3, 31)
        self._cancel()
        self._refused("lock date", code='period_locked')
        self.assertEqual(self._there()['Status'], 'AUTHORISED')
        self.org.period_lock_date = None
        self.invoice.action_xero_sync_now()
        self._push()
        self.assertEqual((self.invoice.xero_state, self.invoice.xero_status), ('synced', 'VOIDED'))

    def test_a_period_that_is_locked_here(self):
        self.env.company.fiscalyear_lock_date = '2026-03-31'
        for action in (self.invoice.button_draft, self.invoice.button_cancel):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                action()
            self.assertEqual((self.invoice.state, self.invoice.xero_state), ('posted', 'synced'))
        self._push()
        self.assertFalse(self.sandbox.calls)
