from odoo import fields, models


class AccountAccount(models.Model):
    _inherit = 'account.account'

    xero_account_id = fields.Many2one(
        'xero.account', company_dependent=True, check_company=True,
        domain="[('type', '!=', 'BANK'), ('system_account', 'not in', ('DEBTORS', 'CREDITORS'))]",
        help="The account of the Xero organisation that lines on this account are sent to.",
    )
