"""The pages of Xero on which people look at something. Source: Xero's deep-linking guide."""
from urllib.parse import urlencode

LOGIN = 'https://go.xero.com/organisationlogin/default.aspx'
#: By Xero's type of a document, or what else there is to be shown.
PAGES = {
    'ACCREC': '/AccountsReceivable/View.aspx?InvoiceID=',
    'ACCPAY': '/AccountsPayable/Edit.aspx?InvoiceID=',
    'ACCRECCREDIT': '/AccountsReceivable/ViewCreditNote.aspx?creditNoteID=',
    'ACCPAYCREDIT': '/AccountsPayable/ViewCreditNote.aspx?creditNoteID=',
    'CONTACT': '/Contacts/View/',
}


def open_in_xero(connection, kind, xero_id):
    """
    :param recordset connection: the `xero.connection` of the organisation
    :param str kind: of PAGES
    :param str xero_id: of what is to be shown
    :return: action that opens it in Xero, in a new tab
    :rtype: dict
    """
    query = {'shortcode': connection.short_code or '', 'redirecturl': PAGES[kind] + xero_id}
    return {'type': 'ir.actions.act_url', 'target': 'new', 'url': f'{LOGIN}?{urlencode(query)}'}
