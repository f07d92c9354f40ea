"""Deleting a connection: it knows where documents are, and what Xero has not answered yet."""
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common_connection import XeroConnectionCommon
from .common_payment import XeroPaymentCommon


@tagged('post_install', '-at_install')
class TestConnectionDelete(XeroPaymentCommon):

    def setUp(self):
        super().setUp()
        self._link(self.partner_a)

    def _refused(self, words, connection=None):
        """Disconnect, and check that the connection stays even so."""
        connection = connection or self.connection
        connection.action_disconnect()
        with self.assertRaises(UserError) as caught:
            connection.unlink()
        self.assertIn(words, str(caught.exception))
        self.assertTrue(connection.exists())

    def _reconnect(self):
        tokens = self.sandbox.connect(self.app, [self.org])
        self.connection.sudo().write({'state': 'connected', 'token_id': self.env[
            'xero.token'].sudo().create({
                'client_id': self.connection.client_id, 'owner': 'somebody',
                'access_token': tokens['access_token'], 'refresh_token': tokens['refresh_token'],
                'expires_at': fields.Datetime.add(fields.Datetime.now(), minutes=30)}).id})

    def _company(self, **values):
        """:return: a connection of a company without books, which can be deleted"""
        number = self.env['res.company'].search_count([])
        company = self.env['res.company'].create({'name': f"Wren {number} Ltd"})
        return self.env['xero.connection'].sudo().create({
            'company_id': company.id, 'client_id': 'wren', **values})

    def _in_doubt(self, connection, **values):
        return self.env['xero.request'].sudo().create({
            **self.env['xero.request']._values(
                connection, 'contacts', 'PUT', 'Contacts', [{'Name': "Wren"}],
                [{'id': self.partner_b.id}], 'Contacts'),
            'sent_at': fields.Datetime.now(), **values})

    # === WHAT HANGS ON IT === #

    def test_bills_whose_answer_was_lost_are_sent_once(self):
        bills = self.env['account.move'].union(*(self._bill() for _number in range(3)))
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        self._push()
        self.assertFalse(any(bills.mapped('xero_document_id')))
        self._refused("has not answered")
        self._reconnect()
        self._push_on(bills)
        self.assertEqual(set(bills.mapped('xero_state')), {'synced'})
        self.assertEqual(len(self.org.invoices), 3)

    def test_linked_documents(self):
        bill = self._bill()
        self._push()
        self.assertEqual(bill.xero_state, 'synced')
        self._refused(self.org.name)

    def test_payments(self):
        """A payment outlives the document that it paid."""
        move = self._pushed()
        payment = self._pay(move)
        self._push()
        self.assertEqual(payment.xero_state, 'synced')
        move.sudo().xero_document_id = False
        self._refused(self.org.name)

    def test_contact_whose_answer_was_lost(self):
        self.sandbox.inject('cut_after', 'PUT', '/Contacts')
        self._bill(partner_id=self.partner_b.id)
        self._push()
        self.assertEqual(self._requests().operation, 'contacts')
        self._refused("has not answered")
        self._reconnect()
        self._later(minutes=1)
        self._push()
        self.assertEqual(
            len([c for c in self.org.contacts if c['Name'] == self.partner_b.name]), 1)

    def test_payment_whose_answer_was_lost(self):
        move = self._pushed()
        payment = self._pay(move)
        self.sandbox.inject('cut_after', 'PUT', '/Payments')
        self._push()
        self._refused("has not answered")
        self._reconnect()
        self._later(minutes=1)
        self._push_payments(payment)
        self.assertEqual(len(self._live()), 1)

    # === THE COMPANY === #

    def test_company_whose_connection_is_in_use(self):
        connection = self._company(
            state='connected', tenant_id='11111111-0000-4000-8000-000000000001')
        with self.assertRaises(UserError):
            connection.company_id.unlink()
        self.assertTrue(connection.exists())

    def test_company_whose_contact_may_have_arrived(self):
        connection = self._company(tenant_id='11111111-0000-4000-8000-000000000001')
        request = self._in_doubt(connection)
        officer = new_test_user(self.env, 'officer', groups='base.group_erp_manager',
                                company_ids=[(6, 0, self.env.company.ids)])
        for env in (self.env, self.env(user=officer)):
            with self.assertRaises(UserError) as caught:
                connection.company_id.with_env(env).unlink()
            self.assertIn("has not answered", str(caught.exception))
        self.assertTrue(request.exists())
        self.partner_b.unlink()
        connection.company_id.unlink()
        self.assertFalse(connection.exists(), "nobody asks any more")

    # === WHAT MAY GO === #

    def test_unused(self):
        for delete in ('connection', 'company'):
            connection = self._company(tenant_id='11111111-0000-4000-8000-000000000001')
            self._in_doubt(connection, sent_at=False)
            partner = self.partner_b.with_company(connection.company_id)
            partner.xero_contact_id = '5a3e1d3c-0000-4000-8000-000000000001'
            (connection if delete == 'connection' else connection.company_id).unlink()
            self.assertFalse(connection.exists())
            self.assertFalse(self.env['xero.request'].search(
                [('connection_id', '=', connection.id)]))

    def test_next_connection_starts_without_contacts(self):
        """It may be with an organisation that has none of them."""
        self.connection.action_disconnect()
        self.assertTrue(self.partner_a.xero_contact_id)
        self.connection.unlink()
        self.assertFalse(self.partner_a.xero_contact_id)


@tagged('post_install', '-at_install')
class TestConnectionDeleteByRpc(XeroConnectionCommon):

    def test_administrator_without_rights_on_documents(self):
        system = self._user('system', 'base.group_system')
        self._log_in(system)
        self.connection.tenant_id = self.organisation.tenant_id
        move = self.env['account.move'].sudo().create({
            'move_type': 'entry', 'company_id': self.company.id,
            'journal_id': self.env['account.journal'].create({
                'name': "Bills", 'code': 'B', 'type': 'general',
                'company_id': self.company.id}).id,
            'xero_document_id': '11111111-0000-4000-8000-000000000002'})
        answer = self._rpc('xero.connection', 'unlink', self.connection.ids)
        self.assertEqual(answer['error']['data']['name'], 'odoo.exceptions.UserError')
        self.assertIn("Wren Ltd", answer['error']['data']['message'])
        move.xero_document_id = False
        self.assertTrue(self._rpc('xero.connection', 'unlink', self.connection.ids)['result'])
