from odoo import api, fields, models
from odoo.tools import SQL

from ..core.opening import in_company
from ..core.problem import OWN_TARGETS, error_selection, error_text
from .showing import NAMED, and_more, list_documents


class XeroProblem(models.Model):
    """Documents that failed for the same cause, as one row. It is gone as soon as none is left."""

    _name = 'xero.problem'
    _description = "Xero Problem"
    _auto = False
    _order = 'count desc, id'
    _rec_name = 'code'
    _depends = {
        'account.move': ['amount_total_signed', 'company_id', 'name', 'xero_state',
                         'xero_error_code', 'xero_error_message', 'xero_error_target'],
        'xero.connection': ['company_id'],
    }

    connection_id = fields.Many2one('xero.connection', readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    code = fields.Selection('_selection_code', "Problem", readonly=True)
    message = fields.Text("What is wrong", readonly=True, translate=True)
    target = fields.Char(readonly=True)
    count = fields.Integer("How Many", readonly=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    amount = fields.Monetary(readonly=True, help="In the company's currency.")
    names = fields.Char(readonly=True)
    documents = fields.Char(compute='_compute_documents')
    fix = fields.Char("What to do", compute='_compute_fix')
    target_name = fields.Char("Where", compute='_compute_target_name')
    fixable = fields.Boolean("Can Be Put Right", compute='_compute_fixable')
    can_ask = fields.Boolean(compute='_compute_fix')

    @property
    def _table_query(self):
        target = SQL("split_part(COALESCE(move.xero_error_target, ''), ',', 1)")
        owners = SQL(', ').join(SQL("%s", pair) for pair in (
            *self.env['res.company']._xero_owners().items(), (0, 0)))
        own = SQL("%s IN %s", target, tuple(model or '' for model in OWN_TARGETS))
        return SQL(
            """SELECT min(move.id) AS id,
                      connection.id AS connection_id,
                      move.company_id AS company_id,
                      move.xero_error_code AS code,
                      (array_agg(move.xero_error_message ORDER BY move.id))[1] AS message,
                      CASE WHEN count(DISTINCT move.xero_error_target) = 1
                           THEN min(move.xero_error_target) END AS target,
                      count(*) AS count,
                      sum(abs(COALESCE(move.amount_total_signed, 0))) AS amount,
                      array_to_string((array_agg(move.name ORDER BY move.id))[1:%s], ', ')
                          AS names
                 FROM account_move move
                 JOIN (VALUES %s) AS owned (company_id, owner_id)
                   ON owned.company_id = move.company_id
                 JOIN xero_connection connection ON connection.company_id = owned.owner_id
                WHERE move.xero_state = 'failed'
             GROUP BY connection.id, move.company_id, move.xero_error_code,
                      CASE WHEN %s THEN move.xero_error_message ->> 'en_US'
                           ELSE move.xero_error_target END""",
            NAMED, owners, own)

    @api.model
    def _selection_code(self):
        return error_selection(self.env)

    @api.depends('count', 'names')
    def _compute_documents(self):
        for problem in self:
            problem.documents = and_more(self.env, problem.names, problem.count)

    @api.depends('code', 'fixable')
    @api.depends_context('lang', 'uid')
    def _compute_fix(self):
        ask = self.env['xero.ask']
        for problem in self:
            fix, target = error_text(self.env, problem.code)[1], problem._target()
            elsewhere = not problem.fixable and (
                problem.target or self.env['xero.alert']._is_elsewhere(problem.code))
            helper = elsewhere and ask._get_helper(problem.company_id, target)
            problem.fix = ask._get_fix(problem.company_id, fix, target) if elsewhere else fix
            problem.can_ask = bool(helper)

    @api.depends('target')
    def _compute_target_name(self):
        for problem in self:
            target = problem._target()
            problem.target_name = target and target.display_name

    @api.depends('target', 'code')
    @api.depends_context('uid')
    def _compute_fixable(self):
        for problem in self:
            problem.fixable = self._is_fixable(problem._target(), problem.code)

    @api.model
    def get_empty_list_help(self, help_message):
        # EXTENDS 'base'
        return super().get_empty_list_help(
            self.env['xero.standing']._empty_help(help_message))

    def _target(self):
        """:return: the record on which the problem is put right, or None"""
        model, _comma, res_id = (self.target or '').partition(',')
        record = self.env[model].browse(int(res_id)).exists() if model in self.env else None
        return record if record and record.has_access('read') else None

    @api.model
    def _is_fixable(self, target, code=None):
        """Tell whether the user can put something right on a record, so that no button leads to one
        that is refused or that nothing can be changed on.

        :param target: record of any model, or None
        :param str code: of the error catalogue
        :rtype: bool
        """
        if self.env['xero.cure']._is_mapping(target, code):
            return not self.env['xero.ask']._needs_help(target)
        # A partner's form has the link to its contact, for which no right to change it is needed.
        return bool(target) and target.has_access(
            'read' if target._name == 'res.partner' else 'write')

    def _moves(self):
        """:return: the documents that have failed for these causes"""
        moves = self.env['account.move']
        for problem in self.exists():
            first = moves.browse(problem.id)
            cause = first.sudo()._xero_stored_problem().cause
            moves |= moves.search([
                ('company_id', '=', problem.company_id.id), ('xero_state', '=', 'failed'),
                ('xero_error_code', '=', problem.code),
                ('xero_error_message', '=', first.sudo().xero_error_message)
                if len(cause) == 2 else
                ('xero_error_target', '=', first.sudo().xero_error_target),
            ])
        return moves

    def action_fix(self):
        """:return: action that opens what puts the problem right; the documents, where that is
            gone"""
        self.ensure_one()
        target = self._target()
        if not target:
            return self.action_view_documents()
        return self.env['xero.cure']._lead(target, self.code, self.company_id)

    def action_ask(self):
        """Ask a manager of the connection to put it right, at the first of the documents.

        :return: a notification
        :raise UserError: there is nobody to ask
        """
        self.ensure_one()
        return self._moves()[:1].action_xero_ask()

    def action_view_documents(self):
        """:return: action that lists the documents"""
        self.ensure_one()
        return in_company(list_documents(
            self.env, error_text(self.env, self.code)[0], [('id', 'in', self._moves().ids)]),
            self.company_id)

    def action_sync_now(self):
        """Queue all documents of these problems.

        :return: a notification
        """
        return self._moves().action_xero_sync_now()
