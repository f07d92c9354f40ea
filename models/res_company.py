from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    xero_connection_ids = fields.One2many('xero.connection', 'company_id')
