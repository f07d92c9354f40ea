from odoo import models

from ..connection.xero_connection import ACTIVE_STATES


class ResCurrency(models.Model):
    _inherit = 'res.currency'

    def write(self, vals):
        # EXTENDS 'base': what waited for a currency comes once it is active
        asleep = self.filtered(lambda currency: not currency.active) if vals.get('active') \
            else self.browse()
        result = super().write(vals)
        if asleep:
            connections = self.env['xero.connection'].sudo().search(
                [('state', 'in', ACTIVE_STATES)])
            self.env['xero.waiting.mixin']._xero_put_right(
                connections.company_id._xero_together(), ['currency'], asleep)
        return result
