"""Payments of documents in foreign currency: Xero's rate and Odoo's own."""
from odoo.tests import tagged

from .test_pull_payments import XeroPaymentsCommon


@tagged('post_install', '-at_install')
class TestPullPaymentsCurrency(XeroPaymentsCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency('EUR', rates=[('2026-01-01', 2.0)])

    def _foreign(self, move_type='out_invoice', **values):
        """:return: a document of 120 EUR, 60 of the company's currency"""
        return self._in_xero(move_type, currency_id=self.euro.id, **values)

    def _balances(self, payment):
        return sorted(payment.move_id.line_ids.mapped('balance'))

    def _exchange(self, move):
        """:return: what was gained or lost on the exchange, in the company's currency"""
        parts = move._xero_payment_terms()
        entries = (parts.matched_credit_ids + parts.matched_debit_ids).exchange_move_id
        return sum(entries.line_ids.filtered(
            lambda line: line.account_id.internal_group in ('income', 'expense')
        ).mapped('balance'))

    def _assert_paid(self, move):
        self.assertEqual((move.payment_state, move.amount_residual), ('paid', 0))
        self.assertEqual(sum(move._xero_payment_terms().mapped('amount_residual')), 0)
        self._assert_settled(move)

    def test_rate_of_odoo(self):
        invoice = self._foreign()
        self._pay(invoice, date='2026-03-09', CurrencyRate=2)
        self._apply(invoice)
        payment = self._payments(invoice)
        self.assertEqual((payment.amount, payment.currency_id), (120, self.euro))
        self.assertEqual(self._balances(payment), [-60, 60])
        self.assertFalse(self._exchange(invoice))
        self._assert_paid(invoice)

    def test_another_rate(self):
        for move_type, sign in (('out_invoice', 1), ('in_invoice', -1), ('out_refund', -1)):
            with self.subTest(move_type):
                move = self._foreign(move_type, ref=move_type)
                self._pay(move, date='2026-03-09', CurrencyRate=1.6)
                self._apply(move)
                payment = self._payments(move)
                self.assertEqual((payment.amount, payment.currency_id), (120, self.euro))
                self.assertEqual(self._balances(payment), [-75, 75])
                self.assertEqual(self._exchange(move), -15 * sign)
                self._assert_paid(move)

    def test_parts_at_different_rates(self):
        invoice = self._foreign()
        for amount, rate in ((50, 1.9), (30.01, 2.1), (39.99, 1.7)):
            self._pay(invoice, amount, date='2026-03-09', CurrencyRate=rate)
            self._apply(invoice)
        self.assertEqual(
            [max(self._balances(payment)) for payment in self._payments(invoice)],
            [26.32, 14.29, 23.52])
        self._assert_paid(invoice)
        self.assertAlmostEqual(self._exchange(invoice), -4.13)

    def test_paid_into_an_account_in_base_currency(self):
        invoice = self._foreign()
        self._pay(invoice, date='2026-03-09', account='090', CurrencyRate=1.9, BankAmount=63.17)
        self._apply(invoice)
        payment = self._payments(invoice)
        self.assertEqual(payment.amount, 120)
        self.assertEqual(self._balances(payment), [-63.17, 63.17], "what the bank received")
        self._assert_paid(invoice)

    def test_deleted(self):
        invoice = self._foreign()
        xero_id = self._pay(invoice, date='2026-03-09', CurrencyRate=1.6)
        self._apply(invoice)
        self.person.delete_payment(xero_id)
        self._apply(invoice)
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ('not_paid', 120))
        self.assertEqual(sum(invoice._xero_payment_terms().mapped('amount_residual')), 60)
        self._assert_settled(invoice)

    def test_deleted_in_a_locked_period(self):
        invoice = self._foreign()
        xero_id = self._pay(invoice, date='2026-03-09', CurrencyRate=1.6)
        self._apply(invoice)
        self.env.company.fiscalyear_lock_date = '2026-03-31'
        self.person.delete_payment(xero_id)
        self._apply(invoice)
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ('not_paid', 120))
        self.assertEqual(sum(invoice._xero_payment_terms().mapped('amount_residual')), 60)
        entry = self._payments(invoice).move_id
        self.assertEqual(sum((entry + entry.reversal_move_ids).line_ids.mapped('balance')), 0)
        self._assert_settled(invoice)

    def test_recognised_at_another_rate(self):
        invoice = self._foreign()
        mine = self._registered(invoice, currency_id=self.euro.id, amount=120)
        self._pay(invoice, date='2026-03-10', CurrencyRate=1.9)
        self._apply(invoice)
        self.assertEqual(self._payments(invoice), mine)
        self._assert_paid(invoice)
