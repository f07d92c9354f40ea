"""Charts of accounts of the countries where Xero is used most, each with an organisation of that
country: what is matched by itself, and documents that go there and come back."""
from decimal import Decimal
from unittest import SkipTest

from odoo import Command
from odoo.tests import tagged

from .common_import import XeroImportCommon


class XeroChartCommon(XeroImportCommon):
    """A company with its country's chart, and an organisation of that country."""

    #: Odoo's module of the chart.
    module = None
    #: Taxes that a person maps, since the names do not tell: {tax: tax type}.
    chosen = {}
    #: Lines: (tax of the chart or None, price, tax type in Xero).
    sales = purchases = ()

    @classmethod
    def _use_chart_template(cls, company, chart_template_ref=None):
        if cls.env['ir.module.module']._get(cls.module).state != 'installed':
            raise SkipTest(f"{cls.module} is not installed")
        return super()._use_chart_template(company, chart_template_ref)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # There are those of the chart alone.
        (cls.tax_sale_20 | cls.tax_sale_0 | cls.tax_purchase_20).active = False

    def _map(self, connection):
        connection.action_auto_map()
        accounts = {account.code: account for account in connection.env['xero.account'].search(
            [('connection_id', '=', connection.id)])}
        self.income.xero_account_id, self.expense.xero_account_id = accounts['200'], accounts['429']

    def _chart_tax(self, name):
        return self.env['account.chart.template'].ref(name)

    def _name(self, tax):
        """:return: what the chart calls it, '' for one that is not of the chart"""
        return tax.get_external_id()[tax.id].removeprefix(f'account.{self.env.company.id}_')

    def _matched(self):
        """:return: {tax of the chart: tax type} of those that are mapped"""
        taxes = self.env['account.tax'].search([('xero_tax_rate_id', '!=', False)])
        return {name: tax.xero_tax_rate_id.tax_type for tax in taxes if (name := self._name(tax))}

    def _proposed(self):
        """:return: the same of those that somebody is asked about"""
        return {name: match.target.tax_type
                for match in self.env['xero.matching']._find(self.connection, 'tax')
                if match.target and (name := self._name(match.record))}

    def _choose(self):
        rates = {rate.tax_type: rate for rate in self.env['xero.tax.rate'].search(
            [('connection_id', '=', self.connection.id)])}
        for name, tax_type in self.chosen.items():
            self._chart_tax(name).xero_tax_rate_id = rates[tax_type]

    def _move(self, move_type):
        return self._invoice(move_type, ref=f"Ref {move_type}", lines=[{
            'name': f"Work {number}", 'quantity': 3, 'price_unit': price,
            'tax_ids': [Command.set(self._chart_tax(tax).ids if tax else [])],
        } for number, (tax, price, _type) in enumerate(self._lines_of(move_type))])

    def _lines_of(self, kind):
        return self.sales if kind.startswith(('out', 'ACCREC')) else self.purchases

    def _check_there(self):
        """Invoices, bills and credit notes arrive with the same totals and their tax types."""
        self._choose()
        moves = self.env['account.move'].union(*map(
            self._move, ('out_invoice', 'out_refund', 'in_invoice', 'in_refund')))
        self._push()
        for move in moves:
            document = self._synced(move)
            with self.subTest(move.move_type):
                self.assertEqual([line['TaxType'] for line in document['LineItems']],
                                 [tax_type for *_rest, tax_type in self._lines_of(move.move_type)])
                self.assertEqual([document[key] for key in ('SubTotal', 'TotalTax', 'Total')],
                                 [Decimal(f'{amount:.2f}') for amount in (
                                     move.amount_untaxed, move.amount_tax, move.amount_total)])
                self.assertEqual(document['CurrencyCode'], self.env.company.currency_id.name)
        self._pull()
        self.assertFalse(self._differences())

    def _check_here(self):
        """What a person makes in Xero arrives with the same taxes, and is paid here when there."""
        self._choose()
        contact = self._contact(self.partner_a)
        documents = {}
        for kind in ('ACCREC', 'ACCPAY', 'ACCRECCREDIT', 'ACCPAYCREDIT'):
            make = self._line if kind.startswith('ACCREC') else self._cost
            documents[kind] = self._there(contact, *(
                make(f'{price:.2f}', Quantity=3, TaxType=tax_type)
                for _tax, price, tax_type in self._lines_of(kind)), kind=kind)
        self._pull()
        moves = {kind: self._assert_as_there(document) for kind, document in documents.items()}
        for kind, move in moves.items():
            with self.subTest(kind):
                self.assertEqual(
                    [line.tax_ids for line in move.invoice_line_ids],
                    [self._chart_tax(tax) if tax else self.env['account.tax']
                     for tax, *_rest in self._lines_of(kind)])
            self.person.pay(self._id(documents[kind]))
        self._pull()
        self.assertEqual([(move.amount_residual, move.payment_state) for move in moves.values()],
                         [(0, 'paid')] * len(moves))
        self.assertFalse(self._differences())


@tagged('post_install', '-at_install')
class TestChartsAustralia(XeroChartCommon):

    module, country_code, xero_country = 'l10n_au', 'AU', 'AU'
    chosen = {'au_tax_sale_0': 'EXEMPTEXPORT', 'au_tax_sale_exempt': 'EXEMPTOUTPUT',
              'au_tax_sale_input': 'INPUTTAXED', 'au_tax_purchase_0_service': 'EXEMPTEXPENSES',
              'au_tax_purchase_capital_service': 'CAPEXINPUT'}
    sales = [('au_tax_sale_10', 33.33, 'OUTPUT'), ('au_tax_sale_0', 17.05, 'EXEMPTEXPORT'),
             ('au_tax_sale_exempt', 9.99, 'EXEMPTOUTPUT'), ('au_tax_sale_input', 20, 'INPUTTAXED'),
             (None, 11.11, 'BASEXCLUDED'), ('au_tax_sale_10', 0.35, 'OUTPUT')]
    purchases = [('au_tax_purchase_10_service', 33.35, 'INPUT'), (None, 5.55, 'BASEXCLUDED'),
                 ('au_tax_purchase_0_service', 12.5, 'EXEMPTEXPENSES'),
                 ('au_tax_purchase_capital_service', 999.99, 'CAPEXINPUT')]

    def test_matched(self):
        self.assertEqual(self._matched(), {
            'au_tax_sale_10': 'OUTPUT', 'au_tax_purchase_10_service': 'INPUT'})

    def test_there(self):
        self._check_there()

    def test_here(self):
        self._check_here()

    def test_card_fees(self):
        """A surcharge of 1.5 % of all, with GST as what it is for, or without where that is not
        taxed."""
        for tax, tax_type in (('au_tax_sale_10', 'OUTPUT'), (None, 'BASEXCLUDED')):
            with self.subTest(tax_type):
                taxes = [Command.set(self._chart_tax(tax).ids if tax else [])]
                move = self._invoice(lines=[
                    {'name': "Work", 'price_unit': 1234.55, 'tax_ids': taxes},
                    {'name': "Card fee 1.5 %", 'price_unit': 1234.55 * .015, 'tax_ids': taxes}])
                self._push()
                document = self._synced(move)
                self.assertEqual(
                    [(line['LineAmount'], line['TaxType']) for line in document['LineItems']],
                    [(Decimal('1234.55'), tax_type), (Decimal('18.52'), tax_type)])
                self.assertEqual(document['TotalTax'], Decimal(f'{move.amount_tax:.2f}'))

    def test_prices_with_gst(self):
        """As shops have them: what is shown is what is paid."""
        tax = self._chart_tax('au_tax_sale_10').copy(
            {'name': "10% GST inclusive", 'price_include_override': 'tax_included'})
        tax.xero_tax_rate_id = self._chart_tax('au_tax_sale_10').xero_tax_rate_id
        move = self._invoice(lines=[
            {'name': f"Item {price}", 'price_unit': price, 'quantity': quantity,
             'tax_ids': [Command.set(tax.ids)]} for price, quantity in ((9.99, 3), (0.05, 1))])
        self.assertEqual(move.amount_total, 30.02)
        self._push()
        document = self._synced(move)
        self.assertEqual((document['Total'], document['TotalTax']),
                         (Decimal('30.02'), Decimal(f'{move.amount_tax:.2f}')))


@tagged('post_install', '-at_install')
class TestChartsNewZealand(XeroChartCommon):

    module, country_code, xero_country = 'l10n_nz', 'NZ', 'NZ'
    # Xero has no zero rate for expenses.
    chosen = {'nz_tax_sale_0': 'ZERORATED', 'nz_tax_purchase_0': 'NONE'}
    sales = [('nz_tax_sale_15', 33.33, 'OUTPUT2'), ('nz_tax_sale_0', 17.05, 'ZERORATED'),
             (None, 11.11, 'NONE'), ('nz_tax_sale_15', 0.35, 'OUTPUT2')]
    purchases = [('nz_tax_purchase_15', 33.37, 'INPUT2'), ('nz_tax_purchase_0', 12.5, 'NONE')]

    def test_matched(self):
        self.assertEqual(self._matched(), {
            'nz_tax_sale_15': 'OUTPUT2', 'nz_tax_purchase_15': 'INPUT2'})

    def test_there(self):
        self._check_there()

    def test_here(self):
        self._check_here()


@tagged('post_install', '-at_install')
class TestChartsUnitedStates(XeroChartCommon):
    """Xero's own two rates are 0 % until somebody says what the state takes, and none is mapped by
    itself to *Auto Look Up*, which does not work for what comes by the API."""

    module, country_code, xero_country = 'l10n_us_account', 'US', 'US'
    chosen = {'account_tax_us_sale_0': 'OUTPUT', 'account_tax_us_purchase_0': 'INPUT'}
    sales = [('account_tax_us_sale_7_25', 33.33, 'TAX002'), ('account_tax_us_sale_0', 7, 'OUTPUT'),
             (None, 11.11, 'NONE'), ('account_tax_us_sale_7_25', 0.35, 'TAX002')]
    purchases = [(None, 33.37, 'NONE'), ('account_tax_us_purchase_0', 7, 'INPUT')]

    def setUp(self):
        super().setUp()
        self.org.add_tax_rate('TAX002', "California", ['6', '1.25'])
        self.connection._refresh_reference_data()
        self.connection.with_company(self.env.company).action_auto_map()

    def test_matched(self):
        self.assertEqual(self._matched(), {
            'account_tax_us_sale_7_25': 'TAX002', 'account_tax_us_purchase_7_25': 'TAX002'})

    def test_there(self):
        self._check_there()

    def test_here(self):
        self._check_here()

    def test_no_taxes_at_all(self):
        self.sales = [(None, 33.33, 'NONE'), (None, 0.05, 'NONE')]
        self.purchases = [(None, 33.37, 'NONE')]
        self._check_there()


@tagged('post_install', '-at_install')
class TestChartsSingapore(XeroChartCommon):

    module, country_code, xero_country = 'l10n_sg', 'SG', 'SG'
    chosen = {'sg_sale_tax_zr_0': 'ZERORATEDOUTPUT', 'sg_sale_tax_es_0': 'ES33OUTPUT',
              'sg_sale_tax_esn_0': 'ESN33OUTPUT', 'sg_sale_tax_ds_9': 'DSOUTPUTY24',
              'sg_purchase_tax_zp_0': 'ZERORATEDINPUT', 'sg_purchase_tax_nr_0': 'NRINPUT',
              'sg_purchase_tax_op_0': 'OPINPUT', 'sg_purchase_tax_txre_9': 'TXREINPUTY24'}
    sales = [('sg_sale_tax_sr_9', 33.33, 'OUTPUTY24'), ('sg_sale_tax_ds_9', 1.11, 'DSOUTPUTY24'),
             ('sg_sale_tax_zr_0', 17.05, 'ZERORATEDOUTPUT'), ('sg_sale_tax_es_0', 3, 'ES33OUTPUT'),
             ('sg_sale_tax_esn_0', 4, 'ESN33OUTPUT'), (None, 11.11, 'NONE'),
             ('sg_sale_tax_sr_9', 0.35, 'OUTPUTY24')]
    purchases = [('sg_purchase_tax_tx8_9', 33.37, 'INPUTY24'), (None, 5.55, 'NONE'),
                 ('sg_purchase_tax_zp_0', 1, 'ZERORATEDINPUT'),
                 ('sg_purchase_tax_nr_0', 2, 'NRINPUT'), ('sg_purchase_tax_op_0', 3, 'OPINPUT'),
                 ('sg_purchase_tax_txre_9', 44.44, 'TXREINPUTY24')]

    def test_matched(self):
        """Twelve purchase taxes are 9 %; what may not be claimed is none of those that may."""
        self.assertEqual(self._matched(), {
            'sg_sale_tax_sr_9': 'OUTPUTY24', 'sg_purchase_tax_tx8_9': 'INPUTY24'})
        self.assertEqual(self._proposed(), {
            'sg_sale_tax_ds_9': 'DSOUTPUTY24', 'sg_sale_tax_zr_0': 'ZERORATEDOUTPUT',
            'sg_purchase_tax_zp_0': 'ZERORATEDINPUT', 'sg_purchase_tax_nr_0': 'NRINPUT'})

    def test_there(self):
        self._check_there()

    def test_here(self):
        self._check_here()


@tagged('post_install', '-at_install')
class TestChartsSouthAfrica(XeroChartCommon):

    module, country_code, xero_country = 'l10n_za', 'ZA', 'ZA'
    chosen = {'ST2': 'ZERORATED', 'ST2A': 'ZERORATEDOUTPUT', 'ST1A': 'SROUTPUT2',
              'PT14': 'CAPEXINPUT2'}
    sales = [('ST1', 33.33, 'OUTPUT3'), ('ST2', 17.05, 'ZERORATED'), ('ST3', 4, 'EXEMPTOUTPUT'),
             ('ST2A', 1.11, 'ZERORATEDOUTPUT'), ('ST1A', 99.99, 'SROUTPUT2'),
             (None, 11.11, 'NONE'), ('ST1', 0.35, 'OUTPUT3')]
    purchases = [('PT15', 33.37, 'INPUT3'), (None, 5.55, 'NONE'), ('PT14', 999.99, 'CAPEXINPUT2')]

    def test_matched(self):
        """Accommodation, adjustments and bad debts have lines of their own on the return."""
        self.assertEqual(self._matched(), {
            'ST1': 'OUTPUT3', 'ST3': 'EXEMPTOUTPUT', 'PT15': 'INPUT3'})
        self.assertEqual(self._proposed(), {
            'ST1A': 'SROUTPUT2', 'ST10': 'OUTPUT4', 'PT14': 'CAPEXINPUT2', 'PT16': 'INPUT4'})

    def test_there(self):
        self._check_there()

    def test_here(self):
        self._check_here()


@tagged('post_install', '-at_install')
class TestChartsIreland(XeroChartCommon):
    """Xero has no edition for Ireland: one rate is for sales and purchases, goods and services."""

    module, country_code, xero_country = 'l10n_ie', 'IE', 'IE'
    sales = [('ie_tax_sale_goods_23', 33.33, 'TAX001'), ('ie_tax_sale_goods_13_5', 9.99, 'TAX002'),
             ('ie_tax_sale_goods_0', 3, 'TAX004'), ('ie_tax_sale_goods_exempt', 4, 'TAX005'),
             (None, 11.11, 'NONE'), ('ie_tax_sale_goods_23', 0.35, 'TAX001')]
    purchases = [('ie_tax_purchase_goods_23', 33.37, 'TAX001'), (None, 5.55, 'NONE'),
                 ('ie_tax_purchase_goods_9', 1.11, 'TAX003')]

    def test_matched(self):
        self.assertEqual(self._matched(), {
            f'ie_tax_{use}_{what}_{rate}': tax_type
            for use in ('sale', 'purchase') for what in ('goods', 'services')
            for rate, tax_type in (('23', 'TAX001'), ('13_5', 'TAX002'), ('9', 'TAX003'),
                                   ('0', 'TAX004'), ('exempt', 'TAX005'))})

    def test_there(self):
        self._check_there()

    def test_here(self):
        for name in self._matched():
            if '_services_' in name:
                self._chart_tax(name).xero_tax_rate_id = False
        self._check_here()

    def test_goods_and_services_share_a_rate(self):
        """The company's own tax is taken, else a person says which one it is."""
        document = self._there(self._contact(self.partner_a), self._line(TaxType='TAX002'))
        self._pull()
        self.assertFalse(self._here(document))
        self.assertEqual(self._waiting().reason, 'unmapped_tax')
        for words in ("13.5% G", "13.5% S"):
            self.assertIn(words, self._waiting().message)
        self._chart_tax('ie_tax_sale_services_13_5').xero_tax_rate_id = False
        self._pull()
        self._assert_as_there(document)


@tagged('post_install', '-at_install')
class TestChartsUnitedKingdom(XeroChartCommon):

    module, country_code = 'l10n_uk', 'GB'

    def test_matched(self):
        self.assertEqual(self._matched(), {
            'ST11': 'OUTPUT2', 'ST5': 'RROUTPUT', 'ST0': 'ZERORATEDOUTPUT', 'ST2': 'EXEMPTOUTPUT',
            'PT_20_G': 'INPUT2', 'PT_20_S': 'INPUT2', 'PT2': 'EXEMPTINPUT', 'PT5': 'RRINPUT'})
