from odoo import api, fields, models


class XeroAccount(models.Model):
    """An account of the connected organisation's chart, as last fetched."""

    _name = 'xero.account'
    _description = "Xero Account"
    _inherit = ['xero.reference.mixin']
    _order = 'code, name'
    _rec_names_search = ['code', 'name']

    xero_id = fields.Char("Xero ID", required=True, readonly=True)
    code = fields.Char(readonly=True)
    type = fields.Char(readonly=True)
    class_name = fields.Char("Class", readonly=True)
    tax_type = fields.Char("Default Tax Type", readonly=True)
    system_account = fields.Char(
        readonly=True, help="Kept by Xero itself, for instance Accounts Receivable.")
    payments_enabled = fields.Boolean(readonly=True)
    currency_code = fields.Char("Currency", readonly=True)
    bank_account_number = fields.Char(readonly=True)

    _id_uniq = models.Constraint(
        'UNIQUE(connection_id, xero_id)', "An account is listed once a connection.")

    @api.depends('code', 'name')
    def _compute_display_name(self):
        for account in self:
            account.display_name = f"{account.code} {account.name}" if account.code \
                else account.name
