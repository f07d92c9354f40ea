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
        if not self.analytic_distribution:      # most lines; spares computing their accounts
            return self.env['xero.tracking.option']
        return self.distribution_analytic_account_ids.xero_tracking_option_id

    def _xero_tax_rate(self):
        """Return the one tax rate of Xero that this line's taxes are, or none.

        Several taxes on a line are one rate of Xero when they are mapped to the same one: Xero's
        rates have components.

        :rtype: recordset of `xero.tax.rate`
        """
        self.ensure_one()
        rates = self.tax_ids.xero_tax_rate_id
        if len(self.tax_ids) == 1 and rates:    # most lines
            return rates
        taxes = self.tax_ids.flatten_taxes_hierarchy()
        rates = rates or taxes.xero_tax_rate_id
        mapped = all(tax.xero_tax_rate_id for tax in taxes) \
            or all(tax.xero_tax_rate_id for tax in self.tax_ids)
        return rates if mapped and len(rates) == 1 else rates.browse()

    def _xero_delivery_order(self):
        """Return the order on which this line's delivery price is still to be confirmed, or none.

        A delivery method with the policy *Real cost* (module `stock_delivery`) puts a line of
        price 0 on the order, which gets its price when the goods are shipped. Until then, and as
        long as this line has not taken that price over, its 0 is a gap and not an amount. An
        *Estimated cost* is what the customer pays, so it is final from the start.

        :rtype: recordset of `sale.order`, or an empty one of this model without these modules
        """
        self.ensure_one()
        if 'stock.picking' not in self.env or not self.currency_id.is_zero(self.price_unit) \
                or 'carrier_id' not in self.env['stock.picking']._fields:
            return self.browse()
        orders = self.env['sale.order']
        for line in self.sale_line_ids:     # not filtered, so that all are read in one go
            order = line.order_id
            carrier = order.carrier_id
            if not line.is_delivery or carrier.invoice_policy != 'real' \
                    or line.product_id != carrier.product_id:
                continue
            shipments = order.picking_ids
            shipped = shipments and all(p.state in ('done', 'cancel') for p in shipments)
            if not shipped or not line.currency_id.is_zero(line.price_unit):
                orders |= order
        return orders
