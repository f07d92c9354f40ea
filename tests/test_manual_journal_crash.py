"""Processes that die while Xero makes a manual journal, changes one or takes one back."""
from odoo.tests import tagged

from .common_process import XeroProcessCase


@tagged('post_install', '-at_install')
class TestManualJournalCrash(XeroProcessCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        call = cls.office.call
        [cls.journal] = call('account.journal', [], 'search', [
            ('company_id', '=', 1), ('type', '=', 'general')], 0, 1)
        call('account.journal', [cls.journal], 'write', {'xero_entries': 'each'})
        cls.lines = [
            [0, 0, {'account_id': cls.expenses[1], 'debit': 50, 'name': "One"}],
            [0, 0, {'account_id': cls.expenses[1], 'credit': 50, 'name': "Two"}]]

    def _push(self):
        return self.office.call('xero.connection', [self.connection], '_push')

    def _start_push(self):
        return self.office.start('xero.connection', [self.connection], '_push')

    def _entry(self):
        """:return: id of a posted entry"""
        [entry] = self.office.call('account.move', [], 'create', {
            'move_type': 'entry', 'journal_id': self.journal, 'date': '2026-03-02',
            'line_ids': self.lines})
        self.office.call('account.move', [entry], 'action_post')
        return entry

    def _later(self, minutes):
        """As in TestPushCrash: what happened moves into the past."""
        self.sandbox.advance(minutes * 60)
        self._sql("UPDATE xero_request SET sent_at = sent_at - %s * interval '1 minute',"
                  " retry_at = NULL", minutes)
        self._sql("UPDATE xero_token SET expires_at = '2000-01-01'")

    def _in_xero(self, entry):
        """:return: statuses of the journals that an entry has in Xero"""
        [[record]] = self._sql(
            "SELECT xero_manual_journal_id FROM account_move WHERE id = %s", entry)
        return [journal['Status'] for journal in self.org.manual_journals
                if f'-{record}]' in journal['Narration']]

    def _state(self, entry):
        return self._sql("SELECT xero_state FROM account_move WHERE id = %s", entry)

    def test_killed_while_xero_has_the_request(self):
        for when in ('before', 'after'):
            for minutes in (2, 7):
                with self.subTest(when=when, minutes=minutes):
                    entry = self._entry()
                    with self._killed_at(self._start_push, 'PUT', '/ManualJournals', when=when):
                        self.assertEqual(self._sql("SELECT operation, attempts FROM xero_request"),
                                         [('journal_create', 1)])
                    self._later(minutes)
                    self._push()
                    self.assertEqual(self._in_xero(entry), ['POSTED'])
                    self.assertEqual(self._state(entry), [('synced',)])
                    self.office.call('account.move', [entry], 'button_draft')
                    self.office.call('account.move', [entry], 'button_cancel')
                    with self._killed_at(
                            self._start_push, 'POST', '/ManualJournals/*', when=when):
                        self.assertEqual(self._sql("SELECT operation, attempts FROM xero_request"),
                                         [('journal_void', 1)])
                    self._later(minutes)
                    self._push()
                    self._later(2)
                    self._push()
                    self.assertEqual(self._in_xero(entry), ['VOIDED'])
                    self.assertEqual(self._state(entry), [(None,)])
                    self.assertEqual(self._sql("SELECT * FROM xero_request"), [])
