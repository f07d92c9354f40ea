from decimal import Decimal
from fractions import Fraction

from ..xero import money
from .unit import BaseCase, tagged

D = Decimal


def cents_around(exact):
    """Both candidates of a rounding to cents, one value unless `exact` is a tie."""
    scaled = exact * 100
    floor = scaled.numerator // scaled.denominator
    rest = scaled - floor
    if rest == Fraction(1, 2):
        return {floor, floor + 1}
    return {floor + (rest > Fraction(1, 2))}


class MoneyCase(BaseCase):
    def check_fit(self, fit, untaxed):
        """Xero's result, computed here in whole fractions, must be `untaxed` however it rounds."""
        exact = (
            Fraction(fit.quantity)
            * Fraction(fit.unit_amount)
            * (100 - Fraction(fit.discount_rate))
            / 100
        )
        self.assertEqual(cents_around(exact), {int(untaxed * 100)}, fit)
        self.assertEqual(fit.unit_amount, fit.unit_amount.quantize(D("0.0001")))
        self.assertEqual(fit.quantity, fit.quantity.quantize(D("0.0001")))
        self.assertTrue(0 <= fit.discount_rate <= 100)
        self.assertEqual(fit.discount_rate, fit.discount_rate.quantize(D("0.01")))
        self.assertEqual(
            money.line_amount(fit.quantity, fit.unit_amount, fit.discount_rate), untaxed
        )


@tagged("post_install", "-at_install")
class TestMoney(MoneyCase):
    def test_line_kept_as_it_is(self):
        fit = money.fit_line(D("47.48"), D("2.5"), D("19.99"), D(5), True)
        self.assertEqual(fit, (D("2.5"), D("19.99"), D(5), True))

    def test_discount_folded_where_xero_has_none(self):
        fit = money.fit_line(D(90), D(2), D(50), D(10), False)
        self.assertEqual(fit, (D(2), D(45), D(0), True))

    def test_discount_out_of_xeros_range_is_folded(self):
        self.assertEqual(money.fit_line(D(110), D(1), D(100), D(-10), True)[1:3], (D(110), D(0)))

    def test_discount_of_everything(self):
        self.assertEqual(
            money.fit_line(D(0), D(3), D(10), D(100), True), (D(3), D(10), D(100), True)
        )

    def test_tax_included_price_becomes_exclusive(self):
        fit = money.fit_line(D("100.00"), D(4), D(30), D(0), True)
        self.assertEqual(fit, (D(4), D(25), D(0), True))

    def test_tie_is_not_trusted(self):
        # 0.5 * 0.01 = 0.005: up or down is Xero's choice, so the price must change.
        fit = money.fit_line(D("0.01"), D("0.5"), D("0.01"), D(0), True)
        self.assertEqual(fit, (D("0.5"), D("0.02"), D(0), True))

    def test_long_quantity_is_given_up(self):
        fit = money.fit_line(D("10.00"), D("0.33333"), D(30), D(0), True)
        self.assertEqual(fit, (1, D("10.00"), 0, False))

    def test_no_price_of_four_decimals_fits(self):
        # 9999 * 0.0001 is about a unit: between two such prices lie 99 amounts.
        fit = money.fit_line(D("1000.50"), D(99999), D("0.010005"), D(0), True)
        self.assertFalse(fit.exact)
        self.check_fit(fit, D("1000.50"))

    def test_zero_quantity(self):
        self.assertEqual(money.fit_line(D(0), D(0), D(12), D(0), True), (1, 0, 0, False))
        self.assertEqual(money.fit_line(D(0), D(0), D(0), D(10), True), (1, 0, 0, True))
        self.assertEqual(money.fit_line(D(7), D(0), D(12), D(0), True), (1, D(7), 0, False))

    def test_negative_line(self):
        self.assertEqual(
            money.fit_line(D("-30.00"), D(-3), D(10), D(0), False), (D(3), D(-10), D(0), True)
        )
        for quantity, price in ((D(-3), D(10)), (D(3), D(-10))):
            self.assertEqual(
                money.fit_line(D("-27.00"), quantity, price, D(10), True),
                (D(3), D(-9), D(0), True),
            )
        # Two negatives are a positive line, which keeps its discount.
        self.assertEqual(
            money.fit_line(D("27.00"), D(-3), D(-10), D(10), True), (D(3), D(10), D(10), True)
        )

    def test_line_amount_keeps_four_decimals_of_the_price(self):
        self.assertEqual(money.line_amount(D(1000), D("0.00005")), D("0.10"))
        self.assertEqual(money.line_amount(D(3), D("9.99"), D("33.33")), D("19.98"))

    def test_round2(self):
        for text, rounded in (("0.005", "0.01"), ("-0.005", "-0.01"), ("2.674999", "2.67")):
            self.assertEqual(money.round2(D(text)), D(rounded))

    def test_is_tie(self):
        self.assertTrue(money.is_tie(D("-1.125"), 2))
        self.assertTrue(money.is_tie(D("0.5"), 0))
        self.assertFalse(money.is_tie(D("1.1251"), 2))
        self.assertFalse(money.is_tie(D("1.12"), 2))

    def test_tax_sent_when_rounded_globally(self):
        self.assertIsNone(money.fit_tax(D("9.99"), D("2.00"), D(20)))
        self.assertEqual(money.fit_tax(D("9.99"), D("1.99"), D(20)), D("1.99"))
        # 0.125 is a tie, and an unknown rate is not sure either.
        self.assertEqual(money.fit_tax(D("2.50"), D("0.13"), D(5)), D("0.13"))
        self.assertEqual(money.fit_tax(D("2.50"), D("0.13"), None), D("0.13"))

    def test_predict(self):
        totals = money.predict([(D("10.01"), D("2.00")), (D("-3.00"), D("-0.60"))])
        self.assertEqual(totals, (D("7.01"), D("1.40"), D("8.41")))
        self.assertEqual(money.predict([]), (0, 0, 0))

    def test_representable(self):
        for text in ("0", "-12.30", "9999999999.99", "1E+3"):
            self.assertTrue(money.representable(D(text)), text)
        for text in ("0.001", "10000000000", "NaN", "Infinity"):
            self.assertFalse(money.representable(D(text)), text)
