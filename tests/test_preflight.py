"""What is found before a document leaves: all of it at once, in few queries, without a call."""
from odoo import Command
from odoo.tests import tagged

from .common import XeroCommon

#: Queries of a preflight that has no record in its cache; three for what each tax adds to an
#: amount: its percentage, and its repartition, which tells a reverse charge.
QUERIES = 23
#: Further ones for every further thousand of lines, since Odoo reads records a thousand at a time:
#: the lines, their taxes, their products, their analytic accounts.
MORE = 4
#: Of each document: two of money, two of tax, one of the receivable.
LINES = 5


@tagged('post_install', '-at_install')
class TestPreflight(XeroCommon):

    def _many(self, count):
        """:return: so many posted invoices, each with a partner and a product of its own, two
            taxes and an analytic account"""
        plan = self.env['account.analytic.plan'].create({'name': "Region"})
        options = self.env['xero.tracking.option'].search(
            [('connection_id', '=', self.connection.id)], limit=4)
        analytics = self.env['account.analytic.account'].create([
            {'name': f"Region {number}", 'plan_id': plan.id, 'xero_tracking_option_id': option.id}
            for number, option in enumerate(options)])
        partners = self.env['res.partner'].create([
            {'name': f"Customer {number}"} for number in range(count)])
        products = self.env['product.product'].create([
            {'name': f"Product {number}"} for number in range(count)])
        moves = self.env['account.move'].create([{
            'move_type': 'out_invoice',
            'partner_id': partner.id,
            'invoice_date': '2026-03-02',
            'invoice_line_ids': [Command.create({
                'name': "Work", 'product_id': product.id, 'price_unit': 10,
                'account_id': self.income.id,
                'tax_ids': [Command.set(tax.ids)],
                'analytic_distribution': {str(analytics[number % len(analytics)].id): 100},
            }) for tax in (self.tax_sale_20, self.tax_sale_0)],
        } for number, (partner, product) in enumerate(zip(partners, products, strict=True))])
        self.env.flush_all()
        # Without statistics of rows that no other transaction has seen yet, PostgreSQL takes
        # minutes for a query of Odoo's on posting.
        self.env.cr.execute("ANALYZE")
        for start in range(0, count, 50):
            moves[start:start + 50].action_post()
        return moves

    def test_queries_do_not_grow_with_the_documents(self):
        moves = self._many(500).sudo()
        # A worker keeps defaults of fields in its memory; whether this one has them by now depends
        # on the tests before.
        self.env.invalidate_all()
        self.env['xero.preflight']._find(moves[:50], self.connection)
        for some in (moves[:50], moves):
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(QUERIES + MORE * (LINES * len(some) // 1000)):
                blocked = self.env['xero.preflight']._find(some, self.connection)
            self.assertFalse(blocked)
        with self.subTest("nor with the problems"):
            self.income.xero_account_id = False
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(QUERIES + 2 + MORE * (LINES * len(moves) // 1000)):
                blocked = self.env['xero.preflight']._find(moves, self.connection)
            self.assertEqual(len(blocked), 500)
            self.assertEqual({p.code for problems in blocked.values() for p in problems},
                             {'unmapped_account'})
