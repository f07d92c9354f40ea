"""Sales orders, as far as they were delivered in the period. Odoo's module Sales need not be there:
it is talked to by names."""
from datetime import datetime, time

import pytz

from odoo import fields, models
from odoo.tools import float_compare, float_is_zero, float_round

from .xero_invoicing_source import Found

#: How much was delivered at a date is known for these ways to measure it; what somebody has typed
#: in has no history, and is taken as it is.
DATED = ('stock_move', 'timesheet')


class XeroInvoicingOrder(models.AbstractModel):
    _name = 'xero.invoicing.order'
    _inherit = 'xero.invoicing.source'
    _description = "Sales Orders Invoiced at the End of a Month"

    _model = 'sale.order'
    _joins = True

    def _collect(self, run, companies):
        # OVERRIDES 'account_xero'
        zone = pytz.timezone(run._get_zone())
        end = zone.localize(datetime.combine(run.date_to, time.max)).astimezone(pytz.utc)
        orders = self.env['sale.order'].search([
            ('company_id', 'in', companies.ids), ('state', '=', 'sale'),
            ('invoice_status', '=', 'to invoice'),
            ('date_order', '<=', end.replace(tzinfo=None))], order='id')
        quantities = self._get_quantities(run, orders)
        return [self._describe(order, wanted) for order in orders
                if (wanted := self._wanted(order, quantities))]

    def _get_key(self, record):
        # OVERRIDES 'account_xero': Odoo would take those of the first order for all
        return f'{record.payment_term_id.id}-{record.journal_id.id}'

    # === HOW MUCH === #

    def _get_quantities(self, run, orders):
        """Return what is to be invoiced of each line: no more than Odoo itself would invoice now,
        and of what was delivered no more than until the end of the period.

        :param recordset run: one `xero.invoicing.run`
        :param recordset orders: `sale.order`
        :return: {`sale.order.line`: quantity}, without those of which nothing is due
        :rtype: dict
        """
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        lines = orders.order_line.filtered(
            lambda line: not line.display_type
            and not float_is_zero(line.qty_to_invoice, precision_digits=digits))
        delivered = self._get_delivered(run, lines)
        quantities = {}
        for line in lines:
            quantity = line.qty_to_invoice
            if line in delivered:
                left = float_round(delivered[line] - line.qty_invoiced, precision_digits=digits)
                # What came after the period, or went back after it, is of the next one.
                quantity = max(min(quantity, left), 0) if quantity > 0 \
                    else min(max(quantity, left), 0)
            if not float_is_zero(quantity, precision_digits=digits):
                quantities[line] = quantity
        for line in lines.filtered(lambda line: line.product_id.type == 'combo'):
            if not any(item in quantities for item in line.linked_line_ids):
                quantities.pop(line, None)
        return quantities

    def _get_delivered(self, run, lines):
        """
        :param recordset run: one `xero.invoicing.run`
        :param recordset lines: `sale.order.line`
        :return: {line: what was delivered of it until the end of the period}, of those that are
            invoiced by that and have a history
        :rtype: dict
        """
        if run.date_to >= fields.Date.context_today(lines):
            return {}
        lines = lines.filtered(lambda line: line.product_id.invoice_policy == 'delivery')
        by_moves = lines.filtered(lambda line: line.qty_delivered_method in DATED)
        at_date = by_moves.with_context(
            accrual_entry_date=fields.Date.to_string(run.date_to), tz=run._get_zone())
        expenses = lines.filtered(lambda line: line.qty_delivered_method == 'analytic')
        spent = expenses._get_delivered_quantity_by_analytic(
            [('amount', '<=', 0), ('date', '<=', run.date_to)])
        return {
            **{line: dated.qty_delivered_at_date
               for line, dated in zip(by_moves, at_date, strict=True)},
            **{line: spent.get(line.id, 0) for line in expenses}}

    def _wanted(self, order, quantities):
        """:return: {line: quantity} of one order; none where there would be nothing on the invoice
            but down payments that it takes back
        :rtype: dict"""
        wanted = {line: quantities[line] for line in order.order_line if line in quantities}
        return wanted if any(not line.is_downpayment for line in wanted) else {}

    # === WHAT IT WOULD BE === #

    def _describe(self, order, wanted):
        """
        :param recordset order: one `sale.order`
        :param dict wanted: {line: quantity}
        :rtype: Found
        """
        order = order.with_company(order.company_id)
        bases = [line._prepare_base_line_for_taxes_computation(
            quantity=-1 if line.is_downpayment else quantity)
            for line, quantity in wanted.items()]
        taxes = self.env['account.tax']
        taxes._add_tax_details_in_base_lines(bases, order.company_id)
        taxes._round_base_lines_tax_details(bases, order.company_id)
        amount = sum(base['tax_details']['total_included_currency'] for base in bases)
        return Found(
            order, order.partner_invoice_id, order.currency_id, order.currency_id.round(amount),
            tuple(self._as_invoiced(
                order, line.product_id, line.tax_ids, name=line.name, quantity=quantity,
                price_unit=line.price_unit, currency_id=order.currency_id.id,
                analytic_distribution=line.analytic_distribution,
                sale_line_ids=[fields.Command.set(line.ids)])
                for line, quantity in wanted.items() if not line.is_downpayment))

    # === MAKING THEM === #

    def _make(self, run, records, apart):
        # OVERRIDES 'account_xero'
        quantities = self._get_quantities(run, records)
        due = records.filtered(lambda order: self._wanted(order, quantities))
        made = dict.fromkeys(records, self.env['account.move'])
        if not due:
            return made
        changed = self._cut(due, quantities)
        moves = due.with_context(
            raise_if_nothing_to_invoice=False,
            timesheet_end_date=fields.Date.to_string(run.date_to),
        )._create_invoices(grouped=apart, final=True)
        # What was set aside for this is computed anew, or it would never be invoiced.
        changed.modified(['qty_delivered'])
        for move in moves:
            orders = move.invoice_line_ids.sale_line_ids.order_id & records
            made.update(dict.fromkeys(orders, move))
            if len(orders) > 1:
                self._sort_names(move, orders)
        return made

    def _cut(self, orders, quantities):
        """Have Odoo invoice these quantities, as it does itself for a period of timesheets.

        :param recordset orders: `sale.order`
        :param dict quantities: {line: quantity}
        :return: the lines of which less is invoiced than Odoo itself would
        :rtype: recordset
        """
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        changed = orders.order_line.filtered(lambda line: not line.display_type and float_compare(
            line.qty_to_invoice, quantities.get(line, 0), precision_digits=digits))
        for line in changed:
            line.qty_to_invoice = quantities.get(line, 0)
        return changed

    def _sort_names(self, move, orders):
        """Odoo joins the names of orders in an order of its own, which differs from one process to
        the next; Xero gets them, and compares."""
        names = sorted(filter(None, {order.client_order_ref for order in orders}))
        move.write({'invoice_origin': ', '.join(sorted(orders.mapped('name'))),
                    **({'ref': ', '.join(names)[:2000]} if names else {})})
