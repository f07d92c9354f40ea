"""Payments that were removed in Xero and registered there again, and what the bank has of those
that are gone."""
from odoo.tests import tagged

from .test_pull_payments_recognise import XeroRecogniseCommon


@tagged('post_install', '-at_install')
class TestPullPaymentsRedone(XeroRecogniseCommon):

    def _in_the_bank(self, payment):
        """:return: the line of the bank's statement that a payment is matched with"""
        line = self.env['account.bank.statement.line'].create({
            'journal_id': self.bank.id, 'date': '2026-03-11', 'amount': payment.amount,
            'payment_ref': "BACS 4711", 'partner_id': self.partner_a.id})
        [liquidity] = payment._seek_for_lines()[0]
        liquidity.account_id.reconcile = True
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = liquidity.account_id
        (liquidity + suspense).reconcile()
        self.assertEqual(payment._xero_statement_lines(), line)
        self.assertTrue(line.is_reconciled)
        return line

    def _outstanding(self):
        """Let payments wait for the bank in an account of their own."""
        account = self.env['account.payment'].new({
            'journal_id': self.bank.id, 'company_id': self.env.company.id,
        })._get_outstanding_account('inbound')
        self.bank.inbound_payment_method_line_ids.payment_account_id = account

    def _both(self):
        """:return: an invoice paid on both sides and in the bank, its payment, and the bank's line
        """
        self._outstanding()
        invoice = self._in_xero()
        mine = self._registered(invoice)
        self._pay(invoice, date='2026-03-10')
        self._apply(invoice)
        self.assertTrue(mine.xero_payment_id)
        return invoice, mine, self._in_the_bank(mine)

    def test_redone_with_another_date(self):
        invoice, mine, line = self._both()
        self.person.delete_payment(mine.xero_payment_id)
        xero_id = self._pay(invoice, date='2026-03-20', account='835')
        self._apply(invoice)
        self.assertEqual(mine.xero_payment_id, xero_id)
        self.assertIn(mine.state, ('in_process', 'paid'))
        self.assertEqual((invoice.amount_residual, line.is_reconciled), (0, True))
        self.assertEqual(self._payments(invoice), mine)
        self.assertIn("registered there again", self.env['xero.log'].search(
            [('res_id', '=', invoice.id)], limit=1).message)
        self._assert_settled(invoice)

    def test_booked_from_xero_and_matched_with_the_bank(self):
        self._outstanding()
        invoice = self._in_xero()
        first = self._pay(invoice, date='2026-03-10')
        self._apply(invoice)
        booked = self._payments(invoice)
        line = self._in_the_bank(booked)
        self.person.delete_payment(first)
        xero_id = self._pay(invoice, date='2026-03-11')
        self._apply(invoice)
        self.assertEqual((booked.xero_payment_id, line.is_reconciled), (xero_id, True))
        self.assertEqual(self._payments(invoice), booked)
        self._assert_settled(invoice)

    def test_booked_from_xero_alone_is_booked_anew(self):
        invoice = self._in_xero()
        first = self._pay(invoice, date='2026-03-10')
        self._apply(invoice)
        booked = self._payments(invoice)
        self.person.delete_payment(first)
        self._pay(invoice, date='2026-03-20')
        self._apply(invoice)
        self.assertEqual(booked.state, 'canceled')
        self.assertEqual([str(day) for day in self._payments(invoice).mapped('date')],
                         ['2026-03-10', '2026-03-20'])
        self._assert_settled(invoice)

    def test_redone_with_another_amount(self):
        invoice, mine, line = self._both()
        self.person.delete_payment(mine.xero_payment_id)
        self._pay(invoice, 100, date='2026-03-10')
        self._apply(invoice)
        self.assertEqual(mine.state, 'canceled')
        self.assertEqual(invoice.amount_residual, 20)
        self.assertFalse(line.is_reconciled)

    def _open_again(self, lock=False):
        """:return: the line of the bank's statement whose payment was deleted in Xero"""
        invoice, mine, line = self._both()
        self.env.company.fiscalyear_lock_date = lock
        self.person.delete_payment(mine.xero_payment_id)
        self._apply(invoice)
        self.assertEqual(invoice.amount_residual, 120)
        message = self.env['xero.log'].search([('res_id', '=', invoice.id)], limit=1).message
        self.assertIn("is open again", message)
        self.assertIn("BACS 4711", message)
        self._assert_settled(invoice)
        return line

    def test_what_the_bank_has_is_open_again(self):
        self.assertFalse(self._open_again().is_reconciled, "it is to be matched again")

    def test_what_the_bank_has_is_said_in_a_locked_period(self):
        self._open_again('2026-03-31')

    def test_a_part_of_a_group_payment(self):
        first, second = self._in_xero(), self._in_xero()
        wizard = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=(first + second).ids).create({
                'payment_date': '2026-03-10', 'journal_id': self.bank.id, 'group_payment': True})
        [mine] = wizard._create_payments()
        self._pay(first, date='2026-03-10')
        theirs = self._pay(second, date='2026-03-10')
        self._apply(first, second)
        self.person.delete_payment(theirs)
        again = self._pay(second, date='2026-03-13')
        self._apply(first, second)
        self.assertIn(again, mine.xero_link_ids.mapped('xero_payment_id'))
        self.assertEqual(second.amount_residual, 0)
        self.person.delete_payment(again)
        self._apply(first, second)
        self.assertEqual((first.amount_residual, second.amount_residual), (0, 120))
        self.assertIn("Match it with what it belongs to", self.env['xero.log'].search(
            [('res_id', '=', second.id)], limit=1).message)
        self._assert_settled(first, second)
