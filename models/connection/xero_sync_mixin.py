import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..core.kinds import RETRY_DELAYS
from ..core.problem import Problem, error_selection
from ..core.words import column_value, joined


class XeroSyncMixin(models.AbstractModel):
    """A record that is brought to Xero: it waits, it is there, or it was refused, and why.

    The revision is drawn anew whenever the record is queued. What was sent carries the one of its
    time, so that an answer to an older state does not make the record synced.
    """

    _name = 'xero.sync.mixin'
    _inherit = 'xero.guard.mixin'
    _description = "Brought to Xero"

    xero_state = fields.Selection(
        [('pending', "Pending"), ('synced', "Synced to Xero"), ('failed', "Sync failed")],
        string="Xero", copy=False, prefetch='xero', readonly=True, index='btree_not_null')
    xero_manual = fields.Boolean(
        "Sent to Xero by Hand", copy=False, prefetch='xero', readonly=True,
        help="Somebody asked for it, so it goes out whatever the switches say.")
    xero_revision = fields.Char(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="Drawn anew whenever it is queued. An answer to what was sent under an older revision "
             "does not make it synced.")
    xero_payload_hash = fields.Char(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="Fingerprint of what Xero has; an equal one needs no call.")
    xero_attempts = fields.Integer(copy=False, prefetch='xero', readonly=True)
    xero_error_code = fields.Selection(
        '_xero_selection_error', "Xero Problem", copy=False, prefetch='xero', readonly=True)
    xero_error_message = fields.Text(
        "Xero Error", copy=False, prefetch='xero', readonly=True, translate=True)
    xero_error_target = fields.Char(
        copy=False, prefetch='xero', readonly=True,
        help="Record on which the error is put right: model,id.")
    xero_last_push = fields.Datetime(
        "Last Push to Xero", copy=False, prefetch='xero', readonly=True)

    @api.model
    def _xero_selection_error(self):
        """:return: the codes under which records fail, each with its title
        :rtype: list(tuple(str, str))"""
        return error_selection(self.env)

    # === INTO THE QUEUE === #

    def _xero_queue_values(self, manual=False):
        """Return what makes records wait for the next push.

        :param bool manual: somebody asked for it, so switches and used-up attempts do not count
        :rtype: dict
        """
        return {
            'xero_state': 'pending',
            'xero_revision': uuid.uuid4().hex[:12],
            'xero_attempts': 0,
            'xero_error_code': False,
            'xero_error_message': False,
            'xero_error_target': False,
            **({'xero_manual': True} if manual else {}),
        }

    def _xero_check_may_sync(self):
        """:raise AccessError: the user may not send these to Xero"""
        if not self.env.user.has_group('account_xero.group_xero_user'):
            raise AccessError(self.env._("Ask for the right “Xero: Synchronise” to do this."))
        self.check_access('read')

    # === WHAT BECAME OF IT === #

    def _xero_success(self):
        """:return: values of a record that Xero has as it is here
        :rtype: dict"""
        return {
            'xero_state': 'synced', 'xero_manual': False, 'xero_attempts': 0,
            'xero_error_code': None, 'xero_error_message': None, 'xero_error_target': None}

    def _xero_failure(self, problem):
        """
        :param Problem problem: why it is not in Xero as it is here
        :return: values of a record that has it
        :rtype: dict
        """
        return {
            'xero_state': 'failed', 'xero_manual': False, 'xero_error_code': problem.code,
            'xero_error_message': problem.words,
            'xero_error_target': problem.model and f'{problem.model},{problem.res_id}',
        }

    def _xero_fail(self, problems, revision=None, answer=None):
        """Take a record out of the queue and say why.

        :param list(Problem) problems: at least one
        :param str revision: of what was sent; a record that has changed since gets another try
        :param answer: Xero's Answer or XeroError, if there was a call
        """
        self.ensure_one()
        if self.xero_state == 'pending' and revision in (None, self.xero_revision):
            self._xero_store([(self, {
                **self._xero_failure(problems[0]),
                'xero_error_message': joined('\n', [problem.words for problem in problems]),
            })], answer)

    @api.model
    def _xero_fail_faulty(self, faults):
        """Fail records that cannot be prepared.

        :param list faults: (record, exception), as of :func:`.apart.apart`
        """
        for record, error in faults:
            record._xero_fail([Problem.of_fault(record, error)])

    def _xero_count_attempt(self, error):
        """Count an attempt that reached Xero and had no clear end; the last one fails a record.

        :param XeroError error: what it ended with
        :return: how many attempts the one with the most of them has had
        :rtype: int
        """
        rows = []
        for record in self:
            values = {'xero_attempts': record.xero_attempts + 1}
            if values['xero_attempts'] > len(RETRY_DELAYS):
                values.update(record._xero_failure(Problem('transient', error.message)))
            rows.append((record, values))
        self._xero_store(rows, error)
        return max((values['xero_attempts'] for _record, values in rows), default=0)

    def _xero_stored_problem(self):
        """:return: the problem for which this record has failed
        :rtype: Problem"""
        model, _comma, res_id = (self.xero_error_target or '').partition(',')
        return Problem(self.xero_error_code or 'validation_error', self.xero_error_message or '',
                       model or None, int(res_id) if res_id else None)

    # === STORING IT === #

    def _xero_store(self, rows, answer=None):
        """Write and log what became of any number of records, in few statements.

        `write` of documents and payments checks lock dates, hashes and balances of each record;
        none of that concerns these columns, and it would cost more than the push itself.

        :param list rows: (record, values of stored fields, None for an empty one; those that are
            translated are kept in each language)
        :param answer: Xero's Answer or XeroError, if it is the outcome of a call
        """
        self._xero_store_columns(rows)
        self.env['xero.log'].sudo()._add_pushes([
            (record, values) for record, values in rows
            if values.get('xero_state') or values.get('xero_attempts')], answer)

    @api.model
    def _xero_store_columns(self, rows):
        """As :meth:`_xero_store`, without a word in the log.

        :param list rows: (record, values of stored fields)
        """
        by_columns = {}
        for record, values in rows:
            by_columns.setdefault(tuple(sorted(values)), []).append((record.id, values))
        written = list({column for columns in by_columns for column in columns})
        self.flush_model([*written, 'xero_revision'])
        for columns, group in by_columns.items():
            self.env.cr.execute(SQL(
                "UPDATE %s AS old SET %s FROM (VALUES %s) AS new (id, %s) WHERE old.id = new.id",
                SQL.identifier(self._table),
                SQL(', ').join(SQL(
                    "%s = new.%s::" + self._fields[column].column_type[1],
                    SQL.identifier(column), SQL.identifier(column)) for column in columns),
                SQL(', ').join(SQL("%s", (record_id, *(
                    self._xero_column_value(column, values[column]) for column in columns)))
                    for record_id, values in group),
                SQL(', ').join(map(SQL.identifier, columns)),
            ))
        records = self.browse(record.id for record, _values in rows)
        records.invalidate_recordset(self._xero_stored_with(written))

    @api.model
    def _xero_column_value(self, column, value):
        """:return: a value, as :meth:`_xero_store` gets it, as the column has it"""
        return column_value(self.env, value) if self._fields[column].translate else value

    @api.model
    def _xero_stored_with(self, columns):
        """Return the fields whose values are not known any more once some columns are written.

        :param list columns: names of stored fields
        :rtype: list(str)
        """
        return columns

    def _xero_log_subject(self):
        """:return: what the log says of this record: the record that it is about, and its name
        :rtype: tuple(recordset, str)"""
        return self, self.display_name
