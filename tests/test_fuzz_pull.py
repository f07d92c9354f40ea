"""Rows that Xero should never send, in the page with good ones: the good ones are applied."""
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models.connection.xero_connection_run import end_after
from .common_pull import XeroPullCommon

GUID = '11111111-2222-3333-4444-555555555555'
#: What is odd about a row.
CHANGES = [
    {'InvoiceID': None}, {'InvoiceID': 7}, {'InvoiceID': GUID}, {'Type': None},
    {'Type': 'NEWTYPE'}, {'Status': 'NEWSTATUS'}, {'Status': None}, {'Date': None},
    {'Date': 'yesterday', 'DueDate': []}, {'UpdatedDateUTC': None}, {'UpdatedDateUTC': 'soon'},
    {'UpdatedDateUTC': '0001-01-01T00:00:00'}, {'UpdatedDateUTC': '9999-12-31T23:59:59'},
    {'Total': '120.00', 'AmountDue': '0'}, {'Total': None}, {'Total': 1e300},
    {'Total': 'NaN', 'AmountPaid': {}}, {'CurrencyCode': 'XXX'}, {'CurrencyRate': 0},
    {'CurrencyRate': -1}, {'Payments': None}, {'Payments': 'none'},
    {'Payments': [None, 1, {}, {'PaymentID': None, 'Amount': None}]},
    {'Payments': [{'PaymentID': GUID, 'Amount': 'x', 'Date': None}]},
    {'CreditNotes': [{'AppliedAmount': '1e999'}]}, {'Contact': None}, {'Contact': [1]},
    {'InvoiceNumber': {'a': 1}, 'Url': 7}, {'Unknown': {'deep': [[[]]]}},
]


@tagged('post_install', '-at_install')
class TestFuzzPull(XeroPullCommon):

    def _rows(self, path='Invoices'):
        client = self.connection._get_client()
        with client:
            return client.get(path, page=1, pageSize=100).data[path]

    def _apply(self, path, rows):
        cursor = self._cursors(path)
        before = cursor.changed_since
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr, su=True, context={
                **end_after(60), 'xero_pulling': True})
            [pull_list] = [one for one in self.connection._pull_lists() if one.path == path]
            items = env['xero.fetch']._items(pull_list, rows, cursor.changed_since)
            env['xero.pull']._apply_page(
                pull_list, cursor.with_env(env), 'changed_since', items)
        self.env.invalidate_all()
        self.assertLessEqual(cursor.changed_since, fields.Datetime.now() + timedelta(days=1))
        self.assertGreaterEqual(cursor.changed_since, before)

    def test_odd_rows_hold_up_no_good_ones(self):
        bad, good = self._pushed(), self._pushed()
        self.org.as_person.edit(good.xero_document_id, DueDate='2026-04-30')
        rows = {row['InvoiceID']: row for row in self._rows()}
        whole, odd = rows[good.xero_document_id], rows[bad.xero_document_id]
        for number, change in enumerate(CHANGES):
            with self.subTest(change=change):
                date = f'2026-05-{number % 28 + 1:02}'
                page = [{**odd, **change}, {**whole, 'DueDate': date, 'DueDateString': date}]
                self._apply('Invoices', page)
                self.assertEqual(str(good.xero_due_date), date)
                self.assertEqual(bad.state, 'posted')
                self._apply('Invoices', page[::-1])
        self._apply('Invoices', [odd])
        self.assertEqual(bad.xero_status, 'AUTHORISED')
        self.assertIn(bad.payment_state, ('not_paid', 'paid'))

    def test_odd_payments_hold_up_no_good_ones(self):
        move = self._pushed()
        self.org.as_person.pay(move.xero_document_id, 50)
        [whole] = self._rows('Payments')
        odd = [
            {**whole, 'PaymentID': GUID, **change} for change in (
                {'Amount': None}, {'Amount': 'x'}, {'Amount': 1e300}, {'Date': None},
                {'Invoice': None}, {'Invoice': {}}, {'Status': 'NEWSTATUS', 'Amount': None},
                {'Account': None, 'Amount': -5}, {'PaymentID': None},
                {'UpdatedDateUTC': '0001-01-01T00:00:00'}, {'CurrencyRate': 0, 'Amount': None})]
        self._apply('Payments', [*odd, {}, whole, *odd])
        self.assertIn(whole['PaymentID'], self.env['account.payment'].search([
            ('company_id', '=', self.env.company.id)]).mapped('xero_payment_id'))

    def test_odd_contacts(self):
        self._pushed()
        rows = self._rows('Contacts')
        self._apply('Contacts', [
            {}, {'ContactID': None, 'MergedToContactID': 5}, {'ContactID': GUID, 'Name': None},
            {**rows[0], 'UpdatedDateUTC': '9999-12-31T00:00:00', 'Balances': 'none'}, *rows])
        self.assertTrue(self.partner_a.with_company(self.env.company).xero_contact_id)
