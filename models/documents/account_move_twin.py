"""Which document of Xero is one of Odoo that is not linked to any."""
from odoo import models

from ...xero.twins import Own
from ..core.kinds import XERO_KINDS


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _xero_own(self):
        """:return: this document as it is compared with those of Xero
        :rtype: xero.twins.Own"""
        self.ensure_one()
        return Own(
            kind=XERO_KINDS[self.move_type], number=self._xero_document_number(),
            contact_id=self._xero_partner().xero_contact_id or None,
            date=self.invoice_date or None, currency_code=self.currency_id.name,
            total=self._xero_decimal(self.amount_total), url=self._xero_own_url())

    def _xero_own_url(self):
        """:return: the address of this document, which Xero keeps with its own"""
        return f'{self.get_base_url()}/mail/view?model=account.move&res_id={self.id}'
