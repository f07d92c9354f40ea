"""Which tax rate of Xero a line has, and whether that files the tax as what it is."""
from decimal import Decimal

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...xero import money
from ..core.problem import Problem
from ..core.words import lazy_amount, lazy_name
from ..mapping.account_tax import percent_text

_lt = LazyTranslate(__name__)


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _xero_tax_rate(self):
        """Return the one tax rate of Xero that this line's taxes are on its account, or none.

        Several taxes on a line are one rate of Xero when they are mapped to the same one, or are a
        group that is mapped: Xero's rates have components.

        :rtype: recordset of `xero.tax.rate`
        """
        self.ensure_one()
        account, taxes = self.account_id.xero_account_id, self.tax_ids
        if len(taxes) == 1 and (rate := taxes._xero_rate_on(account)):      # most lines
            return rate
        for some in (taxes, taxes.flatten_taxes_hierarchy()):
            rates = {tax._xero_rate_on(account) for tax in some}
            if len(rates) == 1:
                return rates.pop()
        return self.env['xero.tax.rate']

    def _xero_tax_parts(self, amounts):
        """Return what this line is sent as: itself, or two lines where its tax is greater than its
        amount, as of import VAT. Xero refuses that, and takes a line on which the rate gives the
        tax and another one, without tax, that takes it back.

        :param LineAmounts amounts: of this line
        :rtype: list(LineAmounts)
        """
        if abs(amounts.tax) <= abs(amounts.untaxed):
            return [amounts]
        base = money.base_of_tax(amounts.tax, Decimal(f'{self._xero_tax_rate().rate:.4f}'))
        rest = amounts.untaxed - base
        return [
            amounts._replace(untaxed=base, quantity=1, price=base, discount=0),
            amounts._replace(untaxed=rest, quantity=1, price=rest, discount=0, tax=Decimal(0),
                             taxed=False)]

    # === BEFORE IT IS SENT === #

    def _xero_check_taxes(self, connection):
        if not self.tax_ids:
            yield from self._xero_check_no_tax(connection)
            return
        rate = self._xero_tax_rate()
        tax = self.tax_ids[:1]
        if not rate:
            yield self._xero_no_rate_problem()
        elif rate.connection_id != connection:
            yield Problem.at(tax, 'unmapped_tax', _lt(
                "Tax %(tax)s is mapped to a tax rate of another organisation.",
                tax=self._xero_tax_names()))
        elif not rate.active:
            yield Problem.at(tax, 'unmapped_tax', _lt(
                "Tax %(tax)s is mapped to %(rate)s, which is archived in Xero.",
                tax=self._xero_tax_names(), rate=rate.name))
        else:
            yield from self._xero_check_rate(rate)

    def _xero_check_no_tax(self, connection):
        rate, account = connection.no_tax_rate_id, self.account_id.xero_account_id
        if rate and not rate._takes(account):
            yield Problem.at(connection, 'unmapped_tax', _lt(
                "Line “%(line)s” has no tax, and Xero does not allow %(rate)s, chosen on the "
                "connection as Lines without Tax, on account %(account)s. Choose another one "
                "there, or a tax for the line.", line=self._xero_line_label(), rate=rate.name,
                account=account.display_name))

    def _xero_no_rate_problem(self):
        """:return: why this line's taxes are no tax rate of Xero
        :rtype: Problem"""
        unmapped = self.tax_ids.filtered(lambda tax: not tax.xero_tax_rate_id)
        if unmapped or len(self.tax_ids) == 1:
            return Problem.at(unmapped[:1] or self.tax_ids, 'unmapped_tax', _lt(
                "Tax %(tax)s (line “%(line)s”) has no tax rate in Xero.",
                tax=lazy_name(unmapped or self.tax_ids, 'name'),
                line=self._xero_line_label()))
        percent = self.tax_ids._xero_percent()
        return Problem.at(self.move_id, 'unmapped_tax', _lt(
            "Line “%(line)s” has several taxes (%(taxes)s, together %(percent)s), and Xero takes "
            "one tax rate a line. Make a tax of the kind Group of Taxes that has them in it, map "
            "it to a rate of Xero that has them as its components, and use it on the line; or give "
            "each tax a line of its own.",
            line=self._xero_line_label(), taxes=self._xero_tax_names(),
            percent=percent_text(percent) if percent is not None else '?'))

    def _xero_check_rate(self, rate):
        """Yield what is wrong with a tax rate that can be used as such.

        Xero takes any amount of tax with any rate, and files it under that rate. So the amount is
        sent where it differs from Xero's by rounding or was edited by hand, and never to make up
        for another rate.

        :param recordset rate: `xero.tax.rate` of this line
        :rtype: Iterator[Problem]
        """
        tax, account = self.tax_ids[:1], self.account_id.xero_account_id
        if not rate._takes(account):
            yield Problem.at(tax, 'unmapped_tax', _lt(
                "Xero does not allow its tax rate %(rate)s (tax %(tax)s, line “%(line)s”) on "
                "account %(account)s. Choose one that it allows there as the tax's Xero Tax Rate "
                "on Other Accounts, or another tax or account for the line.",
                rate=rate.name, tax=self._xero_tax_names(), line=self._xero_line_label(),
                account=account.display_name))
        if rate._is_recoded():
            yield Problem.at(tax, 'unmapped_tax', _lt(
                "Tax %(tax)s is mapped to %(rate)s, of which Xero makes GST-free on expenses here, "
                "and which it does not take on other lines. Choose %(other)s for what is outside "
                "of GST, or the rate of what is free of it.", tax=self._xero_tax_names(),
                rate=rate.name, other=rate.connection_id.no_tax_rate_id.name))
        fits = self.tax_ids._xero_is_of_rate(rate)
        if fits is None:
            yield from self._xero_check_tax_amount(rate)
        elif not fits:
            yield Problem.at(tax, 'unmapped_tax', _lt(
                "Tax %(tax)s (line “%(line)s”) is %(here)s here, and the tax rate of Xero that it "
                "is mapped to, %(rate)s, is %(there)s. Choose a rate of %(here)s there; where "
                "Xero has none, add it in Xero and fetch accounts and taxes anew.",
                tax=self._xero_tax_names(), line=self._xero_line_label(),
                here=percent_text(self.tax_ids._xero_percent()), rate=rate.name,
                there=percent_text(rate.rate)))

    def _xero_check_tax_amount(self, rate):
        """Hold taxes that are no percentages against what the rate of Xero gives for this line.

        :param recordset rate: `xero.tax.rate` of this line
        :rtype: Iterator[Problem]
        """
        currency = self.currency_id
        here = currency.round(self.price_total - self.price_subtotal)
        there = currency.round(self.price_subtotal * rate.rate / 100)
        # Each of several taxes may have been rounded.
        if currency.compare_amounts(abs(here - there), currency.rounding * len(self.tax_ids)) > 0:
            yield Problem.at(self.tax_ids[:1], 'unmapped_tax', _lt(
                "Tax %(tax)s is %(here)s on line “%(line)s”, and the tax rate of Xero that it is "
                "mapped to, %(rate)s (%(percent)s), gives %(there)s. Choose one that gives the "
                "same, or put the charge on a line of its own.",
                tax=self._xero_tax_names(), line=self._xero_line_label(),
                here=lazy_amount(currency, here), there=lazy_amount(currency, there),
                rate=rate.name, percent=percent_text(rate.rate)))

    def _xero_tax_names(self):
        """:return: the names of this line's taxes, as part of a lazy text"""
        return lazy_name(self.tax_ids, 'name')
