"""What the lines of a document are worth, as Odoo has rounded them."""
from decimal import Decimal
from typing import NamedTuple

from odoo import models

from ...xero.sums import Row
from ..core.kinds import MONEY_LINES

TEXT_LINES = ('line_section', 'line_subsection', 'line_note')


class LineAmounts(NamedTuple):
    """What a line is worth, in the document's currency, and what of, as the ORM has it; ``taxed``
    is False for a part of a line that stands without the line's taxes."""

    record: models.Model
    untaxed: Decimal
    tax: Decimal
    quantity: float
    price: float
    discount: float
    taxed: bool = True


class XeroAmounts(models.AbstractModel):
    """What the lines of a document are worth."""

    _name = 'xero.amounts'
    _description = "Amounts of Documents"

    def _of_lines(self, move):
        """:return: the lines that carry money, in Odoo's own order
        :rtype: list(LineAmounts)"""
        return self._booked(move) or self._computed(move)

    def _printed_lines(self, move, amounts=None):
        """
        :param list amounts: of :meth:`_of_lines`, where it has been called
        :return: the lines that are sent, texts among them, in the order in which they are printed
        :rtype: recordset of `account.move.line`
        """
        amounts = self._of_lines(move) if amounts is None else amounts
        texts = move.invoice_line_ids.filtered(
            lambda line: line.display_type in TEXT_LINES and line.name)
        lines = move.env['account.move.line'].browse(each.record.id for each in amounts) | texts
        return lines.sorted(lambda line: (line.sequence, line.id))

    def _sum_rows(self, move, no_tax):
        """
        :param str no_tax: tax type that lines without tax are sent with
        :return: what the lines would be sent as, for :func:`sums.add_up`; the account or tax is
            None where it is not mapped
        :rtype: list(sums.Row)
        """
        rows = []
        for line in self._of_lines(move):
            record, rate = line.record, line.record._xero_tax_rate()
            for part in record._xero_tax_parts(line):
                taxed = part.taxed and record.tax_ids
                rows.append(Row(
                    record.account_id.xero_account_id.xero_id or None,
                    (rate.tax_type or None) if taxed else no_tax,
                    tuple(record._xero_tracking_options().mapped('xero_id')),
                    part.untaxed, part.tax))
        return rows

    def _booked(self, move):
        """Return the amounts that Odoo's journal items say. Computing the taxes anew costs more
        than the rest of a push.

        What a line's own rounding leaves of a tax's journal item goes to the largest lines, a cent
        each: global rounding.

        :return: list of LineAmounts; None where only a computation tells: several taxes a line, a
            tax edited by hand, cash discount, cash rounding
        """
        def exact(amount):      # stored amounts are rounded already
            return Decimal(f'{amount:.{digits}f}')

        digits, sign, found, owed = move.currency_id.decimal_places, move.direction_sign, [], {}
        for line in move.line_ids:
            if taxes := line.tax_line_id:
                owed[taxes] = owed.get(taxes, 0) + sign * exact(line.amount_currency)
            elif line.display_type == 'product':
                taxes, tax = line.tax_ids, exact(line.price_total) - exact(line.price_subtotal)
                if len(taxes) > 1:
                    return None
                owed[taxes] = owed.get(taxes, 0) - tax
                found.append(LineAmounts(line, sign * exact(line.amount_currency), tax,
                                         line.quantity, line.price_unit, line.discount))
            elif line.display_type in MONEY_LINES:
                return None
        cent = Decimal(1).scaleb(-digits)
        for number, each in sorted(enumerate(found), key=lambda pair: -abs(pair[1].tax)):
            if rest := owed[each.record.tax_ids]:
                step = cent.copy_sign(rest)
                found[number] = each._replace(tax=each.tax + step)
                owed[each.record.tax_ids] -= step
        return None if any(owed.values()) else found

    def _computed(self, move):
        """Return Odoo's own rounding of base and tax, which is always exact: it has global
        rounding, tax-included prices and taxes edited by hand in it.

        :rtype: list(LineAmounts)
        """
        return [LineAmounts(
            base['record'],
            move._xero_decimal(base['tax_details']['total_excluded_currency']
                               + base['tax_details']['delta_total_excluded_currency']),
            move._xero_decimal(sum(data['tax_amount_currency']
                                   for data in base['tax_details']['taxes_data'])),
            base['quantity'], base['price_unit'], base['discount'],
        ) for base in move._get_rounded_base_and_tax_lines()[0]]
