"""The sandbox's contacts: unique names and numbers, archived ones, updates through documents."""
from datetime import timedelta
from decimal import Decimal

from .test_xero_sandbox_common import ZERO_GUID, SandboxCase
from .unit import tagged


def taken(name):
    """:return: Xero's words."""
    return [f"The contact name {name} is already assigned to another contact. The contact name "
            "must be unique across all active contacts."]


@tagged("post_install", "-at_install", "xero_sandbox")
class TestXeroSandboxContacts(SandboxCase):

    def contact(self, **fields):
        return self.put({"Name": "Paper Mill", **fields}, "/Contacts")

    def refuse(self, body, path="/Contacts", method="PUT"):
        return self.refused(self.call(method, path, body))

    def test_create(self):
        record = self.contact(ContactNumber="ODOO-7", EmailAddress="a@example.com",
                              Phones=[{"PhoneType": "MOBILE", "PhoneNumber": "7"}])
        self.assertEqual((record["ContactStatus"], record["IsCustomer"]), ("ACTIVE", False))
        self.assertEqual([row["PhoneType"] for row in record["Phones"]],
                         ["DDI", "DEFAULT", "FAX", "MOBILE"])
        self.assertEqual([row["AddressType"] for row in record["Addresses"]], ["STREET", "POBOX"])
        for reference in (record["ContactID"], "ODOO-7"):
            self.assertEqual(self.rows(self.call("GET", f"/Contacts/{reference}"))[0]["Name"],
                             "Paper Mill")

    def test_names_are_unique_among_the_active(self):
        record = self.contact()
        self.assertEqual(self.refuse({"Name": "PAPER mill"}), taken("PAPER mill"))
        other = self.contact(Name="Other")
        path = "/Contacts/" + other["ContactID"]
        self.assertEqual(self.refuse({"Name": "Paper Mill"}, path, "POST"), taken("Paper Mill"))
        self.org.as_person.archive_contact(record["ContactID"])
        self.assertEqual(self.post(path, {"Name": "Paper Mill"})["Name"], "Paper Mill")

    def test_numbers_are_unique(self):
        self.contact(ContactNumber="ODOO-1")
        self.assertEqual(self.refuse({"Name": "B", "ContactNumber": "odoo-1"}), [
            "Another contact has this contact number. Please enter a different contact number."])

    def test_many_at_once(self):
        rows = self.rows(self.call("PUT", "/Contacts", {"Contacts": [
            {"Name": "A"}, {"Name": "a"}, {"Name": "B"}]}, summarizeErrors="false"))
        self.assertEqual([row["StatusAttributeString"] for row in rows], ["OK", "ERROR", "OK"])
        self.assertEqual(rows[1]["ContactID"], ZERO_GUID)

    def test_post_updates_the_match(self):
        record = self.contact(ContactNumber="ODOO-1", FirstName="Ann")
        for match in ({"Name": "paper mill"}, {"ContactNumber": "ODOO-1"},
                      {"ContactID": record["ContactID"]}):
            updated = self.post("/Contacts", {**match, "LastName": "Lee"})
            self.assertEqual((updated["ContactID"], updated["FirstName"], updated["LastName"]),
                             (record["ContactID"], "Ann", "Lee"))
        self.assertNotEqual(self.post("/Contacts", {"Name": "New"})["ContactID"],
                            record["ContactID"])

    def test_partial_update_keeps_slots(self):
        record = self.contact(Phones=[{"PhoneType": "MOBILE", "PhoneNumber": "7"}])
        updated = self.post("/Contacts/" + record["ContactID"], {
            "Phones": [{"PhoneType": "FAX", "PhoneNumber": "8"}]})
        self.assertEqual([row["PhoneNumber"] for row in updated["Phones"]], ["", "", "8", "7"])

    def test_what_is_refused(self):
        for fields, word in (
                ({"Name": "x" * 256}, "255"), ({"Name": "A <b>"}, "angle"),
                ({"Name": " A"}, "spaces"),
                ({"Name": "A  B"}, "spaces"), ({"Name": " "}, "specified"),
                ({"ContactNumber": "x" * 51}, "ContactNumber"),
                ({"AccountNumber": "x" * 51}, "AccountNumber"),
                ({"EmailAddress": "müller@example.com"}, "Email address must be valid."),
                ({"EmailAddress": "nobody"}, "Email address must be valid."),
                ({"TaxNumber": "x" * 51}, "TaxNumber"), ({"FirstName": "x" * 256}, "FirstName"),
                ({"ContactPersons": [{"FirstName": "a"}] * 6}, "5 contact persons"),
                ({"DefaultCurrency": "CHF"}, "not subscribed to currency CHF"),
                ({"Phones": [{"PhoneType": "MOBILE", "PhoneNumber": "1" * 51}]}, "PhoneNumber"),
                ({"Addresses": [{"AddressType": "STREET", "City": "x" * 256}]}, "City"),
                ({"Addresses": [{"AddressType": "STREET", "Country": "U.K."}]}, "letters only")):
            self.assertIn(word, self.refuse({"Name": "A", **fields})[0])
        self.assertEqual(self.refuse({"FirstName": "Ann"}), ["The Contact Name must be specified."])
        self.assertEqual(self.org.contacts, [])

    def test_empty_email_is_none(self):
        self.assertEqual(self.contact(EmailAddress="")["EmailAddress"], "")

    def test_unknown_contact_id(self):
        body = {"Contacts": [{"ContactID": ZERO_GUID, "Name": "A"}, {"Name": "B"}]}
        response = self.call("POST", "/Contacts", body, summarizeErrors="false")
        self.assertEqual(response.status_code, 404)
        self.assertEqual(self.org.contacts, [])

    def test_archived_contacts_are_closed(self):
        record = self.contact(ContactNumber="ODOO-1")
        self.put(self.invoice(Contact={"ContactID": record["ContactID"]}))
        path = "/Contacts/" + record["ContactID"]
        self.assertEqual(self.post(path, {"ContactStatus": "ARCHIVED"})["ContactStatus"],
                         "ARCHIVED")
        edit = ["The specified contact details matched an archived contact. Archived contacts "
                "cannot currently be edited via the API."]
        for body in ({"ContactStatus": "ARCHIVED"}, {"ContactStatus": "ACTIVE"}, {"Name": "B"}):
            self.assertEqual(self.refuse(body, path, "POST"), edit)
        self.assertEqual(self.refuse({"Name": "C", "ContactNumber": "ODOO-1"}), edit)
        use = ["The contact with the specified contact details has been archived. The contact must "
               "be un-archived before creating new invoices or credit notes."]
        for contact in ({"ContactID": record["ContactID"]}, {"ContactNumber": "ODOO-1"}):
            self.assertEqual(self.refuse(self.invoice(Contact=contact), "/Invoices"), use)
        self.org.as_person.edit_contact(record["ContactID"], ContactStatus="ACTIVE")
        self.put(self.invoice(Contact={"ContactID": record["ContactID"]}))

    def test_lists_hide_archived(self):
        record, _other = self.contact(), self.contact(Name="Other")
        self.org.as_person.archive_contact(record["ContactID"])
        for params, count in (({}, 1), ({"includeArchived": "true"}, 2), ({"page": 1}, 1),
                              ({"IDs": record["ContactID"]}, 1)):
            self.assertEqual(len(self.rows(self.call("GET", "/Contacts", **params))), count, params)

    def test_document_finds_or_makes_its_contact(self):
        record = self.contact(ContactNumber="ODOO-1")
        for contact in ({"Name": "PAPER MILL"}, {"ContactNumber": "ODOO-1"}):
            made = self.put(self.invoice(Contact=contact))
            self.assertEqual(made["Contact"]["ContactID"], record["ContactID"])
        self.put(self.bill(Contact={"Name": "Unheard of"}))
        flags = {row["Name"].casefold(): (row["IsCustomer"], row["IsSupplier"])
                 for row in self.org.contacts}
        self.assertEqual(self.org.contacts[0]["Name"], "Paper Mill")
        self.assertEqual(flags, {"paper mill": (True, False), "unheard of": (False, True)})

    def test_document_updates_its_contact(self):
        record = self.contact(ContactPersons=[{"FirstName": "Ann"}])
        stamp = self.org.contacts[0]["UpdatedDateUTC"]
        self.put(self.invoice(Contact={"ContactID": record["ContactID"]}))
        self.assertEqual(self.org.contacts[0]["UpdatedDateUTC"], stamp)
        made = self.put(self.invoice(Contact={"ContactID": record["ContactID"], "Name": "Renamed"}))
        self.assertEqual((made["Contact"]["Name"], made["Contact"]["ContactPersons"]),
                         ("Renamed", []))

    def test_new_name_shows_in_old_documents(self):
        record = self.put(self.invoice())
        self.org.as_person.rename_contact(self.org.contacts[0]["ContactID"], "New Name")
        row = self.rows(self.call("GET", "/Invoices", where='Contact.Name=="new name"'))[0]
        self.assertEqual((row["InvoiceID"], row["Contact"]["Name"], row["Total"]),
                         (record["InvoiceID"], "New Name", Decimal(120)))

    def test_balances_are_shown_on_single_and_paged_reads(self):
        person = self.org.as_person
        person.create_contact("No invoices")
        line = {"Description": "x", "Quantity": 1, "AccountCode": "200", "TaxType": "NONE"}
        due = self.org.today() - timedelta(days=1)
        sale = person.create_invoice("Mill", [{**line, "UnitAmount": "70"}], DueDate=due)
        person.create_invoice("Mill", [{**line, "UnitAmount": "30"}])
        person.create_invoice("Mill", [{**line, "UnitAmount": "9"}], status="DRAFT")
        person.create_invoice("Mill", [{**line, "UnitAmount": "5"}], type="ACCPAY")
        person.pay(sale["InvoiceID"], 20)
        expected = {"AccountsReceivable": {"Outstanding": 80, "Overdue": 50},
                    "AccountsPayable": {"Outstanding": 5, "Overdue": 0}}
        contact_id = sale["Contact"]["ContactID"]
        [single] = self.rows(self.call("GET", f"/Contacts/{contact_id}"))
        self.assertEqual(single["Balances"], expected)
        by_name = {row["Name"]: row for row in self.rows(self.call("GET", "/Contacts", page="1"))}
        self.assertEqual(by_name["Mill"]["Balances"], expected)
        self.assertNotIn("Balances", by_name["No invoices"])
        for row in self.rows(self.call("GET", "/Contacts")):
            self.assertNotIn("Balances", row)
