"""Profit and loss as Xero reports it, month by month, beside that of Odoo."""
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.date_utils import end_of

from ..core.opening import in_company
from .xero_connection import PROFIT_SETTINGS

CURRENCY = 'currency'
SECTIONS = [
    ('income', "Income"), ('cost_of_sales', "Cost of sales"), ('other_income', "Other income"),
    ('expenses', "Expenses"), (CURRENCY, "Currency gains")]
#: Those that are revenue; the others are costs.
REVENUE = ('income', 'other_income')


class XeroProfitLine(models.Model):
    """What an account has made or cost in a month, in Xero and in Odoo; where a tracking category
    was chosen a row for each of its options, and one for the rest of the account."""

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
    month_name = fields.Char("Month and Year", compute='_compute_month_name')
    section = fields.Selection(SECTIONS, required=True, readonly=True)
    name = fields.Char("Account", readonly=True)
    xero_account_id = fields.Many2one(
        'xero.account', "Account in Xero", readonly=True, ondelete='set null')
    tracking_option_id = fields.Many2one(
        'xero.tracking.option', readonly=True, index='btree_not_null', ondelete='set null',
        help="None: what has no option, and months that are not split yet.")
    is_split = fields.Boolean("By Tracking Option", readonly=True)
    account_ids = fields.Many2many(
        'account.account', string="Accounts in Odoo", readonly=True,
        help="Those that are mapped to the account in Xero.")
    amount = fields.Monetary(
        "In Xero", readonly=True, help="What it adds to the profit: costs are negative.")
    revenue = fields.Monetary(
        "Revenue in Xero", compute='_compute_revenue', store=True)
    cost = fields.Monetary("Cost in Xero", compute='_compute_revenue', store=True)
    odoo_amount = fields.Monetary(
        "In Odoo", readonly=True, help="The same of the accounts here that are mapped to it, as it "
                                       "was when the report was fetched.")
    difference = fields.Monetary(
        readonly=True, help="In Odoo less in Xero. None by what was paid.")

    @api.depends('month')
    @api.depends_context('lang')
    def _compute_month_name(self):
        for line in self:
            line.month_name = format_date(self.env, line.month, date_format='MMMM yyyy')

    @api.depends('amount', 'section')
    def _compute_revenue(self):
        for line in self:
            is_revenue = line.section in REVENUE
            line.revenue = line.amount if is_revenue else 0
            line.cost = 0 if is_revenue else -line.amount

    @api.model
    def get_empty_list_help(self, help_message):
        # EXTENDS 'base': why there is nothing, where that is known
        connections = self.env['xero.connection'].sudo().search([
            ('company_id', 'in', self.env['res.company']._xero_owners_of(self.env.companies.ids)),
            ('profit_loss', '=', True)])
        if not connections:
            return super().get_empty_list_help(help_message)
        texts = Markup().join(
            Markup("<p>%s: %s</p>") % (connection.company_id.name, self._why_empty(connection))
            for connection in connections)
        return Markup('<p class="o_view_nocontent_empty_folder">%s</p>%s') % (
            self.env._("There is nothing to show"), texts)

    def _why_empty(self, connection):
        """:return: text: why a connection has no rows, and what to do"""
        if connection.profit_loss_problem:
            return connection.profit_loss_problem
        if connection.state != 'connected':
            return self.env._("it is not connected. Open Xero > Configuration > Connections.")
        if connection.missing_scopes:
            return self.env._(
                "Xero has not allowed it yet: %s. Press Sign in again in Xero > Configuration > "
                "Connections.", connection.missing_scopes)
        if self.search_count([('connection_id', '=', connection.id)], limit=1):
            return self.env._("no row fits what is filtered.")
        return self.env._("the report is fetched in a moment, and every night.")

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
        company, tracked = self.company_id, []
        if self.is_split:
            options = self.tracking_option_id or \
                self.connection_id.profit_loss_category_id.with_context(active_test=False).option_ids
            accounts = self.env['account.analytic.account'].with_company(company).search(
                [('xero_tracking_option_id', 'in', options.ids)])
            tracked = [('analytic_distribution', 'in' if self.tracking_option_id else 'not in',
                        accounts.ids)]
        return in_company({
            'type': 'ir.actions.act_window',
            'name': self.env._("%(account)s in Odoo", account=self.name),
            'res_model': 'account.move.line',
            'view_mode': 'list,form',
            'domain': [
                ('account_id', 'in', self.account_ids.ids), ('parent_state', '=', 'posted'),
                ('company_id', 'in', company._xero_together().ids),
                ('date', '>=', self.month), ('date', '<=', end_of(self.month, 'month')), *tracked],
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
