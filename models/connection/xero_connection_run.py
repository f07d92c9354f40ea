import time

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

#: Key of the context: when to begin nothing more, by the clock of `time.monotonic`.
DEADLINE = 'xero_deadline'


class TimeBudgetExceeded(Exception):
    """The time of this run is over; what is left comes in the next one."""


def end_after(seconds):
    """
    :param int seconds: how long a run has, from now on
    :return: what its context says of it
    :rtype: dict
    """
    return {DEADLINE: time.monotonic() + seconds}


def is_time_left(env):
    """
    :param Environment env: of a run
    :return: whether it has time for more
    :rtype: bool
    """
    return time.monotonic() < env.context[DEADLINE]


def check_time(env):
    """
    :param Environment env: of a run
    :raise TimeBudgetExceeded: it has no time for more
    """
    if not is_time_left(env):
        raise TimeBudgetExceeded


class XeroConnection(models.Model):
    """The runs of its scheduled action: when they come, how long they take, what they commit."""

    _inherit = 'xero.connection'

    def _run_cron(self):
        """What an organisation's own scheduled action does."""
        self.ensure_one()
        if self.state == 'disconnected':
            self.env['ir.cron']._commit_progress(remaining=0, deactivate=True)
            return
        schedule = self.env['xero.schedule']
        schedule._run(self, schedule._get_scheduled())

    def _trigger_cron(self, at=None):
        """Have the scheduled actions of these organisations run.

        It is what `ir.cron._trigger` does, for all in one statement and with one notice to the
        workers a transaction: Odoo opens another connection to PostgreSQL for each.

        :param datetime at: naive UTC; None: as soon as what this transaction does can be seen
        """
        crons = self.env['ir.cron'].sudo().search([('xero_connection_id', 'in', self.ids)])
        self.env['ir.cron.trigger'].sudo().create([
            {'cron_id': cron.id, 'call_at': at or fields.Datetime.now()} for cron in crons])
        postcommit = self.env.cr.postcommit
        if crons and not at and not postcommit.data.get('xero_notified'):
            postcommit.data['xero_notified'] = True
            postcommit.add(crons._notifydb)

    def _commit_with_retry(self, work, *args):
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
