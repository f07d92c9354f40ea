from odoo import fields, models

from ..core.opening import in_company


def compute_contact_count(connections):
    """Count the contacts of each, in one query."""
    counts = dict(connections.env['xero.contact'].sudo()._read_group(
        [('connection_id', 'in', connections.ids)], ['connection_id'], ['__count']))
    for connection in connections:
        connection.contact_count = counts.get(connection, 0)


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    contact_count = fields.Integer("Contacts in Xero", compute=compute_contact_count)

    def action_view_contacts(self):
        """:return: action that lists the contacts that Xero has"""
        self.ensure_one()
        action = self.env['ir.actions.actions']._for_xml_id('account_xero.action_xero_contact')
        return in_company({**action, 'domain': [('connection_id', '=', self.id)]}, self.company_id)
