"""Figures for the pictures of the dashboard, kept from hour to hour: opening it adds nothing up."""
from collections import defaultdict
from datetime import timedelta

from odoo import fields, models

from ..documents.account_payment_plan import decimal_of

#: Days that are shown, and after which the figures are made anew.
DAYS, LIFE = 14, timedelta(hours=1)
#: Days by which what customers owe is late: not yet, up to these, and longer.
LATE = (0, 30, 60, 90)


class XeroFigures(models.AbstractModel):
    """What the dashboard draws, worked out in the organisation's scheduled action."""

    _name = 'xero.figures'
    _inherit = 'xero.scheduled'
    _description = "Figures for the Dashboard"

    # After all that it counts.
    _schedule_sequence = 90

    def _get_due(self, connections):
        # OVERRIDES 'account_xero'
        old = fields.Datetime.now() - LIFE
        return connections.filtered(
            lambda c: c.state == 'connected' and (not c.figures_at or c.figures_at <= old))

    def _run(self, connection):
        # OVERRIDES 'account_xero'
        connection._commit_with_retry(self._renew, connection)

    def _renew(self, connection):
        """
        :param recordset connection: one `xero.connection`, with all rights and in its company
        """
        today = connection.company_id._xero_today()
        connection.write({
            'figures': {**self._get_days(connection, today), **self._get_ageing(connection, today)},
            'figures_at': fields.Datetime.now()})

    def _get_days(self, connection, today):
        """:return: {'sent', 'failed': {day: number}} of the documents of the last days"""
        days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
        counts = {'success': dict.fromkeys(map(str, days), 0),
                  'failure': dict.fromkeys(map(str, days), 0)}
        zone = connection.company_id.partner_id.tz or self.env.user.tz
        for moment, outcome, count in self.env['xero.log'].with_context(tz=zone)._read_group([
                ('connection_id', '=', connection.id), ('direction', '=', 'push'),
                ('res_model', '=', 'account.move'), ('outcome', 'in', tuple(counts)),
                ('create_date', '>=', days[0] - timedelta(days=1)),
        ], ['create_date:day', 'outcome'], ['res_id:count_distinct']):
            day = str(fields.Date.to_date(moment))
            if day in counts[outcome]:
                counts[outcome][day] = count
        return {'sent': counts['success'], 'failed': counts['failure']}

    def _get_ageing(self, connection, today):
        """:return: {'ageing': [amount]} of what customers owe: not due yet, and by how late"""
        sums, currency = defaultdict(float), connection.company_id.currency_id
        for due, amount in self.env['account.move.line']._read_group([
                ('account_id.account_type', '=', 'asset_receivable'), ('reconciled', '=', False),
                ('parent_state', '=', 'posted'),
                ('company_id', 'in', connection.company_id._xero_together().ids),
        ], ['date_maturity:day'], ['amount_residual:sum']):
            late = (today - fields.Date.to_date(due)).days if due else 0
            sums[sum(late > limit for limit in LATE)] += amount
        return {'ageing': [float(decimal_of(currency, sums[place]))
                           for place in range(len(LATE) + 1)]}
