"""Payments deleted in Xero."""
from odoo.tests import tagged

from ..xero.documents import Payment
from .common import written
from .test_pull_payments import XeroPaymentsCommon


@tagged('post_install', '-at_install')
class TestPullPaymentsUndo(XeroPaymentsCommon):

    def _paid(self, **values):
        """:return: an invoice paid in Xero and here, and its payment here"""
        invoice = self._in_xero(**values)
        self._pay(invoice, date='2026-03-09', reference='BACS 1')
        self._apply(invoice)
        self.assertEqual(invoice.amount_residual, 0)
        return invoice, self._payments(invoice)

    def _delete(self, payment):
        self.person.delete_payment(payment.xero_payment_id)

    def test_deleted_payment_is_cancelled_and_kept(self):
        invoice, payment = self._paid()
        self._delete(payment)
        self._apply(invoice)
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ('not_paid', 120))
        self.assertEqual((payment.state, payment.move_id.state), ('canceled', 'cancel'))
        self.assertTrue(payment.xero_deleted)
        self.assertTrue(payment.xero_payment_id)
        self.assertIn("deleted in Xero and cancelled here", payment.message_ids[0].body)
        self.assertIn("deleted in Xero", self.env['xero.log'].search(
            [('res_id', '=', invoice.id)], limit=1).message)
        self._assert_settled(invoice)
        self._pay(invoice, date='2026-03-09', reference='BACS 1')
        self._apply(invoice)
        self.assertEqual((invoice.payment_state, len(self._payments(invoice))), ('paid', 2))
        self._assert_settled(invoice)

    def test_one_of_two_deleted(self):
        invoice = self._in_xero()
        first = self._pay(invoice, 50, date='2026-03-09')
        self._pay(invoice, 70, date='2026-03-09')
        self._apply(invoice)
        self.person.delete_payment(first)
        self._apply(invoice)
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ('partial', 50))
        self.assertEqual(self._payments(invoice).mapped('state'), ['canceled', 'in_process'])
        self._assert_settled(invoice)

    def test_stale_news_of_a_deleted_payment_books_nothing(self):
        invoice, payment = self._paid()
        stale = [p for p in self._fetch() if p.xero_id == payment.xero_payment_id]
        self._delete(payment)
        self._apply(invoice)
        self.env['xero.apply.payment']._settle(self.connection, {invoice: stale})
        self.assertEqual(invoice.amount_residual, 120)
        self.assertEqual(len(self._payments(invoice)), 1)
        self.assertTrue(self._differences(invoice))
        self._apply(invoice)
        self.assertFalse(self._differences(invoice))

    def _assert_reversed(self, invoice, payment):
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ('not_paid', 120))
        entry = payment.move_id
        self.assertEqual(entry.state, 'posted')
        [reversal] = entry.reversal_move_ids
        self.assertEqual(reversal.state, 'posted')
        self.assertFalse(entry.line_ids.filtered(
            lambda line: line.account_id.reconcile and not line.reconciled))
        self.assertTrue(payment.xero_deleted)
        self.assertIn(reversal.name, payment.message_ids[0].body)
        self._assert_settled(invoice)
        self.assertEqual(len(entry.reversal_move_ids), 1)

    def test_in_locked_periods_it_is_reversed(self):
        for name in ('fiscalyear_lock_date', 'hard_lock_date'):
            with self.subTest(name):
                invoice, payment = self._paid()
                self.env.company[name] = '2026-03-31'
                self._delete(payment)
                self._apply(invoice)
                self._assert_reversed(invoice, payment)
                self.assertGreater(str(payment.move_id.reversal_move_ids.date), '2026-03-31')
                if name == 'fiscalyear_lock_date':
                    self.env.company[name] = False

    def test_a_hashed_entry_is_reversed(self):
        self.bank.restrict_mode_hash_table = True
        invoice, payment = self._paid()
        self.assertTrue(payment.move_id.inalterable_hash)
        self._delete(payment)
        self._apply(invoice)
        self._assert_reversed(invoice, payment)

    def test_payment_dated_in_a_locked_period(self):
        invoice = self._in_xero()
        self.env.company.fiscalyear_lock_date = '2026-03-31'
        self._pay(invoice, date='2026-03-09')
        self._apply(invoice)
        payment = self._payments(invoice)
        self.assertEqual(str(payment.date), '2026-03-09')
        self.assertGreater(str(payment.move_id.date), '2026-03-31')
        self.assertIn("period is locked", self.env['xero.log'].search(
            [('res_id', '=', invoice.id)], limit=1).message)
        self.assertIn(written(self.env, payment.move_id.date), payment.message_ids[0].body)
        self.assertEqual(invoice.payment_state, 'paid')
        self._assert_settled(invoice)

    def test_locked_and_open_together(self):
        early, old = self._paid()
        late = self._in_xero()
        self._pay(late, date='2026-04-09')
        self._apply(late)
        self.env.company.fiscalyear_lock_date = '2026-03-31'
        for payment in (old, self._payments(late)):
            self._delete(payment)
        self._apply(early, late)
        self.assertEqual(self._payments(late).state, 'canceled')
        self._assert_reversed(early, old)
        self.assertEqual(late.amount_residual, 120)

    def test_cancelled_here_before(self):
        invoice, payment = self._paid()
        payment.action_cancel()
        self._delete(payment)
        self._apply(invoice)
        self.assertTrue(payment.xero_deleted)
        self.assertFalse(self._differences(invoice))
        self._assert_settled(invoice)

    def test_unmatched_here_is_matched_again(self):
        invoice, payment = self._paid()
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertEqual(invoice.amount_residual, 120)
        self._apply(invoice)
        self.assertEqual(invoice.amount_residual, 0)
        self._assert_settled(invoice)

    def test_credit_that_was_booked_is_no_payment_of_xero(self):
        invoice = self._in_xero()
        [credit] = self.env['xero.apply.booking']._book(self.connection, [(invoice, Payment(
            xero_id=f'c1/{invoice.xero_document_id}', document_id=invoice.xero_document_id,
            type='', status='AUTHORISED', date=invoice.invoice_date,
            amount=invoice._xero_decimal(20), bank_amount=None, currency_rate=None,
            reference="Credit CN-1", account_id=None, batch_id=None, updated=None))])
        self.assertEqual(invoice.amount_residual, 100)
        self._pay(invoice, 70, date='2026-03-09')
        self._apply(invoice)
        self.assertEqual(invoice.amount_residual, 30)
        self.assertFalse(credit.xero_deleted)
        self.env['xero.apply.booking']._undo(self.connection, credit)
        self.assertEqual(invoice.amount_residual, 50)

    def test_deletion_without_a_match_is_logged_once(self):
        invoice = self._in_xero()
        self._registered(invoice, amount=30)
        known, _payment = self._paid()
        xero_id = self._pay(invoice, 20, date='2026-03-09')
        self.person.delete_payment(xero_id)
        self._delete(_payment)
        self._apply(invoice, known)
        foreign = self.person.create_invoice("Somebody else", [
            {'Description': "X", 'Quantity': 1, 'UnitAmount': 10, 'AccountCode': '200'}])
        self.person.delete_payment(self.person.pay(foreign['InvoiceID'])['PaymentID'])
        for _time in range(2):
            for payment in self._fetch():
                if payment.status == 'DELETED':
                    self.env['xero.apply.booking']._log_missing(self.connection, payment)
        [row] = self.env['xero.log'].search([('error_code', '=', 'payment_delete_no_match')])
        self.assertEqual((row.res_id, row.direction), (invoice.id, 'pull'))
        self.assertIn(xero_id, row.message)
