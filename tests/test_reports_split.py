"""A report by tracking option, whose other columns are in no recording: told apart by amounts."""
import copy
from decimal import Decimal

from ..xero import reports
from .test_recorded_reports import recorded
from .unit import BaseCase, tagged

NORTH, SOUTH = 'aaaaaaaa-0000-4000-8000-000000000001', 'aaaaaaaa-0000-4000-8000-000000000002'
OPTIONS = {'north': NORTH, 'south': SOUTH, NORTH: NORTH, SOUTH: SOUTH}


def answer(labels, shares, attributes=None):
    """The recorded month with other columns.

    :param list labels: of the columns
    :param list shares: what each has of every account's total
    :return: (body, {account: total})
    """
    body, _asked = recorded('67-report-pl-month')
    body, totals = copy.deepcopy(body), {}
    header, *sections = body['Reports'][0]['Rows']
    header['Cells'][1:] = [
        {'Value': label, **({'Attributes': attributes[label]} if attributes else {})}
        for label in labels]
    for section in sections:
        for row in section['Rows']:
            label, cell = row['Cells']
            amount = Decimal(cell['Value'])
            for attribute in label.get('Attributes', ()):
                totals[attribute['Value']] = amount
            row['Cells'][1:] = [
                {**cell, 'Value': f"{Decimal(share) * amount:.2f}"} for share in shares]
    return body, totals


@tagged('post_install', '-at_install')
class TestReportsSplit(BaseCase):

    def _split(self, labels, shares, **values):
        body, totals = answer(labels, shares, **values)
        parts = reports.split(body, totals, OPTIONS)
        for account, total in totals.items():
            self.assertEqual(total, sum(
                amount for (key, _option), amount in parts.items() if key == account))
        return {option for _account, option in parts}

    def test_what_has_no_option_is_what_is_left(self):
        for labels, shares in (
                (["North", "South", "Unassigned", "Total"], ['2', '-3', '2', '1']),
                (["North", "SOUTH ", "Total"], ['2', '-3', '1']),
                (["Nothing", "South", "North"], ['2', '-3', '2']),
                (["South", "North"], ['-3', '2'])):
            with self.subTest(labels):
                self.assertEqual(self._split(labels, shares), {NORTH, SOUTH, None})
        self.assertEqual(self._split(["Anything", "Total"], ['1', '1']), {None})
        self.assertEqual(self._split(["North", "Unassigned"], ['1', '0']), {NORTH})

    def test_columns_by_identifier(self):
        self.assertEqual(self._split(['A', 'B'], ['1', '0'], attributes={
            'A': [{'Id': 'trackingOption', 'Value': SOUTH.upper()}],
            'B': [{'Id': 'trackingOption', 'Value': NORTH}]}), {SOUTH})

    def test_what_does_not_add_up_is_refused(self):
        for labels, shares in (
                (["North", "South", "Unassigned", "Total"], ['2', '-3', '3', '1']),
                (["North", "Total"], ['2', '3']),
                (["North", "East", "Unassigned"], ['2', '1', '-2']),
                (["North", "north"], ['2', '-1']), ([], [])):
            with self.subTest(labels), self.assertRaises(reports.UnusableReport):
                self._split(labels, shares)
        body, totals = answer(["North"], ['1'])
        body['Reports'][0]['Rows'][1]['Rows'][0]['Cells'].append({'Value': '1.00'})
        with self.assertRaises(reports.UnusableReport):
            reports.split(body, totals, OPTIONS)
        for nothing in (None, [], {}, {'Reports': None}):
            with self.subTest(body=nothing), self.assertRaises(reports.UnusableReport):
                reports.split(nothing, {}, OPTIONS)
