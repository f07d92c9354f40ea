"""The month end without orders: draft and recurring invoices are posted, sent as drafts, approved
or taken back."""
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models.invoicing import xero_invoicing_generate
from .common_invoicing import XeroInvoicingCommon


@tagged('post_install', '-at_install')
class TestInvoicing(XeroInvoicingCommon):

    def setUp(self):
        super().setUp()
        self.connection.push_status = 'AUTHORISED'
        self.partner_b.write({'vat': False, 'name': "Brook"})

    def _draft(self, partner=None, **values):
        return self._invoice(post=False, **{
            'partner_id': (partner or self.partner_a).id, **values})

    def test_from_the_list_to_approval(self):
        first, second = self._draft(), self._draft(self.partner_b)
        self._draft(invoice_date='2026-04-01')
        run = self._prepared()
        self.assertEqual(run.state, 'prepared')
        self.assertEqual({(line.partner_name, line.order_count, line.amount, line.problem)
                          for line in run.line_ids},
                         {(self.partner_a.name, 1, 120, False), ("Brook", 1, 120, False)})
        self.assertEqual((first.state, second.state), ('draft', 'draft'))
        self._generated(run)
        self.assertEqual(run.move_ids, first | second, "what is of April is left")
        self.assertEqual(set(run.move_ids.mapped('state')), {'posted'})
        self.assertEqual(self._there(run), {first.name: 'DRAFT', second.name: 'DRAFT'})
        self.assertEqual((run.made_count, run.sent_count, run.waiting_count, run.blocked_count,
                          run.failed_count), (2, 2, 0, 0, 0))
        self.assertIn("240.00", run.total_text)
        self.assertIn("Approved: 0 of 2", run.progress_text)
        calls = len(self.sandbox.calls)
        self.assertEqual(run.progress_state, 'done')
        self.assertEqual(len(self.sandbox.calls), calls, "nothing is asked of Xero for it")
        self.org.as_person.approve(first.xero_document_id)
        self._pull()
        self.assertIn("Approved: 1 of 2", run.progress_text)
        self.assertFalse(run.move_ids.filtered('xero_differs'))

    def test_what_is_sent_afterwards_follows_the_connection(self):
        self._draft()
        self._generated()
        other = self._invoice()
        self._push()
        self.assertEqual(self._synced(other)['Status'], 'AUTHORISED')

    def test_while_sending_by_itself_is_off(self):
        self.connection.auto_sync = False
        self._draft()
        run = self._generated()
        self.assertEqual(set(self._there(run).values()), {'DRAFT'})

    def test_while_all_sending_is_held_back(self):
        self.connection.hold_sending = True
        self._draft()
        run = self._generated()
        self.assertEqual((run.waiting_count, run.progress_state), (1, 'running'))
        self.assertIn(self.connection.waiting_reason.rstrip('.'), run.progress_text)
        self.connection.action_resume()
        self._push()
        run.invalidate_recordset()
        self.assertEqual((run.waiting_count, set(self._there(run).values())), (0, {'DRAFT'}))

    def test_a_partner_that_is_kept_out(self):
        self.partner_b.xero_exclude = True
        self._draft(self.partner_b)
        run = self._generated()
        self.assertEqual((run.made_count, run.sent_count, run.waiting_count), (1, 0, 0))
        self.assertFalse(self.org.invoices)

    def test_left_out_and_looked_at_again(self):
        first, second = self._draft(), self._draft(self.partner_b)
        run = self._prepared()
        run.line_ids.filtered(lambda line: line.partner_id == self.partner_b).included = False
        run.action_prepare()
        self.assertEqual(run.line_ids.filtered('included').partner_id, self.partner_a)
        self.assertEqual(run.chosen_count, 1)
        self._generated(run)
        self.assertEqual((first.state, second.state), ('posted', 'draft'))
        self.assertEqual(run.progress_state, 'done')
        with self.assertRaisesRegex(UserError, "are made"):
            run.line_ids[0].included = True
        with self.assertRaisesRegex(UserError, "are made"):
            run.date_to = '2026-04-30'

    def test_another_period_is_listed_anew(self):
        self._draft()
        run = self._prepared()
        run.date_to = '2026-02-28'
        self.assertEqual((run.state, run.line_ids.ids), ('draft', []))
        with self.assertRaisesRegex(UserError, "Press Prepare"):
            run.action_generate()
        run.action_prepare()
        self.assertFalse(run.line_ids)
        with self.assertRaisesRegex(UserError, "nothing to invoice"):
            run.action_generate()

    def test_what_blocks_and_what_puts_it_right(self):
        other = self.income.copy({'code': '499700', 'name': "Consulting"})
        self._draft(lines=[{'account_id': other.id}])
        self._draft(self.partner_b)
        run = self._prepared()
        line = run.line_ids.filtered('blocked_count')
        self.assertEqual(line.partner_id, self.partner_a)
        self.assertIn("Consulting", line.problem)
        self.assertTrue(line.fixable)
        action = line.action_fix()
        self.assertEqual((action['res_model'], action['context']['default_res_id']),
                         ('xero.fix.wizard', other.id))
        other.xero_account_id = self.income.xero_account_id
        run.action_prepare()
        self.assertFalse(run.line_ids.filtered('problem'))

    def test_one_that_cannot_be_posted_says_why_and_holds_up_no_other(self):
        bad, good = self._draft(partner_id=False), self._draft(self.partner_b)
        empty = self._draft()
        empty.invoice_line_ids.unlink()
        run = self._prepared()
        self._generated(run)
        self.assertEqual((good.state, bad.state, empty.state), ('posted', 'draft', 'draft'))
        self.assertEqual(run.failed_count, 2)
        self.assertEqual(run.progress_state, 'undone')
        for move in bad | empty:
            item = run.item_ids.filtered(lambda item, move=move: item.res_id == move.id)
            self.assertEqual(item.state, 'failed')
            self.assertTrue(item.error_message)
        bad.partner_id = self.partner_a
        run.action_try_again()
        self._run_own()
        self.assertEqual((bad.state, run.state, run.failed_count), ('posted', 'done', 1))
        self.assertEqual(len(self._there(run)), 2)

    def test_recurring_ones(self):
        move = self._draft(invoice_date='2026-03-15', auto_post='monthly')
        run = self._generated()
        self.assertEqual(move.state, 'posted')
        following = self.env['account.move'].search([('auto_post_origin_id', '=', move.id)]) - move
        self.assertEqual((str(following.date), following.state), ('2026-04-15', 'draft'))
        run.action_take_back()
        again = self.env['account.move'].search([
            ('state', '=', 'draft'), ('invoice_date', '=', '2026-03-15')])
        self.assertEqual((move.state, len(again), again.auto_post), ('cancel', 1, 'no'))

    def test_a_locked_period(self):
        self._draft(invoice_date=False, date='2026-03-20')
        run = self._prepared()
        self.env.company.sudo().sale_lock_date = '2026-03-31'
        run.invalidate_recordset()
        self.assertIn("Odoo is locked", run.locked_text)
        with self.assertRaisesRegex(UserError, "locked"):
            run.action_generate()
        self.env.company.sudo().sale_lock_date = False
        self.connection.period_lock_date = '2026-03-31'
        run.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "Xero is locked"):
            run.action_generate()

    def test_without_a_date_it_gets_that_of_the_period(self):
        move = self._draft(invoice_date=False, date='2026-03-20')
        self._generated()
        self.assertEqual((str(move.invoice_date), str(move.date)), ('2026-03-31', '2026-03-31'))

    def test_taken_back(self):
        first, second = self._draft(), self._draft(self.partner_b)
        run = self._generated()
        run.action_take_back()
        self.assertEqual(run.state, 'taken_back')
        self.assertEqual(run.progress_state, 'running')
        self._push()
        self.assertEqual(set(self._there(run).values()), {'DELETED'})
        self.assertEqual((first.state, second.state), ('cancel', 'cancel'))
        run.invalidate_recordset()
        self.assertIn("Nothing of it is in Xero", run.progress_text)
        self._pull()
        self._generated()
        self.assertEqual(len([row for row in self.org.invoices if row['Status'] == 'DRAFT']), 2)

    def test_one_that_is_approved_is_not_taken_back(self):
        first, second = self._draft(), self._draft(self.partner_b)
        run = self._generated()
        self.org.as_person.approve(first.xero_document_id)
        self._pull()
        with self.assertRaisesRegex(UserError, first.name):
            run.action_take_back()
        self.assertEqual((run.state, first.state, second.state), ('done', 'posted', 'posted'))

    def test_a_run_goes_on_where_it_was(self):
        moves = self.env['account.move'].union(*(self._draft() for _number in range(5)))
        run = self._prepared()
        run.action_generate()
        make, made = type(self.env['xero.invoicing.generate'])._make, []

        def killed(service, *args):
            if made:
                raise KeyError("killed")
            made.append(1)
            return make(service, *args)
        with patch.object(xero_invoicing_generate, 'PORTION', 2), \
                patch.object(type(self.env['xero.invoicing.generate']), '_make', killed), \
                self.assertLogs('odoo.addons.account_xero', 'ERROR'):
            self._run_own()
        self.assertEqual(run.state, 'running')
        self.assertTrue(0 < len(moves.filtered(lambda move: move.state == 'posted')) < 5)
        self._run_own()
        self.assertEqual((run.state, len(run.move_ids)), ('done', 5))
        self.assertEqual(len(self.org.invoices), 5)

    def test_who_may(self):
        reader = new_test_user(self.env, 'reader', groups='account.group_account_manager',
                               company_id=self.company.id)
        with self.assertRaises(AccessError):
            self.env['xero.invoicing.run'].with_user(reader).create({'date_to': '2026-03-31'})
        self._draft()
        user = new_test_user(self.env, 'sender', groups='account_xero.group_xero_user',
                             company_id=self.company.id)
        run = self.env['xero.invoicing.run'].with_user(user).create({'date_to': '2026-03-31'})
        run.action_prepare()
        run.line_ids.separate = True
        run.action_generate()
        self._run_own()
        self.assertEqual((run.state, run.sent_count), ('done', 1))
        with self.assertRaises(AccessError):
            run.state = 'draft'
        with self.assertRaises(AccessError):
            run.line_ids.amount = 1
