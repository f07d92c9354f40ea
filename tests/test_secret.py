"""Secrets in the database, with a key of the server's configuration and without."""
import logging
import os
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import config, mute_logger

from ..models.core.secret import MARK, OPTION, VARIABLE
from .common_connection import CLIENT_SECRET, XeroConnectionCommon

COLUMNS = {'xero_connection': ('client_secret', 'webhook_key'),
           'xero_token': ('access_token', 'refresh_token')}


@tagged('post_install', '-at_install')
class TestSecret(XeroConnectionCommon):

    def setUp(self):
        super().setUp()
        self.env.cr.execute("DELETE FROM xero_token")
        self.startPatch(patch.dict(config.options))
        self.startPatch(patch.dict(os.environ))
        os.environ.pop(VARIABLE, None)
        self.old, self.new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
        self._log_in()

    def startPatch(self, patcher):
        patcher.start()
        self.addCleanup(patcher.stop)

    def _keys(self, *keys):
        """Configure the server. Nothing that was read with other keys is remembered."""
        self.env.flush_all()
        config[OPTION] = ', '.join(keys)
        self.env.invalidate_all()

    def _connected(self):
        self.connection.client_secret = CLIENT_SECRET
        self.connection.webhook_key = 'webhook-key-0815'
        self.assertEqual(self._connect().status_code, 303)

    def _stored(self):
        """:return: {column: value} as PostgreSQL has it"""
        self.env.flush_all()
        stored = {}
        for table, columns in COLUMNS.items():
            record = self.connection if table == 'xero_connection' else self._token()
            self.env.cr.execute(
                f"SELECT {', '.join(columns)} FROM {table} WHERE id = %s", [record.id])
            stored.update(zip(columns, self.env.cr.fetchone(), strict=True))
        return stored

    def _works(self):
        return self._call('action_test')['params']['type'] == 'success'

    def _renewed(self):
        self._token().expires_at = fields.Datetime.to_datetime('2020-01-01')
        self.sandbox.advance(3600)
        return self._works()

    def _with_key(self, key):
        return {name: Fernet(key).decrypt(value[len(MARK):]).decode()
                for name, value in self._stored().items()}

    def test_without_a_key(self):
        self._connected()
        stored = self._stored()
        self.assertEqual(stored['client_secret'], CLIENT_SECRET)
        self.assertEqual(stored['access_token'], self._token().access_token)

    def test_with_a_key_nothing_is_readable_at_rest(self):
        self._keys(self.old)
        self._connected()
        token = self._token()
        secrets = {'client_secret': CLIENT_SECRET, 'webhook_key': 'webhook-key-0815',
                   'access_token': token.access_token, 'refresh_token': token.refresh_token}
        self.assertTrue(token.access_token.startswith('eyJ'))
        self.assertEqual(self._with_key(self.old), secrets)
        self.assertTrue(self._renewed())
        self.assertNotEqual(self._with_key(self.old), secrets, "renewed ones are encrypted, too")

    def test_the_log_of_all_statements_shows_none(self):
        """As with --log-sql; without a key the statements have to hold the values."""
        self._keys(self.old)
        with self.assertLogs('odoo.sql_db', logging.DEBUG) as logs:
            self._connected()
            secrets = {CLIENT_SECRET, 'webhook-key-0815', *self._with_key(self.old).values()}
            self.assertTrue(self._renewed())
            secrets.update(self._with_key(self.old).values())
        text = '\n'.join(logs.output)
        self.assertIn("about a secret of Xero", text)
        for secret in secrets:
            self.assertNotIn(secret, text)

    def test_searching_by_value_finds_nothing(self):
        self._keys(self.old)
        self._connected()
        connections = self.env['xero.connection'].sudo()
        mine = [('id', '=', self.connection.id)]
        for operator, value in (('=', CLIENT_SECRET), ('=like', CLIENT_SECRET[:3] + '%'),
                                ('in', [CLIENT_SECRET])):
            self.assertFalse(connections.search(
                [*mine, ('client_secret', operator, value)]), operator)
        self.assertTrue(connections.search([*mine, ('client_secret', '!=', False)]))

    def test_the_variable_comes_first(self):
        self._keys(self.old)
        os.environ[VARIABLE] = self.new
        self._connected()
        self.assertTrue(self._with_key(self.new))

    def test_a_key_for_what_was_stored_without(self):
        self._connected()
        self._keys(self.old)
        self.assertTrue(self._works(), "plain values are read as they are")
        self._reencrypt()
        self.assertEqual(self._with_key(self.old)['client_secret'], CLIENT_SECRET)
        self.assertTrue(self._renewed())

    def _reencrypt(self):
        self.env['xero.connection'].sudo()._reencrypt()
        self.env['xero.token'].sudo()._reencrypt()

    def test_rotation(self):
        self._keys(self.old)
        self._connected()
        before = self._stored()
        self._reencrypt()
        self.assertEqual(self._stored(), before, "nothing to do")
        plain = self._with_key(self.old)
        self._keys(self.new, self.old)
        self.assertTrue(self._works())
        self._reencrypt()
        self.assertEqual(self._with_key(self.new), plain)
        self._keys(self.new)
        self.assertTrue(self._works())
        self.assertTrue(self._renewed())

    def test_without_the_key_that_it_was_stored_with(self):
        self._keys(self.old)
        self._connected()
        stored = self._stored()
        for keys in ((), (self.new,), ('no key',)):
            with self.subTest(keys=keys):
                self._keys(*keys)
                self.connection.state = 'connected'
                with self.assertLogs('odoo.addons.account_xero.models.core.secret') as logs:
                    self.assertFalse(self._works())
                self.assertNotIn(CLIENT_SECRET, str(logs.output))
                self.assertEqual(self.connection.state, 'reauth')
                self.assertIn("key in the server's configuration", self.connection.last_error)
                self.assertFalse(self.connection.sudo().client_secret)
                with self.assertLogs('odoo.addons.account_xero.models.core.secret'):
                    answer = self._rpc('xero.connection', 'action_connect', self.connection.ids)
                self.assertIn("client secret", answer['error']['data']['message'])
                self.assertFalse(self.env['xero.delivery']._receive(b'{}', 'A' * 43 + '='))
                with mute_logger('odoo.addons.account_xero.models.core.secret'):
                    self._reencrypt()
                self.assertEqual(self._stored(), stored, "it may come back")
        self._keys(self.old)
        self.assertTrue(self._works())
        self.assertEqual(self.connection.state, 'connected')

    def test_signing_in_again_with_another_key(self):
        self._keys(self.old)
        self._connected()
        self._keys(self.new)
        self._connected()
        self.assertTrue(self._works())
        self.assertEqual(self._with_key(self.new)['client_secret'], CLIENT_SECRET)

    def test_what_is_no_key_stores_nothing(self):
        self._keys('no key')
        with self.assertRaisesRegex(UserError, OPTION):
            self.connection.client_secret = 'a-new-one'
            self.env.flush_all()
