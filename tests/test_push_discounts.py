"""Early payment discounts and write-offs, which no payment in Xero can hold: what is said of them
is true once it was followed."""
from odoo import Command
from odoo.tests import tagged

from .common_payment import XeroPaymentCommon


@tagged('post_install', '-at_install')
class TestPushDiscounts(XeroPaymentCommon):

    def _discounted(self, computation):
        """:return: an invoice in Xero, and what is to be paid of it within a week"""
        terms = self.env['account.payment.term'].create({
            'name': f"2 % in 7 days, {computation}", 'early_discount': True,
            'discount_percentage': 2, 'discount_days': 7,
            'early_pay_discount_computation': computation,
            'line_ids': [Command.create({'value': 'percent', 'value_amount': 100,
                                         'nb_days': 30})]})
        self.env.company.account_journal_early_pay_discount_loss_account_id.xero_account_id = \
            self.income.xero_account_id
        return self._pushed(invoice_payment_term_id=terms.id)

    def _credit(self, move, amount):
        """A person takes the rest off in Xero by a credit note."""
        person, contact = self.org.as_person, {'ContactID': self.partner_a.xero_contact_id}
        note = person.create_credit_note(contact, [{
            'Description': "Discount", 'Quantity': 1, 'UnitAmount': amount, 'AccountCode': '200',
            'TaxType': 'NONE'}], Date='2026-03-05')
        person.allocate(note['CreditNoteID'], move.xero_document_id, amount)

    def _pay_in_xero(self, move, amount):
        self.org.as_person.pay(move.xero_document_id, amount, date='2026-03-05')

    def _followed(self, move, payment, written_off, take_off):
        """What the payment says is done in Xero, and all is well then."""
        self._push_payments(payment)
        self._failed(payment, 'validation_error')
        self.assertIn("write-off", payment.xero_error_message)
        calls = self._writes()
        self._push()
        self.assertEqual(self._writes(), calls, "said once")
        self._pay_in_xero(move, payment.amount)
        take_off(move, written_off)
        self._pull()
        self._push()
        self._pull()
        self.assertFalse(payment.xero_state, payment.xero_error_message)
        self.assertTrue(payment.xero_payment_id)
        self.assertEqual(move.amount_residual, 0)
        self._residuals_agree(move)
        self.assertFalse(self._differences())
        self.assertFalse(self._requests())

    def test_each_kind_of_early_payment_discount(self):
        for computation in ('included', 'excluded', 'mixed'):
            for take_off in (self._credit, self._pay_in_xero):
                with self.subTest(computation=computation, take_off=take_off.__name__):
                    move = self._discounted(computation)
                    payment = self._pay(move, payment_date='2026-03-05')
                    discount = move.currency_id.round(move.amount_total - payment.amount)
                    self.assertGreater(discount, 0)
                    self._followed(move, payment, discount, take_off)

    def test_a_write_off(self):
        for take_off in (self._credit, self._pay_in_xero):
            with self.subTest(take_off=take_off.__name__):
                move = self._pushed()
                payment = self._pay(
                    move, payment_date='2026-03-05', amount=118,
                    payment_difference_handling='reconcile', writeoff_account_id=self.expense.id)
                self._followed(move, payment, 2, take_off)
