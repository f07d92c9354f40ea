"""Processes that die while Xero matches a credit note, or takes a match back."""
from odoo.tests import tagged

from .common_process import XeroProcessCase

ALLOCATIONS = '/CreditNotes/*/Allocations'


@tagged('post_install', '-at_install')
class TestPushAllocationsCrash(XeroProcessCase):

    def _push(self):
        return self.office.call('xero.connection', [self.connection], '_push')

    def _start_push(self):
        return self.office.start('xero.connection', [self.connection], '_push')

    def _pair(self):
        """:return: ids of a bill and of a credit for it, which Xero has"""
        bill = self._bill()
        [credit] = self.office.call('account.move', [bill], 'copy', {
            'move_type': 'in_refund', 'ref': f'Credit of {bill}', 'invoice_date': '2026-03-02'})
        self.office.call('account.move', [credit], 'action_post')
        self._push()
        return bill, credit

    def _lines(self, *moves):
        return [line for [line] in self._sql(
            "SELECT id FROM account_move_line WHERE move_id IN %s"
            " AND display_type = 'payment_term'", moves)]

    def _allocated(self, credit):
        """:return: amounts that Xero has allocated of a credit"""
        [[xero_id]] = self._sql("SELECT xero_document_id FROM account_move WHERE id = %s", credit)
        [note] = [n for n in self.org.credit_notes if n['CreditNoteID'] == xero_id]
        return [float(row['Amount']) for row in note['Allocations']]

    def _state(self, credit):
        return self._sql("SELECT xero_state FROM xero_allocation WHERE credit_id = %s", credit)

    def test_killed_while_xero_has_the_request(self):
        for when in ('before', 'after'):
            for minutes in (2, 7):
                with self.subTest(when=when, minutes=minutes):
                    bill, credit = self._pair()
                    lines = self._lines(bill, credit)
                    self.office.call('account.move.line', lines, 'reconcile')
                    with self._killed_at(self._start_push, 'PUT', ALLOCATIONS, when=when):
                        self.assertEqual(self._sql(
                            "SELECT operation, attempts FROM xero_request"), [('allocate', 1)])
                    self._pass(minutes)
                    self._push()
                    self.assertEqual(self._allocated(credit), [100])
                    self.assertEqual(self._state(credit), [('synced',)])
                    self.office.call('account.move.line', lines, 'remove_move_reconcile')
                    with self._killed_at(self._start_push, 'DELETE', f'{ALLOCATIONS}/*', when=when):
                        self.assertEqual(self._sql(
                            "SELECT operation, attempts FROM xero_request"), [('unallocate', 1)])
                    self._pass(minutes)
                    self._push()
                    self.assertEqual(self._allocated(credit), [])
                    self.assertEqual(self._state(credit), [('synced',)])
                    self.assertEqual(self._sql("SELECT * FROM xero_request"), [])
