"""Taxes of documents made in Xero: those here that are of Xero's rate, and no other."""
from odoo import Command
from odoo.tests import tagged

from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestImportTaxes(XeroImportCommon):

    def _rate(self, tax_type):
        return self.env['xero.tax.rate'].search(
            [('connection_id', '=', self.connection.id), ('tax_type', '=', tax_type)])

    def test_a_tax_of_another_rate_is_not_taken_because_it_is_mapped(self):
        self.tax_sale_20.xero_tax_rate_id = self._rate('RROUTPUT')
        document = self._there(self._contact(self.partner_a), self._line(TaxType='RROUTPUT'))
        self._pull()
        self.assertFalse(self._here(document))
        self.assertEqual(self._waiting().reason, 'unmapped_tax')
        for words in ("5 %", "5% (VAT on Income)"):
            self.assertIn(words, self._waiting().message)
        reduced = self._tax("VAT 5% S", 5, 'sale')
        reduced.xero_tax_rate_id = self._rate('RROUTPUT')
        self._pull()
        self.assertEqual(self._assert_as_there(document).invoice_line_ids.tax_ids, reduced)

    def test_the_rate_on_other_accounts_brings_the_same_tax(self):
        contact = self._contact(self.partner_a)
        document = self._there(contact, self._line(AccountCode='429', TaxType='INPUT2'))
        self._pull()
        self.assertEqual(self._waiting().reason, 'unmapped_tax')
        self.tax_sale_20.xero_other_rate_id = self._rate('INPUT2')
        self._pull()
        move = self._assert_as_there(document)
        self.assertEqual((move.invoice_line_ids.tax_ids, move.invoice_line_ids.account_id),
                         (self.tax_sale_20, self.expense))

    def test_a_group_of_taxes_is_the_rate_of_both(self):
        self.org.add_tax_rate('TAX012', "GST and PST", 12)
        self.connection._refresh_reference_data()
        parts = self._tax("GST 5%", 5, 'sale') | self._tax("PST 7%", 7, 'sale')
        group = self._tax("GST and PST", 0, 'sale', amount_type='group',
                          children_tax_ids=[Command.set(parts.ids)])
        group.xero_tax_rate_id = self._rate('TAX012')
        document = self._there(self._contact(self.partner_a), self._line(TaxType='TAX012'))
        self._pull()
        self.assertEqual(self._assert_as_there(document).invoice_line_ids.tax_ids, group)
