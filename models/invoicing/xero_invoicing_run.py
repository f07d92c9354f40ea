from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import format_date

from ..core.opening import in_company
from ..documents.showing import list_documents

#: What may be chosen until the invoices are made.
CHOICES = ('company_id', 'date_to')


class XeroInvoicingRun(models.Model):
    """The invoices of a month: what is to be invoiced, what was made of it, and what became of that
    in Xero."""

    _name = 'xero.invoicing.run'
    _inherit = ['xero.guard.mixin', 'mail.thread', 'mail.activity.mixin']
    _description = "Month End"
    _order = 'date_to desc, id desc'

    company_id = fields.Many2one(
        'res.company', required=True, default=lambda self: self.env.company, index=True,
        help="With its branches that have the same organisation in Xero.")
    date_to = fields.Date(
        "Up To", required=True, default=lambda self: self._default_date_to(),
        help="The last day of the period. What was delivered later is of the next one, and new "
             "invoices get this date.")
    user_id = fields.Many2one(
        'res.users', "Responsible", required=True, readonly=True,
        default=lambda self: self.env.user)
    state = fields.Selection(
        [('draft', "New"), ('prepared', "Prepared"), ('running', "Under way"), ('done', "Done"),
         ('taken_back', "Taken back")],
        required=True, readonly=True, copy=False, default='draft', tracking=True)
    line_ids = fields.One2many('xero.invoicing.run.line', 'run_id', "Customers")
    item_ids = fields.One2many('xero.invoicing.item', 'run_id', "What Is Invoiced", readonly=True)
    move_ids = fields.Many2many('account.move', string="Invoices", compute='_compute_result')
    chosen_count = fields.Integer("To Invoice", compute='_compute_chosen')
    chosen_text = fields.Char("Expected", compute='_compute_chosen')
    locked_text = fields.Char(compute='_compute_locked_text')
    made_count = fields.Integer("Invoices Made", compute='_compute_result')
    sent_count = fields.Integer("In Xero", compute='_compute_result')
    waiting_count = fields.Integer("On the way", compute='_compute_result')
    blocked_count = fields.Integer("Held Up", compute='_compute_result')
    failed_count = fields.Integer("Not Made", compute='_compute_result')
    approved_count = fields.Integer("Approved", compute='_compute_result')
    total_text = fields.Char("Total", compute='_compute_result')
    progress = fields.Float(compute='_compute_result')
    progress_state = fields.Selection(
        [('running', "Under way"), ('done', "Done"), ('undone', "Something is left")],
        compute='_compute_result')
    progress_text = fields.Char(compute='_compute_result')

    # === COMPUTE METHODS === #

    @api.model
    def _default_date_to(self):
        """:return: the last end of a month, which is today on the last day of one"""
        return (fields.Date.context_today(self) + timedelta(days=1)).replace(day=1) \
            - timedelta(days=1)

    @api.depends('date_to')
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._(
                "Month end %s", format_date(self.env, run.date_to)) if run.date_to else ''

    @api.depends('line_ids.included', 'line_ids.amount', 'line_ids.order_count')
    def _compute_chosen(self):
        result = self.env['xero.invoicing.result']
        for run in self:
            lines = run.line_ids.filtered('included')
            run.chosen_count = sum(lines.mapped('order_count'))
            run.chosen_text = result._in_currencies(
                (line.currency_id, line.amount) for line in lines)

    @api.depends('company_id', 'date_to')
    def _compute_locked_text(self):
        for run in self:
            run.locked_text = self.env['xero.invoicing']._get_locked_text(run)

    @api.depends('item_ids.state', 'item_ids.move_ids.xero_state', 'state',
                 'item_ids.move_ids.xero_status')
    def _compute_result(self):
        for run in self:
            run.update(self.env['xero.invoicing.result']._describe(run))

    # === WHAT IT IS ABOUT === #

    def _get_connection(self):
        """:return: the `xero.connection` of the company, with all rights
        :raise UserError: there is none in use"""
        connection = self.company_id._xero_connections().get(self.company_id.id)
        if not connection:
            raise UserError(self.env._(
                "%s is not connected to Xero: Xero > Configuration > Connections.",
                self.company_id.display_name))
        return connection

    def _get_companies(self):
        """:return: the company and its branches that have the same organisation, as far as the
            responsible works in them"""
        branches = self.env['res.company'].sudo().search([('id', 'child_of', self.company_id.id)])
        return branches & self.company_id._xero_together() & (
            self.user_id.sudo().company_ids | self.company_id)

    def _get_zone(self):
        """:return: name of the time zone in which its days begin and end
        :rtype: str"""
        return self.company_id.partner_id.tz or self.user_id.tz or 'UTC'

    # === CRUD METHODS === #

    def write(self, vals):
        # EXTENDS 'mail': another period has other customers
        changed = self.filtered(lambda run: any(
            name in vals and run._fields[name].convert_to_cache(vals[name], run)
            != run._fields[name].convert_to_cache(run[name], run) for name in CHOICES))
        if changed.filtered(lambda run: run.state not in ('draft', 'prepared')):
            raise UserError(self.env._("The invoices are made. Begin another month end."))
        result = super().write(vals)
        for run in changed.sudo().filtered(lambda run: run.state == 'prepared'):
            run.line_ids.unlink()
            run.state = 'draft'
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_made(self):
        if self.item_ids.filtered('move_ids'):
            raise UserError(self.env._("It has made invoices, and says what became of them."))

    # === ACTIONS === #

    def _check_may(self):
        """:raise AccessError: the user may not invoice, or not send to Xero"""
        self.check_access('write')
        if not self.env.user.has_group('account_xero.group_xero_user'):
            raise AccessError(self.env._("Ask for the right “Xero: Synchronise” to do this."))

    def action_prepare(self):
        """List what is to be invoiced, a row a customer. Nothing is made, and nothing written but
        that list.

        :raise UserError: the company is not connected, or its invoices are made already
        """
        self._check_may()
        for run in self:
            if run.state not in ('draft', 'prepared'):
                raise UserError(self.env._("The invoices are made. Begin another month end."))
            self.env['xero.invoicing'].sudo()._prepare(run.sudo())

    def action_generate(self):
        """Have the invoices made, posted and sent to Xero as drafts, in the background.

        :raise UserError: it is not prepared, nothing is chosen, or the period is locked
        """
        self._check_may()
        for run in self:
            self.env['xero.invoicing'].sudo()._start(run.sudo())

    def action_take_back(self):
        """Delete the drafts in Xero and cancel the invoices here; what was invoiced is to be
        invoiced again.

        :raise UserError: one of them is more than a draft in Xero
        """
        self._check_may()
        for run in self:
            self.env['xero.invoicing'].sudo()._take_back(run.sudo())

    def action_try_again(self):
        """Have made what could not be made, now that the cause is gone.

        :raise UserError: everything was made
        """
        self._check_may()
        for run in self:
            self.env['xero.invoicing'].sudo()._start_again(run.sudo())

    def action_view_moves(self):
        """:return: action that lists the invoices"""
        self.ensure_one()
        return in_company(list_documents(
            self.env, self.display_name, [('id', 'in', self.move_ids.ids)]), self.company_id)

    def action_view_items(self):
        """:return: action that lists what is invoiced, each with what became of it"""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'name': self.display_name,
            'res_model': 'xero.invoicing.item', 'view_mode': 'list,kanban',
            'domain': [('run_id', '=', self.id)], 'context': {'create': False}}
