"""What the tests of manual journals share."""
from collections import defaultdict
from decimal import Decimal

from odoo import Command

from .common import XeroTimeCommon


def map_clearing(connection):
    """:return: a new account that is one of Xero's which takes journals"""
    account = connection.env['account.account'].create({
        'code': 'CLR1', 'name': "Clearing", 'account_type': 'asset_current'})
    account.xero_account_id = connection.env['xero.account'].search([
        ('connection_id', '=', connection.id), ('code', '=', '620')])
    return account


class XeroJournalCommon(XeroTimeCommon):
    """A journal whose entries go to Xero, one by one."""

    def setUp(self):
        super().setUp()
        self.general = self.company_data['default_journal_misc']
        self.general.xero_entries = 'each'
        self.clearing = map_clearing(self.connection.with_env(self.env))

    def _lines(self, amount):
        """:return: commands for lines of an entry: so much from income to clearing"""
        return [Command.create({'name': "Clearing", 'account_id': self.clearing.id,
                                'debit': amount}),
                Command.create({'name': "Income", 'account_id': self.income.id,
                                'credit': amount})]

    def _entry(self, amount=50, lines=None, **values):
        """:return: a posted entry of the journal"""
        entry = self.env['account.move'].create({
            'move_type': 'entry', 'journal_id': self.general.id, 'date': '2026-03-02',
            'line_ids': lines or self._lines(amount), **values})
        entry.action_post()
        return entry

    def _calls(self):
        """:return: (method, path) of what was sent of journals, ids left out"""
        return [(call.method, f"/{call.path.split('/')[1]}") for call in self.sandbox.calls
                if call.path.startswith('/ManualJournals') and call.method != 'GET']

    @staticmethod
    def _sums(journal):
        """:return: {code of the account: Decimal} of a journal of the sandbox"""
        sums = defaultdict(Decimal)
        for line in journal['JournalLines']:
            sums[line['AccountCode']] += line['LineAmount']
        return dict(sums)

    def _booked(self, entry):
        """Check that an entry is in Xero once, with the same on each account.

        :return: the sandbox's record
        """
        self.assertEqual(entry.xero_state, 'synced', entry.xero_error_message)
        record = entry.xero_manual_journal_id
        [journal] = [each for each in self.org.manual_journals
                     if each['Status'] not in ('VOIDED', 'DELETED')
                     and f'-{record.id}]' in each['Narration']]
        self.assertEqual(journal['ManualJournalID'], record.xero_journal_id)
        here = defaultdict(Decimal)
        for line in entry.line_ids:
            here[line.account_id.xero_account_id.code] += Decimal(f'{line.balance:.2f}')
        self.assertEqual(self._sums(journal), dict(here))
        self.assertEqual(journal['Date'], entry.date)
        return journal
