"""A difference: both sides beside each other, what each decision does, and what becomes of it."""
from odoo.tests import new_test_user, tagged

from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestDecide(XeroImportCommon):

    def _differing(self, **change):
        """:return: a document whose line somebody has changed in Xero, and its difference"""
        move = self._pushed(lines=[{}, {'name': "Travel", 'price_unit': 30}])
        lines = self.org.store['Invoices'].get(move.xero_document_id)['LineItems']
        self.person.edit(move.xero_document_id, LineItems=[
            {'LineItemID': lines[0]['LineItemID'], **(change or {'UnitAmount': 150})},
            {'LineItemID': lines[1]['LineItemID']}])
        self._pull()
        return move, self._row(move)

    def _row(self, move):
        return self.env['xero.difference'].search([
            ('res_id', '=', move.id), ('cause_id', '=', False)])

    def test_line_by_line(self):
        move, row = self._differing()
        person = new_test_user(self.env, 'Mary', groups='account.group_account_invoice')
        move._message_log(body="Changed", author_id=person.partner_id.id)
        table = row.sides.replace('\xa0', ' ')
        [changed] = [part for part in table.split('<tr') if "Line 1" in part]
        [alike] = [part for part in table.split('<tr') if "Line 2" in part]
        self.assertIn('table-warning', changed)
        self.assertIn("$ 120.00", changed)
        self.assertIn("$ 180.00", changed)
        self.assertNotIn('table-warning', alike)
        self.assertIn("Travel", alike)
        self.assertIn(person.name, table, "who changed it here")
        self.assertIn("Changed ", table, "when it was changed there")

    def test_a_line_that_one_side_has_only(self):
        move = self._pushed()
        lines = self.org.store['Invoices'].get(move.xero_document_id)['LineItems']
        self.person.edit(move.xero_document_id, LineItems=[
            {'LineItemID': lines[0]['LineItemID']},
            {'Description': "<b>Added</b>", 'Quantity': 1, 'UnitAmount': 5, 'AccountCode': '200'}])
        self._pull()
        [added] = [part for part in self._row(move).sides.split('<tr') if "Added" in part]
        self.assertIn("&lt;b&gt;Added&lt;/b&gt;", added)
        self.assertIn("<td>–</td>", added)

    def test_what_each_does_is_said_first(self):
        move, row = self._differing()
        self.assertIn("is sent to Xero again as it is in Odoo", row.keep_text)
        self.assertIn("is reset to draft, gets Xero's lines", row.take_text)
        self.person.pay(move.xero_document_id, 10)
        self._pull()
        row.invalidate_recordset()
        self.assertFalse(row.can_push)
        self.assertIn("take those off there first", row.keep_text)

    def test_the_row_goes_when_it_is_done(self):
        for action in ('action_push', 'action_take_over'):
            with self.subTest(action):
                move, row = self._differing()
                getattr(row, action)()
                self.assertEqual((row.progress, row.decided_by_id), ('running', self.env.user))
                self._push()
                self._pull()
                self.assertFalse(row.exists())
                self.assertFalse(move.xero_differs)

    def test_it_says_when_xero_did_not_take_it(self):
        move, row = self._differing()
        self.person.pay(move.xero_document_id, 10)
        row.action_push()
        self._push()
        self._pull()
        self.assertTrue(row.exists())
        self.assertEqual(move.xero_state, 'failed')
        self.assertEqual(row.progress, 'undone')
        self.assertIn("Xero did not take it", row.progress_text)

    def test_it_says_when_odoo_does_not_allow_it(self):
        _move, row = self._differing()
        self.env.company.sale_lock_date = '2026-03-31'
        row.action_take_over()
        self._pull()
        row.invalidate_recordset()
        self.assertEqual(row.progress, 'undone')
        self.assertIn("Odoo did not allow it", row.progress_text)
        self.assertIn("locked", row.progress_text)

    def test_compared_again_and_still_otherwise(self):
        _move, row = self._differing()
        row.action_pull()
        self.assertEqual(row.progress, 'running')
        self._pull()
        row.invalidate_recordset()
        self.assertEqual(row.progress, 'undone')
        self.assertIn("still differ", row.progress_text)

    def test_ignored_and_back(self):
        move, row = self._differing()
        row.action_ignore()
        self.assertFalse(move.xero_differs)
        row.action_reopen()
        self.assertTrue(move.xero_differs)
        self.assertEqual(set((row | row.effect_ids).mapped('state')), {'open'})

    def test_a_list_of_many_costs_what_one_costs(self):
        rows = self.env['xero.difference'].union(*(self._differing()[1] for _number in range(3)))
        rows.action_push()

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some.web_read({'progress': {}, 'progress_text': {}, 'here': {}, 'there': {}})
            return self.cr.sql_log_count - before
        queries(rows)
        self.assertLessEqual(queries(rows), queries(rows[0]))
