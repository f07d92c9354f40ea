from datetime import datetime, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..xero.errors import XeroAccessRevoked
from .common_connection import MANAGER_GROUPS, XeroConnectionCommon


@tagged('post_install', '-at_install')
class TestConnection(XeroConnectionCommon):

    def setUp(self):
        super().setUp()
        self._log_in()
        self.assertEqual(self._connect().status_code, 303)
        self.sandbox.ledger.reset()

    def _activities(self, connection=None):
        return self.env['mail.activity'].search([
            ('res_model', '=', 'xero.connection'),
            ('res_id', '=', (connection or self.connection).id)])

    # === TEST === #

    def test_button_test_says_that_it_works(self):
        notice = self._call('action_test')['params']
        self.assertEqual(notice['type'], 'success')
        self.assertIn(self.organisation.name, notice['message'])
        self.assertEqual(len(self.sandbox.calls), 1)

    def test_button_test_says_what_is_wrong(self):
        for fault, words in (('503', "offline"), ('cut_before', "lost"), ('429_minute', "limit"),
                             ('html_200', "not readable"), ('truncated_json', "not readable")):
            with self.subTest(fault=fault):
                self.sandbox.inject(fault, 'GET', '/Organisation')
                notice = self._call('action_test')['params']
                self.assertEqual(notice['type'], 'danger')
                self.assertIn(words, notice['message'])
                self.assertEqual(self.connection.state, 'connected', "it says nothing of rights")
                self.assertIn(words, self.connection.last_error)
        self._call('action_test')
        self.assertFalse(self.connection.last_error)

    def test_button_test_without_a_connection(self):
        self._call('action_disconnect')
        self.sandbox.ledger.reset()
        self.assertEqual(self._call('action_test')['params']['type'], 'danger')
        self.assertEqual(self.connection.state, 'disconnected')
        self.assertFalse(self.connection.last_error)
        self.assertFalse(self.sandbox.calls)

    def test_access_removed_in_xero(self):
        self._user('colleague', MANAGER_GROUPS)
        elsewhere = self._user('elsewhere', MANAGER_GROUPS, self.other_company)
        self._user('clerk', 'account_xero.group_xero_user')
        self.sandbox.revoke(self.app, self.organisation)
        for _time in range(3):
            self.assertEqual(self._call('action_test')['params']['type'], 'danger')
            self.assertEqual(self.connection.state, 'revoked')
        managers = self.env.ref('account_xero.group_xero_manager').all_user_ids.filtered(
            lambda user: user.active and self.company in user.company_ids)
        self.assertGreaterEqual(len(managers), 2)
        self.assertNotIn(elsewhere, managers)
        self.assertEqual(self._activities().mapped('user_id'), managers)
        self.assertEqual(len(self._activities()), len(managers), "one each")
        self.assertEqual(self._connect().status_code, 303)
        self.assertEqual(self.connection.state, 'connected')
        self.assertFalse(self._activities(), "there is nothing left to do")

    def test_access_given_back_in_xero(self):
        self.sandbox.revoke(self.app, self.organisation)
        self._call('action_test')
        self.sandbox.connect(self.app, [self.organisation])
        self.assertEqual(self._call('action_test')['params']['type'], 'success')
        self.assertEqual(self.connection.state, 'connected')
        self.assertFalse(self._activities())

    # === DISCONNECT === #

    def test_disconnect_removes_the_connection_in_xero_and_keeps_the_rest(self):
        accounts = self.env['xero.account'].search([('connection_id', '=', self.connection.id)])
        identifier = self.connection.tenant_connection_id
        token = self._token()
        self._call('action_disconnect')
        [call] = self.sandbox.calls
        self.assertEqual((call.method, call.path), ('DELETE', f'/connections/{identifier}'))
        self.assertFalse(self.sandbox.apps_of(self.organisation))
        self.assertEqual(self.connection.state, 'disconnected')
        self.assertEqual(self.connection.tenant_id, self.organisation.tenant_id)
        self.assertFalse(token.exists(), "no token is kept that nobody uses")
        self.assertEqual(accounts.exists().filtered('active'), accounts)
        self._call('action_disconnect')
        self.assertEqual(len(self.sandbox.calls), 1, "there is nothing to remove any more")

    def _untold_notes(self):
        return len(self.connection.message_ids.filtered(
            lambda message: "could not be told" in message.body))

    def test_disconnect_works_when_xero_is_down(self):
        for fault in ('503', 'cut_before', 'cut_after', '429_minute'):
            with self.subTest(fault=fault):
                before = self._untold_notes()
                self.sandbox.inject(fault, 'DELETE', '/connections/*')
                self._call('action_disconnect')
                self.assertEqual(self.connection.state, 'disconnected')
                self.assertEqual(self._untold_notes(), before + 1)
                self._connect()
        self._token().expires_at = datetime.now() - timedelta(minutes=1)
        self.sandbox.inject('503', 'POST', '/connect/token')
        self._call('action_disconnect')
        self.assertEqual(self.connection.state, 'disconnected')

    def test_disconnect_when_xero_has_removed_it_already(self):
        self.sandbox.revoke(self.app, self.organisation)
        self._call('action_disconnect')
        self.assertEqual(self.connection.state, 'disconnected')
        self.assertFalse(self._untold_notes(), "404 is as good as 204")

    def test_disconnect_ends_the_call_for_a_new_sign_in(self):
        self.sandbox.revoke(self.app, self.organisation)
        self._call('action_test')
        self.assertTrue(self._activities())
        self._call('action_disconnect')
        self.assertFalse(self._activities())
        self.assertFalse(self.connection.last_error)

    def test_late_answer_does_not_revive_a_disconnected_connection(self):
        with self.connection.sudo()._get_client() as client:
            self._call('action_disconnect')
            with self.assertRaises(XeroAccessRevoked) as caught:
                client.get('Organisation')
        self.env['xero.health']._report_error(self.connection.sudo(), caught.exception)
        self.env.invalidate_all()
        self.assertEqual(self.connection.state, 'disconnected')
        self.assertFalse(self._activities())

    def test_nothing_is_shown_or_sent_while_disconnected(self):
        self.assertTrue(self.company._xero_connections())
        self._call('action_disconnect')
        self.assertFalse(self.company._xero_connections())
        self.sandbox.ledger.reset()
        self._call('action_refresh_reference_data')
        self.assertFalse(self.sandbox.calls)

    # === REFERENCE DATA === #

    def test_reference_data_follows_xero(self):
        def codes():
            return set(self.env['xero.account'].search(
                [('connection_id', '=', self.connection.id), ('code', '!=', False)]).mapped('code'))

        before = codes()
        accounts = self.organisation.store['Accounts']
        sales = next(row for row in accounts.values() if row['Code'] == '200')
        sales['Code'], sales['Name'] = '205', "Sales abroad"
        self.assertEqual(self._call('action_refresh_reference_data')['params']['type'], 'success')
        self.assertEqual(codes(), before - {'200'} | {'205'})
        record = self.env['xero.account'].search(
            [('connection_id', '=', self.connection.id), ('code', '=', '205')])
        self.assertEqual(record.name, "Sales abroad")
        sales['Status'] = 'ARCHIVED'
        self._call('action_refresh_reference_data')
        self.assertFalse(record.active)

    def test_reference_data_is_all_or_nothing(self):
        for path in ('/Organisation', '/Accounts', '/TaxRates', '/Currencies'):
            for fault in ('503', 'cut_after', 'html_200', 'truncated_json'):
                with self.subTest(path=path, fault=fault):
                    before = self.connection.reference_date
                    self.sandbox.inject(fault, 'GET', path)
                    notice = self._call('action_refresh_reference_data')['params']
                    self.assertEqual(notice['type'], 'danger')
                    self.assertEqual(self.connection.reference_date, before)
                    self.assertTrue(self.env['xero.account'].search_count(
                        [('connection_id', '=', self.connection.id)]))

    def test_token_that_xero_takes_no_more_is_renewed_once(self):
        for method in ('action_test', 'action_refresh_reference_data'):
            with self.subTest(method=method):
                self.sandbox.ledger.reset()
                self.sandbox.inject('token_expired', 'GET', '/Organisation')
                self.assertEqual(self._call(method)['params']['type'], 'success')
                self.assertEqual(len(self.sandbox.calls_to('POST', '/connect/token')), 1)
                self.assertEqual(len(self.sandbox.calls_to('GET', '/Organisation')), 2)

    # === SWITCHES AND RECORDS === #

    def test_switches_are_on_and_saved_by_a_manager(self):
        switches = ['auto_sync', 'sync_sales', 'sync_purchases', 'sync_credit_notes']
        fresh = self._connection(self.other_company)
        self.assertTrue(all(fresh[name] for name in switches))
        self.assertEqual(fresh.push_status, 'AUTHORISED')
        for name in switches:
            self._rpc('xero.connection', 'web_save', self.connection.ids, {name: False},
                      specification={name: {}})
            self.env.invalidate_all()
            self.assertFalse(self.connection[name], name)
        for status in ('DRAFT', 'SUBMITTED', 'AUTHORISED'):
            self._rpc('xero.connection', 'web_save', self.connection.ids,
                      {'push_status': status}, specification={'push_status': {}})
            self.env.invalidate_all()
            self.assertEqual(self.connection.push_status, status)

    def test_switches_save_when_they_are_flipped(self):
        arch = self.env['xero.connection'].with_user(self.manager).get_view(
            self.env.ref('account_xero.xero_connection_view_form').id)['arch']
        for name in ('auto_sync', 'sync_sales', 'sync_purchases', 'sync_credit_notes'):
            self.assertRegex(arch, f'<field name="{name}" widget="boolean_toggle"')

    def test_pause_and_resume(self):
        self._call('action_pause')
        self.assertEqual(self.connection.state, 'paused')
        self.assertEqual(self._call('action_test')['params']['type'], 'success')
        self.assertEqual(self.connection.state, 'paused')
        self._call('action_resume')
        self.assertEqual(self.connection.state, 'connected')

    def test_one_connection_a_company(self):
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError):
            self._connection(self.company)

    def test_company_cannot_change_once_connected(self):
        with self.assertRaises(UserError):
            self.connection.company_id = self.other_company
        self.connection.company_id = self.company
        fresh = self._connection(self.other_company)
        third = self.env['res.company'].create({'name': "Third Ltd"})
        fresh.company_id = third
        self.assertEqual(fresh.company_id, third)

    def test_delete_only_when_disconnected(self):
        with self.assertRaises(UserError):
            self.connection.unlink()
        self._call('action_disconnect')
        self.connection.unlink()
        self.assertFalse(self.connection.exists())

    def test_document_counters_open_their_documents(self):
        for name in ('pending', 'failed', 'synced'):
            key = f'search_default_xero_{name}'
            action = self._call('action_view_documents', context={key: 1})
            self.assertEqual(action['context'].get(key), 1)
            self.assertIn(['company_id', 'in', self.company.ids], action['domain'])
