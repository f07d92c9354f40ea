"""Fetching the report Profit and Loss: every night, and when somebody asks for it."""
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ...xero import reports
from ..core.words import lazy_date
from ..documents.account_payment_plan import decimal_of

_lt = LazyTranslate(__name__)

#: Sections by Xero's types of accounts; of those that are not here, by whether they add or take.
SECTIONS = {'REVENUE': 'income', 'SALES': 'income', 'OTHERINCOME': 'other_income',
            'DIRECTCOSTS': 'cost_of_sales'}
#: The same by Odoo's types, of accounts that are not mapped.
ODOO_SECTIONS = {'income': 'income', 'income_other': 'other_income',
                 'expense_direct_cost': 'cost_of_sales'}
#: Xero's own accounts that its report adds up in one line.
GAINS = ('BANKCURRENCYGAIN', 'UNREALISEDCURRENCYGAIN', 'REALISEDCURRENCYGAIN')


class Booked(NamedTuple):
    """What accounts of Odoo have moved in a month, and the first of them."""

    amount: Decimal
    account_ids: list


class XeroProfitFetch(models.AbstractModel):
    _name = 'xero.profit.fetch'
    _inherit = ['xero.report.mixin', 'xero.scheduled']
    _description = "Fetch of Profit and Loss"

    _schedule_sequence = 40
    _report_path = reports.PATH
    _report_switch = 'profit_loss'

    def _fetch_all(self, connection):
        # OVERRIDES 'account_xero': a year after the other, from where the last run had no more time
        for question in reports.questions(
                self._get_today(connection), int(connection.profit_loss_years),
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

    def _fetch(self, connection, question):
        """Ask for twelve months, and keep them where they add up.

        :param recordset connection: one `xero.connection`
        :param dict question: of :func:`reports.questions`
        """
        answer = self.env['xero.fetch']._call(
            connection, lambda client: client.get(reports.PATH, **question))
        accounts = self._get_accounts(connection)
        try:
            report = reports.parse(answer.data, question)
            signs = reports.signs_of(report, {
                xero_id: 1 if account.class_name == 'REVENUE' else -1
                for xero_id, account in accounts.items()
                if account.class_name in ('REVENUE', 'EXPENSE')})
        except reports.UnusableReport:
            connection._commit_with_retry(
                self.env['xero.log']._add_event, connection, _lt(
                    "Xero's profit and loss up to %s cannot be used: its columns are no months, or "
                    "it does not add up. What was fetched before is kept.",
                    lazy_date(self.env, fields.Date.to_date(question['toDate']))),
                'pull', 'failure')
            return
        connection._commit_with_retry(self._save, connection, report, signs, accounts)

    def _save(self, connection, report, signs, accounts):
        """Replace the months of a report.

        :param reports.ProfitAndLoss report: an answer
        :param dict signs: {section: 1, or -1 for costs}
        :param dict accounts: {identifier: `xero.account`}
        """
        Line = self.env['xero.profit.line']
        cash = connection.profit_loss_basis == 'cash'
        booked = {} if cash else self._get_booked(connection, report.months)
        rows = {}
        for line in filter(lambda line: line.amount, report.movements):
            account = accounts.get(line.account_id, self.env['xero.account'])
            rows[line.month, line.account_id] = {
                'name': account.display_name or line.name, 'xero_account_id': account.id,
                'section': self._get_section(line, account, signs[line.section]),
                'amount': signs[line.section] * line.amount}
        every = self.env['account.account'].browse(
            account_id for values in booked.values() for account_id in values.account_ids)
        for (month, key), values in booked.items():
            account = accounts.get(key, self.env['xero.account'])
            own = every.browse(values.account_ids[:1]).with_prefetch(every.ids)
            rows.setdefault((month, key), {
                'name': account.display_name or own.display_name,
                'xero_account_id': account.id,
                'section': SECTIONS.get(account.type, 'expenses') if account
                else ODOO_SECTIONS.get(own.account_type, 'expenses'),
                'amount': Decimal(0)})
        Line.search([('connection_id', '=', connection.id),
                     ('month', 'in', report.months)]).unlink()
        Line.create([
            self._prepare(connection, month, values, booked.get((month, key)), cash)
            for (month, key), values in rows.items()])

    def _prepare(self, connection, month, values, booked, cash):
        here = booked.amount if booked else Decimal(0)
        return {
            **values, 'connection_id': connection.id, 'month': month,
            'amount': float(values['amount']),
            'account_ids': [fields.Command.set(booked.account_ids if booked else [])],
            'odoo_amount': float(here),
            'difference': 0 if cash else float(here - values['amount'])}

    def _get_section(self, line, account, sign):
        """:return: the section that a line is shown in"""
        if line.account_id == reports.CURRENCY_GAINS:
            return 'currency'
        return SECTIONS.get(account.type) or ('income' if sign > 0 and not account else 'expenses')

    # === ODOO'S SIDE === #

    def _get_booked(self, connection, months):
        """
        :param tuple months: first days of those that are wanted
        :return: {(month, identifier of the account in Xero, or one of an account here that is not
            mapped): Booked}
        :rtype: dict
        """
        sums, ids = defaultdict(Decimal), defaultdict(list)
        after = (max(months) + timedelta(days=31)).replace(day=1)
        groups = self.env['account.move.line'].sudo()._read_group([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('parent_state', '=', 'posted'),
            ('date', '>=', min(months)), ('date', '<', after),
            ('account_id.internal_group', 'in', ('income', 'expense')),
        ], ['company_id', 'account_id', 'date:month'], ['balance:sum'])
        for company, account, month, balance in groups:
            target = account.with_company(company).xero_account_id
            key = reports.CURRENCY_GAINS if target.system_account in GAINS \
                else target.xero_id or f'odoo-{account.id}'
            sums[month, key] -= decimal_of(company.currency_id, balance)
            ids[month, key].append(account.id)
        return {place: Booked(amount, ids[place]) for place, amount in sums.items()}
