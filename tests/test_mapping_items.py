"""Items of which Xero keeps the stock: it refuses more than there is, and sets the accounts."""
from decimal import Decimal

from odoo.tests import tagged

from .common import XeroTimeCommon


@tagged('post_install', '-at_install')
class TestMappingItems(XeroTimeCommon):

    def setUp(self):
        super().setUp()
        self.org.add_item("DESK", name="Oak desk")
        shelf = self.org.add_item("SHELF", name="Oak shelf")
        with self.org.transaction():
            self.org.store['Items'].put({
                **shelf, 'IsTrackedAsInventory': True, 'InventoryAssetAccountCode': '630',
                'QuantityOnHand': Decimal(2), 'TotalCostPool': Decimal(40)})
        self.connection._refresh_reference_data()
        self.item = self.env['xero.item'].search([
            ('connection_id', '=', self.connection.id), ('code', '=', 'SHELF')])
        self.product_a.default_code = 'SHELF'

    def test_it_is_known(self):
        self.assertTrue(self.item.is_tracked)
        others = self.env['xero.item'].search([
            ('connection_id', '=', self.connection.id), ('id', '!=', self.item.id)])
        self.assertTrue(others)
        self.assertFalse(any(others.mapped('is_tracked')))
        self.assertIn("stock", self.item.display_name)

    def test_it_is_not_matched_by_itself(self):
        self.connection.action_auto_map()
        self.assertFalse(self.product_a.xero_item_id)
        [match] = [match for match in self.env['product.product']._xero_match(self.connection)
                   if match.record == self.product_a]
        self.assertEqual((match.target, match.certain), (self.item, False))
        self.assertIn("stock", match.reason)

    def test_a_refusal_names_the_link(self):
        self.product_a.xero_item_id = self.item
        enough, more = (self._invoice(lines=[{'product_id': self.product_a.id, 'quantity': count}])
                        for count in (1, 30))
        self.sandbox.ledger.reset()
        self._push()
        self._synced(enough)
        self.assertEqual((more.xero_state, more.xero_error_code), ('failed', 'unmapped_item'))
        self.assertEqual(more.xero_error_target, f'product.product,{self.product_a.id}')
        for words in ("No items available to sell", self.product_a.display_name, "SHELF"):
            self.assertIn(words, more.xero_error_message)
        self.assertFalse(self.sandbox.calls_to('GET', '/Accounts'), "no list tells of the stock")
        # The cure: without the item the line goes with its account alone.
        self.product_a.xero_item_id = False
        self.assertEqual(more.xero_state, 'pending')
        self._push()
        self.assertFalse(self._synced(more)['LineItems'][0].get('ItemCode'))
