"""The sandbox's allocations of credit notes, held against what Xero was recorded to answer."""
from .test_xero_sandbox_common import ZERO_GUID, SandboxCase
from .unit import tagged

PAID_OFF = "The invoice you are trying to allocate to has already been paid off"
TOO_MUCH = "Credit Note cannot be allocated as amount is greater than amount outstanding"
WRONG_TYPE = "Credit Note cannot be allocated to an incorrect invoice type"


@tagged("post_install", "-at_install", "xero_sandbox")
class TestXeroSandboxAllocations(SandboxCase):

    def note(self, amount=100, **fields):
        return self.put({"Type": "ACCRECCREDIT", "Contact": {"Name": "Ridgeway University"},
                         "Date": "2026-03-20", "Status": "AUTHORISED",
                         "LineItems": [self.line(UnitAmount=amount)], **fields}, "/CreditNotes")

    def path(self, note):
        return f"/CreditNotes/{note['CreditNoteID']}"

    def element(self, record, amount):
        return {"Amount": amount, "Date": "2026-03-21",
                "Invoice": {"InvoiceID": record["InvoiceID"]}}

    def allocate(self, note, *elements, **params):
        return self.call("PUT", f"{self.path(note)}/Allocations",
                         {"Allocations": list(elements)}, **params)

    def refusals(self, note, record, amount):
        return self.refused(self.allocate(note, self.element(record, amount)))

    def read(self, note):
        """:return: a credit note read by itself"""
        return self.rows(self.call("GET", self.path(note)))[0]

    def invoice_of(self, record):
        return self.rows(self.call("GET", "/Invoices/" + record["InvoiceID"]))[0]

    def test_the_answer_tells_no_identifier(self):
        """As in recording 85; only the credit note tells it, and not its invoice's list of it."""
        record, note = self.put(self.invoice()), self.note(50)
        [row] = self.rows(self.allocate(note, self.element(record, 20)))
        # Xero sets the date: the later one of both documents.
        self.assertEqual((row["Amount"], row["Date"]), (20, "/Date(1773964800000+0000)/"))
        self.assertEqual(row["Invoice"]["InvoiceID"], record["InvoiceID"])
        self.assertEqual(row["CreditNote"]["CreditNoteID"], note["CreditNoteID"])
        self.assertNotIn("AllocationID", row)
        [allocation] = self.read(note)["Allocations"]
        self.assertTrue(allocation["AllocationID"])
        invoice = self.invoice_of(record)
        self.assertEqual((invoice["AmountCredited"], invoice["AmountDue"], invoice["Payments"]),
                         (20, 100, []))
        [row] = invoice["CreditNotes"]
        self.assertEqual((row["CreditNoteID"], row["AppliedAmount"]), (note["CreditNoteID"], 20))
        self.assertFalse({"AllocationID", "Allocations", "_allocation"} & row.keys())
        self.assertEqual(self.org.payments, [])

    def test_dates_of_reads_differ(self):
        """Xero-OpenAPI #266: the invoice's in a single read, the credit note's in a list."""
        record, note = self.put(self.invoice()), self.note(50)
        self.rows(self.allocate(note, self.element(record, 20)))
        [listed] = self.rows(self.call("GET", "/CreditNotes"))
        self.assertEqual(listed["Allocations"][0]["Date"], "/Date(1773964800000+0000)/")
        self.assertEqual(self.read(note)["Allocations"][0]["Date"], "/Date(1772409600000+0000)/")

    def test_what_is_sent_again_is_allocated_again(self):
        record, note = self.put(self.invoice()), self.note(50)
        for left in (40, 20, 0):
            self.rows(self.allocate(note, self.element(record, 20)))
            self.assertEqual(self.read(note)["RemainingCredit"], left)
        self.assertEqual(self.refusals(note, record, 20), [TOO_MUCH])
        self.assertEqual(len({a["AllocationID"] for a in self.read(note)["Allocations"]}), 3)

    def test_used_up_and_released(self):
        record, note = self.put(self.invoice()), self.note(50)
        self.rows(self.allocate(note, self.element(record, 60)))
        self.assertEqual(self.read(note)["Status"], "PAID")
        for kind, owner in (("invoice", "/Invoices/" + record["InvoiceID"]),
                            ("credit note", self.path(note))):
            self.assertEqual(self.refused(self.call("POST", owner, {"Status": "VOIDED"})), [
                f"The status VOIDED cannot be applied to the {kind} because it has payments or "
                "credit notes allocated to it."])
        [allocation] = self.read(note)["Allocations"]
        path = f"{self.path(note)}/Allocations/{allocation['AllocationID']}"
        removed = self.call("DELETE", path)
        self.assertEqual(removed.status_code, 200)
        self.assertEqual(removed.json()["AllocationId"], allocation["AllocationID"])
        self.assertEqual((self.read(note)["Status"], self.read(note)["RemainingCredit"]),
                         ("AUTHORISED", 60))
        self.assertEqual(self.invoice_of(record)["AmountDue"], 120)
        self.assertEqual(self.call("DELETE", path).status_code, 404)

    def test_several_at_once(self):
        first, second, note = self.put(self.invoice()), self.put(self.invoice()), self.note(50)
        rows = self.rows(self.allocate(
            note, self.element(first, 50), self.element(second, 20), self.element(second, 10),
            summarizeErrors="false"))
        self.assertEqual([row.get("StatusAttributeString") for row in rows], ["OK", "ERROR", "OK"])
        self.assertEqual(rows[1]["ValidationErrors"], [{"Message": TOO_MUCH}])
        self.assertNotIn("AllocationID", rows[1])
        self.assertEqual(self.read(note)["RemainingCredit"], 0)

    def test_what_does_not_fit(self):
        record, note = self.put(self.invoice()), self.note(10)
        self.assertEqual(self.refusals(note, record, 12.01), [TOO_MUCH])
        self.rows(self.allocate(note, self.element(record, 5)))
        self.assertEqual(self.refusals(note, record, 7.01), [TOO_MUCH])
        self.assertEqual(self.refusals(self.note(500), record, 121), [TOO_MUCH])
        for other, word in (
                (self.put(self.invoice(Contact={"Name": "B"})), "same contact"),
                (self.put(self.invoice(CurrencyCode="EUR")), "same currency"),
                (self.put(self.invoice(Status="DRAFT")), "Authorised"),
                (self.put(self.bill(Contact={"Name": "Ridgeway University"})), WRONG_TYPE),
                ({"InvoiceID": ZERO_GUID}, "not be found")):
            self.assertIn(word, self.refusals(note, other, 1)[0])
        paid = self.put(self.invoice())
        self.org.as_person.pay(paid["InvoiceID"])
        self.assertEqual(self.refusals(note, paid, 1), [PAID_OFF, TOO_MUCH])

    def test_only_a_list_or_an_object_is_data(self):
        """As in recording 81."""
        record, note = self.put(self.invoice()), self.note()
        path, element = f"{self.path(note)}/Allocations", self.element(record, 1)
        answer = self.call("PUT", path, [element])
        self.assertEqual((answer.status_code, answer.json()["ErrorNumber"]), (400, 17))
        self.assertEqual(self.call("PUT", path, element).status_code, 200)

    def test_a_body_by_the_published_types(self):
        path = f"{self.path(self.note())}/Allocations"
        for element in ({"Amount": 1, "Invoice": {"InvoiceID": ZERO_GUID}},
                        {"AppliedAmount": 1, "Date": "2026-03-21",
                         "Invoice": {"InvoiceID": ZERO_GUID}}):
            answer = self.call("PUT", path, {"Allocations": [element]})
            self.assertEqual(answer.json()["Type"], "PostDataInvalidException")

    def test_inside_of_its_credit_note_it_is_ignored(self):
        record = self.put(self.invoice())
        note = self.note(Allocations=[self.element(record, 20)])
        self.assertEqual((note["Allocations"], note["RemainingCredit"]), ([], 120))
        self.assertEqual(self.invoice_of(record)["AmountDue"], 120)

    def test_the_period_of_its_date_is_locked(self):
        record, note = self.put(self.invoice()), self.note()
        self.rows(self.allocate(note, self.element(record, 20)))
        [allocation] = self.read(note)["Allocations"]
        self.org.period_lock_date = self.org.store["CreditNotes"].get(
            note["CreditNoteID"])["Date"]
        self.assertIn("period lock date", self.refusals(note, record, 20)[0])
        self.assertEqual(self.call(
            "DELETE", f"{self.path(note)}/Allocations/{allocation['AllocationID']}").status_code,
            400)
