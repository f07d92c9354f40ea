"""Amounts that nobody thought of: Xero comes to the same cents, however it rounds."""
from decimal import ROUND_HALF_UP
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from ..xero import money
from .test_money import D, MoneyCase, cents_around
from .unit import tagged

RUN = settings(max_examples=400, derandomize=True, database=None, deadline=None)


def decimals(low, high, places):
    return st.integers(low * 10**places, high * 10**places).map(lambda n: D(n).scaleb(-places))


amounts = decimals(-100_000, 100_000, 2)
quantities = st.one_of(
    decimals(-500, 500, 0), decimals(-500, 500, 2), decimals(-50, 50, 4), decimals(-5, 5, 6)
)
prices = st.one_of(decimals(-5_000, 5_000, 2), decimals(-500, 500, 4), decimals(0, 50, 6))
discounts = st.one_of(
    st.sampled_from([D(0), D(100), D("33.33"), D("12.5"), D(-5), D(150), D("0.125")]),
    decimals(0, 100, 2),
)
rates = st.sampled_from([D(0), D(5), D("12.5"), D(20), D("8.875"), D("9.975"), D("17.5")])


def odoo_amount(quantity, price, discount):
    """What a plain line comes to before tax; only the source of realistic examples."""
    return (quantity * price * (1 - discount / 100)).quantize(D("0.01"), ROUND_HALF_UP)


@tagged("post_install", "-at_install")
class TestMoneyProperty(MoneyCase):
    @RUN
    @given(amounts, quantities, prices, discounts, st.booleans())
    def test_fit_line_any_amount(self, untaxed, quantity, price, discount, allowed):
        fit = money.fit_line(untaxed, quantity, price, discount, allowed)
        self.check_fit(fit, untaxed)
        if not allowed:
            self.assertEqual(fit.discount_rate, 0)
        if fit.exact:
            self.assertEqual(fit.quantity, abs(quantity) or 1)
        else:
            self.assertEqual(fit[:3], (1, untaxed, 0))

    @RUN
    @given(quantities, prices, discounts, st.booleans())
    def test_fit_line_amount_of_the_line(self, quantity, price, discount, allowed):
        untaxed = odoo_amount(quantity, price, discount)
        self.check_fit(money.fit_line(untaxed, quantity, price, discount, allowed), untaxed)

    @RUN
    @given(amounts, amounts, rates)
    def test_fit_tax(self, untaxed, tax, rate):
        exact = Fraction(untaxed) * Fraction(rate) / 100
        by_xero = cents_around(exact)
        for wanted in (tax, money.line_tax(untaxed, rate), money.round2(untaxed * rate / 100)):
            sent = money.fit_tax(untaxed, wanted, rate)
            self.assertEqual(by_xero if sent is None else {int(sent * 100)}, {int(wanted * 100)})
