"""From nothing to the first document in Xero: the steps, what is held, where the app opens."""
from odoo.tests import Form, new_test_user, tagged

from ..models.imports.xero_setup import STEPS
from .common import XeroCommon
from .common_connection import CLIENT_ID, CLIENT_SECRET, XeroConnectionCommon

MANAGER = 'account_xero.group_xero_manager'


@tagged('post_install', '-at_install')
class TestSetupConnect(XeroConnectionCommon):

    def _steps(self):
        self.env.invalidate_all()
        return [self.connection[name] for name in STEPS]

    def test_nothing_is_green_that_is_not_done(self):
        self.connection.sudo().write({'client_id': False, 'client_secret': False})
        self.assertEqual(self._steps(), ['todo', 'todo', 'todo', 'later', 'later', 'later'])
        self.assertEqual(self.connection.setup_left, 6)
        self.connection.client_id = CLIENT_ID
        self.assertEqual(self._steps()[:3], ['done', 'todo', 'todo'])
        self.connection.sudo().client_secret = CLIENT_SECRET
        self.assertEqual(self._steps()[:3], ['done', 'done', 'todo'])
        self._log_in()
        self._connect()
        self.assertEqual(self._steps()[2], 'done')
        self.assertIn(self.organisation.name, self.connection.setup_connect_text)
        self._call('action_disconnect')
        self.assertEqual(self._steps()[2:], ['todo', 'later', 'later', 'later'])

    def test_what_is_copied_to_xero(self):
        self.assertEqual(self.connection.redirect_uri, self.redirect_uri)
        self.assertIn('accounting.contacts', self.connection.setup_scopes.split())
        self.assertNotIn('accounting.attachments', self.connection.setup_scopes)

    # === WHERE THE APP OPENS === #

    def _opened(self, user=None, companies=None):
        user = user or self.manager
        setup = self.env['xero.setup'].with_user(user).with_context(
            allowed_company_ids=(companies or user.company_id).ids)
        return setup._enter()

    def test_the_app_opens_on_the_set_up_until_a_company_was_connected(self):
        action = self._opened()
        self.assertEqual((action['view_mode'], action['res_id']), ('form', self.connection.id))
        self.connection.unlink()
        action = self._opened()
        self.assertEqual((action['view_mode'], action['res_id']), ('form', False))
        form = Form(self.env['xero.connection'].with_user(self.manager).with_context(
            **action['context']))
        self.assertEqual(form.company_id, self.company)
        self.assertEqual((form.setup_app, form.setup_map), ('todo', 'later'))
        form.client_id = CLIENT_ID
        self.assertEqual((form.setup_app, form.setup_keys), ('done', 'todo'))
        self.connection = self._connection(self.company)
        self._log_in()
        self._connect()
        dashboard = self.env.ref('account_xero.action_xero_dashboard').id
        self.assertEqual(self._opened()['id'], dashboard)
        self._call('action_disconnect')
        self.assertEqual(self._opened()['id'], dashboard, "its links are there")

    def test_who_may_not_set_up_is_told_so(self):
        clerk = self._user('clerk', 'account_xero.group_xero_user')
        action = self._opened(clerk)
        self.assertEqual(action['id'], self.env.ref('account_xero.action_xero_dashboard').id)
        self.assertIn("right to manage Xero", action['help'])


@tagged('post_install', '-at_install')
class TestSetup(XeroCommon):

    def _step(self, name):
        self.env.invalidate_all()
        return self.connection[f'setup_{name}'], self.connection[f'setup_{name}_text']

    def test_mapping_names_what_is_left(self):
        company = self.env.company
        company.account_sale_tax_id = self.tax_sale_20
        company.account_purchase_tax_id = self.tax_purchase_20
        state, text = self._step('map')
        self.assertEqual(state, 'todo')
        accounts = self.product_b.product_tmpl_id._get_product_accounts()
        self.assertIn(accounts['income'].name, text, "what products use is going to be needed")
        for account in accounts.values():
            account.xero_account_id = self.income.xero_account_id
        self.assertEqual(self._step('map')[0], 'done')
        self.tax_purchase_20.xero_tax_rate_id = False
        state, text = self._step('map')
        self.assertEqual(state, 'todo')
        self.assertIn("VAT 20% P (Purchases)", text)
        self.assertNotIn("VAT 20% S", text)
        self.tax_purchase_20.xero_tax_rate_id = self.env['xero.tax.rate'].search([
            ('connection_id', '=', self.connection.id), ('tax_type', '=', 'INPUT2')])
        self.assertEqual(self._step('map')[0], 'done')
        unmapped = self.income.copy({'code': '499100', 'name': "Consulting"})
        self.assertEqual(self._step('map')[0], 'done', "nothing uses it")
        self._invoice(lines=[{'account_id': unmapped.id}])
        self.assertIn("Consulting", self._step('map')[1])

    def test_the_steps_cost_the_same_for_one_and_for_many(self):
        def queries():
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertTrue(self.connection.setup_map_text)
            return self.cr.sql_log_count - before
        self._invoice(lines=[{'account_id': self.income.copy({'code': '499000'}).id}])
        queries()
        few = queries()
        for number in range(1, 9):
            account = self.income.copy({'code': f'49900{number}'})
            self._invoice(lines=[{'account_id': account.id}] * 3)
        self.assertEqual(queries(), few)

    def test_existing_books_may_be_left_alone(self):
        self.assertEqual(self._step('books')[0], 'todo')
        self.connection.books_settled = True
        self.assertEqual(self._step('books')[0], 'skipped')

    # === HELD === #

    def test_what_is_posted_waits_for_start_sending(self):
        self.connection.hold_sending = True
        invoice = self._invoice()
        self._push()
        self.assertEqual((invoice.xero_state, self.sandbox.calls), ('pending', []))
        state, text = self._step('start')
        self.assertEqual(state, 'todo')
        self.assertTrue(text.startswith("Documents that wait: 1."), text)
        self.assertIn("Start sending", self.connection.waiting_reason)
        self.assertIn("Start sending", invoice.xero_tooltip)
        answer = invoice.action_xero_sync_now()
        self.assertIn("Start sending", answer['params']['message'])
        self._push()
        self.assertEqual(invoice.xero_state, 'pending', "by hand, too")
        manager = new_test_user(self.env, 'starts', groups=MANAGER, company_id=self.env.company.id)
        self.connection.with_user(manager).action_resume()
        self._push()
        self.assertEqual(invoice.xero_state, 'synced')
        self.assertEqual(self._step('start')[0], 'done')
        self.assertFalse(self.connection.waiting_reason)

    def test_how_it_stands_is_said_as_it_is(self):
        self.assertIn("within a minute", self.connection.state_help)
        self.connection.auto_sync = False
        self.assertNotIn("within a minute", self.connection.state_help)
