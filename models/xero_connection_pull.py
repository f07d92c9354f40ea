"""The way of a pull: hints of webhooks, polls and the night's comparison end in one place."""
import logging
import time
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from odoo import api, fields, models

from ..xero import query
from ..xero.documents import Document, Payment
from ..xero.errors import XeroError, XeroRejected
from ..xero.parse import Contact
from .transaction import in_own_transaction
from .xero_connection_serve import BUSY_WAIT, RunOver
from .xero_cursor import INTERVALS

_logger = logging.getLogger(__name__)

#: Scheduled actions that share the organisations with the first one.
PULL_HELPERS = ('account_xero.ir_cron_pull_2',)
#: Documents applied, with all that follows from them, in one transaction.
CHUNK = 50
#: Xero does not say whether If-Modified-Since includes its second, and a change may show up a
#: little after its own moment.
OVERLAP = timedelta(minutes=5)
#: News that have waited so long are fetched by the push that keeps the organisation busy, for a
#: part of its time.
PATIENCE = timedelta(minutes=2)
SHARE_SECONDS = 7
#: What the night's comparison goes back.
REPAIR_DAYS = 7
REPAIR_HOUR = 2
DAY = timedelta(days=1)
#: How long payments are asked for more often after one has come alone.
ALONE_DAYS = timedelta(days=30)
#: Xero has been there since 2006; .NET's empty date is the first day of the year 1.
FIRST = datetime(2000, 1, 1)
#: Lists that are compared at night, and what each is asked with. Named each, because Xero does
#: not say whether a plain list has the deleted invoices; archived contacts it leaves out.
LISTS = {
    # First, so that documents are compared with the contacts that links have followed to.
    'Contacts': {'includeArchived': True},
    'Invoices': {'Statuses': query.STATUSES},
    'CreditNotes': {},
    'Payments': {},
}


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    cursor_ids = fields.One2many(
        'xero.cursor', 'connection_id', readonly=True, groups='base.group_system')
    difference_count = fields.Integer("Differences", compute='_compute_difference_count')
    unannounced_at = fields.Datetime(
        readonly=True, copy=False, groups='base.group_system',
        help="When a poll last found a change that no webhook had told of.")

    payments_alone_at = fields.Datetime(
        readonly=True, copy=False, groups='base.group_system',
        help="When a payment was last found that its document had not announced: Xero does not "
             "say whether every payment changes its document.")

    def _compute_difference_count(self):
        counts = dict(self.env['xero.difference'].sudo()._read_group(
            [('connection_id', 'in', self.ids), ('state', '=', 'open')],
            ['connection_id'], ['__count']))
        for connection in self:
            connection.difference_count = counts.get(connection, 0)

    # === ENTRY === #

    @api.model
    def _cron_pull(self, helper=False):
        """Serve every organisation that has news, or that is to be asked for them.

        :param bool helper: see :meth:`_serve`
        """
        self._serve('_has_news', '_pull', self._trigger_pull, () if helper else PULL_HELPERS)

    @api.model
    def _want_news(self):
        """Have all lists of all organisations read up to now, whatever their intervals."""
        connections = self.sudo().search([('state', '=', 'connected')])
        for connection in connections:
            in_own_transaction(
                connection, lambda c: c._cursors(INTERVALS).write({'wanted': True}))

    @api.model
    def _cron_reconcile(self):
        """Compare the last week of every organisation in whose company the night has come.

        Run by hand there is none, and all are compared.
        """
        connections = self.search([('state', '=', 'connected')])
        now = fields.Datetime.now()
        due = connections.filtered(
            lambda c: not c.last_reconcile or c.last_reconcile < c._night(now, -1))
        for connection in due or connections:
            # Each by itself, and again when a pull has just changed the same rows: one
            # organisation's pull must not cost all of them their night.
            in_own_transaction(
                connection, lambda c: c._compare_since(now - timedelta(days=REPAIR_DAYS)))
        self.env['ir.cron']._commit_progress(remaining=0)
        self._cron_pull()
        self.env.ref('account_xero.ir_cron_reconcile')._trigger(
            {connection._night(now, 1) for connection in connections})

    def _night(self, now, direction):
        """
        :param datetime now: naive UTC
        :param int direction: -1 for the last 02:00 of the company's time zone, 1 for the next
        :return: naive UTC
        """
        zone = ZoneInfo(self.company_id.partner_id.tz or self.env.user.tz or 'UTC')
        utc = ZoneInfo('UTC')
        local = now.replace(tzinfo=utc).astimezone(zone)
        night = local.replace(hour=REPAIR_HOUR, minute=0, second=0, microsecond=0)
        if direction < 0 and night > local:
            night -= DAY
        elif direction > 0 and night <= local:
            night += DAY
        return night.astimezone(utc).replace(tzinfo=None)

    def _compare_since(self, moment):
        """Mark everything that has changed since for comparison; the pull does it, and goes on
        with it where it was interrupted.

        :param datetime moment: naive UTC
        """
        self._cursors(LISTS).repair_since = moment

    def _pull(self):
        """Pull this organisation's news, unless another worker is at work for it."""
        if not self._claimed('_has_news', '_pull_claimed', '_pull_over'):
            self._trigger_pull(fields.Datetime.now() + BUSY_WAIT)
        elif self.resume_at and self._running_sync():
            self._trigger_pull(self.resume_at + timedelta(seconds=1))

    def _pull_over(self):
        """Have the rest of a long pull done; what waits to be pushed comes first."""
        if self._has_work():
            self._trigger_push()
            self._trigger_pull(fields.Datetime.now() + BUSY_WAIT)
        else:
            self._trigger_pull()

    def _pull_overdue(self):
        """Pull within a push, when pushes have kept the pull from its turn: a backlog can keep an
        organisation busy for hours.

        :raise XeroError: nothing more can be asked, nor sent, now
        """
        late = fields.Datetime.now() - PATIENCE
        if not (any(cursor.polled_at and cursor._is_due(late) for cursor in self.cursor_ids)
                or self.env['xero.event'].search_count([
                    ('connection_id', '=', self.id), ('create_date', '<', late),
                    ('event_type', '!=', 'REQUEST')], limit=1)):    # those of Xero's webhooks
            return
        try:
            self.with_context(
                xero_deadline=time.monotonic() + SHARE_SECONDS)._pull_claimed()
        except RunOver:
            self.env.cr.rollback()
        except XeroError:
            raise
        except Exception:
            # The push goes on, whatever is wrong with the pull.
            self.env.cr.rollback()
            _logger.exception("Pull from Xero of connection %s stopped", self.id)

    def _has_news(self):
        """Whether something is to be fetched, and need not wait itself."""
        now = fields.Datetime.now()
        if self.state != 'connected' or (self.resume_at and self.resume_at > now):
            return False
        cursors = self.sudo().cursor_ids
        return bool(
            len(cursors) < len(INTERVALS)
            or any(cursor.repair_since or cursor._is_due(now) for cursor in cursors)
            or self.env['xero.event'].search_count([('connection_id', '=', self.id)], limit=1)
            or self._released(limit=1) or self._pending_files(limit=1)
            or self._has_first_sync())

    def _trigger_pull(self, at=None):
        self._wake('account_xero.ir_cron_pull', at)

    def _cursors(self, paths):
        """:return: the `xero.cursor` of some lists; they begin at the day of the connection"""
        self.ensure_one()
        known = {cursor.path: cursor for cursor in self.cursor_ids}
        start = (self.connected_at or fields.Datetime.now()) - DAY
        new = [path for path in paths if path not in known]
        made = self.env['xero.cursor'].create([
            {'connection_id': self.id, 'path': path, 'changed_since': start} for path in new])
        known.update(zip(new, made, strict=True))
        return self.env['xero.cursor'].union(*(known[path] for path in paths))

    def _webhooks_are_healthy(self):
        """Whether webhooks come, and for a day no poll has found what they had not told."""
        since = fields.Datetime.now() - DAY
        return bool(
            self.last_webhook and self.last_webhook > since
            and not (self.unannounced_at and self.unannounced_at > since))

    def _payments_come_alone(self):
        """Whether payments have been found lately that their documents did not tell of."""
        return bool(self.payments_alone_at
                    and self.payments_alone_at > fields.Datetime.now() - ALONE_DAYS)

    # === THE WAY OF A PULL === #

    def _pull_claimed(self):
        """:raise XeroError: nothing more can be asked now
        :raise RunOver: this run has no time for more"""
        now = fields.Datetime.now()
        self._unless_refused(self._pull_hinted)
        self._unless_refused(self._pull_released)
        cursors, answered = self._transaction(self._cursors, LISTS), []
        for cursor in cursors.filtered(lambda cursor: cursor._is_due(now)):
            answered.append(self._unless_refused(self._poll, cursor, 'changed_since'))
            self._transaction(self._note_polled, cursor, now)
        compared = cursors.filtered('repair_since')
        for cursor in compared:
            answered.append(self._unless_refused(self._poll, cursor, 'repair_since'))
            self._transaction(cursor.write, {'repair_since': False})
        self._transaction(self._note_pull, now, bool(compared), bool(answered) and all(answered))
        self._unless_refused(self._pull_first_sync)
        self._unless_refused(self._pull_contacts_of_unmatched)
        self._unless_refused(self._pull_files)

    def _note_polled(self, cursor, now):
        cursor.write({'polled_at': now, 'wanted': False})

    def _note_pull(self, now, compared, answered):
        """:param bool compared: the night's comparison has been made
        :param bool answered: Xero was asked and has refused nothing, so what was wrong is over"""
        self.write({'last_pull': now, **({'last_reconcile': now} if compared else {}),
                    **({'outages': 0, 'last_error': False} if answered else {})})
        if compared:
            self.env['xero.log']._add_event(self, self.env._(
                "Both books compared; differences to decide: %s", self.difference_count), 'pull')

    def _unless_refused(self, work, *args):
        """Do a part of a pull. When Xero refuses the question, the rest goes on without it.

        :return: whether nothing was refused
        """
        try:
            work(*args)
        except XeroRejected as error:
            self.env.cr.rollback()
            self._note_error(error)
            return False
        return True

    def _poll(self, cursor, field):
        """Read what has changed since, in the order in which it changed, and apply it.

        Always the first page: rows move between pages while they change, so the moment is what
        advances. Only where one second holds more than a page, the next one is turned to.

        :param str field: of the cursor; advances with what has been applied
        """
        since, page = cursor[field] - OVERLAP, 1
        while True:
            rows, more = self._fetch(cursor.path, since, page=page, order='UpdatedDateUTC ASC',
                                     **LISTS[cursor.path])
            newest = self._apply_rows(cursor, field, rows)
            if not more:
                return
            newest = newest and newest.replace(microsecond=0) - timedelta(seconds=1)
            since, page = (newest, 1) if newest and newest > since else (since, page + 1)

    def _apply_rows(self, cursor, field, rows):
        """Apply a page, and advance the cursor with each part of it.

        :return: naive UTC moment of the last change, None when nothing has one
        """
        read, apply = {
            'Payments': (Payment, self._apply_payments),
            'Contacts': (Contact, self._follow_contacts),
        }.get(cursor.path, (Document, partial(self._apply_documents, payments={})))
        items = sorted((read.from_json(row) for row in rows),
                       key=lambda item: _changed(item) or cursor[field])
        newest = None
        for start in range(0, len(items), CHUNK):
            chunk = items[start:start + CHUNK]
            newest = _changed(chunk[-1]) or newest
            apply(chunk, field == 'repair_since')
            if newest and newest > cursor[field]:
                self._transaction(cursor.write, {field: newest.replace(microsecond=0)})
            if start + CHUNK < len(items):
                self._unless_over()
        return newest


def _changed(item):
    """:return: naive UTC moment of an item's last change, None where Xero says none that can be:
        one far off would take the cursor past everything that changes until then"""
    possible = item.updated and FIRST < item.updated < fields.Datetime.now() + DAY
    return item.updated if possible else None
