from odoo import fields, models


class AccountJournal(models.Model):
    _inherit = 'account.journal'

    xero_account_id = fields.Many2one(
        'xero.account', check_company=True, copy=False,
        domain="['|', ('type', '=', 'BANK'), ('payments_enabled', '=', True)]",
        help="The bank account of the Xero organisation that this journal is, or an account that "
             "payments are enabled for.")
