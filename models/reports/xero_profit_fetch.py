"""Fetching the report Profit and Loss: every night, and when somebody asks for it."""
from decimal import Decimal
from typing import NamedTuple

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ...xero import reports
from ..core.words import lazy_date, lazy_of, write_words
from .xero_profit_line import CURRENCY

_lt = LazyTranslate(__name__)

#: Sections by Xero's types of accounts; of those that are not here, by whether they add or take.
SECTIONS = {'REVENUE': 'income', 'SALES': 'income', 'OTHERINCOME': 'other_income',
            'DIRECTCOSTS': 'cost_of_sales'}
#: The same by Odoo's types, of accounts that are not mapped.
ODOO_SECTIONS = {'income': 'income', 'income_other': 'other_income',
                 'expense_direct_cost': 'cost_of_sales'}


class Statement(NamedTuple):
    """An answer of Xero that adds up.

    :param reports.ProfitAndLoss report: the answer
    :param dict signs: {identifier of an account in it: 1, or -1 for costs}
    :param dict accounts: {identifier: `xero.account`}
    """

    report: reports.ProfitAndLoss
    signs: dict
    accounts: dict

    def sign(self, key):
        """:return: 1 where an account adds to the profit, -1 where it takes from it"""
        if key in self.signs:
            return self.signs[key]
        return 1 if key in self.accounts and self.accounts[key].class_name == 'REVENUE' else -1

    def totals(self, month):
        """:return: {account: what it has moved in a month, as Xero shows it}"""
        return {line.account_id: line.amount for line in self.report.movements
                if line.month == month and line.amount}


class XeroProfitFetch(models.AbstractModel):
    _name = 'xero.profit.fetch'
    _inherit = ['xero.report.mixin', 'xero.scheduled']
    _description = "Fetch of Profit and Loss"

    _schedule_sequence = 40
    _report_path = reports.PATH
    _report_switch = 'profit_loss'

    def _fetch_all(self, connection):
        # OVERRIDES 'account_xero': a year after the other, from where the last run had no more time
        if connection.profit_loss_problem and not connection.profit_loss_next:
            connection._commit_with_retry(connection.write, {'profit_loss_problem': False})
        for question in reports.questions(
                connection.company_id._xero_today(), int(connection.profit_loss_years),
                connection.profit_loss_basis == 'cash'):
            end = fields.Date.to_date(question['toDate'])
            if not connection.profit_loss_next or end <= connection.profit_loss_next:
                self._fetch(connection, question)
                connection._commit_with_retry(connection.write, {
                    'profit_loss_next': end.replace(year=end.year - 1)})

    def _end(self, connection):
        # EXTENDS 'account_xero'
        connection.profit_loss_next = False
        return super()._end(connection)

    def _give_up(self, connection, error):
        # OVERRIDES 'account_xero'
        write_words(connection, {'profit_loss_problem': lazy_of(
            connection, lambda own: own.env['xero.health']._in_words(error, own))})

    def _tell(self, connection, words):
        """Say on the connection, where the report is missing, and in the log what is wrong.

        :param recordset connection: one `xero.connection`
        :param words: lazy text, with the cure
        """
        def write():
            write_words(connection, {'profit_loss_problem': words})
            self.env['xero.log']._add_event(connection, words, 'pull', 'failure')
        connection._commit_with_retry(write)

    def _fetch(self, connection, question):
        """Ask for twelve months, and keep them where they add up; then for those of them by
        tracking option that may have changed.

        :param recordset connection: one `xero.connection`
        :param dict question: of :func:`reports.questions`
        """
        fresh = not connection.profit_loss_next
        answer = self.env['xero.fetch']._call(
            connection, lambda client: client.get(reports.PATH, **question))
        accounts = self._get_accounts(connection)
        end = fields.Date.to_date(question['toDate'])
        try:
            report = reports.parse(answer.data, question)
            signs = reports.signs_of(report, {
                xero_id: 1 if account.class_name == 'REVENUE' else -1
                for xero_id, account in accounts.items()
                if account.class_name in ('REVENUE', 'EXPENSE')})
        except reports.UnusableReport:
            self._tell(connection, _lt(
                "Xero's profit and loss up to %s cannot be used: its columns are no months, or "
                "it does not add up. What was fetched before is kept.",
                lazy_date(self.env, end)))
            return
        self._keep(connection, Statement(report, {
            line.account_id: signs[line.section] for line in report.movements
        }, accounts), fresh, end)

    def _keep(self, connection, statement, fresh, end):
        """Keep a year at once, and by tracking option month by month, each by itself.

        :param recordset connection: one `xero.connection`
        :param Statement statement: of the year
        :param bool fresh: whether this is the first look today, at the newest year
        :param date end: of the year
        """
        split = self.env['xero.profit.split']
        kept = split._get_kept(connection, statement, fresh)

        def save():
            self._save(connection, statement, statement.report.months, kept)
            connection.profit_loss_next = end
        connection._commit_with_retry(save)
        if connection.profit_loss_category_id:
            for month, parts in split._ask(connection, statement, [
                    month for month in statement.report.months
                    if month not in kept and statement.totals(month)]):
                connection._commit_with_retry(
                    self._save, connection, statement, [month], {month: parts})

    def _save(self, connection, statement, months, splits):
        """Replace months.

        :param recordset connection: one `xero.connection`
        :param Statement statement: what the accounts have moved
        :param months: first days of those that are replaced
        :param dict splits: {month: what :func:`reports.split` says of it}
        """
        Line = self.env['xero.profit.line']
        cash = connection.profit_loss_basis == 'cash'
        booked = {} if cash else self.env['xero.profit.booked']._get(connection, months, splits)
        rows = self._get_rows(statement, months, splits)
        every = self.env['account.account'].browse(
            account_id for values in booked.values() for account_id in values.account_ids)
        for place, values in booked.items():
            account = statement.accounts.get(place[1], self.env['xero.account'])
            own = every.browse(values.account_ids[:1]).with_prefetch(every.ids)
            rows.setdefault(place, {
                'name': account.display_name or own.display_name,
                'xero_account_id': account.id,
                'section': self._get_section(place[1], account, -1)
                if account or place[1] == reports.CURRENCY_GAINS
                else ODOO_SECTIONS.get(own.account_type, 'expenses'),
                'amount': Decimal(0)})
        options = {option.xero_id: option.id for option in
                   connection.profit_loss_category_id.with_context(active_test=False).option_ids}
        Line.search([('connection_id', '=', connection.id), ('month', 'in', months)]).unlink()
        Line.create([{
            **values, 'connection_id': connection.id, 'month': month, 'is_split': month in splits,
            'tracking_option_id': options.get(option),
            **self._prepare_amounts(values['amount'], booked.get((month, key, option)), cash)}
            for (month, key, option), values in rows.items()])

    def _get_rows(self, statement, months, splits):
        """
        :return: {(month, account, option or None): values of a row}
        :rtype: dict
        """
        names = {line.account_id: line.name for line in statement.report.movements}
        rows = {}
        for month in months:
            for (key, option), amount in splits.get(month, {
                    (key, None): total for key, total in statement.totals(month).items()}).items():
                account = statement.accounts.get(key, self.env['xero.account'])
                sign = statement.sign(key)
                rows[month, key, option] = {
                    'name': account.display_name or names.get(key),
                    'xero_account_id': account.id,
                    'section': self._get_section(key, account, sign), 'amount': sign * amount}
        return rows

    def _prepare_amounts(self, there, booked, cash):
        """
        :param Decimal there: what Xero has
        :param Booked booked: what Odoo has, if anything
        :param bool cash: by what was paid
        """
        here = booked.amount if booked else Decimal(0)
        return {
            'amount': float(there),
            'account_ids': [fields.Command.set(booked.account_ids if booked else [])],
            'odoo_amount': float(here),
            'difference': 0 if cash else float(here - there)}

    def _get_section(self, key, account, sign):
        """:return: the section that an account is shown in"""
        if key == reports.CURRENCY_GAINS:
            return CURRENCY
        return SECTIONS.get(account.type) or ('income' if sign > 0 and not account else 'expenses')
