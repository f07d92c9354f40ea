"""What the badge of a document says when the mouse rests on it."""
from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_tooltip = fields.Text("Xero: What It Means", compute='_compute_xero_tooltip')

    @api.depends('xero_state', 'xero_number', 'xero_status', 'xero_last_push', 'xero_last_pull',
                 'xero_error_code', 'xero_error_message', 'xero_differs')
    @api.depends_context('lang', 'tz')
    def _compute_xero_tooltip(self):
        tooltips = self.env['xero.tooltip']._get_lines(self)
        for move in self:
            move.xero_tooltip = '\n'.join(filter(None, tooltips[move])) or False
