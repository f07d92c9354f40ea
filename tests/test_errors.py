import ast
import inspect
import string

from ..xero import catalogue, errors
from .unit import BaseCase, tagged

CODES = {
    "connection_inactive", "app_revoked", "scope_missing", "role_missing", "contact_missing",
    "contact_refused", "contact_merged", "number_voided", "voided_in_xero",
    "contact_collision",
    "contact_archived", "unmapped_account", "unmapped_tax", "unmapped_item", "unmapped_tracking",
    "currency_not_enabled", "amount_not_final", "number_taken", "period_locked", "not_sent",
    "document_not_editable", "total_mismatch", "taken_back", "plan_limit", "validation_error",
    "rate_limited", "transient", "allocation_exceeds", "allocation_unsuitable", "payment_unclear",
    "payment_delete_no_match", "order_reinvoiced", "maybe_in_xero", "not_in_xero",
    "corrected_in_xero",
}  # fmt: skip
PLACES = {
    "connection", "contact", "account_mapping", "tax_mapping", "item_mapping", "tracking_mapping",
    "document", "log", "xero",
}  # fmt: skip

# Xero's own texts, and others seen in the field.
TEXTS = {
    "allocation_exceeds": [
        "The invoice you are trying to allocate to has already been paid off",
        "Credit Note cannot be allocated as amount is greater than amount outstanding",
    ],
    "allocation_unsuitable": ["Credit Note cannot be allocated to an incorrect invoice type"],
    "transient": [
        "An error occurred in Xero. Check the API Status page http://status.developer.xero.com for "
        "current service status.",
    ],
    "number_taken": [
        "Invoice # must be unique.",
        "INVOICE # MUST BE UNIQUE",
        "Credit note number must be unique.",
        "The invoice number INV-0001 has already been used",
    ],
    "document_not_editable": [
        "Invoice not of valid status for modification",
        "This document cannot be edited as it has a payment or credit note allocated to it.",
        "The status VOIDED cannot be applied to the invoice because it has payments or credit "
        "notes allocated to it.",
        "Credit note not of valid status for modification",
    ],
    "contact_collision": [
        "The contact name Ann & Co is already assigned to another contact. The contact name must "
        "be unique across all active contacts.",
        "Another contact has this contact number. Please enter a different contact number.",
        "The contact number ODOO-7 is already assigned to another contact",
    ],
    "contact_archived": [
        "The specified contact details matched an archived contact. Archived contacts cannot "
        "currently be edited via the API.",
        "The contact with the specified contact details has been archived. The contact must be "
        "un-archived before creating new invoices or credit notes.",
    ],
    "contact_missing": [
        "The Contact must contain at least 1 of the following elements to identify the contact: "
        "Name, ContactID, ContactNumber",
        "Contact could not be found",
    ],
    "unmapped_account": [
        "Account code '4000' is not a valid code for this document.",
        "Account code '970' has been removed as it does not match a recognised account.",
        "Account code must be specified",
    ],
    "unmapped_tax": [
        "The TaxType code 'OUTPUT2' cannot be used with account code '400'.",
        "The TaxType code X does not exist or cannot be used for this type of transaction.",
        "The tax rate 'Old VAT' is not active",
    ],
    "unmapped_item": ["Item code 'ABC' is not valid", "The item 'ABC' could not be found"],
    "unmapped_tracking": [
        "The tracking category or option 'Region' is not valid or is archived.",
        "TrackingCategory is not active",
    ],
    "currency_not_enabled": [
        "Organisation is not subscribed to currency EUR",
        "Currency code 'EUR' is not valid",
    ],
    "period_locked": [
        "The document date cannot be before the period lock date, currently set at 31 March 2026",
        "The document date cannot be before the end of year lock date, currently set at 31 Dec",
    ],
    "plan_limit": ["You have reached the limit of invoices you can approve",
                   "Monthly limit of 20 invoices reached"],
    "total_mismatch": ["The line total 9.99 does not match the expected line total 10.00"],
    "validation_error": [
        "Email address must be valid.",
        "Price List Item with Code 'abc' already exists",
        "Idempotency Key: 77 is used with a different request.",
        "Description must be specified for each line item.",
        "The document DueDate field must be specified.",
        "Payment amount exceeds the amount outstanding on this document",
        "The CurrencyRate is not valid for this date",
        "",
    ],
}


@tagged("post_install", "-at_install")
class TestErrors(BaseCase):
    def test_catalogue_is_complete_and_readable(self):
        self.assertEqual(set(catalogue.CATALOGUE), CODES)
        for code, text in catalogue.CATALOGUE.items():
            self.assertIn(text.where, PLACES, code)
            self.assertFalse(text.title.endswith("."), code)
            for sentence in (text.title, text.cause, text.fix):
                self.assertIn(sentence[0], string.ascii_uppercase, code)
                self.assertNotRegex(sentence, r"\b(API|HTTP|JSON|null|GUID|ContactID)\b", code)
            self.assertTrue(text.cause.endswith(".") and text.fix.endswith("."), code)

    def test_every_text_is_marked_for_translation(self):
        tree = ast.parse(inspect.getsource(catalogue))
        marked = {
            node.args[0].value
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_lt"
        }
        shown = {part for text in catalogue.CATALOGUE.values() for part in text[:3]}
        self.assertEqual(shown, marked)

    def test_classify(self):
        for code, texts in TEXTS.items():
            for text in texts:
                for variant in (text, text.upper(), text.lower()):
                    self.assertEqual(errors.classify([variant]), code, variant)

    def test_classify_several_messages(self):
        generic = "Email address must be valid."
        self.assertEqual(errors.classify([generic, "Invoice # must be unique."]), "number_taken")
        both = [TEXTS["unmapped_account"][0], TEXTS["contact_archived"][0]]
        self.assertEqual(errors.classify(both), errors.classify(both[::-1]))
        self.assertEqual(errors.classify([]), "validation_error")
        self.assertEqual(errors.classify(iter([None, generic])), "validation_error")

    def test_every_exception_has_a_code_of_the_catalogue(self):
        kinds = [errors.XeroError]
        while kinds:
            kind = kinds.pop()
            kinds += kind.__subclasses__()
            error = kind("Some words", status=418, correlation_id="c-1")
            self.assertIn(error.code, CODES)
            self.assertEqual(
                (error.message, str(error), error.status, error.correlation_id, error.budget),
                ("Some words", "Some words", 418, "c-1", None),
            )
        self.assertEqual(errors.XeroRejected("x", code="plan_limit").code, "plan_limit")

    def test_messages_never_show_a_token(self):
        token = "eyJhbGciOiJSUzI1NiJ9.eyJzY29wZSI6Im9wZW5pZCJ9.c2lnbmF0dXJl"
        error = errors.XeroRejected(f"Header was 'Authorization: Bearer {token}' or {token}")
        for shown in (error.message, str(error), repr(error)):
            self.assertNotIn("eyJ", shown)
        self.assertEqual(errors.clean_text("id\0=s3cret \n\t end", ["s3cret", None]), "id=*** end")
        self.assertEqual(len(errors.clean_text("x" * 5000)), errors.MESSAGE_LENGTH)
        errors.clean_text("\ud800").encode()

    def test_idempotency_conflict(self):
        text = "Idempotency Key: 77 is used with a different request."
        self.assertTrue(errors.XeroRejected(text).idempotency_conflict)
        self.assertFalse(errors.XeroRejected("Invoice # must be unique.").idempotency_conflict)
