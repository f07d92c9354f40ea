from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.opening import open_record
from ..core.problem import error_selection
from ..core.words import column_value

#: Days that a row is kept; the system parameter of this name overrides it.
KEEP_DAYS = ('account_xero.log_days', 90)
GC_BATCH = 10_000
#: What a state of a document says of the attempt that led to it.
OUTCOMES = {'synced': 'success', 'failed': 'failure'}


class XeroLog(models.Model):
    """What was exchanged with Xero, and what became of it: one row a document and attempt."""

    _name = 'xero.log'
    _description = "Xero Log"
    _order = 'id desc'
    _rec_name = 'document'

    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(
        'res.company', compute='_compute_company_id', store=True, readonly=False,
        help="That of the record; the connection's, where that has none.")
    create_date = fields.Datetime("When", readonly=True, index=True)
    direction = fields.Selection(
        [('push', "To Xero"), ('pull', "From Xero"), ('webhook', "Webhook"),
         ('connection', "Connection")],
        required=True, readonly=True)
    outcome = fields.Selection(
        [('success', "Success"), ('failure', "Failure"), ('retry', "Tried again later")],
        required=True, readonly=True)
    error_code = fields.Selection('_selection_error_code', "Cause", readonly=True)
    message = fields.Text(
        readonly=True, translate=True, help="Xero's own words, or what the check here found.")
    correlation_id = fields.Char(
        "Xero Correlation ID", readonly=True, help="Xero's support asks for it.")
    seconds = fields.Float("Duration (s)", digits=(16, 3), readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference("Record", model_field='res_model', readonly=True)
    document = fields.Char(readonly=True, help="Name of the record at the time.")

    _record_idx = models.Index("(res_model, res_id)")

    @api.depends('connection_id.company_id')
    def _compute_company_id(self):
        for row in self:
            row.company_id = row.connection_id.company_id

    @api.model
    def _selection_error_code(self):
        return error_selection(self.env)

    @api.model
    def _add_pushes(self, rows, answer=None):
        """Log what became of records on their way to Xero, as it is stored on them.

        :param list rows: (record with `xero.sync.mixin`, values)
        :param answer: Xero's Answer or XeroError, for its words, correlation id and duration
        """
        self._add_records('push', [
            (record, OUTCOMES.get(values.get('xero_state'), 'retry'),
             values.get('xero_error_code') or getattr(answer, 'code', None),
             values.get('xero_error_message') or getattr(answer, 'message', None))
            for record, values in rows], answer)

    @api.model
    def _add_pulls(self, connection, rows):
        """Log what was applied from Xero, or could not be.

        :param recordset connection: `xero.connection`
        :param list rows: (record, 'success' or 'failure', code of the catalogue or None, message)
        """
        self.sudo()._add_records('pull', rows, connection=connection)

    @api.model
    def _add_records(self, direction, rows, answer=None, connection=None):
        """Log what became of any number of records, with one insert.

        :param str direction: see the selection
        :param list rows: (record, outcome, code of the error catalogue or None, text, which may be
            a lazy one)
        :param answer: Xero's Answer or XeroError, for its correlation id and duration
        :param recordset connection: `xero.connection`; by default that of each record's company
        """
        companies = self.env['res.company'].union(*(
            record.company_id for record, *_what in rows)) if not connection else None
        connections = companies._xero_connections() if companies else {}
        values_list = []
        for record, outcome, code, message in rows:
            subject, name = record._xero_log_subject() \
                if hasattr(record, '_xero_log_subject') else (record, record.display_name)
            if owner := connection or connections.get(record.company_id.id):
                values_list.append({
                    'connection_id': owner.id,
                    'company_id': owner.company_id._xero_company_of(record).id,
                    'direction': direction,
                    'outcome': outcome,
                    'error_code': code,
                    'message': message,
                    'correlation_id': answer and answer.correlation_id,
                    'seconds': getattr(answer, 'seconds', 0),
                    'res_model': subject._name,
                    'res_id': subject.id,
                    'document': name,
                })
        self._insert(values_list)

    @api.model
    def _add_event(self, connection, message, direction='connection', outcome='success'):
        """Log what concerns a connection as a whole.

        :param recordset connection: `xero.connection`
        :param message: what happened, for people; a text, which may be a lazy one
        :param str direction: see the selection
        :param str outcome: see the selection
        """
        self._insert([{
            'connection_id': connection.id, 'company_id': connection.company_id.id,
            'direction': direction, 'outcome': outcome, 'message': message,
            'document': connection.tenant_name}])

    @api.model
    def _add_deliveries(self, rows):
        """Log what webhooks announced.

        :param list rows: (App of the connection, what it said, for people)
        """
        self._insert([{
            'connection_id': app.id, 'company_id': app.company_id, 'direction': 'webhook',
            'outcome': 'success', 'message': message, 'document': app.tenant_name,
        } for app, message in rows])

    @api.model
    def _add_connection(self, connection, error):
        """Log what went wrong between a connection and Xero.

        :param recordset connection: `xero.connection`
        :param XeroError error: what Xero said, or why it could not be reached
        """
        self._insert([{
            'connection_id': connection.id, 'company_id': connection.company_id.id,
            'direction': 'connection', 'outcome': 'failure', 'error_code': error.code,
            'message': error.message, 'correlation_id': error.correlation_id,
            'document': connection.tenant_name}])

    @api.model
    def _insert(self, rows):
        """Add rows with one statement: webhooks have no time for more, and `create` would keep the
        texts in one language only.

        :param list rows: dicts of values, each with the same keys
        """
        if not rows:
            return
        now, uid = self.env.cr.now(), self.env.uid
        added = {'create_date': now, 'write_date': now, 'create_uid': uid, 'write_uid': uid}
        names = [*rows[0], *added]
        values = []
        for row in rows:
            row = {**row, **added, 'message': column_value(self.env, row['message'])}
            values.append(SQL("%s", tuple(row[name] or None for name in names)))
        self.env.cr.execute(SQL(
            "INSERT INTO xero_log (%s) VALUES %s", SQL(', ').join(map(SQL.identifier, names)),
            SQL(', ').join(values)))

    def action_open_record(self):
        """:return: action that opens the document or partner that a row is about"""
        self.ensure_one()
        return open_record(self.env[self.res_model].browse(self.res_id), self.company_id)

    @api.autovacuum
    def _gc_rows(self):
        name, default = KEEP_DAYS
        days = int(self.env['ir.config_parameter'].sudo().get_param(name) or default)
        old = self.search(
            [('create_date', '<', fields.Datetime.now() - timedelta(days=days))], limit=GC_BATCH)
        old.unlink()
        return len(old), len(old) == GC_BATCH
