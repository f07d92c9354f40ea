from odoo import models

#: Fields of a line that may change on a posted document and that Xero shows, too.
XERO_SYNCED_FIELDS = frozenset({
    'name', 'quantity', 'price_unit', 'discount', 'account_id', 'tax_ids', 'product_id',
    'analytic_distribution',
})


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def write(self, vals):
        # EXTENDS 'account'
        result = super().write(vals)
        if not XERO_SYNCED_FIELDS.isdisjoint(vals):
            self.move_id._xero_queue_changed()
        return result
