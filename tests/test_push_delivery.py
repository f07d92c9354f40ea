"""A delivery at real cost has no price before the goods are shipped; runs where Odoo has such."""
from unittest import SkipTest

from odoo import Command
from odoo.tests import Form, tagged

from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestPushDelivery(XeroCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if 'stock.picking' not in cls.env or 'carrier_id' not in cls.env['stock.picking']._fields:
            raise SkipTest("Odoo's module stock_delivery is not installed")
        cls.env.user.group_ids += cls.env.ref('sales_team.group_sale_manager')
        cls.env.user.group_ids += cls.env.ref('stock.group_stock_manager')
        cls.goods = cls.env['product.product'].create({
            'name': "Shelf", 'list_price': 100, 'invoice_policy': 'order', 'type': 'consu',
            'taxes_id': [Command.set(cls.tax_sale_20.ids)],
            'property_account_income_id': cls.income.id})
        service = cls.env['product.product'].create({
            'name': "Carriage", 'type': 'service', 'invoice_policy': 'order',
            'taxes_id': [Command.set(cls.tax_sale_20.ids)],
            'property_account_income_id': cls.income.id})
        cls.carrier = cls.env['delivery.carrier'].create({
            'name': "Courier", 'product_id': service.id, 'delivery_type': 'fixed',
            'fixed_price': 12, 'invoice_policy': 'real', 'integration_level': 'rate_and_ship'})
        cls.env['stock.picking.type'].search([]).print_label = True

    def _order(self):
        """:return: a confirmed order with a delivery at the carrier's price"""
        order = self.env['sale.order'].create({
            'partner_id': self.partner_a.id,
            'order_line': [Command.create({'product_id': self.goods.id, 'product_uom_qty': 1})]})
        wizard = Form(self.env['choose.delivery.carrier'].with_context(
            default_order_id=order.id, default_carrier_id=self.carrier.id)).save()
        wizard.update_price()
        wizard.button_confirm()
        order.action_confirm()
        return order

    def _invoiced(self, order):
        invoice = order._create_invoices()
        invoice.invoice_date = '2026-03-02'
        invoice.action_post()
        self._push()
        return invoice

    def _ship(self, order):
        picking = order.picking_ids
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, 'done')

    def test_invoiced_before_it_was_shipped(self):
        order = self._order()
        invoice = self._invoiced(order)
        self.assertEqual(invoice.amount_untaxed, 100)
        self.assertEqual((invoice.xero_state, invoice.xero_error_code),
                         ('failed', 'amount_not_final'))
        self.assertIn(order.name, invoice.xero_error_message)
        self.assertEqual(invoice.xero_error_target, f'sale.order,{order.id}')
        self.assertFalse(self._creations())

        self._ship(order)
        delivery = order.order_line.filtered('is_delivery')
        self.assertEqual(delivery.price_unit, 12)
        invoice.action_xero_sync_now()
        self._push()
        self.assertEqual(invoice.xero_error_code, 'amount_not_final', "it is still 0 here")

        invoice.button_draft()
        invoice.invoice_line_ids.filtered(
            lambda line: line.sale_line_ids == delivery).price_unit = delivery.price_unit
        invoice.action_post()
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)
        self.assertEqual(self.org.invoices[0]['SubTotal'], 112)

    def test_invoiced_after_it_was_shipped(self):
        order = self._order()
        self._ship(order)
        invoice = self._invoiced(order)
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)
        self.assertEqual(self.org.invoices[0]['SubTotal'], 112)

    def test_a_delivery_that_turned_out_to_be_free(self):
        self.carrier.write({'free_over': True, 'amount': 50})
        order = self._order()
        invoice = self._invoiced(order)
        self.assertEqual(invoice.xero_error_code, 'amount_not_final')
        self._ship(order)
        invoice.action_xero_sync_now()
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)

    def test_an_estimated_price_is_what_the_customer_pays(self):
        self.carrier.invoice_policy = 'estimated'
        invoice = self._invoiced(self._order())
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)
        self.assertEqual(self.org.invoices[0]['SubTotal'], 112)

    def test_many_orders_cost_no_more_queries(self):
        counts = []
        for size in (1, 2, 12):     # the first fills what Odoo keeps in memory
            orders = self.env['sale.order'].union(*(self._order() for _number in range(size)))
            invoices = self.env['account.move'].union(*(
                order._create_invoices() for order in orders))
            invoices.action_post()
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            blocked = self.env['xero.preflight']._find(invoices.sudo(), self.connection)
            counts.append(self.env.cr.sql_log_count - start)
            self.assertEqual(len(blocked), size)
        self.assertEqual(*counts[1:])
