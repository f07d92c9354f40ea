from odoo import models


class XeroAskMixin(models.AbstractModel):
    """A record with activities that a user may ask others to put right, where it is not in Xero as
    it is here."""

    _name = 'xero.ask.mixin'
    _description = "Somebody Can Be Asked for Help"

    def action_xero_ask(self):
        """Ask a manager of the connection to do what this user may not.

        :return: a notification
        :raise UserError: there is nobody to ask
        """
        self.ensure_one()
        self.check_access('read')
        return self.env['xero.ask']._ask(self, self.env['xero.alert']._get_question)
