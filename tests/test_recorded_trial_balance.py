"""The report Trial Balance as it was recorded, read by attribute and never by title."""
import copy
from datetime import date
from decimal import Decimal

from ..xero import reports, trial_balance
from .test_recorded_reports import recorded
from .unit import BaseCase, tagged

MEMBERSHIP, ACCOUNTING, OFFICE, BANK = (
    'b37e35f6-99b1-5e24-b589-16cca679d0f2', 'e8aa7294-4652-54ef-a6bc-db500acaa651',
    'fdc87120-2372-5e52-bd70-27e64a2fda4a', '05373bd3-02a7-57ec-b3ea-f001233125a8')
WHOLE, EXCERPT = '72-report-tb-mid-year', '75-report-tb-demo-au-excerpt'


@tagged('post_install', '-at_install')
class TestRecordedTrialBalance(BaseCase):

    def test_balances_are_debit_less_credit(self):
        report = trial_balance.parse(*recorded(WHOLE))
        amounts = {key: balance.amount for key, balance in report.balances.items()}
        self.assertEqual(amounts[MEMBERSHIP], Decimal('-3000000.00'))
        self.assertEqual(amounts[ACCOUNTING], Decimal('-13174.00'), "not on its natural side")
        self.assertEqual(amounts[OFFICE], Decimal('6.24'), "and not what has moved")
        self.assertEqual(report.balances[BANK].name, 'Example_Cash_HKD')
        self.assertEqual(report.rounding, 0)

    def test_titles_say_nothing(self):
        body, asked = recorded(WHOLE)
        renamed = copy.deepcopy(body)
        for number, section in enumerate(renamed['Reports'][0]['Rows']):
            section['Title'] = f"Groupe {number}"
        self.assertEqual(trial_balance.parse(renamed, asked), trial_balance.parse(body, asked))

    def test_a_cent_of_rounding_and_no_more(self):
        body, asked = recorded(WHOLE)
        cell = body['Reports'][0]['Rows'][1]['Rows'][0]['Cells'][4]
        cell['Value'] = '3000000.01'
        self.assertEqual(trial_balance.parse(body, asked).rounding, Decimal('-0.01'))
        cell['Value'] = '3000000.02'
        with self.assertRaisesRegex(reports.UnusableReport, "come to nothing"):
            trial_balance.parse(body, asked)
        cell['Value'] = 'n/a'
        with self.assertRaisesRegex(reports.UnusableReport, "amount"):
            trial_balance.parse(body, asked)

    def test_another_answer_is_refused(self):
        with self.assertRaisesRegex(reports.UnusableReport, "another day"):
            trial_balance.parse(recorded(WHOLE)[0], {'date': '2026-02-27'})
        with self.assertRaisesRegex(reports.UnusableReport, "no total"):
            trial_balance.parse(recorded(EXCERPT)[0], {'date': '2024-01-31'})
        body, asked = recorded(WHOLE)
        rows = body['Reports'][0]['Rows']
        rows[1:-1] = []
        for cell in rows[-1]['Rows'][0]['Cells'][1:]:
            cell['Value'] = '0.00'
        self.assertFalse(trial_balance.parse(body, asked).balances, "nothing booked by then")
        body['Reports'][0]['ReportTitles'] = ["Balance", None, "Au 31 fevrier 2026", "31 June 2026"]
        trial_balance.parse(body, asked)
        for nothing in (None, [], {}, {'Reports': None}, {'Reports': [{}]},
                        {'Reports': [{'Rows': [{'Rows': [{'Cells': []}]}]}]}):
            with self.subTest(body=nothing), self.assertRaises(reports.UnusableReport):
                trial_balance.parse(nothing, asked)

    def test_the_financial_year(self):
        for day, month, end, first in (
                (date(2026, 3, 31), 3, 31, date(2025, 4, 1)),
                (date(2026, 4, 1), 3, 31, date(2026, 4, 1)),
                (date(2026, 12, 31), 12, 31, date(2026, 1, 1)),
                (date(2026, 1, 1), 12, 31, date(2026, 1, 1)),
                (date(2028, 2, 29), 2, 29, date(2027, 3, 1)),
                (date(2027, 3, 1), 2, 31, date(2027, 3, 1)),
                (date(2026, 4, 5), 4, 5, date(2025, 4, 6))):
            with self.subTest(day=day, end=end):
                self.assertEqual(trial_balance.year_start(day, month, end), first)
