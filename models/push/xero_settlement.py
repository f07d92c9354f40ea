"""What entries pay, on its way to Xero."""
from odoo import models

from .account_payment import payment_body


class XeroSettlement(models.Model):
    _inherit = 'xero.settlement'

    def unlink(self):
        # EXTENDS 'base'
        self.env['xero.request.element'].sudo().search([('settlement_id', 'in', self.ids)]).unlink()
        return super().unlink()

    def _xero_prepare_body(self, connection, link, part):
        """As of `account.payment`.

        :rtype: dict
        """
        return payment_body(connection, link, part, self.journal_id)

    def _is_deletion_on_its_way(self, connection):
        # OVERRIDES 'account_xero'
        return self.id in self.env['xero.push.settlement.deletion']._requests(
            connection)._record_ids()

    def _drop_settled_requests(self, connection):
        # OVERRIDES 'account_xero'
        for kind in ('xero.push.settlement', 'xero.push.settlement.deletion'):
            self.env[kind]._requests(connection).filtered(self.env[kind]._is_settled).unlink()
