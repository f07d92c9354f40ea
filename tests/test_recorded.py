"""Answers that Xero really gave, and what the readers make of them.

``recorded/`` has a file an answer, with its source and what is odd about it.
"""
import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from requests.structures import CaseInsensitiveDict

from ..xero import client, errors, outcome, parse
from ..xero.documents import Document, Payment
from ..xero.transport import RawAnswer
from .unit import BaseCase, tagged

FOLDER = Path(__file__).with_name('recorded')
TRAINING = '602f5486-664e-492f-b4d1-e12df1d4b8ba', '4c4db294-3633-45cd-8706-f0b3b0079609'
LAPTOP = 'eb75c5d2-925e-4201-8944-e7f4c69a3518', '824c6c13-b7a5-49a2-99bd-4a6d77f7866e'
#: (kind, number, status, date, due date, total tax, total, open, kind of prices)
DOCUMENTS = {
    '01-list-invoice-paid-by-credit-note': (
        'ACCREC', 'INV-0010', 'PAID', date(2026, 2, 25), date(2026, 3, 10),
        '41.25', '541.25', '0', 'Exclusive'),
    '02-list-bill-no-number-partly-credited': (
        'ACCPAY', '', 'PAID', date(2026, 2, 27), date(2026, 2, 27),
        '148.87', '1953.37', '0', 'Exclusive'),
    '04-list-bill-voided': (
        'ACCPAY', 'AP', 'VOIDED', date(2026, 4, 29), date(2026, 5, 7),
        '4.54', '59.54', '0', 'Exclusive'),
    '05-list-invoice-draft-no-due-date': (
        'ACCREC', 'INV-0031', 'DRAFT', date(2026, 4, 20), None,
        '8.25', '108.25', '108.25', 'Exclusive'),
    '07-list-invoice-part-paid': (
        'ACCPAY', '945-OCon', 'AUTHORISED', date(2026, 2, 25), date(2026, 3, 2),
        '81.06', '1063.56', '163.56', 'Exclusive'),
    '08-list-invoice-inclusive': (
        'ACCPAY', 'RENT', 'PAID', date(2026, 2, 17), date(2026, 2, 17),
        '90.03', '1181.25', '0', 'Inclusive'),
    '10-list-credit-note-allocated': (
        'ACCRECCREDIT', 'CN-0014', 'PAID', date(2026, 3, 8), None,
        '41.25', '541.25', '0', 'Exclusive'),
    '11-list-credit-note-no-number': (
        'ACCPAYCREDIT', '', 'DRAFT', date(2024, 1, 15), None,
        '8.25', '108.25', '108.25', 'Exclusive'),
    '17-create-invoice': (
        'ACCREC', 'INV-0044', 'AUTHORISED', date(2026, 4, 24), date(2026, 5, 24),
        '8.25', '108.25', '108.25', 'Exclusive'),
    '19-create-credit-note': (
        'ACCRECCREDIT', 'CN-0046', 'DRAFT', date(2024, 1, 15), None,
        '8.25', '108.25', '108.25', 'Exclusive'),
    '20-update-credit-note': (
        'ACCRECCREDIT', 'CN-0038', 'DRAFT', date(2026, 4, 22), None,
        '8.25', '108.25', '108.25', 'Exclusive'),
    '31-create-bill': (
        'ACCPAY', '', 'PAID', date(2022, 8, 2), date(2022, 8, 16),
        '0.38', '5', '5', 'Exclusive'),
    '34-us-credit-note-empty-line': (
        'ACCRECCREDIT', 'CN-0004', 'DRAFT', date(2021, 8, 31), None,
        '0', '300', '300', 'Inclusive'),
}


def body(name):
    """:return: what Xero answered"""
    return parse.loads((FOLDER / f'{name}.json').read_bytes())['body']


def only(name, key):
    """:return: the one element of an answer"""
    [row] = body(name)[key]
    return row


@tagged('post_install', '-at_install')
class TestRecorded(BaseCase):

    def _document(self, name):
        key = 'CreditNotes' if 'credit-note' in name and 'paid-by' not in name else 'Invoices'
        return Document.from_json(only(name, key))

    def test_documents(self):
        for name, expected in DOCUMENTS.items():
            read = self._document(name)
            *texts, tax, total, due, prices = expected
            self.assertEqual([
                read.kind, read.number, read.status, read.date, read.due_date, read.total_tax,
                read.total, read.amount_due, read.amount_types,
            ], [*texts, Decimal(tax), Decimal(total), Decimal(due), prices], name)
            self.assertEqual(read.currency_code, 'USD', name)
            self.assertTrue(read.contact_id and read.contact_name and read.updated, name)

    def test_lines_agree_with_their_document(self):
        for name in DOCUMENTS:
            read = self._document(name)
            tax, net = (sum(getattr(line, what) or 0 for line in read.lines)
                        for what in ('tax_amount', 'amount'))
            self.assertEqual(tax, read.total_tax, name)
            self.assertEqual(
                net, read.total if read.amount_types == 'Inclusive' else read.subtotal, name)
            for line in read.lines:
                self.assertTrue(line.account_code and line.tax_type, name)

    def test_what_a_line_says(self):
        [line] = self._document('01-list-invoice-paid-by-credit-note').lines
        self.assertEqual(
            (line.description, line.quantity, line.unit_amount, line.account_code, line.tax_type,
             line.item_code),
            ("Half day training - Microsoft Office", 1, 500, '200', 'OUTPUT', 'Train-MS'))
        [tracking] = line.tracking
        self.assertEqual((tracking.category, tracking.option), ("Region", "Eastside"))
        self.assertEqual(tracking.category_id, 'fa437cfd-f005-4538-ae84-943857da5c8c')
        self.assertIsNone(tracking.option_id, "lists name an option without its identifier")
        product, empty = self._document('34-us-credit-note-empty-line').lines
        self.assertEqual((product.quantity, product.unit_amount), (20, 15))
        self.assertEqual((empty.description, empty.quantity, empty.amount), ('', None, 0))

    def test_credits(self):
        for name, (note, invoice), amount in (
                ('01-list-invoice-paid-by-credit-note', TRAINING, '541.25'),
                ('02-list-bill-no-number-partly-credited', LAPTOP, '270.63'),
                ('10-list-credit-note-allocated', TRAINING, '541.25')):
            [credit] = self._document(name).credits
            self.assertEqual((credit.kind, credit.credit_id, credit.invoice_id, credit.amount),
                             ('CreditNotes', note, invoice, Decimal(amount)), name)
        rows = body('60-list-credit-notes-allocations')['CreditNotes']
        self.assertEqual(
            [(credit.credit_id, credit.invoice_id) for row in rows
             for credit in Document.from_json(row).credits], [TRAINING, LAPTOP])

    def test_payments_of_documents(self):
        for name, amount, reference in (
                ('02-list-bill-no-number-partly-credited', '1682.74', 'FP089876'),
                ('07-list-invoice-part-paid', '900', 'FP101897'),
                ('08-list-invoice-inclusive', '1181.25', 'FP089876')):
            [row] = self._document(name).payments
            self.assertEqual((row.amount, row.reference), (Decimal(amount), reference), name)
            self.assertTrue(row.xero_id and row.date and self._document(name).is_whole, name)

    def test_payments(self):
        for name, kind, status, day, amount, batch in (
                ('13-list-payment-batch', 'ACCRECPAYMENT', 'AUTHORISED', date(2026, 2, 26),
                 '541.25', 'ac90d19b-7166-4400-8e34-eb81b39288b7'),
                ('14-list-payment-deleted', 'ACCPAYPAYMENT', 'DELETED', date(2026, 4, 19),
                 '1181.25', None),
                ('16-create-payment', 'ACCRECPAYMENT', 'AUTHORISED', date(2024, 1, 15), '1',
                 None)):
            read = Payment.from_json(only(name, 'Payments'))
            self.assertEqual(
                (read.type, read.status, read.date, read.amount, read.bank_amount, read.batch_id),
                (kind, status, day, Decimal(amount), Decimal(amount), batch), name)
            self.assertEqual(read.account_id, '562555f2-8cde-4ce9-8203-0363922537a4', name)
            self.assertTrue(read.xero_id and read.document_id and read.updated, name)
            self.assertIn(read.currency_rate, (None, 1), "0 in a list is no rate")

    def test_contacts(self):
        club = parse.Contact.from_json(only('26-list-contact-with-ddi-and-fax', 'Contacts'))
        phones = {row['PhoneType']: row for row in only(
            '26-list-contact-with-ddi-and-fax', 'Contacts')['Phones']}
        self.assertTrue(phones['DDI']['PhoneNumber'] and phones['FAX']['PhoneNumber'])
        self.assertEqual(club.phone, '{PhoneAreaCode} {PhoneNumber}'.format(**phones['DEFAULT']))
        self.assertEqual((club.place.street, club.place.city, club.place.postal_code),
                         ("P O Box 3354", "Ridge Heights", "MA 60010"))
        self.assertEqual((club.balances.receivable, club.balances.payable), (234, 130))
        agency = parse.Contact.from_json(only('23-get-contact', 'Contacts'))
        self.assertEqual((agency.name, agency.balances.receivable),
                         ("RITE Agency", Decimal('216.5')))
        owing = parse.Contact.from_json(only('35-contact-negative-balance', 'Contacts'))
        self.assertEqual(owing.balances.receivable, -12)
        self.assertEqual(parse.Contact.from_json(only('22-update-contact', 'Contacts')).name,
                         "Test Update Validated")

    def test_which_phone_and_address(self):
        """Xero lists them in any order."""
        def read(*phones):
            return parse.Contact.from_json({'Phones': [
                {'PhoneType': kind, 'PhoneNumber': number} for kind, number in phones]}).phone

        self.assertEqual(read(('DDI', '1'), ('DEFAULT', '2'), ('FAX', '3'), ('MOBILE', '4')), '2')
        self.assertEqual(read(('DDI', '1'), ('DEFAULT', ''), ('FAX', '3'), ('MOBILE', '4')), '4')
        self.assertEqual(read(('FAX', '3'), ('DDI', '1')), '1')
        self.assertEqual(read(('FAX', '3')), '', "a fax is no phone")
        for rows in ((('STREET', "Leeds"), ('POBOX', "Hull")),
                     (('POBOX', "Hull"), ('STREET', "Leeds"))):
            contact = parse.Contact.from_json({'Addresses': [
                {'AddressType': kind, 'City': city} for kind, city in rows]})
            self.assertEqual((contact.place.city, contact.address), ("Hull", "Hull"))

    def test_reference_data(self):
        accounts = {row['Code']: parse.Account.from_json(row)
                    for row in body('59-list-accounts')['Accounts']}
        self.assertEqual({code: account.system_account for code, account in accounts.items()}, {
            '090': '', '610': 'DEBTORS', '855': '', '960': 'RETAINEDEARNINGS', '860': 'ROUNDING'})
        self.assertEqual(
            [accounts[code].class_ for code in ('090', '855', '960')],
            ['ASSET', 'LIABILITY', 'EQUITY'])
        self.assertTrue(accounts['855'].payments_enabled)
        self.assertEqual(accounts['090'].bank_account_number, '0908007006543')
        made = parse.Account.from_json(only('57-create-account', 'Accounts'))
        self.assertEqual((made.class_, made.tax_type), ('REVENUE', 'OUTPUT'))
        rates = {row['TaxType']: parse.TaxRate.from_json(row)
                 for row in body('29-list-tax-rates-global')['TaxRates']}
        self.assertEqual(
            {kind: rates[kind].effective_rate for kind in ('CAN029', 'NONE', 'TAX001')},
            {'CAN029': 12, 'NONE': 0, 'TAX001': Decimal('8.75')})
        self.assertEqual(rates['CAN029'].can_apply_to,
                         {'assets', 'liabilities', 'equity', 'expenses'})
        self.assertEqual(
            [row['TaxType'] for row in body('32-us-tax-rates-avalara')['TaxRates']],
            ['AVALARA', 'GSTONIMPORTS', 'NONE'])
        [category] = map(parse.TrackingCategory.from_json,
                         body('66-list-tracking-categories')['TrackingCategories'])
        self.assertEqual([option.name for option in category.options], ["Eastside", "North"])
        for name in ('28-list-items', '54-create-item', '56-list-items-tracked'):
            for item in map(parse.Item.from_json, body(name)['Items']):
                self.assertTrue(item.xero_id and item.code and item.name, name)
                self.assertTrue(item.is_sold and item.is_purchased, name)

    def test_organisations(self):
        tenants = list(map(parse.Tenant.from_json, body('25-connections')))
        self.assertEqual([(tenant.name, tenant.type) for tenant in tenants], [
            ("Demo Company (Global)", 'ORGANISATION'), ("NangoAPI", 'ORGANISATION')])
        self.assertTrue(all(tenant.connection_id and tenant.tenant_id and tenant.auth_event_id
                            for tenant in tenants))

    def test_errors(self):
        for name, kind, text in (
                ('37-401-authentication', errors.XeroTokenExpired, "AuthenticationUnsuccessful"),
                ('38-403-authentication', errors.XeroAccessRevoked, "AuthenticationUnsuccessful"),
                ('40-400-post-data-invalid', errors.XeroRejected, "JSON for post data was invalid"),
                ('41-400-validation-nested', errors.XeroRejected,
                 "Account must be valid.; Tax rate must be valid."),
                ('81-400-allocation-no-data', errors.XeroRejected, "No data has been processed"),
                ('84-500-tracking-option', errors.XeroOutcomeUnknown,
                 "An error occurred in Xero")):
            recorded = parse.loads((FOLDER / f'{name}.json').read_bytes())
            raw = RawAnswer(recorded['status'], CaseInsensitiveDict(),
                            json.dumps(recorded['body'], default=str).encode())
            with self.assertRaises(kind, msg=name) as caught:
                client.read_answer(raw)
            self.assertIs(type(caught.exception), kind, name)
            self.assertIn(text, str(caught.exception), name)

    def test_refusals(self):
        [element] = body('41-400-validation-nested')['Elements']
        read = outcome.Outcome.from_json(element)
        self.assertFalse(read.ok)
        self.assertIsNone(read.xero_id)
        self.assertEqual(read.messages, ("Account must be valid.", "Tax rate must be valid."))

    def test_what_refusals_are_about(self):
        with (FOLDER / 'error-texts.tsv').open(encoding='utf-8') as file:
            rows = list(csv.DictReader(file, delimiter='\t'))
        self.assertGreater(len(rows), 30)
        for row in rows:
            codes = row['code that leads to the cure'].split('|')
            if codes != ['warning']:
                self.assertIn(errors.classify([row['text']]), codes, row['text'])
