from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    xero_connection_ids = fields.One2many(related='company_id.xero_connection_ids')
    xero_covered_by = fields.Char(compute='_compute_xero_covered_by')
    xero_state_help = fields.Char(
        string="Xero Status", related='xero_connection_ids.state_help')
    xero_tenant_name = fields.Char(related='xero_connection_ids.tenant_name')
    xero_state = fields.Selection(related='xero_connection_ids.state')
    xero_auto_sync = fields.Boolean(related='xero_connection_ids.auto_sync', readonly=False)
    xero_sync_sales = fields.Boolean(related='xero_connection_ids.sync_sales', readonly=False)
    xero_sync_purchases = fields.Boolean(
        related='xero_connection_ids.sync_purchases', readonly=False)
    xero_sync_credit_notes = fields.Boolean(
        related='xero_connection_ids.sync_credit_notes', readonly=False)
    xero_sync_sales_receipts = fields.Boolean(
        related='xero_connection_ids.sync_sales_receipts', readonly=False)
    xero_sync_purchase_receipts = fields.Boolean(
        related='xero_connection_ids.sync_purchase_receipts', readonly=False)

    @api.depends('company_id')
    def _compute_xero_covered_by(self):
        for settings in self:
            owner = settings.company_id._xero_owner()
            settings.xero_covered_by = owner != settings.company_id and owner.sudo().name

    def action_xero_open_connection(self):
        """:return: action that opens the company's connection to Xero, or a new one to fill in"""
        action = self.env['ir.actions.actions']._for_xml_id('account_xero.action_xero_connection')
        return {
            **action,
            'view_mode': 'form',
            'views': [(False, 'form')],
            'res_id': self.company_id._xero_owner().sudo().xero_connection_ids.id,
            'context': {'default_company_id': self.company_id.id},
        }
