"""Which companies are connected."""
from odoo import api, models, tools

from .xero_connection import ACTIVE_STATES


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    def _connection_of(self, companies):
        """Return the connections in use of some companies.

        :param recordset companies: `res.company`
        :return: {company id: connection}, in one query
        """
        return {c.company_id.id: c for c in self.sudo().search_fetch([
            ('company_id', 'in', companies.ids), ('state', 'in', ACTIVE_STATES)])}

    @api.model
    @tools.ormcache()
    def _connected_companies(self):
        """Return which companies have a connection in use, without a query: views ask for it.

        :return: ids of `res.company`
        :rtype: frozenset
        """
        return frozenset(self.sudo().search_fetch(
            [('state', 'in', ACTIVE_STATES)], ['company_id']).company_id.ids)

    def _forget_connected_companies(self):
        """Have it looked up again by all processes, and by whoever has seen the time before."""
        forget = self.env.registry.clear_cache
        forget()
        self.env.cr.postcommit.add(forget)

    @api.model_create_multi
    def create(self, vals_list):
        connections = super().create(vals_list)
        self._forget_connected_companies()
        return connections

    def write(self, vals):
        result = super().write(vals)
        if 'state' in vals or 'company_id' in vals:
            self._forget_connected_companies()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_connected_companies()
        return result
