"""The sandbox's lists: where, order, pages, explicit lists, If-Modified-Since."""
from datetime import timedelta

from .test_xero_sandbox_common import ZERO_GUID, SandboxCase
from .unit import tagged


@tagged("post_install", "-at_install", "xero_sandbox")
class TestXeroSandboxQuery(SandboxCase):

    def setUp(self):
        super().setUp()
        self.org.minute_limit = None
        person = self.org.as_person
        for number, (contact, day, amount, status) in enumerate((
                ("Ann", "2026-01-31", 100, "AUTHORISED"), ("Bob", "2026-02-01", 50, "DRAFT"),
                ("Ann", "2026-02-15", 25.5, "SUBMITTED"), ("Cid", "2026-03-01", 10, "AUTHORISED")),
                1):
            person.create_invoice(contact, [self.line(UnitAmount=amount, TaxType="NONE")], Date=day,
                                  status=status, InvoiceNumber=f"N-{number}",
                                  Reference=f"ref {contact}")
        person.pay("N-4", 10)

    def numbers(self, path="/Invoices", headers=None, **params):
        return [row["InvoiceNumber"]
                for row in self.rows(self.call("GET", path, headers=headers, **params))]

    def test_where(self):
        ann = self.org.contacts[0]["ContactID"]
        for text, expected in (
                ('Status=="DRAFT"', ["N-2"]),
                ('status = "draft"', ["N-2"]),
                ('Status!="DRAFT"', ["N-1", "N-3", "N-4"]),
                ('Type=="ACCPAY"', []),
                ('InvoiceNumber=="n-3"', ["N-3"]),
                ('Total>25.5', ["N-1", "N-2"]),
                ('Total >= 25.5 AND Total <= 50', ["N-2", "N-3"]),
                ('Total<25.5 OR Total==100', ["N-1", "N-4"]),
                ('Date >= DateTime(2026, 02, 01)', ["N-2", "N-3", "N-4"]),
                ('Date < DateTime(2026,2,1)', ["N-1"]),
                ('Date >= DateTime(2026, 02, 01, 12, 0, 0)', ["N-3", "N-4"]),
                (f'Contact.ContactID==guid("{ann.upper()}")', ["N-1", "N-3"]),
                (f'Contact.ContactID == Guid("{ann}") && AmountPaid == 0', ["N-1", "N-3"]),
                ('Contact.Name=="ANN" and (Status=="SUBMITTED" || Total==50)', ["N-3"]),
                ('Status=="PAID" || Status=="DRAFT" && Total==1', ["N-4"]),
                ('SentToContact==false', ["N-1", "N-2", "N-3", "N-4"]),
                ('Url==null', ["N-1", "N-2", "N-3", "N-4"]),
                ('Url!=null', []),
                ('Reference=="ref \\"Ann"', []),
                (f'InvoiceID==guid("{ZERO_GUID}")', [])):
            self.assertEqual(sorted(self.numbers(where=text)), expected, text)

    def test_where_that_xero_cannot_read(self):
        for text in ("Nonsense==1", "Contact.Nonsense==1", "Status", 'Status=="DRAFT', "Status==",
                     'Status=="A" AND', '(Status=="A"', 'Status=="A")', "Total==\"5\"",
                     "Status==5", f'InvoiceID=="{ZERO_GUID}"', 'Status>"A"', "Date==5",
                     "Date >= DateTime(2026, 13, 1)", 'InvoiceID==guid("7")', "1==1",
                     'ToLower(Status)=="a"', "Total==Total"):
            response = self.call("GET", "/Invoices", where=text)
            self.assertEqual((response.status_code, response.json().get("Type")),
                             (400, "QueryParseException"), text)

    def test_order(self):
        # As Xero sorts: by the last change, and the paid one was changed last.
        self.org.as_person.edit("N-1", Reference="later")
        self.assertEqual(self.numbers(), ["N-2", "N-3", "N-4", "N-1"])
        self.assertEqual(self.numbers(order="Total DESC"), ["N-1", "N-2", "N-3", "N-4"])
        self.assertEqual(self.numbers(order="Contact.Name, Date DESC"),
                         ["N-3", "N-1", "N-2", "N-4"])
        for order in ("Nonsense", "Total UP", "Total DESC please"):
            self.assertEqual(self.call("GET", "/Invoices", order=order).status_code, 400)

    def test_pages(self):
        response = self.call("GET", "/Invoices", page=2, pageSize=3, order="InvoiceNumber ASC")
        self.assertEqual(response.json()["pagination"],
                         {"page": 2, "pageSize": 3, "pageCount": 2, "itemCount": 4})
        self.assertEqual([row["InvoiceNumber"] for row in self.rows(response)], ["N-4"])
        for size, used in (("5000", 1000), ("0", 1), ("x", 100)):
            self.assertEqual(self.call("GET", "/Invoices", page=1, pageSize=size).json()[
                "pagination"]["pageSize"], used)
        self.assertNotIn("pagination", self.call("GET", "/Invoices", pageSize=1).json())
        self.assertNotIn("pagination", self.call("GET", "/Accounts", page=1).json())

    def test_lines_come_with_pages_only(self):
        rows = self.rows(self.call("GET", "/Invoices"))
        self.assertEqual({len(row["LineItems"]) for row in rows}, {0})
        rows = self.rows(self.call("GET", "/Invoices", page=1))
        self.assertEqual({len(row["LineItems"]) for row in rows}, {1})
        rows = self.rows(self.call("GET", "/Invoices", summaryOnly="true"))
        self.assertNotIn("LineItems", rows[0])
        self.assertIn("AmountDue", rows[0])

    def test_explicit_lists(self):
        ids = [invoice["InvoiceID"] for invoice in self.org.invoices]
        ann = self.org.contacts[0]["ContactID"]
        for params, expected in (
                ({"IDs": f"{ids[0]},{ids[2].upper()}"}, ["N-1", "N-3"]),
                ({"InvoiceNumbers": "n-2,N-4"}, ["N-2", "N-4"]),
                ({"ContactIDs": ann}, ["N-1", "N-3"]),
                ({"Statuses": "DRAFT,PAID"}, ["N-2", "N-4"]),
                ({"Statuses": "DRAFT", "ContactIDs": ann}, []),
                ({"searchTerm": "REF A"}, ["N-1", "N-3"]), ({"searchTerm": "n-4"}, ["N-4"])):
            self.assertEqual(sorted(self.numbers(**params)), expected, params)
        self.assertIn("pagination", self.call("GET", "/Invoices", Statuses="DRAFT").json())

    def test_more_than_52_ids(self):
        self.assertEqual(self.call("GET", "/Invoices", IDs=",".join([ZERO_GUID] * 52)).status_code,
                         200)
        # Written with different ids, as a set of equal ones is one id.
        ids = ",".join(f"00000000-0000-0000-0000-{number:012d}" for number in range(53))
        response = self.call("GET", "/Invoices", IDs=ids)
        self.assertEqual(response.status_code, 404)
        self.assertTrue(response.headers["Content-Type"].startswith("text/html"))

    def test_created_by_my_app(self):
        self.put(self.invoice(InvoiceNumber="MINE"))
        self.assertEqual(self.numbers(createdByMyApp="true"), ["MINE"])

    def test_modified_since(self):
        self.sandbox.clock.freeze()
        self.sandbox.advance(60)
        record = self.org.as_person.edit("N-2", Reference="changed")
        moment = record["UpdatedDateUTC"].replace(microsecond=0)

        def since(time):
            return self.numbers(headers={"If-Modified-Since": time.strftime("%Y-%m-%dT%H:%M:%S")})

        self.assertEqual(since(moment - timedelta(seconds=1)), ["N-2"])
        # To the second and exclusive, so that only an overlapping cursor is safe.
        self.assertEqual(since(moment), [])
        self.assertEqual(len(since(moment - timedelta(days=1))), 4)
        self.sandbox.advance(5)
        payment = self.org.as_person.pay("N-1", 1)
        self.assertEqual(since(moment + timedelta(seconds=1)), ["N-1"])
        self.sandbox.advance(5)
        self.org.as_person.delete_payment(payment["PaymentID"])
        self.assertEqual(since(moment + timedelta(seconds=6)), ["N-1"])
        header = {"If-Modified-Since": "2026-03-01T00:00:00.000001+00:00"}
        self.assertEqual(self.call("GET", "/Invoices", headers=header).status_code, 400)

    def test_contacts(self):
        rows = self.rows(self.call("GET", "/Contacts", where='Name=="bob"'))
        self.assertEqual([row["Name"] for row in rows], ["Bob"])
        rows = self.rows(self.call("GET", "/Contacts", searchTerm="an", summaryOnly="true"))
        self.assertEqual([row["Name"] for row in rows], ["Ann"])
        self.assertNotIn("Phones", rows[0])
        stamp = self.rows(self.call("GET", "/Invoices", page=1))[0]["UpdatedDateUTC"]
        self.assertRegex(stamp, r"^/Date\(\d{13}\+0000\)/$")
