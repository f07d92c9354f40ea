from odoo import models

from ...xero import reports
from ...xero.scopes import permission_of

PROFIT = permission_of(reports.PATH).scope


class XeroScope(models.AbstractModel):
    _inherit = 'xero.scope'

    def _get_switches(self):
        # EXTENDS 'account_xero'
        return [*super()._get_switches(), 'profit_loss']

    def _get_wanted(self, connection):
        # EXTENDS 'account_xero'
        wanted = super()._get_wanted(connection)
        if connection.profit_loss:
            wanted[PROFIT] = self.env._("fetching profit and loss")
        return wanted
