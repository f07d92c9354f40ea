"""Manual journals as Xero answers them: recordings, and samples of its specification."""
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from ..xero.journals import Journal, by_mark
from ..xero.outcome import outcomes
from .unit import BaseCase, tagged

FOLDER = Path(__file__).with_name('recorded')
ID = ('ManualJournalID',)


def recorded(name):
    """:return: the body of an answer"""
    return json.loads((FOLDER / f'{name}.json').read_text())['body']


@tagged('post_install', '-at_install')
class TestRecordedJournals(BaseCase):

    def _journal(self, name):
        [row] = recorded(name)['ManualJournals']
        return Journal.from_json(row)

    def test_tax_is_beside_the_amounts(self):
        journal = self._journal('76-get-manual-journal-tax')
        self.assertEqual((journal.status, journal.date), ('DRAFT', date(2010, 10, 30)))
        self.assertEqual(journal.sums, {'453': Decimal('-1085.00'), '720': Decimal('1085.00')})

    def test_a_list_without_pages_has_no_lines(self):
        journal = self._journal('77-manual-journal-archived')
        self.assertEqual((journal.status, journal.sums), ('ARCHIVED', {}))
        self.assertEqual(by_mark([journal], [journal.narration]), {journal.narration: journal})

    def test_posted(self):
        journal = self._journal('91-SAMPLE-get-manual-journal')
        self.assertEqual(journal.status, 'POSTED')
        self.assertEqual(journal.sums, {'429': Decimal('100.00'), '200': Decimal('-100.00')})

    def test_what_is_refused_says_why(self):
        [outcome] = outcomes(
            recorded('90-SAMPLE-put-manual-journal-error'), 'ManualJournals', ID)
        self.assertFalse(outcome.ok)
        self.assertIsNone(outcome.xero_id)
        self.assertIn("must equal total credits", outcome.messages[0])
        self.assertIn("has been removed", outcome.warnings[0])
