"""Books in one currency are not connected to an organisation that keeps them in another."""
from urllib.parse import urlsplit

from odoo.tests import tagged

from .common_connection import XeroConnectionCommon


@tagged('post_install', '-at_install')
class TestOAuthCurrency(XeroConnectionCommon):

    def setUp(self):
        super().setUp()
        self._log_in()
        self.abroad = self.sandbox.add_organisation(
            "Abroad BV", base_currency='EUR', currencies=['EUR', 'GBP'])

    def _assert_reason(self, text):
        for words in (self.abroad.name, "EUR", self.company.name, "GBP"):
            self.assertIn(words, text)
        self.env.invalidate_all()
        connection = self.connection
        self.assertEqual((connection.state, connection.tenant_id), ('disconnected', False))
        self.assertFalse(self._token())
        self.assertFalse(self.env['xero.account'].search_count(
            [('connection_id', '=', connection.id)]))

    def test_refused_with_the_reason_and_the_next_try_counts(self):
        answer = self._connect(self.abroad)
        self.assertEqual(answer.status_code, 409)
        self._assert_reason(answer.text)
        self.assertEqual(self._connect(self.organisation).status_code, 303)
        self.assertEqual(self.connection.tenant_id, self.organisation.tenant_id)
        self.assertEqual(self.connection.base_currency, self.company.currency_id.name)

    def test_refused_where_it_is_chosen(self):
        wizard_id = int(urlsplit(self._connect(self.abroad, self.organisation).headers[
            'Location']).path.rsplit('/', 1)[1])
        wizard = self.env['xero.choose.organisation'].browse(wizard_id)
        for fault, organisation, said in ((None, self.abroad, self._assert_reason),
                                          ('503', self.organisation, None)):
            if fault:
                self.sandbox.inject(fault, 'GET', '/Organisation')
            line = wizard.line_ids.filtered(lambda line, name=organisation.name: line.name == name)
            self._rpc(wizard._name, 'web_save', [wizard_id], {'chosen_id': line.id},
                      specification={})
            error = self._rpc(wizard._name, 'action_choose', [wizard_id])['error']
            self.assertEqual(error['data']['name'], 'odoo.exceptions.UserError')
            if said:
                said(error['data']['message'])
        self.assertNotIn('error', self._rpc(wizard._name, 'action_choose', [wizard_id]))
        self.env.invalidate_all()
        self.assertEqual(self.connection.tenant_id, self.organisation.tenant_id)

    def test_refused_for_a_custom_connection(self):
        app = self.sandbox.add_app('custom', 'secret-of-the-custom-app', [],
                                   custom_connection=self.abroad)
        self.connection.write({'app_type': 'custom', 'client_id': app.client_id,
                               'client_secret': 'secret-of-the-custom-app'})
        answer = self._rpc('xero.connection', 'action_connect', self.connection.ids)
        self._assert_reason(answer['error']['data']['message'])

    def test_nothing_is_bound_while_xero_does_not_say_the_currency(self):
        self.sandbox.inject('503', 'GET', '/Organisation')
        self.assertEqual(self._connect().status_code, 502)
        self.env.invalidate_all()
        self.assertEqual(self.connection.state, 'disconnected')
        self.assertEqual(self._connect().status_code, 303)

    def test_the_one_that_is_connected_signs_in_again_whatever_its_currency(self):
        """What was connected by an earlier version goes on."""
        self.assertEqual(self._connect().status_code, 303)
        self._call('action_disconnect')
        self.organisation.base_currency = 'EUR'
        self.assertEqual(self._connect().status_code, 303)
        self.assertEqual(self.connection.state, 'connected')
