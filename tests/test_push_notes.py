"""Notes in Xero's history: what was done from here, by whom, once, and at nobody's expense."""
from odoo.tests import tagged

from .common_allocation import XeroAllocationCommon


@tagged('post_install', '-at_install')
class TestPushNotes(XeroAllocationCommon):

    def setUp(self):
        super().setUp()
        self._link(self.partner_a)
        self.connection.push_notes = True

    def _history(self, move):
        """:return: texts of the notes that Xero has of a document"""
        return [row['Details'] for row in self.org.history.get(move.xero_document_id, ())]

    def _calls(self, method='PUT'):
        return [call for call in self.sandbox.calls
                if call.method == method and call.path.endswith('/History')]

    def _change(self, move, ref):
        move.ref = ref
        self._push()
        self._synced(move)

    def test_changed_and_cancelled(self):
        move = self._pushed()
        self.assertFalse(self._calls(), "that it was made, Xero says itself")
        self._change(move, "other")
        [note] = self._history(move)
        self.assertIn(f"Changed in Odoo: {move.name}", note)
        self.assertIn(self.env.user.name, note)
        self.assertIn("UTC", note)
        move.button_draft()
        move.button_cancel()
        self._push()
        self.assertEqual(move.xero_status, 'VOIDED')
        self.assertIn(f"Cancelled in Odoo: {move.name}", self._history(move)[-1])
        self.assertEqual(len(self._calls()), len(self._history(move)))
        self.assertFalse(move.sudo().xero_notes)
        self.assertFalse(self._requests(), "the outbox is empty")

    def test_matched_and_taken_back(self):
        note, invoice = self._pushed('out_refund'), self._pushed()
        self._match(note, invoice)
        self._push_pairs()
        for move in (note, invoice):
            [text] = self._history(move)
            self.assertIn("Matched in Odoo", text)
            self.assertIn(note.name, text)
            self.assertIn(invoice.name, text)
            self.assertIn(self.env.user.name, text)
        self._unmatch(note)
        self._push_pairs()
        for move in (note, invoice):
            self.assertIn("No longer matched in Odoo", self._history(move)[-1])
        self._settled(note | invoice)

    def test_off_at_first(self):
        self.connection.push_notes = False
        move = self._pushed()
        self._change(move, "other")
        self.assertFalse(self._calls())
        self.assertFalse(self.env['xero.connection'].new().push_notes)

    def test_what_waits_of_a_document_is_one_call(self):
        moves = self._pushed() | self._pushed()
        self.sandbox.inject('429_minute', 'PUT', '/Invoices/*/History')
        self._change(moves[0], "one")
        self._later(minutes=2)
        moves.write({'ref': "two"})
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual(len(self._history(moves[0])), 2)
        self.assertEqual(len(self._history(moves[1])), 1)
        self.assertEqual(len(self._calls()), 2)

    def test_once_whatever_becomes_of_the_answer(self):
        for fault in ('cut_before', 'cut_after', '500', 'truncated_json'):
            for minutes in (2, 7):
                with self.subTest(fault=fault, minutes=minutes):
                    move = self._pushed()
                    self.sandbox.inject(fault, 'PUT', '/Invoices/*/History')
                    self._change(move, "other")
                    self._later(minutes=minutes)
                    self._push()
                    self.assertEqual(len(self._history(move)), 1)
                    self.assertFalse(move.sudo().xero_notes)
                    self.assertFalse(self._requests(), "the outbox is empty")

    def test_a_history_that_never_answers_is_left(self):
        move = self._pushed()
        self.sandbox.inject('500', 'PUT', '/Invoices/*/History', times=99)
        self._change(move, "other")
        for _round in range(6):
            self._later(minutes=6)
            self._push()
        self.assertFalse(self._requests())
        self.assertFalse(move.sudo().xero_notes)
        self._synced(move)
        self.assertLessEqual(len(self._calls()), 4)
        self.assertIn("history", self.env['xero.log'].search([
            ('res_id', '=', move.id), ('res_model', '=', move._name),
            ('outcome', '=', 'failure')], limit=1).message)

    def test_refused_the_document_is_in_order(self):
        move, other = self._pushed(), self._pushed()
        self.sandbox.inject('html_400', 'PUT', f'/Invoices/{move.xero_document_id}/History')
        (move | other).write({'ref': "other"})
        self._push()
        self._synced(move)
        self.assertFalse(self._history(move))
        self.assertEqual(len(self._history(other)), 1)
        self.assertFalse(self.connection.last_error)
        self.sandbox.ledger.reset()
        self._push()
        self.assertFalse(self.sandbox.calls)

    def test_what_cannot_be_told_keeps_no_document_waiting(self):
        move, other = self._pushed(), self._pushed()
        document = type(self.env['xero.push.document'])
        tell = document._tell

        def broken(kind, cancelled, env, one):
            if one == move:
                raise ZeroDivisionError
            return tell(kind, cancelled, env, one)

        self.patch(document, '_tell', broken)
        (move | other).write({'ref': "other"})
        with self.assertLogs('odoo.addons.account_xero.models.push.kinds.note', 'ERROR'):
            self._push()
        self._synced(move)
        self._synced(other)
        self.assertEqual((len(self._history(move)), len(self._history(other))), (0, 1))
