"""When an organisation's records are pushed, and of which kinds they are."""
from odoo import api, fields, models


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    push_notes = fields.Boolean(
        "Write to Xero's history",
        help="When a document was changed, cancelled, matched or no longer matched here, Xero's "
             "History of it says so, with the user and the time. It costs a call a document.")

    @api.model
    def _push_kinds(self):
        """:return: the kinds of what is sent, models with `xero.push.kind`, in the order in which
            they go out; a module that sends more adds its own
        :rtype: list"""
        return [self.env[name] for name in (
            'xero.push.payment.deletion', 'xero.push.settlement.deletion',
            'xero.push.allocation.deletion', 'xero.push.document', 'xero.push.allocation',
            'xero.push.payment', 'xero.push.settlement', 'xero.push.journal', 'xero.push.contact',
            'xero.push.attachment', 'xero.push.note')]

    @api.model
    def _cron_push(self):
        """Serve every organisation that has something to send and may be called now."""
        self.env['xero.schedule']._for_all('xero.push')

    def _push(self):
        """Push this organisation's queue now, unless another worker is at work for it."""
        self.env['xero.schedule']._run_here(self, 'xero.push')
