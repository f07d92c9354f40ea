"""A document that is linked and that Xero does not have any more."""
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestPushMissing(XeroPullCommon):

    def _changed(self, move_type='in_invoice', **values):
        """:return: a document that has changed here since it was lost there, and was pushed"""
        move = self._pushed(move_type, **values)
        document = self._vanish(move)
        move.button_draft()
        move.invoice_line_ids.name = "Other work"
        move.action_post()
        self._push()
        return move, document

    def test_a_change_says_so(self):
        for move_type in ('out_invoice', 'in_invoice', 'out_refund'):
            with self.subTest(move_type=move_type):
                move, _document = self._changed(move_type)
                self.assertEqual((move.xero_state, move.xero_error_code),
                                 ('failed', 'not_in_xero'))
                self.assertNotIn('404', move.xero_error_message)
                self.assertEqual(
                    [alert['action_text'] for key, alert in move.alerts.items()
                     if key in ('xero_failed', 'xero_send_anew')],
                    ["Look for it in Xero", "Send anew"])

    def test_send_anew(self):
        for move_type in ('out_invoice', 'in_invoice', 'out_refund'):
            with self.subTest(move_type=move_type):
                move, document = self._changed(move_type)
                _model, method, ids = move.alerts['xero_send_anew']['action_call']
                getattr(move.browse(ids), method)()
                self._push()
                self._synced(move)
                self.assertNotIn(move.xero_document_id, document.values())

    def test_look_for_it(self):
        """It is there under another identifier."""
        move, document = self._changed()
        again = self.org.as_person.create_invoice(
            {'ContactID': document['Contact']['ContactID']},
            [{'Description': "Work", 'Quantity': 1, 'UnitAmount': 100, 'AccountCode': '429',
              'TaxType': 'INPUT2'}], type='ACCPAY', InvoiceNumber=move.ref, Date='2026-03-02')
        self.sandbox.ledger.reset()
        move.action_xero_seek()
        self._push()
        self.assertEqual((move.xero_state, move.xero_document_id), ('synced', again['InvoiceID']))
        self.assertFalse(self._creations())

    def test_looked_for_in_vain(self):
        """Nothing is sent by that, not even when it changes; then it is sent anew."""
        for move_type in ('out_invoice', 'in_invoice'):
            with self.subTest(move_type=move_type):
                move, _document = self._changed(move_type)
                self.sandbox.ledger.reset()
                move.action_xero_seek()
                self._push()
                self.assertEqual((move.xero_state, move.xero_error_code),
                                 ('failed', 'not_in_xero'))
                move.invoice_date_due = '2026-05-01'
                self._push()
                self.assertEqual(move.xero_error_code, 'not_in_xero')
                self.assertFalse(self._creations())
                move.action_xero_send_anew()
                self._push()
                self._synced(move)

    def test_fetched_and_not_there(self):
        move = self._pushed('in_invoice')
        self._vanish(move)
        move.action_xero_sync_now()
        self._pull_at_once()
        [row] = self.env['xero.difference'].search([('res_id', '=', move.id)])
        self.assertEqual((row.field, row.can_seek, row.can_push), ('missing', True, False))
        row.action_send_anew()
        self.assertFalse(row.exists())
        self._push()
        self._synced(move)

    def test_cancelled_here_needs_no_void(self):
        move = self._pushed('in_invoice')
        self._vanish(move)
        move.button_cancel()
        self._push()
        self.assertEqual((move.xero_state, move.xero_status), ('synced', 'DELETED'))

    def test_what_xero_has_is_not_left(self):
        move = self._pushed('in_invoice')
        for action in (move.action_xero_seek, move.action_xero_send_anew):
            with self.assertRaises(UserError):
                action()
