from odoo import fields, models


class AccountTax(models.Model):
    _name = 'account.tax'
    _inherit = ['account.tax', 'xero.mapping.mixin']
    _xero_target_field = 'xero_tax_rate_id'
    _xero_line_field = 'tax_ids'
    _xero_error_code = 'unmapped_tax'

    xero_tax_rate_id = fields.Many2one(
        'xero.tax.rate', check_company=True, copy=False,
        ondelete='set null',
        help="The tax rate of the Xero organisation that lines with this tax are sent with.",
    )
