"""Profit and loss as Xero reports it, month by month, beside that of Odoo."""
from odoo import fields, models
from odoo.tools.date_utils import end_of

from ..core.opening import in_company
from .xero_connection import PROFIT_SETTINGS

SECTIONS = [
    ('income', "Income"), ('cost_of_sales', "Cost of sales"), ('other_income', "Other income"),
    ('expenses', "Expenses"), ('currency', "Currency gains")]


class XeroProfitLine(models.Model):
    """What an account has made or cost in a month, in Xero and in Odoo."""

    _name = 'xero.profit.line'
    _inherit = 'xero.organisation.mixin'
    _description = "Profit and Loss in Xero"
    _order = 'month desc, section, name, id'
    _rec_name = 'name'

    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    month = fields.Date(required=True, readonly=True, help="Its first day.")
    section = fields.Selection(SECTIONS, required=True, readonly=True)
    name = fields.Char("Account", readonly=True)
    xero_account_id = fields.Many2one(
        'xero.account', "Account in Xero", readonly=True, ondelete='set null')
    account_ids = fields.Many2many(
        'account.account', string="Accounts in Odoo", readonly=True,
        help="Those that are mapped to the account in Xero.")
    amount = fields.Monetary(
        "In Xero", readonly=True, help="What it adds to the profit: costs are negative.")
    odoo_amount = fields.Monetary(
        "In Odoo", readonly=True, help="The same of the accounts here that are mapped to it, as it "
                                       "was when the report was fetched.")
    difference = fields.Monetary(
        readonly=True, help="In Odoo less in Xero. None by what was paid.")

    # === ACTIONS === #

    def action_fetch(self):
        """Have the report fetched for the companies that are ticked.

        :return: a notification
        :raise UserError: none of them fetches it
        """
        connections = self.env['xero.connection'].search([
            ('company_id', 'in', self.env['res.company']._xero_owners_of(
                self.env.companies.ids)),
            ('state', '=', 'connected'), ('profit_loss', '=', True)])
        return connections.action_refresh_profit()

    def action_view_items(self):
        """:return: action that lists the journal items in Odoo behind an account and month"""
        self.ensure_one()
        company = self.company_id
        return in_company({
            'type': 'ir.actions.act_window',
            'name': self.env._("%(account)s in Odoo", account=self.name),
            'res_model': 'account.move.line',
            'view_mode': 'list,form',
            'domain': [
                ('account_id', 'in', self.account_ids.ids), ('parent_state', '=', 'posted'),
                ('company_id', 'in', company._xero_together().ids),
                ('date', '>=', self.month), ('date', '<=', end_of(self.month, 'month'))],
            'context': {'create': False},
        }, company)

    # === ORGANISATION === #

    def _xero_settings_changed(self, connections, before):
        # OVERRIDES 'account_xero'
        changed = connections.filtered(lambda c: any(
            name in before[c] and before[c][name] != c[name] for name in PROFIT_SETTINGS))
        self.search([('connection_id', 'in', changed.ids)]).unlink()
        changed.sudo().filtered('profit_loss_next').profit_loss_next = False
        self.env['xero.profit.fetch']._request(changed.filtered(
            lambda c: c.profit_loss and c.state == 'connected'))

    def _xero_start_over(self, connection):
        # OVERRIDES 'account_xero'
        self._xero_forget(connection)
