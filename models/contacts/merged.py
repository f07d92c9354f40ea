"""Contacts that were merged in Xero while both of them are linked here."""


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
    return partner._xero_holders([contact.merged_to], but=partner).get(
        contact.merged_to, partner.browse())
