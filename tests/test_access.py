import logging
import re
from base64 import b64encode

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.modules.neutralize import neutralize_database
from odoo.tests import tagged

from .common_connection import CLIENT_SECRET, MANAGER_GROUPS, XeroConnectionCommon

SECRETS = ('client_secret', 'webhook_key', 'token_id', 'oauth_nonce', 'oauth_verifier')
TOKENS = ('access_token', 'refresh_token')
ACTIONS = ('action_connect', 'action_disconnect', 'action_test', 'action_pause', 'action_resume',
           'action_refresh_reference_data', 'action_auto_map')


@tagged('post_install', '-at_install')
class TestAccess(XeroConnectionCommon):

    def setUp(self):
        super().setUp()
        self._log_in()
        self.connection.webhook_key = 'webhook-key-0815'

    # === SECRETS === #

    def _assert_denied(self, *call, **kwargs):
        answer = self._rpc(*call, **kwargs)
        self.assertEqual(answer.get('error', {}).get('data', {}).get('name'),
                         'odoo.exceptions.AccessError', (call, answer))

    def test_manager_reads_no_secret_in_any_way(self):
        self.manager.group_ids += self.env.ref('base.group_allow_export')
        self._connect()
        ids, model = self.connection.ids, 'xero.connection'
        for name in SECRETS:
            with self.subTest(field=name):
                self._assert_denied(model, 'read', ids, [name])
                self._assert_denied(model, 'web_read', ids, specification={name: {}})
                self._assert_denied(model, 'search', [(name, '!=', False)])
                self._assert_denied(model, 'search', [(name, '=like', 's%')])
                self._assert_denied(model, 'search_count', [(name, 'in', ['a'])])
                self._assert_denied(model, 'search', [], order=f'{name} desc')
                self._assert_denied(model, 'formatted_read_group', [], [name], ['__count'])
                self._assert_denied(model, 'export_data', ids, [name])
                self._assert_denied('res.company', 'search',
                                    [(f'xero_connection_ids.{name}', '!=', False)])
                self._assert_denied('xero.account', 'search',
                                    [(f'connection_id.{name}', '!=', False)])
                self._assert_denied(model, 'write', ids, {name: False})
                self._assert_denied(model, 'web_search_read', [], {name: {}})
                self._assert_denied(model, 'name_search', '', [(name, '!=', False)])
                self._assert_denied(model, 'web_read_group', [], [name], ['__count'])
                self._assert_denied(model, 'create', {}, context={f'default_{name}': 'x'})
                self.assertNotIn(CLIENT_SECRET, str(self._rpc(
                    model, 'onchange', ids, {}, ['client_id'], {'client_id': {}, name: {}})))
                self.assertNotIn(name, self._rpc(model, 'default_get', [name])['result'])
                self.assertNotIn(name, self._rpc(model, 'fields_get')['result'])
        whole = self._rpc(model, 'read', ids)['result'][0]
        self.assertFalse(set(SECRETS) & set(whole))
        for value in self._secret_values():
            self.assertNotIn(value, str(whole))
        self._assert_denied('xero.token', 'search_read', [])

    def test_administrator_reads_no_token_either(self):
        self._connect()
        self.manager.group_ids += self.env.ref('base.group_system') + self.env.ref(
            'base.group_allow_export')
        [token] = self._rpc('xero.token', 'search_read',
                            [('id', '=', self._token().id)])['result']
        self.assertFalse(set(TOKENS) & set(token))
        for name in TOKENS:
            self._assert_denied('xero.token', 'read', [token['id']], [name])
            self._assert_denied('xero.token', 'search', [(name, '=like', 'e%')])
            self._assert_denied('xero.token', 'export_data', [token['id']], [name])
        self._assert_denied('xero.token', 'write', [token['id']], {'access_token': 'x'})
        answer = self._rpc('xero.connection', 'read', self.connection.ids, ['client_secret'])
        self.assertEqual(answer['result'][0]['client_secret'], CLIENT_SECRET)
        self._assert_denied('xero.connection', 'read', self.connection.ids, ['oauth_verifier'])

    def test_copy_takes_no_secret_along(self):
        self._connect()
        copy = self.connection.copy({'company_id': self.other_company.id}).sudo()
        for name in (*SECRETS, 'client_id', 'tenant_id', 'tenant_connection_id', 'connected_at'):
            self.assertFalse(copy[name], name)
        self.assertEqual(copy.state, 'disconnected')

    def _secret_values(self):
        token = self._token()
        return [CLIENT_SECRET, 'webhook-key-0815', token.access_token, token.refresh_token]

    def test_no_secret_in_the_log(self):
        """A life with every kind of trouble, at the log level at which Odoo is run for support."""
        secrets = {CLIENT_SECRET, b64encode(f'test-client:{CLIENT_SECRET}'.encode()).decode()}
        with self.assertLogs('odoo', logging.INFO) as logs, \
                self.assertLogs('werkzeug', logging.INFO) as requests, \
                self.assertLogs('urllib3', logging.DEBUG) as calls:
            self._connect()
            secrets.update(self._secret_values())
            for fault, path in (('token_expired', '/Organisation'), ('503', '/connect/token'),
                                ('cut_after', '/connect/token'), ('html_400', '/connect/token'),
                                ('revoked', '/Organisation')):
                self.sandbox.inject(fault, path=path)
                self._token().expires_at = False
                self._token().access_token = False
                self._call('action_test')
                secrets.update(self._secret_values())
            self.sandbox.identity.forget(self.app, self.sandbox.identity.user())
            self._token().access_token = False
            self._call('action_test')
            self._connect()
            secrets.update(self._secret_values())
            self.connection.client_secret = 'another-secret-1234'
            self._token().access_token = False
            self._call('action_test')
            self._call('action_disconnect')
        text = '\n'.join(logs.output + requests.output + calls.output) + '\n'.join(
            self.connection.message_ids.mapped('body')) + str(
                self.connection.with_user(self.manager).read())
        self.assertIn('/web/dataset/call_kw', text, "the log is the true one")
        for secret in filter(None, secrets | {'another-secret-1234'}):
            self.assertNotIn(secret, text)
        self.assertNotRegex(text, r'eyJ[\w-]{20,}')

    def test_refused_statement_shows_no_secret(self):
        """Odoo logs what PostgreSQL refuses, with all values."""
        with self.assertLogs('odoo.sql_db', logging.ERROR) as logs, \
                self.assertRaises(IntegrityError):
            self.connection.create({'company_id': self.company.id, 'client_id': 'mine',
                                    'client_secret': 'secret-of-a-refused-row'})
        self.assertIn('INSERT INTO "xero_connection"', logs.output[0])
        self.assertNotIn('secret-of-a-refused-row', '\n'.join(logs.output))

    def test_refused_update_shows_no_secret(self):
        self._connect()
        other = self._connection(self.other_company)
        self.env.flush_all()
        with self.assertLogs('odoo.sql_db', logging.ERROR) as logs, \
                self.assertRaises(IntegrityError):
            other.write({'tenant_id': self.connection.tenant_id, 'state': 'connected',
                         'client_secret': 'secret-of-a-refused-row'})
            other.flush_recordset()
        self.assertIn('UPDATE "xero_connection"', logs.output[0])
        self.assertNotIn('secret-of-a-refused-row', '\n'.join(logs.output))

    def test_copy_of_the_database_is_harmless(self):
        self._connect()
        tenant = self.connection.tenant_id
        self.env.flush_all()
        neutralize_database(self.env.cr)
        self.env.invalidate_all()
        connection = self.connection.sudo()
        self.assertEqual(connection.state, 'disconnected')
        for name in SECRETS:
            self.assertFalse(connection[name], name)
        self.assertFalse(self.env['xero.token'].sudo().search_count([]))
        self.assertEqual(connection.tenant_id, tenant, "what it was is still to be seen")
        self.sandbox.ledger.reset()
        self.assertEqual(self._call('action_test')['params']['type'], 'danger')
        self.assertFalse(self.sandbox.calls)

    # === WHO MAY DO WHAT === #

    def test_invoicing_user_neither_reads_nor_acts(self):
        self._connect()
        self._log_in(self._user('invoicing', 'account.group_account_invoice'))
        ids = self.connection.ids
        self._assert_denied('xero.connection', 'read', ids, ['state'])
        self._assert_denied('xero.connection', 'search_read', [])
        self._assert_denied('xero.connection', 'create', {'company_id': self.other_company.id})
        self._assert_denied('xero.connection', 'write', ids, {'auto_sync': False})
        self._assert_denied('xero.connection', 'unlink', ids)
        for method in (*ACTIONS, 'action_view_documents'):
            self._assert_denied('xero.connection', method, ids)
        for model in ('xero.token', 'xero.request', 'xero.choose.organisation',
                      'xero.choose.organisation.line'):
            self._assert_denied(model, 'search_read', [])
        self.env.invalidate_all()
        self.assertEqual(self.connection.state, 'connected')
        fields = self._rpc('res.company', 'fields_get')['result']
        self.assertNotIn('xero_connection_ids', fields, "nobody trips over what is not readable")

    def test_xero_user_reads_but_does_not_act(self):
        self._connect()
        self._log_in(self._user('clerk', 'account_xero.group_xero_user'))
        ids = self.connection.ids
        self.assertEqual(
            self._rpc('xero.connection', 'read', ids, ['state'])['result'][0]['state'],
            'connected')
        self._assert_denied('xero.connection', 'write', ids, {'auto_sync': False})
        for method in ACTIONS:
            self._assert_denied('xero.connection', method, ids)
        views = self._rpc('xero.connection', 'get_views', views=[(False, 'form')])['result']
        self.assertFalse(re.findall(r'name="action_(?!view)\w+"', views['views']['form']['arch']))

    def test_private_methods_are_out_of_reach(self):
        for model, methods in {
                'xero.connection': ('_get_client', '_ask_xero'),
                'xero.health': ('_report_error', '_apply_error'),
                'xero.sign.in': ('_finish', '_take_organisation', '_bind_organisation'),
                'xero.push': ('_run',)}.items():
            for method in methods:
                self.assertIn('error', self._rpc(model, method, self.connection.ids))

    def test_manager_does_not_delete(self):
        self._assert_denied('xero.connection', 'unlink', self.connection.ids)

    def test_companies_keep_apart(self):
        self._connect()
        stranger = self._user('stranger', MANAGER_GROUPS, self.other_company)
        self._log_in(stranger)
        ids = self.connection.ids
        accounts = self.env['xero.account'].search([('connection_id', 'in', ids)])
        self.assertTrue(accounts)
        self._assert_denied('xero.connection', 'read', ids, ['state'])
        self._assert_denied('xero.connection', 'write', ids, {'auto_sync': False})
        for method in ACTIONS:
            self._assert_denied('xero.connection', method, ids)
        third = self.env['res.company'].create({'name': "Third Ltd"})
        self._assert_denied('xero.connection', 'create', {'company_id': third.id})
        self._assert_denied('xero.account', 'read', accounts[:1].ids, ['name'])
        for model in ('xero.connection', 'xero.account', 'xero.tax.rate', 'xero.currency'):
            found = self._rpc(model, 'search_read', [], ['company_id'])['result']
            self.assertFalse([row for row in found if row['company_id'][0] == self.company.id])
        self.env.invalidate_all()
        self.assertEqual(self.connection.state, 'connected')
        with self.assertRaises(AccessError):
            self.connection.with_user(stranger).action_disconnect()
