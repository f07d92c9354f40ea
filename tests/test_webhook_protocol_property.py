"""Deliveries that nobody thought of: accepted as Xero's only when Xero signed them."""
import contextlib
import json
import string
from datetime import datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ..xero.webhook import NotAnEnvelope, matching_keys, parse
from .test_webhook_protocol import BODY, ENVELOPE, EVENT, KEY, SIGNATURE
from .unit import BaseCase, tagged

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
class TestWebhookProtocolProperty(BaseCase):
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
