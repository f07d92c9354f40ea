"""The dialog *Push to Xero*, and the log that is read afterwards."""
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestPushWizard(XeroCommon):

    def _wizard(self, moves):
        action = moves.action_xero_push_wizard()
        return self.env['xero.push.wizard'].browse(action['res_id'])

    def test_eligible_blocked_and_linked(self):
        linked = self._invoice()
        self._push()
        unmapped = self.income.copy({'code': '499111', 'name': "Unmapped income"})
        blocked = self.env['account.move'].union(*(
            self._invoice(lines=[{'account_id': unmapped.id}]) for _number in range(3)))
        good = self._invoice()
        draft = self._invoice(post=False)
        wizard = self._wizard(linked | blocked | good | draft)
        self.assertEqual(
            (wizard.eligible_count, wizard.blocked_count, wizard.linked_count), (1, 4, 1))
        self.assertEqual(wizard.eligible_ids, good)
        causes = {cause.code: cause for cause in wizard.cause_ids}
        self.assertEqual(causes['unmapped_account'].count, 3, "one row a cause")
        self.assertEqual(causes['unmapped_account'].move_ids, blocked)
        self.assertEqual(causes['unmapped_account'].action_fix()['context']['default_res_id'],
                         unmapped.id)
        self.assertEqual(causes['validation_error'].move_ids, draft)

    def test_preview_shows_what_is_sent(self):
        invoice = self._invoice(lines=[{'name': "Shelf", 'quantity': 2, 'price_unit': 19.99}])
        wizard = self._wizard(invoice)
        wizard.preview_id = invoice
        [line] = wizard.preview_line_ids
        self.assertEqual((line.description, line.quantity, line.account_code, line.tax_type),
                         ("Shelf", 2, '200', 'OUTPUT2'))
        self.assertIn('47.98', wizard.preview_total)
        self.assertFalse(self.sandbox.calls)

    def test_queue_and_progress(self):
        self.connection.auto_sync = False
        invoices = self._invoice() | self._invoice()
        wizard = self._wizard(invoices)
        wizard.action_queue()
        self.assertEqual((wizard.queued_count, wizard.sent_count), (2, 0))
        self._push()
        self.assertFalse(wizard.action_update_progress(), "nothing waits")
        self.assertEqual((wizard.queued_count, wizard.sent_count), (0, 2))
        self.assertFalse(wizard.cause_ids)

    def test_failures_of_a_batch_are_shown_by_cause(self):
        self.connection.auto_sync = False
        invoices = self.env['account.move'].union(*(self._invoice() for _number in range(3)))
        wizard = self._wizard(invoices)
        wizard.action_queue()
        self.assertTrue(wizard.action_update_progress(), "they wait")
        self.income.xero_account_id = False     # by somebody else, meanwhile
        self._push()
        self.assertFalse(wizard.action_update_progress())
        self.assertEqual((wizard.queued_count, wizard.failed_count), (0, 3))
        [cause] = wizard.cause_ids
        self.assertEqual((cause.code, cause.move_ids), ('unmapped_account', invoices))
        self.assertEqual(cause.action_fix()['context']['default_res_id'], self.income.id)
        self.assertEqual(cause.action_view_documents()['domain'],
                         [('id', 'in', cause.move_ids.ids)])
        self.assertFalse(wizard.action_update_progress())
        self.assertEqual(wizard.cause_ids, cause, "nothing new, nothing written")

    def test_progress_says_why_nothing_moves(self):
        self.connection.auto_sync = False
        wizard = self._wizard(self._invoice())
        wizard.action_queue()
        self.assertFalse(wizard.waiting_reason)
        self.connection.state = 'paused'
        wizard.invalidate_recordset()
        self.assertEqual(wizard.waiting_reason, self.connection.state_help)

    def test_one_row_a_cause_whatever_line_it_is_on(self):
        unmapped = self._tax("Odd tax", 7, 'sale')
        moves = self.env['account.move'].union(*(
            self._invoice(lines=[{'name': f"Line {number}", 'tax_ids': unmapped.ids}])
            for number in range(3)), *(self._invoice(post=False) for _number in range(2)))
        causes = {cause.code: cause for cause in self._wizard(moves).cause_ids}
        self.assertEqual({code: cause.count for code, cause in causes.items()},
                         {'unmapped_tax': 3, 'validation_error': 2})
        self.assertEqual(len(self._wizard(moves).cause_ids), 2)

    def test_preview_of_what_is_blocked_or_linked(self):
        linked = self._invoice()
        self._push()
        blocked = self._invoice(lines=[
            {'account_id': self.income.copy({'code': '499113'}).id, 'tax_ids': []}])
        draft = self._invoice(post=False)
        wizard = self._wizard(linked | blocked | draft)
        for move, code in ((linked, '200'), (blocked, False), (draft, '200')):
            wizard.preview_id = move
            [line] = wizard.preview_line_ids
            self.assertEqual(line.account_code, code)

    def test_a_single_invoice_shows_its_preflight_and_preview(self):
        self.connection.auto_sync = False
        invoice = self._invoice()
        wizard = self._wizard(invoice)
        self.assertEqual((wizard.eligible_count, wizard.preview_id), (1, invoice))
        self.assertIn("new in Xero", wizard.preview_contact)
        self.assertEqual(wizard.preview_number, invoice.name)
        self.assertFalse(invoice.xero_state, "looking queues nothing")

    def test_queries_do_not_grow_with_the_documents(self):
        self.connection.auto_sync = False
        moves = self.env['account.move'].union(*(self._invoice() for _number in range(30)))

        def queries(documents):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._wizard(documents)
            return self.env.cr.sql_log_count - before

        queries(moves[:1])      # fills the caches that last longer than a transaction
        few, many = queries(moves[:5]), queries(moves)
        self.assertLessEqual(many, few)

    def test_nothing_to_push(self):
        entry = self.env['account.move'].create({'move_type': 'entry'})
        with self.assertRaises(UserError):
            entry.action_xero_push_wizard()

    def test_what_goes_by_hand_only_says_why(self):
        self.connection.write({'auto_sync': False, 'sync_credit_notes': False})
        partner = self.partner_b
        partner.xero_exclude = True
        invoice, refund = self._invoice(partner_id=partner.id), self._invoice('out_refund')
        self.assertFalse(invoice.xero_state or refund.xero_state)
        wizard = self._wizard(invoice | refund)
        notes = {note.reason: note.move_ids for note in wizard.note_ids}
        self.assertEqual(notes, {
            "“Automatically sync new invoices” is switched off on the Xero connection.":
                invoice | refund,
            "“Sync credit notes” is switched off on the Xero connection.": refund,
            f"{partner.name} is excluded from Xero.": invoice,
        })
        self.assertEqual((wizard.eligible_count, wizard.blocked_count), (2, 0))
        wizard.action_queue()
        self._push()
        self.assertEqual((invoice | refund).mapped('xero_state'), ['synced'] * 2)

    def test_a_connection_that_does_not_work_blocks(self):
        invoice = self._invoice()
        for state, code in (('paused', 'connection_inactive'), ('reauth', 'connection_inactive'),
                            ('disconnected', 'connection_inactive'), ('revoked', 'app_revoked')):
            with self.subTest(state=state):
                self.connection.state = state
                [cause] = self._wizard(invoice).cause_ids
                self.assertEqual((cause.code, cause.message),
                                 (code, self.connection.state_help))
                action = cause.action_fix()
                self.assertEqual((action['res_model'], action['res_id']),
                                 ('xero.connection', self.connection.id))
        self.connection.state = 'connected'
        self.assertFalse(self._wizard(invoice).cause_ids)

    def test_a_user_who_may_sync_can_use_it(self):
        user = new_test_user(self.env, 'syncer', groups='account_xero.group_xero_user',
                             company_id=self.env.company.id)
        invoice = self._invoice()
        action = invoice.with_user(user).action_xero_push_wizard()
        wizard = self.env['xero.push.wizard'].with_user(user).browse(action['res_id'])
        wizard.preview_id = invoice
        self.assertTrue(wizard.preview_line_ids)
        wizard.action_queue()
        self.assertTrue(invoice.xero_manual)

    # === LOG === #

    def _log(self, record):
        return self.env['xero.log'].search(
            [('res_model', '=', record._name), ('res_id', '=', record.id)])

    def test_every_outcome_is_logged(self):
        good = self._invoice()
        bad = self._invoice(lines=[{'account_id': self.income.copy({'code': '499112'}).id}])
        self._push()
        [success], [failure] = self._log(good), self._log(bad)
        self.assertEqual((success.direction, success.outcome), ('push', 'success'))
        self.assertTrue(success.correlation_id)
        self.assertEqual((failure.outcome, failure.error_code), ('failure', 'unmapped_account'))
        labels = dict(self.env['xero.log']._fields['error_code']._description_selection(self.env))
        self.assertEqual(labels['unmapped_account'], "An account has no usable Xero account")
        self.assertEqual(failure.action_open_record()['res_id'], bad.id)

    def test_a_lost_answer_is_logged_as_tried_again(self):
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        invoice = self._invoice()
        self._push()
        self.assertEqual(self._log(invoice).outcome, 'retry')

    def test_old_rows_are_removed(self):
        invoice = self._invoice()
        self._push()
        row = self._log(invoice)
        self.env.cr.execute("UPDATE xero_log SET create_date = %s WHERE id = %s", [
            fields.Datetime.now() - timedelta(days=91), row.id])
        self.env.invalidate_all()
        self.env['xero.log'].sudo()._gc_rows()
        self.assertFalse(row.exists())
