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

    def _xero_tracking_options(self):
        """Return the tracking options of a line: those of its analytic accounts, where these are
        mapped. An analytic account without an option is Odoo's business alone.

        :rtype: recordset of `xero.tracking.option`
        """
        self.ensure_one()
        return self.distribution_analytic_account_ids.xero_tracking_option_id

    def _xero_tax_rate(self):
        """Return the one tax rate of Xero that this line's taxes are, or none.

        Several taxes on a line are one rate of Xero when they are mapped to the same one: Xero's
        rates have components.

        :rtype: recordset of `xero.tax.rate`
        """
        self.ensure_one()
        taxes = self.tax_ids.flatten_taxes_hierarchy()
        rates = self.tax_ids.xero_tax_rate_id or taxes.xero_tax_rate_id
        mapped = all(tax.xero_tax_rate_id for tax in taxes) \
            or all(tax.xero_tax_rate_id for tax in self.tax_ids)
        return rates if mapped and len(rates) == 1 else rates.browse()
