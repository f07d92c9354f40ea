"""Numbers that Xero keeps for ever are not given out again, and each document has its own."""
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestNumbersKept(XeroPullCommon):

    def _voided(self):
        """:return: an invoice that was cancelled here and is voided in Xero"""
        invoice = self._pushed()
        invoice.button_draft()
        invoice.button_cancel()
        self._push()
        self.assertEqual(invoice.xero_status, 'VOIDED')
        return invoice

    def test_a_voided_document_is_not_deleted(self):
        invoice = self._voided()
        name = invoice.name
        with self.assertRaisesRegex(UserError, "Keep it as a cancelled document"):
            invoice.unlink()
        invoice.button_draft()      # what one would try next
        with self.assertRaisesRegex(UserError, "Keep it as a cancelled document"):
            invoice.unlink()
        invoice.button_cancel()
        following = self._invoice()
        self.assertNotEqual(following.name, name)
        self._push()
        self._synced(following)

    def test_with_another_number_it_may_go(self):
        invoice = self._voided()
        invoice.name = 'INV/X/0001'
        invoice.button_draft()
        invoice.unlink()
        self.assertFalse(invoice.exists())

    def test_a_voided_bill_may_go(self):
        bill = self._pushed('in_invoice')
        bill.button_draft()
        bill.button_cancel()
        self._push()
        self.assertEqual(bill.xero_status, 'VOIDED')
        bill.button_draft()
        bill.unlink()
        self.assertFalse(bill.exists())

    def test_a_self_billed_bill_has_its_own_number(self):
        journal = self.company_data['default_journal_purchase'].copy({
            'name': "Self-billing", 'code': 'SELF', 'is_self_billing': True})
        bill = self._invoice('in_invoice', journal_id=journal.id, ref="What the vendor calls it")
        self._push()
        self.assertEqual(bill.xero_state, 'synced', bill.xero_error_message)
        [document] = [each for each in self.org.invoices if each['Type'] == 'ACCPAY']
        self.assertEqual(document['InvoiceNumber'], bill.name)
