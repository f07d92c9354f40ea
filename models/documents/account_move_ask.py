"""Asking who may put a document right that is not in Xero as it is here."""
from odoo import models


class AccountMove(models.Model):
    _inherit = 'account.move'

    def action_xero_ask(self):
        """Ask a manager of the connection to do what this user may not.

        :return: a notification
        :raise UserError: there is nobody to ask
        """
        self.ensure_one()
        self.check_access('read')
        return self.env['xero.ask']._ask(self, self.env['xero.alert']._get_question)
