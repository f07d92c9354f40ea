"""How far a document has come, in a line."""
from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_course = fields.Html("Odoo and Xero", compute='_compute_xero_course', sanitize=False)

    @api.depends('state', 'date', 'amount_residual', 'xero_status', 'xero_document_id',
                 'xero_origin', 'xero_last_push', 'xero_last_pull')
    @api.depends_context('lang', 'tz')
    def _compute_xero_course(self):
        for move in self:
            move.xero_course = move.xero_badge and self.env['xero.course']._render(move)
