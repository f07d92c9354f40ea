from odoo import fields, models


class AccountPartialReconcile(models.Model):
    _inherit = 'account.partial.reconcile'

    xero_credit_key = fields.Char(
        copy=False, readonly=True, index='btree_not_null',
        help="Credit and invoice of the allocation in Xero that this is: its ids, with a slash "
             "between. Empty for what was only matched here.")
