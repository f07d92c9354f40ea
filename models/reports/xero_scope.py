from odoo import models

from ...xero import reports, trial_balance
from ...xero.scopes import permission_of


class XeroScope(models.AbstractModel):
    _inherit = 'xero.scope'

    def _get_switches(self):
        # EXTENDS 'account_xero'
        return [*super()._get_switches(), 'profit_loss', 'compare_ledgers']

    def _get_wanted(self, connection):
        # EXTENDS 'account_xero'
        wanted = super()._get_wanted(connection)
        if connection.profit_loss:
            wanted[permission_of(reports.PATH).scope] = self.env._("fetching profit and loss")
        if connection.compare_ledgers:
            wanted[permission_of(trial_balance.PATH).scope] = self.env._("comparing the ledgers")
        return wanted
