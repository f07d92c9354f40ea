"""What a connection shows of its app's webhook; the key itself is with the other secrets."""
from odoo import fields, models
from odoo.tools.urls import urljoin as url_join


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    webhook_url = fields.Char(
        "Webhook URL", compute='_compute_webhook_url',
        help="Enter exactly this address as delivery URL of the app's webhooks in the Xero "
             "developer portal.")
    last_webhook = fields.Datetime(
        "Last Heard From Xero", compute='_compute_deliveries',
        help="When a webhook of the app arrived last, about whatever it was.")
    webhook_ignored = fields.Integer(
        "Events Not Used", compute='_compute_deliveries',
        help="Webhook events of the last days about organisations that are not connected here, or "
             "about things that are not synced. They do no harm.")

    def _compute_webhook_url(self):
        for connection in self:
            connection.webhook_url = url_join(connection.get_base_url(), '/xero/webhook')

    def _compute_deliveries(self):
        heard = {
            connection.id: (last, ignored)
            for connection, last, ignored in self.env['xero.delivery'].sudo()._read_group(
                [('connection_id', 'in', self.ids)], ['connection_id'],
                ['create_date:max', 'ignored:sum'])}
        for connection in self:
            connection.last_webhook, connection.webhook_ignored = heard.get(
                connection.id, (False, 0))
