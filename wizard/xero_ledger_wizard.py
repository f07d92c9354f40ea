from datetime import timedelta

from odoo import fields, models


class XeroLedgerWizard(models.TransientModel):
    """Compare both ledgers at the end of a day."""

    _name = 'xero.ledger.wizard'
    _description = "Compare Both Ledgers"

    date = fields.Date(
        "At the End Of", required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1) - timedelta(days=1))
    connection_ids = fields.Many2many(
        'xero.connection', string="Companies", required=True,
        default=lambda self: self.env['xero.connection'].search([
            ('company_id', 'in', self.env['res.company']._xero_owners_of(self.env.companies.ids)),
            ('state', '=', 'connected'), ('compare_ledgers', '=', True)]))

    def action_compare(self):
        """Queue the comparison.

        :return: a notification
        :raise UserError: no company of them compares its ledgers
        """
        self.ensure_one()
        self.connection_ids.check_access('write')
        return self.connection_ids.action_compare_ledgers(self.date)
