from datetime import timedelta
from functools import partial
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..xero import oauth
from ..xero.errors import XeroError, XeroGrantInvalid
from .common_connection import CLIENT_ID, CLIENT_SECRET, MANAGER_GROUPS, XeroConnectionCommon
from .processes import ProcessCase
from .xero_sandbox import XeroSandbox

PAST = timedelta(minutes=1)


@tagged('post_install', '-at_install')
class TestToken(XeroConnectionCommon):

    def setUp(self):
        super().setUp()
        self._log_in()
        self._connect()
        self.sandbox.ledger.reset()
        self.token = self._token()

    def _expire(self):
        self.token.expires_at = fields.Datetime.now() - PAST

    def _renewals(self):
        return len(self.sandbox.calls_to('POST', '/connect/token'))

    def _test(self):
        """Press Test. :return: whether the connection works"""
        return self._call('action_test')['params']['type'] == 'success'

    def _activities(self, connection=None):
        return self.env['mail.activity'].search([
            ('res_model', '=', 'xero.connection'),
            ('res_id', '=', (connection or self.connection).id)])

    # === ON DEMAND === #

    def test_a_good_token_is_not_renewed(self):
        self.assertTrue(self._test())
        self.assertFalse(self._renewals())

    def test_an_expired_token_is_renewed_and_both_tokens_are_kept(self):
        before = self.token.access_token, self.token.refresh_token
        self._expire()
        self.assertTrue(self._test())
        self.assertEqual(self._renewals(), 1)
        self.assertNotEqual(self.token.access_token, before[0])
        self.assertNotEqual(self.token.refresh_token, before[1], "it rotates")
        self.assertGreater(self.token.expires_at,
                           fields.Datetime.now() + timedelta(minutes=28))
        self.assertTrue(self._test())
        self.assertEqual(self._renewals(), 1)

    def test_a_token_about_to_expire_is_renewed(self):
        self.token.expires_at = fields.Datetime.now() + timedelta(minutes=2)
        self.assertTrue(self._test())
        self.assertEqual(self._renewals(), 1)

    def test_a_chain_of_renewals(self):
        for number in range(1, 6):
            self._expire()
            self.sandbox.advance(3600)
            self.assertTrue(self._test())
            self.assertEqual(self._renewals(), number)

    def test_xero_rejects_a_token_that_looks_good(self):
        self.sandbox.advance(1801)
        self.assertTrue(self._test())
        self.assertEqual(self._renewals(), 1)
        self.assertEqual(len(self.sandbox.calls_to('GET', '/Organisation')), 2)

    # === TROUBLE === #

    def test_lost_answer_is_made_good_within_the_grace(self):
        for fault in ('cut_after', 'truncated_json', 'html_200'):
            with self.subTest(fault=fault):
                before = self.token.refresh_token
                self._expire()
                self.sandbox.inject(fault, path='/connect/token')
                self.assertFalse(self._test())
                self.assertEqual(self.token.refresh_token, before)
                self.assertEqual(self.connection.state, 'connected')
                self.sandbox.advance(29 * 60)
                self.assertTrue(self._test())
                self.assertNotEqual(self.token.refresh_token, before)

    def test_lost_answer_is_lost_after_the_grace(self):
        self._expire()
        self.sandbox.inject('cut_after', path='/connect/token')
        self.assertFalse(self._test())
        self.sandbox.advance(31 * 60)
        self.assertFalse(self._test())
        self.assertEqual(self.connection.state, 'reauth')

    def test_outage_of_the_token_endpoint_keeps_tokens_and_state(self):
        before = self.token.access_token, self.token.refresh_token
        for fault in ('500', '503', '429_minute', '429_day', '429_concurrent', 'cut_before',
                      'html_400'):
            with self.subTest(fault=fault):
                self._expire()
                self.sandbox.inject(fault, path='/connect/token')
                self.assertFalse(self._test())
                self.assertEqual((self.token.access_token, self.token.refresh_token), before)
                self.assertEqual(self.connection.state, 'connected')
                self.assertFalse(self._activities())
        self.assertTrue(self._test())

    def test_silent_token_endpoint_keeps_tokens_and_state(self):
        before = self.token.refresh_token
        self._expire()
        hold = self.sandbox.hold('POST', '/connect/token', when='before')
        with patch.object(oauth, 'Transport', partial(oauth.Transport, timeout=(5, 0.2))):
            self.assertFalse(self._test())
        hold.release(drop=True)
        self.assertEqual(self.token.refresh_token, before)
        self.assertEqual(self.connection.state, 'connected')
        self.assertTrue(self._test())

    def test_nobody_answers_at_all(self):
        self._expire()
        before = self.token.refresh_token
        self.env['ir.config_parameter'].sudo().set_param(
            'account_xero.identity_url', 'http://127.0.0.1:9')
        self.assertFalse(self._test())
        self.assertEqual(self.token.refresh_token, before)
        self.assertEqual(self.connection.state, 'connected')

    def test_dead_grant_asks_each_manager_once(self):
        colleague = self._user('colleague', MANAGER_GROUPS)
        self._user('clerk', 'account_xero.group_xero_user')
        self._user('elsewhere', MANAGER_GROUPS, self.other_company)
        before = self.token.refresh_token
        self.sandbox.identity.forget(self.app, self.sandbox.identity.user())
        for _time in range(4):
            self._expire()
            self.assertFalse(self._test())
            with self.assertRaises(XeroGrantInvalid):
                self.connection.sudo()._get_client()
            self.env.invalidate_all()
            self.assertEqual(self.connection.state, 'reauth')
        managers = self._activities().mapped('user_id')
        self.assertEqual(len(self._activities()), len(managers))
        self.assertLessEqual(self.manager + colleague, managers)
        self.assertFalse(managers.filtered(lambda user: self.company not in user.company_ids
                                           or not user.has_group(MANAGER_GROUPS)))
        self.assertEqual(self.token.refresh_token, before, "kept, should Xero have been wrong")
        self._connect()
        self.assertEqual(self.connection.state, 'connected')
        self.assertFalse(self._activities())
        self.assertTrue(self._test())

    def test_unused_for_sixty_days(self):
        self.sandbox.advance(61 * 86400)
        self._expire()
        self.assertFalse(self._test())
        self.assertEqual(self.connection.state, 'reauth')

    def test_secret_changed_in_xero(self):
        self.app.client_secret = 'changed-in-xero'
        self.addCleanup(setattr, self.app, 'client_secret', CLIENT_SECRET)
        self._expire()
        self.assertFalse(self._test())
        self.assertEqual(self.connection.state, 'reauth', "somebody has to look at it")
        self.assertIn("client secret", self.connection.last_error)
        self.connection.client_secret = 'changed-in-xero'
        self.assertTrue(self._test(), "no new sign-in is needed")
        self.assertEqual(self.connection.state, 'connected')
        self.assertFalse(self._activities())

    def test_scope_that_was_not_granted(self):
        tokens = self.sandbox.connect(
            self.app, [self.organisation], user=self.sandbox.add_user("Jo", "jo@example.com"),
            scopes={'offline_access', 'accounting.contacts'})
        self.token.write({name: tokens[name] for name in ('access_token', 'refresh_token')})
        self.assertFalse(self._test())
        self.assertEqual(self.connection.state, 'reauth')
        self.assertFalse(self._renewals(), "a new token would have no more rights")

    # === TWO COMPANIES, ONE XERO USER === #

    def _second(self):
        self.manager.company_ids += self.other_company
        other = self._connection(self.other_company)
        organisation = self.sandbox.add_organisation("Second Ltd")
        self.assertEqual(
            self._connect(organisation, connection=other).status_code, 303)
        return other, organisation

    def test_companies_share_the_chain_of_one_user(self):
        first = self.token.refresh_token
        other, _organisation = self._second()
        self.assertEqual(self._token(other), self.token)
        self.assertNotEqual(self.token.refresh_token, first, "the newest pair counts for both")
        for _time in range(3):
            for connection in (self.connection, other):
                self._expire()
                self.sandbox.advance(3600)
                self.assertEqual(
                    self._call('action_test', connection=connection)['params']['type'], 'success')
        self.assertEqual(self.env['xero.token'].sudo().search_count(
            [('client_id', '=', CLIENT_ID)]), 1)

    def test_each_company_uses_its_own_copy_of_the_secret(self):
        other, _organisation = self._second()
        other.client_secret = 'mistyped'
        self._expire()
        self.assertTrue(self._test(), "the other company's mistake does no harm here")

    def test_disconnecting_one_company_leaves_the_other(self):
        other, _organisation = self._second()
        self._call('action_disconnect')
        self._expire()
        self.assertEqual(
            self._call('action_test', connection=other)['params']['type'], 'success')
        self.assertEqual(other.state, 'connected')
        self.assertEqual(self._token(other), self.token)
        self._call('action_disconnect', connection=other)
        self.assertFalse(self.token.exists())

    def test_a_dead_chain_is_noted_on_both(self):
        other, _organisation = self._second()
        self.sandbox.identity.forget(self.app, self.sandbox.identity.user())
        self._expire()
        self.assertFalse(self._test())
        self.assertEqual(other.state, 'reauth')
        self.assertEqual(len(self._activities(other)), len(self._activities(other).user_id))
        self._connect()
        self.assertEqual(self.connection.state, 'connected')
        self.assertEqual(other.state, 'reauth', "its organisation was not allowed again")

    def test_two_users_have_two_chains(self):
        self.manager.company_ids += self.other_company
        other = self._connection(self.other_company)
        organisation = self.sandbox.add_organisation("Second Ltd")
        self._connect(organisation, connection=other,
                      user=self.sandbox.add_user("Jo", "jo@example.com"))
        self.assertEqual(other.state, 'connected')
        self.assertNotEqual(self._token(other), self.token)

    # === LEFT OVER === #

    def test_sign_ins_without_a_choice_are_forgotten(self):
        self.manager.company_ids += self.other_company
        other = self._connection(self.other_company)
        self._connect(self.organisation, self.sandbox.add_organisation("Second Ltd"),
                      connection=other, user=self.sandbox.add_user("Jo", "jo@example.com"))
        Token = self.env['xero.token'].sudo()
        left = Token.search([('client_id', '=', CLIENT_ID), ('id', '!=', self.token.id)])
        self.assertEqual(len(left), 1)
        Token._gc_unused()
        self.assertTrue(left.exists(), "the user may be choosing")
        self.env.cr.execute("UPDATE xero_token SET write_date = write_date - interval '2 days'")
        Token._gc_unused()
        self.assertFalse(left.exists())

    def test_tokens_in_use_are_not_forgotten(self):
        self.env.cr.execute("UPDATE xero_token SET write_date = write_date - interval '99 days'")
        self.env['xero.token'].sudo()._gc_unused()
        self.assertTrue(self.token.exists())

    def test_token_that_is_gone(self):
        self._expire()
        gone = self.token.with_env(self.env)
        with self.assertRaises(XeroError):
            gone.browse(gone.id + 1000)._renew(None, self.connection.sudo())


@tagged('post_install', '-at_install')
class TestTokenProcesses(ProcessCase):
    """Several Odoo processes and one rotating token; real commits."""

    def setUp(self):
        super().setUp()
        self.sandbox = XeroSandbox().start()
        self.addCleanup(self.sandbox.stop)
        self.addCleanup(lambda: self.assertEqual(self.sandbox.errors, []))
        self.app = self.sandbox.add_app(CLIENT_ID, CLIENT_SECRET)
        self.organisation = self.sandbox.add_organisation("Wren Ltd")
        tokens = self.sandbox.connect(self.app, [self.organisation])
        self.a, self.b = self._workers(2)
        for name in ('api_url', 'identity_url', 'login_url'):
            self.a.call('ir.config_parameter', [], 'set_param', f'account_xero.{name}',
                        self.sandbox.url)
        [self.company] = self.a.call('res.company', [], 'create', {'name': self.id()})
        [self.token] = self.a.call('xero.token', [], 'create', {
            'client_id': CLIENT_ID, 'owner': self.id(),
            'access_token': tokens['access_token'], 'refresh_token': tokens['refresh_token'],
            'expires_at': str(fields.Datetime.now() - PAST)})
        [self.connection] = self.a.call('xero.connection', [], 'create', {
            'company_id': self.company, 'client_id': CLIENT_ID, 'client_secret': CLIENT_SECRET,
            'tenant_id': self.organisation.tenant_id, 'tenant_name': "Wren Ltd",
            'tenant_connection_id': self.sandbox.identity.connections[0]['id'],
            'state': 'connected', 'token_id': self.token})
        # OdooBot's company is another one: a manager of this one, to be asked to sign in again.
        group = self.a.call('ir.model.data', [], '_xmlid_to_res_id',
                            'account_xero.group_xero_manager')
        self.a.call('res.users', [], 'create', {
            'name': "Manager", 'login': self.id(), 'company_id': self.company,
            'company_ids': [[6, 0, [self.company]]], 'group_ids': [[4, group]]})
        self.addCleanup(self._sql, "UPDATE xero_connection SET state = 'disconnected',"
                        " tenant_id = NULL, token_id = NULL")
        self.before = self._stored()

    def _stored(self):
        return self._sql('SELECT access_token, refresh_token FROM xero_token WHERE id = %s',
                         self.token)[0]

    def _renewals(self):
        return len(self.sandbox.calls_to('POST', '/connect/token'))

    def _state(self):
        return self._sql('SELECT state FROM xero_connection WHERE id = %s', self.connection)[0][0]

    def _get_token(self, worker):
        worker.send('xero.token', [self.token], '_get_access_token')

    def test_two_workers_renew_once(self):
        hold = self.sandbox.hold('POST', '/connect/token', when='after')
        self._get_token(self.a)
        self.assertTrue(hold.wait())
        self._get_token(self.b)
        self._wait_for_locks()
        hold.release()
        answers = [self.a.answer(), self.b.answer()]
        self.assertEqual(answers[0], {'result': self._stored()[0]})
        self.assertEqual(answers[0], answers[1], "the second takes what the first has got")
        self.assertEqual(self._renewals(), 1)
        self.assertNotEqual(self._stored(), self.before)

    def test_killed_while_xero_answers(self):
        hold = self.sandbox.hold('POST', '/connect/token', when='after')
        self._get_token(self.a)
        self.assertTrue(hold.wait())
        self.a.kill()
        hold.release(drop=True)
        self._survivor_renews()

    def test_killed_between_the_answer_and_the_commit(self):
        blocker = self._connect_to(self.database)
        self.addCleanup(blocker.close)
        # Lets the row be locked, but not be written.
        blocker.cursor().execute('LOCK TABLE xero_token IN SHARE MODE')
        self._get_token(self.a)
        self._wait_for_locks()
        self.assertEqual(self._renewals(), 1, "Xero has answered")
        self.a.kill()
        blocker.rollback()
        self._survivor_renews()

    def _survivor_renews(self):
        self.assertEqual(self._stored(), self.before)
        self.sandbox.advance(29 * 60)
        self._get_token(self.b)
        self.assertEqual(self.b.answer(), {'result': self._stored()[0]})
        self.assertEqual(self._renewals(), 2)
        self.assertNotEqual(self._stored()[1], self.before[1])
        notice = self.b.call('xero.connection', [self.connection], 'action_test')
        self.assertEqual(notice['params']['type'], 'success', notice)

    def test_two_workers_and_a_dead_grant_make_one_activity(self):
        self.sandbox.identity.forget(self.app, self.sandbox.identity.user())
        hold = self.sandbox.hold('POST', '/connect/token', when='after')
        self._get_token(self.a)
        self.assertTrue(hold.wait())
        self._get_token(self.b)
        self._wait_for_locks()
        hold.release()
        self.assertEqual([self.a.answer()['error'], self.b.answer()['error']],
                         ['XeroGrantInvalid', 'XeroGrantInvalid'])
        self.assertEqual(self._state(), 'reauth')
        self.assertEqual(self._sql(
            "SELECT count(*), count(DISTINCT user_id) FROM mail_activity"
            " WHERE res_model = 'xero.connection' AND res_id = %s", self.connection), [(1, 1)])
        self.assertEqual(self._stored(), self.before)

    def test_disconnect_although_the_grant_is_dead(self):
        """The refusal is noted beside the transaction that disconnects, on the same row."""
        self.sandbox.identity.forget(self.app, self.sandbox.identity.user())
        self.a.call('xero.connection', [self.connection], 'action_disconnect')
        self.assertEqual(self._state(), 'disconnected')
        self.assertFalse(self._sql('SELECT 1 FROM xero_token WHERE id = %s', self.token))
        self.assertFalse(self._sql(
            "SELECT 1 FROM mail_activity WHERE res_model = 'xero.connection'"
            " AND res_id = %s", self.connection))

    def test_switch_flipped_while_a_worker_renews(self):
        hold = self.sandbox.hold('POST', '/connect/token', when='after')
        self._get_token(self.a)
        self.assertTrue(hold.wait())
        self.assertTrue(self.b.call(
            'xero.connection', [self.connection], 'write', {'auto_sync': False}))
        hold.release()
        self.assertIn('result', self.a.answer())

    def test_disconnected_while_a_worker_renews(self):
        hold = self.sandbox.hold('POST', '/connect/token', when='after')
        self._get_token(self.a)
        self.assertTrue(hold.wait())
        self.b.send('xero.connection', [self.connection], 'action_disconnect')
        self._wait_for_locks()
        hold.release()
        self.assertIn('result', self.a.answer())
        self.assertIn('result', self.b.answer())
        self.assertEqual(self._state(), 'disconnected')
        self.assertFalse(self.sandbox.apps_of(self.organisation), "Xero was told")

    def test_two_companies_take_the_same_organisation_at_once(self):
        second = self.sandbox.add_organisation("Second Ltd")
        self.sandbox.connect(self.app, [second])
        connections = []
        pounds = self.a.call('ir.model.data', [], '_xmlid_to_res_id', 'base.GBP')
        for number in range(2):
            [company] = self.a.call('res.company', [], 'create', {
                'name': f'{self.id()} {number}', 'currency_id': pounds})
            connections += self.a.call('xero.connection', [], 'create', {
                'company_id': company, 'client_id': CLIENT_ID, 'client_secret': CLIENT_SECRET})
        tenant = {'name': second.name, 'tenant_id': second.tenant_id}
        wizards = []
        for connection in connections:
            [wizard] = self.a.call('xero.choose.organisation', [], 'create', {
                'connection_id': connection, 'token_id': self.token,
                'line_ids': [[0, 0, tenant]]})
            lines = self.a.call('xero.choose.organisation.line', [], 'search',
                                [['wizard_id', '=', wizard]])
            self.a.call('xero.choose.organisation', [wizard], 'write', {'chosen_id': lines[0]})
            wizards.append(wizard)
        blocker = self._connect_to(self.database)
        self.addCleanup(blocker.close)
        blocker.cursor().execute('LOCK TABLE xero_connection IN SHARE MODE')
        for worker, wizard in zip((self.a, self.b), wizards, strict=True):
            worker.send('xero.choose.organisation', [wizard], 'action_choose')
        self._wait_for_locks(2)
        blocker.rollback()
        answers = [self.a.answer(), self.b.answer()]
        self.assertEqual(sorted('error' in answer for answer in answers), [False, True])
        [refused] = [answer for answer in answers if 'error' in answer]
        self.assertEqual(refused['error'], 'UserError')
        self.assertIn("already connected", refused['message'])
        self.assertEqual(len(self._sql(
            "SELECT 1 FROM xero_connection WHERE tenant_id = %s AND state = 'connected'",
            second.tenant_id)), 1)
