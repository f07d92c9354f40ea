"""Without a connection nothing of Xero is on Odoo's own views, and nothing runs."""
from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import XeroCommon

MODELS = ('account.move', 'account.payment', 'account.payment.register', 'account.account',
          'account.tax', 'account.journal', 'account.analytic.account', 'product.product',
          'res.partner')
CRONS = ('push', 'pull', 'reconcile', 'digest')


@tagged('post_install', '-at_install')
class TestNoTrace(XeroCommon):

    def setUp(self):
        super().setUp()
        self.other = self.env['res.company'].create({'name': "Heron Ltd"})
        self.user = new_test_user(
            self.env, 'no_trace', 'account_xero.group_xero_manager,account.group_account_manager',
            company_id=self.env.company.id,
            company_ids=[Command.set([self.env.company.id, self.other.id])])

    def _traces(self, company):
        """:return: (model, type, id) of Odoo's views that have something of Xero on them"""
        ours = {*self.env['ir.model.data'].sudo().search([
            ('module', '=', 'account_xero'), ('model', '=', 'ir.ui.view')]).mapped('res_id')}
        views = self.env['ir.ui.view'].sudo().search([
            ('model', 'in', MODELS), ('mode', '=', 'primary'), ('id', 'not in', [*ours])])
        found = []
        for view in views:
            model = self.env[view.model].with_user(self.user).with_context(
                allowed_company_ids=company.ids)
            shown = model.get_view(view.id, view.type)
            # Odoo names all fields of a model beside its filters.
            names = [name for fields in shown['models'].values() for name in fields
                     if view.type != 'search']
            if 'xero' in shown['arch'].lower() or any(
                    name.startswith('xero_') for name in names):
                found.append((view.model, view.type, view.id))
        return found

    def test_views_without_a_connection(self):
        with_it = self._traces(self.env.company)
        self.assertEqual({model for model, _kind, _id in with_it}, {*MODELS})
        self.assertIn('search', {kind for _model, kind, _id in with_it})
        self.assertFalse(self._traces(self.other), "of a company that is not connected")
        self.connection.state = 'disconnected'
        self.assertFalse(self._traces(self.env.company))
        self.connection.state = 'connected'
        self.assertEqual(self._traces(self.env.company), with_it)

    def test_own_pages_stay(self):
        action = self.env['ir.actions.actions']._for_xml_id(
            'account_xero.action_xero_mapping_account')
        for state in ('connected', 'disconnected'):
            self.connection.state = state
            views = self.env['account.account'].with_user(self.user).get_views(
                [(view_id, kind) for view_id, kind in action['views']])
            self.assertIn('xero_account_id', views['views']['list']['arch'])

    def test_nothing_runs(self):
        crons = self.env['ir.cron'].browse(
            self.env.ref(f'account_xero.ir_cron_{name}').id for name in CRONS).sudo()
        self.env['xero.schedule']._switch_on(self.connection)
        self.assertEqual(crons.mapped('active'), [True] * len(CRONS))
        self.connection.state = 'disconnected'
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            for cron in crons:
                job = cron._acquire_one_job(cr, cron.id, include_not_ready=True)
                cron.with_env(cron.env(cr=cr))._process_job(cr, job)
        self.env.invalidate_all()
        self.assertEqual(crons.mapped('active'), [False] * len(CRONS))
