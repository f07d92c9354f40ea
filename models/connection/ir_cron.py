from contextvars import ContextVar

from odoo import SUPERUSER_ID, api, fields, models

from ..core.transaction import set_tcp_keepalives

#: Whether somebody has pressed *Run Manually* and waits for the work, which the scheduler leaves to
#: the organisations' own scheduled actions.
by_hand = ContextVar('by_hand', default=False)


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
               for name in ('push', 'pull', 'reconcile')]
        return self.browse(filter(None, ids))

    @classmethod
    def _process_job(cls, cron_cr, job):
        # EXTENDS 'base'
        # Its row is locked for as long as ours runs, and no other host runs it meanwhile.
        ours = api.Environment(cron_cr, SUPERUSER_ID, {})[cls._name]._xero_for_all()
        if job.get('xero_connection_id') or job['id'] in ours.ids:
            set_tcp_keepalives(cron_cr)
        return super()._process_job(cron_cr, job)

    def method_direct_trigger(self):
        # EXTENDS 'base': whoever runs one by hand waits for the work
        if self not in self._xero_for_all():
            return super().method_direct_trigger()
        token = by_hand.set(True)
        try:
            return super().method_direct_trigger()
        finally:
            by_hand.reset(token)
