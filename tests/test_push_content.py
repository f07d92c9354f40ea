"""What a document says, beside its amounts: each kind of line, dates, currency and links."""
from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestPushContent(XeroCommon):

    def _pushed(self, *args, **values):
        """:return: a document, and the sandbox's record of it"""
        move = self._invoice(*args, **values)
        self._push()
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
        [document] = [row for row in [*self.org.invoices, *self.org.credit_notes]
                      if move.xero_document_id in (row.get('InvoiceID'), row.get('CreditNoteID'))]
        for theirs, mine in (('Total', move.amount_total), ('SubTotal', move.amount_untaxed),
                             ('TotalTax', move.amount_tax)):
            self.assertEqual(document[theirs], Decimal(str(mine)).quantize(Decimal('0.01')))
        return move, document

    def _lines(self, document):
        return [(line['Description'], line['Quantity'], line['UnitAmount'])
                for line in document['LineItems']]

    def test_early_payment_lines_lower_the_tax_and_not_the_amount(self):
        """With a discount that always lowers the tax (as in the UK), Odoo adds two lines that
        cancel each other out, and tax on what is left."""
        terms = self.env['account.payment.term'].create({
            'name': "2 % in 7 days", 'early_discount': True, 'discount_percentage': 2,
            'discount_days': 7, 'early_pay_discount_computation': 'mixed',
            'line_ids': [Command.create({'value': 'percent', 'value_amount': 100,
                                         'nb_days': 30})]})
        discounts = self.env.company.account_journal_early_pay_discount_loss_account_id
        discounts.xero_account_id = self.income.xero_account_id
        move, document = self._pushed(invoice_payment_term_id=terms.id)
        self.assertEqual(move.amount_tax, 19.6)
        self.assertEqual(sorted(line[2] for line in self._lines(document)),
                         [-2, 2, 100], "both of Odoo's lines are there")
        self.assertEqual(document['Total'], Decimal('119.60'))

    def test_a_down_payment_is_taken_off(self):
        _move, document = self._pushed(lines=[
            {'name': "Kitchen", 'price_unit': 1000},
            {'name': "Down payment of 2 March", 'price_unit': -300}])
        self.assertEqual(self._lines(document), [
            ("Kitchen", 1, 1000), ("Down payment of 2 March", 1, -300)])
        self.assertEqual(document['Total'], 840)

    def test_a_section_between_the_lines_of_a_bill(self):
        text = {'account_id': False, 'tax_ids': False, 'quantity': 0, 'price_unit': 0}
        _move, document = self._pushed('in_invoice', ref='S-1', lines=[
            {'display_type': 'line_section', 'name': "March", 'sequence': 1, **text},
            {'display_type': 'line_subsection', 'name': "Week 1", 'sequence': 2, **text},
            {'name': "Rent", 'sequence': 3},
            {'display_type': 'line_note', 'name': "As agreed", 'sequence': 4, **text}])
        self.assertEqual([line['Description'] for line in document['LineItems']],
                         ["March", "Week 1", "Rent", "As agreed"])
        for line in document['LineItems'][:2]:
            self.assertIsNone(line['LineAmount'])
            self.assertFalse(line.get('AccountCode'))
            self.assertFalse(line.get('TaxType'))

    def test_prices_with_tax_in_them_on_a_credit_note(self):
        included = self._tax("VAT 20% in price", 20, 'sale',
                             price_include_override='tax_included')
        included.xero_tax_rate_id = self.tax_sale_20.xero_tax_rate_id
        _move, document = self._pushed('out_refund', lines=[
            {'price_unit': 9.99, 'quantity': 7, 'tax_ids': [Command.set(included.ids)]}])
        self.assertEqual(document['Total'], Decimal('69.93'))

    def test_the_last_instalment_is_due(self):
        terms = self.env['account.payment.term'].create({
            'name': "Half now, half in 60 days", 'line_ids': [
                Command.create({'value': 'percent', 'value_amount': 50, 'nb_days': 0}),
                Command.create({'value': 'percent', 'value_amount': 50, 'nb_days': 60})]})
        move, document = self._pushed(invoice_payment_term_id=terms.id)
        self.assertEqual(str(move.invoice_date_due), '2026-05-01')
        self.assertEqual((str(document['Date'])[:10], str(document['DueDate'])[:10]),
                         ('2026-03-02', '2026-05-01'))

    def test_a_discount_where_xero_has_none(self):
        """Xero: discounts are for sales invoices only, so the net price is sent."""
        line = {'name': "Shelf", 'price_unit': 50, 'quantity': 3, 'discount': 10}
        for kind in ('in_invoice', 'out_refund', 'in_refund'):
            with self.subTest(kind=kind):
                move, document = self._pushed(kind, ref=f'D-{kind}', lines=[line])
                [there] = document['LineItems']
                self.assertFalse(there.get('DiscountRate') or there.get('DiscountAmount'))
                self.assertEqual((there['Quantity'] * there['UnitAmount'], move.amount_untaxed),
                                 (135, 135))
        _move, document = self._pushed(lines=[line])
        self.assertEqual(document['LineItems'][0]['DiscountRate'], 10)

    def test_cash_rounding_on_the_biggest_tax(self):
        rounding = self.cash_rounding_b
        move = self._invoice(lines=[{'price_unit': 33.37}], invoice_cash_rounding_id=rounding.id)
        self._push()
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
        self.assertEqual(float(self.org.invoices[0]['Total']), move.amount_total)
        self.assertNotEqual(move.amount_total, 40.04, "it was rounded")

    def test_the_rate_of_a_foreign_bill_is_the_documents_own(self):
        euro = self.env.ref('base.EUR')
        euro.active = True
        bill, document = self._pushed(
            'in_invoice', ref='E-1', currency_id=euro.id, invoice_currency_rate=1.111111)
        self.assertEqual((document['CurrencyCode'], document['CurrencyRate']),
                         ('EUR', Decimal('1.111111')))
        self.assertEqual(bill.invoice_currency_rate, 1.111111)
        _move, document = self._pushed('in_invoice', ref='E-2')
        [call] = [c for c in self._creations()
                  if c.body['Invoices'][0].get('InvoiceNumber') == 'E-2']
        self.assertNotIn('CurrencyRate', call.body['Invoices'][0])

    def test_reference_and_link_back(self):
        invoice, document = self._pushed(ref="Order 4711")
        self.assertEqual((document['InvoiceNumber'], document['Reference']),
                         (invoice.name, "Order 4711"))
        self.assertEqual(document['Url'], 'http://localhost:8069/mail/view?model=account.move'
                                          f'&res_id={invoice.id}')
        bill, _document = self._pushed('in_invoice', ref='V-1')
        refund, document = self._pushed('out_refund', ref="Return 12")
        self.assertEqual((document['CreditNoteNumber'], document['Reference']),
                         (refund.name, "Return 12"))
        bodies = [call.body[key][0] for call in self._creations()
                  for key in ('Invoices', 'CreditNotes') if key in call.body]
        self.assertNotIn('Reference', bodies[1], "a bill's reference is its number")
        self.assertEqual(bodies[1]['InvoiceNumber'], 'V-1')
        self.assertNotIn('Url', bodies[2], "Xero has no link on credit notes")
        self.assertEqual(bill.xero_number, 'V-1')
