"""Which companies are connected, and which of their documents go to Xero by themselves."""
from odoo import api, fields, models, tools
from odoo.exceptions import UserError

from ..core.kinds import SWITCHES
from .xero_connection import ACTIVE_STATES


class ResCompany(models.Model):
    _inherit = 'res.company'

    # Whoever may not read connections is not to stumble over this field of the company.
    xero_connection_ids = fields.One2many(
        'xero.connection', 'company_id',
        groups='account_xero.group_xero_user,base.group_system')

    def unlink(self):
        # EXTENDS 'base': a connection goes along unless something hangs on it
        self.env['xero.connection'].sudo().search([('company_id', 'in', self.ids)]).unlink()
        return super().unlink()

    def _xero_connections(self):
        """Return the connections in use of these companies: a branch without one of its own has
        that of the nearest company above it.

        :return: {company id: `xero.connection` with all rights}, in one query
        :rtype: dict
        """
        owners = self._xero_owners()
        wanted = {company_id: owners[company_id] for company_id in self.ids if company_id in owners}
        connections = {c.company_id.id: c for c in self.env['xero.connection'].sudo().search_fetch([
            ('company_id', 'in', list({*wanted.values()})), ('state', 'in', ACTIVE_STATES)])}
        return {company_id: connections[owner] for company_id, owner in wanted.items()
                if owner in connections}

    def _xero_owner(self):
        """
        :return: the company whose connection this one has: itself, or the nearest above it that
            has one
        """
        return self.browse(self._xero_owners().get(self.id, self.id))

    def _xero_together(self):
        """:return: all companies that have the connections which these have, and these"""
        owners = self._xero_owners()
        mine = {owners.get(company_id) for company_id in self.ids} - {None}
        return self | self.browse(
            company_id for company_id, owner in owners.items() if owner in mine)

    @api.model
    def _xero_known(self, records):
        """
        :param recordset records: of any model with a company
        :return: those of companies that have a connection, in whatever state. The others are
            nothing to Xero, and cost no query.
        """
        owners = self._xero_owners()
        return records.filtered(lambda record: record.company_id.id in owners) if owners \
            else records.browse()

    def _xero_today(self):
        """:return: the day that it is where this company is
        :rtype: date"""
        return fields.Date.context_today(self.with_context(
            tz=self.partner_id.tz or self.env.user.tz or 'UTC'))

    def _xero_company_of(self, record):
        """
        :param recordset record: one of any model, with a company or without
        :return: its company, where the connection of this one covers that; or else this one
        """
        return record.company_id & self._xero_together() or self

    @api.model
    def _xero_check_unbound(self, connections):
        """
        :param recordset connections: `xero.connection`, just made for their companies
        :raise UserError: documents of a branch are linked to the organisation of another company
        """
        for connection in connections.sudo().filtered(lambda c: c.company_id.parent_id):
            if self.env['xero.organisation.mixin'].sudo()._xero_binds_any(connection):
                self._xero_forget_answers()     # as it is without this one
                raise UserError(self.env._(
                    "Documents or payments of %s are in the Xero organisation of the company "
                    "above it, and nothing else keeps the link. A branch gets a connection of its "
                    "own before its first document goes there.", connection.company_id.name))

    # === KEPT IN MEMORY === #

    @api.model
    @tools.ormcache()
    def _xero_owners(self):
        """Return whose connection each company has, in whatever state that is, without a query.

        :return: {id of a company: id of the company that the connection is of}
        :rtype: dict
        """
        own = set(self.env['xero.connection'].sudo().search_fetch(
            [], ['company_id']).company_id.ids)
        companies = self.sudo().with_context(active_test=False).search_fetch(
            [], ['parent_path']) if own else self
        lines = {company.id: company.parent_path.split('/')[-2::-1] for company in companies}
        return {company_id: owner for company_id, line in lines.items()
                if (owner := next((one for one in map(int, line) if one in own), None))}

    @api.model
    def _xero_owners_of(self, company_ids):
        """:return: ids of the companies whose connections these have: for record rules"""
        owners = self._xero_owners()
        return list({owners.get(company_id, company_id) for company_id in company_ids})

    @api.model
    def _xero_known_connections(self):
        """:return: all `xero.connection`, with all rights; no query where there is none"""
        connections, owners = self.env['xero.connection'].sudo(), {*self._xero_owners().values()}
        return connections.search([('company_id', 'in', list(owners))]) if owners else connections

    @api.model
    @tools.ormcache()
    def _xero_connected_ids(self):
        """Return which companies have a connection in use, without a query: views ask for it.

        :return: ids of `res.company`
        :rtype: frozenset
        """
        return frozenset(self._xero_known_connections().filtered(
            lambda c: c.state in ACTIVE_STATES).company_id._xero_together().ids)

    @api.model
    def _xero_is_anybody_connected(self):
        """:return: whether one of the companies that the user looks at is connected
        :rtype: bool"""
        return not self._xero_connected_ids().isdisjoint(self.env.companies.ids)

    @api.model
    @tools.ormcache()
    def _xero_automatic_types(self):
        """Return what the switches cover, without a query: every posting asks for it.

        :return: {id of a connected company: types of documents that are sent by themselves}
        :rtype: dict
        """
        connections = self._xero_known_connections().filtered(lambda c: c.state in ACTIVE_STATES)
        return {company.id: frozenset(
            kind for kind, switch in SWITCHES.items() if c.auto_sync and c[switch])
            for c in connections for company in c.company_id._xero_together()}

    @api.model
    @tools.ormcache()
    def _xero_sending_payments_ids(self):
        """Return which companies send their payments, without a query: every reconciliation asks
        for it.

        :return: ids of `res.company`
        :rtype: frozenset
        """
        return frozenset(self._xero_known_connections().filtered(
            'push_payments').company_id._xero_together().ids)

    @api.model
    @tools.ormcache()
    def _xero_noting_ids(self):
        """Return which companies want notes in the history of their documents, without a query:
        whatever is stored of documents asks for it.

        :return: ids of `res.company`
        :rtype: frozenset
        """
        return frozenset(self._xero_known_connections().filtered(
            'note_changes').company_id._xero_together().ids)

    @api.model
    def _xero_forget_answers(self):
        """Have them looked up again by all processes, and by this one once more when the change
        is committed: until then another thread still finds what was before."""
        forget = self.env.registry.clear_cache
        forget()
        self.env.cr.postcommit.add(forget)
