"""Contacts that were merged in Xero while both of them are linked here."""
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


def as_merged(connection, partner, rejection):
    """
    :param recordset connection: one `xero.connection`
    :param recordset partner: one `res.partner`
    :param Rejection rejection: of its contact, or of a document of it
    :return: the Rejection, which says so where the contact was merged into the one of another
        partner: it can neither be restored in Xero nor linked to that
    """
    other = rejection.code == 'contact_archived' and merged_into(connection, partner)
    if not other:
        return rejection
    return rejection._replace(code='contact_merged', messages=[
        _lt("%(partner)s and %(other)s are one contact in Xero.",
            partner=partner.display_name, other=other.display_name),
        *rejection.messages])


def merged_into(connection, partner):
    """
    :param recordset connection: one `xero.connection`
    :param recordset partner: one `res.partner`
    :return: the other partner that is linked to the contact which this one's was merged into, as
        far as Xero has told; or none
    """
    partner = partner.with_company(connection.company_id)
    contact = partner.env['xero.contact'].sudo().search([
        ('connection_id', '=', connection.id), ('merged_to', '!=', False),
        ('xero_id', '=', partner.xero_contact_id)], limit=1)
    if not contact:
        return partner.browse()
    return partner._xero_holders([contact.merged_to], but=partner).get(
        contact.merged_to, partner.browse())
