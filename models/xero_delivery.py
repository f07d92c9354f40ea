import logging
from collections import Counter
from datetime import timedelta

from odoo import api, fields, models

from ..xero import webhook
from .xero_connection import ACTIVE_STATES
from .xero_event import CATEGORIES

_logger = logging.getLogger(__name__)

KEEP_DAYS = 7


class XeroDelivery(models.Model):
    """That Xero's webhook was heard, and what was in it: a row a delivery and connection.

    Rows are only ever added, so that no delivery waits for another one, for a push or for a user,
    as it would if it noted the time and the counts on the connection.
    """

    _name = 'xero.delivery'
    _description = "Xero Webhook Delivery"
    _order = 'id desc'
    _rec_name = 'connection_id'

    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    create_date = fields.Datetime("Received", readonly=True)
    events = fields.Integer(readonly=True, help="Events about this organisation's documents.")
    ignored = fields.Integer(
        readonly=True, help="Events about organisations that are not connected here, or about "
                            "things that are not synced.")

    @api.model
    def _receive(self, body, signature):
        """Take what came in by the webhook, if it is Xero's.

        Nothing is fetched and no row is changed here, Xero waits for 5 seconds only: the events
        are stored and the pull is woken.

        :param bytes body: as received
        :param signature: the header's text, or None
        :return: bool, whether it is a delivery signed with the key of an app that is used here
        """
        connections = self.env['xero.connection'].search([('webhook_key', '!=', False)])
        keys = webhook.matching_keys(body, signature, connections.mapped('webhook_key'))
        if not keys:
            _logger.info("A webhook delivery that no key of a Xero app has signed is refused")
            return False
        try:
            events = webhook.parse(body).events
        except webhook.NotAnEnvelope as error:
            _logger.warning("A signed webhook delivery of Xero cannot be read: %s", error)
            return False
        senders = connections.filtered(lambda connection: connection.webhook_key in keys)
        # The key belongs to the app: it need not be entered for each company that uses the app.
        senders |= self.env['xero.connection'].search([
            ('webhook_key', '=', False), ('client_id', 'in', senders.mapped('client_id'))])
        self._take(events, senders.filtered(lambda c: c.state in ACTIVE_STATES))
        return True

    @api.model
    def _take(self, events, connections):
        known = Counter(event.tenant_id for event in events
                        if event.category in CATEGORIES and event.resource_id)
        mine = {c: known[(c.tenant_id or '').lower()] for c in connections}
        ignored = len(events) - sum(mine.values())
        self.create([{'connection_id': connection.id, 'events': count, 'ignored': ignored}
                     for connection, count in mine.items()])
        for connection, count in mine.items():
            if count:
                self.env['xero.log']._add_event(
                    connection, self.env._("%s change(s) announced", count), 'webhook')
        if self.env['xero.event']._store(events, connections):
            cron = self.env.ref('account_xero.ir_cron_pull', raise_if_not_found=False)
            if cron:
                cron._trigger()

    @api.autovacuum
    def _gc_rows(self):
        newest = [row for _connection, row in self._read_group(
            [], ['connection_id'], ['id:max'])]
        old = self.search([
            ('create_date', '<', fields.Datetime.now() - timedelta(days=KEEP_DAYS)),
            ('id', 'not in', newest)], limit=10_000)
        old.unlink()
        return len(old), len(old) == 10_000
