from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class XeroCompareWizard(models.TransientModel):
    """Compare both books further back than the night does."""

    _name = 'xero.compare.wizard'
    _description = "Compare Both Books"

    connection_id = fields.Many2one('xero.connection', required=True, ondelete='cascade')
    date_from = fields.Date(
        "Changed in Xero Since", required=True,
        default=lambda self: fields.Date.context_today(self) - timedelta(days=30))

    def action_compare(self):
        """Queue the comparison; the pull does it in the background.

        :return: a notification
        :raise UserError: there is no organisation to compare with
        """
        self.ensure_one()
        self.connection_id.check_access('write')
        if self.connection_id.state != 'connected':
            raise UserError(self.env._("Connect to Xero first; there is nothing to compare with."))
        connection_sudo = self.connection_id.sudo()
        self.env['xero.pull'].sudo()._compare_since(
            connection_sudo, fields.Datetime.to_datetime(self.date_from))
        connection_sudo._trigger_cron()
        return connection_sudo._notify('success', self.env._("Queued"), self.env._(
            "Everything that changed in Xero since %s is compared now. What does not agree appears "
            "under Differences.", fields.Date.to_string(self.date_from)))
