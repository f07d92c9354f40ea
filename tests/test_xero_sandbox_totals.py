"""The sandbox's arithmetic, against totals worked out by hand."""
from decimal import Decimal

from .test_xero_sandbox_common import SandboxCase
from .unit import tagged


@tagged("post_install", "-at_install", "xero_sandbox")
class TestXeroSandboxTotals(SandboxCase):

    def total(self, *lines, unitdp=2, **fields):
        """:return: texts of SubTotal, TotalTax, Total of an invoice with these lines."""
        record = self.put(self.invoice(LineItems=[self.line(**line) for line in lines], **fields),
                          unitdp=unitdp)
        stored = self.org.invoices[-1]
        self.assertEqual(stored["SubTotal"] + stored["TotalTax"], stored["Total"])
        self.assertEqual(record["Total"], stored["Total"])
        return tuple(str(stored[key]) for key in ("SubTotal", "TotalTax", "Total"))

    def lines(self):
        """:return: (LineAmount, TaxAmount) of the last invoice's lines, as texts."""
        return [(str(line["LineAmount"]), str(line["TaxAmount"]))
                for line in self.org.invoices[-1]["LineItems"]]

    def test_tax_is_rounded_by_line(self):
        # 20 % of 0.13 is 0.026: 0.03 a line. Rounded once for the document it would be 0.08.
        line = {"UnitAmount": 0.13}
        self.assertEqual(self.total(line, line, line), ("0.39", "0.09", "0.48"))
        # 20 % of 10.02 is 2.004: 2.00 a line, 6.01 for the document.
        line = {"UnitAmount": 10.02}
        self.assertEqual(self.total(line, line, line), ("30.06", "6.00", "36.06"))

    def test_halves_round_away_from_zero(self):
        # 5 % of 0.50 is 0.025; of 2.50 is 0.125 (banker's rounding would give 0.02 and 0.12).
        self.assertEqual(self.total({"UnitAmount": 0.50, "TaxType": "RROUTPUT"}),
                         ("0.50", "0.03", "0.53"))
        self.assertEqual(self.total({"UnitAmount": 2.50, "TaxType": "RROUTPUT"}),
                         ("2.50", "0.13", "2.63"))
        # A line of -0.50 carries -0.03.
        self.assertEqual(self.total({"UnitAmount": 10, "TaxType": "RROUTPUT"},
                                    {"UnitAmount": -0.50, "TaxType": "RROUTPUT"}),
                         ("9.50", "0.47", "9.97"))

    def test_unit_amount_has_two_places_unless_asked(self):
        line = {"Quantity": 1000, "UnitAmount": 0.1249}
        self.assertEqual(self.total(line), ("120.00", "24.00", "144.00"))
        self.assertEqual(self.total(line, unitdp=4), ("124.90", "24.98", "149.88"))
        record = self.org.invoices[-1]["InvoiceID"]
        for unitdp, amount in ((2, Decimal("0.12")), (4, Decimal("0.1249"))):
            row = self.rows(self.call("GET", f"/Invoices/{record}", unitdp=unitdp))[0]
            self.assertEqual(row["LineItems"][0]["UnitAmount"], amount)

    def test_quantity_has_four_places(self):
        # 1.23456 counts as 1.2346: 123.46.
        self.assertEqual(self.total({"Quantity": 1.23456, "TaxType": "NONE"}),
                         ("123.46", "0.00", "123.46"))

    def test_discounts(self):
        # 3 x 19.99 = 59.97; less 15 % is 50.9745, so 50.97; tax 10.194, so 10.19.
        self.assertEqual(self.total({"Quantity": 3, "UnitAmount": 19.99, "DiscountRate": 15}),
                         ("50.97", "10.19", "61.16"))
        self.assertEqual(str(self.org.invoices[-1]["TotalDiscount"]), "9.00")
        # 4 x 25 less 7.50.
        self.assertEqual(self.total({"Quantity": 4, "UnitAmount": 25, "DiscountAmount": 7.5}),
                         ("92.50", "18.50", "111.00"))

    def test_discounts_have_limits(self):
        both = self.line(DiscountRate=10, DiscountAmount=5)
        self.assertIn("either", self.refused(self.call("PUT", "/Invoices", self.invoice(
            LineItems=[both])))[0])
        for line in ({"DiscountRate": 101}, {"DiscountRate": -1}, {"DiscountAmount": 100.01},
                     {"UnitAmount": -5, "DiscountAmount": 0}):
            response = self.call("PUT", "/Invoices", self.invoice(LineItems=[
                self.line(UnitAmount=500), self.line(**line)]))
            self.assertIn("Discount must not be greater than the line total.",
                          self.refused(response)[0])
        response = self.call("PUT", "/Invoices", self.bill(LineItems=[
            self.line(AccountCode="429", DiscountRate=10)]))
        self.assertEqual(self.refused(response), ["Discounts can only be used on sales invoices."])

    def test_inclusive(self):
        # 100 / 1.2 = 83.3333, so 83.33 and 16.67; 33.33 / 1.2 = 27.775, so 27.78 and 5.55.
        self.assertEqual(self.total({"UnitAmount": 100}, {"UnitAmount": 33.33},
                                    LineAmountTypes="Inclusive"), ("111.11", "22.22", "133.33"))
        self.assertEqual(self.lines(), [("100.00", "16.67"), ("33.33", "5.55")])

    def test_no_tax(self):
        self.assertEqual(self.total({"UnitAmount": 9.99, "TaxAmount": 1}, LineAmountTypes="NoTax"),
                         ("9.99", "0.00", "9.99"))
        self.assertEqual(self.org.invoices[-1]["LineItems"][0]["TaxType"], "NONE")

    def test_mixed_rates(self):
        self.assertEqual(self.total(
            {"Quantity": 2.5, "UnitAmount": 13.37}, {"UnitAmount": 45.45, "TaxType": "RROUTPUT"},
            {"Quantity": 7, "UnitAmount": 1.11, "TaxType": "ZERORATEDOUTPUT"},
            {"UnitAmount": 80, "TaxType": "EXEMPTOUTPUT"}, {"UnitAmount": 3, "TaxType": "NONE"}),
            ("169.65", "8.96", "178.61"))
        # 33.425 is 33.43, tax 6.686 is 6.69; 45.45 at 5 % is 2.2725, so 2.27.
        self.assertEqual(self.lines()[:2], [("33.43", "6.69"), ("45.45", "2.27")])

    def test_tax_type_defaults_to_the_account(self):
        self.assertEqual(self.total({}), ("100.00", "20.00", "120.00"))
        record = self.put(self.bill(LineItems=[self.line(AccountCode="477")]))
        self.assertEqual((record["LineItems"][0]["TaxType"], record["Total"]), ("NONE", 100))

    def test_reverse_charge_adds_nothing(self):
        record = self.put(self.bill(LineItems=[
            self.line(AccountCode="429", TaxType="REVERSECHARGES")]))
        self.assertEqual((record["TotalTax"], record["Total"]), (0, 100))

    def test_tax_amount_overrides(self):
        self.assertEqual(self.total({"UnitAmount": 10.02, "TaxAmount": 2.01}),
                         ("10.02", "2.01", "12.03"))
        self.assertEqual(self.total({"UnitAmount": 12, "TaxAmount": 1.99},
                                    LineAmountTypes="Inclusive"), ("10.01", "1.99", "12.00"))
        for amount in (10.03, -10.03):
            response = self.call("PUT", "/Invoices", self.invoice(LineItems=[
                self.line(), self.line(UnitAmount=10.02, TaxAmount=amount)]))
            self.assertIn("larger than the line amount", self.refused(response)[0])

    def test_override_stays_while_lines_are_not_sent(self):
        record = self.put(self.invoice(LineItems=[self.line(UnitAmount=10.02, TaxAmount=2.01)]))
        path = "/Invoices/" + record["InvoiceID"]
        self.assertEqual(self.post(path, {"Reference": "x"})["TotalTax"], Decimal("2.01"))
        self.assertEqual(self.post(path, {"LineAmountTypes": "Inclusive"})["TotalTax"],
                         Decimal("1.67"))

    def test_line_amount_must_agree(self):
        response = self.call("PUT", "/Invoices", self.invoice(LineItems=[
            self.line(Quantity=3, UnitAmount=3.33, LineAmount=10)]))
        self.assertEqual(self.refused(response), [
            "The line total 10.00 does not match the expected line total 9.99"])
        self.assertEqual(self.total({"Quantity": 3, "UnitAmount": 3.33, "LineAmount": 9.99}),
                         ("9.99", "2.00", "11.99"))

    def test_what_is_missing_is_derived(self):
        body = {"Description": "x", "AccountCode": "200", "TaxType": "NONE"}
        record = self.put(self.invoice(LineItems=[
            {**body, "Quantity": 4, "LineAmount": 10}, {**body, "UnitAmount": 2.5, "LineAmount": 5},
        ]))
        self.assertEqual([(line["Quantity"], line["UnitAmount"], line["LineAmount"])
                          for line in record["LineItems"]], [(4, Decimal("2.5"), 10),
                                                             (2, Decimal("2.5"), 5)])

    def test_extremes(self):
        response = self.call("PUT", "/Invoices", self.invoice(LineItems=[
            self.line(UnitAmount=10000000000)]))
        self.assertIn("is larger than 9999999999.99", self.refused(response)[0])
        response = self.call("PUT", "/Invoices", self.invoice(LineItems=[
            self.line(UnitAmount=10), self.line(UnitAmount=-11)]))
        self.assertEqual(self.refused(response), ["The total of the invoice must not be negative."])
        self.assertEqual(self.total({"UnitAmount": 9999999999.99, "TaxType": "NONE"}),
                         ("9999999999.99", "0.00", "9999999999.99"))
