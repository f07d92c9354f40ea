"""What a connection shows of its app's webhook; the key itself is with the other secrets."""
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools.urls import urljoin as url_join

from .xero_secret import read_secret


class App(NamedTuple):
    """What a delivery needs to know of a connection; the secret as it is stored."""

    id: int
    company_id: int
    state: str
    tenant_id: str
    tenant_name: str
    client_id: str
    secret: str

    def __repr__(self):
        return f'App({self.id})'    # no secret in a log

    def key(self):
        """:return: str, the webhook key; None when there is none that can be read"""
        return read_secret(self.secret)


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

    @api.model
    def _webhook_apps(self):
        """Return the connections as deliveries need them, in one query.

        :return: list of App
        """
        self.flush_model([*App._fields[1:-1], 'webhook_key'])
        self.env.cr.execute(
            """SELECT id, company_id, state, lower(coalesce(tenant_id, '')), tenant_name, client_id,
                      webhook_key FROM xero_connection ORDER BY id""")
        return [App(*row) for row in self.env.cr.fetchall()]

    def _compute_deliveries(self):
        heard = {
            connection.id: (last, ignored)
            for connection, last, ignored in self.env['xero.delivery'].sudo()._read_group(
                [('connection_id', 'in', self.ids)], ['connection_id'],
                ['create_date:max', 'ignored:sum'])}
        for connection in self:
            connection.last_webhook, connection.webhook_ignored = heard.get(
                connection.id, (False, 0))
