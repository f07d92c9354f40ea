"""The report Profit and Loss as it was recorded, read by attribute and never by title."""
import copy
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from ..xero import reports
from .unit import BaseCase, tagged

FOLDER = Path(__file__).with_name('recorded')
SALES = '86c8c057-270b-53e2-ab09-cbb8621818c5'


def recorded(name):
    """:return: (body, parameters) of an answer, as :func:`reports.parse` takes them"""
    recording = json.loads((FOLDER / f'{name}.json').read_text())
    return recording['body'], recording['request']['query']


@tagged('post_install', '-at_install')
class TestRecordedReports(BaseCase):

    def test_twelve_months(self):
        report = reports.parse(*recorded('70-report-pl-12-months-31'))
        self.assertEqual((report.months[0], report.months[-1]),
                         (date(2026, 5, 1), date(2025, 6, 1)))
        sales = {line.month: line.amount for line in report.movements if line.account_id == SALES}
        self.assertEqual(sales[date(2026, 1, 1)], Decimal('3650.00'))
        self.assertEqual(report.net[date(2026, 5, 1)], Decimal('3670.00'))
        self.assertEqual(set(reports.signs_of(report, {}).values()), {1, -1})

    def test_months_that_were_cut_are_thrown_away(self):
        with self.assertRaisesRegex(reports.UnusableReport, "do not end with their months"):
            reports.parse(*recorded('71-report-pl-12-months-30-TRAP'))

    def test_currency_gains_and_negative_costs(self):
        report = reports.parse(*recorded('68-report-pl-month-fx'))
        self.assertIn(reports.CURRENCY_GAINS, {line.account_id for line in report.movements})
        self.assertLess(min(line.amount for line in report.movements), 0)
        self.assertEqual(report.net, {date(2026, 2, 1): Decimal('463396.31')})
        reports.signs_of(report, {})

    def test_titles_say_nothing(self):
        body, asked = recorded('68-report-pl-month-fx')
        renamed = copy.deepcopy(body)
        for number, section in enumerate(renamed['Reports'][0]['Rows']):
            if section.get('Title'):
                section['Title'] = f"Groupe {number}"
        signs = (list(reports.signs_of(reports.parse(each, asked), {}).values())
                 for each in (body, renamed))
        self.assertEqual(*signs)

    def test_what_does_not_add_up_is_refused(self):
        body, asked = recorded('67-report-pl-month')
        rows = body['Reports'][0]['Rows'][1]['Rows']
        rows[0]['Cells'][1]['Value'] = '1818.98'
        with self.assertRaisesRegex(reports.UnusableReport, "result"):
            reports.signs_of(reports.parse(body, asked), {})
        rows[0]['Cells'][1]['Value'] = 'n/a'
        with self.assertRaisesRegex(reports.UnusableReport, "amount"):
            reports.parse(body, asked)

    def test_another_answer_is_refused(self):
        body, asked = recorded('67-report-pl-month')
        with self.assertRaisesRegex(reports.UnusableReport, "other months"):
            reports.parse(body, {**asked, 'fromDate': '2026-03-01'})
        header, section, *_rest = body['Reports'][0]['Rows']
        for rows in (
                [], [{'Cells': []}], [header, header], [{**header, 'Cells': []}],
                [{**header, 'Cells': [{}, {'Value': f"31 May {'9' * 30}"}]}], [header],
                [header, {**section, 'Rows': [{'RowType': 'Row'}]}], [header, {'Rows': [{}]}]):
            with self.subTest(rows=rows), self.assertRaises(reports.UnusableReport):
                reports.parse({'Reports': [{'Rows': rows}]}, asked)
        for nothing in (None, [], {}, {'Reports': None}, {'Reports': [{}, {}]}):
            with self.subTest(body=nothing), self.assertRaises(reports.UnusableReport):
                reports.parse(nothing, asked)

    def test_the_month_that_is_asked_for_has_31_days(self):
        for today, first, last in (
                (date(2026, 11, 27), '2026-12-01', '2026-12-31'),
                (date(2026, 1, 1), '2026-01-01', '2026-01-31'),
                (date(2028, 2, 29), '2028-03-01', '2028-03-31')):
            asked = list(reports.questions(today, 5, False))
            self.assertEqual(len(asked), 5)
            self.assertEqual((asked[0]['fromDate'], asked[0]['toDate']), (first, last))
            self.assertEqual(asked[4]['toDate'], f"{int(last[:4]) - 4}{last[4:]}")
            self.assertNotIn('paymentsOnly', asked[0])
        self.assertEqual(next(reports.questions(date(2026, 1, 1), 1, True))['paymentsOnly'], 'true')
