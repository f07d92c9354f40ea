from odoo import models


class XeroAlert(models.AbstractModel):
    _inherit = 'xero.alert'

    def _get(self, move):
        # EXTENDS 'account_xero'
        alerts = super()._get(move)
        if move.xero_active and self.env.user._is_internal() and move.xero_pdf_state == 'failed':
            alerts['xero_pdf_failed'] = {
                'level': 'warning',
                'message': self.env._(
                    "The document is in Xero, but its PDF is not: %s", move.xero_pdf_message),
            }
        return alerts
