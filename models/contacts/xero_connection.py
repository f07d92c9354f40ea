from odoo import fields, models

from ..core.opening import in_company


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    contact_count = fields.Integer("Contacts in Xero", compute='_compute_contact_count')

    def _compute_contact_count(self):
        counts = dict(self.env['xero.contact'].sudo()._read_group(
            [('connection_id', 'in', self.ids)], ['connection_id'], ['__count']))
        for connection in self:
            connection.contact_count = counts.get(connection, 0)

    def action_view_contacts(self):
        """:return: action that lists the contacts that Xero has"""
        self.ensure_one()
        action = self.env['ir.actions.actions']._for_xml_id('account_xero.action_xero_contact')
        return in_company({**action, 'domain': [('connection_id', '=', self.id)]}, self.company_id)
