"""What the buttons of a connection do with reference data and mappings."""
from odoo import fields, models

from ...xero.errors import XeroError


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    no_tax_rate_id = fields.Many2one(
        'xero.tax.rate', "Lines without Tax", copy=False, ondelete='set null',
        domain="[('connection_id', '=', id), ('rate', '=', 0)]",
        help="The tax rate of Xero that lines without a tax are sent with. At first the one that "
             "the country has for what is outside of its tax: BAS Excluded in Australia.")

    def action_refresh_reference_data(self):
        """Fetch accounts, tax rates, currencies and the organisation's own settings anew.

        :return: a notification
        """
        self.ensure_one()
        self.check_access('write')
        try:
            self.sudo()._refresh_reference_data()
        except XeroError as error:
            health = self.env['xero.health']
            health._report_error(self.sudo(), error)
            return self._notify('danger', *health._describe(error, self))
        return self._notify('success', self.env._("Accounts and taxes are up to date"), self.env._(
            "%(accounts)s accounts and %(rates)s tax rates can be mapped.",
            accounts=self.env['xero.account'].search_count([('connection_id', '=', self.id)]),
            rates=self.env['xero.tax.rate'].search_count([('connection_id', '=', self.id)])))

    def _refresh_reference_data(self):
        """Fetch what documents refer to; see :meth:`.xero.reference.data._refresh`.

        :raise XeroError: nothing was changed
        """
        self.env['xero.reference.data']._refresh(self)

    def action_auto_map(self):
        """Map at once what is not mapped yet and has one clear counterpart in Xero.

        What somebody mapped by hand is never changed.

        :return: a notification
        """
        for connection in self:
            connection.check_access('write')
            self.env['xero.matching']._save_certain(connection)
        return self._notify('success', self.env._("Matched"), self.env._(
            "What has a clear counterpart in Xero is mapped."))

    def action_match(self):
        """:return: action that shows proposals for all that is not mapped, before anything is
            saved"""
        return self.env['xero.mapping.wizard']._open(self)
