"""What entries pay, on its way to Xero."""
from odoo import models

from .account_payment import payment_body


class XeroSettlement(models.Model):
    _inherit = 'xero.settlement'

    _kind = 'xero.push.settlement'

    def _xero_prepare_body(self, connection, link, part):
        """As of `account.payment`.

        :rtype: dict
        """
        return payment_body(connection, link, part, self.journal_id)
