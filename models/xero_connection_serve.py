"""Sharing the organisations between the workers of all hosts: in turn, each by one at a time."""
import logging
import random
import time
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..xero.errors import XeroError
from .transaction import end_with_the_machine

_logger = logging.getLogger(__name__)

#: Seconds after which a run starts nothing new. Odoo's scheduler goes through all jobs that are due
#: in one go and ends a worker by force after 120 seconds of it: room for several long runs, and for
#: a call that takes its full timeout.
RUN_SECONDS = 20
#: Whoever finds that another worker is at an organisation comes back after this time.
BUSY_WAIT = timedelta(seconds=10)


class RunOver(Exception):
    """The time of this run is over; what is left comes in the next one."""


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    served_at = fields.Datetime(
        readonly=True, copy=False, groups='base.group_system',
        help="When a worker last began to push or to pull for it.")

    @api.model
    def _serve(self, due, work, trigger, helpers):
        """Serve organisations one after the other, and share them with other workers.

        Odoo never runs a scheduled action twice at once, on however many hosts. So further ones
        that do the same are woken when several organisations wait; whoever claims one first
        serves it.

        :param str due: method that says whether an organisation waits
        :param str work: method that serves it
        :param trigger: callable that has this done again
        :param helpers: xml ids of the further scheduled actions, none for these themselves
        """
        waiting = self.search([('state', '=', 'connected')]).filtered(lambda c: getattr(c, due)())
        for name in helpers[:max(0, len(waiting) - 1)]:
            self._wake(name)
        self.env['ir.cron']._commit_progress(remaining=len(waiting))
        # Whose last turn is longest ago comes first, so that an organisation with a backlog, or one
        # where Xero hangs, keeps no other waiting for more than a turn; else in no fixed order, so
        # that two workers seldom want the same one.
        for connection in sorted(random.sample(list(waiting), len(waiting)),
                                 key=lambda c: c.served_at or datetime.min):
            try:
                getattr(connection, work)()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                _logger.warning("%s of connection %s is done again: others change the same rows",
                                work, connection.id)
                trigger(fields.Datetime.now() + BUSY_WAIT)
            except Exception as error:
                # One organisation's trouble must not keep the others waiting.
                self.env.cr.rollback()
                _logger.exception("%s of connection %s stopped", work, connection.id)
                connection._note_fault(error)
            if not self.env['ir.cron']._commit_progress(1):
                # As a job of its own: Odoo ends one by force that takes too long altogether.
                self.env['ir.cron']._commit_progress(remaining=0)
                trigger()
                break

    def _claimed(self, due, work, go_on):
        """Do an organisation's work, unless another worker is at it.

        The claim is held by the caller's transaction; the work runs and commits in one of its
        own, so that the claim lasts until the end.

        :param str due: method that says whether there is something to do
        :param str work: method that does it
        :param str go_on: method that has the rest done later
        :return: whether nobody else was at it
        """
        self.ensure_one()
        claim = self.env['xero.claim'].sudo().search([('connection_id', '=', self.id)])
        if not claim.try_lock_for_update(allow_referencing=True):
            return False
        end_with_the_machine(self.env.cr)
        with self.env.registry.cursor() as cr:
            env = self.env(cr=cr, su=True, context={
                'lang': self.env.user.lang, 'xero_deadline': time.monotonic() + RUN_SECONDS})
            worker = self.with_env(env).with_company(self.with_env(env).company_id)
            try:
                # Seen from here, after whoever held the claim before.
                if getattr(worker, due)():
                    worker._transaction(worker._begin_turn)
                    getattr(worker, work)()
            except RunOver:
                cr.rollback()
                getattr(worker, go_on)()
            except XeroError as error:
                cr.rollback()
                worker._push_stopped(error)
        return True

    def _begin_turn(self):
        """Note it before the work, so that whoever dies of it has had a turn, too."""
        end_with_the_machine(self.env.cr, session=True)
        self.served_at = fields.Datetime.now()

    def _transaction(self, work, *args):
        """Do something and commit it; from a new snapshot when another transaction changed the
        same rows first. The other one has ended by then, so there is nothing to wait for.

        :param work: callable that only touches the database
        :return: what ``work`` returned
        """
        for tries_left in reversed(range(5)):
            try:
                result = work(*args)
                self.env['ir.cron']._commit_progress()
                return result
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                if not tries_left:
                    raise

    def _time_left(self):
        return time.monotonic() < self.env.context['xero_deadline']
