"""Which reports are fetched from an organisation, and when."""
from odoo import fields, models
from odoo.exceptions import UserError

#: Settings after which profit and loss is fetched anew.
PROFIT_SETTINGS = ('profit_loss', 'profit_loss_years', 'profit_loss_basis',
                   'profit_loss_category_id')


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    profit_loss = fields.Boolean(
        "Profit and loss", help="The report is fetched every night, one call a year, and shown "
                                "beside the profit and loss of Odoo.")
    profit_loss_years = fields.Selection(
        [(str(years), str(years)) for years in range(1, 6)], "Years Back", required=True,
        default='1', help="With the current one, up to five: Xero is asked once for each.")
    profit_loss_basis = fields.Selection(
        [('accrual', "Accrual (as booked)"), ('cash', "Cash (as paid)")], "Basis", required=True,
        default='accrual', help="By what was paid there is nothing in Odoo to compare it with.")
    profit_loss_category_id = fields.Many2one(
        'xero.tracking.category', "Split By", ondelete='set null', copy=False,
        domain="[('connection_id', '=', id)]",
        help="The report by the options of this tracking category as well: one call for each month "
             "at first, later for those that may have changed.")
    profit_loss_problem = fields.Text(readonly=True, copy=False, translate=True)
    # While it is being fetched: the end of the year that is asked for next.
    profit_loss_next = fields.Date(readonly=True, copy=False, groups='base.group_system')

    compare_ledgers = fields.Boolean(
        "Compare ledgers", help="Every night the trial balance of Xero at the end of last month is "
                                "held against that of Odoo, account by account: one call.")
    ledger_date = fields.Date("Ledgers Compared At the End Of", readonly=True, copy=False)
    ledger_compared_at = fields.Datetime("Ledgers Last Compared", readonly=True, copy=False)
    ledger_count = fields.Integer("Accounts Compared", readonly=True, copy=False)
    ledger_agreeing = fields.Integer("Accounts That Agree", readonly=True, copy=False)
    ledger_unexplained = fields.Integer("Accounts Not Explained", readonly=True, copy=False)
    ledger_cents = fields.Monetary("Cents of Rounding", readonly=True, copy=False)
    ledger_problem = fields.Text(
        "Why Ledgers Were Not Compared", readonly=True, copy=False, translate=True)
    ledger_wanted = fields.Date(
        readonly=True, copy=False, groups='base.group_system',
        help="The day that somebody wants both ledgers compared at.")

    def action_compare_ledgers(self, day=None):
        """Have both ledgers compared in a moment.

        :param date day: the last one that counts; that of last month unless told
        :return: a notification
        :raise UserError: there is none, or one that does not compare them
        """
        if not _is_on(self, 'compare_ledgers'):
            raise UserError(self.env._(
                "Ledgers are compared for connected companies that have it switched on: Xero > "
                "Configuration > Connections > What comes back > Compare ledgers."))
        self.sudo().ledger_wanted = fields.Date.to_date(day)
        self.env['xero.ledger.compare']._request(self.sudo())
        return self[:1]._notify('success', self.env._("Queued"), self.env._(
            "The trial balance is fetched from Xero in a moment."))

    def action_refresh_profit(self):
        """Have profit and loss fetched in a moment.

        :return: a notification
        :raise UserError: there is none, or one that does not fetch it
        """
        if not _is_on(self, 'profit_loss'):
            raise UserError(self.env._(
                "Profit and loss is fetched for connected companies that have it switched on: Xero "
                "> Configuration > Connections > What comes back."))
        # What somebody asks for is asked by tracking option, too, whether or not it seems new.
        self.env['xero.profit.line'].sudo().search([
            ('connection_id', 'in', self.ids), ('is_split', '=', True)]).is_split = False
        self.env['xero.profit.fetch']._request(self.sudo())
        return self[:1]._notify('success', self.env._("Queued"), self.env._(
            "The report is fetched from Xero in a moment."))


def _is_on(connections, switch):
    """
    :param recordset connections: `xero.connection` of which somebody wants a report
    :param str switch: field of theirs
    :return: whether there are any, and all are connected and have it switched on
    :raise AccessError: the user may not read them
    """
    connections.check_access('read')
    return bool(connections) and all(c.state == 'connected' and c[switch] for c in connections)
