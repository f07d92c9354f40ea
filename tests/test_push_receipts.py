"""Receipts of sales and purchases, which Xero has as invoices and bills that are due at once."""
from odoo import Command
from odoo.tests import tagged

from .common_payment import XeroPaymentCommon

SWITCHES = {'out_receipt': 'sync_sales_receipts', 'in_receipt': 'sync_purchase_receipts'}


@tagged('post_install', '-at_install')
class TestPushReceipts(XeroPaymentCommon):

    def setUp(self):
        super().setUp()
        self.connection.write(dict.fromkeys(SWITCHES.values(), True))

    def test_switches_of_their_own(self):
        for move_type, switch in SWITCHES.items():
            with self.subTest(move_type=move_type):
                self.connection.update(
                    {name: name != switch for name in [*SWITCHES.values(), 'sync_sales',
                                                       'sync_purchases']})
                off = self._invoice(move_type, ref="Off")
                self.assertEqual((off.xero_state, off.xero_badge), (False, 'absent'))
                self.assertIn(self.connection._fields[switch].string, off.xero_tooltip)
                self.connection.update(
                    {name: name == switch for name in [*SWITCHES.values(), 'sync_sales',
                                                       'sync_purchases']})
                on = self._invoice(move_type, ref="On")
                self.assertEqual(on.xero_state, 'pending')

    def test_invoices_and_bills_that_are_due_at_once(self):
        self.partner_a.write({
            'property_payment_term_id': self.pay_terms_b.id,
            'property_supplier_payment_term_id': self.pay_terms_b.id})
        for move_type, kind in (('out_receipt', 'ACCREC'), ('in_receipt', 'ACCPAY')):
            with self.subTest(move_type=move_type):
                move = self._invoice(move_type, ref=f"Ticket {kind}")
                self._push()
                document = self._synced(move)
                self.assertEqual((document['Type'], document['Status']), (kind, 'AUTHORISED'))
                self.assertEqual(document['DueDate'], document['Date'])
                self._pull()
                self._assert_settled()
                self.assertFalse(move.xero_differs)

    def test_paid_here_paid_there(self):
        moves = self._invoice('out_receipt') | self._invoice('in_receipt', ref="Taxi")
        self._push()
        for move in moves:
            payment = self._pay(move)
            self._push_payments(payment)
            self.assertEqual(payment.xero_state, 'synced', payment.xero_error_message)
            self.assertEqual(self._synced(move)['Status'], 'PAID')

    def test_paid_there_paid_here(self):
        self.connection.push_payments = False
        moves = self._invoice('out_receipt') | self._invoice('in_receipt', ref="Taxi")
        self._push()
        for move in moves:
            self.org.as_person.pay(move.xero_document_id, 120)
        self._pull()
        self.assertEqual(moves.mapped('amount_residual'), [0, 0])

    def test_a_receipt_and_its_credit_note_are_matched(self):
        move = self._invoice('out_receipt')
        self.env['account.move.reversal'].with_context(
            active_model='account.move', active_ids=move.ids).create(
                {'journal_id': move.journal_id.id}).refund_moves()
        refund = move.reversal_move_ids
        refund.action_post()
        self.assertEqual(refund.move_type, 'out_refund')
        (move | refund).line_ids.filtered(
            lambda line: line.display_type == 'payment_term' and not line.reconciled).reconcile()
        self._push()
        self._push()
        self.assertEqual(self._synced(move)['AmountDue'], 0)

    def test_cancelled_it_is_voided_and_keeps_its_number(self):
        move = self._invoice('out_receipt')
        self._push()
        number = move.name
        move.button_draft()
        move.button_cancel()
        self._push()
        [document] = self._documents(move)
        self.assertEqual((document['Status'], document['InvoiceNumber']), ('VOIDED', number))
        with self.assertRaisesRegex(Exception, "keeps the number"):
            move.unlink()

    def test_invoices_and_receipts_hand_numbers_on(self):
        invoice, receipt = self._invoice(), self._invoice('out_receipt')
        self._push()
        first, second = invoice.name, receipt.name
        (invoice | receipt).button_draft()
        invoice.name = 'SWAP/1'
        receipt.name = first
        invoice.name = second
        (invoice | receipt).action_post()
        self._push_on(invoice | receipt)
        self.assertEqual(self._synced(invoice)['InvoiceNumber'], second)
        self.assertEqual(self._synced(receipt)['InvoiceNumber'], first)

    def test_what_was_entered_in_xero_too_is_linked(self):
        contact = self.org.as_person.create_contact(self.partner_a.name)
        self.partner_a.xero_contact_id = contact['ContactID']
        document = self.org.as_person.create_invoice(
            {'ContactID': contact['ContactID']},
            [{'Description': "Work", 'Quantity': 1, 'UnitAmount': 100, 'AccountCode': '429',
              'TaxType': 'INPUT2'}], type='ACCPAY', InvoiceNumber="Taxi 7", Date='2026-03-02')
        self.connection.sync_purchase_receipts = False
        move = self._invoice('in_receipt', ref="Taxi 7")
        move.action_xero_sync_now()
        self._push()
        self.assertEqual(move.xero_document_id, document['InvoiceID'])

    def test_without_a_partner_it_says_so(self):
        move = self._invoice('out_receipt', partner_id=False)
        self._push()
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'contact_missing'))
        move.button_draft()
        move.write({'partner_id': self.partner_a.id,
                    'invoice_line_ids': [Command.update(move.invoice_line_ids.id, {})]})
        move.action_post()
        self._push()
        self._synced(move)
