import base64
import hashlib
import hmac
import json
from datetime import datetime

from ..xero.webhook import (
    Event,
    NotAnEnvelope,
    matching_keys,
    parse,
    well_formed,
)
from .unit import BaseCase, tagged
from .xero_sandbox.webhooks import signature

KEY = "dGhlIHdlYmhvb2tzIGtleSBvZiB0aGUgYXBw"
INVOICE = "55d84274-a3da-4829-a7c0-0cab601b95cc"
TENANT = "aef86862-2015-4b6b-88bc-d89032cecc50"
#: The example of Xero's OpenAPI document.
EVENT = {
    "resourceUrl": f"https://api.xero.com/api.xro/2.0/CreditNotes/{INVOICE}",
    "resourceId": INVOICE,
    "tenantId": TENANT,
    "tenantType": "ORGANISATION",
    "eventCategory": "CREDITNOTE",
    "eventType": "CREATE",
    "eventDateUtc": "2025-12-02T00:44:09.923",
    "data": {"Type": "ACCPAYCREDIT", "Status": "DRAFT"},
}
ENVELOPE = {
    "events": [EVENT],
    "firstEventSequence": 76,
    "lastEventSequence": 76,
    "entropy": "FXNGWLCCGVANWHKILRUB",
}
BODY = json.dumps(ENVELOPE).encode()
SIGNATURE = signature(BODY, KEY)


@tagged("post_install", "-at_install")
class TestSignature(BaseCase):
    def test_as_xero_signs(self):
        # Made with: openssl dgst -sha256 -hmac key -binary | base64
        header = "Qrz9n8NSnnBLDlKIZEhYxzL4J+L5wKUqtKk3FuhGKW0="
        self.assertEqual(matching_keys(b'{"events":[]}', header, ["key"]), {"key"})

    def test_every_key_may_apply(self):
        self.assertEqual(matching_keys(BODY, SIGNATURE, ["other", KEY, KEY, ""]), {KEY})
        self.assertEqual(matching_keys(BODY, SIGNATURE, ["other", ""]), set())
        self.assertEqual(matching_keys(BODY, signature(BODY, ""), ["", None]), set())
        self.assertEqual(matching_keys(BODY, SIGNATURE, []), set())

    def test_signature_in_other_words_is_none(self):
        digest = hmac.digest(KEY.encode(), BODY, hashlib.sha256)
        for wrong in (
            None,
            "",
            digest.hex(),
            SIGNATURE.rstrip("="),
            SIGNATURE + "\n",
            f"sha256={SIGNATURE}",
            base64.urlsafe_b64encode(digest).decode().replace("=", "-"),
            base64.b64encode(hmac.digest(KEY.encode(), BODY, hashlib.sha1)).decode(),
            "é" * 44,
        ):
            self.assertFalse(well_formed(wrong), wrong)
            self.assertFalse(matching_keys(BODY, wrong, [KEY]), wrong)
        self.assertTrue(well_formed(SIGNATURE))


@tagged("post_install", "-at_install")
class TestEnvelope(BaseCase):
    def test_example_of_xero(self):
        [event] = parse(BODY).events
        moment = datetime(2025, 12, 2, 0, 44, 9, 923000)
        self.assertEqual(event, Event(INVOICE, "CREDITNOTE", "CREATE", TENANT, moment))
        self.assertEqual(parse(BODY)[1:], (76, 76))

    def test_intent_to_receive(self):
        body = b'{"events":[],"firstEventSequence": 0,"lastEventSequence": 0, "entropy": "S"}'
        self.assertEqual(parse(body), ([], 0, 0))

    def test_what_is_new_or_missing_is_no_error(self):
        events = [
            {**EVENT, "resourceId": INVOICE.upper(), "tenantId": TENANT.upper(), "new": [1]},
            {**EVENT, "eventCategory": "PAYMENT", "eventType": "DELETE", "data": None},
            dict.fromkeys(EVENT),
            {},
            None,
            "event",
            {**EVENT, "resourceId": "../../x", "eventDateUtc": "soon", "tenantId": 7},
        ]
        envelope = parse(json.dumps({"events": events}).encode())
        self.assertEqual(envelope[1:], (None, None))
        first, new, null, empty, wrong = envelope.events
        self.assertEqual((first.resource_id, first.tenant_id), (INVOICE, TENANT))
        self.assertEqual((new.category, new.type), ("PAYMENT", "DELETE"))
        self.assertEqual(null, (None, "", "", None, None))
        self.assertEqual(empty, null)
        self.assertEqual((wrong.resource_id, wrong.moment, wrong.tenant_id), (None, None, None))

    def test_what_is_no_envelope(self):
        for body in (
            b"",
            b"{",
            b"null",
            b"[]",
            b"7",
            b'"events"',
            b"{}",
            b'{"events": null}',
            b'{"events": {}}',
            b"\x1f\x8b\x08",
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"events": [NaN]}',
        ):
            with self.assertRaises(NotAnEnvelope, msg=body[:20]):
                parse(body)
