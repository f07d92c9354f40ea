"""Partners that are merged in Odoo: their contact, and what is said of it, follow at once."""
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common_pull import XeroPullCommon

CONTACT = '7' * 8 + '-0000-0000-0000-' + '7' * 12
OTHER_CONTACT = '8' * 8 + '-0000-0000-0000-' + '8' * 12


@tagged('post_install', '-at_install')
class TestPartnerMerge(XeroPullCommon):

    def setUp(self):
        super().setUp()
        self.stays = self.env['res.partner'].create({'name': "Stays"})
        self.goes = self.env['res.partner'].create({'name': "Goes"})

    def _merge(self):
        wizard = self.env['base.partner.merge.automatic.wizard'].create({
            'partner_ids': [Command.set((self.stays + self.goes).ids)],
            'dst_partner_id': self.stays.id})
        wizard.action_merge()
        self.env.invalidate_all()
        self.assertFalse(self.goes.exists())

    def test_links_of_all_companies_follow(self):
        company = self.env.company
        other = self.setup_other_company()['company']
        organisation = self.sandbox.add_organisation("Other", base_currency=other.currency_id.name)
        with patch.object(self, '_map'):        # which is about the accounts of the first one
            self._connect(other, organisation)
        self.goes.sudo().with_company(other).xero_contact_id = OTHER_CONTACT
        self.goes.sudo().xero_contact_id = CONTACT
        self._merge()
        self.assertEqual(self.stays.sudo().with_company(company).xero_contact_id, CONTACT)
        self.assertEqual(self.stays.sudo().with_company(other).xero_contact_id, OTHER_CONTACT)

    def test_a_link_of_its_own_stays(self):
        self.stays.sudo().xero_contact_id = CONTACT
        self.goes.sudo().xero_contact_id = OTHER_CONTACT
        self._merge()
        self.assertEqual(self.stays.sudo().xero_contact_id, CONTACT)

    def test_what_is_said_of_it_follows(self):
        Difference = self.env['xero.difference'].sudo()
        Difference._note(self.connection, self.goes, 'contact', "active", "archived")
        self.env['xero.log'].sudo().create({
            'connection_id': self.connection.id, 'direction': 'push', 'outcome': 'success',
            'res_model': 'res.partner', 'res_id': self.goes.id})
        gone = self.goes.id
        self._merge()
        for model in ('xero.difference', 'xero.log'):
            rows = self.env[model].sudo().search([('res_model', '=', 'res.partner')])
            self.assertIn(self.stays.id, rows.mapped('res_id'), model)
            self.assertNotIn(gone, rows.mapped('res_id'), model)

    def test_documents_agree_again(self):
        """An invoice whose contact in Xero was another one than its partner's."""
        invoice = self._pushed(partner_id=self.stays.id)
        # The contact is taken for the other partner's, as by somebody who linked the wrong one.
        contact = self.stays.sudo().xero_contact_id
        self.assertTrue(contact)
        self.stays.sudo().xero_contact_id = False
        self.goes.sudo().xero_contact_id = contact
        invoice._xero_queue_pull()
        self._pull()
        rows = self.env['xero.difference'].sudo().search([
            ('res_model', '=', 'account.move'), ('res_id', '=', invoice.id),
            ('field', '=', 'contact')])
        self.assertTrue(rows)
        self._merge()
        self._pull()
        self.assertFalse(rows.exists())
