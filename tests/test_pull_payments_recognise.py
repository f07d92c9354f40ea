"""Payments that a person registered on both sides."""
from odoo.tests import tagged

from .test_pull_payments import XeroPaymentsCommon


class XeroRecogniseCommon(XeroPaymentsCommon):
    """What pays documents in Odoo."""

    def _open_payment(self, amount=120, **values):
        """:return: a payment of the partner that pays no document yet"""
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_type': 'customer', 'amount': amount,
            'partner_id': self.partner_a.id, 'journal_id': self.bank.id, 'date': '2026-03-10',
            **values})
        payment.action_post()
        return payment

    def _statement_line(self, amount, move):
        """:return: a line of the bank's statement that pays a document"""
        line = self.env['account.bank.statement.line'].create({
            'journal_id': self.bank.id, 'date': '2026-03-10', 'amount': amount,
            'payment_ref': "BACS", 'partner_id': self.partner_a.id})
        terms = move._xero_payment_terms()
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = terms.account_id
        (terms + suspense).reconcile()
        return line


@tagged('post_install', '-at_install')
class TestPullPaymentsRecognise(XeroRecogniseCommon):

    def test_registered_on_both_sides(self):
        invoice = self._in_xero()
        mine = self._registered(invoice)
        xero_id = self._pay(invoice, date='2026-03-10')
        self._apply(invoice)
        self.assertEqual(self._payments(invoice), mine)
        self.assertEqual(mine.xero_payment_id, xero_id)
        self.assertEqual(mine.payment_method_code, 'manual')
        self.assertFalse(self._differences(invoice))
        self._assert_settled(invoice)
        self.person.delete_payment(xero_id)
        self._apply(invoice)
        self.assertEqual((mine.state, invoice.amount_residual), ('canceled', 120))

    def test_near_date_on_account_with_the_same_reference(self):
        invoice, other = self._in_xero(), self._in_xero()
        mine = self._open_payment(memo='BACS 5')
        another = self._open_payment(memo='something')
        self._pay(invoice, date='2026-03-12', reference='BACS 5')
        self._pay(other, date='2026-03-12', reference='BACS 6')
        self._apply(invoice, other)
        self.assertEqual(self._payments(invoice), mine)
        self.assertFalse(self._payments(other), "asked, so that it is not booked twice")
        self.assertIn(another.name, self._differences(other).message)
        self._assert_settled(invoice, other)

    def test_open_payment_of_the_partner(self):
        invoice = self._in_xero()
        mine = self._open_payment()
        self._pay(invoice, date='2026-03-10')
        self._apply(invoice)
        self.assertEqual(self._payments(invoice), mine)
        self.assertEqual((invoice.payment_state, mine.is_reconciled), ('paid', True))
        self._assert_settled(invoice)

    def test_open_payment_elsewhere_is_another_one(self):
        invoice = self._in_xero()
        cash = self.company_data['default_journal_cash']
        others = (self._open_payment(journal_id=cash.id)
                  + self._open_payment(partner_id=self.partner_b.id)
                  + self._open_payment(amount=119.99) + self._open_payment(date='2026-03-16'))
        self._pay(invoice, date='2026-03-10')
        self._apply(invoice)
        [booked] = self._payments(invoice)
        self.assertNotIn(booked, others)
        self.assertEqual(booked.payment_method_code, 'xero_sync')

    def test_ambiguous_payment_is_left_to_a_person(self):
        invoice = self._in_xero()
        mine = self._open_payment() + self._open_payment()
        self._pay(invoice, date='2026-03-10')
        self._apply(invoice)
        self.assertFalse(self._payments(invoice))
        self.assertEqual(invoice.amount_residual, 120)
        difference = self._differences(invoice)
        for payment in mine:
            self.assertIn(payment.name, difference.message)
        self._assert_settled(invoice)
        mine[0].action_cancel()
        self._apply(invoice)
        self.assertEqual(self._payments(invoice), mine[1])
        self.assertFalse(self._differences(invoice))

    def test_reference_tells_equal_ones_apart(self):
        invoice = self._in_xero()
        self._open_payment(memo='A')
        mine = self._open_payment(memo='B')
        self._pay(invoice, date='2026-03-10', reference='B')
        self._apply(invoice)
        self.assertEqual(self._payments(invoice), mine)

    def test_two_equal_ones_on_both_sides(self):
        first, second = self._in_xero(), self._in_xero()
        mine = self._open_payment() + self._open_payment()
        self._pay(first, date='2026-03-10')
        self._pay(second, date='2026-03-10')
        self._apply(first, second)
        self.assertEqual(self._payments(first) + self._payments(second), mine)
        self.assertEqual(first.amount_residual + second.amount_residual, 0)

    def test_two_equal_ones_on_one_document(self):
        invoice = self._in_xero()
        mine = self._registered(invoice, amount=60) + self._registered(invoice, amount=60)
        self._pay(invoice, 60, date='2026-03-10')
        self._pay(invoice, 60, date='2026-03-10')
        self._apply(invoice)
        self.assertEqual(self._payments(invoice), mine)
        self._assert_settled(invoice)

    def test_one_here_and_two_in_xero(self):
        invoice = self._in_xero()
        mine = self._registered(invoice, amount=60)
        self._pay(invoice, 60, date='2026-03-10')
        self._pay(invoice, 60, date='2026-03-10')
        self._apply(invoice)
        self.assertEqual(len(self._payments(invoice)), 2)
        self.assertIn(mine, self._payments(invoice))
        self.assertEqual(invoice.payment_state, 'paid')

    def test_statement_line_has_paid_it(self):
        invoice = self._in_xero()
        self._statement_line(120, invoice)
        self.assertEqual(invoice.amount_residual, 0)
        xero_id = self._pay(invoice, date='2026-03-10')
        self._apply(invoice)
        self.assertFalse(self._payments(invoice))
        self.assertFalse(self._differences(invoice))
        self._assert_settled(invoice)
        self.person.delete_payment(xero_id)
        self._apply(invoice)
        self.assertEqual(invoice.amount_residual, 0, "the bank's statement says it is paid")

    def test_one_payment_here_for_two_in_xero(self):
        first, second = self._in_xero(), self._in_xero()
        wizard = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=(first + second).ids).create({
                'payment_date': '2026-03-10', 'journal_id': self.bank.id, 'group_payment': True})
        [mine] = wizard._create_payments()
        self.assertEqual(mine.amount, 240)
        self._pay(first, date='2026-03-10')
        self._pay(second, date='2026-03-10')
        self._apply(first, second)
        self.assertEqual(self._payments(first + second), mine)
        self.assertEqual(mine.xero_link_ids.mapped('amount'), [120, 120])
        self.assertFalse(self._differences(first) + self._differences(second))
        self._assert_settled(first, second)

    # === ODOO WITH PAYMENTS THAT HAVE NO ENTRY === #

    def _in_payment(self):
        """Let Odoo behave as where a module for bank reconciliation is installed."""
        self.patch(type(self.env['account.move']), '_get_invoice_in_payment_state',
                   lambda move: 'in_payment')
        lines = self.bank.inbound_payment_method_line_ids
        lines.payment_account_id = False

    def test_booked_with_an_entry_in_every_edition(self):
        self._in_payment()
        invoice = self._in_xero()
        self._pay(invoice, 50, date='2026-03-10')
        self._apply(invoice)
        self.assertEqual(invoice.amount_residual, 70)
        self.assertTrue(self._payments(invoice).move_id)
        self._pay(invoice, date='2026-03-11')
        self._apply(invoice)
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ('in_payment', 0))
        self._assert_settled(invoice)
        self.person.delete_payment(self._payments(invoice)[1].xero_payment_id)
        self._apply(invoice)
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ('partial', 70))

    def test_payment_without_entry_is_recognised(self):
        self._in_payment()
        invoice, other = self._in_xero(), self._in_xero()
        mine = self._registered(invoice)
        self._registered(other, amount=100)
        self.assertFalse(mine.move_id)
        xero_id = self._pay(invoice, date='2026-03-10')
        self._pay(other, 60, date='2026-03-10')
        self._apply(invoice, other)
        self.assertEqual(mine.xero_payment_id, xero_id)
        self.assertEqual(invoice.payment_state, 'in_payment')
        self.assertIn("Nothing was booked", self._differences(other).message)
        self._assert_settled(invoice, other)
        self.person.delete_payment(xero_id)
        self._apply(invoice)
        self.assertEqual((mine.state, invoice.payment_state), ('canceled', 'not_paid'))
        self._assert_settled(invoice)
