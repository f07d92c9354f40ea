"""What a connection asks Xero's leave for, and what it says when a switch needs more."""
from urllib.parse import parse_qs, urlsplit

from odoo.tests import tagged

from .common_connection import XeroConnectionCommon

BASIC = {'accounting.invoices', 'accounting.payments', 'accounting.contacts',
         'accounting.settings.read'}
ATTACH = 'accounting.attachments'


@tagged('post_install', '-at_install')
class TestScopes(XeroConnectionCommon):

    def setUp(self):
        super().setUp()
        self._log_in()

    def _asked(self):
        return set(parse_qs(urlsplit(self._to_xero()).query)['scope'][0].split())

    def _custom(self, scopes):
        """Make the connection a custom one. :return: its app at Xero"""
        app = self.sandbox.add_app('custom-client', 'custom-secret', scopes=scopes,
                                   custom_connection=self.organisation)
        self.connection.write({'app_type': 'custom', 'client_id': 'custom-client',
                               'client_secret': 'custom-secret'})
        return app

    def test_no_more_than_is_switched_on(self):
        for switches, more in (
                ({}, set()), ({'import_attachments': True}, {f'{ATTACH}.read'}),
                ({'attach_pdf': True}, {ATTACH}), ({'import_attachments': False}, {ATTACH})):
            self.connection.write(switches)
            self.assertEqual(self._asked(), BASIC | {'offline_access'} | more)

    def test_a_switch_that_needs_a_new_sign_in_says_so(self):
        self._connect()
        self.assertFalse(self.connection.missing_scopes)
        self.connection.import_attachments = True
        self.assertEqual(self.connection.missing_scopes,
                         f"fetching the attachments of bills ({ATTACH}.read)")
        self.connection.attach_pdf = True
        self.assertEqual(
            self.connection.missing_scopes,
            f"attaching PDFs, fetching the attachments of bills ({ATTACH})")
        self.assertEqual(self._call('action_test')['params']['type'], 'success')

        self._connect()
        self.assertFalse(self.connection.missing_scopes)
        self.connection.attach_pdf = False
        self.assertFalse(self.connection.missing_scopes, "what may be written may be read")

    def test_custom_connection_goes_on_without_what_it_may_not(self):
        self.connection.attach_pdf = True
        app = self._custom(BASIC)
        self.assertEqual(self._call('action_connect')['params']['type'], 'success')
        self.assertEqual(self.connection.state, 'connected')
        self.assertEqual(self.connection.missing_scopes, f"attaching PDFs ({ATTACH})")
        self._token().expires_at = '2026-01-01'
        self.assertEqual(self._call('action_test')['params']['type'], 'success')
        self.assertEqual(self.connection.state, 'connected')

        app.scopes = frozenset(BASIC | {ATTACH})      # ticked in the developer portal
        self.assertEqual(self._call('action_connect')['params']['type'], 'success')
        self.assertFalse(self.connection.missing_scopes)

    def test_only_organisations_are_connected(self):
        other = self.sandbox.add_organisation("Advisers")
        other.tenant_type = 'PRACTICEMANAGER'
        self.assertEqual(self._connect(self.organisation, other).status_code, 303)
        self.assertEqual(self.connection.tenant_name, self.organisation.name)
