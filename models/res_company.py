from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    # Whoever may not read connections is not to stumble over this field of the company.
    xero_connection_ids = fields.One2many(
        'xero.connection', 'company_id',
        groups='account_xero.group_xero_user,base.group_system')

    def unlink(self):
        # EXTENDS 'base': a connection goes along unless something hangs on it
        self.env['xero.connection'].sudo().search([('company_id', 'in', self.ids)]).unlink()
        return super().unlink()
