"""What Xero has of this database that it does not know of: twice, or from after its backup."""
from odoo.tests import tagged

from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestImportLost(XeroImportCommon):

    def setUp(self):
        super().setUp()
        self.contact = self._contact(self.partner_a)
        self.connection.write({'auto_sync': False, 'import_policy': 'none'})

    # === TWICE === #

    def test_a_document_that_xero_has_twice(self):
        bill = self._sent('in_invoice', ref='V-7')
        double = self._there(
            self.contact, kind='ACCPAY', InvoiceNumber='V-7', Url=self._url(bill.id))
        self._pull()
        [row] = self._waiting()
        self.assertEqual((row.xero_id, row.reason), (self._id(double), 'double'))
        self.assertIn(bill.name, row.message)
        self.assertFalse(self._here(double))
        row.action_try_again()
        self._pull_at_once()
        self.assertFalse(self._here(double), "nobody books it a second time")
        self.person.void(self._id(double))
        self._pull()
        self.assertFalse(self._waiting())

    def test_the_comparison_finds_it_too(self):
        bill = self._sent('in_invoice', ref='V-7')
        self._there(self.contact, kind='ACCPAY', InvoiceNumber='V-7', Url=self._url(bill.id))
        self._pull()
        self._waiting().sudo().unlink()
        self._later(days=20)
        self.env['xero.compare.wizard'].create({
            'connection_id': self.connection.id}).action_compare()
        self._pull_at_once()
        self.assertEqual(self._waiting().reason, 'double')

    # === LOST === #

    def test_an_invoice_of_the_lost_day(self):
        before, lost = self._sent(), self._sent()
        number = lost.name
        document = self._lose(lost)
        self.person.pay(self._id(document), 20)
        self._pull()
        [row] = self._waiting()
        self.assertEqual((row.reason, row.number), ('lost', number))
        row.action_import()
        self._pull_at_once()
        move = self._assert_as_there(document)
        self.assertEqual((move.name, move.xero_origin, move.state, move.amount_residual),
                         (number, False, 'posted', 100))
        self.assertFalse(self._waiting())
        following = self._sent()
        self.assertEqual(len({before.name, number, following.name}), 3)
        self._settled()

    def test_a_bill_of_the_lost_day(self):
        document = self._lose(self._sent('in_invoice', ref='V-7'))
        self._pull()
        self.assertEqual(self._waiting().reason, 'lost')
        self._waiting().action_import()
        self._pull_at_once()
        move = self._assert_as_there(document)
        self.assertEqual((move.ref, move.xero_origin), ('V-7', False))

    def test_a_bill_that_was_entered_again(self):
        document = self._lose(self._sent('in_invoice', ref='V-7'))
        bill = self._invoice('in_invoice', ref='V-7')
        self._pull()
        self.assertEqual(self._waiting().reason, 'duplicate')
        dialog = self.env['xero.unmatched.link'].create({'unmatched_id': self._waiting().id})
        self.assertEqual(dialog.move_id, bill)
        dialog.action_link()
        self.assertEqual(self._here(document), bill)

    def test_its_id_is_another_document_by_now(self):
        document = self._lose(self._sent('in_invoice', ref='V-7'))
        other = self._invoice('in_invoice', ref='V-8', partner_id=self.partner_b.id,
                              lines=[{'price_unit': 5}])
        self.org.store['Invoices'].put({
            **self.org.store['Invoices'].get(self._id(document)), 'Url': self._url(other.id)})
        self._pull()
        self.assertEqual(self._waiting().reason, 'lost')
        self.assertFalse(other.xero_document_id)

    def test_of_another_database(self):
        self._there(self.contact, Url='https://other.example.com/mail/view?model=account.move'
                                      '&res_id=1')
        self._pull()
        self.assertFalse(self._waiting())
