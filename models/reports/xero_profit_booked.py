"""What Odoo's books have beside a row of Xero's profit and loss."""
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import models

from ...xero import reports
from ..documents.account_payment_plan import decimal_of

#: Xero's own accounts that its report adds up in one line.
GAINS = ('BANKCURRENCYGAIN', 'UNREALISEDCURRENCYGAIN', 'REALISEDCURRENCYGAIN')


class Booked(NamedTuple):
    """What accounts of Odoo have moved in a month, and the first of them."""

    amount: Decimal
    account_ids: list


class XeroProfitBooked(models.AbstractModel):
    _name = 'xero.profit.booked'
    _description = "Profit and Loss in Odoo"

    def _get(self, connection, months, split_months):
        """
        :param recordset connection: one `xero.connection`
        :param months: first days of those that are wanted
        :param split_months: those of them that are wanted by tracking option
        :return: {(month, identifier of the account in Xero, or one of an account here that is not
            mapped, identifier of a tracking option or None): Booked}
        :rtype: dict
        """
        sums, ids = defaultdict(Decimal), defaultdict(dict)
        for company, account, month, balance in self.env['account.move.line'].sudo()._read_group([
                *self._domain(connection, months), ('parent_state', '=', 'posted'),
                ('account_id.internal_group', 'in', ('income', 'expense')),
        ], ['company_id', 'account_id', 'date:month'], ['balance:sum']):
            place = month, self._key(company, account), None
            sums[place] -= decimal_of(company.currency_id, balance)
            ids[place][account.id] = True
        for place, account, amount in self._get_parts(connection, split_months):
            month, key, _option = place
            sums[place] += amount
            sums[month, key, None] -= amount
            ids[place][account.id] = True
        return {place: Booked(amount, [*ids[place]]) for place, amount in sums.items()}

    def _get_parts(self, connection, months):
        """What stands on analytic accounts of the options. What stands on those of several plans
        that are different options has none.

        :return: (place as in :meth:`_get`, `account.account`, Decimal)
        :rtype: Iterator
        """
        category = connection.profit_loss_category_id
        if not months or not category:
            return
        lines = self.env['account.analytic.line'].sudo()
        project, others = self.env['account.analytic.plan'].sudo()._get_all_plans()
        columns = [name for plan in (*project, *others)
                   if (name := plan._strict_column_name()) in lines._fields]
        for company, account, month, *analytic, amount in lines._read_group([
                *self._domain(connection, months), ('move_line_id', '!=', False),
                ('general_account_id.internal_group', 'in', ('income', 'expense')),
        ], ['company_id', 'general_account_id', 'date:month', *columns], ['amount:sum']):
            accounts = self.env['account.analytic.account'].sudo().union(*analytic)
            options = accounts.with_company(company).xero_tracking_option_id.filtered(
                lambda option: option.category_id == category)
            if len(options) == 1 and month in months:
                yield (month, self._key(company, account), options.xero_id), account, decimal_of(
                    company.currency_id, amount)

    def _domain(self, connection, months):
        after = (max(months) + timedelta(days=31)).replace(day=1)
        return [('company_id', 'in', connection.company_id._xero_together().ids),
                ('date', '>=', min(months)), ('date', '<', after)]

    def _key(self, company, account):
        target = account.with_company(company).xero_account_id
        return reports.CURRENCY_GAINS if target.system_account in GAINS \
            else target.xero_id or f'odoo-{account.id}'
