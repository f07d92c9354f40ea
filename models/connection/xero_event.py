from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Days that a hint is kept which nobody took, for instance of a connection that is paused. The
#: nightly reconciliation does not depend on it.
KEEP_DAYS = 31


class XeroEvent(models.Model):
    """What Xero's webhook says has changed, until it has been fetched.

    Rows are hints: they are read by document, whatever their number and order, and deleted in the
    transaction that applies what was fetched. A row that arrives meanwhile stays.
    """

    _name = 'xero.event'
    _description = "Xero Event"
    _order = 'id'
    _rec_name = 'resource_id'

    connection_id = fields.Many2one(
        'xero.connection', required=True, ondelete='cascade', readonly=True)
    category = fields.Char(required=True, readonly=True)
    event_type = fields.Char("Type", required=True, readonly=True)
    resource_id = fields.Char("Document ID", required=True, readonly=True)
    event_date = fields.Datetime("Changed", required=True, readonly=True)
    create_date = fields.Datetime("Received", readonly=True)

    _event_uniq = models.Constraint(
        'UNIQUE(connection_id, category, resource_id, event_date, event_type)',
        "This event is stored already.")

    @api.model
    def _categories(self):
        """Return the categories of events that may change the books here. Others
        (``SUBSCRIPTION``, or new ones) are counted, not stored.

        :rtype: set
        """
        return set()

    @api.model
    def _store(self, events, connections):
        """Store events; see :meth:`_insert`.

        :param recordset connections: `xero.connection` that the sender may speak of
        """
        return self._insert(events, {c.tenant_id.lower(): c.id for c in connections if c.tenant_id})

    @api.model
    def _insert(self, events, owners):
        """Store events, each once, with one insert that neither waits nor fails.

        A row that is there already is left out before the unique constraint has to: that would
        wait for a worker who is about to delete it. Only the same event delivered twice at the
        very same moment meets the constraint, and then Odoo runs the request again.

        :param events: iterable of :class:`~.xero.webhook.Event`; those of other organisations,
            of unknown categories or without a document are left out
        :param dict owners: {organisation's id in lowercase: id of the `xero.connection`} that the
            sender may speak of
        :return: int, the events stored
        """
        now, categories = fields.Datetime.now(), self._categories()
        rows = sorted({
            (owners[event.tenant_id], event.category, event.resource_id,
             event.moment or now, event.type)
            for event in events
            if event.tenant_id in owners and event.category in categories and event.resource_id})
        if not rows:
            return 0
        self.env.cr.execute(SQL(
            """
            INSERT INTO xero_event (connection_id, category, resource_id, event_date, event_type,
                                    create_date, write_date)
            SELECT new.*, %(now)s, %(now)s
              FROM unnest(%(connection)s::integer[], %(category)s::varchar[], %(id)s::varchar[],
                          %(date)s::timestamp[], %(type)s::varchar[])
                   AS new (connection_id, category, resource_id, event_date, event_type)
             WHERE NOT EXISTS (
                   SELECT FROM xero_event
                    WHERE (connection_id, category, resource_id, event_date, event_type)
                        = (new.connection_id, new.category, new.resource_id, new.event_date,
                           new.event_type))
                ON CONFLICT DO NOTHING
            """,
            now=now,
            **{name: list(column) for name, column in zip(
                ('connection', 'category', 'id', 'date', 'type'),
                zip(*rows, strict=True), strict=True)}))
        return self.env.cr.rowcount

    @api.autovacuum
    def _gc_rows(self):
        old = self.search(
            [('create_date', '<', fields.Datetime.now() - timedelta(days=KEEP_DAYS))], limit=10_000)
        old.unlink()
        return len(old), len(old) == 10_000
