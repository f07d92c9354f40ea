from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.opening import in_company
from ..core.problem import error_text
from ..documents.showing import and_more, list_documents

NAMED = 5


class XeroInvoicingRunLine(models.Model):
    """A customer of a month end: what there is to invoice in a currency, and whether that is
    wanted."""

    _name = 'xero.invoicing.run.line'
    _inherit = 'xero.guard.mixin'
    _description = "Customer of a Month End"
    _order = 'run_id, blocked_count desc, partner_name, id'
    _rec_name = 'partner_name'

    run_id = fields.Many2one(
        'xero.invoicing.run', required=True, readonly=True, index=True, ondelete='cascade')
    run_state = fields.Selection(related='run_id.state', string="State of the Month End")
    company_id = fields.Many2one('res.company', required=True, readonly=True)
    partner_id = fields.Many2one(
        'res.partner', "Customer", readonly=True, ondelete='restrict')
    partner_name = fields.Char(related='partner_id.name', store=True, string="Name")
    currency_id = fields.Many2one('res.currency', required=True, readonly=True)
    item_ids = fields.One2many('xero.invoicing.item', 'line_id', readonly=True)
    order_count = fields.Integer("To Invoice", readonly=True)
    amount = fields.Monetary(
        readonly=True, help="With taxes, as it is expected; posted invoices have their own total.")
    blocked_count = fields.Integer("Held Up", readonly=True)
    included = fields.Boolean(default=True, help="Whether it is invoiced by this month end.")
    separate = fields.Boolean(
        "Apart", help="Each order gets an invoice of its own; otherwise those of a customer are "
                      "together on one where terms, addresses and journals are the same.")
    names = fields.Char("What", compute='_compute_names')
    problem = fields.Char("What Is Wrong", compute='_compute_problem')
    fix = fields.Char("What to Do", compute='_compute_problem')
    fixable = fields.Boolean(compute='_compute_problem')
    result = fields.Char(compute='_compute_result')

    # === COMPUTE METHODS === #

    @api.depends('item_ids.name')
    def _compute_names(self):
        for line in self:
            line.names = and_more(
                self.env, ', '.join(line.item_ids[:NAMED].mapped('name')), len(line.item_ids))

    @api.depends('item_ids.error_message', 'item_ids.error_code', 'item_ids.error_target')
    @api.depends_context('lang', 'uid')
    def _compute_problem(self):
        problems = self.env['xero.problem']
        for line in self:
            item = line.item_ids.filtered('error_message')[:1]
            target = item._target()
            line.problem = item.error_message
            line.fixable = bool(target) and problems._is_fixable(target, item.error_code)
            fix = error_text(self.env, item.error_code)[1] if item.error_code else False
            line.fix = fix if line.fixable or not target else self.env['xero.ask']._get_fix(
                line.company_id, fix, target)

    @api.depends('item_ids.state', 'item_ids.move_ids')
    def _compute_result(self):
        labels = dict(self.env['xero.invoicing.item']._fields['state']._description_selection(
            self.env))
        for line in self:
            states = line.item_ids.mapped('state')
            line.result = line.run_state not in ('draft', 'prepared') and ', '.join(
                f'{labels[state]}: {states.count(state)}' for state in labels if state in states)

    # === CRUD METHODS === #

    def write(self, vals):
        # EXTENDS 'account_xero'
        if not self.env.su and {'included', 'separate'} & vals.keys() and any(
                run.state != 'prepared' for run in self.run_id):
            raise UserError(self.env._("The invoices are made. Begin another month end."))
        return super().write(vals)

    # === ACTIONS === #

    def action_fix(self):
        """:return: action that opens what puts the first problem right"""
        self.ensure_one()
        item = self.item_ids.filtered('error_message')[:1]
        target = item._target()
        if not target:
            return self.action_view()
        return self.env['xero.cure']._lead(target, item.error_code, self.company_id)

    def action_view(self):
        """:return: action that lists the invoices, or else what they are made from"""
        self.ensure_one()
        if moves := self.item_ids.move_ids:
            return in_company(list_documents(
                self.env, self.partner_name, [('id', 'in', moves.ids)]), self.company_id)
        return {
            'type': 'ir.actions.act_window', 'name': self.partner_name,
            'res_model': 'xero.invoicing.item', 'view_mode': 'list,kanban',
            'domain': [('line_id', '=', self.id)], 'context': {'create': False}}
