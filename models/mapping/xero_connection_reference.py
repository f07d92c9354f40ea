"""Buttons and entries of a connection that are about its reference data."""
from odoo import models

from ...xero.errors import XeroError


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    def action_refresh_reference_data(self):
        """Fetch accounts, tax rates, currencies and the organisation's own settings anew."""
        self.ensure_one()
        self.check_access('write')
        try:
            self.sudo()._refresh_reference_data()
        except XeroError as error:
            health = self.env['xero.health']
            health._report_error(self.sudo(), error)
            return self._notify('danger', *health._describe(error))
        return self._notify('success', self.env._("Accounts and taxes are up to date"), self.env._(
            "%(accounts)s accounts and %(rates)s tax rates can be mapped.",
            accounts=self.env['xero.account'].search_count([('connection_id', '=', self.id)]),
            rates=self.env['xero.tax.rate'].search_count([('connection_id', '=', self.id)])))

    def _refresh_reference_data(self):
        """Fetch what documents refer to; see :meth:`.xero.reference.data._refresh`.

        :raise XeroError: nothing was changed
        """
        self.env['xero.reference.data']._refresh(self)
