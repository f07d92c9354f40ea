from odoo import models

from .transaction import end_with_the_machine


class IrCron(models.Model):
    _inherit = 'ir.cron'

    @classmethod
    def _process_job(cls, cron_cr, job):
        # EXTENDS 'base'
        # The job's row is locked for as long as it runs, and no other host runs it meanwhile.
        end_with_the_machine(cron_cr)
        return super()._process_job(cron_cr, job)

    def method_direct_trigger(self):
        # EXTENDS 'base': whoever runs the pull by hand wants to see now what is new
        if self == self.env.ref('account_xero.ir_cron_pull', raise_if_not_found=False):
            self.check_access('write')
            self.env['xero.connection']._want_news()
        return super().method_direct_trigger()
