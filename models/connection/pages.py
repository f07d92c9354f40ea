"""The pages of Xero on which people look at something. Source: Xero's deep-linking guide."""
from urllib.parse import urlencode

from odoo.exceptions import UserError

LOGIN = 'https://go.xero.com/organisationlogin/default.aspx'
#: By Xero's type of a document, or what else there is to be shown.
PAGES = {
    'ACCREC': '/AccountsReceivable/View.aspx?InvoiceID=',
    'ACCPAY': '/AccountsPayable/Edit.aspx?InvoiceID=',
    'ACCRECCREDIT': '/AccountsReceivable/ViewCreditNote.aspx?creditNoteID=',
    'ACCPAYCREDIT': '/AccountsPayable/ViewCreditNote.aspx?creditNoteID=',
    'CONTACT': '/Contacts/View/',
    'MANUALJOURNAL': '/Journal/View.aspx?invoiceID=',
}


def open_in_xero(connection, kind, xero_id):
    """
    :param recordset connection: the `xero.connection` of the organisation, if there is one
    :param str kind: of PAGES, None for what Xero has no page of
    :param str xero_id: of what is to be shown, if it is in Xero
    :return: action that opens it in Xero, in a new tab
    :rtype: dict
    :raise UserError: there is nothing to show
    """
    if not connection or not kind or not xero_id:
        raise UserError(connection.env._(
            "This is not linked to anything in Xero, so there is no page of Xero to open."))
    query = {'shortcode': connection.short_code or '', 'redirecturl': PAGES[kind] + xero_id}
    return {'type': 'ir.actions.act_url', 'target': 'new', 'url': f'{LOGIN}?{urlencode(query)}'}
