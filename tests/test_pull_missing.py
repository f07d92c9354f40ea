"""Linked documents that Xero does not have any more, found when both books are compared."""
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common_pull import XeroPullCommon

KINDS = ('out_invoice', 'in_invoice', 'out_refund', 'in_refund')


@tagged('post_install', '-at_install')
class TestPullMissing(XeroPullCommon):

    def _missing(self):
        """:return: the documents that are listed as gone from Xero"""
        rows = self.env['xero.difference'].search([
            ('connection_id', '=', self.connection.id), ('field', '=', 'missing')])
        return self.env['account.move'].browse(rows.mapped('res_id'))

    def _asked(self):
        """Compare both books.

        :return: the paths of documents that were asked for otherwise than as pages of changes"""
        self.sandbox.ledger.reset()
        self._reconcile()
        return [call.path for call in self.sandbox.calls
                if 'order' not in call.query
                and any(name in call.path for name in ('/Invoices', '/CreditNotes'))]

    def test_each_kind_is_found_and_can_be_sent_anew(self):
        moves = self.env['account.move'].union(*map(self._pushed, KINDS))
        lost = self.env['account.move'].union(*map(self._pushed, KINDS))
        for move in lost:
            self._vanish(move)
        self._reconcile()
        self.assertEqual(self._missing(), lost)
        self.assertEqual(set(lost.mapped('xero_differs')), {True})
        self.assertEqual(set(moves.mapped('xero_differs')), {False})
        rows = self.env['xero.difference'].search([('res_id', 'in', lost.ids)])
        self.assertEqual(set(rows.mapped('can_seek')), {True})
        rows.action_send_anew()
        self._push()
        for move in lost:
            self._synced(move)
        self._reconcile()
        self.assertFalse(self._missing())

    def test_what_the_lists_have_costs_no_call(self):
        for kind in KINDS:
            self._pushed(kind)
        self.assertFalse(self._asked())

    def test_few_calls_whatever_is_gone(self):
        """One for 40 documents; each one's own address tells for certain, as long as that is in
        doubt."""
        moves = self.env['account.move'].union(*(self._invoice('out_invoice') for _ in range(9)))
        self._push()
        self._pull()
        for move in moves:
            self._vanish(move)
        calls = self._asked()
        self.assertEqual(self._missing(), moves)
        self.assertEqual(len(calls), 1 + 5, calls)
        self.assertEqual(sum(path.endswith('/Invoices') for path in calls), 1)

    def test_an_empty_answer_is_one_that_has_nothing(self):
        move = self._pushed()
        self._vanish(move)
        self._later(minutes=6)
        self._reconcile()
        self.assertEqual(self._missing(), move)

    def test_what_was_void_there_is_not_missed(self):
        move = self._pushed('in_invoice')
        self.org.as_person.void(move.xero_document_id)
        self._pull()
        self._vanish(move)
        self.assertFalse(self._asked())
        self.assertFalse(self._missing())

    def test_what_no_list_has_is_compared(self):
        """It is there, but was changed longer ago than is known here."""
        move = self._pushed()
        self._later(days=9)
        now = fields.Datetime.now()
        move._xero_store([(move, {'xero_updated': now})])
        self.assertEqual(len(self._asked()), 1)
        self.assertFalse(self._missing())
        self.assertLess(move.xero_updated, now - timedelta(days=8))
        self.assertFalse(self._asked())

    def test_older_ones_with_compare_books(self):
        move = self._pushed()
        self._vanish(move)
        self._later(days=9)
        self._reconcile()
        self.assertFalse(self._missing(), "the night compares a week")
        self.env['xero.compare.wizard'].create({
            'connection_id': self.connection.id,
            'date_from': fields.Date.today() - timedelta(days=20)}).action_compare()
        self._pull_at_once()
        self.assertEqual(self._missing(), move)

    def test_page_by_page(self):
        """A run that is cut off between pages goes on, and misses nothing of either."""
        moves = self.env['account.move'].browse()
        for _number in range(6):
            moves |= self._pushed()
        for move in moves[1], moves[4]:
            self._vanish(move)
        fetch = self.registry['xero.fetch']
        get_page = fetch._get_page
        self.patch(fetch, '_get_page', lambda *args, **values: get_page(
            *args, **{'pageSize': 2, **values}))
        self._reconcile()
        self.assertEqual(self._missing(), moves[1] | moves[4])

    def test_what_came_from_xero_is_to_be_cancelled_here(self):
        move = self._pushed('in_invoice')
        move.sudo().xero_origin = True
        self._vanish(move)
        self._reconcile()
        [row] = self.env['xero.difference'].search([('res_id', '=', move.id)])
        self.assertFalse(row.can_seek)
        self.assertIn("Cancel it here", row.message)
