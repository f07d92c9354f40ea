"""What a reviewer changes in Xero in a draft of a month end comes back before it is approved."""
from odoo.tests import tagged

from .common_invoicing import XeroInvoicingCommon


@tagged('post_install', '-at_install')
class TestInvoicingReview(XeroInvoicingCommon):

    def setUp(self):
        super().setUp()
        self.move = self._invoice(post=False, lines=[{}, {'price_unit': 50}])
        self.run_ = self._generated()
        self.person = self.org.as_person
        self._pull()

    def _document(self):
        return self.org.store['Invoices'].get(self.move.xero_document_id)

    def _change(self, lines=None, **fields):
        """Somebody corrects the draft in Xero, and somebody else takes that over here."""
        if lines:
            ids = [{'LineItemID': line['LineItemID']} for line in self._document()['LineItems']]
            ids += [{}] * (len(lines) - len(ids))
            fields['LineItems'] = [{**line, **change} for line, change in zip(
                ids, lines, strict=False)]
        self.person.edit(self.move.xero_document_id, **fields)
        self._pull()
        rows = self.env['xero.difference'].search([('res_id', '=', self.move.id)])
        self.assertTrue(rows)
        self.assertTrue(rows[0].can_take_over, "it is offered")
        rows[:1].action_take_over()
        self._pull_at_once()

    def _assert_taken_over(self):
        there = self._document()
        self.assertFalse(self._differences(), self.move.xero_kept_reason)
        self.assertEqual((self.move.state, self.move.xero_state), ('posted', 'synced'))
        self.assertEqual(self.move._xero_decimal(self.move.amount_total), there['Total'])
        self.assertEqual(there['Status'], 'DRAFT')
        self.sandbox.reset_calls()
        self.person.approve(self.move.xero_document_id)
        self._push()
        self._pull()
        self.assertFalse(self._differences())
        self.assertFalse(self.sandbox.calls_to('POST', '/Invoices/*'))
        self.assertIn("Approved: 1 of 1", self.run_.progress_text)

    def test_amount(self):
        self._change([{'UnitAmount': 110}, {}])
        self.assertEqual(self.move.amount_untaxed, 160)
        self._assert_taken_over()

    def test_a_line_more(self):
        self._change([{}, {}, {'Description': "Travel", 'Quantity': 1, 'UnitAmount': 70,
                               'AccountCode': '200', 'TaxType': 'OUTPUT2'}])
        self.assertEqual(sorted(self.move.invoice_line_ids.mapped('price_unit')), [50, 70, 100])
        self._assert_taken_over()

    def test_a_line_less(self):
        self._change([{}])
        self.assertEqual(self.move.invoice_line_ids.mapped('price_unit'), [100])
        self._assert_taken_over()

    def test_date_and_due_date(self):
        self._change(Date='2026-03-20', DueDate='2026-04-15')
        self.assertEqual([str(self.move[name]) for name in (
            'invoice_date', 'date', 'invoice_date_due')],
            ['2026-03-20', '2026-03-20', '2026-04-15'])
        self._assert_taken_over()

    def test_everything_at_once(self):
        self._change([{'UnitAmount': 90}, {}], Date='2026-03-15', DueDate='2026-03-31')
        self.assertEqual((str(self.move.invoice_date), self.move.amount_untaxed),
                         ('2026-03-15', 140))
        self._assert_taken_over()
