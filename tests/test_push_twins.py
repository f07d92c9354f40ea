"""Bills that Xero has already: Xero is asked before the first push, once a batch."""
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestPushTwins(XeroImportCommon):

    def setUp(self):
        super().setUp()
        self.contact = self._contact(self.partner_a)
        self.connection.write({'auto_sync': False, 'import_policy': 'none'})

    def _bill_here(self, ref='V-7', day='2026-03-02', **values):
        return self._invoice('in_invoice', ref=ref, invoice_date=day, **values)

    def _bill_there(self, number='V-7', day='2026-03-02', amount='100.00', **values):
        return self._there(self.contact, self._cost(amount), kind='ACCPAY', InvoiceNumber=number,
                           Date=day, **values)

    def _send(self, moves):
        moves.action_xero_sync_now()
        self.sandbox.ledger.reset()
        self._push()

    def _linked(self, move, document):
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
        self.assertEqual(move.xero_document_id, self._id(document))
        self.assertFalse(self._creations())

    def _asked(self, move, *documents):
        """It was not sent, and the documents of Xero that it may be are kept."""
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'maybe_in_xero'))
        self.assertFalse(self._creations())
        rows = self.env['xero.twin'].search([('move_id', '=', move.id)])
        self.assertEqual(set(rows.mapped('xero_id')), set(map(self._id, documents)))
        alert = move.alerts['xero_failed']
        self.assertEqual(alert['action_text'], "Decide")
        shown = self.env[alert['action']['res_model']].search(alert['action']['domain'])
        self.assertEqual(shown, rows)
        return rows

    # === LINKED === #

    def test_a_bill_that_was_entered_on_both_sides(self):
        document = self._bill_there()
        self.person.pay(self._id(document), 20)
        bill = self._bill_here()
        self._send(bill)
        self._linked(bill, document)
        self._pull_at_once()
        self.assertEqual(bill.amount_residual, 100, "what was paid of it comes, too")

    def test_a_vendor_credit_note(self):
        document = self._there(
            self.contact, kind='ACCPAYCREDIT', CreditNoteNumber='C-7', Date='2026-03-02')
        note = self._invoice('in_refund', ref='C-7')
        self._send(note)
        self._linked(note, document)

    def test_a_number_with_a_comma(self):
        document = self._bill_there(number='7,8')
        other = self._bill_here(ref='9')
        bill = self._bill_here(ref='7,8')
        self._send(bill | other)
        self.assertEqual(bill.xero_document_id, self._id(document))
        self.assertEqual(other.xero_state, 'synced')
        self.assertEqual(len(self.org.invoices), 2)

    def test_months_of_one_reference(self):
        documents = [self._bill_there('RENT', f'2026-{month:02}-01') for month in (8, 9, 10)]
        bills = [self._bill_here('RENT', f'2026-{month:02}-01') for month in (10, 8, 11)]
        self._send(self.env['account.move'].union(*bills))
        self.assertEqual([bill.xero_document_id for bill in bills[:2]],
                         [self._id(documents[2]), self._id(documents[0])])
        self.assertEqual(bills[2].xero_state, 'synced', bills[2].xero_error_message)
        self.assertEqual(len(self.org.invoices), 4)

    def test_after_uninstalling_and_installing_again(self):
        """Nothing here knows of what was sent; Xero's own copies carry our links."""
        moves = self._bill_here('RENT') | self._bill_here('RENT') | self._invoice() \
            | self._invoice('out_refund') | self._invoice('in_refund', ref='C-1')
        self._send(moves)
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})
        before = dict(zip(moves, moves.mapped('xero_document_id'), strict=True))
        for move in moves:
            move._xero_store([(move, {name: None for name in (
                'xero_document_id', 'xero_state', 'xero_status', 'xero_number',
                'xero_payload_hash', 'xero_pull_hash', 'xero_updated', 'xero_revision')})])
        self._send(moves)
        self.assertEqual({move: move.xero_document_id for move in moves}, before)
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})
        self.assertEqual((len(self.org.invoices), len(self.org.credit_notes)), (3, 2))

    def test_the_calls_do_not_grow_with_the_bills(self):
        bills = self.env['account.move'].union(*(
            self._bill_here(f'B-{number}') for number in range(20)))
        self._send(bills)
        self.assertEqual(set(bills.mapped('xero_state')), {'synced'})
        self.assertEqual(len(self.sandbox.calls_to('GET', '/Invoices')), 1)
        self.assertEqual(len(self._creations()), 1)

    def test_posted_with_the_connection_is_not_asked_for(self):
        self.connection.auto_sync = True
        today = self._bill_here(day=str(date.today()))
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual(today.xero_state, 'synced')
        self.assertFalse(self.sandbox.calls_to('GET', '/Invoices'))

    def test_dated_before_the_connection(self):
        """Of the time of the changeover, when both books were kept."""
        self.connection.write({'auto_sync': True, 'connected_at': '2026-03-10'})
        document = self._bill_there()
        bill = self._bill_here()
        self._push()
        self._linked(bill, document)

    def test_restored_from_a_backup(self):
        """What was sent on the lost day is entered again."""
        self.connection.write({'auto_sync': True, 'last_pull': '2026-03-01'})
        document = self._bill_there(day=str(date.today()))
        bill = self._bill_here(day=str(date.today()))
        self._push()
        self._linked(bill, document)

    # === NOT THE SAME === #

    def test_others_are_left_alone(self):
        other = self.person.create_contact("Other Ltd")
        voided = self._bill_there()
        self.person.void(self._id(voided))
        self._there({'ContactID': other['ContactID']}, kind='ACCPAY', InvoiceNumber='V-7',
                    Date='2026-03-02')
        bill = self._bill_here()
        self._send(bill)
        self.assertEqual(bill.xero_state, 'synced', bill.xero_error_message)
        self.assertEqual(len(self._creations()), 1)

    # === A PERSON DECIDES === #

    def test_unclear_and_linked(self):
        document = self._bill_there(amount='90.00')
        bill = self._bill_here()
        self._send(bill)
        self._asked(bill, document).action_link()
        self.assertEqual((bill.xero_state, bill.xero_document_id), ('synced', self._id(document)))
        self.assertFalse(self.env['xero.twin'].search([('move_id', '=', bill.id)]))
        self._pull_at_once()
        self.assertIn((bill.display_name, 'total'), self._differences())

    def test_unclear_and_sent(self):
        document = self._bill_there(day='2026-03-04')
        bill = self._bill_here()
        self._send(bill)
        self._asked(bill, document).action_send()
        self._push()
        self.assertEqual(bill.xero_state, 'synced', bill.xero_error_message)
        self.assertNotEqual(bill.xero_document_id, self._id(document))
        self.assertEqual(len(self.org.invoices), 2)

    def test_two_that_look_the_same(self):
        documents = [self._bill_there(), self._bill_there()]
        bill = self._bill_here()
        self._send(bill)
        rows = self._asked(bill, *documents)
        chosen = rows[0].xero_id
        rows[0].action_link()
        self.assertEqual(bill.xero_document_id, chosen)

    def test_one_that_is_linked_to_another_meanwhile(self):
        document = self._bill_there(day='2026-03-04')
        bill, other = self._bill_here(), self._bill_here(day='2026-03-06')
        self._send(bill | other)
        self._asked(bill, document).action_link()
        with self.assertRaises(UserError):
            self._asked(other, document).action_link()

    # === WHEN XERO DOES NOT ANSWER === #

    def test_nothing_is_sent_without_an_answer(self):
        document = self._bill_there()
        for fault in ('cut_before', 'cut_after', '503'):
            with self.subTest(fault=fault):
                bill = self._bill_here(ref=f'W-{fault}')
                self.sandbox.inject(fault, 'GET', '/Invoices')
                self._send(bill)
                self.assertEqual(bill.xero_state, 'pending')
                self.assertFalse(self._creations())
                self._later(minutes=7)
                self._push()
                self.assertEqual(bill.xero_state, 'synced', bill.xero_error_message)
        self.assertTrue(document)

    def test_a_fault_of_one_holds_up_no_other(self):
        bad, good = self._bill_here('A'), self._bill_here('B')
        repair = self._break('_of', bad, service='xero.own')
        self._send(bad | good)
        self.assertEqual((bad.xero_state, good.xero_state), ('failed', 'synced'))
        repair()
        self._send(bad)
        self.assertEqual(bad.xero_state, 'synced')
