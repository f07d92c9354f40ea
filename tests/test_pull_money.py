"""Payments in Xero, from the poll or the webhook to the books: calls, order, repetition, loss."""
from datetime import datetime, timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestPullMoney(XeroPullCommon):

    def _residuals_agree(self, *moves):
        for move in moves:
            documents = self.org.invoices if 'invoice' in move.move_type else self.org.credit_notes
            [document] = [d for d in documents if move.xero_document_id in (
                d.get('InvoiceID'), d.get('CreditNoteID'))]
            self.assertEqual(
                move._xero_decimal(move.amount_residual),
                document.get('AmountDue', document.get('RemainingCredit')), move.name)

    def test_part_then_full_payment(self):
        move = self._pushed()
        self.org.as_person.pay(move.xero_document_id, 50, date='2026-03-10', reference='BACS 1')
        self.sandbox.ledger.reset()
        self._pull()
        self.assertEqual((move.payment_state, move.amount_residual), ('partial', 70))
        self.assertEqual(
            [call.path.rsplit('/', 1)[-1] for call in self.sandbox.calls if call.tenant_id],
            ['Invoices', 'Payments', 'Payments'], "one call more than a quiet poll")
        self.org.as_person.pay(move.xero_document_id, 70, date='2026-03-11')
        self._pull()
        self.assertIn(move.payment_state, ('paid', 'in_payment'))
        self.assertEqual(move.xero_status, 'PAID')
        payments = self.env['account.payment'].search([('xero_payment_id', '!=', False)])
        self.assertEqual(sorted(payments.mapped('amount')), [50, 70])
        self.assertEqual(set(payments.payment_method_line_id.mapped('code')), {'xero_sync'})
        self._residuals_agree(move)
        self.assertFalse(self._differences())
        self._assert_settled()

    def test_payment_deleted(self):
        move = self._pushed()
        payment = self.org.as_person.pay(move.xero_document_id)
        self._pull()
        self.org.as_person.delete_payment(payment['PaymentID'])
        self._pull()
        self.assertEqual((move.payment_state, move.amount_residual), ('not_paid', 120))
        [record] = self.env['account.payment'].search([('xero_payment_id', '!=', False)])
        self.assertEqual(record.state, 'canceled')
        self._residuals_agree(move)
        self._assert_settled()

    def test_made_and_deleted_between_two_polls(self):
        move = self._pushed()
        payment = self.org.as_person.pay(move.xero_document_id)
        self.org.as_person.delete_payment(payment['PaymentID'])
        self._later(hours=7)
        self._pull()
        self.assertEqual(move.payment_state, 'not_paid')
        [row] = self.env['xero.log'].search([('error_code', '=', 'payment_delete_no_match')])
        self.assertEqual(row.res_id, move.id)
        self._assert_settled()

    def test_many_in_one_poll_cost_one_call_more(self):
        self._link(self.partner_a)
        moves = self.env['account.move'].union(*(self._invoice() for _n in range(12)))
        self._push()
        self._pull()
        self.org.as_person.pay_batch(
            {move.xero_document_id: move.amount_total for move in moves})
        self.sandbox.ledger.reset()
        self._pull()
        self.assertEqual(len([call for call in self.sandbox.calls if call.tenant_id]), 2 + 1)
        self.assertEqual(set(moves.mapped('xero_status')), {'PAID'})
        self.assertEqual(set(moves.mapped('amount_residual')), {0})
        self._assert_settled()

    def test_bill_credit_note_and_refund(self):
        bill = self._pushed('in_invoice')
        note = self._pushed('out_refund')
        self.org.as_person.pay(bill.xero_document_id, 20)
        self.org.as_person.pay(note.xero_document_id, 30)
        self._later(hours=4)
        self._pull()
        self.assertEqual((bill.amount_residual, note.amount_residual), (100, 90))
        self._residuals_agree(bill, note)
        self._assert_settled()

    def test_the_payments_list_alone_tells(self):
        """Xero does not promise that an invoice's own moment moves with its payments."""
        move = self._pushed()
        cursor = self._cursors('Invoices')
        self.org.as_person.pay(move.xero_document_id)
        cursor.changed_since += timedelta(days=2)
        self._later(hours=7)
        self._pull()
        self.assertEqual(move.amount_residual, 0)
        self._assert_settled()

    def test_a_webhook_brings_it_at_once(self):
        move = self._pushed()
        self.org.as_person.pay(move.xero_document_id)
        self._hint(move)
        self._pull_at_once()
        self.assertEqual(move.amount_residual, 0)
        self._assert_settled()

    def test_the_order_of_events_does_not_matter(self):
        move = self._pushed()
        first = self.org.as_person.pay(move.xero_document_id, 20)
        self._hint(move)
        self.org.as_person.delete_payment(first['PaymentID'])
        self.org.as_person.pay(move.xero_document_id, 45)
        self._hint(move)
        self._pull_at_once()
        self.assertEqual(move.amount_residual, 75)
        self._hint(move)
        self._later(hours=8)
        self._pull()
        self.assertEqual(move.amount_residual, 75)
        self._assert_settled()

    def test_paid_before_the_lost_answer_was_found(self):
        """The poll passes it by, because it is not linked to anything yet."""
        self._link(self.partner_a)
        for minutes in (3, 20):
            with self.subTest(minutes=minutes):
                self.sandbox.inject('cut_after', 'PUT', '/Invoices')
                move = self._invoice()
                self._push()
                self.assertEqual(move.xero_state, 'pending')
                self.org.as_person.pay(self.org.invoices[-1]['InvoiceID'])
                self._cursors('Invoices', 'Payments').write({
                    'changed_since': datetime.utcnow() + timedelta(hours=1),
                    'polled_at': datetime.utcnow()})
                self._later(minutes=minutes)
                self._push_on(move)
                self._synced(move)
                self._pull_at_once()
                self.assertEqual(move.amount_residual, 0)
                self._assert_settled()

    def test_one_that_cannot_be_booked_holds_up_no_other(self):
        """A document that was reset to draft cannot be paid; the others are."""
        stuck, other = self._pushed(), self._pushed()
        for move in (stuck, other):
            self.org.as_person.pay(move.xero_document_id)
        stuck.button_draft()
        self._pull()
        self.assertEqual(other.amount_residual, 0)
        self.assertIn((stuck.display_name, 'payment'), self._differences())
        stuck.with_context(xero_pulling=True).action_post()
        self._reconcile()
        self.assertEqual(stuck.amount_residual, 0)
        self.assertNotIn((stuck.display_name, 'payment'), self._differences())

    def test_a_fault_on_one_document_holds_up_no_other(self):
        bad, good = self._pushed(), self._pushed()
        for move in (bad, good):
            self.org.as_person.pay(move.xero_document_id)
        Apply = type(self.env['xero.apply'])
        apply = Apply._apply_headers

        def fail_on_bad(service, connection, documents, payments):
            if any(move.id == bad.id for move in documents):
                raise KeyError('unexpected')
            return apply(service, connection, documents, payments)
        self.patch(Apply, '_apply_headers', fail_on_bad)
        with mute_logger('odoo.addons.account_xero.models.core.problem'):
            self._pull()
        self.assertEqual((bad.amount_residual, good.amount_residual), (120, 0))
        self.assertEqual(list(self._differences()), [(bad.display_name, 'document')])
        self.patch(Apply, '_apply_headers', apply)
        self._reconcile()
        self.assertEqual(bad.amount_residual, 0)
        self.assertFalse(self._differences())
