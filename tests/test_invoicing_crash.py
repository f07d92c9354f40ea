"""A server dies in the middle of a month end: real processes, with real commits, and orders where
Odoo has Sales."""
from odoo.tests import tagged

from .common_process import XeroProcessCase

ORDERS = 300
GENERATE = 'models.invoicing.xero_invoicing_generate'


@tagged('post_install', '-at_install')
class TestInvoicingCrash(XeroProcessCase):

    def setUp(self):
        super().setUp()
        call = self.office.call
        if not call('ir.module.module', [], 'search_count', [
                ('name', '=', 'sale'), ('state', '=', 'installed')]):
            self.skipTest("Odoo's module sale is not installed")
        [product] = call('product.product', [], 'create', {
            'name': "Plan", 'type': 'service', 'invoice_policy': 'order', 'list_price': 100,
            'taxes_id': [[6, 0, []]]})
        partners = call('res.partner', [], 'create', [
            {'name': f"Customer {number}"} for number in range(2 * ORDERS // 3)])
        # Half of the customers have two orders, which are on one invoice.
        self.orders = call('sale.order', [], 'create', [{
            'partner_id': partners[number % len(partners)],
            'order_line': [[0, 0, {'product_id': product, 'product_uom_qty': 1}]],
        } for number in range(ORDERS)])
        call('sale.order', self.orders, 'action_confirm')
        call('sale.order', self.orders, 'write', {'date_order': '2026-03-05 10:00:00'})
        [self.run_] = call('xero.invoicing.run', [], 'create', {'date_to': '2026-03-31'})
        call('xero.invoicing.run', [self.run_], 'action_prepare')
        call('xero.invoicing.run', [self.run_], 'action_generate')

    def _start(self):
        return self.office.start('xero.connection', [self.connection], '_run_cron',
                                 constants={f'{GENERATE}.PORTION': 30})

    def _made(self):
        [[count]] = self._sql(
            "SELECT count(*) FROM xero_invoicing_item WHERE state = 'made' AND run_id = %s",
            self.run_)
        return count

    def _state(self):
        return self._sql("SELECT state FROM xero_invoicing_run WHERE id = %s", self.run_)[0][0]

    def _pending(self):
        return self._sql("SELECT count(*) FROM account_move WHERE xero_state = 'pending'")[0][0]

    def _assert_once(self):
        invoiced = self._sql("""
            SELECT line.order_id, count(*), count(DISTINCT move_line.move_id)
              FROM sale_order_line line
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
              JOIN account_move_line move_line ON move_line.id = rel.invoice_line_id
             WHERE line.order_id = ANY(%s) AND move_line.parent_state = 'posted'
          GROUP BY line.order_id""", self.orders)
        self.assertEqual({order: counts for order, *counts in invoiced},
                         {order: [1, 1] for order in self.orders}, "each order is invoiced once")
        moves = dict(self._sql(
            "SELECT move.name, move.amount_total FROM account_move move"
            " JOIN account_move_xero_invoicing_item_rel rel ON rel.account_move_id = move.id"
            " JOIN xero_invoicing_item item ON item.id = rel.xero_invoicing_item_id"
            " WHERE item.run_id = %s", self.run_))
        self.assertEqual(sum(moves.values()), 100 * ORDERS)
        there = [row['InvoiceNumber'] for row in self.org.invoices]
        self.assertEqual(sorted(there), sorted(moves), "each invoice is in Xero once")
        self.assertEqual({row['Status'] for row in self.org.invoices}, {'DRAFT'})
        self.assertEqual(sum(row['Total'] for row in self.org.invoices), 100 * ORDERS)

    def test_killed_between_and_while_it_sends(self):
        for made in (1, 150):
            process = self._start()
            self._until(lambda made=made: self._made() >= made, "nothing is committed")
            self._kill(process)
            self._wait_until_dead()
            self.assertEqual(self._state(), 'running')
        self.assertLess(self._made(), ORDERS)
        with self._killed_at(self._start, 'PUT', '/Invoices', when='after'):
            pass
        self.assertEqual((self._state(), self._made()), ('done', ORDERS))
        for _round in range(10):
            if not self._pending():
                break
            self.office.call('xero.connection', [self.connection], '_run_cron')
        self._assert_once()
