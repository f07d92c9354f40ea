from datetime import datetime, timedelta

from odoo import api, fields, models

from .lists import DAY

#: The scheduler is not exact to the second, and a poll missed by one would come an interval late.
TOLERANCE = timedelta(minutes=1)
#: The least interval with so many calls of the day left; the last calls are for *Sync now* and
#: webhooks alone.
SCARCE = ((300, timedelta(minutes=15)), (150, timedelta(hours=1)), (30, DAY))
#: Without a change in Xero for so long, the lists that do so are asked for in turns.
QUIET = timedelta(hours=2)


class XeroCursor(models.Model):
    """How far a list of Xero's has been read.

    A table of its own, because it is written at every poll: on the connection it would conflict
    with a manager who changes a setting.
    """

    _name = 'xero.cursor'
    _inherit = 'xero.organisation.mixin'
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

    @api.model
    def _get_or_create(self, connection, paths):
        """
        :param recordset connection: one `xero.connection`
        :param paths: of lists
        :return: the cursors of them; new ones begin at the day of the connection
        """
        connection.ensure_one()
        known = {cursor.path: cursor for cursor in connection.cursor_ids}
        start = (connection.connected_at or fields.Datetime.now()) - DAY
        new = [path for path in paths if path not in known]
        made = self.create([
            {'connection_id': connection.id, 'path': path, 'changed_since': start}
            for path in new])
        known.update(zip(new, made, strict=True))
        return self.union(*(known[path] for path in paths))

    def _is_due(self, now):
        """
        :param datetime now: naive UTC
        :return: whether the list is to be asked for what has changed
        """
        if self.wanted:
            return True
        interval = self._interval()
        # A moment that is still to come was noted by a clock that has been put right since.
        if not interval or not self.polled_at \
                or self.polled_at > fields.Datetime.now() + TOLERANCE:
            return bool(interval)
        polled_at, turns = self.polled_at, self._get_turns(now)
        if turns and polled_at + len(turns) * interval > now + TOLERANCE:
            if turns[0] != self:
                return False
            polled_at = max(turns.mapped('polled_at'))
        return polled_at + interval <= now + TOLERANCE

    def _get_turns(self, now):
        """
        :param datetime now: naive UTC
        :return: the cursors that take turns with this one, the one first that is to be asked for
            next; none while it is asked for by itself
        """
        order = {one.path: number for number, one in enumerate(self.connection_id._pull_lists())
                 if one.in_turns}
        cursors = self.connection_id.cursor_ids.filtered(lambda c: c.path in order)
        if self not in cursors or self._webhooks_are_healthy() \
                or any(cursor.changed_since > now - QUIET for cursor in cursors):
            return self.browse()
        return cursors.sorted(lambda c: (c.polled_at or datetime.min, order[c.path]))

    def _interval(self):
        """:return: how long after a poll the next one is due; None where none is ever
        :rtype: timedelta | None"""
        connection = self.connection_id
        pull_list = next((one for one in connection._pull_lists() if one.path == self.path), None)
        if not pull_list or not pull_list.interval:
            return None
        interval = pull_list.interval
        if self._webhooks_are_healthy():
            interval = max(interval, pull_list.healthy_interval)
        left = self.env['xero.budget']._get_left_today(connection)
        return max([interval, *(least for calls, least in SCARCE if left <= calls)])

    def _webhooks_are_healthy(self):
        """:return: whether webhooks come, and for a day no poll has found what they had not told"""
        connection, since = self.connection_id, fields.Datetime.now() - DAY
        return bool(
            connection.last_webhook and connection.last_webhook > since
            and not (connection.unannounced_at and connection.unannounced_at > since))
