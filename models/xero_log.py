from datetime import timedelta

from odoo import api, fields, models

#: Days that a row is kept; the system parameter of this name overrides it.
KEEP_DAYS = ('account_xero.log_days', 90)
GC_BATCH = 10_000


class XeroLog(models.Model):
    """What was exchanged with Xero, and what became of it: one row a document and attempt."""

    _name = 'xero.log'
    _description = "Xero Log"
    _order = 'id desc'
    _rec_name = 'document'

    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    create_date = fields.Datetime("When", readonly=True, index=True)
    direction = fields.Selection(
        [('push', "To Xero"), ('pull', "From Xero"), ('connection', "Connection")],
        required=True, readonly=True)
    outcome = fields.Selection(
        [('success', "Success"), ('failure', "Failure"), ('retry', "Tried again later")],
        required=True, readonly=True)
    error_code = fields.Char("Code", readonly=True)
    error_title = fields.Char("Cause", compute='_compute_error_title')
    message = fields.Text(readonly=True, help="Xero's own words, or what the check here found.")
    correlation_id = fields.Char(
        "Xero Correlation ID", readonly=True, help="Xero's support asks for it.")
    seconds = fields.Float("Duration (s)", digits=(16, 3), readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference("Record", model_field='res_model', readonly=True)
    document = fields.Char(readonly=True, help="Name of the record at the time.")

    _record_idx = models.Index("(res_model, res_id)")

    @api.depends('error_code')
    @api.depends_context('lang')
    def _compute_error_title(self):
        for row in self:
            row.error_title = row.error_code and self.env['account.move']._xero_error_text(
                row.error_code)[0]

    @api.model
    def _add(self, connection, direction, outcome, records, *, message=None, code=None,
             answer=None):
        """Log the same outcome for any number of records, with one insert.

        :param recordset connection: `xero.connection`
        :param str direction: a value of the field
        :param str outcome: a value of the field
        :param recordset records: what it is about; may be empty
        :param str message: Xero's own words
        :param str code: of the error catalogue
        :param answer: Xero's answer or the error it raised, for its correlation id and duration
        """
        common = {
            'connection_id': connection.id, 'direction': direction, 'outcome': outcome,
            'error_code': code, 'message': message,
            'correlation_id': getattr(answer, 'correlation_id', None),
            'seconds': getattr(answer, 'seconds', 0),
        }
        if not records:
            self.create(common)
        self.create([
            {**common, 'res_model': record._name, 'res_id': record.id,
             'document': record.display_name}
            for record in records
        ])

    def action_open_record(self):
        """:return: action that opens the document or partner that a row is about"""
        self.ensure_one()
        return {'type': 'ir.actions.act_window', 'res_model': self.res_model,
                'res_id': self.res_id, 'view_mode': 'form', 'views': [(False, 'form')]}

    @api.autovacuum
    def _gc_rows(self):
        name, default = KEEP_DAYS
        days = int(self.env['ir.config_parameter'].sudo().get_param(name) or default)
        old = self.search(
            [('create_date', '<', fields.Datetime.now() - timedelta(days=days))], limit=GC_BATCH)
        old.unlink()
        return len(old), len(old) == GC_BATCH
