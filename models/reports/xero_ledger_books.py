"""Odoo's side of the trial balance: what its accounts come to, by the accounts of Xero."""
from collections import Counter, defaultdict
from decimal import Decimal
from typing import NamedTuple

from odoo import models
from odoo.fields import Domain

from ...xero.trial_balance import year_start
from ..documents.account_payment_plan import decimal_of

#: Accounts that Xero keeps by itself, by the name that it has for each.
RECEIVABLE, PAYABLE, TAX = 'DEBTORS', 'CREDITORS', 'GST'
RETAINED, REALISED = 'RETAINEDEARNINGS', 'REALISEDCURRENCYGAIN'
CONTROL = {'asset_receivable': RECEIVABLE, 'liability_payable': PAYABLE}
#: Classes of accounts in Xero that make the result of the year.
PROFIT = ('REVENUE', 'EXPENSE')
#: Types of journals whose money is in a bank account.
MONEY = ('bank', 'cash', 'credit')


class Booked(NamedTuple):
    """What accounts of Odoo come to: debit less credit; their names where none is of Xero."""

    amount: Decimal
    account_ids: tuple


class Places(NamedTuple):
    """Which account of Xero has what is booked here: each an identifier."""

    system: dict
    accounts: dict
    journals: dict
    banks: dict
    in_transit: frozenset
    taxes: frozenset
    exchange: dict
    codes: dict
    profit: frozenset

    def is_profit(self, key, accounts):
        """:param recordset accounts: `account.account` that are booked there
        :return: whether an identifier is of an account that makes the result of the year"""
        return key in self.profit or (
            key.startswith('odoo-') and accounts[:1].internal_group in ('income', 'expense'))

    def retain(self, entry):
        """:return: an entry of an earlier financial year: what it made is in retained earnings"""
        kept = Counter()
        for place, amount in entry.items():
            kept[self.system.get(RETAINED, RETAINED) if place in self.profit else place] += amount
        return kept

    def find(self, entry):
        """:param dict entry: {code, name of one of Xero's own, or identifier: amount}
        :return: the same by identifiers"""
        return {self.system.get(key) or self.codes.get(key, key): amount
                for key, amount in entry.items()}


class XeroLedgerBooks(models.AbstractModel):
    _name = 'xero.ledger.books'
    _description = "Balances of Odoo by the Accounts of Xero"

    # === WHERE XERO HAS IT === #

    def _get_places(self, connection):
        """Find where Xero has what is booked here, in a number of queries that does not grow.

        :param recordset connection: one `xero.connection`, with all rights and in its company
        :rtype: Places
        """
        company = connection.company_id
        env = self.sudo().with_context(active_test=False).with_company(company).env
        journals = env['account.journal'].search([
            ('company_id', 'in', company._xero_together().ids), ('type', 'in', MONEY)])
        mapped = {journal.id: journal.xero_account_id.xero_id for journal in journals
                  if journal.xero_account_id.connection_id.id == connection.id}
        own = env['account.account'].search_fetch(
            [('xero_account_id.connection_id', '=', connection.id)], ['xero_account_id'])
        taxes = env['account.tax.repartition.line']._read_group(
            [('company_id', 'in', company._xero_together().ids), ('account_id', '!=', False),
             ('repartition_type', '=', 'tax')], ['account_id'])
        methods = journals.inbound_payment_method_line_ids \
            | journals.outbound_payment_method_line_ids
        theirs = env['xero.account'].search([('connection_id', '=', connection.id)])
        return Places(
            system={account.system_account: account.xero_id
                    for account in theirs.filtered('system_account')},
            codes={account.code: account.xero_id for account in theirs.filtered('code')},
            profit=frozenset(account.xero_id for account in theirs
                             if account.class_name in PROFIT),
            accounts={account.id: account.xero_account_id.xero_id for account in own},
            journals=mapped,
            banks={journal.default_account_id.id: mapped[journal.id] for journal in journals
                   if journal.id in mapped},
            in_transit=frozenset((
                methods.payment_account_id | journals.suspense_account_id).ids),
            taxes=frozenset(account.id for [account] in taxes),
            exchange={one.currency_exchange_journal_id.id: {
                one.income_currency_exchange_account_id.id,
                one.expense_currency_exchange_account_id.id}
                for one in company._xero_together().with_env(env)})

    def _get_place(self, places, account, journal):
        """
        :param Places places: of the connection
        :param recordset account: one `account.account`
        :param recordset journal: the `account.journal` that something is booked in
        :return: identifier of the account in Xero that has it; one of its own where none has
        :rtype: str
        """
        place = places.system.get(CONTROL.get(account.account_type)) \
            or places.banks.get(account.id)
        if account.id in places.in_transit and journal.id in places.journals:
            # What is on its way to the bank is there in Xero.
            place = place or places.journals[journal.id]
        if account.id in places.exchange.get(journal.id, ()):
            place = place or places.system.get(REALISED)
        place = place or places.accounts.get(account.id)
        if account.account_type == 'equity_unaffected':
            place = place or places.system.get(RETAINED)
        if account.id in places.taxes:
            place = place or places.system.get(TAX)
        return place or f'odoo-{account.id}'

    # === WHAT IT COMES TO === #

    def _get_year_start(self, connection, day):
        """:return: the first day of the financial year, as Xero has it"""
        if connection.year_end_month:
            return year_start(day, connection.year_end_month, connection.year_end_day)
        return connection.company_id.compute_fiscalyear_dates(day)['date_from']

    def _get_domain(self, connection, day):
        """:return: what counts on a day, of all companies that the connection is of"""
        return Domain([
            ('parent_state', '=', 'posted'), ('date', '<=', day),
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('account_id.account_type', '!=', 'off_balance')])

    def _get_balances(self, connection, places, day, only=Domain.TRUE):
        """Add up what is booked: profit and loss since the financial year began, all else since
        ever. What earlier years have made is in retained earnings. Two queries.

        :param recordset connection: one `xero.connection`
        :param Places places: of it
        :param date day: the last one that counts
        :param Domain only: of journal items
        :return: {identifier of the account in Xero, or of one here alone: Booked}
        :rtype: dict
        """
        # Core: what begins anew each year, but for the account that collects what it came to.
        profit = Domain('account_id.include_initial_balance', '=', False) & Domain(
            'account_id.account_type', '!=', 'equity_unaffected')
        this_year = Domain('date', '>=', self._get_year_start(connection, day))
        counting = self._get_domain(connection, day) & only
        lines = self.env['account.move.line'].sudo()
        currency = connection.company_id.currency_id
        sums, ids = defaultdict(Decimal), defaultdict(set)
        for account, journal, balance in lines._read_group(
                counting & (~profit | this_year), ['account_id', 'journal_id'], ['balance:sum']):
            place = self._get_place(places, account, journal)
            sums[place] += decimal_of(currency, balance)
            ids[place].add(account.id)
        for [balance] in lines._read_group(
                counting & profit & ~this_year, [], ['balance:sum']):
            if balance:
                sums[places.system.get(RETAINED) or RETAINED] += decimal_of(currency, balance)
        return {place: Booked(amount, tuple(sorted(ids[place])))
                for place, amount in sums.items()}
