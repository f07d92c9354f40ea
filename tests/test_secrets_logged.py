"""What Odoo's own log shows of secrets, at its most talkative level."""
import logging

import psycopg2

from odoo.tests import tagged

from .common_connection import MANAGER_GROUPS, XeroConnectionCommon

SECRETS = {'client_secret': 'typed-secret-4711', 'webhook_key': 'typed-webhook-key-0815'}
LOGGERS = ('odoo.service.model', 'odoo.sql_db', 'werkzeug')


class _Lines(logging.Handler):
    """Keeps all lines that would be in the server's log."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


@tagged('post_install', '-at_install')
class TestSecretsLogged(XeroConnectionCommon):

    def setUp(self):
        super().setUp()
        handler = _Lines()
        for name in LOGGERS:
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)
            self.addCleanup(logger.removeHandler, handler)
            logger.setLevel(logging.DEBUG)
            logger.addHandler(handler)
        self.lines = handler.lines

    def _logged(self, *words):
        """:return: the lines that have all of the words"""
        return [line for line in self.lines if all(word in line for word in words)]

    def _assert_kept_out(self, *secrets):
        for secret in secrets:
            self.assertEqual(self._logged(secret), [])

    def test_typed_into_the_form(self):
        admin = self._user('admin', f'base.group_system,{MANAGER_GROUPS}')
        self._log_in(admin)
        answer = self._rpc('xero.connection', 'web_save', self.connection.ids, SECRETS,
                           specification={'client_id': {}})
        self.assertIn('result', answer)
        self.assertEqual(self.connection.client_secret, SECRETS['client_secret'])
        self.assertTrue(self._logged('call xero.connection', 'web_save'))
        self.assertTrue(self._logged('query', 'secret of Xero'), "statements are logged at all")
        self._assert_kept_out(*SECRETS.values())

    def test_imported_from_a_file(self):
        self._log_in(self._user('admin', f'base.group_system,{MANAGER_GROUPS}'))
        self.env['xero.connection'].search([]).unlink()
        answer = self._rpc('xero.connection', 'load', list(SECRETS), [list(SECRETS.values())])
        self.assertIn('result', answer)
        self.assertTrue(self._logged('call xero.connection', 'load'))
        self._assert_kept_out(*SECRETS.values())

    def test_refused_by_postgresql(self):
        with self.assertRaises(psycopg2.Error), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE xero_connection SET client_secret = %s, company_id = NULL WHERE id = %s",
                [SECRETS['client_secret'], self.connection.id])
        self.assertTrue(self._logged('bad query', 'NotNullViolation'))
        self._assert_kept_out(SECRETS['client_secret'])

    def test_tokens_and_the_way_back_from_xero(self):
        self._log_in()
        location = self._consent(self._to_xero(), self.organisation)
        self._return(location)
        self.assertEqual(self.connection.state, 'connected')
        token = self._token()
        token.write({'access_token': token.access_token + '-2'})
        self.env.flush_all()
        self.assertTrue(self._logged('GET /xero/oauth/callback'))
        self._assert_kept_out(
            token.access_token, token.refresh_token, self._state_of(location),
            location.partition('code=')[2].partition('&')[0])

    def test_the_rest_is_logged_as_ever(self):
        self._log_in()
        self._rpc('res.partner', 'search_count', [['name', '=', "Somebody Ltd"]])
        self.assertTrue(self._logged('call res.partner', 'Somebody Ltd'))
        self.assertTrue(self._logged('query', 'Somebody Ltd'))
