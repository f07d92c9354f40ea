"""Each organisation's own scheduled action, and the three that look after all organisations.

Odoo's scheduler shares scheduled actions between the workers of all hosts. It keeps the row of one
locked for as long as that runs, so nobody is at work for an organisation twice at once.
"""
import logging
import random
from datetime import datetime, timedelta

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools.translate import LazyTranslate

from ...xero.errors import XeroError
from ..core.transaction import set_tcp_keepalives
from .ir_cron import by_hand
from .xero_connection_run import TimeBudgetExceeded, check_time, end_after

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

#: Seconds after which a run starts nothing new. Odoo's scheduler goes through all jobs that are due
#: in one go and ends a worker by force after 120 seconds of it: room for several long runs, and for
#: a call that takes its full timeout.
RUN_SECONDS = 20
#: Whoever finds that another worker is at an organisation comes back after this time.
BUSY_WAIT = timedelta(seconds=10)


class XeroScheduled(models.AbstractModel):
    """Something that a scheduled action does for an organisation. Each is a model of its own that
    inherits this one."""

    _name = 'xero.scheduled'
    _description = "Scheduled Work for an Organisation"

    #: Place among the things that one run does, the least first.
    _schedule_sequence = 10
    #: Whether this belongs to the next one, so that it is done also where that is done by hand.
    _schedule_with_next = False

    def _get_due(self, connections):
        """
        :param recordset connections: `xero.connection`
        :return: those for which there is something to do and which need not wait themselves, in as
            many queries for many as for one
        """
        raise NotImplementedError

    def _run(self, connection):
        """Do it, and commit.

        :param recordset connection: `xero.connection` that nobody else serves meanwhile
        :raise XeroError: nothing more can be asked or sent now
        :raise TimeBudgetExceeded: this run has no time for more
        """
        raise NotImplementedError


class XeroSchedule(models.AbstractModel):
    _name = 'xero.schedule'
    _description = "Schedule of the Organisations"

    # === SCHEDULED ACTIONS === #

    def _switch_on(self, connections):
        """Have the scheduled actions run that connections need: each its own one, which is made
        when it is missing, and those for all.

        They switch themselves off when they find nobody connected. Odoo switches one off that has
        failed for a week.

        :param recordset connections: `xero.connection`
        :return: those that were off
        :rtype: recordset of `ir.cron`
        """
        Cron = self.env['ir.cron'].sudo()
        connected_sudo = connections.sudo().filtered(lambda c: c.state == 'connected')
        if not connected_sudo or self.env['ir.config_parameter'].sudo().get_param(
                'database.is_neutralized'):
            return Cron
        missing = connected_sudo.filtered(lambda connection: not connection.cron_ids)
        Cron.create([self._prepare_cron(connection) for connection in missing])
        off = (connected_sudo.cron_ids | Cron._xero_for_all()).filtered(
            lambda cron: not cron.active)
        # Whoever has locked one is running it by hand.
        off = off.try_lock_for_update(allow_referencing=True)
        off.active = True
        return off

    def _revive(self, connections):
        """Switch on, and name, what should have been on.

        :param recordset connections: `xero.connection`
        """
        for cron in self._switch_on(connections):
            _logger.warning("Scheduled action %r had been switched off", cron.cron_name)
            self.env['xero.log'].sudo()._add_event(
                cron.xero_connection_id or connections[:1], _lt(
                    "The scheduled action %s had been switched off. It is on again.",
                    cron.cron_name))

    def _prepare_cron(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: values of its `ir.cron`
        :rtype: dict
        """
        # Once a day in any case, and not all in the same minute.
        return {
            'name': f'Xero: {connection.display_name}',
            'user_id': self.env.ref('base.user_root').id,
            'model_id': self.env['ir.model']._get_id(connection._name),
            'state': 'code', 'code': f'model.browse({connection.id})._run_cron()',
            'interval_number': 1, 'interval_type': 'days', 'priority': 10,
            'nextcall': fields.Datetime.now() + timedelta(seconds=random.randrange(1, 86400)),
            'xero_connection_id': connection.id,
        }

    def _is_scheduled(self):
        """:return: whether Odoo's scheduler runs this, and nobody by hand"""
        return bool(self.env.context.get('cron_id')) and not by_hand.get()

    def _for_all(self, scheduled):
        """Find the organisations for which there is something to do, in a number of queries that
        does not grow with them, and have their own scheduled actions run. By hand, do it here.

        :param str scheduled: model that inherits `xero.scheduled`
        """
        connected = self.env['xero.connection'].search([('state', '=', 'connected')])
        self._revive(connected)
        waiting = self.env[scheduled]._get_due(connected)
        if self._is_scheduled():
            waiting._trigger_cron()
            self.env['ir.cron']._commit_progress(remaining=0, deactivate=not connected)
            return
        time_left = self.env['ir.cron']._commit_progress()
        for connection in waiting.sorted(lambda c: c.sudo().cron_ids.lastcall or datetime.min):
            try:
                if time_left:
                    self._run_here(connection, scheduled)
                else:
                    connection._trigger_cron()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()      # its scheduled action has run just now
                connection._trigger_cron()
            time_left = self.env['ir.cron']._commit_progress()

    # === WHO HAS SOMETHING TO DO === #

    def _get_free(self, connections):
        """
        :param recordset connections: `xero.connection`
        :return: those that Xero may be called for now
        """
        now = fields.Datetime.now()
        return connections.filtered(
            lambda c: c.state == 'connected' and not (c.resume_at and c.resume_at > now))

    def _get_owners(self, connections, *queues):
        """
        :param recordset connections: `xero.connection`
        :param queues: each (model, domain) of records that have a connection or a company
        :return: those of these connections that have any of them
        """
        by_owner = {c: c for c in connections} | {
            company: c for c in connections for company in c.company_id._xero_together()}
        found = connections.browse()
        for model, domain in queues:
            Model = self.env[model].sudo()
            field = 'connection_id' if 'connection_id' in Model else 'company_id'
            found = found.union(*(by_owner[row] for [row] in Model._read_group(domain, [field])))
        return found

    # === A RUN === #

    def _get_scheduled(self):
        """:return: names of all that a scheduled action does, in this order
        :rtype: list(str)"""
        names = [name for name in self.pool.descendants([XeroScheduled._name], '_inherit')
                 if name != XeroScheduled._name]
        return sorted(names, key=lambda name: self.pool[name]._schedule_sequence)

    def _run_here(self, connection, scheduled):
        """Do an organisation's work now, unless its scheduled action is running.

        The row is locked by the caller's transaction; the work runs and commits in one of its own,
        so that it is locked until the end.

        :param recordset connection: one `xero.connection`
        :param str scheduled: model that inherits `xero.scheduled`
        """
        connection.ensure_one()
        cron = connection.sudo().cron_ids.try_lock_for_update(allow_referencing=True)
        if not cron:
            connection._trigger_cron(fields.Datetime.now() + BUSY_WAIT)
            return
        set_tcp_keepalives(self.env.cr)
        cron.lastcall = fields.Datetime.now()
        with self.env.registry.cursor() as cr:
            names = self._get_scheduled()
            last = first = names.index(scheduled)
            while first and self.pool[names[first - 1]]._schedule_with_next:
                first -= 1
            self._run(connection.with_env(self.env(cr=cr)), names[first:last + 1])

    def _run(self, connection, names):
        """Do what there is to do for an organisation, as far as the time goes.

        :param recordset connection: one `xero.connection`
        :param list(str) names: models that inherit `xero.scheduled`
        """
        connection = connection.with_env(connection.env(su=True, context={
            'lang': connection.env.user.lang, **end_after(RUN_SECONDS)}))
        connection = connection.with_company(connection.company_id)
        self, env = self.with_env(connection.env), connection.env
        set_tcp_keepalives(env.cr, session=True)
        connection._commit_with_retry(self._revive, connection)
        for name in names:
            try:
                if env[name]._get_due(connection):
                    check_time(env)
                    env[name]._run(connection)
            except TimeBudgetExceeded:
                env.cr.rollback()
                connection._trigger_cron()
            except XeroError as error:
                env.cr.rollback()
                env['xero.health']._pause_after(connection, error)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                env.cr.rollback()
                _logger.warning("%s for connection %s is done again: others change the same rows",
                                name, connection.id)
                connection._trigger_cron(fields.Datetime.now() + BUSY_WAIT)
            except Exception as error:
                # Its other work, and other organisations, must not be kept waiting by a fault.
                env.cr.rollback()
                _logger.exception("%s for connection %s stopped", name, connection.id)
                env['xero.health']._report_crash(connection, error)
            env['ir.cron']._commit_progress()
