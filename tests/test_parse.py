import json
from datetime import date, datetime
from decimal import Decimal

from ..xero import documents, outcome, parse
from .unit import BaseCase, tagged


def refused(*messages, **fields):
    errors = [{"Message": message} for message in messages]
    return {**fields, "HasErrors": True, "ValidationErrors": errors}


@tagged("post_install", "-at_install")
class TestParse(BaseCase):
    def test_loads(self):
        data = parse.loads(b'{"Total": 0.1, "Big": 9999999999.99, "n": 7}')
        self.assertEqual(data, {"Total": Decimal("0.1"), "Big": Decimal("9999999999.99"), "n": 7})
        self.assertIsInstance(data["Total"], Decimal)
        for raw in (
            b"",
            b"<html>",
            b"NaN",
            b"[Infinity]",
            b"\xff\xfe",
            b"[" * 200_000,
            b"1e99999999999999999999",
        ):
            with self.assertRaises(ValueError):
                parse.loads(raw)

    def test_moments(self):
        for text, moment in (
            ("/Date(1439434356790)/", datetime(2015, 8, 13, 2, 52, 36, 790000)),
            ("/Date(1573755038314+0000)/", datetime(2019, 11, 14, 18, 10, 38, 314000)),
            ("/Date(1573755038314+1300)/", datetime(2019, 11, 14, 18, 10, 38, 314000)),
            ("/Date(-62135596800000)/", datetime(1, 1, 1)),
            ("2019-11-14T18:10:38Z", datetime(2019, 11, 14, 18, 10, 38)),
            ("2019-12-07T18:46:19.5187840", datetime(2019, 12, 7, 18, 46, 19, 518784)),
            ("2019-12-07T18:46:19.5-05:30", datetime(2019, 12, 8, 0, 16, 19, 500000)),
            ("2026-01-31", datetime(2026, 1, 31)),
        ):
            self.assertEqual(parse.datetime_of(text), moment, text)
        for value in (
            "",
            "tomorrow",
            "/Date(99999999999999999)/",
            "2026-02-30",
            None,
            5,
            "٢٠٢٦-01-01",
        ):
            self.assertIsNone(parse.datetime_of(value), value)
            self.assertIsNone(parse.date_of(value), value)

    def test_days(self):
        self.assertEqual(parse.date_of("2026-01-31T00:00:00"), date(2026, 1, 31))
        self.assertEqual(parse.date_of("/Date(1518652800000+0000)/"), date(2018, 2, 15))
        self.assertEqual(parse.date_of("/Date(-86400000)/"), date(1969, 12, 31))

    def test_numbers(self):
        for value, number in ((3, "3"), ("12.50", "12.50"), (0.1, "0.1"), (Decimal("7"), "7")):
            self.assertEqual(parse.decimal_of(value), Decimal(number))
        for value in (None, True, "", "abc", "NaN", float("inf"), [1]):
            self.assertIsNone(parse.decimal_of(value), value)

    def test_amounts(self):
        for text, amount in (("120", "120.00"), ("120.00000000000001", "120.00"), ("0.1", "0.10"),
                             ("19.9999", "19.9999"), ("-0.30000000000000004", "-0.30"),
                             ('"5.5"', "5.50"), ("null", "None"), ("0", "0.00")):
            self.assertEqual(str(parse.amount_of(parse.loads(text.encode()))), amount)

    def test_identifiers(self):
        one = "5f2a0c9e-6c1b-4c8e-9d3a-0a1b2c3d4e5f"
        for text in (one, one.upper(), one.replace("-", ""), f" {one} "):
            self.assertEqual(parse.guid_of(text), one)
        for text in ("", None, outcome.ZERO_GUID, outcome.ZERO_GUID.replace("-", "")):
            self.assertIsNone(parse.guid_of(text))
        self.assertEqual(parse.guid_of("INV-1"), "INV-1")

    def test_whether_payments_are_missing(self):
        paid, used = {"PaymentID": "p", "Amount": 30}, {"CreditNoteID": "c", "AppliedAmount": 5}
        for whole, values in (
            (True, {"Payments": [paid], "CreditNotes": [used], "AmountPaid": 30,
                    "AmountCredited": 5}),
            (True, {"Payments": [paid], "AmountPaid": 0}),
            (True, {"AmountPaid": 0, "AmountCredited": 0}),
            (True, {}),
            (True, {"Payments": [paid], "Total": 100, "AmountDue": 70}),
            (False, {"AmountPaid": 30}),
            (False, {"Payments": None, "AmountPaid": 30}),
            (False, {"Payments": [paid], "AmountPaid": 30, "AmountCredited": 5}),
            (False, {"Payments": [], "Total": 100, "AmountDue": 70}),
            (False, {"Payments": [{"PaymentID": "p"}], "AmountPaid": 30}),
        ):
            with self.subTest(values):
                document = documents.Document.from_json({"InvoiceID": "i", **values})
                self.assertEqual(document.is_whole, whole)

    def test_document_of_each_endpoint(self):
        invoice = documents.Document.from_json(
            {
                "InvoiceID": "i-1",
                "Type": "ACCREC",
                "InvoiceNumber": "INV/2026/1",
                "Status": "A_STATUS_OF_TOMORROW",
                "Contact": {"ContactID": "c-1", "Name": None},
                "Date": "/Date(1518652800000+0000)/",
                "DueDateString": "2018-03-15T00:00:00",
                "CurrencyCode": "XCG",
                "Total": Decimal("12.00"),
                "AmountDue": 0,
                "AmountPaid": Decimal("12.00"),
                "Reference": None,
                "UpdatedDateUTC": "/Date(1573755038314+0000)/",
                "NewField": [{}],
            }
        )
        self.assertEqual(
            (invoice.xero_id, invoice.kind, invoice.number, invoice.status, invoice.contact_id),
            ("i-1", "ACCREC", "INV/2026/1", "A_STATUS_OF_TOMORROW", "c-1"),
        )
        self.assertEqual((invoice.date, invoice.due_date), (date(2018, 2, 15), date(2018, 3, 15)))
        self.assertEqual((invoice.amount_due, invoice.amount_paid, invoice.reference), (0, 12, ""))
        self.assertEqual(invoice.updated, datetime(2019, 11, 14, 18, 10, 38, 314000))
        credit = documents.Document.from_json(
            {"CreditNoteID": "n-1", "CreditNoteNumber": "CN1", "RemainingCredit": 5, "Total": 9}
        )
        self.assertEqual(
            (credit.xero_id, credit.number, credit.amount_due, credit.total), ("n-1", "CN1", 5, 9)
        )

    def test_reference_data(self):
        rate = parse.TaxRate.from_json(
            {
                "TaxType": "OUTPUT2",
                "EffectiveRate": 20,
                "DisplayTaxRate": Decimal("20.0000"),
                "CanApplyToRevenue": True,
                "CanApplyToAssets": False,
                "CanApplyToEquity": True,
                "ReportTaxType": "NEW",
                "TaxComponents": [{"Rate": 12.5}, {"Rate": None}, None],
            }
        )
        self.assertEqual((rate.effective_rate, rate.can_apply_to), (20, {"revenue", "equity"}))
        self.assertEqual(rate.components, (Decimal("12.5"), None))
        account = parse.Account.from_json({"AccountID": "a", "EnablePaymentsToAccount": True})
        self.assertEqual((account.code, account.payments_enabled), ("", True))
        organisation = parse.Organisation.from_json(
            {"Name": "Ltd\0", "PeriodLockDate": "/Date(1518652800000+0000)/", "Class": "ULTRA"}
        )
        self.assertEqual(organisation.name, "Ltd")
        self.assertEqual(organisation.period_lock_date, date(2018, 2, 15))
        self.assertIsNone(organisation.end_of_year_lock_date)
        self.assertEqual(organisation.plan, "ULTRA")

    def test_tenant_in_any_case(self):
        for keys in (("id", "tenantId", "tenantName"), ("Id", "TenantID", "tenantname")):
            row = dict(zip(keys, ("k", "t", "Demo"), strict=True))
            tenant = parse.Tenant.from_json(row)
            self.assertEqual(
                (tenant.connection_id, tenant.tenant_id, tenant.name), ("k", "t", "Demo")
            )


@tagged("post_install", "-at_install")
class TestOutcomes(BaseCase):
    def results(self, *rows):
        return outcome.outcomes({"Invoices": rows and list(rows)}, "Invoices")

    def test_saved_and_refused(self):
        saved, warned, failed, described = self.results(
            {"InvoiceID": "i-1", "HasErrors": False, "StatusAttributeString": "OK"},
            {
                "InvoiceID": "i-2",
                "StatusAttributeString": "WARNING",
                "ValidationErrors": [],
                "Warnings": [{"Message": "Only AUTHORISED invoices may have SentToContact"}],
            },
            refused("Invoice # must be unique.", InvoiceID=outcome.ZERO_GUID),
            {"StatusAttributeString": "error", "validationerrors": [{"Description": "No."}]},
        )
        self.assertEqual((saved.ok, saved.xero_id, saved.messages), (True, "i-1", ()))
        self.assertTrue(warned.ok)
        # Saved with a warning: whoever sends it again doubles it.
        (flagged,) = self.results(
            {"InvoiceID": "i-3", "StatusAttributeString": "WARNING", "HasErrors": True})
        self.assertTrue(flagged.ok)
        self.assertEqual(warned.warnings, ("Only AUTHORISED invoices may have SentToContact",))
        self.assertEqual(
            (failed.ok, failed.xero_id, failed.messages),
            (False, None, ("Invoice # must be unique.",)),
        )
        self.assertEqual((described.ok, described.messages), (False, ("No.",)))

    def test_reason_at_the_contact_or_line(self):
        (failed,) = self.results(
            {
                "HasErrors": True,
                "Contact": refused("The contact has been archived."),
                "LineItems": [{"ValidationErrors": None}, refused("Account code '1'."), None],
            }
        )
        self.assertEqual(failed.messages, ("The contact has been archived.", "Account code '1'."))

    def match(self, sent, rows, keys=("InvoiceID", "InvoiceNumber", "Url")):
        results = self.results(*rows)
        paired = outcome.match_outcomes(sent, results, keys)
        positions = {id(result): position for position, result in enumerate(results)}
        return [result and positions[id(result)] for result in paired]

    def test_order_does_not_matter(self):
        sent = [{"InvoiceNumber": "A"}, {"InvoiceNumber": "B"}, {"InvoiceNumber": "C"}]
        rows = [{"InvoiceNumber": n, "InvoiceID": f"id-{n}"} for n in "CAB"]
        self.assertEqual(self.match(sent, rows), [1, 2, 0])

    def test_equal_numbers_told_apart_by_another_field(self):
        sent = [{"InvoiceNumber": "7", "Url": "u1"}, {"InvoiceNumber": "7", "Url": "u2"}]
        rows = [{"InvoiceNumber": "7", "Url": "u2"}, {"InvoiceNumber": "7", "Url": "u1"}]
        self.assertEqual(self.match(sent, rows), [1, 0])
        # The number alone is ambiguous until the element with the address has been paired.
        self.assertEqual(self.match(sent, [{"InvoiceNumber": "7"}, rows[1]]), [1, 0])

    def test_position_only_where_nothing_contradicts(self):
        sent = [{"InvoiceNumber": "A"}, {"Url": "u"}, {"Url": "v"}]
        blank = {"InvoiceID": outcome.ZERO_GUID}
        self.assertEqual(self.match(sent, [{"InvoiceNumber": "A"}, blank, blank]), [0, 1, 2])
        self.assertEqual(self.match(sent, [{"InvoiceNumber": "X"}, blank, blank]), [None, 1, 2])
        # One pair that moved shows that the order changed: the rest is not guessed.
        self.assertEqual(self.match(sent, [blank, {"InvoiceNumber": "A"}, blank]), [1, None, None])
        self.assertEqual(self.match(sent, [blank, blank]), [None, None, None])

    def test_last_one_left_needs_no_position(self):
        sent = [{"InvoiceNumber": "A"}, {"InvoiceNumber": "B"}]
        self.assertEqual(self.match(sent, [{}, {"InvoiceNumber": "A"}]), [1, 0])

    def test_no_result_serves_two(self):
        sent = [{"InvoiceNumber": "A"}, {"InvoiceNumber": "A"}]
        self.assertEqual(self.match(sent, [{"InvoiceNumber": "A"}]), [None, None])
        self.assertEqual(self.match(sent, [{"InvoiceNumber": "A"}] * 2), [0, 1])

    def test_fifty_elements(self):
        sent = [{"ContactNumber": f"ODOO-{n}", "Name": f"N{n % 7}"} for n in range(50)]
        rows = json.loads(json.dumps(sent[::-1]))
        self.assertEqual(self.match(sent, rows, ("ContactNumber",)), list(range(50))[::-1])


@tagged("post_install", "-at_install")
class TestMoney(BaseCase):
    def test_payments_and_credits_of_an_invoice(self):
        document = documents.Document.from_json(parse.loads(b"""{
            "InvoiceID": "i-1", "AmountPaid": 30.10, "AmountCredited": 5.00,
            "Payments": [{"PaymentID": "p-1", "Date": "/Date(1767225600000+0000)/",
                          "Amount": 30.10, "Reference": "BACS", "CurrencyRate": 1.25}],
            "CreditNotes": [{"CreditNoteID": "c-1", "CreditNoteNumber": "CN-1",
                             "AppliedAmount": 3.00, "Date": "/Date(1767225600000+0000)/"}],
            "Overpayments": [{"OverpaymentID": "o-1", "AppliedAmount": 2.00}]}"""))
        [payment] = document.payments
        self.assertEqual(
            (payment.xero_id, payment.amount, payment.date, payment.reference),
            ("p-1", Decimal("30.10"), date(2026, 1, 1), "BACS"))
        self.assertEqual(
            [(c.kind, c.credit_id, c.invoice_id, c.amount) for c in document.credits],
            [("CreditNotes", "c-1", "i-1", Decimal(3)), ("Overpayments", "o-1", "i-1", Decimal(2))])

    def test_both_sides_of_an_allocation_read_alike(self):
        note = documents.Document.from_json(parse.loads(b"""{
            "CreditNoteID": "c-1", "CreditNoteNumber": "CN-1", "RemainingCredit": 1,
            "Allocations": [
                {"Amount": 3.00, "Date": "/Date(1767225600000+0000)/",
                 "Invoice": {"InvoiceID": "i-1"}},
                {"Amount": 9.00, "IsDeleted": true, "Invoice": {"InvoiceID": "i-2"}}]}"""))
        invoice = documents.Document.from_json(parse.loads(b"""{
            "InvoiceID": "i-1", "CreditNotes": [{
                "CreditNoteID": "c-1", "CreditNoteNumber": "CN-1", "AppliedAmount": 3.00,
                "Date": "/Date(1767225600000+0000)/"}]}"""))
        self.assertEqual(note.credits, invoice.credits)
        self.assertEqual(note.amount_due, Decimal(1))

    def test_payment(self):
        payment = documents.Payment.from_json(parse.loads(b"""{
            "PaymentID": "p-1", "PaymentType": "ARCREDITPAYMENT", "Status": "DELETED",
            "Amount": 10, "BankAmount": 8.00, "CurrencyRate": 1.25, "BatchPaymentID": "b-1",
            "Account": {"AccountID": "a-1"}, "CreditNote": {"CreditNoteID": "c-1"}}"""))
        self.assertEqual(
            (payment.document_id, payment.account_id, payment.status, payment.batch_id),
            ("c-1", "a-1", "DELETED", "b-1"))
        self.assertEqual((payment.amount, payment.bank_amount), (Decimal(10), Decimal(8)))
