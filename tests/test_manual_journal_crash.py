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
                    self._pass(minutes)
                    self._push()
                    self.assertEqual(self._in_xero(entry), ['POSTED'])
                    self.assertEqual(self._state(entry), [('synced',)])
                    self.office.call('account.move', [entry], 'button_draft')
                    self.office.call('account.move', [entry], 'button_cancel')
                    with self._killed_at(
                            self._start_push, 'POST', '/ManualJournals/*', when=when):
                        self.assertEqual(self._sql("SELECT operation, attempts FROM xero_request"),
                                         [('journal_void', 1)])
                    self._pass(minutes)
                    self._push()
                    self._pass(2)
                    self._push()
                    self.assertEqual(self._in_xero(entry), ['VOIDED'])
                    self.assertEqual(self._state(entry), [(None,)])
                    self.assertEqual(self._sql("SELECT * FROM xero_request"), [])

    def test_two_people_begin_a_day_at_once(self):
        """Neither is kept from posting, and the day is one summary."""
        self.office.call('account.journal', [self.journal], 'write', {'xero_entries': 'daily'})
        self.addCleanup(self.office.call, 'account.journal', [self.journal], 'write',
                        {'xero_entries': 'each'})
        [entry] = self.office.call('account.move', [], 'create', {
            'move_type': 'entry', 'journal_id': self.journal, 'date': '2026-03-03',
            'line_ids': self.lines})
        other = self._connect_to(self.database)
        self.addCleanup(other.close)
        other.autocommit = False
        with other.cursor() as cursor:
            cursor.execute(
                "INSERT INTO xero_manual_journal (journal_id, company_id, date, name, daily)"
                " VALUES (%s, 1, '2026-03-03', 'Day', TRUE)", [self.journal])
            process = self.office.start('account.move', [entry], 'action_post')
            self._wait_for_locks()
            other.commit()
        self.office.result(process)
        self.assertEqual(self._sql(
            "SELECT move.state, day.name FROM account_move move"
            " JOIN xero_manual_journal day ON day.id = move.xero_manual_journal_id"
            " WHERE move.id = %s", entry), [('posted', 'Day')])
