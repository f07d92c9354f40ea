"""Answers that were lost: what Xero has done is found and adopted, and only what is ours."""
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import XeroTimeCommon


@tagged('post_install', '-at_install')
class TestPushRecovery(XeroTimeCommon):

    KINDS = ('out_invoice', 'in_invoice', 'out_refund', 'in_refund')

    def setUp(self):
        super().setUp()
        self.org.minute_limit = 600
        self._link(self.partner_a)

    def _document(self, move_type='out_invoice', **values):
        """A document that is about to be pushed; vendors' with their own number."""
        if move_type.startswith('in'):
            values.setdefault('ref', f"V-{self.env['account.move'].search_count([])}")
        return self._invoice(move_type, **values)

    def _path(self, move):
        return '/CreditNotes' if 'refund' in move.move_type else '/Invoices'

    def _lost(self, move_type='out_invoice', fault='cut_after', **values):
        """A document whose creation went out once, without an answer."""
        move = self._document(move_type, **values)
        self.sandbox.inject(fault, 'PUT', self._path(move))
        self._push()
        self.assertEqual((move.xero_state, move.xero_attempts), ('pending', 1))
        self.assertFalse(move.xero_document_id)
        return move

    def _in_xero(self, move):
        """:return: all of Xero's documents with the number of this one, voided ones too"""
        documents = self.org.credit_notes if 'refund' in move.move_type else self.org.invoices
        return [d for d in documents if (d.get('InvoiceNumber') or d.get('CreditNoteNumber'))
                == move._xero_document_number()]

    # === WITHIN AND AFTER SIX MINUTES === #

    def test_within_six_minutes_the_same_request_goes_out_again(self):
        for move_type in self.KINDS:
            for fault in ('cut_before', 'cut_after'):
                with self.subTest(move_type=move_type, fault=fault):
                    self.sandbox.ledger.reset()
                    move = self._lost(move_type, fault)
                    self._later(minutes=2)
                    self._push()
                    self._synced(move)
                    self.assertEqual(len(self._in_xero(move)), 1)
                    first, *others = self.sandbox.calls_to('PUT')
                    if move_type.startswith('in') and fault == 'cut_after':
                        self.assertFalse(others, "Xero was asked, as it would take a second one")
                        continue
                    [second] = others
                    self.assertEqual(
                        (first.method, first.path, first.query, first.raw,
                         first.headers['Idempotency-Key']),
                        (second.method, second.path, second.query, second.raw,
                         second.headers['Idempotency-Key']))
                    self.assertEqual(second.replayed, fault == 'cut_after')

    def test_after_six_minutes_xero_is_asked_first(self):
        for move_type in self.KINDS:
            for fault in ('cut_before', 'cut_after'):
                with self.subTest(move_type=move_type, fault=fault):
                    self.sandbox.ledger.reset()
                    move = self._lost(move_type, fault)
                    self._later(minutes=7)
                    self._push()
                    self._synced(move)
                    self.assertEqual(len(self._in_xero(move)), 1)
                    methods = [call.method for call in self.sandbox.calls
                               if call.path != '/connect/token']
                    questions = 2 if move_type == 'in_invoice' else 1
                    self.assertEqual(methods, [
                        'PUT', *['GET'] * questions, *(['PUT'] if fault == 'cut_before' else [])])

    def test_a_batch_of_which_half_was_lost(self):
        """Two calls, one done and one not; with them goes what was never asked for."""
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        self.sandbox.inject('cut_before', 'PUT', '/CreditNotes')
        moves = self.env['account.move'].union(*(
            self._document(kind) for kind in self.KINDS * 2))
        self._push()
        self._later(minutes=7)
        later = self._document('in_invoice')
        self._push()
        for move in moves | later:
            self._synced(move)
            self.assertEqual(len(self._in_xero(move)), 1)

    def test_numbers_with_signs_that_a_list_or_filter_cannot_hold(self):
        for number in ('A,B', 'Q"uote', 'back\\slash', "apo'strophe", 'ümläut & co', '50%'):
            with self.subTest(number=number):
                move = self._lost('in_invoice', ref=number)
                self._later(minutes=7)
                self._push()
                self._synced(move)
                self.assertEqual(len(self._in_xero(move)), 1)

    def test_many_lost_documents_fit_into_addresses(self):
        moves = self.env['account.move'].union(*(
            self._document('in_invoice', ref=f'{"long " * 20}{number}') for number in range(20)))
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        self._push()
        self._later(minutes=7)
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})
        self.assertEqual(len(set(moves.mapped('xero_document_id'))), 20)
        self.assertFalse(self.sandbox.calls_to('PUT'))

    def test_one_document_of_xero_is_given_to_one_of_ours(self):
        """Two credit notes of a vendor that look the same; their link does not tell them apart."""
        moves = self._document('in_refund', ref='SAME') | self._document('in_refund', ref='SAME')
        self.sandbox.inject('cut_after', 'PUT', '/CreditNotes')
        self._push()
        self._later(minutes=7)
        self._push()
        self.assertEqual(moves.mapped('xero_state'), ['synced', 'synced'])
        self.assertEqual(len(self.org.credit_notes), 2)
        self.assertEqual(set(moves.mapped('xero_document_id')),
                         {note['CreditNoteID'] for note in self.org.credit_notes})

    # === SOMEBODY WAS AT IT IN XERO MEANWHILE === #

    def test_paid_in_xero_meanwhile(self):
        for minutes in (2, 7):
            with self.subTest(minutes=minutes):
                move = self._lost()
                self.org.as_person.pay(move.name, 120)
                self._later(minutes=minutes)
                self._push()
                self._synced(move)
                self.assertEqual(move.xero_status, 'AUTHORISED' if minutes == 2 else 'PAID',
                                 "a repeated answer is the first one")

    def test_changed_in_xero_meanwhile(self):
        """It is ours still; the difference is shown, and Sync now brings Odoo's state."""
        for move_type in ('out_invoice', 'in_invoice'):
            with self.subTest(move_type=move_type):
                move = self._lost(move_type)
                [document] = self._in_xero(move)
                self.org.as_person.edit(document['InvoiceID'], LineItems=[
                    {'Description': "Changed", 'Quantity': Decimal(1), 'UnitAmount': Decimal(77),
                     'AccountCode': '200' if move_type == 'out_invoice' else '429',
                     'TaxType': 'NONE'}], Date='2026-03-05')
                self._later(minutes=7)
                self._push()
                self.assertEqual((move.xero_state, move.xero_error_code),
                                 ('failed', 'total_mismatch'))
                self.assertEqual(move.xero_document_id, document['InvoiceID'])
                move.action_xero_sync_now()
                self._push()
                self._synced(move)
                self.assertEqual(len(self._in_xero(move)), 1)

    def test_renumbered_in_xero_meanwhile(self):
        move = self._lost('in_invoice')
        [document] = self._in_xero(move)
        self.org.as_person.edit(document['InvoiceID'], InvoiceNumber='corrected')
        self._later(minutes=7)
        self._push()
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
        self.assertEqual(move.xero_number, 'corrected')
        self.assertFalse(self._in_xero(move), "no second one")

    def test_voided_in_xero_meanwhile(self):
        for move_type in self.KINDS:
            with self.subTest(move_type=move_type):
                move = self._lost(move_type)
                [document] = self._in_xero(move)
                self.org.as_person.void(document.get('InvoiceID') or document['CreditNoteID'])
                self._later(minutes=7)
                self._push()
                self.assertEqual((move.xero_state, move.xero_error_code),
                                 ('failed', 'voided_in_xero'))
                self.assertEqual(move.xero_status, 'VOIDED')
                self.assertTrue(move.xero_document_id, "it is linked, for the void to be pulled")
                self.assertEqual(len(self._in_xero(move)), 1, "nobody voids it to get a second one")

    def test_voided_in_xero_and_cancelled_here(self):
        move = self._lost()
        self.org.as_person.void(move.name)
        self._later(minutes=7)
        move.button_cancel()
        self._push()
        self.assertEqual((move.xero_state, move.xero_status), ('synced', 'VOIDED'))

    # === SOMEBODY WAS AT IT HERE MEANWHILE === #

    def _change(self, move):
        move.button_draft()
        move.invoice_line_ids.price_unit = 250
        move.action_post()

    def test_changed_here_while_unknown(self):
        """The old bytes are settled first, then the newest state goes out."""
        for minutes in (2, 7):
            for fault in ('cut_before', 'cut_after'):
                with self.subTest(minutes=minutes, fault=fault):
                    move = self._lost('in_invoice', fault)
                    self._change(move)
                    self._later(minutes=minutes)
                    self._push()
                    self.assertEqual(self._synced(move)['Total'], 300)
                    self.assertEqual(len(self._in_xero(move)), 1)

    def test_cancelled_here_while_unknown(self):
        for minutes in (2, 7):
            for fault in ('cut_before', 'cut_after'):
                with self.subTest(minutes=minutes, fault=fault):
                    move = self._lost('in_invoice', fault)
                    move.button_cancel()
                    self._later(minutes=minutes)
                    self._push()
                    self.assertIn(move.xero_state, ('synced', False))
                    self.assertEqual({d['Status'] for d in self._in_xero(move)} - {'VOIDED'}, set())

    def test_cannot_be_deleted_here_while_unknown(self):
        move = self._lost('in_invoice')
        move.button_draft()
        with self.assertRaisesRegex(UserError, "on its way"):
            move.with_context(force_delete=True).unlink()
        move.button_cancel()
        self._later(minutes=7)
        self._push()
        self.assertEqual((move.xero_state, move.xero_status), ('synced', 'VOIDED'))

    # === UPDATES AND VOIDS === #

    def _synced_once(self, move_type='in_invoice'):
        move = self._document(move_type)
        self._push()
        self._synced(move)
        return move

    def test_a_lost_update_is_repeated(self):
        for minutes in (2, 7):
            for fault in ('cut_before', 'cut_after'):
                with self.subTest(minutes=minutes, fault=fault):
                    move = self._synced_once()
                    self._change(move)
                    self.sandbox.inject(fault, 'POST', '/Invoices/*')
                    self._push()
                    self._later(minutes=minutes)
                    self._push()
                    self.assertEqual(self._synced(move)['Total'], 300)

    def test_a_lost_update_that_was_taken_back_here(self):
        """Xero may have either state, so equal to the one before is not equal to Xero's."""
        move = self._synced_once()
        self._change(move)
        self.sandbox.inject('cut_after', 'POST', '/Invoices/*')
        self._push()
        move.button_draft()
        move.invoice_line_ids.price_unit = 100
        move.action_post()
        self._later(minutes=7)
        self._push()
        self.assertEqual(self._synced(move)['Total'], 120)

    def test_a_lost_void_is_repeated(self):
        for move_type in self.KINDS:
            for minutes in (2, 7):
                with self.subTest(move_type=move_type, minutes=minutes):
                    move = self._synced_once(move_type)
                    move.button_cancel()
                    self.sandbox.inject('cut_after', 'POST', f'{self._path(move)}/*')
                    self._push()
                    self._later(minutes=minutes)
                    self._push()
                    self.assertEqual((move.xero_state, move.xero_status), ('synced', 'VOIDED'))

    def test_approved_in_xero_before_the_draft_is_deleted_there(self):
        self.connection.push_status = 'DRAFT'
        move = self._synced_once('out_invoice')
        self.org.as_person.approve(move.name)
        move.button_cancel()
        self._push()
        self.assertEqual((move.xero_state, move.xero_status), ('synced', 'VOIDED'))

    def test_a_void_that_is_not_possible(self):
        for move_type in ('out_invoice', 'out_refund'):
            with self.subTest(move_type=move_type):
                move = self._synced_once(move_type)
                self.org.as_person.pay(move.xero_document_id, 10)
                move.button_cancel()
                self._push()
                self.assertEqual((move.xero_state, move.xero_error_code),
                                 ('failed', 'document_not_editable'))
                self.assertIn("VOIDED", move.xero_error_message)

    # === WHAT IS NOT OURS === #

    def _foreign(self, move, **values):
        """Somebody makes a document in Xero with the number of one of ours."""
        data = {'contact': {'ContactID': self.partner_a.xero_contact_id}, 'Date': '2026-03-02',
                'lines': [{'Description': "Theirs", 'Quantity': Decimal(1),
                           'UnitAmount': Decimal(50), 'AccountCode': '200', 'TaxType': 'NONE'}],
                **values}
        if 'refund' in move.move_type:
            return self.org.as_person.create_credit_note(CreditNoteNumber=move.name, **data)
        return self.org.as_person.create_invoice(InvoiceNumber=move.name, **data)

    def test_another_document_under_our_number_is_not_touched(self):
        for move_type in ('out_invoice', 'out_refund'):
            for lost in (False, True):
                with self.subTest(move_type=move_type, lost=lost):
                    move = self._lost(move_type, 'cut_before') if lost else \
                        self._document(move_type)
                    before = dict(self._foreign(move))
                    self._later(minutes=7)
                    self._push()
                    self.assertEqual((move.xero_state, move.xero_error_code),
                                     ('failed', 'number_taken'))
                    self.assertIn("50", move.xero_error_message)
                    self.assertFalse(move.xero_document_id)
                    move.action_xero_sync_now()
                    self._push()
                    self.assertEqual(move.xero_error_code, 'number_taken')
                    [after] = self._in_xero(move)
                    self.assertEqual(
                        {key: value for key, value in after.items() if key != 'Contact'},
                        {key: value for key, value in before.items() if key != 'Contact'})

    def test_a_document_of_another_database_with_our_number(self):
        """As equal as can be, but its link points elsewhere."""
        move = self._document()
        lines = [{'Description': "Work", 'Quantity': Decimal(1), 'UnitAmount': Decimal(100),
                  'AccountCode': '200', 'TaxType': 'OUTPUT2'}]
        self._foreign(move, lines=lines, Url='https://other.example.com/mail/view?res_id=1')
        self._push()
        self.assertEqual(move.xero_error_code, 'number_taken')

    def test_a_document_that_is_linked_already_is_not_given_away(self):
        """A restored database may number a new invoice as one that Xero and another one have."""
        linked = self._synced_once('out_invoice')
        move = self._document()
        self.org.as_person.edit(linked.xero_document_id, InvoiceNumber=move.name)
        [document] = self._in_xero(move)
        self.org.store['Invoices'].put({
            key: value for key, value in document.items() if key != 'Url'})
        self._push()
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'number_taken'))
        self.assertEqual(linked.xero_document_id, document['InvoiceID'])

    def test_an_older_document_with_our_link_is_not_ours(self):
        """A database that was restored from a backup uses its ids and numbers again."""
        move = self._document('in_invoice')
        link = f'{move.get_base_url()}/mail/view?model=account.move&res_id={move.id}'
        old = self._foreign(move, type='ACCPAY', Url=link)
        self._later(hours=1)
        self.sandbox.inject('cut_before', 'PUT', '/Invoices')
        self._push()
        self._later(minutes=7)
        self._push()
        self._synced(move)
        self.assertNotEqual(move.xero_document_id, old['InvoiceID'])

    def test_an_equal_document_without_a_link_is_adopted(self):
        """As after a push whose request was lost with a restored database."""
        move = self._document()
        lines = [{'Description': "Work", 'Quantity': Decimal(1), 'UnitAmount': Decimal(100),
                  'AccountCode': '200', 'TaxType': 'OUTPUT2'}]
        document = self._foreign(move, lines=lines)
        self._push()
        self._synced(move)
        self.assertEqual(move.xero_document_id, document['InvoiceID'])

    # === SYNC NOW === #

    def test_double_click_on_sync_now(self):
        self.connection.auto_sync = False
        move = self._document('in_invoice')
        move.action_xero_sync_now()
        move.action_xero_sync_now()
        self._push()
        move.action_xero_sync_now()
        self._push()
        self._synced(move)
        self.assertEqual(len(self._in_xero(move)), 1)
        self.assertEqual([call.method for call in self.sandbox.calls], ['GET', 'PUT'],
                         "asked once, sent once; nothing has changed, so nothing more is sent")
