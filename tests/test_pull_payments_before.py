"""Payments that were deleted in Xero before their document was linked are history, not news."""
from odoo.tests import tagged

from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestPullPaymentsBefore(XeroImportCommon):

    def _deleted(self, document):
        """Pay a document in Xero and take that back, before any pull."""
        payment = self.person.pay(document['InvoiceID'], 20)
        self.person.delete_payment(payment['PaymentID'])

    def _told(self):
        """:return: the documents of which the log says that a deleted payment was not found"""
        return self.env['xero.log'].search([
            ('error_code', '=', 'payment_delete_no_match')]).mapped('res_id')

    def _read_all(self):
        self._later(hours=7)   # the interval of payments
        self._pull()

    def test_of_a_document_that_is_imported(self):
        document = self._there(self._contact(self.partner_a))
        self._deleted(document)
        self._read_all()
        move = self._here(document)
        self.assertEqual(move.state, 'posted')
        self._read_all()
        self._reconcile()
        self.assertFalse(self._told())
        with self.subTest("deleted since"):
            self._deleted(document)
            self._read_all()
            self.assertEqual(self._told(), [move.id])

    def test_of_a_document_that_both_sides_have(self):
        """It has been here for years, and linked only now."""
        contact = self._contact(self.partner_a)
        self.connection.auto_sync = False
        move = self._invoice()
        document = self._there(contact, InvoiceNumber=move.name)
        self._deleted(document)
        self._read_all()
        self.assertEqual(move.xero_document_id, document['InvoiceID'])
        self._read_all()
        self._reconcile()
        self.assertFalse(self._told())
        self._deleted(document)
        self._read_all()
        self.assertEqual(self._told(), [move.id])

    def test_of_a_document_that_was_sent_from_here(self):
        move = self._invoice()
        self._push()
        self._deleted({'InvoiceID': move.xero_document_id})
        self._read_all()
        self.assertEqual(self._told(), [move.id])
