from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from odoo import Command
from odoo.tests import tagged
from odoo.tools.misc import hash_sign, verify_hash_signed

from ..models.connection.xero_sign_in import STATE_SCOPE
from .common_connection import CLIENT_SECRET, MANAGER_GROUPS, XeroConnectionCommon

CHOOSE_SECOND = """
    const label = [...document.querySelectorAll('.o_field_radio .o_radio_item')].find(
        (item) => item.textContent.trim() === "Second Ltd");
    label.querySelector('input').click();
    const connected = new MutationObserver(() => {
        if (document.querySelector('button[name=action_disconnect]')) {
            connected.disconnect();
            console.log('test successful');
        }
    });
    connected.observe(document.body, {childList: true, subtree: true});
    document.querySelector('button[name=action_choose]').click();
"""


@tagged('post_install', '-at_install')
class TestOAuth(XeroConnectionCommon):

    def setUp(self):
        super().setUp()
        self._log_in()

    def _assert_refused(self, answer, status=400):
        self.assertEqual(answer.status_code, status)
        self.assertIn("Not connected to Xero", answer.text)
        self.assertEqual(self.connection.state, 'disconnected')
        self.assertFalse(self._token())

    # === THERE AND BACK === #

    def test_connect_through_the_real_redirect(self):
        answer = self._connect()
        self.assertEqual(answer.status_code, 303)
        action = self.env.ref('account_xero.action_xero_connection')
        self.assertEqual(
            urlsplit(answer.headers['Location']).path,
            f'/odoo/action-{action.id}/{self.connection.id}')
        connection = self.connection
        self.assertEqual(connection.state, 'connected')
        self.assertEqual(connection.tenant_id, self.organisation.tenant_id)
        self.assertEqual(connection.tenant_name, self.organisation.name)
        self.assertEqual(connection.short_code, self.organisation.short_code)
        self.assertEqual(connection.base_currency, 'GBP')
        self.assertTrue(connection.connected_at)
        self.assertTrue(self.env['xero.account'].search_count(
            [('connection_id', '=', connection.id), ('code', '=', '200')]))
        self.assertTrue(self.env['xero.tax.rate'].search_count(
            [('connection_id', '=', connection.id), ('tax_type', '=', 'OUTPUT2')]))
        self.assertEqual(self._token().owner, self.sandbox.identity.user().user_id)
        self.assertEqual(self.url_open(answer.headers['Location']).status_code, 200)
        [exchange] = self.sandbox.calls_to('POST', '/connect/token')
        self.assertNotIn(CLIENT_SECRET, str(exchange.body), "the secret goes by HTTP Basic")

    def test_denied_on_the_consent_page(self):
        answer = self._return(self._consent(self._to_xero(), decision='deny'))
        self._assert_refused(answer, status=200)
        self.assertIn("Access was not granted", answer.text)
        self.assertFalse(self.sandbox.calls_to('POST', '/connect/token'))
        self.assertEqual(self._connect().status_code, 303, "the next try is not spoilt")

    def test_code_that_xero_refuses(self):
        state = self._state_of(self._to_xero())
        answer = self._return('?' + urlencode({'state': state, 'code': 'made-up'}))
        self._assert_refused(answer, status=502)
        self.assertEqual(len(self.sandbox.calls_to('POST', '/connect/token')), 1)

    def test_xero_out_of_order_at_each_step(self):
        for path, fault in (('/connect/token', '503'), ('/connect/token', 'cut_after'),
                            ('/connect/token', '429_minute'), ('/connect/token', 'html_200'),
                            ('/connections', '500'), ('/connections', 'cut_before'),
                            ('/connections', 'truncated_json')):
            with self.subTest(path=path, fault=fault):
                self.sandbox.inject(fault, path=path)
                self._assert_refused(self._connect(), status=502)
        self.assertEqual(self._connect().status_code, 303)
        self.assertEqual(self.connection.state, 'connected')

    def test_connected_although_reference_data_cannot_be_fetched(self):
        self.sandbox.inject('503', 'GET', '/TaxRates')
        self.assertEqual(self._connect().status_code, 303)
        self.assertEqual(self.connection.state, 'connected')
        self.assertFalse(self.connection.reference_date, "the push fetches it before it sends")
        self.assertFalse(self.env['xero.account'].search_count(
            [('connection_id', '=', self.connection.id)]), "all of it or nothing")

    def test_app_without_keys(self):
        self.connection.client_secret = False
        answer = self._rpc('xero.connection', 'action_connect', self.connection.ids)
        self.assertIn("client secret", answer['error']['data']['message'])

    # === THE STATE === #

    def test_forged_state(self):
        location = self._consent(self._to_xero(), self.organisation)
        code = location.split('code=')[1].split('&')[0]
        values = [self.connection.id, self.manager.id, 'nonce', False]
        for state in (
            hash_sign(self.env(su=True), 'another.scope', values,
                      expiration=timedelta(minutes=5)),
            hash_sign(self.env(su=True), STATE_SCOPE, values, expiration=timedelta(minutes=5)),
            self._state_of(location)[:-2],
        ):
            self._assert_refused(self._return('?' + urlencode({'state': state, 'code': code})))
        self.assertFalse(self.sandbox.calls_to('POST', '/connect/token'))
        self.assertEqual(self._return(location).status_code, 303, "the true one still counts")

    def test_expired_state(self):
        location = self._consent(self._to_xero(), self.organisation)
        state = self._state_of(location)
        values = verify_hash_signed(self.env(su=True), STATE_SCOPE, state)
        late = hash_sign(self.env(su=True), STATE_SCOPE, values,
                         expiration=datetime.now() - timedelta(seconds=1))
        self._assert_refused(self._return(location.replace(state, late)))
        self.assertFalse(self.sandbox.calls_to('POST', '/connect/token'))

    def test_replayed_state(self):
        url = self._to_xero()
        self.assertEqual(self._return(self._consent(url, self.organisation)).status_code, 303)
        again = self._consent(url, self.organisation)       # a new code under the old state
        self.sandbox.ledger.reset()
        self.assertEqual(self._return(again).status_code, 400)
        self.assertFalse(self.sandbox.calls)
        self.assertEqual(self.connection.state, 'connected', "and nothing is spoilt")

    def test_denied_state_cannot_be_used_again(self):
        url = self._to_xero()
        self._return(self._consent(url, decision='deny'))
        self._assert_refused(self._return(self._consent(url, self.organisation)))

    def test_second_tab_replaces_the_first(self):
        first, second = self._to_xero(), self._to_xero()
        self._assert_refused(self._return(self._consent(first, self.organisation)))
        self.assertEqual(
            self._return(self._consent(second, self.organisation)).status_code, 303)

    def test_two_connections_at_once_in_one_browser(self):
        self.manager.company_ids += self.other_company
        other = self._connection(self.other_company)
        organisation = self.sandbox.add_organisation("Second Ltd")
        first, second = self._to_xero(), self._to_xero(other)
        self.assertEqual(self._return(self._consent(first, self.organisation)).status_code, 303)
        self.assertEqual(self._return(self._consent(second, organisation)).status_code, 303)
        self.assertEqual(self.connection.tenant_id, self.organisation.tenant_id)
        self.assertEqual(other.tenant_id, organisation.tenant_id)

    def test_another_user(self):
        location = self._consent(self._to_xero(), self.organisation)
        self._log_in(self._user('colleague', MANAGER_GROUPS))
        self._assert_refused(self._return(location))

    def test_another_session_of_the_same_user(self):
        location = self._consent(self._to_xero(), self.organisation)
        self._log_in()
        self._assert_refused(self._return(location))

    def test_not_logged_in_any_more(self):
        location = self._consent(self._to_xero(), self.organisation)
        self.logout()
        answer = self._return(location)
        self.assertEqual(urlsplit(answer.headers['Location']).path, '/web/login')
        self.assertEqual(self.connection.state, 'disconnected')

    def test_without_a_browser_session_bound_to_the_user_alone(self):
        action = self.connection.with_user(self.manager).action_connect()
        location = self._consent(action['url'], self.organisation)
        self._log_in(self._user('stranger', MANAGER_GROUPS))
        self._assert_refused(self._return(location))
        self._log_in()
        self.assertEqual(self._return(location).status_code, 303)
        self.assertEqual(self.connection.state, 'connected')
        again = self._consent(action['url'], self.organisation)
        self.assertEqual(self._return(again).status_code, 400, "once is enough here, too")

    def test_rights_lost_meanwhile(self):
        location = self._consent(self._to_xero(), self.organisation)
        self.manager.group_ids -= self.env.ref('account_xero.group_xero_manager')
        self._assert_refused(self._return(location))

    def test_connection_deleted_meanwhile(self):
        location = self._consent(self._to_xero(), self.organisation)
        self.connection.unlink()
        self.assertEqual(self._return(location).status_code, 400)

    def test_garbage_never_breaks_the_callback(self):
        good = self._state_of(self._to_xero())
        garbage = ['', 'x', '\0', '%', '../..', 'é' * 50, '\U0001f600', 'A' * 7000, '0' * 44,
                   good + 'AA', good[5:], '{"a": 1}', 'AQAAAA', 'null', '[]', "' OR 1=1 --",
                   '<script>alert(1)</script>']
        queries = [{'state': text, 'code': other}
                   for text in garbage for other in ('', 'c', '\0', '\U0001f600')]
        queries += [{'error': text} for text in garbage] + [{}, {'code': 'c'}, {'nothing': '1'}]
        for query in queries:
            answer = self._return('?' + urlencode(query))
            self.assertEqual(answer.status_code, 400, query)
            self.assertNotIn('<script>alert', answer.text)
        for raw in ('state=%ff%fe', 'state=a&state=b', 'state[]=1', '&&&', 'state', '=', '%00=1'):
            self.assertEqual(self._return('?' + raw).status_code, 400, raw)
        self.assertFalse(self.sandbox.calls_to('POST', '/connect/token'))
        for code in ('\0', '\U0001f600', 'x' * 7000, ' ', "'"):
            query = urlencode({'state': self._state_of(self._to_xero()), 'code': code})
            self._assert_refused(self._return('?' + query), status=502)

    # === WHICH ORGANISATION === #

    def _choose(self, answer, organisation):
        """Choose in the wizard, by what the web client asks the server for."""
        path = urlsplit(answer.headers['Location']).path
        self.assertRegex(path, r'^/odoo/action-\d+/\d+$')
        self.assertEqual(self.url_open(path).status_code, 200)
        action_id, wizard_id = (int(part) for part in path.removeprefix('/odoo/action-').split('/'))
        action = self.url_open('/web/action/load', json={
            'params': {'action_id': action_id}}).json()['result']
        self.assertEqual(action['res_model'], 'xero.choose.organisation')
        model = action['res_model']
        views = self._rpc(model, 'get_views', views=[(False, 'form')])['result']
        shown = {name: {} for name in views['models'][model]['fields']
                 if f'name="{name}"' in views['views']['form']['arch']}
        self._rpc(model, 'web_read', [wizard_id], specification=shown)['result']
        lines = self._rpc(model + '.line', 'name_search',
                          domain=[('wizard_id', '=', wizard_id)])['result']
        line_id = next(line_id for line_id, name in lines if name == organisation.name)
        saved = self._rpc(model, 'web_save', [wizard_id], {'chosen_id': line_id},
                          specification=shown)
        self.assertNotIn('error', saved)
        answer = self._rpc(model, 'action_choose', [wizard_id])
        self.env.invalidate_all()
        return answer, [name for _id, name in lines]

    def test_user_with_several_organisations_chooses(self):
        second = self.sandbox.add_organisation("Second Ltd")
        back = self._connect(self.organisation, second)
        self.assertEqual(self.connection.state, 'disconnected', "nothing is chosen yet")
        answer, names = self._choose(back, second)
        self.assertEqual(answer['result']['res_id'], self.connection.id)
        self.assertEqual(sorted(names), sorted([self.organisation.name, second.name]))
        self.assertEqual(self.connection.state, 'connected')
        self.assertEqual(self.connection.tenant_id, second.tenant_id)
        self.assertEqual(self.connection.short_code, second.short_code)

    def test_choice_in_the_web_client(self):
        second = self.sandbox.add_organisation("Second Ltd")
        back = self._connect(self.organisation, second)
        self.browser_js(urlsplit(back.headers['Location']).path, CHOOSE_SECOND,
                        ready="Boolean(document.querySelector('.o_field_radio input'))",
                        login=self.manager.login)
        self.env.invalidate_all()
        self.assertEqual(self.connection.tenant_id, second.tenant_id)

    def test_choice_is_the_users_own_and_complete(self):
        second = self.sandbox.add_organisation("Second Ltd")
        wizard_id = int(self._connect(self.organisation, second).headers['Location']
                        .rsplit('/', 1)[1])
        wizard = self.env['xero.choose.organisation'].browse(wizard_id)
        model = wizard._name
        self.assertIn("Choose an organisation first", self._rpc(
            model, 'action_choose', [wizard_id])['error']['data']['message'])
        foreign = self.env['xero.choose.organisation.line'].create({
            'wizard_id': wizard.copy({'line_ids': []}).id, 'name': "Foreign", 'tenant_id': 'x'})
        self.env.flush_all()
        for vals in ({'token_id': self._token().id}, {'line_ids': [[0, 0, {
                'name': "Mine", 'tenant_id': 'y'}]]}, {'line_ids': [[1, wizard.line_ids[0].id, {
                    'tenant_id': 'y'}]]}, {'chosen_id': foreign.id}):
            answer = self._rpc(model, 'write', [wizard_id], vals)
            if 'chosen_id' in vals:
                answer = self._rpc(model, 'action_choose', [wizard_id])
            self.assertIn('error', answer, vals)
        self._log_in(self._user('colleague', MANAGER_GROUPS))
        for method, args in (('read', [['chosen_id']]), ('action_choose', [])):
            self.assertIn('error', self._rpc(model, method, [wizard_id], *args))
        self.env.invalidate_all()
        self.assertEqual(self.connection.state, 'disconnected')

    def test_sign_in_ended_before_the_choice(self):
        second = self.sandbox.add_organisation("Second Ltd")
        back = self._connect(self.organisation, second)
        self.env['xero.token'].sudo().search([]).unlink()
        wizard_id = int(back.headers['Location'].rsplit('/', 1)[1])
        self.assertIn('error', self._rpc('xero.choose.organisation', 'action_choose', [wizard_id]))

    def test_organisation_of_another_company(self):
        self._connect()
        self.manager.company_ids += self.other_company
        other = self._connection(self.other_company)
        self._log_in()
        answer = self._connect(connection=other)
        self.assertEqual(answer.status_code, 409)
        self.assertIn(f"already connected to {self.company.name}", answer.text)
        self.assertEqual(other.state, 'disconnected')
        self.assertEqual(self.connection.state, 'connected')
        self._call('action_disconnect')
        self.assertEqual(self._connect(connection=other).status_code, 303, "it is free now")

    def test_no_new_organisation_ticked(self):
        """Xero lists none for this consent when all of them were connected before."""
        self._connect()
        location = self._consent(self._to_xero(), self.organisation)
        for row in self.sandbox.identity.connections:
            row['authEventId'] = 'earlier'
        self.assertEqual(self._return(location).status_code, 303)
        self.assertEqual(self.connection.state, 'connected')

    def _link_document(self):
        return self.env['account.move'].create({
            'company_id': self.company.id, 'move_type': 'entry', 'journal_id':
            self.env['account.journal'].create({
                'name': "General", 'code': 'GEN', 'type': 'general',
                'company_id': self.company.id}).id,
            'xero_document_id': 'd9b4d3e2-0000-4000-8000-000000000001', 'xero_state': 'synced'})

    def test_reconnect_to_another_organisation_is_refused_while_documents_are_linked(self):
        self._connect()
        self._link_document()
        self._call('action_disconnect')
        another = self.sandbox.add_organisation("Another Ltd")
        answer = self._connect(another)
        self.assertEqual(answer.status_code, 409)
        self.assertIn(self.organisation.name, answer.text)
        self.assertEqual(self.connection.state, 'disconnected')
        self.assertEqual(self.connection.tenant_id, self.organisation.tenant_id)

    def test_reconnect_to_the_same_organisation_keeps_links_and_mappings(self):
        self._connect()
        move = self._link_document()
        since = self.connection.connected_at
        account = self.env['account.account'].with_company(self.company).create({
            'name': "Sales", 'code': '1', 'account_type': 'income',
            'company_ids': [Command.set(self.company.ids)]})
        account.xero_account_id = self.env['xero.account'].search(
            [('connection_id', '=', self.connection.id), ('code', '=', '260')])
        self._call('action_disconnect')
        another = self.sandbox.add_organisation("Another Ltd")
        answer = self._connect(another, self.organisation)
        self.assertEqual(answer.status_code, 303, "the one it had is taken without a question")
        self.assertEqual(self.connection.state, 'connected')
        self.assertEqual(self.connection.tenant_id, self.organisation.tenant_id)
        self.assertEqual(self.connection.connected_at, since)
        self.assertEqual(account.xero_account_id.code, '260')
        self.assertEqual(move.xero_state, 'synced')

    def test_another_organisation_without_documents_starts_afresh(self):
        self._connect()
        partner = self.env['res.partner'].with_company(self.company).create({
            'name': "Jay", 'xero_contact_id': 'c0000000-0000-4000-8000-000000000001'})
        account = self.env['account.account'].with_company(self.company).create({
            'name': "Sales", 'code': '200', 'account_type': 'income',
            'company_ids': [Command.set(self.company.ids)]})
        before = account.xero_account_id = self.env['xero.account'].search(
            [('connection_id', '=', self.connection.id), ('code', '=', '200')])
        another = self.sandbox.add_organisation("Another Ltd")
        self.assertEqual(self._connect(another).status_code, 303)
        self.assertEqual(self.connection.tenant_id, another.tenant_id)
        self.assertFalse(partner.xero_contact_id, "no contact of the one is in the other")
        self.assertFalse(before.exists())
        self.assertEqual(account.xero_account_id.code, '200', "matched anew")

    # === OTHER KINDS OF APPS === #

    def test_pkce_app_has_no_secret(self):
        self.sandbox.add_app('pkce-client', None, [self.redirect_uri], pkce=True)
        # A secret that was entered before the kind was changed is not sent.
        self.connection.write({'app_type': 'pkce', 'client_id': 'pkce-client'})
        url = self._to_xero()
        self.assertIn('code_challenge=', url)
        self.assertEqual(self._return(self._consent(url, self.organisation)).status_code, 303)
        self.assertEqual(self.connection.state, 'connected')
        self.assertFalse(self.connection.sudo().oauth_verifier)
        token = self._token()
        token.expires_at = datetime.now() - timedelta(minutes=1)
        self._call('action_test')
        self.assertEqual(len(self.sandbox.calls_to('POST', '/connect/token')), 2)
        self.assertEqual(self.connection.state, 'connected')

    def test_custom_connection_needs_no_browser(self):
        self.sandbox.add_app('custom-client', 'custom-secret',
                             custom_connection=self.organisation)
        self.connection.write({'app_type': 'custom', 'client_id': 'custom-client',
                               'client_secret': 'custom-secret'})
        notice = self._call('action_connect')
        self.assertEqual(notice['params']['type'], 'success')
        self.assertEqual(self.connection.state, 'connected')
        self.assertEqual(self.connection.tenant_id, self.organisation.tenant_id)
        self.assertFalse(self._token().refresh_token)
        self.assertEqual(self._call('action_test')['params']['type'], 'success')
        [call] = self.sandbox.calls_to('GET', '/Organisation')[-1:]
        self.assertNotIn('xero-tenant-id', {name.lower() for name in call.headers})
        self._token().expires_at = datetime.now() - timedelta(minutes=1)
        self.assertEqual(self._call('action_test')['params']['type'], 'success')
        self.assertEqual(len(self.sandbox.calls_to('POST', '/connect/token')), 2)
        self._call('action_disconnect')
        self.assertEqual(self.connection.state, 'disconnected')

    def test_custom_connection_that_cannot_connect(self):
        self.connection.write({'app_type': 'custom', 'client_secret': 'wrong'})
        notice = self._call('action_connect')
        self.assertEqual(notice['params']['type'], 'danger')
        self.assertIn("client secret", notice['params']['message'])
        self.assertEqual(self.connection.state, 'disconnected')
