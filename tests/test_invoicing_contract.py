"""Contracts of OCA at the end of a month; runs where that module is installed."""
from unittest import SkipTest

from odoo import Command
from odoo.tests import tagged

from .common_invoicing import XeroInvoicingCommon


@tagged('post_install', '-at_install')
class TestInvoicingContract(XeroInvoicingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if 'contract.contract' not in cls.env:
            raise SkipTest("OCA's module contract is not installed")
        cls.product = cls.env['product.product'].create({
            'name': "Care", 'type': 'service', 'list_price': 100,
            'taxes_id': [Command.set(cls.tax_sale_20.ids)],
            'property_account_income_id': cls.income.id})

    def setUp(self):
        super().setUp()
        self.connection.push_status = 'AUTHORISED'
        self.env['contract.contract'].sudo().search([]).active = False

    def _contract(self, start='2026-03-01', **values):
        return self.env['contract.contract'].sudo().create({
            'name': "Care", 'partner_id': self.partner_a.id, 'contract_type': 'sale',
            'company_id': self.company.id, 'line_recurrence': True,
            'contract_line_ids': [Command.create({
                'name': "Care", 'product_id': self.product.id, 'quantity': 1, 'price_unit': 100,
                'uom_id': self.product.uom_id.id, 'recurring_rule_type': 'monthly',
                'recurring_interval': 1, 'recurring_invoicing_type': 'pre-paid',
                'date_start': start, 'recurring_next_date': start, **values})]}).sudo(False)

    def test_from_the_list_to_the_drafts(self):
        contract = self._contract()
        run = self._prepared()
        self.assertEqual((run.line_ids.partner_id, run.line_ids.amount, run.line_ids.problem),
                         (self.partner_a, 120, False))
        self.assertEqual(str(contract.sudo().recurring_next_date), '2026-03-01')
        self._generated(run)
        self.assertEqual((run.move_ids.state, str(run.move_ids.invoice_date),
                          run.move_ids.amount_total), ('posted', '2026-03-01', 120))
        self.assertEqual(run.move_ids.invoice_line_ids.contract_line_id,
                         contract.sudo().contract_line_ids)
        self.assertEqual(set(self._there(run).values()), {'DRAFT'})
        self.assertEqual(str(contract.sudo().recurring_next_date), '2026-04-01')
        self.assertFalse(self._prepared().line_ids, "nothing is due twice")

    def test_each_period_that_is_due_gets_its_invoice(self):
        self._contract('2026-01-01')
        run = self._generated()
        self.assertEqual([str(move.invoice_date) for move in run.move_ids.sorted('invoice_date')],
                         ['2026-01-01', '2026-02-01', '2026-03-01'])
        self.assertEqual(len(self.org.invoices), 3)

    def test_what_blocks_is_known_before(self):
        other = self.income.copy({'code': '499700', 'name': "Consulting"})
        self.product.property_account_income_id = other
        self._contract()
        self.assertIn("Consulting", self._prepared().line_ids.problem)

    def test_taken_back_the_period_is_not_lost(self):
        contract = self._contract()
        run = self._generated()
        run.action_take_back()
        self._push()
        self.assertEqual(set(self._there(run).values()), {'DELETED'})
        self._pull()
        again = self._generated()
        self.assertEqual((len(again.move_ids), str(again.move_ids.invoice_date)),
                         (1, '2026-03-01'))
        self.assertEqual(again.move_ids.invoice_line_ids.contract_line_id,
                         contract.sudo().contract_line_ids)
