"""A document that Xero has otherwise is never shown as synced, and nothing useless is offered."""
import runpy
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestDiffers(XeroImportCommon):

    def _reset(self, **values):
        """:return: a document that Xero has, and that was reset to draft here"""
        move = self._pushed(**values)
        move.button_draft()
        return move

    def _rows(self, move):
        return self.env['xero.difference'].search([
            ('res_model', '=', move._name), ('res_id', '=', move.id)])

    def _listed(self, move):
        """:return: {what: (here, there)}, with amounts as numbers"""
        return {row.field: tuple(text[-6:] if row.field == 'total' else text
                                 for text in (row.here, row.there)) for row in self._rows(move)}

    def _agrees(self, *moves):
        for move in moves:
            self.assertEqual(
                (move.xero_state, move.xero_differs), ('synced', False), move.alerts)
            self.assertFalse(self._rows(move))
            self.assertNotIn('xero_differs', move.alerts or {})

    # === RESET TO DRAFT === #

    def test_reset_to_draft_differs_at_once(self):
        move = self._pushed()
        self._agrees(move)
        self.sandbox.ledger.reset()
        move.button_draft()
        self.assertFalse(self.sandbox.calls)
        self.assertEqual((move.xero_state, move.xero_differs), ('synced', True))
        for words in ("Reset to draft in Odoo", "Approved, awaiting payment in Xero"):
            self.assertIn(words, move.alerts['xero_differs']['message'])
            self.assertIn(words, move.xero_tooltip)

    def test_the_night_lists_it_without_news_from_xero(self):
        left, changed = self._reset(), self._reset()
        changed.invoice_line_ids.price_unit = 500
        self._later(days=9)
        self._reconcile()
        state = {'status': ("Reset to draft", "Approved, awaiting payment")}
        self.assertEqual(self._listed(left), state)
        self.assertEqual(self._listed(changed), {**state, 'total': ("600.00", "120.00")})
        self.assertEqual(set((left | changed).mapped('xero_differs')), {True})
        self._assert_settled()
        with self.subTest("ignored, it still is not what Xero has"):
            self._rows(left).action_ignore()
            self.assertTrue(left.xero_differs)

    def test_posted_again_it_is_sent(self):
        for nights, price in ((0, 500), (1, 500), (1, 100)):
            with self.subTest(nights=nights, price=price):
                move = self._reset()
                move.invoice_line_ids.price_unit = price
                for _night in range(nights):
                    self._reconcile()
                move.action_post()
                self.assertEqual(move.xero_state, 'pending')
                self.assertNotIn('status', self._listed(move))
                self._push()
                self._pull_at_once()
                self._agrees(move)
                [there] = [row for row in self.org.invoices
                           if row['InvoiceID'] == move.xero_document_id]
                self.assertEqual(there['Total'], price * 1.2)
        self._assert_settled()

    def test_cancelled_it_is_voided(self):
        for nights in (0, 1):
            with self.subTest(nights=nights):
                move = self._reset()
                for _night in range(nights):
                    self._reconcile()
                move.button_cancel()
                self.assertEqual((move.xero_state, move.xero_differs), ('pending', False))
                self._push()
                self.assertEqual(move.xero_status, 'VOIDED')
                self._agrees(move)

    def test_a_draft_in_xero_may_be_approved_at_any_time(self):
        self.connection.push_status = 'DRAFT'
        move = self._reset()
        self.assertEqual((move.xero_status, move.xero_differs), ('DRAFT', True))

    def test_a_void_is_final(self):
        move = self._pushed()
        move.button_cancel()
        self._push()
        self._pull()
        self._agrees(move)
        move.button_draft()
        self.assertTrue(move.xero_differs)
        self.assertIn("duplicate it", move.alerts['xero_differs']['message'])
        self._later(days=9)
        self._reconcile()
        self.assertEqual(move.state, 'draft', "somebody is at work on it")

    def test_a_refused_void_is_listed(self):
        move = self._pushed()
        payment = self.person.pay(move.xero_document_id, 20)
        move.button_cancel()
        self._push()
        self._pull_at_once()
        self.assertEqual((move.xero_state, move.xero_differs), ('failed', True))
        self.assertIn('status', self._listed(move))
        self.person.delete_payment(payment['PaymentID'])
        self._pull()
        self._push()
        self._pull_at_once()
        self.assertEqual(move.xero_status, 'VOIDED')
        self._agrees(move)

    # === WHAT IS NOT SENT BY ITSELF === #

    def test_changed_while_nothing_is_sent(self):
        move = self._reset()
        self.connection.auto_sync = False
        move.invoice_line_ids.price_unit = 500
        move.action_post()
        self.assertEqual((move.xero_state, move.xero_differs), ('synced', True))
        self._pull_at_once()
        self.assertEqual(self._listed(move), {'total': ("600.00", "120.00")})
        self.assertTrue(move.xero_differs)
        self._rows(move).action_push()
        self._push()
        self._pull_at_once()
        self._agrees(move)
        with self.subTest("posted again as it was"):
            move.button_draft()
            move.action_post()
            self.assertTrue(move.xero_differs)
            self._pull_at_once()
            self._agrees(move)

    def test_imported_as_a_draft(self):
        self.connection.import_policy = 'draft'
        contact = self._contact(self.partner_a)
        approved, draft = (self._here(document) for document in (
            self._pulled(contact), self._pulled(contact, Status='DRAFT')))
        self.assertEqual((approved.xero_differs, draft.xero_differs), (True, False))
        self.assertIn("Post it here", self._rows(approved).message)
        approved.action_post()
        self._pull_at_once()
        self._agrees(approved)

    def _pulled(self, contact, **values):
        document = self._there(contact, **values)
        self._pull()
        return document

    def test_imported_and_changed(self):
        move = self._here(self._pulled(self._contact(self.partner_a)))
        self._agrees(move)
        with self.subTest("a detail, which Xero does not know"):
            move.invoice_line_ids.name = "Another text"
            self.assertTrue(move.xero_differs)
            self._pull_at_once()
            self._agrees(move)
        with self.subTest("amount"):
            move.button_draft()
            self.assertTrue(move.xero_differs)
            move.invoice_line_ids.price_unit = 50
            move.action_post()
            self.assertTrue(move.xero_differs)
            self._pull_at_once()
            self.assertEqual(set(self._listed(move)), {'total', 'tax', 'account', 'tax_rate'})
            self.assertFalse(self._rows(move).filtered('can_push'))
        with self.subTest("cancelled"):
            move.button_draft()
            move.button_cancel()
            self.assertTrue(move.xero_differs)
            self._pull_at_once()
            self.assertEqual(set(self._listed(move)), {'status'})

    def test_what_differed_before_the_flag_was_there(self):
        agreed, left = self._pushed(), self._reset()
        voided = self._pushed()
        voided.button_cancel()
        self._push()
        listed, ignored = self._pushed(), self._pushed()
        for move in (listed, ignored):
            self.env['xero.difference']._note(self.connection, move, 'total', '1', '2')
        self._rows(ignored).action_ignore()
        moves = agreed | left | voided | listed | ignored
        self.env.flush_all()
        self.env.cr.execute('UPDATE account_move SET xero_differs = NULL')
        self.env.invalidate_all()
        script = Path(__file__).parents[1] / 'migrations' / '19.0.1.3.0' / 'post-differs.py'
        runpy.run_path(str(script))['migrate'](self.env.cr, '19.0.1.2.0')
        self.assertEqual(moves.filtered('xero_differs'), left | listed)

    # === NOTHING IS HELD UP === #

    def test_no_query_where_nobody_is_connected(self):
        self.connection.action_disconnect()

        def queries():
            move = self._invoice()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            move.button_draft()
            move.action_post()
            move.button_cancel()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries()
        with patch.object(self.registry['xero.differing'], '_follow', lambda *_args: None):
            without = queries()
        self.assertEqual(queries(), without)

    def test_a_fault_holds_up_nobody(self):
        move = self._pushed()
        with patch.object(self.registry['xero.differing'], '_update',
                          lambda *_args: {}['broken']), mute_logger('odoo.addons.account_xero'):
            move.button_draft()
            move.action_post()
            move.button_cancel()
        self.assertEqual(move.state, 'cancel')

    # === WHAT HELPS === #

    def test_an_open_amount_is_not_pushed(self):
        """It made a right invoice red for ever, with the advice to remove a valid payment."""
        move = self._pushed()
        payment = self.person.pay(move.xero_document_id, 20)
        self._pull()
        self._agrees(move)
        move.matched_payment_ids.action_cancel()
        move._xero_queue_pull()
        self._pull_at_once()
        rows = self._rows(move).grouped('field')
        self.assertEqual(set(rows), {'payment', 'amount_due'})
        self.assertEqual(
            [(row.can_push, row.can_pull) for row in self._rows(move)], [(False, True)] * 2)
        with self.assertRaisesRegex(UserError, "takes nothing"):
            rows['amount_due'].action_push()
        self.assertTrue(move.xero_differs)
        self.person.delete_payment(payment['PaymentID'])
        self._pull()
        self._agrees(move)

    def test_a_refused_change_of_nothing_is_over(self):
        move = self._pushed()
        self.person.pay(move.xero_document_id, 20)
        self._pull()
        move.button_draft()
        move.invoice_line_ids.name = "Another text"
        move.action_post()
        self._push()
        self.assertEqual(move.xero_error_code, 'document_not_editable')
        self._pull_at_once()
        self._agrees(move)
        self.assertFalse(move.xero_error_message)
        log = self.env['xero.log'].search([('res_id', '=', move.id)], limit=1)
        self.assertIn("is over", log.message)
        self._assert_settled()

    def test_a_refused_change_goes_on_being_compared(self):
        move = self._pushed()
        payment = self.person.pay(move.xero_document_id, 20)
        move.button_draft()
        move.invoice_line_ids.price_unit = 500
        move.action_post()
        self._push()
        self._pull_at_once()
        self.assertEqual(move.xero_state, 'failed')
        rows = self._rows(move)
        self.assertFalse(rows.filtered('can_push'))
        self.assertIn("take those off in Xero",
                      rows.filtered(lambda row: row.field == 'total').message)
        self.person.delete_payment(payment['PaymentID'])
        self._pull()
        self._push()
        self._pull_at_once()
        self._agrees(move)
        self.assertEqual(move.amount_total, 600)

    def test_a_refused_change_that_is_made_in_xero(self):
        move = self._pushed()
        payment = self.person.pay(move.xero_document_id, 20)
        move.button_draft()
        move.write({'invoice_payment_term_id': False, 'invoice_date_due': '2026-05-05'})
        move.action_post()
        self._push()
        self._pull_at_once()
        self.assertEqual((move.xero_state, set(self._listed(move))), ('failed', {'due_date'}))
        self.person.delete_payment(payment['PaymentID'])
        self.person.edit(move.xero_document_id, DueDate='2026-05-05')
        self.person.pay(move.xero_document_id, 20)
        self._pull()
        self._agrees(move)

    def test_what_differs_in_a_contact_is_not_sent_with_a_document(self):
        self._link(self.partner_a)
        self._pull()
        self.person.archive_contact(self.partner_a.xero_contact_id)
        self._reconcile()
        row = self.env['xero.difference'].search([('res_model', '=', 'res.partner')])
        self.assertEqual((row.can_push, row.can_pull), (False, False))

    # === COUNTS === #

    def test_counts_and_filters(self):
        agreed, draft, waiting = self._pushed(), self._reset(), self._invoice()
        connection = self.connection
        self.assertEqual(
            (connection.synced_count, connection.differing_count, connection.pending_count),
            (1, 1, 1))
        journal = draft.journal_id
        data = {journal.id: {}}
        journal._fill_xero_dashboard_data(data)
        self.assertEqual(data[journal.id], {
            'xero_pending': 1, 'xero_failed': 0, 'xero_differs': 1})
        self.assertEqual((agreed + waiting).mapped('xero_differs'), [False, False])
