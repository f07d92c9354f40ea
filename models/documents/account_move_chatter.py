"""The history of documents tells what became of them in Xero, where people want that."""
from odoo import api, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    @api.model
    def _xero_store(self, rows, answer=None):
        # EXTENDS 'account_xero'
        events = self.env['xero.chatter']._get_events(rows, answer)
        result = super()._xero_store(rows, answer)
        self.env['xero.chatter']._log(events)
        return result
