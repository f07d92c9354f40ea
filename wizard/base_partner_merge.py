from odoo import models


class BasePartnerMerge(models.TransientModel):
    _inherit = 'base.partner.merge.automatic.wizard'

    def _update_values(self, src_partners, dst_partner):
        # EXTENDS 'base': who may merge partners takes their links to Xero along
        src_partners.check_access('read')
        dst_partner.check_access('write')
        before = dst_partner.xero_contact_id
        # Until the others are gone, two partners have the contact.
        result = super()._update_values(
            src_partners.sudo(), dst_partner.sudo().with_context(xero_linking=True))
        if dst_partner.xero_contact_id != before:
            dst_partner._xero_contact_linked()
        return result
