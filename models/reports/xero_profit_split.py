"""Profit and loss by the options of a tracking category: one call a month that may have changed."""
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ...xero import parse, reports
from ...xero.errors import XeroRejected
from ..connection.answers import rows_in
from ..connection.xero_budget import DAY_RESERVE
from ..core.words import lazy_date
from ..documents.account_payment_plan import decimal_of
from .xero_profit_line import CURRENCY

_lt = LazyTranslate(__name__)

#: Days of the newest months: in these an option may be changed without another total. The others
#: take turns, one a day.
NEW = timedelta(days=62)


class XeroProfitSplit(models.AbstractModel):
    _name = 'xero.profit.split'
    _description = "Profit and Loss by Tracking Option"

    def _get_kept(self, connection, statement, fresh):
        """Find what need not be asked for again: months that come to what they came to.

        :param recordset connection: one `xero.connection`
        :param Statement statement: without tracking
        :param bool fresh: whether this is the first look today, at the newest year
        :return: {month: what :func:`reports.split` says of it}
        :rtype: dict
        """
        if not connection.profit_loss_category_id:
            return {}
        sums = defaultdict(lambda: defaultdict(Decimal))
        kept = {month: {} for month in statement.report.months}
        for line in self.env['xero.profit.line'].search([
                ('connection_id', '=', connection.id), ('is_split', '=', True),
                ('month', 'in', statement.report.months)]):
            key = reports.CURRENCY_GAINS if line.section == CURRENCY \
                else line.xero_account_id.xero_id
            amount = decimal_of(line.currency_id, line.amount)
            if amount:
                kept[line.month][key, line.tracking_option_id.xero_id or None] = \
                    amount * statement.sign(key)
                sums[line.month][key] += amount * statement.sign(key)
        asked = self._get_turn(connection, statement) if fresh else ()
        return {month: parts for month, parts in kept.items()
                if not (parts and month in asked) and statement.totals(month)
                == {key: amount for key, amount in sums[month].items() if amount}}

    def _get_turn(self, connection, statement):
        """:return: the months that are asked for in any case"""
        today = fields.Date.context_today(connection)
        months = statement.report.months
        return {months[today.toordinal() % len(months)],
                *(month for month in months if month > today - NEW)}

    def _ask(self, connection, statement, months):
        """Ask for months by option, one after the other.

        :param Statement statement: without tracking
        :param list months: first days
        :return: (month, what :func:`reports.split` says of it)
        :rtype: Iterator
        """
        options = months and self._get_options(connection)
        for month in months:
            if self.env['xero.budget']._get_left_today(connection) <= DAY_RESERVE:
                return
            question = reports.option_question(
                month, connection.profit_loss_category_id.xero_id,
                connection.profit_loss_basis == 'cash')
            try:
                answer = self.env['xero.fetch']._call(
                    connection, lambda client, asked=question: client.get(reports.PATH, **asked))
            except XeroRejected as error:
                self.env['xero.profit.fetch']._refuse(connection, error)
                return
            try:
                yield month, reports.split(answer.data, statement.totals(month), options)
            except reports.UnusableReport:
                self.env['xero.profit.fetch']._tell(connection, _lt(
                    "Xero's profit and loss by tracking option of the month from %s cannot be "
                    "used: its columns do not come to the report without them. That month is shown "
                    "as a whole. Press Fetch now in the list to try again.",
                    lazy_date(self.env, month)))

    def _get_options(self, connection):
        """Bring the options up to date: columns are found by their names.

        :param recordset connection: one `xero.connection`
        :return: {name in lower case, or identifier: identifier}
        :rtype: dict
        """
        answer = self.env['xero.fetch']._call(connection, lambda client: client.get(
            'TrackingCategories', includeArchived=True))
        connection._commit_with_retry(
            self.env['xero.reference.data']._update_tracking, connection,
            [parse.TrackingCategory.from_json(row)
             for row in rows_in(self.env, answer, 'TrackingCategories')])
        # Where an archived one has the name of one in use, that one is meant.
        options = connection.profit_loss_category_id.with_context(
            active_test=False).option_ids.sorted('active')
        return {name.strip().lower(): option.xero_id for option in options
                for name in (option.name, option.xero_id)}
