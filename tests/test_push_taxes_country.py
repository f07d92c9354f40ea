"""Lines without tax are what the country has for them."""
from odoo import Command
from odoo.tests import tagged

from .test_push_taxes import XeroTaxCommon


@tagged('post_install', '-at_install')
class TestPushTaxesCountry(XeroTaxCommon):

    xero_country = 'AU'

    def _map(self, connection):
        accounts = {account.code: account for account in connection.env['xero.account'].search(
            [('connection_id', '=', connection.id)])}
        self.income.xero_account_id, self.expense.xero_account_id = accounts['200'], accounts['429']

    def _without_tax(self, move_type):
        return self._invoice(move_type, ref='N', lines=[{'tax_ids': [Command.clear()]}])

    def test_australia_has_bas_excluded(self):
        self.assertEqual(self.connection.no_tax_rate_id.tax_type, 'BASEXCLUDED')
        for move_type in ('out_invoice', 'in_invoice', 'out_refund'):
            with self.subTest(move_type):
                [line] = self._lines(self._without_tax(move_type))
                self.assertEqual(line['TaxType'], 'BASEXCLUDED')

    def test_another_one_is_chosen_on_the_connection_and_kept(self):
        self.connection.no_tax_rate_id = self._rate('EXEMPTEXPENSES')
        self.connection._refresh_reference_data()
        [line] = self._lines(self._without_tax('in_invoice'))
        self.assertEqual(line['TaxType'], 'EXEMPTEXPENSES')
        with self.subTest("what is gone in Xero is chosen anew"):
            with self.org.transaction():
                self.org.store['TaxRates'].put(
                    {**self.org.tax_rate('EXEMPTEXPENSES'), 'Status': 'ARCHIVED'})
            self.connection._refresh_reference_data()
            self.assertEqual(self.connection.no_tax_rate_id.tax_type, 'BASEXCLUDED')

    def test_one_that_the_account_does_not_take_is_refused_in_words(self):
        self.connection.no_tax_rate_id = self._rate('EXEMPTEXPENSES')
        move = self._without_tax('out_invoice')
        self._assert_refused(move, "GST Free Expenses", "200 Sales", "Lines without Tax")
        self.assertEqual(move._get_alerts()['xero_failed']['action']['res_model'],
                         'xero.connection')

    def test_before_the_lists_are_fetched_after_an_upgrade(self):
        self.connection.no_tax_rate_id = False
        [line] = self._lines(self._without_tax('in_invoice'))
        self.assertEqual(line['TaxType'], 'BASEXCLUDED')

    def test_a_tax_that_is_mapped_to_none(self):
        """Xero makes it GST-free on an expense, which is reported."""
        nothing = self._tax("No GST", 0, 'purchase')
        nothing.xero_tax_rate_id = self._rate('NONE')
        self._assert_refused(self._with_tax(nothing, move_type='in_invoice'), "BAS Excluded")
        nothing.xero_tax_rate_id = self._rate('BASEXCLUDED')
        [line] = self._lines(self._with_tax(nothing, move_type='in_invoice'))
        self.assertEqual(line['TaxType'], 'BASEXCLUDED')
