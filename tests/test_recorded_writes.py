"""What Xero really answered to writes, and what is made of it; see test_recorded.

Not here is what the module neither reads nor writes: reports, manual journals, bank transactions,
contact groups, lists of overpayments and prepayments.
"""
import json
from datetime import date

from requests.structures import CaseInsensitiveDict

from ..xero import client, documents, errors, outcome, parse, scalars
from ..xero.transport import RawAnswer
from .test_recorded import FOLDER, body, only
from .unit import BaseCase, tagged


@tagged('post_install', '-at_install')
class TestRecordedWrites(BaseCase):

    def _read(self, name):
        """:return: what the client makes of an answer"""
        recorded = parse.loads((FOLDER / f'{name}.json').read_bytes())
        return client.read_answer(RawAnswer(
            recorded['status'], CaseInsensitiveDict(),
            json.dumps(recorded['body'], default=str).encode()))

    def test_each_file_is_read(self):
        """A file that no test names would prove nothing."""
        texts = [path.read_text(encoding='utf-8')
                 for path in FOLDER.parent.glob('test_recorded*.py')]
        for path in FOLDER.glob('*.json'):
            with self.subTest(file=path.name):
                self.assertTrue(any(f"'{path.stem}'" in text for text in texts))

    def test_items(self):
        tracked, book, work = map(
            parse.Item.from_json, body('56-list-items-tracked')['Items'])
        self.assertEqual(
            [(item.xero_id, item.code, item.name, item.is_tracked)
             for item in (tracked, book, work)], [
                ('dc63985f-7e32-4669-b60b-8b550417ddbb', 'TSL - Black', "T-Shirt Large Black",
                 True),
                ('8bbaf73c-5a32-4458-addf-bd30a36c8551', 'BOOK',
                 "Fish out of Water: Finding Your Brand", False),
                ('6cba12ac-e300-4745-838a-f57dfdb88e11', 'DevD',
                 "Development work - developer onsite per day", False)])
        renamed = parse.Item.from_json(only('55-update-item', 'Items'))
        self.assertEqual((renamed.xero_id, renamed.code, renamed.name, renamed.is_tracked),
                         (book.xero_id, 'BOOK', "Updated Fish out of Water", False))
        self.assertTrue(all(item.is_sold and item.is_purchased
                            for item in (tracked, book, work, renamed)))

    def test_an_item_that_exists(self):
        [found] = outcome.outcomes(body('99-SAMPLE-put-item'), 'Items', ('ItemID',))
        self.assertFalse(found.ok)
        self.assertEqual(found.messages, ("Price List Item with Code ''abc'' already exists",))

    def test_accounts(self):
        changed = parse.Account.from_json(only('58-update-account', 'Accounts'))
        self.assertEqual(
            (changed.xero_id, changed.code, changed.name, changed.type, changed.class_,
             changed.tax_type, changed.status, changed.payments_enabled, changed.system_account),
            ('64720585-52cf-479b-a211-2e99543e28e7', 'TEST999', "Test Account X999", 'EXPENSE',
             'EXPENSE', 'INPUT', 'ACTIVE', False, ''))
        gone = parse.Account.from_json(only('101-SAMPLE-delete-account', 'Accounts'))
        self.assertEqual((gone.code, gone.status), ('123456', 'DELETED'))

    def test_tracking_options(self):
        made, gone = (parse.TrackingOption.from_json(only(name, 'Options')) for name in (
            '94-SAMPLE-put-tracking-option', '95-SAMPLE-delete-tracking-option'))
        self.assertEqual((made.xero_id, made.name, made.status),
                         ('34669548-b989-487a-979f-0787d04568a2', "Bar40423", 'ACTIVE'))
        self.assertEqual((gone.xero_id, gone.status), (made.xero_id, 'DELETED'))

    def test_an_allocation_whose_answer_names_nothing(self):
        """Neither what was made nor what was deleted is told: the credit note is read for it."""
        answer = self._read('85-SAMPLE-put-credit-note-allocation')
        [found] = outcome.outcomes(answer, 'Allocations', ())
        self.assertTrue(found.ok)
        credit = documents.Credit.of_credit_note(
            found.data, found.data['CreditNote']['CreditNoteID'], '')
        self.assertEqual(
            (credit.credit_id, credit.invoice_id, credit.amount, credit.date, credit.allocation_id),
            ('7be578f5-63af-45c8-9b00-dcc4732baf0b', 'c45720a1-ade3-4a38-a064-d15489be6841', 1,
             date(2019, 3, 5), None))
        deleted = self._read('88-SAMPLE-delete-allocation')
        self.assertIs(deleted['IsDeleted'], True)
        self.assertNotIn('Allocations', deleted)

    def test_attachments(self):
        made = documents.Attachment.from_json(
            only('102-SAMPLE-put-attachment-invoice', 'Attachments'))
        self.assertEqual(
            (made.xero_id, made.name, made.mime_type),
            ('5a500c1a-5a02-48de-939e-1d234fd170d4', 'sample5.jpg', 'image/jpg'))

    def test_refusals(self):
        for name, kind, text in (
                ('79-400-allocation-prepayment', errors.XeroOutcomeUnknown,
                 "An error occurred in Xero"),
                ('82-400-attachment-type', errors.XeroRejected,
                 "The file couldn't be uploaded because it isn't a supported file type."),
                ('100-SAMPLE-400-account-name', errors.XeroRejected,
                 "Please enter a unique Name.")):
            with self.subTest(name=name), self.assertRaises(errors.XeroError) as caught:
                self._read(name)
            self.assertIs(type(caught.exception), kind, name)
            self.assertIn(text, str(caught.exception), name)

    def test_dates_of_writes(self):
        """They are milliseconds, with and without a zone."""
        for text in ('/Date(1777032969608)/', '/Date(1777032358823+0000)/'):
            self.assertEqual(scalars.date_of(text), date(2026, 4, 24))
