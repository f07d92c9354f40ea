"""Nothing is said that is not true: empty lists, counts, toasts, and what waits for a scheduler."""
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestTruth(XeroCommon):

    # === EMPTY LISTS === #

    def _help(self, name):
        action = self.env['ir.actions.actions'].with_context(
            allowed_company_ids=self.env.company.ids)._for_xml_id(f'account_xero.action_xero_{name}')
        return action['help']

    def test_an_empty_list_says_that_nothing_is_connected(self):
        for name, good in (('difference', "Both books agree"), ('problem', "Nothing is held up"),
                           ('unmatched', "Nothing waits")):
            with self.subTest(name):
                self.assertIn(good, self._help(name))
                self.connection.state = 'disconnected'
                self.assertNotIn(good, self._help(name))
                self.assertIn("Not connected to Xero", self._help(name))
                self.connection.state = 'connected'

    def test_books_that_were_never_compared_do_not_agree(self):
        self.connection.last_reconcile = False
        self.assertNotIn("Both books agree", self._help('difference'))
        self.assertIn("Not compared yet", self._help('difference'))
        self.assertIn("Nothing is held up", self._help('problem'))

    # === THE SCHEDULER === #

    def _says(self):
        self.env.invalidate_all()
        return self.connection.state_help

    def test_a_stopped_scheduler_is_named(self):
        self.assertIn("within a minute", self._says())
        move = self._invoice()
        cron = self.connection.sudo().cron_ids
        cron.active = False
        for words in (self._says(), self.connection.waiting_reason, move.xero_tooltip):
            self.assertIn("is switched off", words)
            self.assertIn(cron.cron_name, words)
        cron.active = True
        self.assertIn("within a minute", self._says())
        self.assertFalse(self.connection.waiting_reason)

    def test_a_scheduler_that_does_not_run_is_named(self):
        self._invoice()
        cron = self.connection.sudo().cron_ids
        self.assertTrue(self.env['ir.cron.trigger'].sudo().search([('cron_id', '=', cron.id)]))
        self.assertFalse(self.connection.waiting_reason, "it has had no time yet")
        later = fields.Datetime.now() + timedelta(minutes=20)
        with patch.object(fields.Datetime, 'now', lambda *_args: later):
            self.assertIn("scheduler does not run", self._says())
            cron.lastcall = later - timedelta(minutes=1)
            self.assertIn("within a minute", self._says(), "it is at work")

    def test_nothing_goes_by_itself_where_that_is_off(self):
        self.connection.auto_sync = False
        self.assertNotIn("within a minute", self._says())
        self.assertIn("Automatically sync new invoices", self._says())

    def test_one_sentence_not_two_that_disagree(self):
        self.connection.resume_at = fields.Datetime.now() + timedelta(minutes=5)
        self.assertNotIn("within a minute", self._says())
        self.assertEqual(self.connection.state_help, self.connection.waiting_reason)

    # === TOASTS === #

    def _toast(self, moves):
        params = moves.action_xero_sync_now()['params']
        return params['type'], params['title'], params['message']

    def test_queued_is_not_green_while_the_cause_stands(self):
        unmapped = self.income.copy({'code': '499230', 'name': "Unmapped"})
        held, good = self._invoice(lines=[{'account_id': unmapped.id}]), self._invoice()
        self._push()
        self.assertEqual(self._toast(good)[:2], ('success', "Queued"))
        kind, title, message = self._toast(held | good)
        self.assertEqual((kind, title), ('warning', "Still held up"))
        self.assertIn("1 of 2", message)
        self.assertIn("An account has no usable Xero account", message)
        self._push()
        [problem] = self.env['xero.problem'].search([('connection_id', '=', self.connection.id)])
        self.assertEqual(problem.action_sync_now()['params']['type'], 'warning')
        unmapped.xero_account_id = self.income.xero_account_id
        self.assertEqual(self._toast(held)[0], 'success')

    def test_queued_says_what_it_waits_for(self):
        move = self._invoice()
        self.connection.state = 'paused'
        kind, _title, message = self._toast(move)
        self.assertEqual((kind, message), ('warning', self.connection.state_help))

    # === THE DIALOG === #

    def _wizard(self, moves):
        return self.env['xero.push.wizard'].browse(moves.action_xero_push_wizard()['res_id'])

    def test_what_is_not_sent_has_no_total(self):
        linked = self._invoice()
        self._push()
        held = self._invoice(lines=[{'account_id': self.income.copy({'code': '499231'}).id}])
        good = self._invoice()
        self.connection.auto_sync = False
        wizard = self._wizard(linked | held | good)
        self.assertEqual(wizard.note_ids.move_ids, good, "what is held up is not sent by hand")
        for move, sent in ((linked, False), (held, False), (good, True)):
            wizard.preview_id = move
            self.assertEqual(bool(wizard.preview_total), sent)
            self.assertEqual(bool(wizard.preview_note), not sent)
            self.assertTrue(wizard.preview_line_ids)

    def test_a_number_that_xero_is_known_to_have_is_not_eligible(self):
        self.connection.auto_sync = False
        free, taken, voided, refused = (self._invoice() for _number in range(4))
        refund = self._invoice('out_refund')
        other = self._invoice(partner_id=self.partner_b.id)
        other.sudo().write({'xero_document_id': 'a' * 36, 'xero_number': taken.name,
                            'xero_status': 'AUTHORISED', 'xero_state': 'synced'})
        gone = self._invoice(partner_id=self.partner_b.id)
        gone.sudo().write({'xero_document_id': 'b' * 36, 'xero_number': voided.name,
                           'xero_status': 'VOIDED', 'xero_state': 'synced'})
        refused.sudo().write({'xero_state': 'failed', 'xero_error_code': 'number_taken',
                              'xero_error_message': "Xero's words"})
        values = {'connection_id': self.connection.id, 'kind': 'ACCRECCREDIT',
                  'currency_id': refund.currency_id.id, 'reason': 'contact_missing'}
        self.env['xero.unmatched'].sudo().create([
            {**values, 'xero_id': 'c' * 36, 'number': refund.name, 'contact_name': "Rook Ltd",
             'total': refund.amount_total + 1},
            {**values, 'xero_id': 'd' * 36, 'number': free.name, 'contact_name': "Rook Ltd"}])
        wizard = self._wizard(free | taken | voided | refused | refund)
        self.assertEqual(wizard.eligible_ids, free)
        causes = {cause.code: cause for cause in wizard.cause_ids}
        self.assertEqual(set(causes), {'number_taken', 'number_voided', 'maybe_in_xero'})
        self.assertEqual(causes['number_voided'].move_ids, voided)
        self.assertEqual(causes['maybe_in_xero'].move_ids, refund)
        self.assertIn("Rook Ltd", causes['maybe_in_xero'].message)

    # === CONTACTS === #

    def test_what_a_contact_has_otherwise_is_only_said_where_both_have_it(self):
        candidate = self.env['xero.contact.candidate'].sudo().create({
            'partner_id': self.partner_b.id, 'connection_id': self.connection.id,
            'xero_id': 'e' * 36, 'name': self.partner_b.name, 'status': 'ACTIVE'})
        for email, vat, there, tax, words in (
                (False, False, False, False, "nothing else to compare"),
                ('b@example.com', False, False, False, "nothing else to compare"),
                ('b@example.com', False, 'x@example.com', 'GB1234567', "but another e-mail"),
                (False, 'GB999999973', False, 'GB1234567', "but another tax number"),
                ('b@example.com', 'GB999999973', 'x@example.com', 'GB1234567',
                 "another e-mail address and tax number")):
            with self.subTest(words):
                self.partner_b.with_context(no_vat_validation=True).write(
                    {'email': email, 'vat': vat})
                candidate.write({'email': there, 'tax_number': tax})
                candidate.invalidate_recordset()
                self.assertIn(words, candidate.reason)
                self.assertEqual("tax number" in candidate.reason, bool(vat and tax))
