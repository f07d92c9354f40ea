"""The test drive: one document as a draft in Xero, and gone from there again."""
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models.core.problem import Problem
from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestPushTrial(XeroPullCommon):

    def setUp(self):
        super().setUp()
        self.connection.write({'push_status': 'AUTHORISED', 'auto_sync': False})
        self.move = self._invoice()

    def _wizard(self, move=None):
        return self.env['xero.trial.wizard'].create({'move_id': (move or self.move).id})

    def _sent(self, move=None):
        wizard = self._wizard(move)
        wizard.action_send()
        self.assertEqual(self._wizard(move).step, 'sending')
        self._push()
        return self._wizard(move)

    def _there(self):
        return [(invoice['InvoiceNumber'], invoice['Status']) for invoice in self.org.invoices]

    def test_there_and_back_again(self):
        number, wizard = self.move.name, self._sent()
        self.assertEqual(self._there(), [(f'{number} TEST', 'DRAFT')])
        self.assertEqual((wizard.step, wizard.number), ('there', f'{number} TEST'))
        self.assertIn(self.move.xero_document_id, wizard.action_open()['url'])
        self.assertIn(f'{number} TEST', self.move.alerts['xero_trial']['message'])
        self._reconcile()
        self.assertFalse(self.move.xero_differs, "it is what it is meant to be")
        wizard.action_delete()
        self.assertEqual(self._wizard().step, 'deleting')
        self._push()
        self.assertEqual(self._there(), [(f'{number} TEST', 'DELETED')])
        self.assertEqual((self.move.state, self.move.xero_state, self.move.xero_document_id),
                         ('posted', False, False))
        self.assertFalse(self.move.alerts)
        wizard = self._wizard()
        self.assertEqual(wizard.step, 'ended')
        wizard.action_send_for_good()
        self._push()
        self.assertEqual(self._there()[1:], [(number, 'AUTHORISED')])
        self.assertEqual(self.move.xero_state, 'synced')

    def test_while_everything_else_is_held_back(self):
        self.connection.write({'auto_sync': True, 'hold_sending': True})
        other = self._invoice()
        self.assertEqual(self._sent().step, 'there')
        self._wizard().action_delete()
        self._push()
        self.assertEqual(self._there(), [(f'{self.move.name} TEST', 'DELETED')])
        self.assertEqual(other.xero_state, 'pending')

    def test_several_organisations_are_held_back(self):
        other = self.setup_other_company()['company']
        organisation = self.sandbox.add_organisation(
            "Other", base_currency=other.currency_id.name)
        with patch.object(self, '_map'):        # which is about the accounts of the first one
            connections = self.connection | self._connect(other, organisation)
        connections.hold_sending = True
        push = self.env['xero.push'].sudo()
        self.assertFalse(push._get_due(connections.sudo()))
        self._wizard().action_send()
        self.assertEqual(push._get_due(connections.sudo()), self.connection)

    def test_one_that_may_be_in_xero_already(self):
        """Its attempts are used up, and what became of the last one is not known."""
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        self.move.action_xero_sync_now()
        self._push()
        self.assertTrue(self._requests())
        self.move._xero_fail([Problem('transient', "No answer.")])
        with self.assertRaisesRegex(UserError, "cannot go on a test drive"):
            self._wizard().action_send()

    def test_deleted_in_xero_by_hand(self):
        """What is voided in Xero is cancelled here, but not what was only tried."""
        self._sent()
        self.org.as_person.delete_draft(self.move.xero_document_id)
        self._pull()
        self.assertEqual((self.move.state, self.move.xero_state, self.move.xero_trial),
                         ('posted', False, False))
        self.assertFalse(self.move.reversal_move_ids)

    def test_the_answer_is_lost(self):
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        self._sent()
        self._push_on(self.move)
        self.assertEqual(self._there(), [(f'{self.move.name} TEST', 'DRAFT')])
        self.sandbox.inject('cut_after', 'POST', '/Invoices/*')
        self._wizard().action_delete()
        self._push_on(self.move)
        self.assertEqual(self._there(), [(f'{self.move.name} TEST', 'DELETED')])
        self.assertFalse(self.move.xero_document_id)

    def test_one_that_is_refused_is_given_up(self):
        self.income.xero_account_id = False
        wizard = self._sent()
        self.assertEqual(wizard.step, 'failed')
        self.assertIn(self.income.name, wizard.message)
        wizard.action_delete()
        self.assertEqual((self.move.xero_state, self.move.xero_trial), (False, False))
        self.assertFalse(self.org.invoices)

    def test_what_cannot_be_tried(self):
        synced, draft = self._invoice(), self._invoice(post=False)
        synced.action_xero_sync_now()
        self._push()
        self._synced(synced)
        for move in (synced, draft, self.env['account.move']):
            with self.assertRaises(UserError):
                self._wizard(move).action_send() if move else \
                    self.env['xero.trial.wizard'].create({}).action_send()
        waiting = self._invoice()
        waiting.action_xero_sync_now()
        with self.assertRaisesRegex(UserError, "on its way"):
            self._wizard(waiting).action_send()
        wizard = self._wizard()
        wizard.action_send()
        with self.assertRaisesRegex(UserError, "not answered yet"):
            wizard.action_delete()
        with self.assertRaisesRegex(UserError, "Delete the draft"):
            wizard.action_send_for_good()

    def test_only_who_may_send(self):
        reader = new_test_user(self.env, 'reader', groups='account.group_account_readonly',
                               company_id=self.company.id)
        with self.assertRaises(AccessError):
            self.env['xero.trial.wizard'].with_user(reader).create({'move_id': self.move.id})
