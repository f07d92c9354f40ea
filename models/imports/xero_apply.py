from odoo import models


class XeroApply(models.AbstractModel):
    _inherit = 'xero.apply'

    def _steps(self):
        # EXTENDS 'account_xero': before payments are matched
        steps = super()._steps()
        steps.insert(2, self.env['xero.take.over']._apply)
        return steps
