from datetime import timedelta

from odoo import fields, models

#: How often each list is asked for, in the quiet case one call a time. Payments and credit notes
#: are also read whenever an invoice's payments or credits have changed, so that a quiet day of an
#: app with 1,000 calls costs 288 + 8 + 4 of them, and one a list at night.
INTERVALS = {
    'Invoices': timedelta(minutes=5),
    'CreditNotes': timedelta(hours=3),
    'Payments': timedelta(hours=6),
}
#: While payments do not move their invoices, they are asked for as often as these: 144 calls a day
#: each, which is as many as one list every five minutes.
ALONE_INTERVAL = timedelta(minutes=10)
ALONE = ('Invoices', 'Payments')
#: The scheduler is not exact to the second, and a poll missed by one would come an interval late.
TOLERANCE = timedelta(minutes=1)
#: Interval of what is asked for every few minutes while webhooks prove to tell of every change,
HEALTHY_INTERVAL = timedelta(minutes=15)
#: and the least one with so many calls of the day left; the last calls are for *Sync now* and
#: webhooks alone.
SCARCE = ((300, timedelta(minutes=15)), (150, timedelta(hours=1)), (30, timedelta(days=1)))


class XeroCursor(models.Model):
    """How far a list of Xero's has been read.

    A table of its own, because it is written at every poll: on the connection it would conflict
    with a manager who changes a setting.
    """

    _name = 'xero.cursor'
    _description = "Xero Cursor"
    _rec_name = 'path'

    connection_id = fields.Many2one('xero.connection', required=True, ondelete='cascade')
    path = fields.Char("List", required=True)
    changed_since = fields.Datetime(
        "Read Up To", required=True,
        help="By Xero's clock. What changed before has been applied.")
    polled_at = fields.Datetime("Last Asked")
    wanted = fields.Boolean(
        "Asked For", help="Somebody wants the list read up to now, whatever its interval.")
    repair_since = fields.Datetime(
        "To Compare From",
        help="While it is set, everything that changed since is compared once more.")

    _list_uniq = models.Constraint(
        'UNIQUE(connection_id, path)', "A connection reads a list once.")

    def _is_due(self, now):
        """
        :param datetime now: naive UTC
        :return: whether the list is to be asked for what has changed
        """
        return self.wanted or (self.path in INTERVALS and (
            not self.polled_at or self.polled_at + self._interval() <= now + TOLERANCE))

    def _interval(self):
        """:rtype: timedelta"""
        interval = INTERVALS[self.path]
        if self.path in ALONE and self.connection_id._payments_come_alone():
            interval = ALONE_INTERVAL
        if self.connection_id._webhooks_are_healthy():
            interval = max(interval, HEALTHY_INTERVAL)
        left = self.connection_id._calls_left_today()
        return max([interval, *(least for calls, least in SCARCE if left <= calls)])
