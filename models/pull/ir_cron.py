from odoo import models


class IrCron(models.Model):
    _inherit = 'ir.cron'

    def method_direct_trigger(self):
        # EXTENDS 'base': whoever runs the pull by hand wants to see now what is new
        if self == self.env.ref('account_xero.ir_cron_pull', raise_if_not_found=False):
            self.check_access('write')
            self.env['xero.pull']._request_everywhere()
        return super().method_direct_trigger()
