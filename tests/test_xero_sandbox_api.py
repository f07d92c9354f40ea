"""The sandbox's Accounting API: who may call it, and what a request must look like."""
import unittest
from decimal import Decimal

import requests

from .test_xero_sandbox_common import ZERO_GUID, SandboxCase
from .unit import tagged
from .xero_sandbox import openapi

OPENAPI = openapi.folder()


@tagged("post_install", "-at_install", "xero_sandbox")
class TestXeroSandboxApi(SandboxCase):

    # -- who ------------------------------------------------------------------------------------

    def test_no_or_unknown_token(self):
        for value in (None, "Bearer nonsense", "Basic abc"):
            response = self.call("GET", "/Organisation", headers={"Authorization": value})
            self.assertEqual(response.status_code, 401)
            self.assertEqual(response.json()["Title"], "Unauthorized")

    def test_token_expires_after_thirty_minutes(self):
        self.sandbox.advance(1799)
        self.assertEqual(self.call("GET", "/Organisation").status_code, 200)
        self.sandbox.advance(2)
        response = self.call("GET", "/Organisation")
        self.assertEqual(response.status_code, 401)
        self.assertRegex(response.json()["Detail"],
                         r"^TokenExpired: token expired at \d\d/\d\d/\d{4} \d\d:\d\d:\d\d$")

    def test_tenant_must_be_connected(self):
        other = self.sandbox.add_organisation("Not connected")
        for tenant in (None, ZERO_GUID, other.tenant_id):
            response = self.call("GET", "/Organisation", headers={"xero-tenant-id": tenant})
            self.assertEqual((response.status_code, response.json()["detail"]),
                             (403, "AuthenticationUnsuccessful"))

    def test_scopes(self):
        app = self.sandbox.add_app("reader", "secret", [])
        tokens = self.sandbox.connect(app, [self.org], {
            "accounting.invoices.read", "accounting.settings", "accounting.contacts"})
        headers = {"Authorization": "Bearer " + tokens["access_token"]}
        for method, path, allowed in (
                ("GET", "/Invoices", True), ("PUT", "/Invoices", False),
                ("GET", "/CreditNotes", True), ("POST", "/CreditNotes", False),
                ("GET", "/Payments", False), ("GET", "/Accounts", True),
                ("GET", "/Contacts", True), ("GET", "/Items", True),
                ("GET", f"/Invoices/{ZERO_GUID}/Attachments", False)):
            response = self.call(method, path, {} if method != "GET" else None, headers=headers)
            self.assertEqual(response.status_code == 401, not allowed, (method, path))
            if not allowed:
                self.assertEqual(response.headers["WWW-Authenticate"], "insufficient_scope")

    # -- form -----------------------------------------------------------------------------------

    def test_not_found_is_html(self):
        for path in ("/Nonsense", f"/Invoices/{ZERO_GUID}", "/Contacts/unknown",
                     f"/Payments/{ZERO_GUID}"):
            response = self.call("GET", path)
            self.assertEqual(response.status_code, 404)
            self.assertTrue(response.headers["Content-Type"].startswith("text/html"))

    def test_wrong_method(self):
        self.assertEqual(self.call("DELETE", "/Invoices").status_code, 405)

    def test_xml_unless_json_is_asked_for(self):
        self.put(self.invoice())
        for accept in ("*/*", "application/xml"):
            response = self.call("GET", "/Invoices", headers={"Accept": accept}, page=1)
            self.assertTrue(response.headers["Content-Type"].startswith("text/xml"))
            self.assertIn("<Invoices><Invoice><Type>ACCREC</Type>", response.text)

    def test_every_answer_has_a_correlation_id(self):
        for path in ("/Organisation", "/Nonsense"):
            self.assertRegex(self.call("GET", path).headers["Xero-Correlation-Id"],
                             r"^[0-9a-f-]{36}$")

    def test_body_that_is_no_json(self):
        url = self.sandbox.url + "/api.xro/2.0/Invoices"
        headers = {"Content-Type": "application/json"}
        for data in (b"", b"{", b'{"Total": NaN}', b"[]", b'"text"'):
            response = self.session.put(url, data=data, headers=headers, timeout=30)
            self.assertEqual((response.status_code, response.json()["ErrorNumber"]), (400, 14),
                             data)
        response = self.session.put(url, data=b"<Invoice/>", timeout=30,
                                    headers={"Content-Type": "text/xml"})
        self.assertEqual(response.status_code, 415)

    def test_body_without_elements(self):
        for body in ({}, {"Invoices": []}):
            response = self.call("PUT", "/Invoices", body)
            self.assertEqual((response.status_code, response.json()["Type"]),
                             (400, "NoDataProcessedException"))

    def test_body_larger_than_xero_takes(self):
        lines = [self.line(Description="x" * 3500001)]
        self.assertEqual(self.call("PUT", "/Invoices", self.invoice(LineItems=lines)).status_code,
                         413)

    def wrong(self, body, path="/Invoices"):
        """:return: the message of a body that Xero's types do not allow."""
        response = self.call("PUT", path, body)
        self.assertEqual((response.status_code, response.json()["Type"]),
                         (400, "PostDataInvalidException"), response.text)
        self.assertEqual(self.org.invoices, [])
        return response.json()["Message"]

    def test_unknown_field(self):
        self.assertIn("'Nonsense' was not recognised", self.wrong(self.invoice(Nonsense=1)))
        self.assertIn("'dueDate' was not recognised",
                      self.wrong(self.invoice(dueDate="2026-01-01")))
        self.assertIn("'Price' was not recognised",
                      self.wrong(self.invoice(LineItems=[self.line(Price=1)])))
        self.assertIn("'Mail' was not recognised",
                      self.wrong(self.invoice(Contact={"Name": "A", "Mail": "a@example.com"})))

    def test_unknown_enum_value(self):
        for fields in ({"Type": "SALE"}, {"Status": "POSTED"}, {"LineAmountTypes": "exclusive"},
                       {"CurrencyCode": "XXX"}, {"CurrencyCode": ""}):
            self.wrong(self.invoice(**fields))
        self.wrong({"Name": "A", "Phones": [{"PhoneType": "HOME"}]}, "/Contacts")

    def test_wrong_type(self):
        for fields in ({"InvoiceNumber": 7}, {"Date": "02/03/2026"}, {"Date": 20260302},
                       {"Date": "20260302"}, {"Date": "2026-02-30"},
                       {"SentToContact": "true"}, {"CurrencyRate": "1.1"}, {"Contact": "A"},
                       {"LineItems": {}}, {"Reference": ["a"]}, {"BrandingThemeID": "standard"},
                       {"LineItems": [self.line(Quantity="1")]},
                       {"LineItems": [self.line(Quantity=True)]}):
            self.wrong(self.invoice(**fields))
        self.wrong({**self.invoice(), "Reference": None})

    def test_dates_in_both_forms(self):
        record = self.put(self.invoice(Date="/Date(1772409600000)/", DueDate="2026-04-01T00:00:00"))
        self.assertEqual((record["Date"], record["DateString"], record["DueDateString"]),
                         ("/Date(1772409600000+0000)/", "2026-03-02T00:00:00",
                          "2026-04-01T00:00:00"))

    def test_read_only_fields_are_ignored(self):
        record = self.put(self.invoice(Total=1, AmountDue=5, HasErrors=False,
                                       HasAttachments=False))
        self.assertEqual((record["Total"], record["AmountDue"]), (120, 120))

    @unittest.skipUnless(OPENAPI, "Xero's OpenAPI documents or PyYAML, jsonschema are not here")
    def test_requests_fit_the_published_document(self):
        self.sandbox.openapi = openapi.load(OPENAPI)
        self.put({"Contacts": [{
            "Name": "Ridgeway", "EmailAddress": "a@example.com", "ContactNumber": "ODOO-1",
            "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "123"}], "Addresses": [
                {"AddressType": "STREET", "City": "Leeds", "Country": "UK"}]}]}, "/Contacts")
        body = self.invoice(
            LineAmountTypes="Exclusive", CurrencyCode="EUR", CurrencyRate=1.17, Reference="SO1",
            Url="https://odoo.example.com/odoo/action-1/5", InvoiceNumber="INV/2026/00001",
            Contact={"ContactID": self.org.contacts[0]["ContactID"]}, LineItems=[
                self.line(Quantity=3.5, UnitAmount=19.9999, TaxType="OUTPUT2", DiscountRate=12.5,
                          TaxAmount=12.25, Tracking=[{"Name": "Region", "Option": "North"}])])
        made = self.rows(self.call("PUT", "/Invoices", {"Invoices": [body]}, unitdp=4,
                                   summarizeErrors="false"))[0]
        self.assertEqual(made["StatusAttributeString"], "OK")
        pay = {"Invoice": {"InvoiceID": made["InvoiceID"]}, "Account": {"Code": "090"}, "Amount": 1,
               "Date": "2026-03-05"}
        payment = self.put({"Payments": [pay]}, "/Payments")
        self.post(f"/Payments/{payment['PaymentID']}", {"Status": "DELETED"})
        one = f"/Invoices/{made['InvoiceID']}"
        self.rows(self.call("POST", one, {"Invoices": [{"Status": "VOIDED"}]}, unitdp=4))
        self.rows(self.call("GET", "/Invoices", IDs=f"{made['InvoiceID']},{made['InvoiceID']}",
                            Statuses="VOIDED,PAID", page=1, pageSize=1000, unitdp=4))
        self.assertEqual(self.sandbox.unpublished, [])
        for beside, method, path, sent, params in (
            # Newer than the document at hand, so it alone refuses it.
            ("RoundingAmount", "PUT", "/Invoices",
             {"Invoices": [{**body, "RoundingAmount": 0.01}]}, {}),
            ("Status", "POST", one, {"Status": "VOIDED"}, {}),
            ("unitdp", "PUT", "/Contacts", {"Contacts": [{"Name": "Brook"}]}, {"unitdp": 4}),
            ("summarizeErrors", "POST", one, {"Invoices": [{}]}, {"summarizeErrors": "false"}),
            ("IDs", "GET", "/CreditNotes", None, {"IDs": made["InvoiceID"]}),
            ("IDs", "GET", "/Invoices", None, {"IDs": "INV-1"}),
            ("includeArchived", "GET", "/Contacts", None, {"includeArchived": "True"}),
            ("page", "GET", "/Invoices", None, {"page": "first"}),
        ):
            with self.subTest(beside, path=path):
                response = self.call(method, path, sent, **params)
                self.assertEqual(response.status_code, 400)
                self.assertIn(beside, response.json()["Message"])
                self.assertIn(beside, self.sandbox.unpublished.pop())
        response = self.call("PUT", "/Invoices", {"Invoices": [body]},
                             headers={"Idempotency-Key": "k" * 129})
        self.assertIn("idempotency key", response.json()["Message"].lower())
        self.sandbox.unpublished.clear()

    # -- settings -------------------------------------------------------------------------------

    def test_organisation(self):
        row = self.rows(self.call("GET", "/Organisation"))[0]
        self.assertEqual((row["Name"], row["BaseCurrency"], row["ShortCode"], row["CountryCode"]),
                         ("Demo Ltd", "GBP", self.org.short_code, "GB"))
        self.assertTrue(row["ShortCode"].startswith("!"))
        self.assertNotIn("PeriodLockDate", row)
        self.org.actions["CreateApprovedBill"] = False
        actions = {row["Name"]: row["Status"]
                   for row in self.rows(self.call("GET", "/Organisation/Actions"))}
        self.assertEqual((actions["CreateApprovedInvoice"], actions["CreateApprovedBill"]),
                         ("ALLOWED", "NOT-ALLOWED"))

    def test_settings(self):
        codes = {row["Code"]: row for row in self.rows(self.call("GET", "/Accounts"))}
        self.assertEqual((codes["200"]["TaxType"], codes["200"]["Class"]), ("OUTPUT2", "REVENUE"))
        self.assertEqual(codes["610"]["SystemAccount"], "DEBTORS")
        self.assertEqual(codes["090"]["Type"], "BANK")
        rates = {row["TaxType"]: row["EffectiveRate"]
                 for row in self.rows(self.call("GET", "/TaxRates"))}
        self.assertEqual((rates["OUTPUT2"], rates["RRINPUT"], rates["ZERORATEDOUTPUT"]), (20, 5, 0))
        self.assertEqual([row["Code"] for row in self.rows(self.call("GET", "/Currencies"))],
                         ["GBP", "EUR", "USD"])
        categories = self.rows(self.call("GET", "/TrackingCategories"))
        self.assertEqual([row["Name"] for row in categories], ["Region", "Department"])
        self.assertEqual(self.rows(self.call("GET", "/BrandingThemes"))[0]["SortOrder"], 0)
        self.assertEqual(self.rows(self.call("GET", "/TaxRates/output2"))[0]["TaxType"], "OUTPUT2")

    def test_items(self):
        body = {"Code": "DESK", "Name": "Desk",
                "SalesDetails": {"UnitPrice": 99.5, "AccountCode": "200", "TaxType": "OUTPUT2"}}
        self.put(body, "/Items")
        self.assertEqual(self.refused(self.call("PUT", "/Items", body)),
                         ["Price List Item with Code 'DESK' already exists"])
        self.post("/Items", {**body, "Name": "Desk 2"})
        self.assertEqual(self.rows(self.call("GET", "/Items/desk"))[0]["Name"], "Desk 2")
        line = {"ItemCode": "DESK", "Quantity": 2}
        record = self.put(self.invoice(LineItems=[{**line, "Description": "Two desks"}]))
        self.assertEqual((record["SubTotal"], record["LineItems"][0]["AccountCode"]),
                         (Decimal("199"), "200"))
        self.assertEqual(self.refused(self.call("PUT", "/Invoices", self.invoice(
            LineItems=[{**line, "ItemCode": "NONE", "Description": "x", "UnitAmount": 1,
                        "AccountCode": "200"}]))), ["Item code 'NONE' is not valid"])

    # -- notes and files ------------------------------------------------------------------------

    def test_history(self):
        record = self.put(self.invoice())
        path = f"/Invoices/{record['InvoiceID']}/History"
        self.put({"HistoryRecords": [{"Details": "Made in Odoo"}]}, path)
        self.assertEqual(self.rows(self.call("GET", path))[0]["User"], "System Generated")
        response = self.call("PUT", path, {"HistoryRecords": [{"Details": "x" * 2501}]})
        self.assertEqual(self.refused(response), ["Details must have 1 to 2500 characters."])

    def attach(self, owner, name, data=b"%PDF", **params):
        return self.session.put(f"{self.sandbox.url}/api.xro/2.0/{owner}/Attachments/{name}",
                                data=data, params=params, timeout=30,
                                headers={"Content-Type": "application/pdf"})

    def test_attachments(self):
        record, bill = self.put(self.invoice()), self.put(self.bill())
        owner = "Invoices/" + record["InvoiceID"]
        first = self.rows(self.attach(owner, "a.pdf", IncludeOnline="true"))[0]
        self.assertEqual((first["IncludeOnline"], first["ContentLength"]), (True, 4))
        self.assertEqual(self.rows(self.attach(owner, "a.pdf", b"%PDF2"))[0]["AttachmentID"],
                         first["AttachmentID"])
        self.assertEqual(self.call("GET", f"/{owner}/Attachments/a.pdf").content, b"%PDF2")
        self.assertTrue(self.rows(self.call("GET", f"/{owner}"))[0]["HasAttachments"])
        for name in ("a%3Ab.pdf", "a%2Bb.pdf"):
            self.assertEqual(self.attach(owner, name).status_code, 400)
        self.assertEqual(self.attach("Invoices/" + bill["InvoiceID"], "b.pdf",
                                     IncludeOnline="true").status_code, 400)
        for number in range(9):
            self.rows(self.attach(owner, f"{number}.pdf"))
        self.assertEqual(self.refused(self.attach(owner, "eleventh.pdf")),
                         ["A document can have at most 10 attachments."])

    # -- ledger ---------------------------------------------------------------------------------

    def test_ledger(self):
        self.put(self.invoice(), unitdp=4)
        call = self.sandbox.calls_to("PUT", "/Invoices")[0]
        self.assertEqual((call.status, call.tenant_id, call.client_id, call.query),
                         (200, self.org.tenant_id, "client", {"unitdp": "4"}))
        self.assertEqual(call.body["LineItems"][0]["AccountCode"], "200")
        self.assertNotIn(self.session.headers["Authorization"][7:], str(call.headers))
        requests.post(self.sandbox.url + "/connect/token", timeout=30,
                      data={"client_id": "client", "client_secret": "hidden"})
        self.assertNotIn("hidden", str(self.sandbox.calls[-1].as_dict()))
        self.sandbox.reset_calls()
        self.assertEqual(self.sandbox.calls, [])
