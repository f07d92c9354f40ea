"""Which numbers of partners and contacts are the same one, however they are written."""
from ..xero import matching
from .unit import BaseCase, tagged


@tagged("post_install", "-at_install")
class TestMatchingKeys(BaseCase):
    def test_tax_numbers(self):
        for written, key in (
            ("GB 123 4567 82", ("GB", "123456782")),
            ("123456782", ("", "123456782")),
            ("VAT no. GB123456782", ("GB", "123456782")),
            ("ABN 51 824 753 556", ("", "51824753556")),
            ("AU51824753556", ("AU", "51824753556")),
            # The first of ten digits has been written since 2005.
            ("BE 697.449.992", ("BE", "0697449992")),
            ("BE0697449992", ("BE", "0697449992")),
            # The country's letters of Greece are not its code.
            ("EL 094.259.216", ("EL", "094259216")),
            ("NL004495445B01", ("NL", "004495445B01")),
            ("NL 4495445B01", ("NL", "004495445B01")),
            ("ESB58378431", ("ES", "B58378431")),
            ("US 12-3456789", ("US", "123456789")),
            ("N/A 0", ("", "")),
            ("none", ("", "")),
            ("", ("", "")),
            (None, ("", "")),
        ):
            with self.subTest(written=written):
                self.assertEqual(matching.tax_key(written), key)

    def test_tax_number_that_is_none_stays_as_it_is(self):
        self.assertEqual(matching.tax_key("GB 12-34567"), ("GB", "1234567"))
        self.assertEqual(matching.tax_key("BE ABC1234"), ("BE", "ABC1234"))

    def test_bank_accounts(self):
        local = "60161331926819"
        for written in ("GB29 NWBK 6016 1331 9268 19", "gb29nwbk60161331926819",
                        "60-16-13 31926819"):
            with self.subTest(written=written):
                self.assertIn(local, matching.bank_keys(written))
        # Mistyped: no telling what is in it.
        self.assertNotIn(local, matching.bank_keys("GB28 NWBK 6016 1331 9268 19"))
        self.assertEqual(matching.bank_keys("DE89 3704 0044 0532 0130 00"),
                         {"DE89370400440532013000"})
        self.assertEqual(matching.bank_keys("12-34"), frozenset())
        self.assertEqual(matching.bank_keys(None), frozenset())
