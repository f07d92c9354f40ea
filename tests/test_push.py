from decimal import Decimal

from odoo.tests import tagged

from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestPush(XeroCommon):

    def test_posted_invoice_arrives_once_and_to_the_cent(self):
        invoice = self._invoice()
        self.assertEqual(invoice.xero_state, 'pending')
        self.assertFalse(self.sandbox.calls, "posting must not call Xero")
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)
        [document] = self.org.invoices
        self.assertEqual(document['InvoiceID'], invoice.xero_document_id)
        self.assertEqual(document['InvoiceNumber'], invoice.name)
        self.assertEqual(document['Total'], Decimal('120.00'))
        self.assertEqual(document['Status'], 'AUTHORISED')
        self.assertEqual(invoice.xero_status, 'AUTHORISED')
        self.assertEqual(invoice.xero_number, invoice.name)
        self.assertTrue(invoice.xero_last_push)
        self.assertEqual(len(self.sandbox.calls), 2, "one for the contact, one for the invoice")
        self._push()
        self.assertEqual(len(self.sandbox.calls), 2, "nothing is left to be sent")
