"""What was corrected in Xero while the answer to its creation was lost."""
from odoo.tests import tagged

from .common_pull import XeroPullCommon

#: Accounts that a correction chooses: of a vendor's document, of a customer's.
OTHER = ('400', '260')


@tagged('post_install', '-at_install')
class TestPushLostCorrected(XeroPullCommon):

    def _lost(self, move_type, here=None):
        """
        :param float here: price that it has got here meanwhile
        :return: a document that was corrected in Xero before its answer was found again, and what
            Xero has of it
        """
        values = {'ref': f"V-{move_type}"} if move_type.startswith('in') else {}
        move = self._invoice(move_type, **values)
        refund = 'refund' in move_type
        self.sandbox.inject('cut_after', 'PUT', '/CreditNotes' if refund else '/Invoices')
        self._push()
        self.assertFalse(move.xero_document_id)
        document = (self.org.credit_notes if refund else self.org.invoices)[-1]
        self.org.as_person.edit(document.get('InvoiceID') or document['CreditNoteID'], LineItems=[
            {'LineItemID': line['LineItemID'], 'AccountCode': OTHER[move.is_sale_document()]}
            for line in document['LineItems']])
        if here:
            move.button_draft()
            move.invoice_line_ids.price_unit = here
            move.action_post()
        self._later(minutes=7)
        self._sync_now(move)
        return move, document

    def _sync_now(self, move):
        move.action_xero_sync_now()
        self._push()

    def test_sync_now_leaves_the_correction(self):
        for move_type in ('out_invoice', 'in_invoice', 'out_refund', 'in_refund'):
            with self.subTest(move_type=move_type):
                move, document = self._lost(move_type)
                self.assertEqual(
                    (move.xero_state, move.xero_error_message or None), ('synced', None))
                self.assertEqual(
                    {line['AccountCode'] for line in document['LineItems']},
                    {OTHER[move.is_sale_document()]})
                self._pull()
                self.assertEqual(self.env['xero.difference'].search([
                    ('res_id', '=', move.id), ('state', '=', 'open')]).mapped('field'),
                    ['account'])
                self._sync_now(move)
                self.assertEqual(move.xero_state, 'synced', move.xero_error_message)

    def test_what_changed_here_as_well_waits_for_a_decision(self):
        move, document = self._lost('out_invoice', here=120)
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'corrected_in_xero'))
        self.assertEqual({line['AccountCode'] for line in document['LineItems']}, {'260'})
