"""Without a connection, no trace: what this module adds to the views of others is left out."""
from odoo import api, models
from odoo.fields import Domain

from ..core.xero_guard_mixin import MODULE


class XeroGuardMixin(models.AbstractModel):
    _inherit = 'xero.guard.mixin'

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type='form', **options):
        # EXTENDS 'base'
        return (*super()._get_view_cache_key(view_id, view_type, **options),
                self.env['res.company']._xero_is_anybody_connected())

    @api.model
    def _get_view(self, view_id=None, view_type='form', **options):
        # EXTENDS 'base': no filters, columns, buttons and tabs where no company is connected
        hidden = not self.env['res.company']._xero_is_anybody_connected()
        model = self.with_context(xero_hidden=True) if hidden else self
        return super(XeroGuardMixin, model)._get_view(view_id, view_type, **options)


class IrUiView(models.Model):
    _inherit = 'ir.ui.view'

    def _get_inheriting_views_domain(self):
        # EXTENDS 'base': what others add to these views of ours goes with them
        domain = super()._get_inheriting_views_domain()
        if not self.env.context.get('xero_hidden'):
            return domain
        ours = self.env['ir.model.data'].sudo().search_fetch(
            [('module', '=', MODULE), ('model', '=', self._name)], ['res_id']).mapped('res_id')
        # A page of our own stays, whoever opens it.
        return domain & (Domain('id', 'not in', ours) | Domain('mode', '=', 'primary'))
