"""Taxes as an accountant files them: the rate that the tax is, on the account it may be on."""
import ast
from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from .common import XeroCommon, put_right_on


class XeroTaxCommon(XeroCommon):

    def _rate(self, tax_type):
        return self.env['xero.tax.rate'].search(
            [('connection_id', '=', self.connection.id), ('tax_type', '=', tax_type)])

    def _add_rate(self, tax_type, *args, **kwargs):
        self.org.add_tax_rate(tax_type, *args, **kwargs)
        self.connection._refresh_reference_data()
        return self._rate(tax_type)

    def _with_tax(self, taxes, *args, move_type='out_invoice', **line):
        """:return: a posted document with one line that has these taxes"""
        return self._invoice(move_type, *args, ref='T', lines=[
            {'tax_ids': [Command.set(taxes.ids)], **line}])

    def _assert_refused(self, move, *words, code='unmapped_tax'):
        """The document is refused in words before anything of it leaves."""
        self._push()
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', code),
                         move.xero_error_message)
        for word in words:
            self.assertIn(word, move.xero_error_message)
        self.assertFalse([call for call in self._creations() for body in call.body.values()
                          if move.name in str(body)])

    def _lines(self, move):
        """:return: the lines of a document in Xero, which has the same totals"""
        self._push()
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
        [document] = [row for row in [*self.org.invoices, *self.org.credit_notes]
                      if move.xero_document_id in (row.get('InvoiceID'), row.get('CreditNoteID'))]
        self.assertEqual(
            (document['SubTotal'], document['TotalTax']),
            (Decimal(f'{move.amount_untaxed:.2f}'), Decimal(f'{move.amount_tax:.2f}')))
        return document['LineItems']


@tagged('post_install', '-at_install')
class TestPushTaxRates(XeroTaxCommon):

    def test_a_tax_that_is_mapped_to_another_rate_is_not_sent_under_it(self):
        for tax, tax_type, there in ((self.tax_sale_20, 'RROUTPUT', "5 %"),
                                     (self.tax_sale_20, 'ZERORATEDOUTPUT', "0 %"),
                                     (self.tax_sale_0, 'OUTPUT2', "20 %")):
            with self.subTest(tax=tax.name, tax_type=tax_type):
                tax.xero_tax_rate_id = self._rate(tax_type)
                move = self._with_tax(tax)
                here = f"{tax.amount:g} %"
                self._assert_refused(move, tax.name, here, tax.xero_tax_rate_id.name, there)
                alert = move._get_alerts()['xero_failed']
                self.assertEqual(put_right_on(alert['action']), ('account.tax', tax.id))
        self.tax_sale_20.xero_tax_rate_id = self._rate('OUTPUT2')
        self.tax_sale_0.xero_tax_rate_id = self._rate('ZERORATEDOUTPUT')
        for tax in (self.tax_sale_20, self.tax_sale_0):
            self._lines(self._with_tax(tax))

    def test_the_mapping_page_says_so_at_once(self):
        tax = self.tax_sale_20
        self.assertFalse(tax.xero_rate_doubt)
        tax.xero_other_rate_id = self._rate('RRINPUT')
        self.assertEqual(tax.xero_rate_doubt, "20 % here, 5 % in Xero")
        tax.xero_tax_rate_id, tax.xero_other_rate_id = self._rate('ZERORATEDOUTPUT'), False
        self.assertEqual(tax.xero_rate_doubt, "20 % here, 0 % in Xero")
        page = self.env['account.tax'].get_view(
            self.env.ref('account_xero.xero_mapping_tax_view_list').id, 'list')
        self.assertIn('xero_rate_doubt', page['models']['account.tax'])

    def test_a_rate_that_changed_in_xero_is_met_before_it_is_sent(self):
        with self.org.transaction():
            self.org.store['TaxRates'].put({**self.org.tax_rate('OUTPUT2'), 'EffectiveRate': 17})
        self.connection._refresh_reference_data()
        self._assert_refused(self._invoice(), "20 %", "17 %")

    def test_bills_are_not_sent_under_zero_since_several_taxes_share_a_rate(self):
        """The advice of old, to map all taxes of a line to one rate."""
        levy = self._tax("Levy 0%", 0, 'purchase')
        (self.tax_purchase_20 | levy).xero_tax_rate_id = self._rate('ZERORATEDINPUT')
        self._assert_refused(
            self._with_tax(self.tax_purchase_20, move_type='in_invoice'), "20 %", "0 %")

    def test_several_taxes_on_a_line_are_a_rate_of_all_of_them_or_stay_here(self):
        federal, state = self._tax("GST 5%", 5, 'sale'), self._tax("PST 7%", 7, 'sale')
        both = federal | state
        federal.xero_tax_rate_id = self._add_rate('TAX005', "GST", 5)
        state.xero_tax_rate_id = self._add_rate('TAX007', "PST", 7)
        move = self._with_tax(both)
        self._assert_refused(move, "GST 5%, PST 7%", "12 %", "Group of Taxes")
        self.assertNotIn("same", move.xero_error_message)
        with self.subTest("each alone is what it was"):
            self.assertEqual([self._lines(self._with_tax(tax))[0]['TaxType'] for tax in both],
                             ['TAX005', 'TAX007'])
        with self.subTest("the advice works"):
            group = self._tax("GST and PST", 0, 'sale', amount_type='group',
                              children_tax_ids=[Command.set(both.ids)])
            group.xero_tax_rate_id = self._add_rate('TAX012', "GST and PST", 12)
            [line] = self._lines(self._with_tax(group))
            self.assertEqual((line['TaxType'], line['TaxAmount']), ('TAX012', 12))
        with self.subTest("one that is mapped to the rate of both is not sent alone"):
            both.xero_tax_rate_id = self._rate('TAX012')
            self._assert_refused(self._with_tax(federal), "5 %", "12 %")
            self.assertEqual(self._lines(self._with_tax(both))[0]['TaxType'], 'TAX012')

    def test_a_tax_on_a_tax_is_one_rate(self):
        first = self._tax("First 10%", 10, 'sale', sequence=1, include_base_amount=True)
        second = self._tax("Second 5%", 5, 'sale', sequence=2)
        (first | second).xero_tax_rate_id = self._add_rate('TAX155', "Both", '15.5')
        [line] = self._lines(self._with_tax(first | second))
        self.assertEqual(line['TaxAmount'], Decimal('15.50'))
        second.is_base_affected = False
        self._assert_refused(self._with_tax(first | second), "15 %", "15.5 %")

    def test_a_reverse_charge_adds_nothing_on_either_side(self):
        reverse = self._tax(
            "Reverse charge 20%", 20, 'purchase', invoice_repartition_line_ids=[
                Command.create({'repartition_type': 'base', 'document_type': 'invoice'}),
                Command.create({'repartition_type': 'tax', 'factor_percent': 100}),
                Command.create({'repartition_type': 'tax', 'factor_percent': -100})],
            refund_repartition_line_ids=[
                Command.create({'repartition_type': 'base', 'document_type': 'refund'}),
                Command.create({'repartition_type': 'tax', 'factor_percent': 100}),
                Command.create({'repartition_type': 'tax', 'factor_percent': -100})])
        reverse.xero_tax_rate_id = self._rate('INPUT2')
        self._assert_refused(self._with_tax(reverse, move_type='in_invoice'), "0 %", "20 %")
        reverse.xero_tax_rate_id = self._rate('REVERSECHARGES')
        [line] = self._lines(self._with_tax(reverse, move_type='in_invoice'))
        self.assertEqual((line['TaxType'], line['TaxAmount']), ('REVERSECHARGES', 0))

    def test_a_tax_that_is_no_percentage_is_held_against_the_amount(self):
        fixed = self._tax("Levy", 5, 'sale', amount_type='fixed')
        fixed.xero_tax_rate_id = self._rate('RROUTPUT')
        self._lines(self._with_tax(fixed, price_unit=100))
        self._assert_refused(self._with_tax(fixed, price_unit=50), "Levy", "5 %", "5.00", "2.50")
        division = self._tax("20% in the price", 20, 'sale', amount_type='division',
                             price_include_override='tax_included')
        division.xero_tax_rate_id = self._add_rate('TAX025', "Inside", 25)
        [line] = self._lines(self._with_tax(division, price_unit=99.99))
        self.assertEqual(line['TaxAmount'], Decimal('20.00'))


@tagged('post_install', '-at_install')
class TestPushTaxAccounts(XeroTaxCommon):
    """Xero takes a tax rate only on accounts of the classes that it is for."""

    def _recharged(self):
        """:return: an expense that is charged on to a customer with sales tax"""
        return self._with_tax(self.tax_sale_20, account_id=self.expense.id)

    def test_a_sales_tax_on_an_expense_is_refused_in_words_until_it_has_a_rate_there(self):
        move = self._recharged()
        self._assert_refused(move, "20% (VAT on Income)", "VAT 20% S", "429 General Expenses",
                             "Xero Tax Rate on Other Accounts")
        self.assertEqual(
            put_right_on(move._get_alerts()['xero_failed']['action']),
            ('account.tax', self.tax_sale_20.id))
        self.tax_sale_20.xero_other_rate_id = self._rate('INPUT2')
        self.assertEqual(move.xero_state, 'pending', "the mapping released it")
        self.assertEqual(self._lines(move)[0]['TaxType'], 'INPUT2')
        self.assertEqual(self._lines(self._invoice())[0]['TaxType'], 'OUTPUT2')

    def test_the_rate_on_other_accounts_is_held_to_the_same(self):
        self.tax_sale_20.xero_other_rate_id = self._rate('RRINPUT')
        self._assert_refused(self._recharged(), "20 %", "5 %")
        self.tax_sale_20.xero_other_rate_id = self._rate('RROUTPUT')
        self._assert_refused(self._recharged(), "20% (VAT on Income)", "429 General Expenses")

    def test_a_purchase_tax_on_income_and_on_assets(self):
        self._assert_refused(self._with_tax(
            self.tax_purchase_20, move_type='in_invoice', account_id=self.income.id),
            "20% (VAT on Expenses)", "200 Sales")
        asset = self.expense.copy({'code': '151515', 'account_type': 'asset_fixed'})
        asset.xero_account_id = self._account('710')
        bill = self._with_tax(
            self.tax_purchase_20, move_type='in_invoice', account_id=asset.id)
        self.assertEqual(self._lines(bill)[0]['TaxType'], 'INPUT2')

    def test_what_is_not_known_of_a_rate_is_left_to_xero(self):
        """As after an upgrade, until the lists are fetched."""
        self.tax_sale_20.xero_tax_rate_id.sudo().account_classes = False
        move = self._recharged()
        self._push()
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'unmapped_tax'))
        self.assertIn('429', move.xero_error_message)
        self.assertTrue(self._creations(), "Xero has said so itself")

    def _account(self, code):
        return self.env['xero.account'].search(
            [('connection_id', '=', self.connection.id), ('code', '=', code)])

    def test_accounts_that_xero_keeps_by_itself_are_neither_offered_nor_sent(self):
        domain = ast.literal_eval(self.env['account.account']._fields['xero_account_id'].domain)
        offered = self.env['xero.account'].search(
            [('connection_id', '=', self.connection.id), *domain]).mapped('code')
        for code in ('090', '610', '800', '801', '820', '840', '877', '960', '498'):
            with self.subTest(code=code):
                self.assertNotIn(code, offered)
                self.income.xero_account_id = self._account(code)
                self._assert_refused(self._invoice(), self._account(code).display_name,
                                     code='unmapped_account')
        self.assertLessEqual({'200', '429', '710', '860', '970'}, set(offered))

    def test_system_accounts_are_not_matched(self):
        self.expense.copy({'code': '820', 'name': "VAT", 'account_type': 'liability_current'})
        self.connection.action_auto_map()
        self.assertFalse(self.env['account.account'].search(
            [('xero_account_id.system_account', 'not in', (False, '', 'ROUNDING'))]))


@tagged('post_install', '-at_install')
class TestPushTaxAmounts(XeroTaxCommon):

    def test_a_rate_of_components_agrees_to_the_cent_however_xero_rounds_them(self):
        """Quebec: 5 % and 9.975 %."""
        federal = self._tax("GST 5%", 5, 'sale', sequence=1)
        quebec = self._tax("QST 9.975%", '9.975', 'sale', sequence=2)
        group = self._tax("GST and QST", 0, 'sale', amount_type='group',
                          children_tax_ids=[Command.set((federal | quebec).ids)])
        one = self._tax("GST/QST 14.975%", '14.975', 'sale')
        (group | one).xero_tax_rate_id = self._add_rate('TAX014', "GST/QST", [5, '9.975'])
        for each in (True, False):
            self.org.rounds_components = each
            for tax in (group, one):
                moves = self.env['account.move'].union(*(
                    self._with_tax(tax, price_unit=10 + number * 0.37) for number in range(40)))
                self._push()
                there = {row['InvoiceID']: row['TotalTax'] for row in self.org.invoices}
                with self.subTest(each=each, tax=tax.name):
                    self.assertEqual(
                        [float(there[move.xero_document_id]) for move in moves],
                        moves.mapped('amount_tax'))

    def test_a_component_on_the_others_and_more_decimals_than_four(self):
        first = self._tax("First 5.25%", '5.25', 'sale', sequence=1, include_base_amount=True)
        second = self._tax("Second 7.375%", '7.375', 'sale', sequence=2)
        (first | second).xero_tax_rate_id = self._add_rate(
            'TAXCOM', "Compound", ['5.25', '7.375'], compound=True)
        odd = self._tax("Odd", '8.8751', 'sale')
        odd.xero_tax_rate_id = self._add_rate('TAXODD', "Odd", '8.875125')
        self.assertTrue((first | odd).xero_tax_rate_id.mapped('is_composite'))
        self.assertFalse(self.tax_sale_20.xero_tax_rate_id.is_composite)
        for taxes in (first | second, odd):
            for price in (99.99, 40000, 0.07, 12345.67):
                with self.subTest(taxes=taxes.mapped('name'), price=price):
                    self._lines(self._with_tax(taxes, price_unit=price))

    def _import_vat(self, tax, amount, **line):
        """:return: a bill of customs, on which the tax was edited by hand"""
        bill = self._invoice('in_invoice', post=False, ref=f'C79-{amount}', lines=[
            {'tax_ids': [Command.set(tax.ids)], 'price_unit': 0.01, **line}])
        tax_line = bill.line_ids.filtered(lambda line: line.display_type == 'tax')
        if tax_line:
            bill.write({'line_ids': [Command.update(tax_line.id, {'amount_currency': amount})]})
        bill.action_post()
        return bill

    def test_tax_greater_than_the_line_is_a_pair_of_lines(self):
        for price, amount, kind in ((100, 150, "more"), (10, 1234.57, "odd")):
            with self.subTest(kind):
                bill = self._import_vat(self.tax_purchase_20, amount, price_unit=price)
                self.assertEqual(bill.amount_tax, amount)
                taxed, rest = self._lines(bill)
                self.assertEqual((taxed['TaxType'], rest['TaxType']), ('INPUT2', 'NONE'))
                self.assertEqual(taxed['TaxAmount'], Decimal(str(amount)))
                self.assertEqual(taxed['LineAmount'], Decimal(str(amount)) * 5)
                self.assertEqual(taxed['LineAmount'] + rest['LineAmount'], price)
                self.assertEqual({taxed['AccountCode'], rest['AccountCode']}, {'429'})
        [call] = [c for c in self._creations() if '1234.57' in str(c.body)][:1]
        self.assertTrue(all(line['Quantity'] > 0 for line in call.body['Invoices'][0]['LineItems']))

    def test_a_line_that_is_all_tax(self):
        """As Australia's "GST only on imports": the price is the tax."""
        only = self._tax("100% ONLY", 100, 'purchase', amount_type='division',
                         price_include_override='tax_included')
        only.xero_tax_rate_id = self._rate('GSTONIMPORTS')
        bill = self._with_tax(only, move_type='in_invoice', price_unit=87.65)
        self.assertEqual((bill.amount_untaxed, bill.amount_tax), (0, 87.65))
        taxed, rest = self._lines(bill)
        self.assertEqual((taxed['TaxType'], taxed['LineAmount'], taxed['TaxAmount']),
                         ('GSTONIMPORTS', Decimal('87.65'), Decimal('87.65')))
        self.assertEqual((rest['LineAmount'], rest['TaxAmount']), (Decimal('-87.65'), 0))

    # === RATES OF CURRENCIES === #

    def _foreign(self, company_rate, price):
        euro = self.env.ref('base.EUR')
        euro.active = True
        self.env['res.currency.rate'].search([('currency_id', '=', euro.id)]).unlink()
        self.env['res.currency.rate'].create({
            'currency_id': euro.id, 'name': '2026-03-01', 'company_rate': company_rate})
        return self._invoice(currency_id=euro.id, lines=[
            {'price_unit': price, 'tax_ids': [Command.clear()]}])

    def test_a_rate_of_which_xero_keeps_too_little_is_refused_in_words(self):
        """A base currency 16,000 times weaker, such as the rupiah: six decimals leave two."""
        for rate, kept in ((0.0000625, '0.000063'), (0.0000613, '0.000061'), (0.0000004, '0')):
            with self.subTest(rate=rate):
                self._assert_refused(self._foreign(rate, 100), f'{rate:.7f}', kept,
                                     self.env.company.currency_id.name, code='validation_error')
        with self.subTest("a rate that Xero keeps"):
            move = self._foreign(0.000062, 100000)
            self._lines(move)
            self.assertEqual(self.org.invoices[-1]['CurrencyRate'], Decimal('0.000062'))
        with self.subTest("a cent is not worth it"):
            self._lines(self._foreign(0.0000625, 0.5))

    def test_rates_of_usual_currencies_go_out_whatever_the_amount(self):
        for rate in (1.2345675, 0.85432149, 0.0066666667, 151.3712345):
            with self.subTest(rate=rate):
                self._lines(self._foreign(rate, 9876543.21))
