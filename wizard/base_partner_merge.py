from odoo import models

from ..models.connection.xero_connection import ACTIVE_STATES
from ..models.contacts.merged import merged_into
from ..xero.catalogue import CONTACT_CODES

#: What tells of a record by model and id.
REFERRING = ('xero.difference', 'xero.log')


class BasePartnerMerge(models.TransientModel):
    _inherit = 'base.partner.merge.automatic.wizard'

    def _update_reference_fields_generic(
            self, referenced_model, src_records, dst_record, additional_update_records=None):
        # EXTENDS 'base': what is said of one that goes is said of the one that stays
        return super()._update_reference_fields_generic(
            referenced_model, src_records, dst_record,
            [*(additional_update_records or ()),
             *({'model': model, 'field_model': 'res_model'} for model in REFERRING)])

    def _update_values(self, src_partners, dst_partner):
        # EXTENDS 'base': who may merge partners takes their links to Xero along, those of the
        # companies that are not the current one, too
        src_partners.check_access('read')
        dst_partner.check_access('write')
        connections = self._get_connections()
        before = self._get_contacts(connections, dst_partner)
        survivors = self._get_survivors(src_partners.sudo(), dst_partner.sudo())
        links = {**self._get_links(connections, src_partners.sudo(), dst_partner.sudo()),
                 **survivors}
        # Until the others are gone, two partners have the contact.
        result = super()._update_values(
            src_partners.sudo(), dst_partner.sudo().with_context(xero_linking=True))
        for connection, xero_id in links.items():
            dst_partner.sudo().with_company(connection.company_id).with_context(
                xero_linking=True).xero_contact_id = xero_id
        for connection in survivors:
            self.env['xero.difference'].sudo()._clear(connection, dst_partner, ['contact'])
        for connection, xero_id in self._get_contacts(connections, dst_partner).items():
            if xero_id != before[connection]:
                dst_partner.with_company(connection.company_id)._xero_contact_linked()
        self.env['xero.waiting.mixin']._xero_put_right(
            connections.company_id._xero_together(), CONTACT_CODES, dst_partner)
        self._compare_again(dst_partner)
        return result

    def _get_connections(self):
        return self.env['xero.connection'].sudo().search([('state', 'in', ACTIVE_STATES)])

    def _get_contacts(self, connections, partner):
        """:return: {connection: ContactID that a partner is linked to}"""
        return {connection: partner.sudo().with_company(connection.company_id).xero_contact_id
                for connection in connections}

    def _get_links(self, connections, src_partners, dst_partner):
        """:return: {`xero.connection`: identifier of the contact of one that goes}, where the
            partner that stays has none"""
        return {
            connection: linked[-1].xero_contact_id for connection in connections
            if not dst_partner.with_company(connection.company_id).xero_contact_id
            and (linked := src_partners.with_company(connection.company_id).filtered(
                'xero_contact_id'))}

    def _compare_again(self, partner):
        """Fetch the documents that are listed for having another contact than in Xero."""
        rows = self.env['xero.difference'].sudo().search([
            ('res_model', '=', 'account.move'), ('field', '=', 'contact')])
        rows._moves().filtered(
            lambda move: move.commercial_partner_id == partner)._xero_queue_pull()

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
