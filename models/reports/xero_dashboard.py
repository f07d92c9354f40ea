"""What the dashboard draws. All of it is kept already; opening the dashboard adds nothing up."""
import json
from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools.date_utils import start_of
from odoo.tools.misc import format_date, formatLang

from .xero_figures import LATE
from .xero_ledger_books import PAYABLE, RECEIVABLE

#: Who sees what the books come to.
BOOKS = 'account_xero.group_xero_manager,account.group_account_readonly'
MONTHS = 12


@api.depends_context('lang', 'uid')
def compute_pictures(connections):
    """Compute what the dashboard draws, in a number of queries that does not grow."""
    connections.env['xero.dashboard']._compute(connections)


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    figures = fields.Json(readonly=True, copy=False)
    figures_at = fields.Datetime("Figures of", readonly=True, copy=False)
    sent_graph = fields.Text("Sent by Day", compute=compute_pictures)
    failed_graph = fields.Text("Failed by Day", compute=compute_pictures)
    sent_text = fields.Char("Sent and Failed", compute=compute_pictures)
    ageing_graph = fields.Text("Ageing of Receivables", compute=compute_pictures, groups=BOOKS)
    ageing_text = fields.Char("Receivables", compute=compute_pictures, groups=BOOKS)
    profit_graph = fields.Text("Profit by Month", compute=compute_pictures, groups=BOOKS)
    profit_text = fields.Char("Profit", compute=compute_pictures, groups=BOOKS)
    ledger_text = fields.Char("Ledgers", compute=compute_pictures, groups=BOOKS)
    ledger_level = fields.Char(compute=compute_pictures, groups=BOOKS)
    ledger_alert = fields.Char(compute=compute_pictures, groups=BOOKS)
    open_figures = fields.Json("Open Amounts", compute=compute_pictures, groups=BOOKS)

    def action_view_ledgers(self):
        """:return: action that shows both ledgers, account by account"""
        self.ensure_one()
        action = self.env['ir.actions.actions']._for_xml_id(
            'account_xero.action_xero_ledger_line')
        return {**action, 'domain': [('connection_id', '=', self.id)]}


class XeroDashboard(models.AbstractModel):
    _name = 'xero.dashboard'
    _description = "Pictures of the Dashboard"

    def _compute(self, connections):
        """
        :param recordset connections: `xero.connection`
        """
        rights = connections.sudo()
        profits, open_ = self._get_profits(rights), self._get_open(rights)
        for connection, known in zip(connections, rights, strict=True):
            connection.update({
                'sent_graph': self._draw_days(known, 'sent'),
                'failed_graph': self._draw_days(known, 'failed'),
                'sent_text': self._say_days(known)})
            connection.update({**self._get_books(known, profits.get(known)),
                               'open_figures': open_.get(known)})

    def _get_books(self, connection, profits):
        """:return: values of what the books of a connection come to"""
        ageing_graph, ageing_text = self._draw_ageing(
            connection, (connection.figures or {}).get('ageing'))
        profit_graph, profit_text = self._draw_profit(connection, profits)
        compared, ledger = connection.compare_ledgers, self.env['xero.ledger.line']
        return {
            'ageing_graph': ageing_graph, 'ageing_text': ageing_text,
            'profit_graph': profit_graph, 'profit_text': profit_text,
            'ledger_text': compared and ledger._get_text(connection),
            'ledger_level': compared and ledger._get_level(connection),
            'ledger_alert': compared and ledger._get_problem(connection)}

    def _say_days(self, connection):
        """:return: how many documents were sent and failed, or False"""
        figures = connection.figures
        return bool(figures) and self.env._(
            "Last 14 days: sent %(sent)s, failed %(failed)s",
            sent=sum(figures['sent'].values()), failed=sum(figures['failed'].values()))

    # === FIGURES === #

    def _get_profits(self, connections):
        """:return: {connection: {month: profit in Xero}} of those that fetch it"""
        found = defaultdict(dict)
        wanting = connections.filtered('profit_loss')
        since = start_of(fields.Date.context_today(self), 'month') - relativedelta(
            months=MONTHS - 1)
        for connection, month, amount in self.env['xero.profit.line'].sudo()._read_group(
                [('connection_id', 'in', wanting.ids), ('month', '>=', since)],
                ['connection_id', 'month:month'], ['amount:sum']) if wanting else ():
            found[connection][fields.Date.to_date(month)] = amount
        return found

    def _get_open(self, connections):
        """:return: {connection: list of what customers and vendors have open, on both sides} of
            those whose ledgers were compared"""
        found = defaultdict(list)
        titles = {RECEIVABLE: self.env._("Receivables"), PAYABLE: self.env._("Payables")}
        compared = connections.filtered('compare_ledgers')
        groups = self.env['xero.ledger.line'].sudo()._read_group([
            ('connection_id', 'in', compared.ids),
            ('xero_account_id.system_account', 'in', list(titles))],
            ['connection_id', 'xero_account_id.system_account'],
            ['odoo_balance:sum', 'xero_balance:sum']) if compared else ()
        for connection, name, here, there in sorted(groups, key=lambda group: group[1] == PAYABLE):
            sign = -1 if name == PAYABLE else 1
            found[connection].append({
                'title': titles[name], 'odoo': self._money(connection, sign * here),
                'xero': self._money(connection, sign * there)})
        return found

    # === PICTURES === #

    def _draw(self, title, values):
        """:param values: (label, value, whether it is a good one)
        :return: what Odoo's graph of journals draws"""
        return json.dumps([{'key': title, 'values': [
            {'label': label, 'value': value, 'type': 'future' if good else 'past'}
            for label, value, good in values]}])

    def _draw_days(self, connection, name):
        title = connection._fields[f'{name}_graph']._description_string(self.env)
        return self._draw(title, [
            (format_date(self.env, day, date_format='d'), count, name == 'sent')
            for day, count in ((connection.figures or {}).get(name) or {}).items()])

    def _draw_ageing(self, connection, amounts):
        """:return: the graph, and the same in words"""
        labels = [self.env._("Not due"), *(
            f'{first + 1}–{last}' for first, last in zip(LATE, LATE[1:], strict=False)),
            f'> {LATE[-1]}']
        text = amounts and self.env._(
            "Open: %(total)s, of which late: %(late)s",
            total=self._money(connection, sum(amounts)),
            late=self._money(connection, sum(amounts[1:])))
        return self._draw(self.env._("Days late"), [
            (label, amount, not place) for place, (label, amount) in enumerate(
                zip(labels, amounts or [], strict=False))]), text or False

    def _draw_profit(self, connection, months):
        """:return: the graph, and the same in words"""
        months = months or {}
        return self._draw(self.env._("Profit in Xero"), [
            (format_date(self.env, month, date_format='MMM yy'), amount, amount >= 0)
            for month, amount in sorted(months.items())]), bool(months) and self.env._(
                "Last 12 months: %s", self._money(connection, sum(months.values())))

    def _money(self, connection, amount):
        return formatLang(self.env, amount, currency_obj=connection.company_id.currency_id)
