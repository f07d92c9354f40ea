"""Numbers that nobody thought of arrive as they are."""
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ..xero import encoding, parse, payload
from .test_payload import INVOICE, LINE, D
from .unit import BaseCase, tagged

RUN = settings(max_examples=300, derandomize=True, database=None, deadline=None)


@tagged("post_install", "-at_install")
class TestPayloadProperty(BaseCase):
    @RUN
    @given(st.integers(-(10**14), 10**14), st.integers(0, 4))
    def test_numbers_arrive_exactly(self, digits, places):
        number = D(digits).scaleb(-places)
        line = replace(LINE, unit_amount=number)
        body = payload.document_body(replace(INVOICE, lines=(line,)))
        raw = encoding.encode(body)
        self.assertEqual(parse.loads(raw)["LineItems"][0]["UnitAmount"], number)
