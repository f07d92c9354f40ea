from odoo import models

from ...xero import journals
from ...xero.scopes import permission_of

JOURNALS = permission_of(journals.PATH).scope


class XeroScope(models.AbstractModel):
    _inherit = 'xero.scope'

    def _get_wanted(self, connection):
        # EXTENDS 'account_xero'
        wanted = super()._get_wanted(connection)
        companies = connection.company_id._xero_together()
        if self.env['account.journal'].sudo()._xero_sending(companies):
            wanted[JOURNALS] = self.env._("sending journal entries")
        return wanted
