import base64
import contextlib
import hashlib
import hmac
import json
import string
from datetime import datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.account_xero.xero.webhook import (
    Event,
    NotAnEnvelope,
    matching_keys,
    parse,
    well_formed,
)

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
MANY = settings(max_examples=10_000, derandomize=True, database=None, deadline=None)
RUN = settings(MANY, max_examples=1_000)

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*EVENT, *ENVELOPE, "Events"]), inner, max_size=5)
    ),
    max_leaves=15,
)


@st.composite
def mutations(draw):
    """A body and a signature of which at least one is not what was sent."""
    body, header = bytearray(BODY), SIGNATURE
    for _ in range(draw(st.integers(0, 3))):
        position = draw(st.integers(0, len(BODY) - 1)) % len(body)
        match draw(st.sampled_from(("flip", "insert", "replace", "cut"))):
            case "flip":
                body[position] ^= draw(st.integers(1, 255))
            case "insert":
                body[position:position] = draw(st.binary(min_size=1, max_size=4))
            case "replace":
                body[position : position + 9] = draw(st.sampled_from((b"null", b"{", b"[]", b'"')))
            case "cut":
                del body[position + 1 :]
    if bytes(body) == BODY or draw(st.booleans()):
        position = draw(st.integers(0, len(header) - 1))
        other = draw(st.sampled_from(string.ascii_letters + "0123456789+/= \x00é\udc80"))
        header = draw(
            st.sampled_from((
                header[:position] + other + header[position + 1 :],
                header[:position],
                header + other,
                header.swapcase(),
                header.encode().hex(),
                f" {header}",
                f"{header}\n",
            ))
            | st.none()
            | st.text(max_size=60)
        )
    return bytes(body), header


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

    @MANY
    @given(mutations())
    @example((BODY, None))
    def test_nothing_mutated_is_accepted(self, sent):
        body, header = sent
        if (body, header) == (BODY, SIGNATURE):  # a mutation that undid another one
            return
        self.assertEqual(matching_keys(body, header, ["other", KEY]), set())
        with contextlib.suppress(NotAnEnvelope):
            parse(body)


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

    @RUN
    @given(anything | st.fixed_dictionaries({"events": st.lists(anything, max_size=4)}))
    def test_no_json_raises_anything_else(self, content):
        try:
            envelope = parse(json.dumps(content).encode())
        except NotAnEnvelope:
            return
        for event in envelope.events:
            self.assertIsInstance(event.category, str)
            self.assertTrue(event.moment is None or isinstance(event.moment, datetime))
