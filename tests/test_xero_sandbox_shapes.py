"""What the sandbox answers has the fields and the types of what Xero really answered."""
import json

from .test_recorded import FOLDER
from .test_xero_sandbox_common import SandboxCase
from .unit import tagged

#: Fields of the sandbox that no recorded answer of their kind happens to have: younger than these
#: (UpdatedDateUTCString), or of other settings. Source of all of them: Xero's OpenAPI document.
DOCUMENTED = {
    'Invoices': {'Payments[].CurrencyRate', 'UpdatedDateUTCString'},
    'CreditNotes': {'IsDiscounted', 'SentToContact', 'UpdatedDateUTCString'},
    'Payments': {'DateString', 'UpdatedDateUTCString'},
    'Items': {'PurchaseDetails.AccountCode'},
}
LINE = {'Description': "Work", 'Quantity': 1, 'UnitAmount': 100, 'AccountCode': '200',
        'TaxType': 'OUTPUT2'}


def kind_of(value):
    """:return: the type of a value in JSON; a date is one of its own"""
    if isinstance(value, bool):
        return 'bool'
    if isinstance(value, (int, float)):
        return 'number'
    if isinstance(value, str):
        return 'date' if value.startswith('/Date(') else 'text'
    return type(value).__name__


def shape(rows):
    """:return: {path: types} of everything in some elements of an answer"""
    found = {}

    def walk(value, path):
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f'{path}.{key}' if path else key)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, f'{path}[]')
        if path and value is not None:
            found.setdefault(path, set()).add(kind_of(value))
    for row in rows:
        walk(row, '')
    return found


def recorded(key, *names):
    """:return: the elements of all recorded answers of a list whose files have such a name"""
    rows = []
    for path in sorted(FOLDER.glob('*.json')):
        content = json.loads(path.read_text(encoding='utf-8'))
        if any(name in path.name for name in names) and isinstance(content['body'], dict) \
                and content['status'] == 200:
            rows += content['body'].get(key, [])
    return rows


@tagged('post_install', '-at_install')
class TestSandboxShapes(SandboxCase):

    def _compare(self, key, ours, theirs):
        mine, real = shape(ours), shape(theirs)
        self.assertTrue(mine and real, key)
        other = {path: (sorted(mine[path]), sorted(real[path]))
                 for path in mine.keys() & real.keys()
                 if not mine[path] <= real[path]}
        self.assertFalse(other, f"{key}: of another type than Xero's")
        self.assertEqual(mine.keys() - real.keys(), DOCUMENTED.get(key, set()),
                         f"{key}: fields that Xero has not been seen to give")

    def test_lists(self):
        org, person = self.org, self.org.as_person
        invoice, other = (person.create_invoice("Elm", [LINE], Date='2026-03-02')
                          for _number in range(2))
        person.create_invoice("Elm", [{**LINE, 'AccountCode': '429', 'TaxType': 'INPUT2'}],
                              type='ACCPAY', Date='2026-03-02')
        note = person.create_credit_note("Elm", [LINE], Date='2026-03-02')
        person.allocate(note['CreditNoteID'], invoice['InvoiceID'], 50)
        person.pay(invoice['InvoiceID'], 10)
        person.pay_batch({other['InvoiceID']: 20})
        org.add_item('SHELF', "Shelf")
        for key, names in (
                ('Invoices', ('invoice', 'bill')), ('CreditNotes', ('credit-note',)),
                ('Payments', ('payment',)), ('Contacts', ('contact',)),
                ('Accounts', ('account',)), ('TaxRates', ('tax-rates',)), ('Items', ('item',)),
                ('TrackingCategories', ('tracking-categories',))):
            with self.subTest(list=key):
                answer = self.call('GET', f'/{key}', page=1)
                self._compare(key, answer.json()[key], recorded(key, *names))
