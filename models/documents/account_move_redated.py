"""Which date Xero gets of a document that counts in another month here than its own date."""
from odoo import fields, models

#: The dates of a document that Xero may get.
DATES = [('invoice', "Invoice date"), ('accounting', "Accounting date")]


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_date = fields.Selection(
        DATES, "Date in Xero", copy=False, prefetch='xero', readonly=True,
        help="What Xero gets as the date of this document, which counts in another month here "
             "than its own date. Empty for one that was not on its way there yet: what the "
             "connection says.")

    def action_xero_send_invoice_date(self):
        """Have Xero get the documents' own dates."""
        self.env['xero.redated']._choose(self, 'invoice')

    def action_xero_send_accounting_date(self):
        """Have Xero get the dates under which the documents are booked here."""
        self.env['xero.redated']._choose(self, 'accounting')
