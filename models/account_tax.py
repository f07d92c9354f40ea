from odoo import fields, models


class AccountTax(models.Model):
    _inherit = 'account.tax'

    xero_tax_rate_id = fields.Many2one(
        'xero.tax.rate', check_company=True, copy=False,
        ondelete='set null',
        help="The tax rate of the Xero organisation that lines with this tax are sent with.",
    )
