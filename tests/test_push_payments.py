"""Payments registered here, made in Xero; and what happens to them on either side afterwards."""
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_payment import XeroPaymentCommon


@tagged('post_install', '-at_install')
class TestPushPayments(XeroPaymentCommon):

    def test_in_full(self):
        move = self._pushed()
        payment = self._pay(move)
        self.assertEqual(payment.xero_state, 'pending')
        self.assertEqual(self._writes(), 0, "nothing is called while a person waits")
        self._push()
        self.assertEqual(payment.xero_state, 'synced')
        [there] = self._live()
        self.assertEqual(there['PaymentID'], payment.xero_payment_id)
        self.assertEqual(
            (float(there['Amount']), str(there['Date']), there['Reference'],
             there['Account']['Code'], there['PaymentType']),
            (120, '2026-03-10', "BACS 1", '090', 'ACCRECPAYMENT'))
        self._nothing_doubled(move, [120])
        self.assertEqual(move.xero_status, 'PAID')
        self.assertIn(move.payment_state, ('paid', 'in_payment'))

    def test_in_parts(self):
        move = self._pushed()
        first = self._pay(move, amount=50)
        self._push()
        second = self._pay(move, amount=70, communication="BACS 2")
        self._push()
        self.assertEqual({first.xero_state, second.xero_state}, {'synced'})
        self._nothing_doubled(move, [50, 70])

    def test_equal_parts_in_one_call(self):
        move = self._pushed()
        payments = self._pay(move, amount=60) | self._pay(move, amount=60)
        self._push()
        self.assertEqual(len(self.sandbox.calls_to('PUT', '/Payments')), 1)
        self.assertEqual(len(set(payments.mapped('xero_payment_id'))), 2)
        self._nothing_doubled(move, [60, 60])

    def test_two_invoices_by_one_payment(self):
        moves = self._pushed() | self._pushed()
        payment = self._pay(moves, group_payment=True)
        self.assertEqual(len(payment), 1)
        self._push()
        self.assertEqual(payment.xero_state, 'synced')
        self.assertEqual(len(self.sandbox.calls_to('PUT', '/Payments')), 1)
        self.assertEqual(payment.xero_link_ids.mapped('amount'), [120, 120])
        self.assertEqual({p['PaymentID'] for p in self._live()},
                         set(payment.xero_link_ids.mapped('xero_payment_id')))
        self._nothing_doubled(moves, [120, 120])

    def test_bill_and_refund(self):
        bill, note = self._pushed('in_invoice'), self._pushed('out_refund')
        self._pay(bill, amount=20)
        self._pay(note, amount=30)
        self._push()
        self.assertEqual({p['PaymentType'] for p in self._live()},
                         {'ACCPAYPAYMENT', 'ARCREDITPAYMENT'})
        self._nothing_doubled(bill | note, [20, 30])

    def test_foreign_currency(self):
        """Xero values the payment as Odoo does, at the rate of its day."""
        currency = self.env.ref('base.EUR')
        currency.active = True
        self.env['res.currency.rate'].create([
            {'currency_id': currency.id, 'name': '2026-03-01', 'rate': 0.85},
            {'currency_id': currency.id, 'name': '2026-03-09', 'rate': 0.91}])
        move = self._pushed(currency_id=currency.id)
        payment = self._pay(move, amount=70.07, currency_id=currency.id)
        self._push()
        self.assertEqual(payment.xero_state, 'synced', payment.xero_error_message)
        [there] = self._live()
        [line] = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id)
        self.assertEqual(float(there['BankAmount']), abs(line.balance))
        self.assertEqual(round(float(there['Amount'] / there['CurrencyRate']), 2),
                         abs(line.balance))
        self.assertNotEqual(float(there['CurrencyRate']), 0.85)
        self._nothing_doubled(move, [70.07])

    def test_off_by_default(self):
        self.assertFalse(self.env['xero.connection'].new({}).push_payments)
        self.connection.push_payments = False
        move = self._pushed()
        payment = self._pay(move)
        self._push()
        self.assertFalse(payment.xero_state)
        self.assertFalse(self._live())
        self.connection.push_payments = True
        self._push()
        self.assertFalse(self._live(), "what was registered before stays here")

    def test_registered_before_it_was_switched_on(self):
        """An old payment that is put to an invoice later has been in the bank for long."""
        move = self._pushed()
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_type': 'customer', 'amount': 120,
            'partner_id': self.partner_a.id, 'journal_id': self.journal.id})
        payment.action_post()
        self.env.cr.execute("UPDATE account_payment SET create_date = create_date - interval '1 d'"
                            " WHERE id = %s", [payment.id])
        payment.invalidate_recordset()
        (payment.move_id.line_ids + move.line_ids).filtered(
            lambda line: line.account_id == payment.destination_account_id).reconcile()
        self.assertEqual(move.amount_residual, 0)
        self._push()
        self.assertFalse(payment.xero_state or self._live())

    def test_payments_from_xero_do_not_go_back(self):
        move = self._pushed()
        self.org.as_person.pay(move.xero_document_id, 50)
        self._pull()
        [payment] = self.env['account.payment'].search([('xero_payment_id', '!=', False)])
        self._push()
        self.assertFalse(payment.xero_state)
        self.assertEqual(self._writes(), 0)

    def test_registered_on_both_sides(self):
        move = self._pushed()
        payment = self._pay(move, amount=50)
        self.org.as_person.pay(move.xero_document_id, 50, date='2026-03-10', reference="BACS 1")
        self._pull()
        self._push()
        self.assertFalse(self._writes())
        self._pull()
        self.assertEqual(len(self._live()), 1)
        self.assertEqual(payment.xero_payment_id, self._live()[0]['PaymentID'])
        self._residuals_agree(move)

    def test_waits_for_its_document(self):
        """Paid at once, as in a shop, or while the document is a draft in Xero."""
        self.connection.push_status = 'DRAFT'
        move = self._invoice()
        payment = self._pay(move)
        self._push()
        self.assertEqual(payment.xero_state, 'waiting')
        self._push()
        self.assertFalse(self._writes())
        self.org.as_person.approve(move.xero_document_id)
        self._pull()
        self._push()
        self.assertEqual(payment.xero_state, 'synced')
        self._nothing_doubled(move, [120])

    def test_posted_and_paid_at_once(self):
        move = self._invoice()
        self._pay(move)
        self._push()
        self._nothing_doubled(move, [120])

    def test_a_module_that_extends_what_is_sent_fails(self):
        """It keeps no other payment from Xero, and is tried again when somebody asks for it."""
        moves = [self._pushed() for _number in range(3)]
        payments = [self._pay(move) for move in moves]
        repairs = [self._break('_xero_parts', payments[0]),
                   self._break('_xero_prepare_body', payments[1])]
        with self.assertLogs('odoo.addons.account_xero.models.core.problem', 'ERROR'):
            self._push()
        self.assertEqual([payment.xero_state for payment in payments],
                         ['failed', 'failed', 'synced'])
        self.assertIn("The server's log says more", payments[1].xero_error_message)
        self.assertEqual(len(self._live()), 1)
        for repair in repairs:
            repair()
        (payments[0] | payments[1]).action_xero_sync_now()
        self._push()
        self.assertEqual({payment.xero_state for payment in payments}, {'synced'})
        self._nothing_doubled(moves[0] | moves[1] | moves[2], [120] * 3)

    def test_echo_by_webhook(self):
        move = self._pushed()
        payment = self._pay(move)
        self._push()
        self._hint(move)
        self._pull_at_once()
        self.assertEqual(move.xero_status, 'PAID')
        self.assertEqual(self.env['account.payment'].search(
            [('xero_payment_id', '!=', False)]), payment)
        self._nothing_doubled(move, [120])


@tagged('post_install', '-at_install')
class TestPushPaymentsUndone(XeroPaymentCommon):

    def test_cancelled_here(self):
        move = self._pushed()
        payment = self._pay(move)
        self._push()
        payment.action_cancel()
        self._push()
        self.assertFalse(self._live())
        self.assertFalse(payment.xero_state or payment.xero_payment_id)
        self._nothing_doubled(move, [])
        self.assertEqual(move.xero_status, 'AUTHORISED')

    def test_taken_off_its_document_and_put_back(self):
        move = self._pushed()
        payment = self._pay(move)
        self._push()
        first = payment.xero_payment_id
        payment.move_id.line_ids.remove_move_reconcile()
        self._push()
        self.assertFalse(self._live())
        self._pull()
        self._residuals_agree(move)
        (payment.move_id.line_ids + move.line_ids).filtered(
            lambda line: line.account_id == payment.destination_account_id).reconcile()
        self._push()
        self.assertNotEqual(payment.xero_payment_id, first)
        self._nothing_doubled(move, [120])

    def test_changed_before_it_left(self):
        """Taken off and put back before the push: there is nothing to tell."""
        move = self._pushed()
        payment = self._pay(move)
        self._push()
        payment.move_id.line_ids.remove_move_reconcile()
        (payment.move_id.line_ids + move.line_ids).filtered(
            lambda line: line.account_id == payment.destination_account_id).reconcile()
        before = self._writes()
        self._push()
        self.assertEqual(self._writes(), before)
        self.assertEqual(payment.xero_state, 'synced')

    def test_another_date(self):
        move = self._pushed()
        payment = self._pay(move)
        self._push()
        payment.action_draft()
        payment.date = '2026-03-12'
        payment.action_post()
        self._push()
        self.assertEqual([str(p['Date']) for p in self._live()], ['2026-03-12'])
        self._nothing_doubled(move, [120])

    def test_document_cancelled_here(self):
        """The payment goes first, or Xero would refuse to void the document."""
        move = self._pushed()
        payment = self._pay(move)
        self._push()
        move.button_cancel()
        self._push()
        self.assertFalse(self._live())
        self.assertEqual((move.xero_state, move.xero_status), ('synced', 'VOIDED'))
        self.assertFalse(payment.xero_payment_id)

    def test_deleted_in_xero(self):
        move = self._pushed()
        payment = self._pay(move)
        self._push()
        self._pull()
        self.org.as_person.delete_payment(payment.xero_payment_id)
        self._pull()
        self.assertEqual((payment.state, payment.xero_deleted), ('canceled', True))
        self.assertEqual(move.payment_state, 'not_paid')
        self._nothing_doubled(move, [])

    def test_deleted_in_xero_before_the_pull_has_seen_it(self):
        move = self._pushed()
        payment = self._pay(move, amount=40)
        self._push()
        self.org.as_person.delete_payment(payment.xero_payment_id)
        self._pull()
        self.assertEqual(payment.state, 'canceled')
        self.assertFalse(self.env['xero.log'].search(
            [('error_code', '=', 'payment_delete_no_match')]))
        self._nothing_doubled(move, [])

    def test_one_of_two_parts_deleted_in_xero(self):
        kept, freed = self._pushed(), self._pushed()
        payment = self._pay(kept | freed, group_payment=True)
        self._push()
        [link] = payment.xero_link_ids.filtered(lambda link: link.move_id == freed)
        self.org.as_person.delete_payment(link.xero_payment_id)
        self._pull()
        self.assertEqual((kept.amount_residual, freed.amount_residual), (0, 120))
        self.assertIn(payment.state, ('in_process', 'paid'))
        self.assertFalse(payment.xero_deleted)
        self._residuals_agree(kept, freed)
        self._push()
        self._assert_settled()
        self.assertEqual(len(self._live()), 1)

    def test_part_of_a_batch(self):
        """Somebody made it a batch in Xero before the pull; there it stays together."""
        move = self._pushed()
        payment = self._pay(move)
        self.sandbox.inject('cut_before', method='PUT', path='/Payments')
        self._push()
        self.org.as_person.pay_batch({move.xero_document_id: 120}, Date='2026-03-10')
        self._pull()
        self.assertEqual(payment.xero_payment_id, self._live()[0]['PaymentID'])
        payment.action_cancel()
        self._push()
        self._failed(payment, 'document_not_editable')
        self.assertIn("batch", payment.xero_error_message)
        self.assertEqual(len(self._live()), 1)

    def test_cannot_be_removed_without_a_trace(self):
        move = self._pushed()
        payment = self._pay(move)
        self._push()
        payment.action_draft()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            payment.unlink()
