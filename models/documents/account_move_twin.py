"""What people do about documents that Xero does not have any more."""
from odoo import fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_seek = fields.Boolean(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="Xero has lost it. It is looked for there, and not sent.")

    def action_xero_seek(self):
        """Look in Xero for documents that it does not have any more where they were.

        :return: a notification
        """
        return self.env['xero.own']._leave_missing(self, seek=True)

    def action_xero_send_anew(self):
        """Send documents again that Xero does not have any more.

        :return: a notification
        """
        return self.env['xero.own']._leave_missing(self, seek=False)
