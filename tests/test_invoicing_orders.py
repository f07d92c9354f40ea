"""The month end of sales orders, cut at the end of the period; runs where Odoo has Sales."""
from unittest import SkipTest
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from ..models.connection.xero_connection_run import TimeBudgetExceeded
from ..models.invoicing import xero_invoicing_generate
from .common_invoicing import XeroInvoicingCommon


@tagged('post_install', '-at_install')
class TestInvoicingOrders(XeroInvoicingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if 'sale.order' not in cls.env or 'stock.picking' not in cls.env \
                or 'project.task' not in cls.env:
            raise SkipTest("Odoo's modules sale_stock and sale_timesheet are not installed")
        for group in ('sales_team.group_sale_manager', 'stock.group_stock_manager',
                      'project.group_project_manager', 'hr_timesheet.group_timesheet_manager'):
            cls.env.user.group_ids += cls.env.ref(group)
        cls.partner_b.write({'vat': False, 'name': "Brook"})
        cls.ordered = cls._product(
            "Plan", 'order', type='service', service_policy='ordered_prepaid')
        cls.goods = cls._product("Shelf", 'delivery', type='consu')
        cls.hours = cls._product(
            "Work", 'delivery', type='service', service_policy='delivered_timesheet',
            service_tracking='task_in_project')
        cls.typed = cls._product("Visit", 'delivery', type='service',
                                 service_policy='delivered_manual')
        cls.employee = cls.env['hr.employee'].create({
            'name': "Ann", 'user_id': cls.env.user.id, 'company_id': cls.env.company.id})

    @classmethod
    def _product(cls, name, policy, **values):
        return cls.env['product.product'].create({
            'name': name, 'list_price': 100, 'invoice_policy': policy,
            'taxes_id': [Command.set(cls.tax_sale_20.ids)],
            'property_account_income_id': cls.income.id, **values})

    def setUp(self):
        super().setUp()
        self.connection.push_status = 'AUTHORISED'
        self.env['sale.order'].search([('state', '=', 'sale')])._action_cancel()

    def _order(self, *lines, date='2026-03-05', **values):
        """:param lines: (product, quantity)"""
        order = self.env['sale.order'].create({
            'partner_id': self.partner_a.id,
            'order_line': [Command.create({'product_id': product.id, 'product_uom_qty': quantity})
                           for product, quantity in lines or [(self.ordered, 1)]],
            **values})
        order.action_confirm()
        order.date_order = f'{date} 10:00:00'
        return order

    def _ship(self, order, quantity, date):
        picking = order.picking_ids.filtered(lambda one: one.state not in ('done', 'cancel'))[:1]
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, 'done')
        picking.move_ids.date = f'{date} 12:00:00'

    def _work(self, order, hours, date):
        task = order.order_line.task_id[:1]
        self.env['account.analytic.line'].create({
            'name': "Work", 'task_id': task.id, 'project_id': task.project_id.id,
            'unit_amount': hours, 'date': date, 'employee_id': self.employee.id})

    def _quantities(self, run, order):
        """:return: {product: quantity} on the invoices of a month end"""
        lines = run.move_ids.invoice_line_ids.filtered(
            lambda line: line.sale_line_ids.order_id == order)
        return {line.product_id.name: line.quantity for line in lines}

    # === THE CUT === #

    def test_what_was_delivered_later_waits_for_the_next_month(self):
        order = self._order((self.goods, 10), (self.hours, 20), (self.typed, 2))
        self._ship(order, 3, '2026-03-20')
        self._work(order, 5, '2026-03-30')
        order.order_line.filtered(lambda line: line.product_id == self.typed).qty_delivered = 1
        self._ship(order, 4, '2026-04-02')
        self._work(order, 7, '2026-04-01')
        before = order.order_line.mapped('qty_to_invoice')
        run = self._prepared()
        self.assertEqual(order.order_line.mapped('qty_to_invoice'), before, "nothing is written")
        self.assertEqual(run.line_ids.amount, 120 * (3 + 5 + 1))
        self._generated(run)
        self.assertEqual(self._quantities(run, order), {"Shelf": 3, "Work": 5, "Visit": 1})
        self.assertEqual((run.move_ids.amount_total, str(run.move_ids.invoice_date)),
                         (1080, '2026-03-31'))
        self.assertEqual(set(self._there(run).values()), {'DRAFT'})
        left = {line.product_id.name: line.qty_to_invoice for line in order.order_line}
        self.assertEqual(left, {"Shelf": 4, "Work": 7, "Visit": 0})
        self.assertEqual(order.invoice_status, 'to invoice')
        self.assertEqual(run.move_ids.timesheet_ids.mapped('unit_amount'), [5])
        following = self._generated(self._prepared(date_to='2026-04-30'))
        self.assertEqual(self._quantities(following, order), {"Shelf": 4, "Work": 7})
        self.assertEqual(set(order.order_line.mapped('qty_to_invoice')), {0})

    def test_nothing_of_the_period_leaves_no_trace(self):
        order = self._order((self.goods, 10), (self.ordered, 1), date='2026-03-05')
        other = self._order((self.goods, 2))
        self._ship(other, 2, '2026-04-02')
        later = self._order(date='2026-04-01')
        run = self._prepared()
        self.assertEqual(run.item_ids.mapped('res_id'), order.ids)
        self._generated(run)
        self.assertEqual(self._quantities(run, order), {"Plan": 1})
        self.assertEqual(other.order_line.qty_to_invoice, 2)
        self.assertEqual((other.invoice_status, later.invoice_status),
                         ('to invoice', 'to invoice'))

    def test_what_came_back(self):
        """Never more than Odoo itself would invoice now."""
        order = self._order((self.goods, 10))
        self._ship(order, 10, '2026-03-20')
        line = order.order_line
        back = self.env['stock.return.picking'].with_context(
            active_id=order.picking_ids[0].id, active_model='stock.picking').create({})
        back.product_return_moves.write({'quantity': 4, 'to_refund': True})
        picking = self.env['stock.picking'].browse(back.action_create_returns()['res_id'])
        picking.move_ids.quantity = 4
        picking.move_ids.picked = True
        picking.button_validate()
        picking.move_ids.date = '2026-04-03 12:00:00'
        self.assertEqual(line.qty_to_invoice, 6)
        run = self._generated()
        self.assertEqual(self._quantities(run, order), {"Shelf": 6})

    # === ONE INVOICE A CUSTOMER, OR ONE AN ORDER === #

    def test_together_and_apart(self):
        for separate, count in ((False, 1), (True, 3)):
            with self.subTest(separate=separate):
                orders = self.env['sale.order'].union(*(self._order() for _number in range(3)))
                run = self._prepared()
                self.assertEqual((len(run.line_ids), run.line_ids.order_count), (1, 3))
                run.line_ids.separate = separate
                self._generated(run)
                self.assertEqual(len(run.move_ids), count)
                self.assertEqual(run.move_ids.invoice_line_ids.sale_line_ids.order_id, orders)
                if not separate:
                    self.assertEqual(run.move_ids.invoice_origin,
                                     ', '.join(sorted(orders.mapped('name'))))

    def test_terms_are_not_mixed(self):
        terms = self.env['account.payment.term'].create([
            {'name': "Now"}, {'name': "15", 'line_ids': [Command.set([]), Command.create({
                'value': 'percent', 'value_amount': 100, 'nb_days': 15})]}])
        for term in terms:
            self._order(payment_term_id=term.id)
        run = self._generated()
        self.assertEqual(run.move_ids.invoice_payment_term_id, terms)

    def test_currencies_have_rows_of_their_own(self):
        euro = self.env.ref('base.EUR')
        euro.active = True
        pricelist = self.env['product.pricelist'].create({
            'name': "Euro", 'currency_id': euro.id, 'company_id': self.company.id})
        self._order()
        self._order(pricelist_id=pricelist.id)
        run = self._prepared()
        self.assertEqual(run.line_ids.currency_id, euro | self.company.currency_id)
        self._generated(run)
        self.assertEqual(len(run.move_ids), 2)
        self.assertIn("€", run.total_text)

    def test_what_is_expected_is_what_comes(self):
        self._order((self.ordered, 3), (self.ordered, 0.333))
        run = self._prepared()
        expected = run.line_ids.amount
        self._generated(run)
        self.assertEqual(self.company.currency_id.compare_amounts(
            expected, run.move_ids.amount_total), 0)

    def test_a_down_payment_is_taken_back_and_never_alone(self):
        order = self._order((self.goods, 10))
        wizard = self.env['sale.advance.payment.inv'].with_context(
            active_model='sale.order', active_ids=order.ids).create({
                'advance_payment_method': 'fixed', 'fixed_amount': 120})
        wizard.create_invoices()
        order.invoice_ids.invoice_date = '2026-03-06'
        order.invoice_ids.action_post()
        self._ship(order, 10, '2026-04-02')
        self.assertFalse(self._prepared().line_ids, "there is nothing to take it from")
        run = self._generated(self._prepared(date_to='2026-04-30'))
        self.assertEqual(run.move_ids.amount_total, 1080)

    # === WHAT BLOCKS === #

    def test_what_blocks_is_known_before(self):
        other = self.income.copy({'code': '499700', 'name': "Consulting"})
        self.ordered.property_account_income_id = other
        tax = self._tax("7 %", 7, 'sale')
        self._order()
        partner = self.env['res.partner'].create({'name': "Brook"})
        self._order((self.typed, 1), partner_id=partner.id).order_line.write({
            'tax_ids': [Command.set(tax.ids)], 'qty_delivered': 1})
        run = self._prepared()
        problems = {line.partner_name: line for line in run.line_ids}
        self.assertIn("Consulting", problems[self.partner_a.name].problem)
        self.assertIn("7 %", problems["Brook"].problem)
        self.assertEqual(problems["Brook"].action_fix()['context']['default_res_id'], tax.id)

    # === ONCE === #

    def test_a_run_without_time_for_all_goes_on_where_it_was(self):
        orders = self.env['sale.order'].union(*(
            self._order(partner_id=self.env['res.partner'].create({'name': f"P {number}"}).id)
            for number in range(5)))
        run = self._prepared()
        run.action_generate()
        generate = type(self.env['xero.invoicing.generate'])
        make, made = generate._make, []

        def slow(service, *args):
            if made:
                raise TimeBudgetExceeded
            made.append(1)
            return make(service, *args)
        with patch.object(xero_invoicing_generate, 'PORTION', 2), \
                patch.object(generate, '_make', slow):
            self._run_own()
        self.assertEqual((run.state, len(run.move_ids)), ('running', 2))
        stolen = orders.filtered(lambda order: not order.invoice_ids)[0]
        stolen._create_invoices()
        self._run_own()
        self.assertEqual((run.state, len(run.move_ids)), ('done', 4))
        self.assertEqual([len(order.invoice_ids) for order in orders], [1] * 5)
        [item] = run.item_ids.filtered(lambda item: item.state != 'made')
        self.assertEqual((item.state, item.res_id), ('nothing', stolen.id))

    def test_taken_back_and_invoiced_again(self):
        order = self._order((self.goods, 10), (self.hours, 20))
        self._ship(order, 3, '2026-03-20')
        self._work(order, 5, '2026-03-30')
        run = self._generated()
        run.action_take_back()
        self._push()
        self.assertEqual(set(self._there(run).values()), {'DELETED'})
        self.assertEqual({line.product_id.name: line.qty_to_invoice for line in order.order_line},
                         {"Shelf": 3, "Work": 5})
        self._pull()
        again = self._generated()
        self.assertEqual(self._quantities(again, order), {"Shelf": 3, "Work": 5})
        self.assertEqual(again.move_ids.timesheet_ids.mapped('unit_amount'), [5])
        self.assertEqual(set(self._there(again).values()), {'DRAFT'})

    def test_one_that_fails_holds_up_no_other(self):
        orders = self.env['sale.order'].union(*(
            self._order(partner_id=self.env['res.partner'].create({'name': f"P {number}"}).id)
            for number in range(4)))
        bad = orders[2]
        run = self._prepared()
        bad.journal_id = self.env['account.journal'].create({
            'name': "Old", 'code': 'OLD', 'type': 'sale'})
        bad.journal_id.active = False
        self._generated(run)
        self.assertEqual([len(order.invoice_ids.filtered(lambda m: m.state == 'posted'))
                          for order in orders], [1, 1, 0, 1])
        [item] = run.item_ids.filtered(lambda item: item.state == 'failed')
        self.assertEqual(item.res_id, bad.id)
        self.assertTrue(item.error_message)
        self.assertEqual(bad.order_line.qty_to_invoice, 1)
