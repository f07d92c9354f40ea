"""The sandbox's payments, batches, refunds, over- and prepayments."""
from datetime import date
from decimal import Decimal

from .test_xero_sandbox_common import ZERO_GUID, SandboxCase
from .unit import tagged

EXCEEDS = ["Payment amount exceeds the amount outstanding on this document"]
NOT_AUTHORISED = ["Payments can only be made against Authorised documents"]


@tagged("post_install", "-at_install", "xero_sandbox")
class TestXeroSandboxPayments(SandboxCase):

    def payment(self, record, amount, **fields):
        return {"Invoice": {"InvoiceID": record["InvoiceID"]}, "Account": {"Code": "090"},
                "Date": "2026-03-09", "Amount": amount, **fields}

    def pay(self, record, amount, **fields):
        return self.put(self.payment(record, amount, **fields), "/Payments")

    def refuse(self, body, path="/Payments", method="PUT"):
        return self.refused(self.call(method, path, body))

    def read(self, record):
        return self.rows(self.call("GET", "/Invoices/" + record["InvoiceID"]))[0]

    # -- payments -------------------------------------------------------------------------------

    def test_part_and_full_payment(self):
        record = self.put(self.invoice())
        first = self.pay(record, 20.5, Reference="r1")
        self.assertEqual((first["PaymentType"], first["Status"], first["Account"]["Code"]),
                         ("ACCRECPAYMENT", "AUTHORISED", "090"))
        row = self.read(record)
        self.assertEqual((row["Status"], row["AmountPaid"], row["AmountDue"]),
                         ("AUTHORISED", Decimal("20.5"), Decimal("99.5")))
        self.assertEqual([(p["PaymentID"], p["Amount"], p["Reference"]) for p in row["Payments"]],
                         [(first["PaymentID"], Decimal("20.5"), "r1")])
        self.pay(record, 99.5, Date="2026-03-12")
        row = self.read(record)
        self.assertEqual((row["Status"], row["AmountDue"]), ("PAID", 0))
        self.assertEqual(row["FullyPaidOnDate"], "/Date(1773273600000+0000)/")
        self.assertEqual(self.pay(self.put(self.bill()), 120)["PaymentType"], "ACCPAYPAYMENT")

    def test_deletion_brings_the_debt_back(self):
        record = self.put(self.invoice())
        payment = self.pay(record, 120)
        stamp = self.org.invoices[0]["UpdatedDateUTC"]
        path = "/Payments/" + payment["PaymentID"]
        deleted = self.post(path, {"Status": "DELETED"})
        self.assertEqual(deleted["Status"], "DELETED")
        row = self.read(record)
        self.assertEqual((row["Status"], row["AmountDue"], row["Payments"]),
                         ("AUTHORISED", 120, []))
        self.assertNotIn("FullyPaidOnDate", row)
        self.assertGreater(self.org.invoices[0]["UpdatedDateUTC"], stamp)
        self.assertEqual(self.rows(self.call("GET", path))[0]["Status"], "DELETED")
        self.assertIn("deleted already", self.refuse({"Status": "DELETED"}, path, "POST")[0])
        self.assertIn("can only be deleted", self.refuse({"Reference": "x"}, path, "POST")[0])
        # Both forms of the published example work.
        again = self.pay(record, 1)
        self.post("/Payments/" + again["PaymentID"], {"Payments": [{"Status": "DELETED"}]})
        self.assertEqual(self.call("POST", f"/Payments/{ZERO_GUID}",
                                   {"Status": "DELETED"}).status_code, 404)

    def test_what_is_refused(self):
        record, draft = self.put(self.invoice()), self.put(self.invoice(Status="DRAFT"))
        for body, message in (
                (self.payment(record, 120.01), EXCEEDS[0]),
                (self.payment(draft, 1), NOT_AUTHORISED[0]),
                (self.payment(record, 0), "greater than zero"),
                (self.payment({"InvoiceID": ZERO_GUID}, 1), "could not be found"),
                (self.payment(record, 1, Account={"Code": "200"}), "bank account"),
                (self.payment(record, 1, Account={"Code": "091"}), "currency EUR cannot pay"),
                (self.payment(record, 1, CreditNote={"CreditNoteID": ZERO_GUID}), "exactly one"),
                ({"Account": {"Code": "090"}, "Amount": 1}, "exactly one")):
            self.assertIn(message, self.refuse(body)[0])
        self.pay(record, 120)
        self.assertEqual(self.refuse(self.payment(record, 1)), NOT_AUTHORISED)

    def test_several_payments(self):
        record = self.put(self.invoice())
        body = {"Payments": [self.payment(record, 100), self.payment(record, 100)]}
        self.assertEqual(self.refuse(body), EXCEEDS)
        self.assertEqual(self.read(record)["AmountDue"], 120)
        rows = self.rows(self.call("PUT", "/Payments", body, summarizeErrors="false"))
        self.assertEqual([row["StatusAttributeString"] for row in rows], ["OK", "ERROR"])
        self.assertEqual(self.call("POST", "/Payments", body).status_code, 400)
        self.post("/Payments", self.payment(record, 20))

    def test_accounts_that_payments_are_enabled_for(self):
        record = self.put(self.invoice(InvoiceNumber="A-1"))
        payment = self.put({"Invoice": {"InvoiceNumber": "A-1"}, "Account": {"Code": "835"},
                            "Amount": 10, "Date": "2026-03-09"}, "/Payments")
        self.assertEqual(payment["Invoice"]["InvoiceID"], record["InvoiceID"])

    def test_foreign_currency(self):
        record = self.put(self.invoice(CurrencyCode="EUR", CurrencyRate=1.2))
        own = self.pay(record, 60, Account={"Code": "091"})
        self.assertEqual((own["BankAmount"], own["CurrencyRate"]), (60, Decimal("1.2")))
        pounds = self.pay(record, 60, CurrencyRate=1.25)
        self.assertEqual((pounds["BankAmount"], pounds["CurrencyRate"]), (48, Decimal("1.25")))
        self.assertEqual(self.read(record)["Status"], "PAID")

    def test_locks(self):
        record = self.put(self.invoice(Date="2026-05-01"))
        payment = self.pay(record, 1)
        self.org.period_lock_date = date(2026, 3, 31)
        self.assertIn("period lock date", self.refuse(self.payment(record, 1))[0])
        self.assertIn("period lock date", self.refuse(
            {"Status": "DELETED"}, "/Payments/" + payment["PaymentID"], "POST")[0])
        self.pay(record, 1, Date="2026-05-02")

    def test_lists(self):
        record = self.put(self.invoice())
        self.pay(record, 1)
        deleted = self.pay(record, 2)
        self.post("/Payments/" + deleted["PaymentID"], {"Status": "DELETED"})
        rows = self.rows(self.call("GET", "/Payments"))
        self.assertEqual([(row["Amount"], row["Status"]) for row in rows],
                         [(1, "AUTHORISED"), (2, "DELETED")])
        where = f'Status=="AUTHORISED" AND Invoice.InvoiceID==guid("{record["InvoiceID"]}")'
        rows = self.rows(self.call("GET", "/Payments", where=where, page=1))
        self.assertEqual([row["Amount"] for row in rows], [1])

    # -- batches --------------------------------------------------------------------------------

    def test_batch(self):
        first, second = self.put(self.invoice()), self.put(self.invoice())
        body = {"Account": {"Code": "090"}, "Date": "2026-03-09", "Reference": "B", "Payments": [
            {"Invoice": {"InvoiceID": record["InvoiceID"]}, "Amount": amount}
            for record, amount in ((first, 120), (second, 20))]}
        batch = self.put(body, "/BatchPayments")
        self.assertEqual((batch["TotalAmount"], batch["Type"], batch["Status"]),
                         (140, "RECBATCH", "AUTHORISED"))
        self.assertEqual(self.read(first)["Status"], "PAID")
        payment = self.org.payments[0]
        self.assertEqual(payment["BatchPaymentID"], batch["BatchPaymentID"])
        self.assertIn("with the batch", self.refuse(
            {"Status": "DELETED"}, "/Payments/" + payment["PaymentID"], "POST")[0])
        path = "/BatchPayments/" + batch["BatchPaymentID"]
        self.assertEqual(self.post(path, {"Status": "DELETED"})["Status"], "DELETED")
        self.assertEqual((self.read(first)["Status"], self.read(second)["AmountPaid"]),
                         ("AUTHORISED", 0))
        self.assertEqual(self.rows(self.call("GET", path))[0]["Payments"], [])
        self.assertEqual(len(self.rows(self.call("GET", "/BatchPayments"))), 1)
        self.assertEqual(self.refuse({**body, "Narrative": "x" * 19}, "/BatchPayments"),
                         ["The Narrative must be 18 characters or fewer."])
        body["Payments"][1]["Amount"] = 121
        self.assertEqual(self.refuse(body, "/BatchPayments"), EXCEEDS)
        self.assertEqual(self.read(first)["AmountDue"], 120)

    # -- credits --------------------------------------------------------------------------------

    def note(self, amount=100, **fields):
        return self.put({"Type": "ACCRECCREDIT", "Contact": {"Name": "Ridgeway University"},
                         "Date": "2026-03-20", "Status": "AUTHORISED",
                         "LineItems": [self.line(UnitAmount=amount)], **fields}, "/CreditNotes")

    def test_refund(self):
        note = self.note(100)
        payment = self.put({"CreditNote": {"CreditNoteID": note["CreditNoteID"]}, "Amount": 120,
                            "Account": {"Code": "090"}, "Date": "2026-03-25"}, "/Payments")
        self.assertEqual(payment["PaymentType"], "ARCREDITPAYMENT")
        self.assertEqual(self.org.credit_notes[0]["Status"], "PAID")

    def test_overpayments_and_prepayments(self):
        record = self.put(self.invoice())
        person = self.org.as_person
        for collection, id_field, credit in (
                ("Overpayments", "OverpaymentID", person.receive_overpayment(
                    "Ridgeway University", 30)),
                ("Prepayments", "PrepaymentID", person.receive_prepayment(
                    "Ridgeway University", 40))):
            path = f"/{collection}/{credit[id_field]}"
            self.assertEqual(self.rows(self.call("GET", f"/{collection}", page=1))[0][
                "RemainingCredit"], credit["Total"])
            self.rows(self.call("PUT", path + "/Allocations", {
                "Amount": 10, "Date": "2026-03-21", "Invoice": {"InvoiceID": record["InvoiceID"]}}))
            self.assertEqual(self.rows(self.call("GET", path))[0]["RemainingCredit"],
                             credit["Total"] - 10)
        invoice = self.read(record)
        self.assertEqual((invoice["AmountCredited"], invoice["AmountDue"]), (20, 100))
        self.assertEqual(len(invoice["Overpayments"]), 1)

    # -- persons --------------------------------------------------------------------------------

    def test_acts_of_a_person(self):
        person = self.org.as_person
        record = person.create_invoice("A", [self.line(UnitAmount=19.99)], status="DRAFT",
                                       InvoiceNumber="P-1", Date=date(2026, 3, 1))
        self.assertEqual(person.submit("P-1")["Status"], "SUBMITTED")
        self.assertEqual(person.approve("P-1")["Status"], "AUTHORISED")
        self.assertEqual(person.edit("P-1", Reference="PO")["Reference"], "PO")
        payment = person.pay("P-1", 3.99, date(2026, 3, 5), "090", "cash")
        self.assertEqual((payment["Amount"], payment["Reference"]), (Decimal("3.99"), "cash"))
        note = person.create_credit_note("A", [self.line(UnitAmount=5)])
        person.allocate(note["CreditNoteID"], "P-1", 6)
        self.assertEqual(record["AmountDue"], Decimal("14.00"))
        person.pay("P-1")
        self.assertEqual(record["Status"], "PAID")
        person.delete_payment(payment["PaymentID"])
        self.assertEqual((record["Status"], record["AmountDue"]), ("AUTHORISED", Decimal("3.99")))
        draft = person.create_invoice("A", [self.line()], status="DRAFT")
        self.assertEqual(person.delete_draft(draft["InvoiceID"])["Status"], "DELETED")
        other = person.create_invoice("A", [self.line()])
        self.assertEqual(person.void(other["InvoiceID"])["Status"], "VOIDED")
        euros = person.create_invoice("A", [self.line()], CurrencyCode="EUR")
        self.assertEqual(person.pay(euros["InvoiceID"])["Account"]["Code"], "091")
