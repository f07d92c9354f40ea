from odoo import models


class XeroContact(models.Model):
    _inherit = 'xero.contact'

    def action_fetch(self):
        """Fetch the contacts of the current company's organisation.

        :return: a notification; the contacts come in the background
        """
        return self.env['res.partner']._xero_connection_to_use().action_fetch_contacts()
