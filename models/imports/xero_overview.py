"""What the dashboard says of a company: whether everything is in Xero, whether the books agree, and
what is to be done."""
from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import formatLang

from ..connection.xero_connection import ACTIVE_STATES
from ..core.kinds import XERO_KINDS
from ..core.problem import error_text
from ..documents.showing import list_documents

#: Rows of what is to be done, and causes that are looked at for it.
ROWS, CAUSES = 5, 100
#: What the documents are that are not in Xero as they are here.
LEFT_OUT = 'left_out'


@api.depends_context('lang', 'uid')
def compute_overview(connections):
    """Compute the fields of the dashboard, in a number of queries that does not grow."""
    connections.env['xero.overview']._compute(connections)


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    currency_id = fields.Many2one(related='company_id.currency_id')
    missing_count = fields.Integer("Not in Xero", compute=compute_overview)
    missing_amount = fields.Monetary("Amount Not in Xero", compute=compute_overview)
    missing_since = fields.Date("Oldest Not in Xero", compute=compute_overview)
    missing_text = fields.Char("Why Not in Xero", compute=compute_overview)
    differing_amount = fields.Monetary("Amount of What Differs", compute=compute_overview)
    todo = fields.Json("What Is to Be Done", compute=compute_overview)

    def action_view_missing(self):
        """:return: action that lists the documents that are not in Xero as they are here"""
        return list_documents(
            self.env, self.env._("Not in Xero"), list(self.env['xero.overview']._get_domain(self)))


class XeroOverview(models.AbstractModel):
    """The figures of the dashboard, each of which says nothing but what is known."""

    _name = 'xero.overview'
    _description = "Overview of the Sync"

    def _compute(self, connections):
        """
        :param recordset connections: `xero.connection`
        """
        missing = self._get_missing(connections)
        differing = self._get_differing(connections)
        unmatched, problems = self._get_unmatched(connections), self._get_problems(connections)
        costs = self._get_costs(connections)
        for connection in connections:
            company = connection.company_id
            states, amounts, since = missing[company]
            connection.missing_count = sum(states.values())
            connection.missing_amount = sum(amounts.values())
            connection.missing_since = min(since, default=False)
            connection.missing_text = self._say_missing(
                connection, states, problems[connection])
            connection.differing_amount = differing[company]
            rows = [*self._say_problems(connection, problems[connection]),
                    *self._say_waiting(connection, amounts['pending']),
                    *self._say_differences(connection, unmatched[connection]),
                    *self._say_costs(connection, costs[connection])]
            rows.sort(key=lambda row: -row['value'])
            connection.todo = rows[:ROWS]

    # === FIGURES === #

    def _get_domain(self, connections):
        """Find what is not in Xero, or not as it is here: what waits, what failed, and what was
        left out by a switch since the company was connected.

        :param recordset connections: `xero.connection`
        :rtype: Domain
        """
        left_out = Domain.OR(
            [('company_id', 'in', connection.company_id._xero_together().ids),
             ('create_date', '>=', connection.connected_at)]
            for connection in connections
            if connection.connected_at and connection.state in ACTIVE_STATES)
        return Domain('company_id', 'in', connections.company_id._xero_together().ids) & (
            Domain('xero_state', 'in', ('pending', 'failed'))
            | left_out & Domain([
                ('xero_state', '=', False), ('state', '=', 'posted'),
                ('move_type', 'in', list(XERO_KINDS)),
                ('commercial_partner_id.xero_exclude', '=', False)]))

    def _get_missing(self, connections):
        """
        :param recordset connections: `xero.connection`
        :return: {company: (numbers by state, amounts by state, oldest dates)}
        :rtype: dict
        """
        found = defaultdict(lambda: (Counter(), Counter(), []))
        groups = self.env['account.move'].sudo()._read_group(
            self._get_domain(connections), ['company_id', 'xero_state', 'move_type'],
            ['__count', 'amount_total_signed:sum', 'invoice_date:min'])
        for company, state, _kind, count, amount, oldest in groups:
            counts, amounts, since = found[company.with_env(self.env)._xero_owner()]
            counts[state or LEFT_OUT] += count
            amounts[state or LEFT_OUT] += abs(amount or 0)
            since += [oldest] if oldest else []
        return found

    def _get_differing(self, connections):
        """:return: {company: amount of the documents that differ, in its currency}"""
        amounts = Counter()
        for company, _kind, amount in self.env['account.move'].sudo()._read_group(
                [('company_id', 'in', connections.company_id._xero_together().ids),
                 ('xero_differs', '=', True)],
                ['company_id', 'move_type'], ['amount_total_signed:sum']):
            amounts[company.with_env(self.env)._xero_owner()] += abs(amount or 0)
        return amounts

    def _get_unmatched(self, connections):
        """:return: {connection: what the documents that are not here come to, in the currency of
            its company}"""
        amounts, today = Counter(), fields.Date.context_today(self)
        for connection, currency, total in self.env['xero.unmatched'].sudo()._read_group(
                [('connection_id', 'in', connections.ids), ('state', '=', 'waiting')],
                ['connection_id', 'currency_id'], ['total:sum']):
            own = connection.company_id.currency_id
            amounts[connection.with_env(self.env)] += (currency or own)._convert(
                total or 0, own, connection.company_id, today)
        return amounts

    def _get_costs(self, connections):
        """:return: {connection: the journals of what goods cost that Xero refused}: no document of
            theirs has failed, so they are among no problems"""
        found = defaultdict(self.env['xero.manual.journal'].browse)
        for journal in self.env['xero.manual.journal'].search([
                ('company_id', 'in', connections.company_id._xero_together().ids),
                ('xero_state', '=', 'failed'), ('journal_id.type', '=', 'sale')]):
            owner = journal.company_id._xero_owner()
            found[connections.filtered(lambda c, owner=owner: c.company_id == owner)] |= journal
        return found

    def _get_problems(self, connections):
        """:return: {connection: the causes by which most money is held up}"""
        found = defaultdict(self.env['xero.problem'].browse)
        for problem in self.env['xero.problem'].search(
                [('connection_id', 'in', connections.ids)], order='amount desc, id', limit=CAUSES):
            found[problem.connection_id] |= problem
        return found

    # === IN WORDS === #

    def _say_missing(self, connection, states, problems):
        """:return: why documents are not in Xero, or False"""
        parts = []
        if states['failed']:
            parts.append(self.env._(
                "%(count)s failed: %(cause)s.", count=states['failed'],
                cause=error_text(self.env, problems[:1].code)[0]) if problems else self.env._(
                "%s failed.", states['failed']))
        if states['pending']:
            parts.append(self.env._(
                "%(count)s wait: %(reason)s", count=states['pending'],
                reason=connection.waiting_reason or self.env._("they go out in a moment.")))
        if states[LEFT_OUT]:
            parts.append(self.env._("%s are sent by hand only.", states[LEFT_OUT]))
        return ' '.join(parts) or False

    def _say_problems(self, connection, problems):
        for problem in problems[:ROWS]:
            yield self._prepare_row(
                connection, error_text(self.env, problem.code)[0], problem.amount, problem.count,
                self.env._("Put right") if problem.fixable else self.env._("Show"), problem,
                'action_fix' if problem.fixable else 'action_view_documents',
                problem.target_name)

    def _say_waiting(self, connection, amount):
        """What only a person lets go on."""
        if connection.state in ('reauth', 'revoked'):
            yield self._prepare_row(
                connection, connection.state_help, amount, connection.pending_count,
                self.env._("Open"), self.env['xero.sign.in']._action_form(connection))
        elif connection.hold_sending and connection.has_access('write'):
            yield self._prepare_row(
                connection, connection.state_help, amount, connection.pending_count,
                self.env._("Start sending"), connection, 'action_resume')

    def _say_differences(self, connection, unmatched):
        """:param float unmatched: what the documents that are not here come to"""
        if connection.difference_count:
            action = self.env['ir.actions.actions']._for_xml_id(
                'account_xero.action_xero_difference')
            yield self._prepare_row(
                connection, self.env._("Xero and Odoo do not agree"), connection.differing_amount,
                connection.differing_count, self.env._("Decide"),
                {**action, 'domain': [('connection_id', '=', connection.id)]})
        if connection.unmatched_count:
            yield self._prepare_row(
                connection, self.env._("Documents of Xero are not here"), unmatched,
                connection.unmatched_count, self.env._("Match"), connection,
                'action_view_unmatched')

    def _say_costs(self, connection, journals):
        if journals:
            action = self.env['ir.actions.actions']._for_xml_id(
                'account_xero.action_xero_manual_journal')
            yield self._prepare_row(
                connection, self.env._("What goods cost was refused by Xero"),
                sum(journals.mapped('amount')), len(journals), self.env._("Show"),
                {**action, 'domain': [('id', 'in', journals.ids)]})

    def _prepare_row(self, connection, title, amount, count, button, target, method=None,
                     where=None):
        """
        :param recordset connection: one `xero.connection`
        :param str title: what it is about
        :param float amount: in the company's currency
        :param int count: of documents
        :param str button: what is pressed
        :param target: the action that it opens, or the record whose method it calls
        :param str method: of the record
        :param str where: the record on which it is put right, if there is one
        :return: a row of what is to be done, as the widget takes it
        :rtype: dict
        """
        documents = count and self.env._("Documents: %s", count)
        return {
            'title': title, 'detail': ' – '.join(filter(None, (where, documents))),
            'amount': formatLang(self.env, amount, currency_obj=connection.currency_id),
            'value': amount, 'button': button,
            **({'model': target._name, 'ids': target.ids, 'method': method} if method
               else {'action': target}),
        }
