from odoo import models

from ..models.connection.xero_connection import ACTIVE_STATES
from ..models.contacts.merged import merged_into
from ..xero.catalogue import CONTACT_CODES


class BasePartnerMerge(models.TransientModel):
    _inherit = 'base.partner.merge.automatic.wizard'

    def _update_values(self, src_partners, dst_partner):
        # EXTENDS 'base': who may merge partners takes their links to Xero along
        src_partners.check_access('read')
        dst_partner.check_access('write')
        before = dst_partner.xero_contact_id
        survivors = self._get_survivors(src_partners.sudo(), dst_partner.sudo())
        # Until the others are gone, two partners have the contact.
        result = super()._update_values(
            src_partners.sudo(), dst_partner.sudo().with_context(xero_linking=True))
        for connection, xero_id in survivors.items():
            dst_partner.sudo().with_company(connection.company_id).with_context(
                xero_linking=True).xero_contact_id = xero_id
            self.env['xero.difference'].sudo()._clear(connection, dst_partner, ['contact'])
        if dst_partner.xero_contact_id != before:
            dst_partner._xero_contact_linked()
        self.env['xero.waiting.mixin']._xero_put_right(
            self._get_connections().company_id, CONTACT_CODES, dst_partner)
        return result

    def _get_connections(self):
        return self.env['xero.connection'].sudo().search([('state', 'in', ACTIVE_STATES)])

    def _get_survivors(self, src_partners, dst_partner):
        """
        :return: {`xero.connection`: identifier of the contact that is left} of those in which the
            contact that stays here was merged into one of those that go
        :rtype: dict
        """
        found = {}
        for connection in self._get_connections():
            other = merged_into(connection, dst_partner)
            if other in src_partners:
                found[connection] = other.xero_contact_id
        return found
