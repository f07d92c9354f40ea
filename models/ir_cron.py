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
