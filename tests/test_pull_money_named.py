"""What Xero takes off an invoice without a payment, and what a foreign credit is worth."""
from odoo.tests import tagged

from .common_apply import XeroApplyCommon


@tagged('post_install', '-at_install')
class TestPullMoneyNamed(XeroApplyCommon):

    def _message(self, move, field):
        return self.env['xero.difference'].search([
            ('res_model', '=', move._name), ('res_id', '=', move.id),
            ('field', '=', field)]).message

    # === CONSTRUCTION INDUSTRY SCHEME === #

    def test_deduction_is_named(self):
        invoice = self._synced_move()
        self.person.deduct_cis(invoice.xero_document_id, 20)
        self.assertEqual(float(self._document(invoice).cis_deduction), 20)
        self._pull()
        self.assertIn('amount_due', self._listed(invoice))
        self.assertIn("Construction Industry Scheme", self._message(invoice, 'amount_due'))
        self.person.pay(invoice.xero_document_id, 100, date='2026-03-09')
        self._pull()
        self.assertEqual(invoice.amount_residual, 20)
        self.assertIn("20.00", self._message(invoice, 'amount_due'))
        self._assert_settled()

    def test_deduction_that_is_registered_here(self):
        invoice = self._synced_move()
        self.person.deduct_cis(invoice.xero_document_id, 20)
        self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({
                'payment_date': '2026-03-10', 'amount': 20,
                'journal_id': self.company_data['default_journal_cash'].id})._create_payments()
        self._pull()
        self.assertFalse(self._listed(invoice))
        self.person.pay(invoice.xero_document_id, 100, date='2026-03-09')
        self._pull()
        self.assertEqual(invoice.amount_residual, 0)
        self.assertFalse(self._listed(invoice))
        self._assert_settled()

    # === WHAT PAYS HERE AND NOT THERE === #

    def test_what_xero_does_not_have_is_named(self):
        invoice = self._synced_move()
        payment = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({
                'payment_date': '2026-03-10', 'amount': 50})._create_payments()
        self._reconcile()
        self.person.edit(invoice.xero_document_id, Reference="seen")
        self._pull()
        self.assertIn(payment.display_name, self._message(invoice, 'amount_due'))

    # === CREDITS === #

    def test_foreign_overpayment_has_the_rate_of_xero(self):
        euro = self.setup_other_currency('EUR', rates=[('2026-01-01', 2.0), ('2026-03-05', 4.0)])
        invoice = self._synced_move(currency_id=euro.id, invoice_currency_rate=2.0)
        rate = float(self.org.day_rates['EUR'])
        credit = self.person.receive_overpayment(
            self.partner_a.name, 100, currency='EUR')['OverpaymentID']
        self.person.allocate(credit, invoice.xero_document_id, 48, 'Overpayments')
        self._pull()
        [payment] = self.env['xero.apply.credit']._payments_of(invoice)
        self.assertEqual(payment.amount, 48)
        self.assertEqual(max(payment.move_id.line_ids.mapped('balance')), round(48 / rate, 2))
        self.assertEqual(invoice.amount_residual, 72)

    def test_written_off_here_and_credited_there(self):
        invoice = self._synced_move()
        self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({
                'payment_date': '2026-03-10', 'amount': 118,
                'payment_difference_handling': 'reconcile',
                'writeoff_account_id': self.company_data['default_account_expense'].id,
            })._create_payments()
        self.person.pay(invoice.xero_document_id, 118, date='2026-03-10')
        credit = self.person.receive_overpayment(self.partner_a.name, 2)['OverpaymentID']
        self.person.allocate(credit, invoice.xero_document_id, 2, 'Overpayments')
        self._pull()
        self.assertEqual(invoice.amount_residual, 0)
        self.assertFalse(self.env['xero.apply.credit']._payments_of(invoice))
        self.assertFalse(self._listed(invoice))
        self._assert_settled()
