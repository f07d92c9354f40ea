"""What lines come to, whoever has cut the document into them."""
from decimal import Decimal

from ..xero import line_ids, sums
from ..xero.documents import Document
from .unit import BaseCase, tagged

D = Decimal
SALES, NORTH = "5a3e1d3c-0000-4000-8000-000000000001", "5a3e1d3c-0000-4000-8000-000000000002"


@tagged("post_install", "-at_install")
class TestSums(BaseCase):

    def document(self, *lines, **values):
        return Document.from_json({"InvoiceID": SALES, "LineItems": list(lines), **values})

    def test_lines_of_an_account_are_one_sum_and_zeros_none(self):
        row = sums.Row(SALES, "OUTPUT2", (NORTH,), D("10.00"), D("2.00"))
        refunded = row._replace(account="400", amount=D("-5.00"), tax=D("-1.00"), options=())
        found = sums.add_up([row, row, refunded, refunded._replace(amount=D(5), tax=D(1)),
                             sums.Row(None, None, (), D(0), D(0))])
        self.assertEqual(found, {
            "account": {SALES: (D("20.00"),)}, "tax_rate": {"OUTPUT2": (D("20.00"), D("4.00"))},
            "tracking": {NORTH: (D("20.00"),)}})
        self.assertEqual(sums.total_tax(found), D("4.00"))
        self.assertEqual(sums.from_json(sums.to_json(found)), found)

    def test_one_line_that_does_not_tell_leaves_the_sums_open(self):
        found = sums.add_up([
            sums.Row(SALES, "OUTPUT2", (), D(1), D(0)), sums.Row(None, "", (), D(1), D(0))])
        self.assertIsNone(found["account"])
        self.assertEqual(found["tax_rate"]["NONE"], (D(1), D(0)))
        self.assertEqual(sums.from_json(sums.to_json(found)), found)
        self.assertIsNone(sums.total_tax(sums.add_up([sums.Row(SALES, None, (), D(1), D(0))])))

    def test_no_tax_has_several_names(self):
        for tax_type in ("", "NONE", "BASEXCLUDED"):
            self.assertEqual(list(sums.add_up([sums.Row(
                SALES, tax_type, (), D(1), D(0))])["tax_rate"]), ["NONE"])

    def test_of_a_document(self):
        line = {"AccountCode": "200", "TaxType": "OUTPUT2", "LineAmount": 120, "TaxAmount": 20}
        for types, amount in (("Inclusive", D(100)), ("Exclusive", D(120))):
            found = sums.of_document(
                self.document(line, {"Description": "note"}, LineAmountTypes=types),
                {"200": SALES}, {})
            self.assertEqual(found["account"], {SALES: (amount,)})
        self.assertIsNone(sums.of_document(self.document(), {}, {}))

    def test_of_what_is_sent(self):
        body = {"LineItems": [
            {"Description": "note"},
            {"AccountID": SALES, "TaxType": "OUTPUT2", "Quantity": 3, "UnitAmount": 33.33,
             "DiscountRate": 10, "Tracking": [{"TrackingOptionID": NORTH}]},
            {"AccountID": SALES, "TaxType": "OUTPUT2", "Quantity": 1, "UnitAmount": 1,
             "TaxAmount": 0.21}]}
        found = sums.of_body(body, {"OUTPUT2": D(20)})
        self.assertEqual(found, {
            "account": {SALES: (D("90.99"),)}, "tax_rate": {"OUTPUT2": (D("90.99"), D("18.21"))},
            "tracking": {NORTH: (D("89.99"),)}})


@tagged("post_install", "-at_install")
class TestLineIds(BaseCase):

    def test_unchanged_lines_carry_theirs_each_once(self):
        body = {"LineItems": [{"Description": text} for text in "abba"]}
        marks = line_ids.line_marks(body)
        sent = line_ids.with_line_ids(
            body["LineItems"], marks, [(marks[1], "1"), (marks[0], "2"), (marks[0], None)])
        self.assertEqual([line.get("LineItemID") for line in sent], ["2", "1", None, None])

    def test_new_lines_come_first_in_the_answer(self):
        self.assertEqual(line_ids.found_ids(["1", "2"], None, 2), ["1", "2"])
        self.assertEqual(line_ids.found_ids(["9", "1", "2"], ["1", None, "2"], 3), ["1", "9", "2"])
        self.assertEqual(line_ids.found_ids(["9", "8"], ["1", None], 2), [None, None])
        self.assertEqual(line_ids.found_ids(["1", "2", "3"], [], 2), [None, None])

    def content(self, **sums):
        """:return: Sums of {account or tax rate: amount, or (amount, tax)}"""
        return {what: {key: tuple(map(D, values)) for key, values in parts.items()}
                for what, parts in {"account": {}, "tax_rate": {}, "tracking": {}, **sums}.items()}

    def test_what_follows_is_explained_to_the_cent(self):
        here = self.content(account={"200": [100]}, tax_rate={"OUT": [100, 20]})
        for there, tax, total, found in (
            ({"account": {"200": [150]}, "tax_rate": {"OUT": [150, 30]}}, 10, 60,
             {"tax_rate": "account", "tax": "account", "total": "account"}),
            # Xero's own total is not what its lines come to.
            ({"account": {"200": [150]}, "tax_rate": {"OUT": [150, 30]}}, 11, 61,
             {"tax_rate": "account"}),
            # The tax was changed, too.
            ({"account": {"200": [150]}, "tax_rate": {"OUT": [150, 25]}}, 5, 55,
             {"account": "tax_rate", "tax": "tax_rate", "total": "tax_rate"}),
            # Moved to another account, and the tax changed.
            ({"account": {"260": [100]}, "tax_rate": {"OUT": [100, 19]}}, -1, -1,
             {"tax": "tax_rate", "total": "tax_rate"}),
            ({"account": {"260": [100]}, "tax_rate": {"OUT": [100, 20]}}, 0, 0, {}),
            # One line does not tell its account.
            ({"account": None, "tax_rate": {"OUT": [150, 30]}}, 10, 60, None),
        ):
            with self.subTest(there=there):
                content = self.content(**{name: parts for name, parts in there.items() if parts})
                if found is None:
                    content["account"] = None
                    found = {"tax": "tax_rate", "total": "tax_rate"}
                self.assertEqual(sums.consequences(here, content, D(tax), D(total)), found)
