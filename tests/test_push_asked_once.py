"""Xero is asked once for what may be there already, whatever the reasons to ask are."""
from odoo.tests import tagged

from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestPushAskedOnce(XeroImportCommon):

    def setUp(self):
        super().setUp()
        self.contact = self._contact(self.partner_a)
        self.connection.write({'auto_sync': False, 'import_policy': 'none'})

    def _lost(self, move_type='in_invoice', **values):
        """:return: a document that was sent by hand, and of which nothing was heard until Xero
            had forgotten the key"""
        move = self._invoice(move_type, ref='V-7', invoice_date='2026-03-02', **values)
        move.action_xero_sync_now()
        self.sandbox.inject('cut_before', 'PUT', '/*')
        self._push()
        self._later(minutes=7)
        move.action_xero_sync_now()
        self.sandbox.ledger.reset()
        return move

    def _calls(self):
        return [call.method for call in self.sandbox.calls]

    def test_after_a_lost_answer(self):
        """By number, and by contact and date, as somebody may have changed the number."""
        move = self._lost()
        self._push()
        self._synced(move)
        self.assertEqual(self._calls(), ['GET', 'GET', 'PUT'])

    def test_a_vendor_credit(self):
        """Its look-up is by date alone, so that its number is still to be asked for."""
        move = self._lost('in_refund')
        self._push()
        self._synced(move)
        self.assertEqual(self._calls(), ['GET', 'GET', 'PUT'])

    def test_entered_in_xero_meanwhile(self):
        """What the look-up finds is judged as if it had been asked for before the first push."""
        move = self._lost()
        document = self._there(self.contact, self._cost('100.00'), kind='ACCPAY',
                               InvoiceNumber='V-7', Date='2026-03-05')
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'maybe_in_xero'))
        self.assertEqual(self.env['xero.twin'].search([('move_id', '=', move.id)]).xero_id,
                         self._id(document))
        self.assertEqual(self._calls(), ['GET', 'GET'])

    def test_changed_since(self):
        """Another number is another question."""
        move = self._lost()
        document = self._there(self.contact, self._cost('100.00'), kind='ACCPAY',
                               InvoiceNumber='V-8', Date='2026-03-05')
        move.button_draft()
        move.ref = 'V-8'
        move.action_post()
        move.action_xero_sync_now()
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'maybe_in_xero'))
        self.assertEqual(self.env['xero.twin'].search([('move_id', '=', move.id)]).xero_id,
                         self._id(document))
        self.assertEqual(self._calls(), ['GET', 'GET', 'GET'])

    def test_the_next_run_asks_anew(self):
        move = self._lost()
        self.sandbox.inject('cut_before', 'PUT', '/Invoices')
        self._push()
        self._later(minutes=7)
        document = self._there(self.contact, self._cost('100.00'), kind='ACCPAY',
                               InvoiceNumber='V-7', Date='2026-03-05')
        self._push()
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'maybe_in_xero'))
        self.assertNotEqual(move.xero_document_id, self._id(document))
