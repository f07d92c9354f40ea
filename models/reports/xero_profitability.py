"""What each customer brings and costs, month by month, by Odoo's own books."""
from odoo import fields, models
from odoo.tools import SQL

from ..core.opening import open_record

#: Documents whose lines are their customer's, whatever analytic accounts they have.
SALES = ('out_invoice', 'out_refund', 'out_receipt')


class XeroProfitability(models.Model):
    """A posted line of profit and loss, or the part of it that is one customer's.

    Lines of sales documents belong to their customer. Of all others (bills, expenses, journal
    entries) the customer's part is what stands on analytic accounts of that customer, of whatever
    plan; where accounts of several plans have a customer, it is the first plan's. The rest has no
    customer, so that all rows together are the profit in Odoo's books, and nothing counts twice.
    """

    _name = 'xero.profitability'
    _description = "Profitability by Customer"
    _auto = False
    _order = 'date desc, id desc'
    _rec_name = 'move_id'
    _depends = {
        'account.account': ['account_type'],
        'account.analytic.account': ['partner_id'],
        'account.analytic.line': ['account_id', 'amount', 'move_line_id'],
        'account.move': ['move_type'],
        'account.move.line': ['account_id', 'balance', 'company_id', 'date', 'move_id',
                              'parent_state', 'partner_id'],
        'res.partner': ['commercial_partner_id'],
        'xero.connection': ['company_id'],
    }

    connection_id = fields.Many2one('xero.connection', readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    date = fields.Date(readonly=True)
    partner_id = fields.Many2one(
        'res.partner', "Customer", readonly=True,
        help="None: what stands on no invoice to a customer and on no customer's analytic account.")
    move_id = fields.Many2one('account.move', "Document", readonly=True)
    account_id = fields.Many2one('account.account', readonly=True)
    revenue = fields.Monetary(readonly=True)
    cost = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True, help="Revenue less cost.")
    margin_percent = fields.Float(
        "Margin (%)", readonly=True, aggregator='avg', help="Of the revenue.")

    @property
    def _table_query(self):
        owners = SQL(', ').join(SQL("%s", pair) for pair in (
            *self.env['res.company']._xero_owners().items(), (0, 0)))
        return SQL(
            """SELECT part.id,
                      connection.id AS connection_id,
                      part.company_id,
                      part.date,
                      part.partner_id,
                      part.move_id,
                      part.account_id,
                      CASE WHEN account.account_type LIKE 'income%%'
                           THEN part.margin ELSE 0 END AS revenue,
                      CASE WHEN account.account_type LIKE 'income%%'
                           THEN 0 ELSE -part.margin END AS cost,
                      part.margin,
                      CASE WHEN account.account_type LIKE 'income%%'
                           THEN 100 ELSE 0 END AS margin_percent
                 FROM (%s) AS part
                 JOIN account_account account
                   ON account.id = part.account_id
                  AND (account.account_type LIKE 'income%%'
                       OR account.account_type LIKE 'expense%%')
                 JOIN (VALUES %s) AS owned (company_id, owner_id)
                   ON owned.company_id = part.company_id
                 JOIN xero_connection connection ON connection.company_id = owned.owner_id""",
            self._parts(), owners)

    def _read_group_select(self, aggregate_spec, query):
        # EXTENDS 'base': of several rows, the percentage of their sums
        if aggregate_spec != 'margin_percent:avg':
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "COALESCE(100 * SUM(%s) / NULLIF(SUM(%s), 0), 0)",
            self._field_to_sql(self._table, 'margin', query),
            self._field_to_sql(self._table, 'revenue', query))

    # === QUERY === #

    def _parts(self):
        """
        :return: rows of sales documents, one select for each plan that the analytic lines of others
            may have a customer by, and what is left of these
        :rtype: SQL
        """
        project, others = self.env['account.analytic.plan'].sudo()._get_all_plans()
        columns = [plan._strict_column_name() for plan in (*project, *others.sorted('id'))]
        analytic = self.env['account.analytic.line']
        columns = [name for name in columns if name in analytic._fields]
        return SQL(" UNION ALL ").join((
            self._sales(), *(self._costs(columns[:number], column)
                             for number, column in enumerate(columns)), self._rest(columns)))

    def _sales(self):
        return SQL(
            """SELECT line.id::bigint * 3 AS id, line.date, line.company_id,
                      partner.commercial_partner_id AS partner_id,
                      line.move_id, line.account_id, -line.balance AS margin
                 FROM account_move_line line
                 JOIN account_move move ON move.id = line.move_id
            LEFT JOIN res_partner partner ON partner.id = line.partner_id
                WHERE line.parent_state = 'posted' AND move.move_type IN %s""", SALES)

    def _costs(self, before, column):
        """
        :param list before: columns of the plans that come first
        :param str column: of the plan by whose accounts the customer is found
        :rtype: SQL
        """
        return SQL(
            """SELECT part.id::bigint * 3 + 1, line.date, line.company_id,
                      partner.commercial_partner_id, line.move_id, line.account_id, part.amount
                 FROM account_analytic_line part
                 JOIN account_move_line line ON line.id = part.move_line_id
                 JOIN account_move move ON move.id = line.move_id
                 JOIN account_analytic_account analytic ON analytic.id = part.%s
                 JOIN res_partner partner ON partner.id = analytic.partner_id
                      %s
                WHERE line.parent_state = 'posted' AND move.move_type NOT IN %s AND %s IS NULL""",
            SQL.identifier(column), self._join_customers(before), SALES, self._customer(before))

    def _rest(self, columns):
        return SQL(
            """SELECT line.id::bigint * 3 + 2, line.date, line.company_id,
                      NULL::integer, line.move_id, line.account_id,
                      -line.balance - COALESCE(taken.amount, 0)
                 FROM account_move_line line
                 JOIN account_move move ON move.id = line.move_id
    LEFT JOIN LATERAL (SELECT SUM(part.amount) AS amount
                         FROM account_analytic_line part
                              %s
                        WHERE part.move_line_id = line.id AND %s IS NOT NULL) taken ON TRUE
                WHERE line.parent_state = 'posted' AND move.move_type NOT IN %s
                  AND -line.balance <> COALESCE(taken.amount, 0)""",
            self._join_customers(columns), self._customer(columns), SALES)

    def _join_customers(self, columns):
        """:return: joins of the analytic accounts in some columns of ``part``"""
        return SQL(" ").join(SQL(
            "LEFT JOIN account_analytic_account %s ON %s = %s", SQL.identifier(f'by_{column}'),
            SQL.identifier(f'by_{column}', 'id'), SQL.identifier('part', column))
            for column in columns)

    def _customer(self, columns):
        """:return: the customer of these, or null"""
        return SQL("COALESCE(%s)", SQL(', ').join((
            *(SQL.identifier(f'by_{column}', 'partner_id') for column in columns), SQL("NULL"))))

    # === ACTIONS === #

    def action_open_document(self):
        """:return: action that opens the document, or the journal entry"""
        self.ensure_one()
        return open_record(self.move_id, self.company_id)
