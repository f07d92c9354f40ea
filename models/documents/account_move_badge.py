"""Where a document has its badge, and what it says when the mouse rests on it."""
from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_tooltip = fields.Text("Xero: What It Means", compute='_compute_xero_tooltip')

    # === VIEWS === #

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type='form', **options):
        # EXTENDS 'base'
        return (*super()._get_view_cache_key(view_id, view_type, **options),
                self.env['res.company']._xero_is_anybody_connected())

    @api.model
    def _get_view(self, view_id=None, view_type='form', **options):
        # EXTENDS 'base': no badges where no company is connected. That is known for the whole
        # list, so no row has to say it.
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type in ('list', 'kanban') \
                and not self.env['res.company']._xero_is_anybody_connected():
            for node in arch.xpath("//field[@name='xero_state']"):
                node.getparent().remove(node)
        return arch, view

    # === HOVER TEXT === #

    @api.depends('xero_state', 'xero_number', 'xero_status', 'xero_last_push', 'xero_last_pull',
                 'xero_error_code', 'xero_error_message', 'xero_differs')
    @api.depends_context('lang', 'tz')
    def _compute_xero_tooltip(self):
        tooltips = self.env['xero.tooltip']._get_lines(self)
        for move in self:
            move.xero_tooltip = '\n'.join(filter(None, tooltips[move])) or False
