"""What documents are called here and in Xero, what requests are about, how often they go out."""
from datetime import timedelta

from ...xero.documents import GONE as GONE

#: Odoo's document types and Xero's.
XERO_KINDS = {
    'out_invoice': 'ACCREC',
    'in_invoice': 'ACCPAY',
    'out_refund': 'ACCRECCREDIT',
    'in_refund': 'ACCPAYCREDIT',
    'out_receipt': 'ACCREC',
    'in_receipt': 'ACCPAY',
}
#: Types of what arrives in Xero as invoices and bills that are due at once.
RECEIPTS = ('out_receipt', 'in_receipt')
#: Types of documents whose numbers Xero keeps unique among those of the same kind, also when they
#: are voided, and of those that carry the vendor's number, which may repeat.
NUMBERED = ('out_invoice', 'out_refund', 'out_receipt')
VENDORS = ('in_invoice', 'in_refund', 'in_receipt')
CREDIT_NOTES = ('out_refund', 'in_refund')
#: Switches of the connection, and the types of documents that they cover.
SWITCHES = {
    'out_invoice': 'sync_sales',
    'in_invoice': 'sync_purchases',
    'out_refund': 'sync_credit_notes',
    'in_refund': 'sync_credit_notes',
    'out_receipt': 'sync_sales_receipts',
    'in_receipt': 'sync_purchase_receipts',
}
#: Code of the payment method *Xero Sync*.
XERO_SYNC = 'xero_sync'
#: Waits after the first and the second attempt that reached Xero and had no clear end.
RETRY_DELAYS = (timedelta(minutes=1), timedelta(minutes=5))
#: How far the clocks here and at Xero may be apart.
CLOCK_SKEW = timedelta(minutes=10)
#: Lines of a document that carry money; the others are text, or are made by Odoo from these.
MONEY_LINES = ('product', 'epd', 'rounding', 'non_deductible_product',
               'non_deductible_product_total')


def types_of(kinds):
    """
    :param kinds: of documents, in Xero's terms
    :return: the types that they are of here
    :rtype: list(str)
    """
    return [move_type for move_type, kind in XERO_KINDS.items() if kind in kinds]
