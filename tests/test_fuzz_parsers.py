"""What Xero might answer, and would not: every reader gives a value, or an error with a code."""
import json
from importlib import import_module

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from .fuzz_targets import FuzzTargets
from .unit import BaseCase, tagged

TARGETS = FuzzTargets(lambda name: import_module(f'..xero.{name}', __package__))
SETTINGS = settings(max_examples=400, deadline=None, database=None, derandomize=True,
                    suppress_health_check=list(HealthCheck))

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(10**20, 10**60), st.floats(),
    st.text(max_size=12), st.just(''), st.sampled_from([
        '/Date(99999999999999999+0000)/', '/Date(-62135596800000)/', '0001-01-01T00:00:00',
        '9999-12-31T23:59:59.9999999Z', '2026-02-30', '2026-13-01T25:61:61', '1E+400', '1E-400',
        'NaN', 'Infinity', '-0', '12,50', '\0', '\ud800', '0' * 5000, 'NEWSTATUS',
        '00000000-0000-0000-0000-000000000000']))
JSON = st.recursive(ODD, lambda inner: st.one_of(
    st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6)
LINE = {'Description': "Work", 'Quantity': 1, 'ValidationErrors': [{'Message': "No."}]}
ROW = {
    'InvoiceID': 'a', 'CreditNoteID': 'b', 'ContactID': 'c', 'PaymentID': 'd', 'AccountID': 'e',
    'ItemID': 'f', 'TrackingCategoryID': 'g', 'OrganisationID': 'h', 'id': 'i', 'tenantId': 'j',
    'Type': 'ACCREC', 'Status': 'AUTHORISED', 'InvoiceNumber': 'INV-1', 'Total': 120.5,
    'AmountDue': '0.00', 'CurrencyRate': 1.1, 'Date': '/Date(1772409600000+0000)/',
    'UpdatedDateUTC': '/Date(1772409600000+0000)/', 'Contact': {'ContactID': 'c'},
    'Payments': [{'PaymentID': 'd', 'Amount': 1, 'Date': '2026-03-02'}],
    'CreditNotes': [{'CreditNoteID': 'b', 'AppliedAmount': 1}],
    'Allocations': [{'Invoice': {'InvoiceID': 'a'}, 'Amount': 1}],
    'Invoice': {'InvoiceID': 'a'}, 'Account': {'AccountID': 'e'}, 'LineItems': [LINE],
    'ValidationErrors': [{'Message': "No."}], 'Options': [{'Name': 'O'}],
    'Phones': [{'PhoneNumber': '1'}], 'Addresses': [{'City': 'C', 'AddressType': 'POBOX'}],
    'Balances': {'AccountsReceivable': {'Outstanding': 1}}, 'HasErrors': False,
    'resourceId': 'a', 'eventCategory': 'INVOICE', 'access_token': 'e30.e30.x', 'expires_in': 1800,
}


@st.composite
def bodies(draw):
    """Answers that are nearly right: some values are others, and the end may be missing."""
    row = {**ROW, **draw(st.dictionaries(st.sampled_from(sorted(ROW)), JSON, max_size=6)),
           **draw(st.dictionaries(st.text(max_size=8), JSON, max_size=2))}
    for name in draw(st.lists(st.sampled_from(sorted(ROW)), max_size=4)):
        del row[name]
        row.setdefault(name, draw(JSON))
    key = draw(st.sampled_from(['Invoices', 'Elements', 'events', 'Payments', 'Actions']))
    data = draw(st.sampled_from([{key: [row, ROW]}, [row], row, {key: row}, {key.lower(): [row]}]))
    body = json.dumps(data).encode()
    return body[:draw(st.one_of(st.just(len(body)), st.integers(0, len(body))))]


@tagged('post_install', '-at_install')
class TestFuzzParsers(BaseCase):

    def test_nearly_right_answers(self):
        statuses = st.sampled_from([200, 200, 200, 204, 304, 400, 401, 403, 404, 429, 500, 503])
        headers = st.one_of(st.text(max_size=8), st.sampled_from(
            ['0', '-1', '1e999', 'NaN', '9' * 400, 'day', 'insufficient_scope']))
        SETTINGS(given(bodies(), statuses, headers)(TARGETS.read_body))()

    def test_what_is_no_json(self):
        check = example(b'<html><body>502</body></html>', 502, '')(
            example(b'[' * 100000, 200, '')(example(b'{"a":' + b'1' * 10000 + b'}', 200, '')(
                given(st.binary(max_size=200), st.integers(100, 599), st.just(''))(
                    TARGETS.read_body))))
        SETTINGS(check)()

    def test_any_json(self):
        SETTINGS(given(JSON)(TARGETS.read_data))()
