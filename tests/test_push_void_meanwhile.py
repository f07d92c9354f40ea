"""What else is known of a document that is voided in Xero only: its past stays with the old one."""
from odoo.tests import tagged

from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestPushVoidMeanwhile(XeroPullCommon):

    def setUp(self):
        super().setUp()
        self._link(self.partner_a)
        self.rates = {name: self.org.tax_rate(name) for name in ('INPUT2', 'OUTPUT2')}

    def _set_rates(self, percent):
        """Somebody changes the rates in Xero."""
        for rate in self.rates.values():
            with self.org.transaction():
                self.org.store['TaxRates'].put({
                    **rate, 'EffectiveRate': percent, 'DisplayTaxRate': percent})

    def _mismatched(self, move_type='in_invoice'):
        """:return: a document that Xero has with another total"""
        self._set_rates(10)
        move = self._bill() if move_type == 'in_invoice' else self._invoice(move_type)
        self._push()
        self.assertEqual(move.xero_error_code, 'total_mismatch', move.xero_error_message)
        self._set_rates(20)
        return move

    def _voided(self, *args):
        """:return: a document that was voided in Xero only, and its identifier there"""
        move = self._mismatched(*args)
        xero_id = move.xero_document_id
        move.action_xero_void()
        self._push()
        self.assertFalse(move.xero_document_id, move.xero_error_message)
        return move, xero_id

    def _post_again(self, move, **values):
        move.button_draft()
        move.write(values)
        move.action_post()
        self._push()

    def _status(self, xero_id):
        return self.org.store['Invoices'].get(xero_id)['Status']

    def test_the_history_of_the_one_that_was_voided_says_so(self):
        self.connection.push_notes = True
        bill, xero_id = self._voided()
        [note] = self.org.history[xero_id]
        self.assertIn(f"Voided from Odoo, where it stays: {bill.name}", note['Details'])
        self.assertIn(self.env.user.name, note['Details'])
        bill.action_xero_sync_now()
        self._push()
        self._synced(bill)
        self.assertFalse(self.org.history.get(bill.xero_document_id))

    def test_its_history_is_not_the_next_one_s(self):
        """What was to be noted about the old one waited until there was a new one."""
        self.connection.push_notes = True
        self.sandbox.inject('429_minute', 'PUT', '/Invoices/*/History')
        bill, xero_id = self._voided()
        self.assertFalse(self.org.history.get(xero_id))
        self._later(minutes=2)
        bill.action_xero_sync_now()
        self._push()
        self._push()
        self._synced(bill)
        self.assertFalse(self.org.history.get(bill.xero_document_id))
        self.assertEqual(len(self.org.history[xero_id]), 1)
        self.assertFalse(bill.sudo().xero_notes)

    def test_changed_before_it_has_left(self):
        bill = self._mismatched()
        xero_id = bill.xero_document_id
        bill.action_xero_void()
        self._post_again(bill)
        self.assertEqual(bill.xero_document_id, xero_id)
        self._decided(bill)

    def test_changed_while_it_is_on_its_way(self):
        bill = self._mismatched()
        xero_id = bill.xero_document_id
        bill.action_xero_void()
        self.sandbox.inject('cut_after', 'POST', '/Invoices/*')
        self._push()
        bill.button_draft()
        bill._xero_queue_pull()
        self._pull_at_once()
        self.assertEqual((bill.state, self._status(xero_id)), ('draft', 'VOIDED'))
        bill.action_post()
        self._push()
        self._synced(bill)
        self.assertNotEqual(bill.xero_document_id, xero_id)

    def test_changed_instead_after_xero_refused_the_void(self):
        bill = self._mismatched()
        payment = self.org.as_person.pay(bill.xero_document_id, 20)
        bill.action_xero_void()
        self._push()
        self.assertEqual(bill.xero_error_code, 'document_not_editable')
        self.org.as_person.delete_payment(payment['PaymentID'])
        xero_id = bill.xero_document_id
        self._post_again(bill, narration="to stay, after all")
        self.assertEqual((bill.xero_document_id, self._status(xero_id)), (xero_id, 'AUTHORISED'))
        self._decided(bill)

    def _decided(self, bill):
        """It is not voided any more, and leaves as what differs does."""
        self.assertEqual(bill.xero_error_code, 'corrected_in_xero')
        xero_id = bill.xero_document_id
        self.env['xero.difference']._of_documents(bill).action_push()
        self._push()
        self._synced(bill)
        self.assertEqual(bill.xero_document_id, xero_id)

    def test_cancelled_meanwhile_and_posted_again(self):
        bill = self._mismatched()
        bill.action_xero_void()
        bill.button_cancel()
        self._push()
        self.assertEqual(bill.xero_status, 'VOIDED')
        self._post_again(bill)
        self.assertEqual(bill.xero_error_code, 'voided_in_xero', bill.xero_error_message)

    def test_what_differed_is_over(self):
        bill = self._mismatched()
        self._pull()
        self.assertTrue(self._differences())
        bill.action_xero_void()
        self._push()
        self._pull()
        self.assertFalse(self._differences())
        self.assertFalse(bill.xero_differs)

    def test_an_invoice_needs_another_number(self):
        invoice, xero_id = self._voided('out_invoice')
        self.assertIn("another number", invoice.xero_error_message)
        self.assertEqual(self._status(xero_id), 'VOIDED')
        invoice.action_xero_sync_now()
        self._push()
        self.assertEqual(invoice.xero_error_code, 'number_voided', invoice.xero_error_message)
        self._post_again(invoice, name='INV/X/0001')
        self._synced(invoice)

    def test_a_draft_there_is_deleted(self):
        self.connection.push_status = 'DRAFT'
        bill, xero_id = self._voided()
        self.assertEqual(self._status(xero_id), 'DELETED')
        self.assertFalse(bill.xero_status)
