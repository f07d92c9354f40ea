"""What happens to a document that Xero has already: changed, reset, cancelled, deleted."""
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestPushChanges(XeroCommon):

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice()
        self._push()
        self.assertEqual(self.invoice.xero_state, 'synced', self.invoice.xero_error_message)
        self.document_id = self.invoice.xero_document_id
        self.sandbox.ledger.reset()

    def _document(self):
        [document] = self.org.invoices
        return document

    def test_reset_changed_and_posted_again_updates_the_same_document(self):
        self.invoice.button_draft()
        self.assertEqual(self.invoice.xero_state, 'synced', "a draft is nobody's business")
        self.invoice.invoice_line_ids.price_unit = 250
        self.invoice.action_post()
        self.assertEqual(self.invoice.xero_state, 'pending')
        self._push()
        self.assertEqual(self.invoice.xero_state, 'synced', self.invoice.xero_error_message)
        self.assertEqual(self.invoice.xero_document_id, self.document_id)
        self.assertEqual(self._document()['Total'], 300)
        [call] = self.sandbox.calls
        self.assertEqual((call.method, call.path), ('POST', f'/Invoices/{self.document_id}'))

    def test_posted_again_without_a_change_needs_no_call(self):
        self.invoice.button_draft()
        self.invoice.action_post()
        self._push()
        self.assertEqual(self.invoice.xero_state, 'synced')
        self.assertFalse(self.sandbox.calls)

    def test_a_change_on_the_posted_document_is_sent(self):
        self.invoice.ref = "PO 4711"
        self.assertEqual(self.invoice.xero_state, 'pending')
        self._push()
        self.assertEqual(self._document()['Reference'], "PO 4711")
        self.assertEqual(self.invoice.xero_state, 'synced')

    def test_what_xero_does_not_show_is_not_a_change(self):
        self.invoice.narration = "for us alone"
        self.assertEqual(self.invoice.xero_state, 'synced')

    def test_cancelled_here_is_voided_there(self):
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self._push()
        self.assertEqual(self._document()['Status'], 'VOIDED')
        self.assertEqual((self.invoice.xero_state, self.invoice.xero_status), ('synced', 'VOIDED'))
        [call] = self.sandbox.calls
        self.assertNotIn('LineItems', call.body['Invoices'][0])

    def test_a_cancelled_draft_is_deleted_there(self):
        self.connection.push_status = 'DRAFT'
        second = self._invoice()
        self._push()
        self.assertEqual(second.xero_status, 'DRAFT')
        second.button_draft()
        second.button_cancel()
        self._push()
        self.assertEqual(second.xero_status, 'DELETED')

    def test_a_draft_that_somebody_approved_is_voided(self):
        self.connection.push_status = 'DRAFT'
        second = self._invoice()
        self._push()
        self.org.as_person.approve(second.xero_document_id)
        second.button_draft()
        second.button_cancel()
        self._push()
        self._push()
        self.assertEqual((second.xero_state, second.xero_status), ('synced', 'VOIDED'))

    def test_cancelled_before_it_was_sent_never_goes_out(self):
        second = self._invoice()
        second.button_draft()
        second.button_cancel()
        self._push()
        self.assertFalse(second.xero_state)
        self.assertFalse(self.sandbox.calls)

    def test_with_a_payment_in_xero_the_change_is_refused_with_the_reason(self):
        self.org.as_person.pay(self.document_id, 20)
        self.invoice.button_draft()
        self.invoice.invoice_line_ids.price_unit = 250
        self.invoice.action_post()
        self._push()
        self.assertEqual(self.invoice.xero_state, 'failed')
        self.assertEqual(self.invoice.xero_error_code, 'document_not_editable')
        self.assertIn('payment', self.invoice.xero_error_message)
        self.assertEqual(self._document()['Total'], 120)

    def test_a_document_in_xero_cannot_be_deleted_here(self):
        self.invoice.button_draft()
        with self.assertRaises(UserError):
            self.invoice.unlink()

    def test_a_duplicate_starts_without_links(self):
        copy = self.invoice.copy()
        self.assertFalse(copy.xero_state)
        self.assertFalse(copy.xero_document_id)
        self.assertFalse(copy.xero_number)
