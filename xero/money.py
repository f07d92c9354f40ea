"""How Xero computes a document, in Decimal: lines first, each rounded to cents, then the sums.

Xero's rounding guide: an amount and the tax of each line are rounded to 2 decimals and summed;
unit amounts have 4 decimals (`unitdp=4`). Nowhere does Xero say how it rounds a tie, nor how many
decimals a quantity keeps, so what depends on either is treated as not sure.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import NamedTuple

CENT = Decimal("0.01")
UNIT_PLACES = 4
QUANTITY_PLACES = 4
RATE_PLACES = 6  # Xero: CurrencyRate is [18].[6]
# What a rate may lose by that, as a part of it: those of most currencies lose a hundredth of this.
RATE_TOLERANCE = Decimal("0.0001")
DISCOUNT_PLACES = 2
MAX_AMOUNT = Decimal("9999999999.99")  # Xero: the largest LineAmount

_HUNDRED = Decimal(100)
# Wide enough that a product of quantity, price and discount is exact whatever the caller's context.
_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)


class Fit(NamedTuple):
    """What to send for a line; `exact` is False when its quantity had to be given up."""

    quantity: Decimal
    unit_amount: Decimal
    discount_rate: Decimal
    exact: bool


class Totals(NamedTuple):
    """The sums of a document as Xero will show them."""

    subtotal: Decimal
    tax: Decimal
    total: Decimal


def round2(x: Decimal) -> Decimal:
    """Round an amount to cents, half away from zero.

    :param Decimal x: any amount
    :return: Decimal with 2 decimals
    """
    return _EXACT.quantize(x, CENT)


def is_tie(x: Decimal, places: int) -> bool:
    """Tell whether `x` lies exactly between two values of `places` decimals.

    :param Decimal x: any amount
    :param int places: decimals that x would be rounded to
    :return: bool
    """
    with localcontext(_EXACT):
        return abs(x.scaleb(places)) % 1 == Decimal("0.5")


def representable(x: Decimal) -> bool:
    """Tell whether Xero can hold `x` as an amount: at most 2 decimals, not above MAX_AMOUNT.

    :param Decimal x: any amount
    :return: bool
    """
    return x.is_finite() and abs(x) <= MAX_AMOUNT and _has_places(x, 2)


def line_amount(
    quantity: Decimal, unit_amount: Decimal, discount_rate: Decimal = Decimal(0)
) -> Decimal:
    """Compute a line's amount before tax as Xero does.

    Xero: LineAmount = Quantity * UnitAmount * (100 - DiscountRate) / 100, to 2 decimals.

    :param Decimal quantity: units
    :param Decimal unit_amount: price of a unit, of which Xero keeps 4 decimals
    :param Decimal discount_rate: percent
    :return: Decimal with 2 decimals
    """
    return round2(_raw_amount(quantity, _to_places(unit_amount, UNIT_PLACES), discount_rate))


def line_tax(amount: Decimal, rate_percent: Decimal) -> Decimal:
    """Compute the tax that Xero puts on a line.

    :param Decimal amount: the line's amount before tax
    :param Decimal rate_percent: the tax rate's effective rate, in percent
    :return: Decimal with 2 decimals
    """
    return round2(_raw_tax(amount, rate_percent))


def fit_line(
    untaxed: Decimal,
    quantity: Decimal,
    price_unit: Decimal,
    discount: Decimal,
    allow_discount: bool,
) -> Fit:
    """Find values for a line that Xero will surely round to `untaxed`.

    The line's own values are kept when they do. Otherwise the unit price is derived from
    `untaxed` (which also turns a tax-included price into the exclusive one), and when no price of
    4 decimals does, the line becomes one unit at `untaxed`.

    A line below zero has its sign on the price, and its discount in it: Xero refuses negative
    quantities on some documents (Xero-OpenAPI #429), and discounts greater than their line. One
    without a quantity is one unit at nothing.

    :param Decimal untaxed: the line's amount before tax in Odoo, representable()
    :param Decimal quantity: units, may be zero or negative
    :param Decimal price_unit: price of a unit before discount
    :param Decimal discount: percent
    :param bool allow_discount: whether Xero takes a DiscountRate (Xero: ACCREC invoices only);
        otherwise the discount goes into the unit price
    :return: Fit; exact=False means quantity 1: write the real quantity into the description
    """
    zero = Decimal(0)
    if not quantity:
        return Fit(Decimal(1), untaxed, zero, not untaxed and not price_unit)
    if quantity < 0:
        quantity, price_unit = -quantity, -price_unit
    keep = allow_discount and price_unit >= 0 and _is_rate(discount)
    rate = discount if keep else zero
    with localcontext(_EXACT):
        folded = price_unit * (1 - discount / _HUNDRED)
        candidates = [(price_unit if keep else folded, rate)]
        net_quantity = quantity * (1 - rate / _HUNDRED)
        if net_quantity:
            candidates.append((untaxed / net_quantity, rate))
        if keep:
            candidates.append((folded, zero))
            candidates.append((untaxed / quantity, zero))
    for price, rate in candidates:
        unit_amount = _to_places(price, UNIT_PLACES)
        if _surely(untaxed, quantity, unit_amount, rate):
            return Fit(quantity, unit_amount, rate, True)
    return Fit(Decimal(1), untaxed, zero, False)


def _is_rate(discount: Decimal) -> bool:
    """:return: whether Xero has such a DiscountRate"""
    return 0 < discount <= _HUNDRED and _has_places(discount, DISCOUNT_PLACES)


def fit_tax(untaxed: Decimal, tax: Decimal, rate_percent: Decimal | None) -> Decimal | None:
    """Find the TaxAmount to send so that Xero's tax of a line is `tax`.

    :param Decimal untaxed: the line's amount before tax
    :param Decimal tax: the line's tax in Odoo, with at most 2 decimals
    :param Decimal rate_percent: the Xero tax rate's effective rate, None when not known
    :return: None when Xero's own computation is surely `tax`, else the Decimal to send
    """
    if rate_percent is None:
        return tax
    raw = _raw_tax(untaxed, rate_percent)
    return None if not is_tie(raw, 2) and round2(raw) == tax else tax


def base_of_tax(tax: Decimal, rate_percent: Decimal) -> Decimal:
    """Find an amount of which a rate gives a tax, and that is not less than the tax itself.

    :param Decimal tax: in cents
    :param Decimal rate_percent: the tax rate's effective rate, may be 0
    :return: Decimal with 2 decimals
    """
    with localcontext(_EXACT):
        return max(round2(tax * _HUNDRED / rate_percent) if rate_percent else tax, tax, key=abs)


def kept_rate(rate: float) -> Decimal:
    """Return a currency rate as Xero keeps it.

    :param float rate: units of the document's currency for one of the base currency
    :return: Decimal with 6 decimals
    """
    return _to_places(Decimal(repr(rate)), RATE_PLACES)


def is_rate_kept(amount: Decimal, rate: float) -> bool:
    """Tell whether Xero values an amount as Odoo does: to a cent of the document's currency, or as
    well as six decimals of a rate let it.

    :param Decimal amount: in the document's currency
    :param float rate: units of it for one of the base currency
    :return: bool
    """
    kept = kept_rate(rate)
    with localcontext(_EXACT):
        lost = abs(1 - Decimal(repr(rate)) / kept) if kept else Decimal(1)
        return lost <= RATE_TOLERANCE or lost * abs(amount) < CENT


def predict(lines: Iterable[tuple[Decimal, Decimal]]) -> Totals:
    """Add up a document as Xero does.

    :param lines: (line amount, tax) of each line, both already in cents
    :return: Totals
    """
    with localcontext(_EXACT):
        subtotal = tax = Decimal(0)
        for amount, line in lines:
            subtotal += amount
            tax += line
        return Totals(subtotal, tax, subtotal + tax)


def _surely(
    untaxed: Decimal, quantity: Decimal, unit_amount: Decimal, discount_rate: Decimal
) -> bool:
    if not _has_places(quantity, QUANTITY_PLACES):
        return False
    raw = _raw_amount(quantity, unit_amount, discount_rate)
    return not is_tie(raw, 2) and round2(raw) == untaxed


def _raw_amount(quantity: Decimal, unit_amount: Decimal, discount_rate: Decimal) -> Decimal:
    with localcontext(_EXACT):
        return quantity * unit_amount * (_HUNDRED - discount_rate) / _HUNDRED


def _raw_tax(amount: Decimal, rate_percent: Decimal) -> Decimal:
    with localcontext(_EXACT):
        return amount * rate_percent / _HUNDRED


def _to_places(x: Decimal, places: int) -> Decimal:
    return _EXACT.quantize(x, Decimal(1).scaleb(-places))


def _has_places(x: Decimal, places: int) -> bool:
    return _to_places(x, places) == x


def base_rate(amount: Decimal, base: Decimal) -> Decimal | None:
    """Return the rate with which Xero values an amount as Odoo does.

    Xero: CurrencyRate is units of the document's currency for one of the base currency, with six
    places.

    :param Decimal amount: in the document's currency
    :param Decimal base: in the base currency
    :return: Decimal, None where there is nothing to divide by
    """
    return _to_places(amount / base, RATE_PLACES) if base else None
