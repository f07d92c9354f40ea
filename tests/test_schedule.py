"""Each organisation's own scheduled action, and those that look after all organisations."""
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.account_xero.models.connection import ir_cron, xero_schedule

from .common_pull import XeroPullCommon

LOGGER = xero_schedule._logger.name


@tagged('post_install', '-at_install')
class TestSchedule(XeroPullCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.for_all = cls.push_cron | cls.pull_cron | cls.reconcile_cron

    def setUp(self):
        super().setUp()
        self.own = self.connection.sudo().cron_ids
        self._link(self.partner_a)

    # === WHAT THE SCHEDULER DOES === #

    def _triggers(self):
        return self.env['ir.cron.trigger'].sudo().search([('cron_id', '=', self.own.id)])

    def _scheduled(self, *crons):
        """Run scheduled actions as the scheduler does, in one pass."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            for cron in crons:
                cron = cron.sudo()
                job = cron._acquire_one_job(cr, cron.id, include_not_ready=True)
                cron.with_env(cron.env(cr=cr))._process_job(cr, job)
        self.env.invalidate_all()

    def _finds(self, cron):
        """:return: whether a scheduled action for all has this organisation's own one run"""
        self._triggers().unlink()
        self._scheduled(cron)
        return bool(self._triggers())

    def _companies(self, number):
        """:return: connections of so many further companies, with a document each to be sent"""
        companies = self.env['res.company'].create([
            {'name': f'Company {count} of {number}'} for count in range(number)])
        connections = self.env['xero.connection'].sudo().create([{
            'company_id': company.id, 'client_id': 'test-client', 'tenant_id': company.name,
            'tenant_name': company.name, 'state': 'connected',
            'reference_date': fields.Datetime.now(), 'connected_at': fields.Datetime.now(),
        } for company in companies])
        partners = self.env['res.partner'].create([{'name': company.name} for company in companies])
        for connection, partner in zip(connections, partners, strict=True):
            self.env['xero.contact.sync'].sudo()._queue(connection, partner, manual=True)
        return connections

    # === FROM THE SIGN-IN TO THE END === #

    def test_one_of_its_own_while_it_is_connected(self):
        self.assertEqual(len(self.own), 1)
        self.assertEqual(self.own.user_id, self.env.ref('base.user_root'))
        self.assertTrue(all(cron.active for cron in self.own | self.for_all))
        self.connection.action_disconnect()
        for cron in self.own | self.for_all:
            self._scheduled(cron)
        self.assertFalse(any(cron.active for cron in self.own | self.for_all))
        self.connection.sudo().state = 'connected'
        self.assertEqual(self.connection.sudo().cron_ids, self.own)
        self.assertTrue(all(cron.active for cron in self.own | self.for_all))

    def test_none_before_the_sign_in(self):
        company = self.env['res.company'].create({'name': "New"})
        connection = self.env['xero.connection'].sudo().create({'company_id': company.id})
        self.assertFalse(connection.cron_ids)
        connection.state = 'connected'
        self.assertEqual(len(connection.cron_ids), 1)

    def test_it_goes_with_the_connection(self):
        action = self.own.ir_actions_server_id
        self.connection.action_disconnect()
        self.connection.unlink()
        self.assertFalse(self.own.exists() or action.exists())

    def test_a_pause_is_kept_on_the_connection(self):
        """The row may be locked for as long as it runs."""
        self.connection.action_pause()
        self._bill()
        self._scheduled(self.own)
        self.assertTrue(self.own.active)
        self.assertFalse(self.sandbox.calls)
        self._triggers().unlink()
        self.connection.action_resume()
        self.assertTrue(self._triggers())

    # === WHAT IT DOES === #

    def test_it_pushes_pulls_and_compares(self):
        move, compared = self._bill(), self.connection.last_reconcile
        self._scheduled(self.own)
        self._synced(move)
        self.assertTrue(self.connection.last_pull)
        self.assertEqual(self.connection.last_reconcile, compared, "no night has come yet")
        self.sandbox.reset_calls()
        self._scheduled(self.own)
        self.assertFalse(self.sandbox.calls, "there is nothing to do")
        self.org.as_person.pay(move.xero_document_id, 120)
        self._later(minutes=6)
        self._scheduled(self.own)
        self.assertEqual(move.amount_residual, 0)
        self._later(days=1)
        self._scheduled(self.own)
        self.assertGreater(self.connection.last_reconcile, compared)

    def test_a_run_that_is_over_is_gone_on_with(self):
        self.patch(xero_schedule, 'RUN_SECONDS', -1)
        self._bill()
        self._triggers().unlink()
        self._scheduled(self.own)
        self.assertFalse(self.sandbox.calls)
        self.assertTrue(self._triggers())

    def test_a_long_pass_leaves_the_rest_to_the_next_one(self):
        """There it comes first, whatever is ready again by then."""
        other = self._companies(1).cron_ids
        move = self._bill()
        with patch.object(ir_cron, 'PASS_SECONDS', -1):
            self._scheduled(self.own)
        self.assertFalse(self.sandbox.calls)
        self.assertTrue(self._triggers())
        self._scheduled(other, self.own)
        self._synced(move)
        self.assertFalse(other.lastcall, "its turn is in the next pass")
        self.assertEqual(ir_cron.turns.left, {other.id})
        ir_cron.turns.left.clear()

    def test_a_fault_in_the_push_keeps_no_pull_waiting(self):
        self._bill()
        self._break('_run', self.env['xero.push'])
        with self.assertLogs(LOGGER, 'ERROR'):
            self._scheduled(self.own)
        self.assertTrue(self.connection.last_pull)
        self.assertEqual((self.own.failure_count, self.own.active), (0, True))

    def test_it_goes_on_when_xero_can_be_called_again(self):
        self._triggers().unlink()
        self._bill()
        self.sandbox.inject('429_minute', 'PUT', '/Invoices')
        self._scheduled(self.own)
        self.assertIn(self.connection.resume_at + timedelta(seconds=1),
                      self._triggers().mapped('call_at'))
        self.assertFalse(self._finds(self.push_cron), "it waits")

    # === THOSE FOR ALL === #

    def test_they_find_work_news_and_nights(self):
        self._scheduled(self.own)
        for cron in self.for_all:
            self.assertFalse(self._finds(cron), cron.name)
        self._bill()
        self.assertTrue(self._triggers(), "posting does it, too")
        self.assertTrue(self._finds(self.push_cron))
        self._later(minutes=6)
        self.assertTrue(self._finds(self.pull_cron))
        self.assertFalse(self._finds(self.reconcile_cron))
        self._later(days=1)
        self.assertTrue(self._finds(self.reconcile_cron))
        self.assertFalse(self.sandbox.calls_to('PUT', '/Invoices'), "they only find it")

    def test_as_many_queries_for_many_organisations_as_for_few(self):
        counts = []
        for number in (3, 27):
            self._companies(number)
            for scheduled in ('xero.push', 'xero.pull', 'xero.pull.night'):
                self.env.flush_all()
                self.env.invalidate_all()
                connections = self.env['xero.connection'].sudo().search([])
                before = self.env.cr.sql_log_count
                found = self.env[scheduled]._get_due(connections)
                counts.append(self.env.cr.sql_log_count - before)
                self.assertGreaterEqual(len(found) + (scheduled == 'xero.pull.night') * 99, number)
        self.assertEqual(counts[:3], counts[3:])

    def test_a_pass_costs_as_many_queries_for_many_organisations_as_for_few(self):
        counts = []
        for number in (3, 27):
            self._companies(number)
            self.env.flush_all()
            with self.enter_registry_test_mode(), self.registry.cursor() as cr:
                Connection = self.env(cr=cr, user=1, context={
                    'cron_id': self.push_cron.id})['xero.connection']
                before = self.env.cr.sql_log_count
                Connection._cron_push()
                counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
        self.assertGreaterEqual(
            len(self.env['ir.cron.trigger'].sudo().search([]).cron_id.xero_connection_id), 30)

    def test_what_is_off_or_missing_is_found_and_named(self):
        """Odoo switches off what has failed for a week."""
        self.own.active = False
        with self.assertLogs(LOGGER, 'WARNING'):
            self._scheduled(self.push_cron)
        self.assertTrue(self.own.active)
        self.assertIn("had been switched off", self.env['xero.log'].sudo().search(
            [('connection_id', '=', self.connection.id)], limit=1).message)
        self.push_cron.active = False
        with self.assertLogs(LOGGER, 'WARNING'):
            self._scheduled(self.own)
        self.assertTrue(self.push_cron.active)
        self.own.unlink()
        self._scheduled(self.pull_cron)
        self.assertTrue(self.connection.sudo().cron_ids.active)

    def test_a_neutralised_copy_stays_off(self):
        self.env.flush_all()
        self.env.cr.execute(
            (Path(__file__).parent.parent / 'data' / 'neutralize.sql').read_text())
        self.env.invalidate_all()
        self.assertFalse(any(cron.active for cron in self.own | self.for_all))
        self.env['ir.config_parameter'].sudo().set_param('database.is_neutralized', True)
        self.connection.sudo().state = 'connected'
        self.assertFalse(any(cron.active for cron in self.own | self.for_all))
