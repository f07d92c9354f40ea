from odoo import models
from odoo.tools.translate import LazyTranslate

from ..core.problem import Problem
from ..core.words import lazy_name

_lt = LazyTranslate(__name__)

#: Xero: tracking options of a line.
TRACKING_PER_LINE = 2
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

    # === BEFORE IT IS SENT === #

    def _xero_check_line(self, connection):
        """Yield the problems of a line that carries money.

        :param recordset connection: the `xero.connection` of the company
        :rtype: Iterator[Problem]
        """
        yield from self._xero_check_account(connection)
        yield from self._xero_check_taxes(connection)
        yield from self._xero_check_item(connection)
        yield from self._xero_check_tracking(connection)
        if order := self._xero_delivery_order():
            yield Problem.at(order[:1], 'amount_not_final', _lt(
                "Line “%(line)s”: the delivery costs what the carrier charges for order "
                "%(order)s, and that is not on the document yet.",
                line=self._xero_line_label(), order=order[:1].name))

    def _xero_check_account(self, connection, in_journal=False):
        account = self.account_id.xero_account_id
        if not account or account.connection_id != connection:
            yield Problem.at(self.account_id, 'unmapped_account', _lt(
                "Account %(account)s (line “%(line)s”) has no account in Xero.",
                account=lazy_name(self.account_id), line=self._xero_line_label()))
        elif not account.active:
            yield Problem.at(self.account_id, 'unmapped_account', _lt(
                "Account %(account)s is mapped to %(target)s, which is archived in Xero.",
                account=lazy_name(self.account_id), target=account.display_name))
        elif in_journal and not account._is_in_journals():
            yield Problem.at(self.account_id, 'unmapped_account', _lt(
                "Account %(account)s (line “%(line)s”) is mapped to %(target)s, which Xero does "
                "not take in journals: money comes with payments there, and what customers and "
                "suppliers owe with invoices and bills. Choose a clearing account.",
                account=lazy_name(self.account_id), line=self._xero_line_label(),
                target=account.display_name))
        elif not in_journal and not account._is_on_documents():
            yield Problem.at(self.account_id, 'unmapped_account', _lt(
                "Account %(account)s (line “%(line)s”) is mapped to %(target)s, which Xero keeps "
                "by itself and does not take on documents. Choose another one.",
                account=lazy_name(self.account_id), line=self._xero_line_label(),
                target=account.display_name))

    def _xero_check_item(self, connection):
        item = self.product_id.xero_item_id
        if connection.items_required and self.display_type == 'product' and not item:
            yield Problem.at(self.product_id or self.move_id, 'unmapped_item', _lt(
                "Line “%(line)s” has no item in Xero, and this connection demands one.",
                line=self._xero_line_label()))
        elif item and not item.active:
            yield Problem.at(self.product_id, 'unmapped_item', _lt(
                "Product %(product)s is mapped to item %(item)s, which is gone in Xero.",
                product=lazy_name(self.product_id), item=item.code))

    def _xero_check_tracking(self, connection):
        options = self._xero_tracking_options()
        if not options:
            return
        label = self._xero_line_label()
        gone = options.filtered(lambda option: not option.active or not option.category_id.active)
        if gone:
            yield Problem.at(self.distribution_analytic_account_ids[:1], 'unmapped_tracking',
                             _lt("Tracking option %(option)s (line “%(line)s”) is archived in "
                                 "Xero.", option=gone[:1].display_name, line=label))
        if len(options.category_id) < len(options) or len(self.analytic_distribution) > 1:
            yield Problem.at(self.move_id, 'unmapped_tracking', _lt(
                "Line “%(line)s” is split between analytic accounts; Xero takes one option of "
                "each tracking category for the whole line.", line=label))
        if len(options.category_id) > TRACKING_PER_LINE:
            yield Problem.at(self.move_id, 'unmapped_tracking', _lt(
                "Line “%s” has more than two tracking categories.", label))

    def _xero_line_label(self):
        """:return: how people recognise the line"""
        return (self.name or self.product_id.display_name or '').split('\n')[0][:60] or '…'
