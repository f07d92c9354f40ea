import logging
from collections import Counter
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ...xero import webhook
from ..connection.xero_connection import ACTIVE_STATES
from ..core.secret import read_secret

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

KEEP_DAYS = 7


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
        apps = [(app, app.key()) for app in self._apps()]
        keys = webhook.matching_keys(body, signature, {key for _app, key in apps})
        if not keys:
            _logger.info("A webhook delivery that no key of a Xero app has signed is refused")
            return False
        try:
            events = webhook.parse(body).events
        except webhook.NotAnEnvelope as error:
            _logger.warning("A signed webhook delivery of Xero cannot be read: %s", error)
            return False
        senders = {app.client_id for app, key in apps if key in keys}
        # The key belongs to the app: it need not be entered for each company that uses the app.
        self._take(events, [
            app for app, key in apps if app.state in ACTIVE_STATES
            and (key in keys or (not app.secret and app.client_id in senders))])
        return True

    @api.model
    def _apps(self):
        """Return the connections as deliveries need them, in one query.

        :return: list of App
        """
        self.env['xero.connection'].flush_model([*App._fields[1:-1], 'webhook_key'])
        self.env.cr.execute(
            """SELECT id, company_id, state, lower(coalesce(tenant_id, '')), tenant_name, client_id,
                      webhook_key FROM xero_connection ORDER BY id""")
        return [App(*row) for row in self.env.cr.fetchall()]

    @api.model
    def _take(self, events, apps):
        """Store events and that they came, and wake the pull.

        It is all done in SQL, and committed before Xero has its answer: what Xero was told is
        received stays so, also after a crash of the server.

        :param apps: App of the connections that are told of
        """
        categories = self.env['xero.event']._categories()
        known = Counter(event.tenant_id for event in events
                        if event.category in categories and event.resource_id)
        mine = [(app, known[app.tenant_id]) for app in apps]
        if not mine:
            return
        ignored = len(events) - sum(count for _app, count in mine)
        now = fields.Datetime.now()
        self.env.cr.execute(SQL(
            "INSERT INTO xero_delivery (connection_id, events, ignored, create_date, write_date)"
            " VALUES %s", SQL(', ').join(
                SQL("%s", (app.id, count, ignored, now, now)) for app, count in mine)))
        announced = [(app, count) for app, count in mine if count]
        if not announced:
            return
        self.env['xero.log']._add_deliveries([
            (app, _lt("Changes announced: %s", count)) for app, count in announced])
        if self.env['xero.event']._insert(events, {app.tenant_id: app.id for app in apps}):
            self.env['xero.connection'].browse(app.id for app, _count in announced)._trigger_cron()

    @api.autovacuum
    def _gc_rows(self):
        newest = [row for _connection, row in self._read_group(
            [], ['connection_id'], ['id:max'])]
        old = self.search([
            ('create_date', '<', fields.Datetime.now() - timedelta(days=KEEP_DAYS)),
            ('id', 'not in', newest)], limit=10_000)
        old.unlink()
        return len(old), len(old) == 10_000
