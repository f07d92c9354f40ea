import threading
import time
import weakref
from contextvars import ContextVar

from odoo import SUPERUSER_ID, api, fields, models

from ..core.transaction import set_tcp_keepalives

#: Whether somebody has pressed *Run Manually* and waits for the work, which the scheduler leaves to
#: the organisations' own scheduled actions.
by_hand = ContextVar('by_hand', default=False)
#: Odoo ends a worker by force when a pass through the jobs that are ready takes 120 seconds: room
#: for one more run (20 seconds), and for a call that takes its full timeouts (65) at the end of it.
PASS_SECONDS = 30


class Turns(threading.local):
    """Organisations that a worker leaves to its next pass through the jobs that are ready, because
    this one has taken long. There they come first, so that none waits behind the backlogs of
    others."""

    def __init__(self):
        self.cursor, self.begun, self.first, self.left = None, 0, set(), set()

    def begin(self, cron_cr):
        """Begin a pass, unless this is the one that is under way.

        :param cron_cr: the cursor with which Odoo looks for jobs; each pass has one of its own
        """
        if not self.cursor or self.cursor() is not cron_cr:
            self.cursor, self.begun = weakref.ref(cron_cr), time.monotonic()
            self.first, self.left = self.left, set()

    def take(self, job_id):
        """
        :param int job_id: of `ir.cron`
        :return: whether it is to run in this pass
        :rtype: bool
        """
        if time.monotonic() - self.begun < PASS_SECONDS and (
                not self.first or job_id in self.first):
            return True
        self.left.add(job_id)
        return False


turns = Turns()


class IrCron(models.Model):
    _inherit = 'ir.cron'

    xero_connection_id = fields.Many2one(
        'xero.connection', groups=fields.NO_ACCESS, copy=False, prefetch='xero', ondelete='cascade')

    _xero_connection_uniq = models.Constraint(
        'UNIQUE(xero_connection_id)', "A connection to Xero has one scheduled action.")

    @api.model
    def _xero_for_all(self):
        """:return: the scheduled actions that look after all organisations"""
        ids = [self.env['ir.model.data']._xmlid_to_res_id(f'account_xero.ir_cron_{name}')
               for name in ('push', 'pull', 'reconcile', 'digest')]
        return self.browse(filter(None, ids))

    @classmethod
    def _process_job(cls, cron_cr, job):
        # EXTENDS 'base'
        # Its row is locked for as long as ours runs, and no other host runs it meanwhile.
        Cron = api.Environment(cron_cr, SUPERUSER_ID, {})[cls._name]
        own = job.get('xero_connection_id')
        if own or job['id'] in Cron._xero_for_all().ids:
            set_tcp_keepalives(cron_cr)
        turns.begin(cron_cr)
        if own and not turns.take(job['id']):
            if len(turns.left) == 1:
                Cron._notifydb()    # this worker comes back at once
            return
        super()._process_job(cron_cr, job)

    def method_direct_trigger(self):
        # EXTENDS 'base': whoever runs one by hand waits for the work
        if self not in self._xero_for_all():
            return super().method_direct_trigger()
        token = by_hand.set(True)
        try:
            return super().method_direct_trigger()
        finally:
            by_hand.reset(token)
