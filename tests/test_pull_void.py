"""A document is voided, or as a draft deleted, in Xero."""
from odoo import Command, fields
from odoo.tests import tagged

from .common_apply import XeroApplyCommon


@tagged('post_install', '-at_install')
class TestPullVoid(XeroApplyCommon):

    def _void(self, move):
        self.person.void(move.xero_document_id)
        self.sandbox.ledger.reset()
        self._apply(move)

    def _gone(self, move, status='VOIDED'):
        """Check that a void is settled, that nothing goes back to Xero, and that it stays so."""
        self.assertEqual((move.xero_state, move.xero_status), ('synced', status))
        self.assertFalse(move.xero_error_code)
        self.assertFalse(self.env['account.move'].search([
            ('company_id', '=', self.env.company.id), ('xero_state', '=', 'pending')]))
        self._apply_again(move)
        self.sandbox.ledger.reset()
        self._push()
        self.assertFalse(self.sandbox.calls)

    def _reversal(self, move):
        """:return: the one posted entry that takes a document back to the cent"""
        [reversal] = move.reversal_move_ids
        self.assertEqual((move.state, reversal.state), ('posted', 'posted'))
        lines = move.line_ids + reversal.line_ids
        for group in lines.grouped('account_id').values():
            self.assertFalse(self.env.company.currency_id.round(sum(group.mapped("balance"))))
            self.assertFalse(move.currency_id.round(sum(group.mapped("amount_currency"))))
        self.assertFalse(move.amount_residual)
        self.assertTrue(all(lines.filtered(
            lambda line: line.display_type == 'payment_term').mapped('reconciled')))
        return reversal

    def _lock(self, date='2026-03-31'):
        self.env.company.fiscalyear_lock_date = date

    # === CANCELLED === #

    def test_a_voided_invoice_is_cancelled(self):
        invoice = self._synced_move()
        self._void(invoice)
        self.assertEqual(invoice.state, 'cancel')
        self.assertIn("Voided in Xero", self._words(invoice))
        self.assertEqual(self._logged(invoice), [('success', None)])
        self._gone(invoice)

    def test_bills_and_credit_notes_are_cancelled_too(self):
        for move_type, values in (('in_invoice', {'ref': 'B1'}), ('out_refund', {}),
                                  ('in_refund', {'ref': 'R1'})):
            with self.subTest(move_type):
                move = self._synced_move(move_type, **values)
                self._void(move)
                self.assertEqual(move.state, 'cancel')
                self._gone(move)

    def test_a_draft_deleted_there_is_cancelled_here(self):
        self.connection.push_status = 'DRAFT'
        invoice = self._synced_move()
        self.person.delete_draft(invoice.xero_document_id)
        self._apply(invoice)
        self.assertEqual(invoice.state, 'cancel')
        self.assertIn("Deleted in Xero", self._words(invoice))
        self._gone(invoice, 'DELETED')

    def test_a_draft_here_is_cancelled_although_its_period_is_locked(self):
        invoice = self._synced_move()
        invoice.button_draft()
        self._lock()
        self._void(invoice)
        self.assertEqual(invoice.state, 'cancel')
        self.assertFalse(invoice.reversal_move_ids)
        self._gone(invoice)

    def test_a_change_that_waits_gives_way_to_the_void(self):
        invoice = self._synced_move()
        invoice.ref = "PO 4711"
        self.assertEqual(invoice.xero_state, 'pending')
        self._void(invoice)
        self.assertEqual(invoice.state, 'cancel')
        self._gone(invoice)

    def test_only_the_status_follows_what_is_cancelled_already(self):
        invoice = self._synced_move()
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(invoice.xero_state, 'pending')
        words = self._words(invoice)
        self._void(invoice)
        self.assertEqual(self._words(invoice), words)
        self.assertFalse(self._logged(invoice))
        self._gone(invoice)

    def test_a_poll_brings_the_void_whose_answer_was_lost(self):
        move = self._synced_move('in_invoice', ref='B1')
        move.button_cancel()
        self.sandbox.inject('cut_after', 'POST', '/Invoices/*')
        self._push()
        self.assertEqual((move.xero_state, len(self._requests())), ('pending', 1))
        self._pull()
        self._gone(move)
        self.assertFalse(self._requests(), "nobody asks for the answer any more")

    def test_a_poll_brings_the_void(self):
        invoice = self._synced_move()
        self._pull()
        self.person.void(invoice.xero_document_id)
        self._pull()
        self.assertEqual(invoice.state, 'cancel')
        self._assert_settled()
        self._gone(invoice)

    # === REVERSED === #

    def test_in_a_locked_period_it_is_reversed_on_the_first_open_day(self):
        invoice = self._synced_move()
        self._lock()
        self._void(invoice)
        reversal = self._reversal(invoice)
        self.assertEqual(invoice.payment_state, 'reversed')
        self.assertEqual(reversal.date, fields.Date.to_date('2026-04-01'))
        self.assertEqual(reversal.move_type, 'out_refund')
        self.assertIn(reversal.name, self._words(invoice))
        self.assertIn("lock", self._words(invoice).lower())
        self._gone(invoice)
        self.assertFalse(reversal.xero_state)

    def test_a_lock_of_sales_alone_counts_too(self):
        invoice = self._synced_move()
        self.env.company.sale_lock_date = '2026-03-15'
        self._void(invoice)
        self.assertEqual(self._reversal(invoice).date, fields.Date.to_date('2026-03-16'))

    def test_a_hashed_document_is_reversed_on_its_own_day(self):
        self.company_data['default_journal_sale'].restrict_mode_hash_table = True
        invoice = self._synced_move()
        self.assertTrue(invoice.inalterable_hash)
        self._void(invoice)
        self.assertEqual(self._reversal(invoice).date, invoice.date)
        self._gone(invoice)

    def test_bills_and_credit_notes_are_reversed_too(self):
        moves = self.env['account.move'].union(
            self._synced_move('in_invoice', ref='B1'), self._synced_move('out_refund'),
            self._synced_move('in_refund', ref='R1'))
        self._lock()
        for move in moves:
            with self.subTest(move.move_type):
                self._void(move)
                self.assertEqual(self._reversal(move).date, fields.Date.to_date('2026-04-01'))
                self._gone(move)

    def test_in_foreign_currency_nothing_is_left(self):
        currency = self.env.ref('base.EUR')
        currency.active = True
        self.env['res.currency.rate'].search([('currency_id', '=', currency.id)]).unlink()
        for day, rate in (('2026-03-01', 1.1), ('2026-03-30', 1.7)):
            self.env['res.currency.rate'].create({
                'currency_id': currency.id, 'name': day, 'rate': rate,
                'company_id': self.env.company.id})
        invoice = self._synced_move(currency_id=currency.id)
        self._lock()
        self._void(invoice)
        reversal = self._reversal(invoice)
        self.assertAlmostEqual(reversal.invoice_currency_rate, 1.1)
        self.assertFalse(self.env['account.move'].search([
            ('journal_id', '=', self.env.company.currency_exchange_journal_id.id)]))

    def test_what_was_taken_back_by_hand_is_not_taken_back_again(self):
        self.connection.sync_credit_notes = False
        invoice = self._synced_move()
        refund = invoice._reverse_moves([{'invoice_date': '2026-03-05'}], cancel=True)
        self.assertEqual(invoice.payment_state, 'reversed')
        self._void(invoice)
        self.assertEqual(invoice.state, 'posted')
        self.assertEqual(invoice.reversal_move_ids, refund)
        self._gone(invoice)

    def test_a_credit_note_that_xero_has_is_open_again_as_it_is_there(self):
        invoice = self._synced_move()
        refund = invoice._reverse_moves([{'invoice_date': '2026-03-05'}], cancel=True)
        self._push()
        self.assertEqual(refund.xero_state, 'synced', refund.xero_error_message)
        # Xero voids nothing that is matched there.
        [note] = self.org.credit_notes
        self.person.remove_allocation(
            note['CreditNoteID'], note['Allocations'][0]['AllocationID'])
        self._void(invoice)
        self.assertEqual(invoice.state, 'cancel')
        self.assertEqual((refund.state, refund.amount_residual), ('posted', 120))
        self.assertIn(refund.name, self._words(invoice))

    def test_the_reversal_never_goes_to_xero(self):
        invoice = self._synced_move()
        self._lock()
        self._void(invoice)
        reversal = self._reversal(invoice)
        reversal.button_draft()
        reversal.action_post()
        self.assertFalse(reversal.xero_state)
        reversal.action_xero_sync_now()
        self.sandbox.ledger.reset()
        self._push()
        self.assertFalse(self._creations())
        self.assertEqual((reversal.xero_state, reversal.xero_error_code),
                         ('failed', 'not_sent'))

    # === PAYMENTS, AND WHAT PEOPLE DO NEXT === #

    def test_our_own_payment_stays_as_an_open_credit(self):
        invoice = self._synced_move()
        payment = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({})._create_payments()
        self.assertEqual(invoice.amount_residual, 0)
        self._void(invoice)
        self.assertEqual(invoice.state, 'cancel')
        self.assertEqual(payment.move_id.state, 'posted')
        [line] = payment.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == 'asset_receivable')
        self.assertEqual(line.amount_residual, -120)
        self.assertIn(payment.move_id.name, self._words(invoice))
        self._gone(invoice)

    def test_a_payment_of_xero_is_undone_with_its_document(self):
        invoice = self._synced_move()
        there = self.person.pay(invoice.xero_document_id, 120)
        self._apply(invoice)
        [payment] = invoice.matched_payment_ids
        self.assertEqual(invoice.amount_residual, 0)
        self.person.delete_payment(there['PaymentID'])
        self._void(invoice)
        self.assertEqual((invoice.state, payment.state), ('cancel', 'canceled'))
        self._gone(invoice)

    def test_posted_again_after_the_void_it_is_left_to_the_user(self):
        invoice = self._synced_move()
        self._void(invoice)
        invoice.button_draft()
        self._apply(invoice)
        self.assertEqual(invoice.state, 'draft')
        invoice.action_post()
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual(invoice.xero_error_code, 'voided_in_xero')
        self.assertIn("Duplicate", invoice.xero_error_message)
        self.assertFalse(self.sandbox.calls)
        self._apply(invoice)
        self.assertEqual(invoice.state, 'posted')
        self.assertEqual(self._listed(invoice)['status'][0], "Posted")
        self._apply_again(invoice)
        invoice.button_cancel()
        self._push()
        self._apply(invoice)
        self.assertFalse(self._listed(invoice))
        self._gone(invoice)


@tagged('post_install', '-at_install')
class TestPullVoidOrders(XeroApplyCommon):
    """Orders get their lines back, unless they were invoiced again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product_a.write({
            'invoice_policy': 'order', 'taxes_id': [Command.set(cls.tax_sale_20.ids)],
            'property_account_income_id': cls.income.id,
        } if 'invoice_policy' in cls.product_a._fields else {})

    def _sale(self):
        if 'sale.order' not in self.env:
            self.skipTest("the Sales app is not installed")
        self.env.user.group_ids += self.env.ref('sales_team.group_sale_manager')
        order = self.env['sale.order'].create({
            'partner_id': self.partner_a.id, 'user_id': self.env.user.id,
            'order_line': [Command.create({
                'product_id': self.product_a.id, 'product_uom_qty': 2, 'price_unit': 50,
                'tax_ids': [Command.set(self.tax_sale_20.ids)]})]})
        order.action_confirm()
        return order

    def _invoice_sale(self, order):
        invoice = order._create_invoices()
        invoice.invoice_date = '2026-03-02'
        invoice.action_post()
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)
        return invoice

    def _purchase(self):
        if 'purchase.order' not in self.env:
            self.skipTest("the Purchase app is not installed")
        self.product_a.write({
            'purchase_method': 'purchase', 'property_account_expense_id': self.expense.id})
        order = self.env['purchase.order'].create({
            'partner_id': self.partner_a.id,
            'order_line': [Command.create({
                'product_id': self.product_a.id, 'product_qty': 2, 'price_unit': 50,
                'tax_ids': [Command.set(self.tax_purchase_20.ids)]})]})
        order.button_confirm()
        return order

    def _bill_purchase(self, order, ref):
        order.action_create_invoice()
        bill = order.invoice_ids.filtered(lambda move: move.state == 'draft')
        bill.write({'invoice_date': '2026-03-02', 'ref': ref})
        bill.action_post()
        self._push()
        self.assertEqual(bill.xero_state, 'synced', bill.xero_error_message)
        return bill

    def _void(self, move):
        self.person.void(move.xero_document_id)
        self._apply(move)

    def _conflict(self, voided, newer):
        """Check that a conflict is told on both sides and that the newer document is as it was."""
        self.assertEqual(voided.state, 'cancel')
        self.assertEqual((newer.state, newer.amount_residual), ('posted', newer.amount_total))
        self.assertEqual(newer.xero_state, 'synced')
        for move in (voided, newer):
            self.assertIn(f"{voided.name} was voided in Xero", self._words(move))
            self.assertIn(('failure', 'order_reinvoiced'), self._logged(move))
        [activity] = newer.activity_ids
        self.assertEqual(activity.user_id, self.env.user)
        self._apply_again(voided)

    def test_a_sales_order_can_be_invoiced_again(self):
        order = self._sale()
        invoice = self._invoice_sale(order)
        self.assertEqual(order.invoice_status, 'invoiced')
        self._void(invoice)
        self.assertEqual(order.order_line.qty_invoiced, 0)
        self.assertEqual(order.invoice_status, 'to invoice')
        self.assertEqual(self._logged(invoice), [('success', None)])

    def test_a_sales_order_can_be_invoiced_again_after_a_reversal(self):
        order = self._sale()
        invoice = self._invoice_sale(order)
        self.env.company.fiscalyear_lock_date = '2026-03-31'
        self._void(invoice)
        self.assertEqual(invoice.payment_state, 'reversed')
        self.assertEqual(order.order_line.qty_invoiced, 0)
        self.assertEqual(order.invoice_status, 'to invoice')

    def test_a_sales_order_that_was_invoiced_again(self):
        order = self._sale()
        first = self._invoice_sale(order)
        order.order_line.product_uom_qty = 5
        second = self._invoice_sale(order)
        self._void(first)
        self._conflict(first, second)

    def test_a_newer_invoice_that_is_cancelled_is_no_conflict(self):
        order = self._sale()
        first = self._invoice_sale(order)
        order.order_line.product_uom_qty = 5
        second = self._invoice_sale(order)
        second.button_cancel()
        self._void(first)
        self.assertEqual(self._logged(first), [('success', None)])
        self.assertFalse(second.activity_ids)

    def test_the_void_of_the_newer_invoice_is_no_conflict(self):
        order = self._sale()
        first = self._invoice_sale(order)
        order.order_line.product_uom_qty = 5
        second = self._invoice_sale(order)
        self._void(second)
        self.assertEqual(self._logged(second), [('success', None)])
        self.assertFalse(first.activity_ids)

    def test_a_purchase_order_can_be_billed_again(self):
        order = self._purchase()
        bill = self._bill_purchase(order, 'B1')
        self._void(bill)
        self.assertEqual(order.order_line.qty_invoiced, 0)
        self.assertEqual(order.invoice_status, 'to invoice')

    def test_a_purchase_order_that_was_billed_again(self):
        order = self._purchase()
        first = self._bill_purchase(order, 'B1')
        order.order_line.product_qty = 5
        second = self._bill_purchase(order, 'B2')
        self._void(first)
        self._conflict(first, second)
