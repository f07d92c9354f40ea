from odoo import fields, models


class AccountAnalyticAccount(models.Model):
    _name = 'account.analytic.account'
    _inherit = ['account.analytic.account', 'xero.mapping.mixin']
    _xero_target_field = 'xero_tracking_option_id'
    _xero_line_field = 'analytic_distribution'
    _xero_error_code = 'unmapped_tracking'

    xero_tracking_option_id = fields.Many2one(
        'xero.tracking.option', company_dependent=True,
        help="The tracking option that lines of this analytic account are sent with.")
