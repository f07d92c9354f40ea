from odoo import fields, models


class AccountAccount(models.Model):
    _name = 'account.account'
    _inherit = ['account.account', 'xero.mapping.mixin']
    _xero_target_field = 'xero_account_id'
    _xero_line_field = 'account_id'
    _xero_error_code = 'unmapped_account'

    xero_account_id = fields.Many2one(
        'xero.account', company_dependent=True, check_company=True,
        domain="[('type', '!=', 'BANK'), ('system_account', 'not in', ('DEBTORS', 'CREDITORS'))]",
        help="The account of the Xero organisation that lines on this account are sent to.",
    )
