from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from ...xero.errors import XeroRejected
from ..core.kinds import GONE
from ..core.transaction import run_in_new_cursor
from .lists import changed_at

_lt = LazyTranslate(__name__)

#: Documents applied, with all that follows from them, in one transaction.
CHUNK = 50
#: Xero does not say whether If-Modified-Since includes its second, and a change may show up a
#: little after its own moment.
OVERLAP = timedelta(minutes=5)
#: Documents known to differ that a comparison fetches, 40 a call; credit notes come singly.
MOST_DIFFERING = 1000


class XeroPull(models.AbstractModel):
    """The way of a pull: what is announced, polls and the night's comparison end in one place."""

    _name = 'xero.pull'
    _inherit = 'xero.scheduled'
    _description = "Pull from Xero"

    _schedule_sequence = 40

    def _get_due(self, connections):
        free = self.env['xero.schedule']._get_free(connections)
        return free.browse().union(*(step.get_due(free) for step in free._pull_steps()))

    def _run(self, connection):
        """Pull an organisation's news, one step after the other.

        :param recordset connection: `xero.connection`, with all rights and in its company
        :raise XeroError: nothing more can be asked now
        :raise TimeBudgetExceeded: this run has no time for more
        """
        for step in connection._pull_steps():
            self._unless_refused(connection, step.work, connection)

    def _unless_refused(self, connection, work, *args):
        """Do a part of a pull. When Xero refuses the question, the rest goes on without it.

        :return: whether nothing was refused
        """
        try:
            work(*args)
        except XeroRejected as error:
            self.env.cr.rollback()
            self.env['xero.health']._report_error(connection, error)
            return False
        return True

    # === LISTS === #

    def _get_due_lists(self, connections):
        """:return: the connections of which a list is to be read, or compared"""
        now = fields.Datetime.now()
        polled = [one for one in connections._pull_lists() if one.interval]
        Cursor = self.env['xero.cursor'].sudo()
        # All at once: by themselves they would be read a thousand at a time.
        cursors = Cursor.search_fetch([('connection_id', 'in', connections.ids)], [
            name for name, field in Cursor._fields.items() if field.store]).grouped('connection_id')
        return connections.filtered(lambda c: len(cursors.get(c, ())) < len(polled) or any(
            cursor.repair_since or cursor._is_due(now) for cursor in cursors[c]))

    @api.model
    def _request_everywhere(self):
        """Have all lists of all organisations read up to now, whatever their intervals."""
        for connection in self.env['xero.connection'].sudo().search([('state', '=', 'connected')]):
            run_in_new_cursor(connection, lambda c: c.env['xero.pull']._request_lists(c))

    def _request_lists(self, connection):
        """Have the lists that are polled read up to now, whatever their intervals."""
        self.env['xero.cursor']._get_or_create(connection, [
            one.path for one in connection._pull_lists() if one.interval]).wanted = True

    def _compare_since(self, connection, moment):
        """Mark everything that has changed since for comparison, and what is known to differ,
        of which Xero may have no news; the pull does it, and goes on with it where it was
        interrupted.

        :param recordset connection: `xero.connection`
        :param datetime moment: naive UTC
        """
        self.env['xero.cursor']._get_or_create(connection, [
            one.path for one in connection._pull_lists()]).repair_since = moment
        self._get_differing(connection)._xero_queue_pull()

    def _get_differing(self, connection):
        """:return: the documents that differ from Xero's; not those that are drafts here and void
            there, which somebody is at work on, and which the void would cancel"""
        return self.env['account.move'].search([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('xero_differs', '=', True),
            ('xero_document_id', '!=', False),
            '|', ('state', '!=', 'draft'), ('xero_status', 'not in', list(GONE))],
            limit=MOST_DIFFERING, order='id desc')

    def _read_lists(self, connection):
        """Read the lists that are due for what has changed, and those that are to be compared.

        :param recordset connection: `xero.connection`
        """
        now, answered = fields.Datetime.now(), []
        lists = {one.path: one for one in connection._pull_lists()}
        cursors = connection._commit_with_retry(
            self.env['xero.cursor']._get_or_create, connection, lists)
        for cursor in cursors.filtered(lambda cursor: cursor._is_due(now)):
            answered.append(self._unless_refused(
                connection, self._poll, lists[cursor.path], cursor, 'changed_since'))
            connection._commit_with_retry(self._end_poll, lists[cursor.path], cursor, now)
        compared = cursors.filtered('repair_since')
        for cursor in compared:
            answered.append(self._unless_refused(
                connection, self._poll, lists[cursor.path], cursor, 'repair_since'))
            connection._commit_with_retry(cursor.write, {'repair_since': False})
        connection._commit_with_retry(
            self._save_pull, connection, now, bool(compared), bool(answered) and all(answered))

    def _end_poll(self, pull_list, cursor, now):
        self.env[pull_list.handler]._after_poll(cursor.connection_id)
        cursor.write({'polled_at': now, 'wanted': False})

    def _save_pull(self, connection, now, compared, answered):
        """:param bool compared: the night's comparison has been made
        :param bool answered: Xero was asked and has refused nothing, so what was wrong is over"""
        connection.write({'last_pull': now, **({'last_reconcile': now} if compared else {}),
                          **({'outages': 0, 'last_error': False} if answered else {})})
        if compared:
            self.env['xero.log']._add_event(connection, _lt(
                "Both books compared; differences to decide: %s", connection.difference_count),
                'pull')

    def _poll(self, pull_list, cursor, field):
        """Read what has changed since, in the order in which it changed, and apply it.

        :param PullList pull_list: what is read
        :param recordset cursor: `xero.cursor` of that list
        :param str field: of the cursor; advances with what has been applied
        """
        listed = set()
        for page in self.env['xero.fetch']._get_changes(
                cursor.connection_id, pull_list, cursor[field] - OVERLAP, pull_list.filters):
            if field == 'repair_since':
                listed.update(item.xero_id for item in page.rows)
                self._compare_unlisted(pull_list, cursor, page, listed)
            self._apply_page(pull_list, cursor, field, page.rows)

    def _compare_unlisted(self, pull_list, cursor, page, listed):
        """Ask for what a page should have had, before the cursor is past it.

        :param Page page: of the comparison
        :param set listed: identifiers of all that this run has read of the list
        """
        newest = max(filter(None, map(changed_at, page.rows)), default=cursor.repair_since)
        self.env[pull_list.handler]._compare_unlisted(
            cursor.connection_id, pull_list, cursor.repair_since,
            newest.replace(microsecond=0) if page.more else None, listed)

    def _apply_page(self, pull_list, cursor, field, items):
        """Apply a page, and advance the cursor with each part of it.

        :param list items: in the order in which they have changed
        """
        connection = cursor.connection_id
        handler, payments = self.env[pull_list.handler], {}
        for start in range(0, len(items), CHUNK):
            if start:
                self.env['xero.fetch']._check_time(connection)
            chunk = items[start:start + CHUNK]
            handler._apply(connection, chunk, field == 'repair_since', payments)
            newest = changed_at(chunk[-1])
            if newest and newest > cursor[field]:
                connection._commit_with_retry(cursor.write, {field: newest.replace(microsecond=0)})
