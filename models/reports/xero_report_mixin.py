"""When a report is fetched, and what becomes of it where Xero does not give it."""
from odoo import fields, models

from ...xero.errors import XeroRejected, XeroScopeMissing
from ...xero.scopes import permission_of
from ..connection.xero_budget import DAY_RESERVE


class XeroReportMixin(models.AbstractModel):
    """A report that is fetched every night, and when somebody asks for it.

    Whatever inherits this is `xero.scheduled`, too.
    """

    _name = 'xero.report.mixin'
    _description = "Report of Xero"

    #: Where the report is, and the switch of the connection.
    _report_path = None
    _report_switch = None

    # === WHEN === #

    def _get_due(self, connections):
        """:return: those whose report somebody wants, or has not been fetched since the night"""
        now = fields.Datetime.now()
        scopes, budgets = self.env['xero.scope'].sudo(), self.env['xero.budget']
        wanting = self.env['xero.schedule']._get_free(connections).filtered(self._report_switch)
        cursors = self.env['xero.cursor'].sudo().search([
            ('connection_id', 'in', wanting.ids), ('path', '=', self._report_path),
        ]).grouped('connection_id') if wanting else {}
        return wanting.filtered(
            lambda c: scopes._is_allowed(c.sudo(), self._get_scope())
            and budgets._get_left_today(c) > DAY_RESERVE
            and self._is_due(cursors.get(c), c, now))

    def _is_due(self, cursor, connection, now):
        return not cursor or cursor.wanted or not cursor.polled_at or (
            cursor.polled_at < self.env['xero.pull.night']._get_night(connection, now, -1))

    def _request(self, connections):
        """Have the report fetched in a moment.

        :param recordset connections: `xero.connection`
        """
        for connection in connections:
            self._cursor(connection).wanted = True
        connections._trigger_cron()

    def _cursor(self, connection):
        return self.env['xero.cursor'].sudo()._get_or_create(connection, [self._report_path])

    def _get_scope(self):
        """:return: what Xero has to allow"""
        return permission_of(self._report_path).scope

    # === FETCH === #

    def _run(self, connection):
        # OVERRIDES 'account_xero'
        try:
            self._fetch_all(connection)
        except XeroScopeMissing:
            # The sign-in is good for all the rest.
            connection._commit_with_retry(
                self.env['xero.scope']._forget, connection,
                self._get_scope().removesuffix('.read'))
        except XeroRejected as error:
            self._refuse(connection, error)
        connection._commit_with_retry(self._end, connection)

    def _fetch_all(self, connection):
        """Ask for all of the report, and keep it.

        :param recordset connection: one `xero.connection`
        :raise XeroError: Xero does not give it
        :raise TimeBudgetExceeded: this run has no time for more
        """
        raise NotImplementedError

    def _refuse(self, connection, error):
        """Undo what is not kept yet, and say that Xero has refused it.

        :param recordset connection: one `xero.connection`
        :param XeroRejected error: the refusal
        """
        self.env.cr.rollback()
        self.env['xero.health']._report_error(connection, error)
        connection._commit_with_retry(self._give_up, connection, error)

    def _give_up(self, connection, error):
        """Keep that Xero has refused it, where it is shown.

        :param recordset connection: one `xero.connection`
        :param XeroRejected error: the refusal
        """

    def _end(self, connection):
        """All of it is here, or Xero has refused it: the rest of the day is quiet.

        :param recordset connection: one `xero.connection`
        """
        self._cursor(connection).write({'polled_at': fields.Datetime.now(), 'wanted': False})

    def _get_accounts(self, connection):
        """:return: {identifier: `xero.account`} of the organisation, archived ones, too"""
        return {account.xero_id: account for account in self.env['xero.account'].with_context(
            active_test=False).search([('connection_id', '=', connection.id)])}
