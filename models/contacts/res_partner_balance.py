"""What Xero says is outstanding on a partner's contact."""
from odoo import api, fields, models

from ...xero.webhook import Event


class ResPartner(models.Model):
    _inherit = 'res.partner'

    xero_receivable = fields.Float(
        "Owed to Us in Xero", digits=(16, 2), compute='_compute_xero_balance', compute_sudo=True)
    xero_payable = fields.Float(
        "Owed by Us in Xero", digits=(16, 2), compute='_compute_xero_balance', compute_sudo=True)
    xero_balance_at = fields.Datetime(
        "Balance in Xero As Of", compute='_compute_xero_balance', compute_sudo=True)

    @api.depends('xero_contact_id')
    @api.depends_context('company')
    def _compute_xero_balance(self):
        connected = self.env.company.id in self.env['res.company']._xero_connected_ids()
        ids = connected and [xero_id for xero_id in self.mapped('xero_contact_id') if xero_id]
        rows = {row.xero_id: row for row in self.env['xero.contact'].search_fetch(
            [('company_id', '=', self.env.company._xero_owner().id), ('xero_id', 'in', ids)],
            ['xero_id', 'receivable', 'payable', 'balance_at'])} if ids else {}
        for partner in self:
            row = rows.get(partner.xero_contact_id, self.env['xero.contact'])
            partner.xero_receivable = row.receivable
            partner.xero_payable = row.payable
            partner.xero_balance_at = row.balance_at

    def _xero_queue_balance(self, connection):
        """Have the contacts of linked partners fetched, for what is outstanding on them.

        :param recordset connection: the current company's `xero.connection`
        """
        linked = self.sudo().filtered('xero_contact_id')
        self.env['xero.event'].sudo()._store([
            Event(partner.xero_contact_id, 'CONTACT', 'REQUEST', connection.tenant_id.lower(),
                  fields.Datetime.now()) for partner in linked], connection)
        if linked:
            connection._trigger_cron()
