"""Attempts and limits: what waits, for how long, and that nobody else waits with it."""
from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import tagged

from .common import XeroTimeCommon


@tagged('post_install', '-at_install')
class TestPushLimits(XeroTimeCommon):

    def setUp(self):
        super().setUp()
        self.org.minute_limit = 600
        self._link(self.partner_a)

    # === ATTEMPTS === #

    def test_three_attempts_then_failed(self):
        self.sandbox.inject('cut_before', 'PUT', '/Invoices', times=4)
        move = self._bill()
        start = datetime.utcnow()
        self._push_on(move)
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'transient'))
        self.assertEqual(move.xero_attempts, 3)
        self.assertEqual((datetime.utcnow() - start) // timedelta(minutes=1), 6, "1 + 5 minutes")
        calls = len(self.sandbox.calls)
        self._later(minutes=30)
        self._push()
        self.assertEqual(len(self.sandbox.calls), calls, "it waits for somebody now")
        move.action_xero_sync_now()
        self._push()
        self.assertEqual((move.xero_state, move.xero_attempts), ('pending', 1))
        self._push_on(move)
        self._synced(move)

    def test_an_answer_lost_for_good_then_sync_now(self):
        """Failed after three lost answers, yet it was done: Sync now asks first."""
        for minutes in (0, 20):
            with self.subTest(minutes=minutes):
                move = self._bill()
                self.sandbox.inject('cut_after', 'PUT', '/Invoices')
                self.sandbox.inject('503', 'GET', '/Invoices', times=2)
                self._push_on(move)
                self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'transient'))
                self._later(minutes=minutes)
                move.action_xero_sync_now()
                self._push()
                self._synced(move)

    def test_sync_now_does_not_wait_for_the_next_attempt_but_only_once(self):
        move = self._bill()
        self.sandbox.inject('cut_before', 'PUT', '/Invoices', times=2)
        self._push()
        move.action_xero_sync_now()
        self.sandbox.ledger.reset()
        for _run in range(2):
            self._push()
            self.assertEqual(
                [call.method for call in self.sandbox.calls], ['GET', 'GET', 'PUT'],
                "looked for under its number, and by contact and date, once; then sent")
        self._later(seconds=61)
        self._push()
        self._synced(move)

    # === LIMITS === #

    def test_the_day_reserve_is_left_to_sync_now(self):
        self.org.day_limit = 1000
        changed = self._changed_bills(2)
        self.org.day_limit -= self.connection.day_left - 101
        self.connection.day_left = 101
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual(len(self.sandbox.calls), 1, "one call is above the reserve")
        [waiting] = changed.filtered(lambda move: move.xero_state == 'pending')
        self.assertFalse(self.connection.resume_at, "nobody waits for the reserve")
        asked_for = self._bill()
        asked_for.action_xero_sync_now()
        self._push()
        self._synced(asked_for)
        self.assertEqual(waiting.xero_state, 'pending')
        self._later(hours=25)     # the calls of a day come back bit by bit
        self._push()
        self.assertEqual(waiting.xero_state, 'synced')

    def test_it_stops_before_the_minute_limit(self):
        self.org.minute_limit = 60
        moves = self._changed_bills(3)
        self._later(minutes=2)
        self.connection.write({'day_left': 900, 'minute_left': 2,
                               'budget_seen_at': fields.Datetime.now()})
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual(len(self.sandbox.calls), 2)
        self.assertEqual(sorted(moves.mapped('xero_state')), ['pending', 'synced', 'synced'])
        self._push_on(moves)
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})
        self.assertNotIn(429, [call.status for call in self.sandbox.calls])

    def test_the_true_minute_limit_of_xero(self):
        """Xero's own 429 in the middle of parallel calls: the rest goes out in the next minute."""
        moves = self._changed_bills(6)
        self._later(minutes=2)
        self.connection.budget_seen_at = False
        self.org.minute_limit = 3
        self._push()
        self.assertIn(429, [call.status for call in self.sandbox.calls])
        self.assertEqual(set(moves.mapped('xero_attempts')), {0})
        self.assertNotIn('failed', moves.mapped('xero_state'))
        self._push_on(moves)
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})

    # === OTHERS ARE NOT HELD UP === #

    def _second_organisation(self):
        """:return: a bill of a second company that is connected to an organisation of its own"""
        company = self.setup_other_company()['company']
        organisation = self.sandbox.add_organisation(
            "Second", base_currency=company.currency_id.name,
            currencies=[company.currency_id.name])
        tokens = self.sandbox.connect(self.app, [organisation])
        token = self.env['xero.token'].sudo().create({
            'client_id': 'test-client', 'owner': organisation.tenant_id, **{
                name: tokens[name] for name in ('access_token', 'refresh_token')},
            'expires_at': fields.Datetime.now() + timedelta(minutes=30)})
        connection = self.env['xero.connection'].sudo().create({
            'company_id': company.id, 'client_id': 'test-client', 'client_secret': 'test-secret',
            'tenant_id': organisation.tenant_id, 'tenant_name': organisation.name,
            'state': 'connected', 'connected_at': fields.Datetime.now()})
        connection.token_id = token
        connection._refresh_reference_data()
        account = self.env['account.account'].with_company(company).search([
            ('company_ids', '=', company.id), ('account_type', '=', 'expense')], limit=1)
        account.xero_account_id = self.env['xero.account'].sudo().search([
            ('connection_id', '=', connection.id), ('code', '=', '429')])
        move = self.env['account.move'].with_company(company).create({
            'move_type': 'in_invoice', 'company_id': company.id, 'ref': 'theirs',
            'partner_id': self.partner_a.id, 'invoice_date': '2026-03-02',
            'invoice_line_ids': [fields.Command.create({
                'name': "Theirs", 'price_unit': 5, 'account_id': account.id, 'tax_ids': []})]})
        move.action_post()
        return move

    def test_one_organisation_in_trouble_does_not_hold_up_another(self):
        ours, theirs = self._bill(), self._second_organisation()
        Push, broken = self.registry['xero.push'], [self.connection.id]
        run = Push._run

        def stopped(push, connection):
            if connection.id in broken:
                raise KeyError('theirs')
            run(push, connection)
        self.patch(Push, '_run', stopped)
        with self.assertLogs('odoo.addons.account_xero.models.connection', 'ERROR'):
            self._push()
        self.assertEqual(theirs.xero_state, 'synced', theirs.xero_error_message)
        self.assertEqual(ours.xero_state, 'pending')
        self.assertIn("fault of the software (KeyError)", self.connection.last_error)
        broken.clear()
        self._push()
        self._synced(ours)
        self.assertFalse(self.connection.last_error)

    def test_who_was_served_longest_ago_comes_first(self):
        """One organisation is busy all the time, and Xero does not answer it: it keeps the other
        waiting for no more than one turn of its own."""
        theirs = self._second_organisation()
        self._push()
        other = theirs.company_id.sudo().xero_connection_ids
        for turn in range(6):
            self._later(seconds=1)
            self.sandbox.inject('cut_after', 'PUT', '/Invoices')
            self._bill()
            self._push()
            self._bill()
            theirs.copy({'ref': f'theirs {turn}', 'invoice_date': '2026-03-02'}).action_post()
            self.sandbox.reset_calls()
            self._push()
            self.assertEqual(self._creations()[0].tenant_id, other.tenant_id)

    def test_several_workers_are_woken_when_several_organisations_wait(self):
        def woken():
            """:return: the connections whose own scheduled actions the scheduler is to run"""
            triggers = self.env['ir.cron.trigger'].sudo().search([
                ('cron_id.xero_connection_id', '!=', False)])
            triggers.unlink()
            with self.enter_registry_test_mode():
                self.env['ir.cron'].sudo()._process_job(
                    self.env.cr, self.push_cron._acquire_one_job(
                        self.env.cr, self.push_cron.id, include_not_ready=True))
            return self.env['ir.cron.trigger'].sudo().search([]).cron_id.xero_connection_id
        move, theirs = self._bill(), self._second_organisation()
        self.assertEqual(woken(), self.connection | theirs.company_id.sudo().xero_connection_ids)
        self._push()
        self.assertFalse(woken())
        self._synced(move)
        self._bill()
        self.assertEqual(woken(), self.connection)

    def test_one_document_that_cannot_be_asked_about_does_not_hold_up_the_next(self):
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        stuck = self._bill()
        self._push()
        self._later(minutes=7)
        self.sandbox.inject('html_400', 'GET', '/Invoices', times=9)
        move = self._bill()
        self._push()
        self._synced(move)
        self._push_on(stuck)
        self.assertEqual((stuck.xero_state, stuck.xero_error_code), ('failed', 'transient'))
        self.sandbox.faults.clear()
        stuck.action_xero_sync_now()
        self._push()
        self._synced(stuck)

    def test_posting_makes_no_call_and_works_without_xero(self):
        self.sandbox.ledger.reset()
        self.env['ir.config_parameter'].sudo().set_param(
            'account_xero.api_url', 'http://127.0.0.1:9')
        move = self._bill()
        move.button_draft()
        move.action_post()
        move.button_cancel()
        self.assertEqual(move.xero_state, 'pending')
        self.assertFalse(self.sandbox.calls)
