"""Amounts as Xero computes them: each line and its tax rounded to 2 places, then summed."""
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_PLACES = {2: CENT, 4: Decimal("0.0001"), 6: Decimal("0.000001")}


def rounded(value, places=2):
    """:return: Decimal with 2, 4 or 6 places, half away from zero (Xero: rounding guide)."""
    return Decimal(value).quantize(_PLACES[places], rounding=ROUND_HALF_UP)


def line_amount(quantity, unit_amount, discount_rate=None, discount_amount=None):
    """:return: Quantity x UnitAmount x (1 - DiscountRate/100), or less DiscountAmount; 2 places.

    :param Decimal quantity: up to 4 places.
    :param Decimal unit_amount: 2 or 4 places, see ``unitdp``.
    :param Decimal discount_rate: percent, or None.
    :param Decimal discount_amount: money, or None.
    """
    amount = quantity * unit_amount
    if discount_rate:
        amount = amount * (100 - discount_rate) / 100
    elif discount_amount:
        amount -= discount_amount
    return rounded(amount)


def effective_rate(components):
    """:return: what the components of a tax rate add to an amount together, in percent; a compound
        one is also on the others (Xero's OpenAPI document: TaxComponent, IsCompound)."""
    simple = sum((part["Rate"] for part in components if not part["IsCompound"]), Decimal(0))
    return simple + sum(part["Rate"] * (100 + simple) / 100
                        for part in components if part["IsCompound"])


def line_tax(amount, rate, line_amount_types, components=()):
    """:return: the tax in a line: on top of it, inside it, or none; 2 places.

    :param Decimal amount: the LineAmount.
    :param Decimal rate: percent.
    :param str line_amount_types: Exclusive, Inclusive or NoTax.
    :param list components: of the rate, when each of them is rounded.
    """
    if line_amount_types == "NoTax":
        return ZERO
    if line_amount_types == "Inclusive":
        # Xero's rounding guide: divide, round, subtract.
        return amount - rounded(amount * 100 / (100 + rate))
    if len(components) > 1:
        simple = sum(rounded(amount * part["Rate"] / 100)
                     for part in components if not part["IsCompound"])
        return simple + sum(rounded((amount + simple) * part["Rate"] / 100)
                            for part in components if part["IsCompound"])
    return rounded(amount * rate / 100)


def document_totals(lines, line_amount_types):
    """:return: (SubTotal, TotalTax, Total). :param list lines: with LineAmount and TaxAmount."""
    amounts = sum((line["LineAmount"] for line in lines if line["LineAmount"] is not None), ZERO)
    tax = sum((line["TaxAmount"] for line in lines if line["TaxAmount"] is not None), ZERO)
    subtotal = amounts - tax if line_amount_types == "Inclusive" else amounts
    return subtotal, tax, subtotal + tax


def discount_total(lines):
    """:return: TotalDiscount of the lines; 2 places."""
    total = ZERO
    for line in lines:
        if line.get("DiscountRate") or line.get("DiscountAmount"):
            full = line_amount(line["Quantity"], line["UnitAmount"])
            total += full - line["LineAmount"]
    return total
