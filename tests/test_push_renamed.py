"""What Xero has under another code since its lists were fetched, or not any more."""
from decimal import Decimal

from odoo.tests import tagged

from .common import XeroTimeCommon


@tagged('post_install', '-at_install')
class TestPushRenamed(XeroTimeCommon):

    def setUp(self):
        super().setUp()
        self._link(self.partner_a)
        self.sandbox.ledger.reset()

    def _reference(self, model, **values):
        return self.env[model].search([
            ('connection_id', '=', self.connection.id),
            *((name, '=', value) for name, value in values.items())])

    def _in_xero(self, collection, **changes):
        """A person changes a record of a list.

        :param changes: ``key``, its field and value, and what becomes of it
        """
        store = self.org.store[collection]
        field, value = changes.pop('key')
        record = next(row for row in store.values() if row[field] == value)
        with self.org.transaction():
            store.put({**record, **changes})

    def _fetched(self):
        """:return: how often the lists were fetched"""
        return len(self.sandbox.calls_to('GET', '/Accounts'))

    def test_a_renumbered_account(self):
        """Its identifier stays, so nothing has to be fetched."""
        self._in_xero('Accounts', key=('Code', '200'), Code='4000')
        for kind in ('out_invoice', 'out_refund'):
            move = self._invoice(kind)
            self._push()
            [line] = self._synced(move)['LineItems']
            self.assertEqual(line['AccountCode'], '4000')
        self.assertFalse(self._fetched())

    def test_two_accounts_that_swap_their_numbers(self):
        self._in_xero('Accounts', key=('Code', '200'), Code='tmp')
        self._in_xero('Accounts', key=('Code', '260'), Code='200')
        self._in_xero('Accounts', key=('Code', 'tmp'), Code='260')
        move = self._invoice()
        self._push()
        self.assertEqual(self._synced(move)['LineItems'][0]['AccountID'],
                         self.income.xero_account_id.xero_id)

    def test_a_renumbered_account_is_no_change(self):
        move = self._invoice()
        self._push()
        self._in_xero('Accounts', key=('Code', '200'), Code='4000')
        self.connection._refresh_reference_data()
        self.assertEqual(self.income.xero_account_id.code, '4000')
        self.sandbox.ledger.reset()
        move._xero_queue(manual=True)
        self._push()
        self._synced(move)
        self.assertFalse(self.sandbox.calls_to('POST', '/Invoices/*'))

    def test_where_the_code_counts_the_lists_are_fetched_once(self):
        self.org.codes_count = True
        self._in_xero('Accounts', key=('Code', '200'), Code='4000')
        moves = self._invoice() | self._invoice() | self._invoice('out_refund')
        self._push()
        for move in moves:
            self.assertEqual(self._synced(move)['LineItems'][0]['AccountCode'], '4000')
        self.assertEqual(self._fetched(), 1)

    def test_a_changed_document_on_a_renumbered_account(self):
        self.org.codes_count = True
        [bill] = self._changed_bills(1)
        self._in_xero('Accounts', key=('Code', '429'), Code='6000')
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual(self._synced(bill)['Total'], 300)
        self.assertEqual(self._fetched(), 1)

    def test_an_item_of_another_code(self):
        self.org.add_item("SHELF", name="Oak shelf")
        self.connection._refresh_reference_data()
        self.sandbox.ledger.reset()
        self.product_a.xero_item_id = self._reference('xero.item', code='SHELF')
        self._in_xero('Items', key=('Code', 'SHELF'), Code='SHELF-2')
        move = self._invoice(lines=[{'product_id': self.product_a.id}])
        other = self._invoice()
        self._push()
        self.assertEqual(self._synced(move)['LineItems'][0]['ItemCode'], 'SHELF-2')
        self._synced(other)
        self.assertEqual(self._fetched(), 1)

    def test_an_account_that_is_archived_is_named(self):
        self._in_xero('Accounts', key=('Code', '200'), Status='ARCHIVED')
        move, bill = self._invoice(), self._bill()
        self._push()
        self._synced(bill)
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'unmapped_account'))
        self.assertIn("archived in Xero", move.xero_error_message)
        self.assertEqual(move.xero_error_target, f'account.account,{self.income.id}')
        self.assertEqual((self._fetched(), len(self._creations())), (1, 1))

    def test_a_tax_rate_that_is_deleted_is_named(self):
        self._in_xero('TaxRates', key=('TaxType', 'OUTPUT2'), Status='DELETED')
        move = self._invoice()
        self._push()
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'unmapped_tax'))
        self.assertEqual(move.xero_error_target, f'account.tax,{self.tax_sale_20.id}')
        self.assertEqual(self._fetched(), 1)

    def test_what_the_lists_do_not_tell_is_tried_once_more(self):
        """Xero refuses it whatever the lists say: two tries, then Xero's own words."""
        def refuse(_request, status, payload):
            for row in payload.get('Invoices', ()):
                row.update(InvoiceID='00000000-0000-0000-0000-000000000000',
                           StatusAttributeString='ERROR', ValidationErrors=[
                               {'Message': "Account code '200' is not a valid code for this "
                                           "document."}])
            return status, payload

        self.sandbox.after_work = refuse
        self.addCleanup(setattr, self.sandbox, 'after_work', None)
        bill = self._bill()
        self._push()
        self.assertEqual((bill.xero_state, bill.xero_error_code), ('failed', 'unmapped_account'))
        self.assertIn("not a valid code", bill.xero_error_message)
        self.assertEqual((self._fetched(), len(self._creations())), (1, 2))
        self._push()
        self.assertEqual((self._fetched(), len(self._creations())), (1, 2))

    def test_lists_that_cannot_be_fetched(self):
        self.org.codes_count = True
        self._in_xero('Accounts', key=('Code', '200'), Code='4000')
        self.sandbox.inject('500', 'GET', '/Accounts', times=9)
        move = self._invoice()
        self._push()
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'unmapped_account'))

    def test_the_day_s_reserve_is_left(self):
        self.org.codes_count = True
        self._in_xero('Accounts', key=('Code', '200'), Code='4000')
        move = self._invoice()
        self.org.day_limit = 100
        self._push()
        self.assertEqual(move.xero_state, 'failed')
        self.assertFalse(self._fetched())

    def test_amounts_are_what_they_were(self):
        self._in_xero('Accounts', key=('Code', '200'), Code='4000')
        move = self._invoice(lines=[{'quantity': 3, 'price_unit': 33.33}])
        self._push()
        self.assertEqual(self._synced(move)['Total'], Decimal('119.99'))
