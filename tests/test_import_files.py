"""Attachments of bills made in Xero."""
from odoo.tests import tagged

from .common_import import PDF, XeroImportCommon


@tagged('post_install', '-at_install')
class TestImportFiles(XeroImportCommon):

    def setUp(self):
        super().setUp()
        self.connection.import_attachments = True
        self.contact = self._contact(self.partner_a)

    def test_each_file_once(self):
        bill = self._there(self.contact, kind='ACCPAY', InvoiceNumber='V-1')
        self._attach(bill, 'scan.pdf')
        self._attach(bill, 'note.txt', b'hello')
        self._pull()
        files = self._files(bill)
        self.assertEqual({(f.name, f.raw) for f in files}, {
            ('scan.pdf', PDF), ('note.txt', b'hello')})
        self.sandbox.ledger.reset()
        self.person.pay(self._id(bill))
        self._pull()
        self.assertEqual(self._files(bill), files)
        self.assertFalse([c for c in self.sandbox.calls if 'Attachments' in c.path])

    def test_sales_and_switched_off(self):
        sale = self._there(self.contact)
        self._attach(sale, 'scan.pdf')
        self._pull()
        self.assertFalse(self._files(sale))
        self.connection.import_attachments = False
        bill = self._there(self.contact, kind='ACCPAY', InvoiceNumber='V-1')
        self._attach(bill, 'scan.pdf')
        self._pull()
        self.assertFalse(self._files(bill))

    def test_interrupted_between_two_files(self):
        bill = self._there(self.contact, kind='ACCPAY', InvoiceNumber='V-1')
        for number in range(3):
            self._attach(bill, f'{number}.pdf')
        self.sandbox.inject('500', 'GET', '/Invoices/*/Attachments/*', after=1)
        self._pull()
        self.assertEqual(len(self._files(bill)), 1)
        self._later(minutes=20)
        self._pull()
        self.assertEqual(sorted(self._files(bill).mapped('name')), ['0.pdf', '1.pdf', '2.pdf'])

    def test_sign_in_without_the_right(self):
        bill = self._there(self.contact, kind='ACCPAY', InvoiceNumber='V-1')
        self._attach(bill, 'scan.pdf')
        self.connection.sudo().token_id.access_token = self.sandbox.connect(
            self.app, [self.org], user=self.sandbox.add_user("Another", 'another@example.com'),
            scopes={'offline_access', 'accounting.settings.read', 'accounting.contacts',
                    'accounting.invoices', 'accounting.payments'})['access_token']
        self._pull()
        self._assert_as_there(bill)
        self.assertEqual(self.connection.state, 'connected')
        self.assertIn('accounting.attachments.read', self.connection.missing_scopes)
