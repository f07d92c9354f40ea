"""What the badge of a document says: a word of its own for each way to stand with Xero."""
from lxml import etree

from odoo import fields
from odoo.tests import tagged

from .common import XeroCommon

#: A word, and the filter of the lists that finds what has it.
WORDS = {
    'pending': "Pending", 'synced': "Synced to Xero", 'failed': "Sync failed",
    'differs': "Differs", 'voided': "Voided", 'origin': "From Xero", 'absent': "Not in Xero",
}


@tagged('post_install', '-at_install')
class TestBadge(XeroCommon):

    def _all(self):
        """:return: {badge: a document that has it}, and drafts, which have none"""
        failed = self._invoice(lines=[{
            'account_id': self.income.copy({'code': '499220', 'name': "Unmapped"}).id}])
        synced, differs, voided, origin = (self._invoice() for _number in range(4))
        self._push()
        self.env['xero.difference']._note(self.connection, differs, 'date', '1', '2')
        voided.button_cancel()
        self._push()
        origin.sudo().write({'xero_origin': True})
        pending = self._invoice()
        self.connection.auto_sync = False
        absent = self._invoice()
        self._invoice(post=False)
        absent_cancelled = self._invoice()
        absent_cancelled.button_cancel()
        self.env.flush_all()
        return {'pending': pending, 'synced': synced, 'failed': failed, 'differs': differs,
                'voided': voided, 'origin': origin, 'absent': absent}

    def test_each_has_its_word_and_its_filter(self):
        documents = self._all()
        labels = dict(self.env['account.move']._fields['xero_badge']._description_selection(
            self.env))
        self.assertEqual(labels, WORDS)
        self.assertEqual({name: move.xero_badge for name, move in documents.items()},
                         {name: name for name in WORDS})
        for name, move in documents.items():
            with self.subTest(name):
                self.assertEqual(self._filtered(f'xero_{name}'), move)
        mine = [('company_id', '=', self.env.company.id), ('move_type', '!=', 'entry')]
        Move = self.env['account.move']
        self.assertEqual(
            Move.search([*mine, ('xero_badge', 'in', ['voided', 'origin'])]),
            documents['voided'] | documents['origin'])
        rest = Move.search([*mine, ('xero_badge', '!=', 'synced'), ('xero_badge', '!=', False)])
        self.assertEqual(rest, Move.union(*documents.values()) - documents['synced'])

    def test_only_what_is_in_step_is_green(self):
        for xmlid, kind in (('account.view_out_invoice_tree', 'list'),
                            ('account.view_move_form', 'form'),
                            ('account.view_account_move_kanban', 'kanban')):
            arch = etree.fromstring(
                self.env['account.move'].get_view(self.env.ref(xmlid).id, kind)['arch'])
            [node] = arch.xpath("//field[@widget='xero_status']")
            self.assertEqual(
                {name.removeprefix('decoration-'): value for name, value in node.items()
                 if name.startswith('decoration-')}, {
                     'success': "xero_badge == 'synced'",
                     'warning': "xero_badge == 'differs'",
                     'danger': "xero_badge == 'failed'",
                     'info': "xero_badge == 'origin'",
                     'muted': "xero_badge in ('pending', 'absent', 'voided')"}, xmlid)

    def test_in_xero_counts_what_its_button_lists(self):
        documents = self._all()
        action = self.connection.with_context(
            search_default_xero_synced=1).action_view_documents()
        names = [name.removeprefix('search_default_') for name in action['context']
                 if name.startswith('search_default_')]
        listed = self.env['account.move'].union(*map(self._filtered, names))
        self.assertEqual(listed, documents['synced'] | documents['voided'] | documents['origin'])
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.synced_count, len(listed))

    # === WHY SOMETHING IS NOT IN XERO === #

    def _why(self, move):
        self.env.invalidate_all()
        return move.xero_tooltip

    def test_why_it_is_not_in_xero(self):
        self.connection.auto_sync = False
        off = self._invoice()
        self.assertIn("“Automatically sync new invoices” is switched off", self._why(off))
        self.connection.write({'auto_sync': True, 'sync_credit_notes': False})
        refund = self._invoice('out_refund')
        self.assertEqual(refund.xero_badge, 'absent')
        self.assertIn("“Sync credit notes” is switched off", self._why(refund))
        self.partner_b.xero_exclude = True
        excluded = self._invoice(partner_id=self.partner_b.id)
        self.assertIn(f"{self.partner_b.name} is excluded from Xero", self._why(excluded))
        self.assertNotIn("excluded", self._why(off))
        self.assertIn("posted while it was switched off", self._why(off))
        self.connection.connected_at = fields.Datetime.now()
        self.env.cr.execute("UPDATE account_move SET create_date = '2026-01-01' WHERE id = %s", [
            off.id])
        self.assertIn("before this company was connected to Xero", self._why(off))
        self.assertIn("Push to Xero", self._why(off))

    def test_what_takes_back_a_void_says_so(self):
        move = self._invoice()
        self._push()
        self.connection.auto_sync = False
        reversal = move._reverse_moves([{'invoice_date': '2026-03-02'}])
        reversal.sudo().write({'xero_from_void': True})
        reversal.action_post()
        self.assertEqual(reversal.xero_badge, 'absent')
        self.assertIn("voided in Xero", self._why(reversal))
        self.assertNotIn("Push to Xero", self._why(reversal))

    def test_nothing_where_no_company_is_connected(self):
        move = self._invoice(post=False)
        self.connection.action_disconnect()
        move.action_post()
        self.env.invalidate_all()
        self.assertFalse(move.xero_badge)
        self.assertFalse(self.env['account.move'].search([
            ('id', '=', move.id), ('xero_badge', '=', 'absent')]))

    def test_a_list_of_many_costs_what_one_costs(self):
        moves = self.env['account.move'].union(*self._all().values())

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some.web_read({'xero_badge': {}, 'xero_tooltip': {}})
            return self.cr.sql_log_count - before
        queries(moves)
        few = queries(moves)
        for _number in range(5):
            moves |= self._invoice()
        self.assertLessEqual(queries(moves), few)
