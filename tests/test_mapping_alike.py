"""Accounts whose names in both charts are alike, and what is ticked for whoever looks at it."""
import csv

from odoo.tests import tagged
from odoo.tools import file_open

from ..models.mapping.account_account import CLASSES, NOT_ON_LINES
from .common import XeroCommon

#: Where Odoo's stock charts are, and what some of their accounts are in Xero's standard chart.
CHARTS = {
    'l10n_uk/data/template/account.account-uk.csv': {
        "Sales category 1": "Sales", "Advertising": "Advertising & Marketing",
        "Office Rent": "Rent", "Telephone": "Telephone & Internet", "Bank fees": "Bank Fees",
        "Bank Interest received": "Interest Income"},
    'l10n_au/data/template/account.account-au.csv': {
        "Sales Product #1": "Sales", "Cost of Goods Sold #1": "Cost of Goods Sold",
        "Repairs": "Repairs & Maintenance", "Insurance": "Insurance"},
    'l10n_nz/data/template/account.account-nz.csv': {
        "Sales Product #1": "Sales", "Travel": "Travel - National"},
    'account/data/template/account.account-generic_coa.csv': {
        "Product Sales": "Sales", "Other Income": "Other Revenue", "Rent": "Rent",
        "Cost of Goods Sold": "Cost of Goods Sold"},
}


@tagged('post_install', '-at_install')
class TestMappingAlike(XeroCommon):

    def _chart(self, path, prefix):
        """:return: the accounts of a stock chart of Odoo that lines may have"""
        with file_open(path) as file:
            return self.env['account.account'].create([
                {'code': f'{prefix}{number}', 'name': row['name'],
                 'account_type': row['account_type']}
                for number, row in enumerate(csv.DictReader(file))
                if row['name'] and row['account_type'] not in (
                    *NOT_ON_LINES, 'equity_unaffected')])

    def _matches(self):
        return {match.record: match
                for match in self.env['xero.matching']._find(self.connection, 'account')}

    def test_stock_charts(self):
        for prefix, (path, pairs) in zip('TUVW', CHARTS.items(), strict=True):
            with self.subTest(path):
                accounts = self._chart(path, prefix)
                matches = self._matches()
                for name, expected in pairs.items():
                    account = accounts.filtered(lambda account, name=name: account.name == name)
                    match = matches[account[:1]]
                    self.assertEqual(match.target.name, expected, name)
                    self.assertTrue(match.certain or match.likely, name)
                for account in accounts:
                    if target := matches[account].target:
                        self.assertEqual(
                            CLASSES[account.internal_group], target.class_name, account.name)

    def test_names_that_only_share_a_common_word_are_not_alike(self):
        account = self.env['account.account'].create(
            {'code': 'T1', 'name': "Payable to the Other Account", 'account_type': 'equity'})
        self.assertFalse(self._matches()[account].target)

    def test_two_that_are_as_alike_are_not_guessed(self):
        self.org.add_account('491', "Telephone & Fax", 'OVERHEADS')
        self.connection._refresh_reference_data()
        account = self.env['account.account'].create(
            {'code': 'T1', 'name': "Telephone", 'account_type': 'expense'})
        match = self._matches()[account]
        self.assertEqual((match.target.name, match.likely), ("General Expenses", False))

    def test_the_usual_one_is_ticked_for_what_is_in_use(self):
        idle, sold, category = self.env['account.account'].create([
            {'code': f'T{number}', 'name': f"Zeppelins {number}", 'account_type': 'income'}
            for number in range(3)])
        self.env['product.product'].create({'name': "Zeppelin"}).property_account_income_id = sold
        self.env['product.category'].create({
            'name': "Balloons", 'property_account_income_categ_id': category.id})
        wizard = self.env['xero.mapping.wizard'].browse(
            self.env['account.account'].action_xero_match()['res_id'])
        lines = {line.res_id: line for line in wizard.line_ids}
        for account, selected, certainty in (
                (sold, True, 'likely'), (category, True, 'likely'), (idle, False, 'doubtful')):
            line = lines[account.id]
            self.assertEqual((line.account_id.name, line.selected, line.certainty),
                             ("Sales", selected, certainty))
        ids = wizard.line_ids.mapped('res_id')
        self.assertLess(ids.index(sold.id), ids.index(idle.id))

    def test_saving_says_what_goes_out_now(self):
        account = self.env['account.account'].create(
            {'code': 'T1', 'name': "Sales of boats", 'account_type': 'income'})
        moves = self._invoice(lines=[{'account_id': account.id}]) \
            | self._invoice(lines=[{'account_id': account.id}])
        self._push()
        self.assertEqual(set(moves.mapped('xero_error_code')), {'unmapped_account'})
        wizard = self.env['xero.mapping.wizard'].browse(
            self.env['account.account'].action_xero_match()['res_id'])
        wizard.line_ids.filtered(lambda line: line.res_id != account.id).selected = False
        message = wizard.action_confirm()['params']['message']
        self.assertEqual(message, "Mapped: 1. Documents that go to Xero now: 2.")
        self._push()
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})
