"""To the cent: whatever Odoo computes, Xero shows the same total, or the document stays here."""
import random
from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestPushAmounts(XeroCommon):

    def _assert_agrees(self, move):
        """Both books have the same amounts. :return: the document in Xero"""
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
        [document] = [row for row in [*self.org.invoices, *self.org.credit_notes]
                      if move.xero_document_id in (row.get('InvoiceID'), row.get('CreditNoteID'))]
        cents = Decimal('0.01')
        self.assertEqual(document['Total'], Decimal(move.amount_total).quantize(cents))
        self.assertEqual(document['SubTotal'], Decimal(move.amount_untaxed).quantize(cents))
        self.assertEqual(document['TotalTax'], Decimal(move.amount_tax).quantize(cents))
        return document

    def _pushed(self, *args, **kwargs):
        move = self._invoice(*args, **kwargs)
        self._push()
        return move, self._assert_agrees(move)

    def test_quantity_price_and_discount_are_sent_as_they_are(self):
        _move, document = self._pushed(lines=[
            {'name': "Shelf", 'quantity': 2.5, 'price_unit': 19.99, 'discount': 10}])
        [line] = document['LineItems']
        self.assertEqual(
            (line['Quantity'], line['UnitAmount'], line['DiscountRate'], line['LineAmount']),
            (Decimal('2.5'), Decimal('19.99'), 10, Decimal('44.98')))
        self.assertEqual(line['AccountCode'], '200')
        self.assertEqual(line['TaxType'], 'OUTPUT2')
        [call] = self.sandbox.calls_to('PUT', '/Invoices')
        self.assertNotIn('LineAmount', call.body['Invoices'][0]['LineItems'][0])
        self.assertEqual(call.query['summarizeErrors'], 'false')
        self.assertEqual(call.query['unitdp'], '4')

    def test_a_price_that_xero_cannot_hold_becomes_one_unit_with_the_quantity_in_words(self):
        self.env['decimal.precision'].search([('name', '=', 'Product Price')]).digits = 6
        _move, document = self._pushed(lines=[
            {'name': "Screws", 'quantity': 100000, 'price_unit': 0.012345}])
        [line] = document['LineItems']
        self.assertEqual((line['Quantity'], line['UnitAmount']), (1, Decimal('1234.50')))
        self.assertIn('100000', line['Description'])
        self.assertIn('0.012345', line['Description'])

    def test_tax_included_prices(self):
        included = self._tax("VAT 20% incl", 20, 'sale', price_include_override='tax_included')
        included.xero_tax_rate_id = self.tax_sale_20.xero_tax_rate_id
        _move, document = self._pushed(lines=[
            {'price_unit': 9.99, 'quantity': 3, 'tax_ids': [Command.set(included.ids)]},
            {'price_unit': 100.01, 'tax_ids': [Command.set(included.ids)]}])
        self.assertEqual(document['LineAmountTypes'], 'Exclusive')

    def test_tax_rounded_over_the_whole_document(self):
        self.env.company.tax_calculation_rounding_method = 'round_globally'
        move, _document = self._pushed(lines=[{'price_unit': 0.13}] * 7)
        self.assertEqual(move.amount_tax, 0.18, "seven times 0.026; line by line it is 0.21")

    def test_a_tax_that_was_edited_by_hand_is_kept(self):
        bill = self._invoice('in_invoice', lines=[{'price_unit': 33.33}], post=False, ref='B-1')
        tax_line = bill.line_ids.filtered(lambda line: line.display_type == 'tax')
        bill.write({'line_ids': [Command.update(tax_line.id, {'amount_currency': 6.65})]})
        bill.action_post()
        self.assertEqual(bill.amount_tax, 6.65)
        self._push()
        document = self._assert_agrees(bill)
        self.assertEqual(document['LineItems'][0]['TaxAmount'], Decimal('6.65'))

    def test_lines_without_tax_do_not_take_the_accounts_default(self):
        move, document = self._pushed(lines=[{'tax_ids': [Command.clear()]}])
        self.assertEqual(document['LineItems'][0]['TaxType'], 'NONE')
        self.assertEqual(move.amount_tax, 0)

    def test_sections_and_notes_are_lines_of_text_in_their_place(self):
        _move, document = self._pushed(lines=[
            {'display_type': 'line_section', 'name': "Kitchen", 'sequence': 1, 'account_id': False,
             'tax_ids': False, 'quantity': 0, 'price_unit': 0},
            {'name': "Tiles", 'sequence': 2},
            {'display_type': 'line_note', 'name': "Thank you", 'sequence': 3, 'account_id': False,
             'tax_ids': False, 'quantity': 0, 'price_unit': 0},
        ])
        self.assertEqual([line['Description'] for line in document['LineItems']],
                         ["Kitchen", "Tiles", "Thank you"])

    def test_cash_rounding_is_a_line_of_its_own(self):
        rounding = self.cash_rounding_a
        (rounding.profit_account_id | rounding.loss_account_id).xero_account_id = \
            self.income.xero_account_id
        move, _document = self._pushed(
            lines=[{'price_unit': 100.07, 'tax_ids': [Command.clear()]}],
            invoice_cash_rounding_id=rounding.id)
        self.assertNotEqual(move.amount_total, 100.07)

    def test_vendor_bill_carries_the_vendors_number_and_no_discount_rate(self):
        bill, document = self._pushed(
            'in_invoice', ref='V/2026/77', invoice_payment_term_id=False,
            invoice_date_due='2026-04-30',
            lines=[{'price_unit': 80, 'quantity': 3, 'discount': 15}])
        self.assertEqual(document['Type'], 'ACCPAY')
        self.assertEqual(document['InvoiceNumber'], 'V/2026/77')
        self.assertEqual(bill.xero_number, 'V/2026/77')
        self.assertFalse(document['LineItems'][0].get('DiscountRate'))
        self.assertEqual(str(document['DueDate'])[:10], '2026-04-30')

    def test_credit_notes_of_both_kinds(self):
        refund, document = self._pushed('out_refund', lines=[{'price_unit': 12.34}])
        self.assertEqual(document['Type'], 'ACCRECCREDIT')
        self.assertEqual(document['CreditNoteNumber'], refund.name)
        _refund, document = self._pushed('in_refund', ref='CN-9', lines=[{'price_unit': 12.34}])
        self.assertEqual(document['Type'], 'ACCPAYCREDIT')

    def test_foreign_currency_with_odoos_rate(self):
        euro = self.env.ref('base.EUR')
        euro.active = True
        self.env['res.currency.rate'].create({
            'currency_id': euro.id, 'name': '2026-03-01', 'company_rate': 1.234567})
        _move, document = self._pushed(currency_id=euro.id)
        self.assertEqual(document['CurrencyCode'], 'EUR')
        self.assertEqual(document['CurrencyRate'], Decimal('1.234567'))

    def test_a_total_that_xero_cannot_hold_is_refused_before_it_is_sent(self):
        dinar = self.env['res.currency'].with_context(active_test=False).search(
            [('name', '=', 'KWD')])
        dinar.write({'active': True, 'rounding': 0.001})
        self.env['xero.currency'].sudo().create({
            'connection_id': self.connection.id, 'code': 'KWD', 'name': "Kuwaiti Dinar"})
        move = self._invoice(currency_id=dinar.id, lines=[
            {'price_unit': 1.234, 'tax_ids': [Command.clear()]}])
        self._push()
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'total_mismatch'))
        self.assertIn('1.234', move.xero_error_message)
        self.assertFalse(self._creations())

    def test_a_hundred_awkward_documents(self):
        dice = random.Random(7)
        moves = self.env['account.move']
        for number in range(100):
            sale = dice.random() < 0.6
            taxes = (self.tax_sale_20, self.tax_sale_0) if sale else (self.tax_purchase_20,)
            moves |= self._invoice(
                'out_invoice' if sale else 'in_invoice', post=False,
                ref=False if sale else f'V-{number}',
                lines=[{
                    'quantity': dice.choice([1, 3, 0.333, 7.5, 12, 1.0833]),
                    'price_unit': round(dice.uniform(0.01, 300), dice.choice([2, 3, 4])),
                    'discount': dice.choice([0, 0, 5, 12.5, 33.33, 100 / 3]),
                    'tax_ids': [Command.set(dice.choice(taxes).ids)],
                } for _line in range(dice.randint(1, 8))])
        moves.action_post()
        self._push()
        for move in moves:
            with self.subTest(move=move.name):
                self._assert_agrees(move)
        self.assertEqual(len(self._creations()), 2, "two calls for a hundred documents")
