"""The sandbox's invoices and credit notes: what is required, statuses, edits, numbers, locks."""
from datetime import date
from decimal import Decimal

from .test_xero_sandbox_common import ZERO_GUID, SandboxCase
from .unit import tagged

NOT_VALID = ["Invoice not of valid status for modification"]
APPLIED = ["This document cannot be edited as it has a payment or credit note allocated to it."]


@tagged("post_install", "-at_install", "xero_sandbox")
class TestXeroSandboxDocuments(SandboxCase):

    def refuse(self, body, path="/Invoices", method="PUT"):
        """:return: messages of a refused request."""
        return self.refused(self.call(method, path, body))

    def update(self, record, **fields):
        return self.post(f"/Invoices/{record['InvoiceID']}", fields)

    def refuse_update(self, record, **fields):
        return self.refuse(fields, f"/Invoices/{record['InvoiceID']}", "POST")

    # -- bulk -----------------------------------------------------------------------------------

    def test_one_bad_element_refuses_all_by_default(self):
        good, bad = self.invoice(), self.invoice(LineItems=[self.line(AccountCode="999")])
        for params in ({}, {"summarizeErrors": "true"}):
            response = self.call("PUT", "/Invoices", {"Invoices": [good, bad, good]}, **params)
            self.assertEqual(self.refused(response),
                             ["Account code '999' is not a valid code for this document."])
            self.assertEqual(len(response.json()["Elements"]), 1)
            self.assertEqual(response.json()["Elements"][0]["InvoiceID"], ZERO_GUID)
        # Nothing is left behind, not even the contact.
        self.assertEqual((self.org.invoices, self.org.contacts), ([], []))

    def test_errors_by_element(self):
        good, bad = self.invoice(), self.invoice(Contact={"Name": "New"}, DueDate=None)
        rows = self.rows(self.call("PUT", "/Invoices", {"Invoices": [good, bad, good]},
                                   summarizeErrors="false"))
        self.assertEqual([row["StatusAttributeString"] for row in rows], ["OK", "ERROR", "OK"])
        self.assertEqual([row["HasErrors"] for row in rows], [False, True, False])
        self.assertEqual(rows[1]["InvoiceID"], ZERO_GUID)
        self.assertEqual(rows[1]["ValidationErrors"],
                         [{"Message": "The document DueDate field must be specified."}])
        self.assertEqual([row["Name"] for row in self.org.contacts], ["Ridgeway University"])
        self.assertEqual(len(self.org.invoices), 2)

    def test_all_errors_of_a_document_come_at_once(self):
        messages = self.refuse(self.invoice(DueDate=None, CurrencyCode="CHF", LineItems=[
            self.line(AccountCode="999"), self.line(Description="")]))
        self.assertEqual(sorted(messages), [
            "Account code '999' is not a valid code for this document.",
            "Description must be specified for each line item.",
            "Organisation is not subscribed to currency CHF",
            "The document DueDate field must be specified."])

    # -- required -------------------------------------------------------------------------------

    def test_least_draft(self):
        record = self.put({"Type": "ACCREC", "Contact": {"Name": "A"},
                           "LineItems": [{"Description": "x"}]})
        self.assertEqual(
            (record["Status"], record["LineAmountTypes"], record["CurrencyCode"], record["Total"],
             record["InvoiceNumber"]), ("DRAFT", "Exclusive", "GBP", 0, "INV-0001"))
        self.assertEqual(self.org.invoices[0]["Date"], self.org.today())

    def test_required_fields(self):
        for fields, message in (
                ({"Contact": {}},
                 "The Contact must contain at least 1 of the following elements to identify the "
                 "contact: Name, ContactID, ContactNumber"),
                ({"LineItems": []}, "One or more line items must be specified"),
                ({"DueDate": None}, "The document DueDate field must be specified."),
                ({"Type": None}, "The invoice Type must be ACCREC or ACCPAY."),
                ({"LineItems": [{"Description": "x", "Quantity": 1, "UnitAmount": 1}]},
                 "Account code must be specified"),
                ({"LineItems": [{"Description": "x", "UnitAmount": 1, "AccountCode": "200"}]},
                 "Quantity must be specified for each line item.")):
            for status in ("SUBMITTED", "AUTHORISED"):
                self.assertEqual(self.refuse(self.invoice(Status=status, **fields)), [message])

    def test_draft_without_account_cannot_be_approved(self):
        record = self.put(self.invoice(Status="DRAFT", DueDate=None, LineItems=[
            {"Description": "x", "Quantity": 1, "UnitAmount": 10}]))
        self.assertEqual(record["Total"], 10)
        self.assertEqual(self.refuse_update(record, Status="AUTHORISED"), [
            "Account code must be specified", "The document DueDate field must be specified."])
        approved = self.update(record, Status="AUTHORISED", DueDate="2026-05-01", LineItems=[
            {"LineItemID": record["LineItems"][0]["LineItemID"], "AccountCode": "200"}])
        self.assertEqual((approved["Status"], approved["Total"]), ("AUTHORISED", 12))

    def test_description_only_line(self):
        record = self.put(self.invoice(LineItems=[self.line(), {"Description": "Note"}]))
        self.assertEqual(record["Total"], 120)
        self.assertNotIn("Quantity", record["LineItems"][1])

    def test_accounts_that_fit(self):
        self.org.add_account("990", "Old", Status="ARCHIVED")
        for code in ("610", "800", "820", "090", "nonsense"):
            self.assertEqual(self.refuse(self.invoice(LineItems=[self.line(AccountCode=code)])),
                             [f"Account code '{code}' is not a valid code for this document."])
        self.assertEqual(self.refuse(self.invoice(LineItems=[self.line(AccountCode="990")])), [
            "Account code '990' has been archived, or has been deleted. Each line item must "
            "reference a valid account."])
        account = self.org.account("860")
        line = {"Description": "Rounding", "Quantity": 1, "UnitAmount": 0.01, "TaxType": "NONE",
                "AccountID": account["AccountID"]}
        self.assertEqual(self.put(self.invoice(LineItems=[line]))["LineItems"][0]["AccountCode"],
                         "860")

    def test_tax_types_that_fit(self):
        self.org.add_tax_rate("TAX001", "Gone", 20, status="ARCHIVED")
        for tax_type in ("TAX001", "NONSENSE"):
            self.assertEqual(self.refuse(self.invoice(LineItems=[self.line(TaxType=tax_type)])), [
                f"The TaxType code {tax_type} does not exist or cannot be used for this type of "
                "transaction."])
        self.assertEqual(self.refuse(self.invoice(LineItems=[self.line(TaxType="INPUT2")])),
                         ["The TaxType code 'INPUT2' cannot be used with account code '200'."])

    def test_tracking(self):
        line = self.put(self.invoice(LineItems=[self.line(Tracking=[
            {"Name": "region", "Option": "north"}, {"Name": "Department", "Option": "Sales"}])]))
        self.assertEqual([row["Option"] for row in line["LineItems"][0]["Tracking"]],
                         ["North", "Sales"])
        category = self.org.tracking_categories[0]
        by_id = {"TrackingCategoryID": category["TrackingCategoryID"],
                 "TrackingOptionID": category["Options"][1]["TrackingOptionID"]}
        line = self.put(self.invoice(LineItems=[self.line(Tracking=[by_id])]))["LineItems"][0]
        self.assertEqual(line["Tracking"][0]["Option"], "South")
        for tracking in ([{"Name": "Region", "Option": "Moon"}], [by_id, by_id],
                         [by_id, {"Name": "Department", "Option": "Sales"}, by_id]):
            self.refuse(self.invoice(LineItems=[self.line(Tracking=tracking)]))

    def test_tracking_of_lists_has_no_identifier_of_the_option(self):
        written = self.put(self.invoice(LineItems=[self.line(
            Tracking=[{"Name": "Region", "Option": "North"}])]))
        self.org.tracking_categories[0]["Options"][0]["Name"] = "Northern"
        keys = {"Name": "Region", "TrackingCategoryID":
                self.org.tracking_categories[0]["TrackingCategoryID"]}
        option = self.org.tracking_categories[0]["Options"][0]["TrackingOptionID"]
        [row] = written["LineItems"][0]["Tracking"]
        self.assertEqual(row, {**keys, "Option": "North", "TrackingOptionID": option})
        [single] = self.rows(self.call("GET", f"/Invoices/{written['InvoiceID']}"))
        self.assertEqual(single["LineItems"][0]["Tracking"],
                         [{**keys, "Option": "Northern", "TrackingOptionID": option}])
        for params in ({"page": 1}, {"page": 1, "IDs": written["InvoiceID"]}):
            [listed] = self.rows(self.call("GET", "/Invoices", **params))
            self.assertEqual(listed["LineItems"][0]["Tracking"],
                             [{**keys, "Option": "Northern", "Options": []}])

    def test_archived_tracking_is_listed_when_it_is_asked_for(self):
        region, department = self.org.tracking_categories
        region["Options"][0]["Status"] = department["Status"] = "ARCHIVED"
        [row] = self.rows(self.call("GET", "/TrackingCategories"))
        self.assertEqual([option["Name"] for option in row["Options"]], ["South", "East", "West"])
        rows = self.rows(self.call("GET", "/TrackingCategories", includeArchived="true"))
        self.assertEqual([len(row["Options"]) for row in rows], [4, 3])

    def test_lengths_url_and_theme(self):
        for fields, word in (
                ({"InvoiceNumber": "x" * 256}, "InvoiceNumber"),
                ({"LineItems": [self.line(Description="x" * 4001)]}, "4000"),
                ({"Url": "/odoo/1"}, "absolute"), ({"Url": "ftp://example.com/1"}, "absolute"),
                ({"Url": "https://example.com/account_xero/1"}, "'xero'"),
                ({"BrandingThemeID": ZERO_GUID}, "BrandingThemeID"),
                ({"RoundingAmount": 0.01}, "RoundingAmount is not enabled")):
            self.assertIn(word, self.refuse(self.invoice(**fields))[0])
        record = self.put(self.invoice(InvoiceNumber="x" * 255, Url="http://localhost:8069/o/1",
                                       LineItems=[self.line(Description="x" * 4000)]))
        self.assertEqual(record["Url"], "http://localhost:8069/o/1")

    # -- numbers --------------------------------------------------------------------------------

    def test_sales_numbers_are_unique_for_ever(self):
        record = self.put(self.invoice(InvoiceNumber="A-1"))
        self.assertEqual(self.refuse(self.invoice(InvoiceNumber="a-1")),
                         ["Invoice # must be unique."])
        self.update(record, Status="VOIDED")
        self.assertEqual(self.refuse(self.invoice(InvoiceNumber="A-1")),
                         ["Invoice # must be unique."])
        twins = {"Invoices": [self.invoice(InvoiceNumber="B"), self.invoice(InvoiceNumber="B")]}
        rows = self.rows(self.call("PUT", "/Invoices", twins, summarizeErrors="false"))
        self.assertEqual([row["HasErrors"] for row in rows], [False, True])

    def test_bill_numbers_are_not(self):
        for _ in range(2):
            record = self.put(self.bill(InvoiceNumber="B-1", Reference="is for sales only"))
        self.assertEqual(record["InvoiceNumber"], "B-1")
        self.assertNotIn("Reference", record)
        self.assertEqual(self.put(self.bill())["InvoiceNumber"], "")

    def test_post_with_a_known_sales_number_edits_that_invoice(self):
        record = self.put(self.invoice(InvoiceNumber="A-1"))
        edited = self.post("/Invoices", self.invoice(InvoiceNumber="A-1", Reference="two"))
        self.assertEqual((edited["InvoiceID"], edited["Reference"]), (record["InvoiceID"], "two"))
        self.post("/Invoices", self.bill(InvoiceNumber="A-1"))
        self.assertEqual(len(self.org.invoices), 2)

    def test_put_only_creates(self):
        record = self.put(self.invoice(InvoiceNumber="A-1"))
        self.assertIn("PUT only creates", self.refuse(
            self.invoice(InvoiceID=record["InvoiceID"]))[0])

    def test_unknown_ids(self):
        for method, path, body in (
                ("POST", "/Invoices", self.invoice(InvoiceID=ZERO_GUID)),
                ("POST", f"/Invoices/{ZERO_GUID}", {"Status": "VOIDED"}),
                ("PUT", "/Invoices", self.invoice(Contact={"ContactID": ZERO_GUID}))):
            self.assertEqual(self.call(method, path, body).status_code, 404)
        self.assertEqual(self.org.invoices, [])

    # -- life cycle -----------------------------------------------------------------------------

    def test_status_steps(self):
        allowed = {"DRAFT": {"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"},
                   "SUBMITTED": {"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"},
                   "AUTHORISED": {"AUTHORISED", "VOIDED"}}
        self.org.minute_limit = None
        every = ("DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED")
        for before, steps in allowed.items():
            for after in every:
                record = self.put(self.invoice(Status=before))
                if after in steps:
                    self.assertEqual(self.update(record, Status=after)["Status"], after)
                else:
                    self.assertEqual(self.refuse_update(record, Status=after), NOT_VALID)

    def test_void_and_deleted_are_final(self):
        for first, last in (("AUTHORISED", "VOIDED"), ("DRAFT", "DELETED")):
            record = self.update(self.put(self.invoice(Status=first)), Status=last)
            self.assertEqual((record["Status"], record["AmountDue"]), (last, 0))
            for fields in ({"Status": "DRAFT"}, {"Status": last}, {"Reference": "x"}):
                self.assertEqual(self.refuse_update(record, **fields), NOT_VALID)

    def test_new_documents_are_open_or_approved(self):
        for status in ("PAID", "VOIDED", "DELETED"):
            self.assertIn(status, self.refuse(self.invoice(Status=status))[0])

    def test_edit_an_approved_invoice(self):
        record = self.put(self.invoice())
        before = self.org.invoices[0]["UpdatedDateUTC"]
        edited = self.update(record, Reference="PO 7", LineItems=[self.line(UnitAmount=50)])
        self.assertEqual((edited["Status"], edited["Total"], edited["Reference"]),
                         ("AUTHORISED", 60, "PO 7"))
        self.assertGreater(self.org.invoices[0]["UpdatedDateUTC"], before)
        self.assertIn("Type", self.refuse_update(record, Type="ACCPAY")[0])

    def test_by_number_in_the_url(self):
        self.put(self.invoice(InvoiceNumber="A-1"))
        self.assertEqual(self.post("/Invoices/A-1", {"Status": "VOIDED"})["Status"], "VOIDED")
        self.assertEqual(self.rows(self.call("GET", "/Invoices/A-1"))[0]["Status"], "VOIDED")

    def test_lines_on_update(self):
        record = self.put(self.invoice(LineItems=[self.line(Description=c) for c in "abc"]))
        first, second, _third = (line["LineItemID"] for line in record["LineItems"])
        edited = self.update(record, LineItems=[
            {"LineItemID": second, "Description": "B"}, {"LineItemID": first},
            self.line(Description="new", UnitAmount=1)])
        self.assertEqual([line["Description"] for line in edited["LineItems"]], ["new", "B", "a"])
        self.assertEqual([line["LineItemID"] for line in edited["LineItems"]][1:], [second, first])
        self.assertEqual(edited["SubTotal"], 201)
        for unknown in (ZERO_GUID, _third):
            self.assertIn("does not belong", self.refuse_update(
                edited, LineItems=[self.line(LineItemID=unknown)])[0])

    def test_update_without_lines_keeps_what_is_in_them(self):
        record = self.put(self.invoice(LineItems=[self.line(UnitAmount=1.2345)]), unitdp=4)
        edited = self.update(record, Reference="PO 8")
        [before], [after] = record["LineItems"], edited["LineItems"]
        self.assertNotEqual(before.pop("LineItemID"), after.pop("LineItemID"))
        self.assertEqual((after["UnitAmount"], after["TaxType"], after["AccountCode"]),
                         (Decimal("1.23"), before["TaxType"], before["AccountCode"]))

    def test_applied_invoice_cannot_be_edited_or_voided(self):
        record = self.put(self.invoice(InvoiceNumber="A-1"))
        self.org.as_person.pay("A-1", 20)
        for fields in ({"Reference": "x"}, {"DueDate": "2026-06-01"},
                       {"LineItems": [self.line()]}):
            self.assertEqual(self.refuse_update(record, **fields), APPLIED)
        self.assertEqual(self.refuse_update(record, Status="VOIDED"), [
            "The status VOIDED cannot be applied to the invoice because it has payments or credit "
            "notes allocated to it."])

    def test_paid_bill_may_change_a_little(self):
        record = self.put(self.bill(InvoiceNumber="B-1"))
        self.org.as_person.pay(record["InvoiceID"])
        line = record["LineItems"][0]
        edited = self.update(record, InvoiceNumber="B-2", DueDate="2026-06-01", LineItems=[
            {"LineItemID": line["LineItemID"], "Description": "Other words", "AccountCode": "400"}])
        self.assertEqual((edited["InvoiceNumber"], edited["Status"]), ("B-2", "PAID"))
        self.assertEqual(edited["LineItems"][0]["AccountCode"], "400")
        for fields in ({"Date": "2026-03-03"}, {"CurrencyCode": "EUR"}, {"LineItems": [
                {"LineItemID": line["LineItemID"], "UnitAmount": 99}]},
                       {"LineItems": [self.line(AccountCode="429")]}):
            self.assertEqual(self.refuse_update(record, **fields), APPLIED)

    def test_approving_nothing_to_pay_is_paying_it(self):
        record = self.put(self.invoice(LineItems=[self.line(UnitAmount=0)]))
        self.assertEqual((record["Status"], record["AmountDue"]), ("PAID", 0))
        self.assertEqual(self.update(record, Status="VOIDED")["Status"], "VOIDED")

    # -- warnings, currency, locks, plans -------------------------------------------------------

    def test_sent_to_contact_needs_approval(self):
        row = self.rows(self.call("PUT", "/Invoices", self.invoice(
            Status="DRAFT", SentToContact=True), summarizeErrors="false"))[0]
        self.assertEqual((row["StatusAttributeString"], row["SentToContact"]), ("WARNING", False))
        self.assertEqual(row["Warnings"], [
            {"Message": "Only AUTHORISED invoices may have SentToContact updated."}])
        self.assertTrue(self.put(self.invoice(SentToContact=True))["SentToContact"])

    def test_currency(self):
        record = self.put(self.invoice(CurrencyCode="EUR"))
        self.assertEqual(record["CurrencyRate"], Decimal("1.17"))
        record = self.put(self.invoice(CurrencyCode="USD", CurrencyRate=1.23456789))
        self.assertEqual(record["CurrencyRate"], Decimal("1.234568"))
        self.assertEqual(self.put(self.invoice(CurrencyRate=2))["CurrencyRate"], 1)
        row = self.rows(self.call("PUT", "/Invoices", self.invoice(
            CurrencyCode="EUR", CurrencyRate=117), summarizeErrors="false"))[0]
        self.assertEqual(row["StatusAttributeString"], "WARNING")
        self.org.add_currency("CHF", "1.09")
        self.assertEqual(self.put(self.invoice(CurrencyCode="CHF"))["CurrencyRate"],
                         Decimal("1.09"))

    def test_lock_dates(self):
        record = self.put(self.invoice(Date="2026-03-31"))
        self.org.period_lock_date = date(2026, 3, 31)
        text = ["The document date cannot be before the period lock date, currently set at "
                "31 March 2026"]
        self.assertEqual(self.refuse(self.invoice(Date="2026-03-31")), text)
        self.assertEqual(self.refuse_update(record, Reference="x"), text)
        self.assertEqual(self.refuse_update(record, Date="2026-04-01"), text)
        self.assertEqual(self.refuse_update(record, Status="VOIDED"), text)
        self.put(self.invoice(Date="2026-04-01"))
        row = self.rows(self.call("GET", "/Organisation"))[0]
        self.assertEqual(row["PeriodLockDate"], "/Date(1774915200000+0000)/")
        self.org.period_lock_date, self.org.end_of_year_lock_date = None, date(2026, 4, 5)
        self.assertIn("end of year lock date", self.refuse(self.invoice(Date="2026-04-01"))[0])

    def test_approvals_of_a_small_plan(self):
        self.org.approval_limits = {"ACCREC": 2, "ACCPAY": 0}
        limit = ["You have reached the limit of invoices you can approve"]
        for _ in range(2):
            self.put(self.invoice())
        self.assertEqual(self.refuse(self.invoice()), limit)
        self.assertEqual(self.refuse(self.bill()), limit)
        draft = self.put(self.invoice(Status="DRAFT"))
        self.assertEqual(self.refuse_update(draft, Status="AUTHORISED"), limit)
        self.sandbox.advance(32 * 86400)
        self.login()
        self.update(draft, Status="AUTHORISED")

    # -- credit notes ---------------------------------------------------------------------------

    def test_credit_notes(self):
        body = {"Type": "ACCRECCREDIT", "Contact": {"Name": "A"}, "CreditNoteNumber": "CN-9",
                "Date": "2026-03-02", "Status": "AUTHORISED", "LineItems": [self.line()]}
        record = self.put(body, "/CreditNotes")
        self.assertEqual((record["Total"], record["RemainingCredit"]), (120, 120))
        self.assertEqual(self.refuse(body, "/CreditNotes"), ["Credit Note # must be unique."])
        supplier = {**body, "Type": "ACCPAYCREDIT", "LineItems": [self.line(AccountCode="429")]}
        self.put(supplier, "/CreditNotes")
        self.put(supplier, "/CreditNotes")
        self.assertIn("Discounts", self.refuse({**body, "CreditNoteNumber": "", "LineItems": [
            self.line(DiscountRate=10)]}, "/CreditNotes")[0])
        void = self.post(f"/CreditNotes/{record['CreditNoteID']}", {"Status": "VOIDED"})
        self.assertEqual((void["Status"], void["RemainingCredit"]), ("VOIDED", 0))
        self.assertEqual(self.put({**body, "CreditNoteNumber": ""}, "/CreditNotes")[
            "CreditNoteNumber"], "CN-0004")
