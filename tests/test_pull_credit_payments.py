"""Credits of Xero that Odoo does not have, booked through a payment."""
from odoo import Command
from odoo.tests import tagged

from .common_apply import XeroApplyCommon


@tagged('post_install', '-at_install')
class TestPullCreditPayments(XeroApplyCommon):
    """Credits that Odoo does not have are booked through a payment."""

    def setUp(self):
        super().setUp()
        self.invoice = self._synced_move()

    def _credit(self, collection, amount=100):
        """:return: id of a credit that only Xero has"""
        if collection == 'CreditNotes':
            return self.person.create_credit_note(
                {'ContactID': self.partner_a.xero_contact_id},
                [{'Description': "Returned", 'Quantity': 1, 'UnitAmount': amount,
                  'AccountCode': '200', 'TaxType': 'NONE'}],
                Date='2026-03-03', CreditNoteNumber='CN-4711')['CreditNoteID']
        receive = {'Overpayments': self.person.receive_overpayment,
                   'Prepayments': self.person.receive_prepayment}[collection]
        return receive(self.partner_a.name, amount)[f'{collection[:-1]}ID']

    def _allocate(self, credit, amount, collection='CreditNotes'):
        return self.person.allocate(
            credit, self.invoice.xero_document_id, amount, collection)['AllocationID']

    def _active(self, move=None):
        return self.env['xero.apply.credit']._payments_of(move or self.invoice)

    def _agree(self, *moves):
        for move in moves or (self.invoice,):
            self.assertEqual(
                move._xero_decimal(move.amount_residual), self._document(move).amount_due)
            self.assertFalse(self._listed(move))
        self._apply_again(*(moves or (self.invoice,)))

    def test_each_kind_is_booked_changed_and_taken_back(self):
        for collection, words in (('Overpayments', "Overpayment"), ('Prepayments', "Prepayment"),
                                  ('CreditNotes', "CN-4711")):
            with self.subTest(collection):
                credit = self._credit(collection)
                allocation = self._allocate(credit, 50, collection)
                self._apply(self.invoice)
                [payment] = self._active()
                self.assertEqual((payment.amount, payment.payment_type), (50, 'inbound'))
                self.assertEqual(payment.xero_payment_id,
                                 f'{credit}/{self.invoice.xero_document_id}')
                self.assertIn(words, payment.memo)
                self.assertEqual(self.invoice.amount_residual, 70)
                self._agree()
                self.person.remove_allocation(credit, allocation, collection)
                allocation = self._allocate(credit, 80, collection)
                self._apply(self.invoice)
                self.assertEqual(self._active().mapped('amount'), [80])
                self.assertEqual(payment.state, 'canceled')
                self._agree()
                self.person.remove_allocation(credit, allocation, collection)
                self._apply(self.invoice)
                self.assertFalse(self._active())
                self.assertEqual(self.invoice.amount_residual, 120)
                self._agree()

    def test_beside_a_payment_and_a_credit_note(self):
        note = self._synced_move('out_refund')
        self.person.pay(self.invoice.xero_document_id, 30)
        self._allocate(self._credit('Overpayments'), 40, 'Overpayments')
        self._allocate(note.xero_document_id, 50)
        self._apply(self.invoice)
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertEqual(sorted(self.invoice.matched_payment_ids.mapped('amount')), [30, 40])
        self._apply(note)
        self._agree(self.invoice, note)

    def test_in_foreign_currency(self):
        currency = self.env.ref('base.EUR')
        currency.active = True
        self.invoice = self._synced_move(currency_id=currency.id)
        credit = self.person.receive_overpayment(
            self.partner_a.name, 100, currency='EUR')['OverpaymentID']
        allocation = self._allocate(credit, 48, 'Overpayments')
        self._apply(self.invoice)
        self.assertEqual(self.invoice.amount_residual, 72)
        self._agree()
        self.person.remove_allocation(credit, allocation, 'Overpayments')
        self._apply(self.invoice)
        self.assertEqual(self.invoice.amount_residual, 120)
        self._agree()

    def test_a_note_used_for_an_invoice_that_odoo_does_not_have(self):
        note = self._synced_move('out_refund')
        there = self.person.create_invoice(
            {'ContactID': self.partner_a.xero_contact_id},
            [{'Description': "Only there", 'Quantity': 1, 'UnitAmount': 90, 'AccountCode': '200',
              'TaxType': 'NONE'}])['InvoiceID']
        allocation = self.person.allocate(note.xero_document_id, there, 90)['AllocationID']
        self._apply(note)
        [payment] = self._active(note)
        self.assertEqual((payment.amount, payment.payment_type), (90, 'outbound'))
        self.assertEqual(note.amount_residual, 30)
        self._agree(note)
        self.person.remove_allocation(note.xero_document_id, allocation)
        self._apply(note)
        self.assertEqual(note.amount_residual, 120)
        self._agree(note)

    def test_the_credit_note_comes_to_odoo_later(self):
        for first in ('invoice', 'note'):
            with self.subTest(first):
                self.invoice = self._synced_move()
                credit = self._credit('CreditNotes')
                self.person.edit(credit, CreditNoteNumber=f'CN-{first}')
                self._allocate(credit, 50)
                self._apply(self.invoice)
                [payment] = self._active()
                note = self._invoice('out_refund', lines=[{
                    'price_unit': 100, 'tax_ids': [Command.clear()]}])
                note.sudo().write({'xero_document_id': credit, 'xero_state': 'synced'})
                self._apply(self.invoice if first == 'invoice' else note)
                self.assertEqual(payment.state, 'canceled')
                self.assertFalse(self._active())
                self.assertEqual((self.invoice.amount_residual, note.amount_residual), (70, 50))
                self._apply(self.invoice, note)
                self.assertEqual((self.invoice.amount_residual, note.amount_residual), (70, 50))

    def test_a_void_takes_its_credit_payments_back(self):
        credit = self._credit('Overpayments')
        allocation = self._allocate(credit, 50, 'Overpayments')
        self._apply(self.invoice)
        [payment] = self._active()
        self.person.remove_allocation(credit, allocation, 'Overpayments')
        self.person.void(self.invoice.xero_document_id)
        self._apply(self.invoice)
        self.assertEqual((self.invoice.state, payment.state), ('cancel', 'canceled'))
        self._apply_again(self.invoice)
