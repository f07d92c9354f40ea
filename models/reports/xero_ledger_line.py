"""Whether both ledgers agree, account by account."""
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date, format_datetime, formatLang

from ..core.opening import in_company
from ..documents.showing import list_documents

#: Documents behind a reason that are listed, the newest first.
MOST_LISTED = 5000
#: What no document explains, but how each side counts.
WITHOUT_DOCUMENTS = ('clearing', 'cents', 'gains')


class XeroLedgerLine(models.Model):
    """What an account comes to in Odoo and in Xero, at the end of a day."""

    _name = 'xero.ledger.line'
    _inherit = 'xero.organisation.mixin'
    _description = "Account of Both Ledgers"
    _order = 'connection_id, sequence, name, id'
    _rec_name = 'name'

    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    date = fields.Date("At the End Of", required=True, readonly=True)
    kind = fields.Selection(
        [
            ('account', "Account"), ('retained', "Retained earnings"),
            ('current', "Current year's earnings"), ('unrealised', "Unrealised currency gains"),
            ('rounding', "Cents of rounding"),
        ], required=True, default='account', readonly=True)
    sequence = fields.Integer(compute='_compute_sequence', store=True)
    name = fields.Char("Account", readonly=True)
    xero_account_id = fields.Many2one(
        'xero.account', "Account in Xero", readonly=True, ondelete='set null')
    account_ids = fields.Many2many(
        'account.account', string="Accounts in Odoo", readonly=True,
        help="Those whose items are on the account in Xero.")
    is_profit = fields.Boolean("Income or Expense", readonly=True)
    odoo_balance = fields.Monetary(
        "In Odoo", readonly=True, help="Debit less credit, in the company's currency: of income "
        "and expenses since the financial year began in Xero, of all else since ever.")
    xero_balance = fields.Monetary("In Xero", readonly=True, help="The same in Xero.")
    difference = fields.Monetary(readonly=True, help="In Odoo less in Xero.")
    explained = fields.Monetary(
        readonly=True, help="What of it comes of documents that only one side has, of listed "
                            "differences and of Xero's daily rates.")
    unexplained = fields.Monetary(
        readonly=True, help="What is left, and has to be looked for on both sides.")

    @api.depends('kind')
    def _compute_sequence(self):
        kinds = [kind for kind, _label in self._fields['kind'].selection]
        for line in self:
            line.sequence = kinds.index(line.kind)

    reason_ids = fields.One2many('xero.ledger.reason', 'line_id', "Explained By", readonly=True)

    # === ACTIONS === #

    def action_view_items(self):
        """:return: action that lists the journal items in Odoo of an account"""
        self.ensure_one()
        return in_company({
            'type': 'ir.actions.act_window',
            'name': self.env._("%(account)s in Odoo", account=self.name),
            'res_model': 'account.move.line',
            'view_mode': 'list,form',
            'domain': [
                ('account_id', 'in', self.account_ids.ids), ('parent_state', '=', 'posted'),
                ('company_id', 'in', self.company_id._xero_together().ids),
                ('date', '<=', self.date)],
            'context': {'create': False},
        }, self.company_id)

    # === IN WORDS === #

    @api.model
    def get_standing(self):
        """Say how the ledgers of the companies that are ticked stand.

        :return: list of {text, problem} for the top of the page, a company each
        """
        self.check_access('read')
        connections = self.env['xero.connection'].sudo().search([
            ('company_id', 'in', self.env['res.company']._xero_owners_of(self.env.companies.ids)),
            ('compare_ledgers', '=', True)])
        return [{'id': c.id, 'company': len(connections) > 1 and c.company_id.name,
                 'text': self._get_text(c), 'problem': self._get_problem(c),
                 'level': self._get_level(c)} for c in connections]

    def _get_problem(self, connection):
        """
        :param recordset connection: one `xero.connection`, with all rights
        :return: why there are no newer figures, and what helps; empty where there may be
        """
        if connection.state != 'connected':
            return connection.state_help or ''
        service = self.env['xero.ledger.compare']
        if not self.env['xero.scope'].sudo()._is_allowed(connection, service._get_scope()):
            return self.env._(
                "Xero has not allowed the trial balance yet. Press Sign in again on the "
                "connection, and allow it on Xero's page.")
        return connection.ledger_problem or ''

    def _get_text(self, connection):
        """
        :param recordset connection: one `xero.connection`, with all rights
        :return: what the last comparison has found
        """
        if not connection.ledger_date:
            return self.env._("Not compared yet")
        parts = [self.env._(
            "Ledgers agree on %(agreeing)s of %(count)s accounts at the end of %(date)s.",
            agreeing=connection.ledger_agreeing, count=connection.ledger_count,
            date=format_date(self.env, connection.ledger_date))]
        if connection.ledger_cents:
            parts.append(self.env._(
                "Cents of rounding of amounts in other currencies: %s.", formatLang(
                    self.env, connection.ledger_cents,
                    currency_obj=connection.company_id.currency_id)))
        differing = connection.ledger_count - connection.ledger_agreeing
        if differing:
            parts.append(self.env._(
                "Explained: %(explained)s. Not explained: %(rest)s.",
                explained=differing - connection.ledger_unexplained,
                rest=connection.ledger_unexplained))
        parts.append(self.env._(
            "Compared %s", format_datetime(
                self.env, connection.ledger_compared_at, dt_format='short')))
        return ' '.join(parts)

    def _get_level(self, connection):
        """:return: how a comparison is shown: as muted, success, warning or danger"""
        if not connection.ledger_date or not connection.ledger_count:
            return 'muted'
        if connection.ledger_unexplained:
            return 'danger'
        return 'success' if connection.ledger_agreeing == connection.ledger_count else 'warning'

    # === ORGANISATION === #

    def _xero_settings_changed(self, connections, before):
        # OVERRIDES 'account_xero'
        changed = connections.filtered(lambda c: 'compare_ledgers' in before[c]
                                       and before[c]['compare_ledgers'] != c.compare_ledgers)
        for connection in changed.filtered(lambda c: not c.compare_ledgers):
            self._xero_forget(connection)
        self.env['xero.ledger.compare']._request(changed.filtered(
            lambda c: c.compare_ledgers and c.state == 'connected'))

    def _xero_start_over(self, connection):
        # OVERRIDES 'account_xero'
        self._xero_forget(connection)

    def _xero_forget(self, connection):
        # EXTENDS 'account_xero'
        connection.sudo().write({
            'ledger_date': False, 'ledger_compared_at': False, 'ledger_problem': False,
            'ledger_wanted': False, 'ledger_count': 0, 'ledger_agreeing': 0,
            'ledger_unexplained': 0, 'ledger_cents': 0})
        return super()._xero_forget(connection)


class XeroLedgerReason(models.Model):
    """What explains a part of the difference of an account."""

    _name = 'xero.ledger.reason'
    _description = "Reason Why Ledgers Differ"
    _order = 'line_id, id'
    _rec_name = 'reason'

    line_id = fields.Many2one(
        'xero.ledger.line', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(related='line_id.company_id', store=True)
    currency_id = fields.Many2one(related='line_id.currency_id')
    reason = fields.Selection(
        [
            ('pending', "Waiting to be sent"), ('failed', "Failed"),
            ('draft', "Draft in Xero"), ('changed', "Changed since it was sent"),
            ('differs', "Differs from Xero"), ('voided', "Voided in Xero"),
            ('payment', "Payments not in Xero"), ('there', "Only in Xero"),
            ('before', "Older than the connection"), ('excluded', "Partner excluded from Xero"),
            ('left_out', "Not sent by itself"), ('entry', "Journal entries not in Xero"),
            ('cost', "Cost of what was sold, not in Xero"),
            ('clearing', "Bank account in Xero that no journal here is"),
            ('cents', "Cents of rounding of amounts in other currencies"),
            ('gains', "Rate of the day in Xero, without a document"),
        ], "What It Comes Of", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)

    def action_view_documents(self):
        """:return: action that lists the documents behind it, as they are now"""
        self.ensure_one()
        line = self.line_id
        if self.reason in WITHOUT_DOCUMENTS:
            return line.action_view_items()
        if self.reason == 'there':
            action = self.env['ir.actions.actions']._for_xml_id(
                'account_xero.action_xero_unmatched')
            return in_company({**action, 'domain': [
                ('connection_id', '=', line.connection_id.id), ('date', '<=', line.date),
            ]}, line.company_id)
        connection = line.connection_id.sudo()
        connection = connection.with_company(connection.company_id)
        service = self.env['xero.ledger.explain'].sudo()
        moves = service._get_changed(connection, line.date).filtered(
            lambda move: move.xero_differs == (self.reason == 'differs')) \
            if self.reason in ('differs', 'changed') else self.env['account.move'].sudo().search(
                service._get_domains(connection)[self.reason] & Domain([
                    ('date', '<=', line.date),
                    *([('line_ids.account_id', 'in', line.account_ids.ids)]
                      if line.account_ids else [])]), limit=MOST_LISTED)
        label = dict(self._fields['reason']._description_selection(self.env))[self.reason]
        return in_company({
            **list_documents(self.env, label, [('id', 'in', moves.ids)]),
        }, line.company_id)
