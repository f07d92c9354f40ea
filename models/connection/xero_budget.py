"""How many calls Xero still takes of an organisation, and what those of today were for."""
from odoo import fields, models

from ...xero.limits import PER_MINUTE, Budget

#: Calls of the day that are left to *Sync now* and to pulling.
DAY_RESERVE = 100


class XeroBudget(models.AbstractModel):
    _name = 'xero.budget'
    _description = "Calls That Xero Takes"

    # === WHAT IS LEFT === #

    def _get(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: what Xero has last said of it
        :rtype: Budget
        """
        seen_at = connection.budget_seen_at
        return Budget(
            day_left=connection.day_left if seen_at else None,
            minute_left=connection.minute_left if seen_at else None,
            appminute_left=None, seen_at=seen_at or None,
        )

    def _get_left_today(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: calls that may be made today
        :rtype: int
        """
        return self._get(connection).day_available(fields.Datetime.now())

    def _save(self, connection, budget, purpose, calls=1):
        """Remember what the last answers said about the calls that are left.

        :param recordset connection: one `xero.connection`
        :param Budget budget: as the answers' headers said, None when there was no answer
        :param str purpose: what the calls were for, see :meth:`_count`
        :param int calls: how many were answered
        """
        if budget:
            self._count(connection, purpose, calls)
        if budget and budget.day_left is not None:
            # Answers of parallel calls arrive in any order: the lowest reading is the latest.
            merged = self._get(connection).merge(budget)
            connection.write({
                'day_left': merged.day_left,
                # An answer need not tell of every limit.
                'minute_left': PER_MINUTE if merged.minute_left is None else merged.minute_left,
                'budget_seen_at': merged.seen_at,
            })

    # === WHAT THEY WERE FOR === #

    def _get_counts(self, connection, day):
        """
        :param recordset connection: one `xero.connection`
        :param date day: UTC
        :return: {purpose: calls} of that day
        :rtype: dict
        """
        counts = dict(connection.call_counts or {})
        return counts if counts.pop('day', None) == str(day) else {}

    def _list_counts(self, connection, day):
        """
        :param recordset connection: one `xero.connection`
        :param date day: UTC
        :return: a dict for each purpose that had calls on that day, for people
        :rtype: list(dict)
        """
        titles = {
            'push': self.env._("Sending"),
            'lookup': self.env._("Looking up before sending"),
            'pull': self.env._("Fetching changes"),
            'reference': self.env._("Accounts, taxes and other lists"),
        }
        counts = self._get_counts(connection, day)
        return [{'purpose': purpose, 'title': title, 'count': counts[purpose]}
                for purpose, title in titles.items() if counts.get(purpose)]

    def _count(self, connection, purpose, calls):
        """Add calls to those of the day.

        :param recordset connection: one `xero.connection`
        :param str purpose: 'push', 'lookup', 'pull' or 'reference'
        :param int calls: how many
        """
        day = fields.Datetime.now().date()
        counts = self._get_counts(connection, day)
        connection.call_counts = {
            **counts, 'day': str(day), purpose: counts.get(purpose, 0) + calls}
