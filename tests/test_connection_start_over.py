"""*Start over*: what people want who would delete a connection, and nothing that doubles."""
from types import SimpleNamespace

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_payment import XeroPaymentCommon


@tagged('post_install', '-at_install')
class TestConnectionStartOver(XeroPaymentCommon):

    def setUp(self):
        super().setUp()
        self._link(self.partner_a)

    def _token(self, organisation):
        tokens = self.sandbox.connect(self.app, [organisation])
        return self.env['xero.token'].sudo().create({
            'client_id': self.connection.client_id, 'owner': f'of {organisation.tenant_id}',
            'access_token': tokens['access_token'], 'refresh_token': tokens['refresh_token'],
            'expires_at': fields.Datetime.add(fields.Datetime.now(), minutes=30)})

    def _sign_in(self, organisation, connection=None):
        """Come back from Xero's consent page with an organisation."""
        connection = (connection or self.connection).sudo()
        self.env['xero.sign.in'].sudo()._bind_organisation(
            connection, self._token(organisation).id, SimpleNamespace(
                tenant_id=organisation.tenant_id, name=organisation.name, connection_id=None))

    def _start_over(self):
        self.connection.action_disconnect()
        return self.connection.action_start_over()

    def test_settings_and_mappings(self):
        self.connection.write({
            'auto_sync': False, 'push_status': 'DRAFT', 'attach_pdf': True,
            'import_policy': 'post', 'create_contacts': False, 'webhook_key': 'hook'})
        self.assertTrue(self.income.xero_account_id)
        self._start_over()
        fresh = self.env['xero.connection'].sudo().default_get(
            ['auto_sync', 'push_status', 'import_policy', 'create_contacts'])
        for name, value in fresh.items():
            self.assertEqual(self.connection[name], value, name)
        for name in ('attach_pdf', 'push_payments', 'payments_since', 'reference_date'):
            self.assertFalse(self.connection[name], name)
        self.assertEqual((self.connection.tenant_id, self.connection.client_id,
                          self.connection.sudo().webhook_key),
                         (self.org.tenant_id, 'test-client', 'hook'), "who may call stays")
        for record, name in ((self.income, 'xero_account_id'), (self.expense, 'xero_account_id'),
                             (self.tax_sale_20, 'xero_tax_rate_id'),
                             (self.journal, 'xero_account_id')):
            self.assertFalse(record[name], record.display_name)
        self.assertFalse(self.env['xero.account'].with_context(active_test=False).search(
            [('connection_id', '=', self.connection.id)]))
        self.assertTrue(self.partner_a.xero_contact_id)

    def test_nothing_is_sent_twice(self):
        """A linked bill, one whose answer was lost, and a payment: connected again, all go on."""
        linked = self._pushed('in_invoice')
        payment = self._pay(linked, amount=50)
        self._push()
        lost = self._bill()
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        self._push()
        before = (linked.xero_document_id, payment.xero_payment_id)
        self.assertFalse(lost.xero_document_id)
        self._start_over()
        with self.assertRaises(UserError):
            self.connection.unlink()
        self._later(minutes=20)
        self._sign_in(self.org)
        self.connection._refresh_reference_data()
        self._map(self.connection.with_company(self.env.company))
        linked.action_xero_sync_now()
        self._push_on(linked | lost)
        self._synced(lost)
        self.assertEqual((linked.xero_document_id, payment.xero_payment_id), before)
        self.assertEqual(len(self.org.invoices), 2)
        self.assertEqual(len(self._live()), 1)

    def test_another_organisation_stays_refused(self):
        """Once documents are linked, however one goes about it."""
        self._pushed('in_invoice')
        other = self.sandbox.add_organisation("Other", base_currency='USD', currencies=['USD'])
        self._start_over()
        with self.subTest("signing in"), self.assertRaisesRegex(UserError, self.org.name):
            self._sign_in(other)
        company = self.env['res.company'].create({'name': "Elsewhere Ltd"})
        values = {'company_id': self.env.company.id, 'client_id': 'other'}
        with mute_logger('odoo.sql_db'):
            with self.subTest("a second connection"), self.assertRaises(UniqueViolation), \
                    self.env.cr.savepoint():
                self.env['xero.connection'].sudo().create(values)
            with self.subTest("a copy"), self.assertRaises(UniqueViolation), \
                    self.env.cr.savepoint():
                self.connection.copy()
            with self.subTest("a connection of another company"), \
                    self.assertRaises(UniqueViolation), self.env.cr.savepoint():
                foreign = self.env['xero.connection'].sudo().create(
                    {**values, 'company_id': company.id})
                foreign.write({'company_id': self.env.company.id})
                foreign.flush_recordset()
        with self.subTest("another company"), self.assertRaises(UserError):
            self.connection.company_id = company
        manager = new_test_user(
            self.env, 'xero-manager', groups='account_xero.group_xero_manager',
            company_ids=[(6, 0, self.env.company.ids)], company_id=self.env.company.id)
        for name in ('tenant_id', 'state'):
            with self.subTest(name), self.assertRaises(AccessError):
                self.connection.with_user(manager).write({name: False})
        with self.subTest("deleting"), self.assertRaises(UserError):
            self.connection.sudo().unlink()
        self._sign_in(self.org)
        self.assertEqual(self.connection.state, 'connected')

    def test_only_when_it_is_disconnected(self):
        with self.assertRaisesRegex(UserError, "Disconnect"):
            self.connection.action_start_over()

    def test_who_may(self):
        self.connection.action_disconnect()
        user = new_test_user(self.env, 'xero-user', groups='account_xero.group_xero_user',
                             company_ids=[(6, 0, self.env.company.ids)],
                             company_id=self.env.company.id)
        with self.assertRaises(AccessError):
            self.connection.with_user(user).action_start_over()
        manager = new_test_user(self.env, 'xero-manager', company_ids=[
            (6, 0, self.env.company.ids)], company_id=self.env.company.id,
            groups='account_xero.group_xero_manager')
        self.assertEqual(self.connection.with_user(manager).action_start_over()['params']['type'],
                         'success')
