"""What the tests of the connection's life share: people, browsers, and the way to Xero and back."""
from urllib.parse import parse_qs, urlsplit

import requests
from lxml import html

from odoo import Command
from odoo.tests import HttpCase, new_test_user

from .xero_sandbox import XeroSandbox, openapi

CLIENT_ID = 'test-client'
CLIENT_SECRET = 'secret-of-the-app-4711'
MANAGER_GROUPS = 'account_xero.group_xero_manager'


class XeroConnectionCommon(HttpCase):
    """A company with a connection that has never been connected, and a manager who may connect it.

    The manager is no system administrator. Requests go through Odoo's HTTP server, and from the
    consent page of the sandbox back to it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = XeroSandbox(openapi_dir=openapi.folder()).start()
        cls.addClassCleanup(cls.sandbox.stop)
        base_url = f'http://localhost:{cls.http_port()}'      # Xero refuses 127.0.0.1
        cls.redirect_uri = f'{base_url}/xero/oauth/callback'
        parameters = cls.env['ir.config_parameter'].sudo()
        parameters.set_param('web.base.url', base_url)
        for name in ('api_url', 'identity_url', 'login_url'):
            parameters.set_param(f'account_xero.{name}', cls.sandbox.url)
        cls.app = cls.sandbox.add_app(CLIENT_ID, CLIENT_SECRET, [cls.redirect_uri])
        # A company of its own: the database's first one may have documents and a connection.
        cls.company, cls.other_company = cls.env['res.company'].create([
            {'name': name, 'currency_id': cls.env.ref('base.GBP').id}
            for name in ("Wren Ltd", "Heron Ltd")])
        cls.manager = cls._user('manager', MANAGER_GROUPS)

    @classmethod
    def _user(cls, login, groups, companies=None):
        companies = companies or cls.company
        return new_test_user(
            cls.env, login=f'xero-{login}', password=f'xero-{login}', groups=groups,
            company_id=companies[0].id, company_ids=[Command.set(companies.ids)])

    def setUp(self):
        super().setUp()
        self.sandbox.faults.clear()
        self.sandbox.ledger.reset()
        self.addCleanup(lambda: self.assertEqual(self.sandbox.errors, []))
        self.sandbox.unpublished.clear()
        self.addCleanup(lambda: self.assertEqual(self.sandbox.unpublished, []))
        self.organisation = self.sandbox.add_organisation(
            f"Organisation of {self._testMethodName}")
        self.connection = self._connection(self.company)

    def _connection(self, company, **values):
        return self.env['xero.connection'].create({
            'company_id': company.id, 'client_id': CLIENT_ID, 'client_secret': CLIENT_SECRET,
            **values})

    # === THE BROWSER === #

    def _log_in(self, user=None):
        """Open a browser session; the earlier one of this test is lost."""
        login = (user or self.manager).login
        self.authenticate(login, login)

    def _rpc(self, model, method, *args, **kwargs):
        """Call a method as the web client does.

        :return: the whole JSON-RPC answer
        """
        return self.url_open('/web/dataset/call_kw', json={'params': {
            'model': model, 'method': method, 'args': args, 'kwargs': kwargs}}).json()

    def _call(self, method, *args, connection=None, **kwargs):
        """Press a button of the connection.

        :return: what the method returned
        """
        answer = self._rpc(
            'xero.connection', method, (connection or self.connection).ids, *args, **kwargs)
        self.assertNotIn('error', answer)
        self.env.invalidate_all()
        return answer.get('result')

    def _to_xero(self, connection=None):
        """:return: the address of the consent page that Connect leads to"""
        action = self._call('action_connect', connection=connection)
        self.assertEqual((action['type'], action['target']), ('ir.actions.act_url', 'self'))
        return action['url']

    def _consent(self, url, *organisations, decision='allow', user=None):
        """Fill in Xero's consent page.

        :return: the address that Xero sends the browser back to
        """
        page = requests.get(url, timeout=10)
        self.assertEqual(page.status_code, 200, page.text)
        form = html.fromstring(page.text).forms[0]
        fields = {name: value for name, value in form.form_values() if name != 'tenant'}
        answer = requests.post(
            self.sandbox.url + form.action, timeout=10, allow_redirects=False, data={
                **fields, 'tenant': [org.tenant_id for org in organisations],
                'decision': decision, **({'user': user.user_id} if user else {})})
        self.assertEqual(answer.status_code, 302, answer.text)
        location = answer.headers['Location']
        self.assertTrue(location.startswith(f'{self.redirect_uri}?'))
        return location

    def _return(self, location):
        """Follow Xero's redirect to Odoo, but no further.

        :param str location: address, or the query alone
        """
        url = urlsplit(location)
        self.env.flush_all()
        answer = self.url_open(f'/xero/oauth/callback?{url.query}', allow_redirects=False)
        self.env.invalidate_all()
        return answer

    def _connect(self, *organisations, connection=None, user=None):
        """The whole way, as the user who is logged in.

        :return: Odoo's answer to the return from Xero
        """
        organisations = organisations or (self.organisation,)
        return self._return(self._consent(
            self._to_xero(connection), *organisations, user=user))

    def _state_of(self, url):
        return parse_qs(urlsplit(url).query)['state'][0]

    def _token(self, connection=None):
        """:return: the connection's `xero.token`, with all rights"""
        return (connection or self.connection).sudo().token_id
