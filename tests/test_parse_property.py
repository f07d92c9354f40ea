"""Answers that nobody thought of: every reader gives a value."""
import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from ..xero import documents, outcome, parse
from .unit import BaseCase, tagged

RUN = settings(max_examples=300, derandomize=True, database=None, deadline=None)
KINDS = (
    parse.Organisation, parse.Account, parse.TaxRate, parse.Currency, parse.Contact,
    documents.Document, parse.Tenant, documents.Payment, documents.PaymentRow,
)  # fmt: skip
KEYS = (
    "InvoiceID", "Type", "Date", "DueDate", "Contact", "ContactID", "Total", "AmountDue", "Status",
    "HasErrors", "ValidationErrors", "Warnings", "Message", "UpdatedDateUTC", "LineItems",
    "CanApplyToRevenue", "EffectiveRate", "id", "tenantid", "StatusAttributeString", "Invoices",
    "Payments", "PaymentID", "CreditNotes", "CreditNoteID", "Allocations", "AppliedAmount",
    "Account", "AccountID",
)  # fmt: skip

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["/Date(9999999999999999)/", "/Date(-1)/", "2026-13-45", "1e999999", "NaN"])
)
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)


@tagged("post_install", "-at_install")
class TestParseProperty(BaseCase):
    @RUN
    @given(anything)
    def test_no_json_raises(self, value):
        for kind in KINDS:
            kind.from_json(value)
        for result in outcome.outcomes(value, "Invoices"):
            self.assertIsInstance(result.ok, bool)
        rows = value if isinstance(value, list) else [value]
        payload = {"Invoices": rows}
        results = outcome.outcomes(payload, "Invoices")
        sent = [row for row in rows if isinstance(row, dict)]
        paired = outcome.match_outcomes(sent, results, ("InvoiceID", "Type"))
        self.assertEqual(len(paired), len(sent))
        used = [id(result) for result in paired if result]
        self.assertEqual(len(used), len(set(used)))
        for read in (parse.date_of, parse.datetime_of, parse.decimal_of):
            read(value)

    @RUN
    @given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
    def test_loads_raises_nothing_but_value_error(self, raw):
        with contextlib.suppress(ValueError):
            parse.loads(raw)
