"""What a scheduled action does beside the pull itself: the night, and news within a long push."""
import logging
from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import fields, models

from ...xero.errors import XeroError
from ..connection.xero_connection_run import TimeBudgetExceeded, end_after
from ..core.transaction import run_in_new_cursor
from .lists import DAY

_logger = logging.getLogger(__name__)

#: News that have waited so long are fetched ahead of the push that keeps the organisation busy, for
#: a part of its time.
PATIENCE = timedelta(minutes=2)
SHARE_SECONDS = 7
#: What the night's comparison goes back.
REPAIR_DAYS = 7
REPAIR_HOUR = 2


class XeroPullNight(models.AbstractModel):
    """The comparison of the last week, once a night: it is marked here, and made by the pull."""

    _name = 'xero.pull.night'
    _inherit = 'xero.scheduled'
    _description = "Nightly Comparison with Xero"

    _schedule_sequence = 10

    def _get_due(self, connections):
        """:return: those in whose company a night has come since both books were compared"""
        now = fields.Datetime.now()
        return self.env['xero.schedule']._get_free(connections).filtered(
            lambda c: (c.last_reconcile or c.connected_at or c.create_date)
            < self._get_night(c, now, -1)
            and not any(cursor.repair_since for cursor in c.sudo().cursor_ids))

    def _run(self, connection):
        self.env['xero.pull']._compare_since(
            connection, fields.Datetime.now() - timedelta(days=REPAIR_DAYS))

    def _run_everywhere(self):
        """Do it for every organisation in whose company the night has come; run by hand, when it
        has come nowhere, for all."""
        schedule = self.env['xero.schedule']
        connections = self.env['xero.connection'].search([('state', '=', 'connected')])
        if schedule._is_scheduled():
            schedule._for_all(self._name)
        else:
            for connection in self._get_due(connections) or connections:
                # Each by itself, and again when a pull has just changed the same rows: one
                # organisation's pull must not cost all of them their night.
                run_in_new_cursor(connection, lambda c: c.env['xero.pull.night']._run(c))
            self.env['ir.cron']._commit_progress()
            connections._cron_pull()
        now = fields.Datetime.now()
        self.env.ref('account_xero.ir_cron_reconcile')._trigger(
            {self._get_night(connection, now, 1) for connection in connections})

    def _get_night(self, connection, now, direction):
        """
        :param recordset connection: `xero.connection`
        :param datetime now: naive UTC
        :param int direction: -1 for the last 02:00 of the company's time zone, 1 for the next
        :return: naive UTC
        """
        zone = ZoneInfo(connection.company_id.partner_id.tz or self.env.user.tz or 'UTC')
        utc = ZoneInfo('UTC')
        local = now.replace(tzinfo=utc).astimezone(zone)
        night = local.replace(hour=REPAIR_HOUR, minute=0, second=0, microsecond=0)
        if direction < 0 and night > local:
            night -= DAY
        elif direction > 0 and night <= local:
            night += DAY
        return night.astimezone(utc).replace(tzinfo=None)


class XeroPullOverdue(models.AbstractModel):
    """A short pull ahead of a push, when pushes have kept the pull from its turn: a backlog can
    keep an organisation busy for hours."""

    _name = 'xero.pull.overdue'
    _inherit = 'xero.scheduled'
    _description = "Pull of Overdue News"

    _schedule_sequence = 20
    _schedule_with_next = True      # the push

    def _get_due(self, connections):
        late = fields.Datetime.now() - PATIENCE
        connections = self.env['xero.schedule']._get_free(connections)
        return connections.filtered(lambda c: any(
            cursor.polled_at and cursor._is_due(late) for cursor in c.cursor_ids)
        ) | self.env['xero.schedule']._get_owners(connections, ('xero.event', [
            ('connection_id', 'in', connections.ids), ('create_date', '<', late),
            ('event_type', '!=', 'REQUEST')]))      # those of Xero's webhooks

    def _run(self, connection):
        connection = connection.with_context(**end_after(SHARE_SECONDS))
        try:
            connection.env['xero.pull']._run(connection)
        except TimeBudgetExceeded:
            self.env.cr.rollback()
        except XeroError:
            raise
        except Exception:
            # The push goes on, whatever is wrong with the pull.
            self.env.cr.rollback()
            _logger.exception("Pull from Xero of connection %s stopped", connection.id)
