"""Which companies are connected, and which of their documents go to Xero by themselves."""
from odoo import api, models, tools

from .account_move import SWITCHES
from .xero_connection import ACTIVE_STATES

#: Fields that the answers which are kept in memory depend on.
DECISIVE = frozenset({'state', 'company_id', 'auto_sync', *SWITCHES.values()})


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

    @api.model
    @tools.ormcache()
    def _automatic_types(self):
        """Return what the switches cover, without a query: every posting asks for it.

        :return: {id of a connected company: types of documents that are sent by themselves}
        :rtype: dict
        """
        return {c.company_id.id: frozenset(
            kind for kind, switch in SWITCHES.items() if c.auto_sync and c[switch])
            for c in self.sudo().search([('state', 'in', ACTIVE_STATES)])}

    def _forget_answers(self):
        """Have them looked up again by all processes, and by this one once more when the change
        is committed: until then another thread still finds what was before."""
        forget = self.env.registry.clear_cache
        forget()
        self.env.cr.postcommit.add(forget)

    @api.model_create_multi
    def create(self, vals_list):
        connections = super().create(vals_list)
        self._forget_answers()
        return connections

    def write(self, vals):
        result = super().write(vals)
        if not DECISIVE.isdisjoint(vals):
            self._forget_answers()
        return result

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        self._forget_contacts(companies)
        self._forget_answers()
        return result
