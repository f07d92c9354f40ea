"""The same money registered on both sides, a day or two apart: it is booked once."""
from odoo import Command
from odoo.tests import tagged

from .test_pull_payments_recognise import XeroRecogniseCommon


@tagged('post_install', '-at_install')
class TestPullPaymentsTwice(XeroRecogniseCommon):

    def _entry(self, move, amount, date='2026-03-12', name="POS closing"):
        """:return: an entry of a journal that is no bank's and that pays a document, as a point of
        sale makes it"""
        [account] = move._xero_payment_terms().account_id
        entry = self.env['account.move'].create({
            'journal_id': self.company_data['default_journal_misc'].id, 'date': date, 'ref': name,
            'line_ids': [
                Command.create({'account_id': account.id, 'credit': amount,
                                'partner_id': self.partner_a.id}),
                Command.create({
                    'account_id': self.company_data['default_account_assets'].id,
                    'debit': amount})]})
        entry.action_post()
        (move._xero_payment_terms() + entry.line_ids).filtered(
            lambda line: line.account_id == account).reconcile()
        return entry

    def _once(self, move, residual):
        """Nothing was booked, both sides have the same open, and nothing is left to decide."""
        self.assertEqual(move.amount_residual, residual)
        self.assertFalse(self._differences(move))
        self.assertNotIn('xero_sync', self._payments(move).mapped('payment_method_code'))
        self._assert_settled(move)

    # === A DAY OR TWO APART === #

    def test_part_payment_a_day_later(self):
        invoice = self._in_xero()
        mine = self._registered(invoice, amount=50, payment_date='2026-03-12')
        xero_id = self._pay(invoice, 50, date='2026-03-13', reference='Feed')
        self._apply(invoice)
        self.assertEqual(mine.xero_payment_id, xero_id)
        self._once(invoice, 70)

    def test_part_payment_of_a_statement_a_day_later(self):
        invoice = self._in_xero()
        self._statement_line(50, invoice)
        self._pay(invoice, 50, date='2026-03-12')
        self._apply(invoice)
        self._once(invoice, 70)

    def test_full_payment_a_day_later(self):
        invoice, other = self._in_xero(), self._in_xero()
        mine = self._registered(invoice, payment_date='2026-03-12')
        self._statement_line(120, other)
        xero_id = self._pay(invoice, date='2026-03-14')
        self._pay(other, date='2026-03-08')
        self._apply(invoice, other)
        self.assertEqual(mine.xero_payment_id, xero_id)
        self._once(invoice, 0)
        self._once(other, 0)

    def test_a_second_payment_is_booked(self):
        invoice = self._in_xero()
        self._statement_line(50, invoice)
        self._pay(invoice, 50, date='2026-03-12')
        self._pay(invoice, 30, date='2026-03-12')
        self._apply(invoice)
        self.assertEqual(invoice.amount_residual, 40)
        self.assertEqual(self._payments(invoice).mapped('amount'), [30])
        self._assert_settled(invoice)

    def test_each_has_its_own_date(self):
        """Rent of two months, applied together: each month's is its own."""
        march, april = self._in_xero(), self._in_xero()
        mine = [self._registered(march, payment_date='2026-03-11', communication='RENT'),
                self._registered(april, payment_date='2026-04-11', communication='RENT')]
        theirs = [self._pay(march, date='2026-03-10', reference='RENT'),
                  self._pay(april, date='2026-04-10', reference='RENT')]
        self._apply(april, march)
        self.assertEqual([payment.xero_payment_id for payment in mine], theirs)
        self._once(march, 0)
        self._once(april, 0)

    def test_each_has_its_own_date_on_account(self):
        march, april = self._in_xero(), self._in_xero()
        mine = [self._open_payment(date='2026-03-11', memo='RENT'),
                self._open_payment(date='2026-04-11', memo='RENT')]
        theirs = [self._pay(march, date='2026-03-10', reference='RENT'),
                  self._pay(april, date='2026-04-10', reference='RENT')]
        self._apply(march, april)
        self.assertEqual([payment.xero_payment_id for payment in mine], theirs)
        self.assertEqual(march.amount_residual + april.amount_residual, 0)

    def test_a_month_apart_is_not_the_same(self):
        march, april = self._in_xero(), self._in_xero()
        mine = self._registered(march, payment_date='2026-03-11', communication='RENT')
        self._pay(april, date='2026-04-10', reference='RENT')
        self._pay(march, date='2026-03-10', reference='RENT')
        self._apply(april, march)
        self.assertEqual(self._payments(march), mine)
        self.assertEqual(self._payments(april).payment_method_code, 'xero_sync')

    # === ASKED === #

    def test_equal_open_amounts_stay_equal(self):
        invoice, other = self._in_xero(), self._in_xero()
        mine = self._registered(invoice, amount=50, payment_date='2026-03-12')
        self._statement_line(50, other)
        self._pay(invoice, 50, date='2026-03-30')
        self._pay(other, 50, date='2026-03-30')
        self._apply(invoice, other)
        for move in (invoice, other):
            self.assertEqual(move.amount_residual, 70)
            self.assertIn("may be one of these", self._differences(move).message)
            self._assert_settled(move)
        self.assertIn(mine.name, self._differences(invoice).message)
        self.assertFalse(mine.xero_payment_id)
        mine.action_draft()
        mine.date = '2026-03-28'
        mine.action_post()
        self._apply(invoice)
        self.assertTrue(mine.xero_payment_id, "the way out that is named")
        self._once(invoice, 70)

    def test_two_that_it_may_be(self):
        invoice = self._in_xero()
        mine = self._registered(invoice, amount=50, payment_date='2026-03-12') \
            + self._registered(invoice, amount=50, payment_date='2026-03-14')
        self._pay(invoice, 50, date='2026-03-13')
        self._apply(invoice)
        self.assertEqual(invoice.amount_residual, 20)
        for payment in mine:
            self.assertIn(payment.name, self._differences(invoice).message)
        self._assert_settled(invoice)

    def test_what_is_missing_is_booked_and_no_more(self):
        """50 is here as of another day; the 30 are not."""
        invoice = self._in_xero()
        self._registered(invoice, amount=50, payment_date='2026-03-12')
        self._pay(invoice, 50, date='2026-03-30')
        self._pay(invoice, 30, date='2026-03-31')
        self._apply(invoice)
        self.assertEqual(self._payments(invoice).mapped('amount'), [30])
        self.assertEqual(invoice.amount_residual, 40)
        self.assertTrue(self._differences(invoice))
        self._assert_settled(invoice)

    # === WHAT PAYS IS NO PAYMENT, OR ANOTHER AMOUNT === #

    def test_entry_of_a_point_of_sale(self):
        invoice, part = self._in_xero(), self._in_xero()
        self._entry(invoice, 120)
        self._entry(part, 50)
        self._pay(invoice, date='2026-03-12')
        self._pay(part, 50, date='2026-03-13')
        self._apply(invoice, part)
        self._once(invoice, 0)
        self._once(part, 70)

    def test_point_of_sale_that_differs_is_named(self):
        invoice = self._in_xero()
        entry = self._entry(invoice, 120)
        self._pay(invoice, 110, date='2026-03-13')
        self._apply(invoice)
        self.assertIn(entry.name, self._differences(invoice).message)

    def _with_write_off(self, invoice):
        """:return: a payment of 118 that writes off 2"""
        return self._registered(
            invoice, amount=118, payment_date='2026-03-12', payment_difference_handling='reconcile',
            writeoff_account_id=self.company_data['default_account_expense'].id)

    def test_write_off_in_one_payment(self):
        invoice = self._in_xero()
        mine = self._with_write_off(invoice)
        self.assertEqual(invoice.amount_residual, 0)
        xero_id = self._pay(invoice, date='2026-03-13')
        self._apply(invoice)
        self.assertEqual(mine.xero_payment_id, xero_id)
        self._once(invoice, 0)

    def test_write_off_in_two_payments(self):
        invoice = self._in_xero()
        mine = self._with_write_off(invoice)
        xero_id = self._pay(invoice, 118, date='2026-03-13')
        self._pay(invoice, 2, date='2026-03-13', account='835')
        self._apply(invoice)
        self.assertEqual(mine.xero_payment_id, xero_id)
        self._once(invoice, 0)

    def test_group_payment_a_day_later(self):
        first, second = self._in_xero(), self._in_xero()
        wizard = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=(first + second).ids).create({
                'payment_date': '2026-03-12', 'journal_id': self.bank.id, 'group_payment': True})
        [mine] = wizard._create_payments()
        self._pay(first, date='2026-03-13')
        theirs = self._pay(second, date='2026-03-13')
        self._apply(first, second)
        self._once(first, 0)
        self._once(second, 0)
        self.assertEqual(mine.xero_link_ids.mapped('state'), ['live', 'live'])
        self.person.delete_payment(theirs)
        self._apply(first, second)
        self.assertEqual((first.amount_residual, second.amount_residual), (0, 120))
        self.assertEqual(mine.state, 'in_process')
