"""What is imported has Xero's amounts to the cent, however they came about."""
import random
from decimal import Decimal

from odoo.tests import tagged

from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestImportTotals(XeroImportCommon):

    def setUp(self):
        super().setUp()
        self.contact = self._contact(self.partner_a)

    def _check(self, *lines, **values):
        document = self._there(self.contact, *lines, **values)
        self._pull()
        move = self._assert_as_there(document)
        self.assertFalse(self._differences())
        return move

    def test_inclusive(self):
        move = self._check(self._line('9.99', Quantity=Decimal(3)), self._line('0.07'),
                           LineAmountTypes='Inclusive')
        self.assertEqual(move.invoice_line_ids[0].quantity, 3)

    def test_inclusive_with_a_tax_that_is_included_here(self):
        self.tax_sale_20.price_include_override = 'tax_included'
        move = self._check(self._line('9.99', Quantity=Decimal(2)), LineAmountTypes='Inclusive')
        self.assertEqual(move.invoice_line_ids.price_unit, 9.99)
        self._check(self._line('9.99', Quantity=Decimal(3)), LineAmountTypes='Inclusive')

    def test_included_here_and_between_two_cents(self):
        self.tax_sale_20.price_include_override = 'tax_included'
        self._check(self._line('108.95'), self._line(
            '12.50', Quantity=Decimal(3), DiscountRate=Decimal(10)), LineAmountTypes='Inclusive')
        self._check(*[self._line('33.75')] * 7, LineAmountTypes='Inclusive')

    def test_exclusive_with_a_tax_that_is_included_here(self):
        self.tax_sale_20.price_include_override = 'tax_included'
        self._check(self._line('100.01'), self._line('33.33', Quantity=Decimal(7)))

    def test_no_tax(self):
        self._check(self._line(TaxType='NONE'), LineAmountTypes='NoTax')

    def test_discounts(self):
        move = self._check(self._line('19.99', Quantity=Decimal(3), DiscountRate=Decimal('12.5')))
        self.assertEqual(move.invoice_line_ids.discount, 12.5)
        self._check(self._line('19.99', Quantity=Decimal(3), DiscountAmount=Decimal('5.55')))
        self._check(self._line('19.99', Quantity=Decimal(3), DiscountRate=Decimal('3.3333')))

    def test_four_decimals(self):
        move = self._check(self._line('0.1234', Quantity=Decimal('33.5')),
                           self._line('0.1234', Quantity=Decimal('0.3333')),
                           self._line('-12.3456'), self._line('50'))
        self.assertIn('0.3333', move.invoice_line_ids[1].name)

    def test_tax_edited_by_hand(self):
        move = self._check(self._cost(TaxAmount=Decimal('19.97')), self._cost('10.00'),
                           kind='ACCPAY', InvoiceNumber='V-9')
        self.assertEqual(move.amount_tax, 21.97)
        move = self._check(self._line(TaxAmount=Decimal('20.03')))
        self.assertEqual(move.amount_tax, 20.03)

    def test_foreign_currency(self):
        self.env.ref('base.EUR').active = True
        move = self._check(self._line('99.99'), CurrencyCode='EUR', CurrencyRate=Decimal('1.25'))
        self.assertEqual((move.currency_id.name, move.invoice_currency_rate), ('EUR', 1.25))
        self.assertAlmostEqual(
            move.invoice_line_ids.balance, -79.99, 2)
        edited = self._check(self._line('99.99', TaxAmount=Decimal('19.55')),
                             CurrencyCode='EUR', CurrencyRate=Decimal('1.25'))
        self.assertFalse(self.env.company.currency_id.round(sum(edited.line_ids.mapped('balance'))))

    def test_total_that_cannot_be_had(self):
        """Xero has a tax on a line of 0 %; here no tax line can carry it."""
        document = self._there(self.contact, self._line(
            TaxType='ZERORATEDOUTPUT', TaxAmount=Decimal('0.01')))
        good = self._there(self.contact)
        self._pull()
        self.assertFalse(self._here(document))
        self.assertEqual((self._waiting().reason, self._waiting().total),
                         ('total_mismatch', 100.01))
        self._assert_as_there(good)
        self._settled()

    def test_any_document(self):
        """Odd prices, quantities, discounts and mixed rates, in both ways of rounding."""
        for method in ('round_globally', 'round_per_line'):
            self.env.company.tax_calculation_rounding_method = method
            self._import_any(random.Random(20260302), method)

    def _import_any(self, chance, method):
        documents = []
        for number in range(40):
            kind = chance.choice(['ACCREC', 'ACCPAY', 'ACCRECCREDIT'])
            make = self._cost if kind == 'ACCPAY' else self._line
            lines = [make(
                str(Decimal(chance.randrange(1, 9_999_999)) / chance.choice([100, 10000])),
                Quantity=Decimal(chance.randrange(1, 9999)) / chance.choice([1, 10, 100, 1000]),
                **({'DiscountRate': Decimal(chance.randrange(0, 9999)) / 100}
                   if kind == 'ACCREC' and chance.random() < 0.4 else {}),
                **({'TaxType': 'ZERORATEDOUTPUT'} if kind != 'ACCPAY' and chance.random() < 0.3
                   else {})) for _line in range(chance.randrange(1, 6))]
            documents.append(self._there(
                self.contact, *lines, kind=kind,
                LineAmountTypes=chance.choice(['Exclusive', 'Inclusive']),
                **({'InvoiceNumber': f'{method}-{number}'} if kind == 'ACCPAY' else {})))
        self._later(hours=4)
        self._pull()
        self.assertFalse(self._waiting())
        for document in documents:
            self._assert_as_there(document)
        self.assertFalse(self._differences())

    def test_each_way_of_rounding(self):
        for method in ('round_globally', 'round_per_line'):
            self.env.company.tax_calculation_rounding_method = method
            self._check(*(self._line('0.3333', Quantity=Decimal(q)) for q in (1, 2, 5, 7, 11)))
