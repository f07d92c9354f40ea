"""Which reports are fetched from an organisation, and when."""
from odoo import fields, models
from odoo.exceptions import UserError

#: Settings after which profit and loss is fetched anew.
PROFIT_SETTINGS = ('profit_loss', 'profit_loss_years', 'profit_loss_basis')


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
    # While it is being fetched: the end of the year that is asked for next.
    profit_loss_next = fields.Date(readonly=True, copy=False, groups='base.group_system')

    def action_refresh_profit(self):
        """Have profit and loss fetched in a moment.

        :return: a notification
        :raise UserError: there is none, or one that does not fetch it
        """
        self.check_access('read')
        if not self or any(c.state != 'connected' or not c.profit_loss for c in self):
            raise UserError(self.env._(
                "Profit and loss is fetched for connected companies that have it switched on: Xero "
                "> Configuration > Connections > What comes back."))
        self.env['xero.profit.fetch']._request(self.sudo())
        return self[:1]._notify('success', self.env._("Queued"), self.env._(
            "The report is fetched from Xero in a moment."))
