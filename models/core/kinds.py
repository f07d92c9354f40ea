"""What documents are called here and in Xero, what requests are about, how often they go out."""
from datetime import timedelta

from ...xero.documents import GONE as GONE

#: Odoo's document types and Xero's.
XERO_KINDS = {
    'out_invoice': 'ACCREC',
    'in_invoice': 'ACCPAY',
    'out_refund': 'ACCRECCREDIT',
    'in_refund': 'ACCPAYCREDIT',
}
CREDIT_NOTES = ('out_refund', 'in_refund')
#: Switches of the connection, and the types of documents that they cover.
SWITCHES = {
    'out_invoice': 'sync_sales',
    'in_invoice': 'sync_purchases',
    'out_refund': 'sync_credit_notes',
    'in_refund': 'sync_credit_notes',
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
