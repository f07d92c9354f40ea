"""What people see of a connection: problems by cause, the dashboard, the log of its life."""
from datetime import timedelta

from odoo import fields
from odoo.tests import Form, new_test_user, tagged

from ..xero.parse import Tenant
from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestProblems(XeroCommon):

    def setUp(self):
        super().setUp()
        self.unmapped = self.income.copy({'code': '499200', 'name': "Unmapped"})

    def _problems(self):
        self.env.invalidate_all()
        return self.env['xero.problem'].search([('connection_id', '=', self.connection.id)])

    def _failed(self, count):
        """:return: documents that failed because their account has no counterpart"""
        moves = self.env['account.move'].union(*(
            self._invoice(lines=[
                {'name': f"Line {number}", 'account_id': self.unmapped.id}])
            for number in range(count)))
        self._push()
        self.assertEqual(set(moves.mapped('xero_state')), {'failed'})
        return moves

    def test_one_row_a_cause_with_all_its_documents(self):
        moves = self._failed(7)
        [problem] = self._problems()
        self.assertEqual((problem.code, problem.count), ('unmapped_account', 7))
        self.assertEqual(problem.target_name, self.unmapped.display_name)
        self.assertIn("and 2 more", problem.documents)
        self.assertEqual(problem.action_fix()['context']['default_res_id'], self.unmapped.id)
        listed = self.env['account.move'].search(problem.action_view_documents()['domain'])
        self.assertEqual(listed, moves)

    def test_what_only_the_document_has_is_grouped_by_its_message(self):
        odd = self._tax("Odd", 3, 'sale') | self._tax("Even", 4, 'sale')
        odd.xero_tax_rate_id = self.tax_sale_20.xero_tax_rate_id
        odd[1].xero_tax_rate_id = self.tax_sale_0.xero_tax_rate_id
        first, second = (self._invoice(lines=[{'name': name, 'tax_ids': odd.ids}])
                         for name in ("Same", "Same"))
        third = self._invoice(lines=[{'name': "Other", 'tax_ids': odd.ids}])
        self._push()
        problems = self._problems()
        self.assertEqual(problems.mapped('count'), [2, 1])
        self.assertFalse(problems[0].target, "it is put right on each of them")
        self.assertEqual(problems[0]._moves(), second | first)
        self.assertEqual(problems[1].action_fix()['res_id'], third.id)

    def test_gone_with_its_cause(self):
        moves = self._failed(2)
        self.unmapped.xero_account_id = self.income.xero_account_id
        self.assertFalse(self._problems())
        self._push()
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})

    def test_sync_now_queues_all_of_them(self):
        moves = self._failed(3)
        self._problems().action_sync_now()
        self.assertEqual(set(moves.mapped('xero_state')), {'pending'})

    def test_other_companies_do_not_see_them(self):
        self._failed(1)
        other = self.setup_other_company()['company']
        stranger = new_test_user(self.env, 'stranger', groups='account_xero.group_xero_manager',
                                 company_id=other.id, company_ids=other.ids)
        self.assertFalse(self.env['xero.problem'].with_user(stranger).search([]))


@tagged('post_install', '-at_install')
class TestDashboard(XeroCommon):

    def test_problems_of_a_kind(self):
        for number in range(2):
            account = self.income.copy({'code': f'49930{number}'})
            self._invoice(lines=[{'account_id': account.id}])
        self._push()
        action = self.connection.action_view_problems('unmapped_account')
        self.assertEqual(len(self.env['xero.problem'].search(action['domain'])), 2)

    def test_where_the_calls_went(self):
        before = {row['purpose']: row['count'] for row in self.connection.calls_today}
        self._invoice()
        self._push()
        calls = {row['purpose']: row['count'] for row in self.connection.calls_today}
        self.assertEqual(calls['push'] - before.get('push', 0), len(self.sandbox.calls))
        self.assertEqual(self.connection.calls_left_day, self.connection.day_left)
        self.assertEqual(calls['reference'], 7, "on connecting: one a list, and one for the plan")
        self.connection.call_counts = {**self.connection.call_counts, 'day': '2020-01-01'}
        self.assertFalse(self.connection.calls_today, "another day's calls")

    def test_how_long_the_sign_in_lasts(self):
        renewed = fields.Datetime.now() - timedelta(days=3)
        self.connection.token_id.sudo().expires_at = renewed + timedelta(minutes=30)
        user = new_test_user(self.env, 'clerk', groups='account_xero.group_xero_user',
                             company_id=self.env.company.id)
        connection = self.connection.with_user(user)
        connection.invalidate_recordset()
        self.assertEqual(connection.sign_in_until, renewed + timedelta(days=60))
        self.connection.sudo().app_type = 'custom'
        connection.invalidate_recordset()
        self.assertFalse(connection.sign_in_until, "it signs in by itself")

    def test_why_nothing_is_sent(self):
        self.assertFalse(self.connection.waiting_reason)
        self.connection.resume_at = fields.Datetime.now() + timedelta(minutes=5)
        self.assertIn("goes on by itself", self.connection.waiting_reason)
        self.connection.state = 'reauth'
        self.assertEqual(self.connection.waiting_reason, self.connection.state_help)

    # === LOG === #

    def _events(self):
        return self.env['xero.log'].search([
            ('connection_id', '=', self.connection.id), ('direction', '=', 'connection')])

    def test_the_life_of_a_connection_is_logged(self):
        self.connection.action_disconnect()
        self.assertEqual(self._events().mapped('message'), ["Disconnected."])
        token = self.env['xero.token'].sudo().create({'client_id': 'x', 'owner': 'y'})
        self.env['xero.sign.in']._bind_organisation(self.connection, token.id, self._tenant())
        self.connection.state = 'reauth'
        self.env['xero.health']._report_access(self.connection)
        self.assertEqual(self._events().mapped('message'), [
            "Xero gives access again.", "Connected.", "Disconnected."])
        self.assertEqual(set(self._events().mapped('outcome')), {'success'})

    def _tenant(self):
        return Tenant(None, self.org.tenant_id, self.org.name, 'ORGANISATION', None)

    def test_from_the_document_to_its_log(self):
        invoice, other = self._invoice(), self._invoice()
        self._push()
        rows = self.env['xero.log'].search(invoice.action_xero_log()['domain'])
        self.assertEqual(rows.mapped('document'), [invoice.name])
        self.assertNotEqual(invoice.name, other.name)
        with Form(invoice) as form:     # the button is where the panel is
            self.assertTrue(form.xero_active)
