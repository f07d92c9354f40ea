"""The history of a document says what became of it in Xero: one note a change, if wanted."""
import re

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_payment import XeroPaymentCommon

NOTE = re.compile(r'(?:<p>)?(Sent|Changed|Voided|Paid) (?:to|in) Xero')


@tagged('post_install', '-at_install')
class TestChatter(XeroPaymentCommon):

    def setUp(self):
        super().setUp()
        self.connection.note_changes = True

    def _notes(self, move):
        """:return: first words of the notes about Xero, the oldest first"""
        found = (NOTE.match(str(message.body)) for message in move.message_ids.sorted('id'))
        return [note.group(1) for note in found if note]

    def test_one_note_a_change(self):
        move = self._pushed()
        self.assertEqual(self._notes(move), ["Sent"])
        self.assertIn("120.00", move.message_ids[0].body)
        move.action_xero_sync_now()
        self._push()
        self._pull()
        self.assertEqual(self._notes(move), ["Sent"], "nothing has changed")
        move.ref = "Other"
        self._push()
        self.assertEqual(self._notes(move), ["Sent", "Changed"])
        self.org.as_person.pay(move.xero_document_id, 20)
        self._pull()
        self.assertEqual(len(self._notes(move)), 2, "a part is not all")
        self.org.as_person.pay(move.xero_document_id)
        self._pull()
        self._pull()
        self.assertEqual(self._notes(move), ["Sent", "Changed", "Paid"])

    def test_paid_here(self):
        move = self._pushed()
        self._pay(move)
        self._push()
        self._pull()
        self.assertEqual(self._notes(move), ["Sent", "Paid"])

    def test_voided_on_either_side(self):
        here, there = self._pushed(), self._pushed()
        here.button_cancel()
        self._push()
        self.assertEqual(self._notes(here), ["Sent", "Voided"])
        self.org.as_person.void(there.xero_document_id)
        self._pull()
        self.assertEqual(self._notes(there), ["Sent", "Voided"], "the one that tells all of it")

    def test_off_unless_it_is_wanted(self):
        self.assertFalse(self.env['xero.connection'].new({}).note_changes)
        self.connection.note_changes = False
        move = self._pushed()
        self.org.as_person.pay(move.xero_document_id)
        self._pull()
        self.assertFalse(self._notes(move))

    @mute_logger('odoo.addons.account_xero.models.documents.xero_chatter')
    def test_a_note_that_fails_holds_up_nothing(self):
        bad, good = self._invoice(), self._invoice()
        self._break('_get_text', bad, service='xero.chatter')
        self._push()
        self.assertEqual((bad | good).mapped('xero_state'), ['synced', 'synced'])
        self.assertEqual((self._notes(bad), self._notes(good)), ([], ["Sent"]))

    def test_in_the_language_of_who_is_responsible(self):
        self.env['res.lang']._activate_lang('de_DE')
        move = self._invoice()
        move.invoice_user_id.lang = 'de_DE'
        self._push()
        self.assertIn("An Xero gesendet", move.message_ids[0].body)

    def test_many_cost_what_one_costs(self):
        moves = self.env['account.move'].union(*(self._invoice() for _number in range(6)))

        def queries(some):
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.env['xero.chatter']._log(dict.fromkeys(some, 'sent'))
            self.env.flush_all()
            return self.cr.sql_log_count - before
        queries(moves)
        self.assertEqual(queries(moves), queries(moves[0]))
