import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from ..xero import contact_payload, encoding, payload
from .unit import BaseCase, tagged

D = Decimal
CONTACT = "11111111-2222-3333-4444-555555555555"

LINE = payload.Line(
    "Consulting",
    quantity=D("1.50"),
    unit_amount=D("10.1234"),
    account_code="200",
    tax_type="OUTPUT2",
    discount_rate=D("5.00"),
)
INVOICE = payload.DocumentData(
    kind="ACCREC",
    number="INV/2026/0001",
    reference="PO 7",
    contact_id=CONTACT,
    date=date(2026, 1, 31),
    due_date=date(2026, 2, 28),
    currency_code="GBP",
    currency_rate=None,
    status="AUTHORISED",
    url="https://odoo.example.com/odoo/accounting/1",
    lines=(LINE,),
)


@tagged("post_install", "-at_install")
class TestDocumentBody(BaseCase):
    def test_invoice_to_the_letter(self):
        body = payload.document_body(INVOICE)
        self.assertEqual(
            body,
            {
                "Type": "ACCREC",
                "Contact": {"ContactID": CONTACT},
                "LineItems": [
                    {
                        "Description": "Consulting",
                        "Quantity": 1.5,
                        "UnitAmount": 10.1234,
                        "AccountCode": "200",
                        "TaxType": "OUTPUT2",
                        "DiscountRate": 5,
                    }
                ],
                "Date": "2026-01-31",
                "DueDate": "2026-02-28",
                "LineAmountTypes": "Exclusive",
                "InvoiceNumber": "INV/2026/0001",
                "Reference": "PO 7",
                "Url": "https://odoo.example.com/odoo/accounting/1",
                "CurrencyCode": "GBP",
                "Status": "AUTHORISED",
            },
        )

    def test_what_each_kind_has(self):
        for kind, absent in (
            ("ACCREC", set()),
            ("ACCPAY", {"Reference"}),
            ("ACCRECCREDIT", {"DueDate", "Url"}),
            ("ACCPAYCREDIT", {"DueDate", "Url", "Reference"}),
        ):
            body = payload.document_body(replace(INVOICE, kind=kind, xero_id="x-1"))
            noun = payload.endpoint_of(kind)[:-1]
            self.assertEqual(body[payload.number_field(kind)], INVOICE.number)
            self.assertEqual(body[payload.id_field(kind)], "x-1")
            self.assertIn(f"{noun}Number", body)
            optional = {"Reference", "DueDate", "Url"}
            self.assertEqual(optional - body.keys(), absent, kind)
            self.assertEqual("DiscountRate" in body["LineItems"][0], kind == "ACCREC")

    def test_note_line(self):
        body = payload.document_body(replace(INVOICE, lines=(payload.Line("A note"), LINE)))
        self.assertEqual(body["LineItems"][0], {"Description": "A note"})

    def test_description_fits_xero(self):
        long = replace(LINE, description="x" * 5000)
        blank = replace(LINE, description=" ")
        item = replace(blank, item_code="SKU")
        lines = payload.document_body(replace(INVOICE, lines=(long, blank, item)))["LineItems"]
        self.assertEqual([line["Description"] for line in lines], ["x" * 4000, "-", "SKU"])

    def test_zero_is_not_empty(self):
        zero = replace(LINE, quantity=D(0), unit_amount=D("0.00"), tax_amount=D("0.00"))
        line = payload.document_body(replace(INVOICE, lines=(zero,)))["LineItems"][0]
        self.assertEqual((line["Quantity"], line["UnitAmount"], line["TaxAmount"]), (0, 0, 0))

    def test_tracking(self):
        options = tuple(payload.Tracking(f"c{n}", f"o{n}") for n in range(3))
        body = payload.document_body(replace(INVOICE, lines=(replace(LINE, tracking=options[:2]),)))
        self.assertEqual(
            body["LineItems"][0]["Tracking"],
            [
                {"TrackingCategoryID": "c0", "TrackingOptionID": "o0"},
                {"TrackingCategoryID": "c1", "TrackingOptionID": "o1"},
            ],
        )
        with self.assertRaises(ValueError):
            payload.document_body(replace(INVOICE, lines=(replace(LINE, tracking=options),)))

    def test_currency(self):
        data = replace(INVOICE, currency_code="XCG", currency_rate=D("1.23456789"))
        body = payload.document_body(data)
        self.assertEqual((body["CurrencyCode"], body["CurrencyRate"]), ("XCG", 1.234568))

    def test_datetime_is_sent_as_its_day(self):
        body = payload.document_body(replace(INVOICE, date=datetime(2026, 1, 31, 23, 59)))
        self.assertEqual(body["Date"], "2026-01-31")

    def test_url_that_xero_refuses_is_left_out(self):
        body = payload.document_body(replace(INVOICE, url="https://xero.example.com/1"))
        self.assertNotIn("Url", body)

    def test_what_xero_cannot_take_is_refused(self):
        for wrong in (
            {"kind": "ACCRECPAYMENT"},
            {"kind": ""},
            {"status": "APPROVED"},
            {"status": "None"},
            {"status": ""},
            {"contact_id": ""},
            {"number": "x" * 256},
            {"currency_code": "pounds"},
            {"lines": ()},
            {"lines": (replace(LINE, quantity=D("NaN")),)},
            {"lines": (replace(LINE, unit_amount=D("0.12345678901234567890")),)},
        ):
            with self.assertRaises(ValueError, msg=wrong):
                payload.document_body(replace(INVOICE, **wrong))

    def test_status_body(self):
        self.assertEqual(
            payload.status_body("ACCPAY", "i-1", "VOIDED"),
            {"InvoiceID": "i-1", "Status": "VOIDED"},
        )
        self.assertEqual(
            payload.status_body("ACCRECCREDIT", "n-1", "DELETED"),
            {"CreditNoteID": "n-1", "Status": "DELETED"},
        )
        for wrong in (("ACCREC", "i", "GONE"), ("ACCREC", "", "VOIDED"), ("BILL", "i", "VOIDED")):
            with self.assertRaises(ValueError):
                payload.status_body(*wrong)


@tagged("post_install", "-at_install")
class TestContactBody(BaseCase):
    def test_full_contact(self):
        data = contact_payload.ContactData(
            name=" Ann  <Sales> & Co ",
            number="ODOO-1",
            email="ann@example.com",
            tax_number="GB123",
            phones=(contact_payload.Phone("MOBILE", "5551234", country_code="44"),),
            addresses=(
                contact_payload.Address(
                    "STREET",
                    ("1 High St", "Floor 2"),
                    city="York",
                    postal_code="YO1",
                    country="Côte d'Ivoire",
                ),
            ),
            xero_id=CONTACT,
        )
        self.assertEqual(
            contact_payload.contact_body(data),
            {
                "ContactID": CONTACT,
                "Name": "Ann Sales & Co",
                "ContactNumber": "ODOO-1",
                "EmailAddress": "ann@example.com",
                "TaxNumber": "GB123",
                "Phones": [
                    {"PhoneType": "MOBILE", "PhoneNumber": "5551234", "PhoneCountryCode": "44"}
                ],
                "Addresses": [
                    {
                        "AddressType": "STREET",
                        "AddressLine1": "1 High St",
                        "AddressLine2": "Floor 2",
                        "City": "York",
                        "PostalCode": "YO1",
                        "Country": "Cote d Ivoire",
                    }
                ],
            },
        )

    def test_missing_email_is_left_out(self):
        for email in (None, ""):
            body = contact_payload.contact_body(contact_payload.ContactData("Ann", "1", email))
            self.assertEqual(body, {"Name": "Ann", "ContactNumber": "1"})

    def test_what_xero_cannot_take_is_refused(self):
        for wrong in (
            {"name": " <> "},
            {"number": "x" * 51},
            {"phones": (contact_payload.Phone("HOME", "1"),)},
            {"addresses": (contact_payload.Address("DELIVERY"),)},
            {"addresses": (contact_payload.Address("STREET", ("a",) * 5),)},
        ):
            with self.assertRaises(ValueError, msg=wrong):
                contact_payload.contact_body(replace(contact_payload.ContactData("Ann"), **wrong))


@tagged("post_install", "-at_install")
class TestEncoding(BaseCase):
    def test_canonical(self):
        self.assertEqual(
            encoding.encode({"b": [D("1.50"), D("2.00")], "a": "é"}),
            '{"a":"é","b":[1.5,2]}'.encode(),
        )
        with self.assertRaises(ValueError):
            encoding.encode({"a": float("nan")})
        with self.assertRaises(TypeError):
            encoding.encode({"a": date(2026, 1, 1)})

    def test_hash(self):
        body = payload.document_body(INVOICE)
        known = encoding.payload_hash(body)
        self.assertRegex(known, r"\A[0-9a-f]{64}\Z")
        reordered = json.loads(json.dumps(dict(reversed(body.items()))))
        self.assertEqual(encoding.payload_hash(reordered), known)
        updated = payload.document_body(replace(INVOICE, xero_id="i-1"))
        self.assertEqual(encoding.payload_hash(updated), known)
        for change in (
            {"number": "INV/2026/0002"},
            {"contact_id": "another"},
            {"status": "DRAFT"},
            {"lines": (replace(LINE, quantity=D("1.51")),)},
            {"lines": (LINE, LINE)},
        ):
            changed = payload.document_body(replace(INVOICE, **change))
            self.assertNotEqual(encoding.payload_hash(changed), known, change)
