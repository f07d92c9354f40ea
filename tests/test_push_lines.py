"""Lines that Xero takes in another form than Odoo has them: negative, free, or of no quantity."""
from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from ..models.push.account_move import fingerprint
from .common import XeroTimeCommon


@tagged('post_install', '-at_install')
class TestPushLines(XeroTimeCommon):

    def _lines(self, move):
        """:return: (quantity, price, discount, amount) of each line in Xero, once it is there"""
        self._push()
        return [(line['Quantity'], line['UnitAmount'], line.get('DiscountRate') or 0,
                 line['LineAmount']) for line in self._synced(move)['LineItems']]

    def test_a_down_payment_of_a_negative_quantity(self):
        """Odoo takes them off by a quantity of -1, which Xero refuses on some documents."""
        lines = [{'name': "Kitchen", 'price_unit': 1000},
                 {'name': "Down payment", 'quantity': -1, 'price_unit': 300}]
        for kind in ('out_invoice', 'in_invoice', 'out_refund', 'in_refund'):
            with self.subTest(kind=kind):
                move = self._invoice(kind, lines=lines, ref=f'D-{kind}')
                self.assertEqual(self._lines(move), [(1, 1000, 0, 1000), (1, -300, 0, -300)])
                self.assertEqual(move.amount_total, 840)

    def test_several_pieces_that_are_taken_back(self):
        move = self._invoice(lines=[
            {'price_unit': 100}, {'name': "Returned", 'quantity': -2.5, 'price_unit': 9.96}])
        self.assertEqual(self._lines(move)[1], (
            Decimal('2.5'), Decimal('-9.96'), 0, Decimal('-24.90')))

    def test_a_discount_on_a_negative_line_is_in_its_price(self):
        """Xero's discounts are never greater than their line."""
        move = self._invoice(lines=[
            {'price_unit': 100, 'discount': 10},
            {'name': "By quantity", 'quantity': -2, 'price_unit': 20, 'discount': 25},
            {'name': "By price", 'quantity': 2, 'price_unit': -10, 'discount': 50}])
        self.assertEqual(self._lines(move), [
            (1, 100, 10, 90), (2, -15, 0, -30), (2, -5, 0, -10)])

    def test_no_quantity_at_a_price_is_a_line_of_nothing_in_words(self):
        move = self._invoice(lines=[
            {'price_unit': 100}, {'name': "On request", 'quantity': 0, 'price_unit': 40},
            {'name': "Free", 'quantity': 0, 'price_unit': 0}])
        self.assertEqual(self._lines(move)[1:], [(1, 0, 0, 0), (1, 0, 0, 0)])
        [_work, request, free] = self._synced(move)['LineItems']
        self.assertRegex(request['Description'], r"On request \(0( \S+)? × 40\)")
        self.assertEqual(free['Description'], "Free")

    def test_a_document_of_nothing_that_changes(self):
        """Xero counts it as paid at once; with nothing applied to it, it takes every change."""
        move = self._invoice(lines=[{'price_unit': 0}])
        self.assertEqual(self._lines(move), [(1, 0, 0, 0)])
        self.assertEqual(self._synced(move)['Status'], 'PAID')
        for price, total in ((0, 0), (50, 60), (0, 0)):
            with self.subTest(price=price):
                move.button_draft()
                move.invoice_line_ids.write({'name': f"Work at {price}", 'price_unit': price})
                move.action_post()
                self._push()
                document = self._synced(move)
                self.assertEqual((document['Total'], document['LineItems'][0]['Description']),
                                 (total, f"Work at {price}"))
                self.assertEqual(move.xero_status, document['Status'])

    def test_what_earlier_versions_sent_is_the_same(self):
        """An upgrade alone is no change, which Xero would refuse of what is paid."""
        move = self._invoice(lines=[
            {'price_unit': 100}, {'quantity': -1, 'price_unit': 30}])
        self._push()
        body, _totals, _problem = move._xero_prepare_body(self.connection)
        self.assertIn('AccountID', body['LineItems'][0])
        before = {**body, 'LineItems': [
            {key: value for key, value in line.items() if key != 'AccountID'}
            for line in body['LineItems']]}
        before['LineItems'][1].update(Quantity=-1, UnitAmount=30)
        self.assertNotEqual(fingerprint(before), fingerprint(body))
        move._xero_store([(move, {'xero_payload_hash': fingerprint(before), 'xero_sent': None})])
        self.sandbox.ledger.reset()
        move._xero_queue(manual=True)
        self._push()
        self.assertEqual(move.xero_state, 'synced')
        self.assertFalse(self.sandbox.calls_to('POST', '/Invoices/*'))

    def test_a_tax_greater_than_its_negative_line(self):
        bill = self._invoice('in_invoice', ref='I-1', lines=[
            {'price_unit': 500, 'tax_ids': [Command.clear()]},
            {'quantity': -1, 'price_unit': 100}])
        self.assertEqual(self._lines(bill)[1], (1, -100, 0, -100))
