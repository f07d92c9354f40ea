"""With two companies ticked, the cure of a document opens in the document's company."""
from odoo import Command
from odoo.tests import Form, new_test_user, tagged

from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestOpening(XeroPullCommon):

    def setUp(self):
        super().setUp()
        self.company = self.env.company
        self.other = self.env['res.company'].create({'name': "Heron Ltd"})
        self.user = new_test_user(
            self.env, 'two_companies',
            'account_xero.group_xero_manager,account.group_account_manager',
            company_id=self.other.id, company_ids=[Command.set([self.other.id, self.company.id])])
        self.target = self.income.sudo().xero_account_id
        self.income.sudo().xero_account_id = False
        self.move = self._invoice()
        self._push()
        self.assertEqual(self.move.xero_error_code, 'unmapped_account')

    def _as_user(self, records):
        """:return: records for somebody whose current company is the other one"""
        return records.with_user(self.user).sudo(False).with_context(
            allowed_company_ids=[self.other.id, self.company.id])

    def _assert_in_company(self, action):
        self.assertEqual(action['context']['allowed_company_ids'],
                         [self.company.id, self.other.id])

    def _cure(self, action):
        """Map the account in the dialog that an action opens, as the web client does."""
        self._assert_in_company(action)
        self.assertEqual((action['res_model'], action['context']['default_res_id']),
                         ('xero.fix.wizard', self.income.id))
        dialog = Form(self.env['xero.fix.wizard'].with_user(self.user).with_context(
            **action['context']))
        self.assertIn(self.company.name, dialog.question)
        dialog.account_id = self.target
        dialog.save().action_save()
        self.assertEqual(self.income.sudo().with_company(self.company).xero_account_id,
                         self.target)
        self.assertFalse(self.income.sudo().with_company(self.other).xero_account_id)

    def test_banner(self):
        alert = self._as_user(self.move).alerts['xero_failed']
        self.assertEqual(alert['action_text'], "Choose the account in Xero")
        self._cure(alert['action'])

    def test_problem(self):
        problem = self._as_user(self.env['xero.problem'].search([
            ('company_id', '=', self.company.id)], limit=1))
        self._assert_in_company(problem.action_view_documents())
        self._cure(problem.action_fix())

    def test_push_dialog(self):
        action = self._as_user(self.move).action_xero_push_wizard()
        wizard = self._as_user(self.env['xero.push.wizard'].browse(action['res_id']))
        self._assert_in_company(wizard.cause_ids.action_view_documents())
        self._cure(wizard.cause_ids.action_fix())

    def test_payment(self):
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_id': self.partner_a.id, 'amount': 1,
            'journal_id': self.company_data['default_journal_bank'].id})
        payment.sudo().write({
            'xero_state': 'failed', 'xero_error_code': 'unmapped_account',
            'xero_error_target': f'account.account,{self.income.id}'})
        self._cure(self._as_user(payment).action_xero_put_right())

    def test_log(self):
        self._assert_in_company(self._as_user(self.move).action_xero_log())
        rows = self.env['xero.log'].sudo().search([
            ('res_model', '=', 'account.move'), ('res_id', '=', self.move.id)], limit=1)
        self._assert_in_company(self._as_user(rows).action_open_record())

    def test_difference(self):
        self.env['xero.difference'].sudo()._note(self.connection, self.move, 'total', '1', '2')
        row = self.env['xero.difference'].sudo().search([('res_id', '=', self.move.id)])
        self._assert_in_company(self._as_user(row).action_open_record())
        self._assert_in_company(self._as_user(row)._alert_action()['action'])

    def test_unmatched(self):
        row = self.env['xero.unmatched'].sudo().create({
            'connection_id': self.connection.id, 'xero_id': 'u', 'reason': 'unmapped_account'})
        action = self._as_user(row).action_open_mapping()
        self._assert_in_company(action)
        self.assertEqual(action['res_model'], 'account.account')

    def test_twin(self):
        twin = self.env['xero.twin'].sudo().create({
            'connection_id': self.connection.id, 'move_id': self.move.id, 'xero_id': 't'})
        self._assert_in_company(
            self._as_user(self.env['xero.twin'])._get_action(self._as_user(self.move)))
        self._assert_in_company(self._as_user(twin).action_send())

    def test_lists_of_a_connection(self):
        connection = self._as_user(self.connection)
        for name in ('action_view_problems', 'action_view_log', 'action_view_unmatched',
                     'action_view_contacts'):
            with self.subTest(action=name):
                self._assert_in_company(getattr(connection, name)())
