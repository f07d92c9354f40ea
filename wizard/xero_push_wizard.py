from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import formatLang

from ..models.account_move import XERO_KINDS
from ..xero.errors import CATALOGUE


class XeroPushWizard(models.TransientModel):
    """Look before pushing: what can go, what is held up and why, and what exactly is sent."""

    _name = 'xero.push.wizard'
    _description = "Push to Xero"

    move_ids = fields.Many2many('account.move', string="Documents", readonly=True)
    eligible_ids = fields.Many2many(
        'account.move', 'xero_push_wizard_eligible_rel', string="Eligible documents", readonly=True)
    linked_ids = fields.Many2many(
        'account.move', 'xero_push_wizard_linked_rel', string="Linked documents", readonly=True)
    cause_ids = fields.One2many('xero.push.wizard.cause', 'wizard_id', readonly=True)
    eligible_count = fields.Integer("Eligible", compute='_compute_counts')
    blocked_count = fields.Integer("Blocked", compute='_compute_counts')
    linked_count = fields.Integer("Already linked", compute='_compute_counts')
    preview_id = fields.Many2one(
        'account.move', string="Preview of", domain="[('id', 'in', eligible_ids)]")
    preview_line_ids = fields.One2many(
        'xero.push.wizard.line', 'wizard_id', compute='_compute_preview_line_ids')
    preview_total = fields.Char("Total in Xero", compute='_compute_preview_line_ids')
    note_ids = fields.One2many(
        'xero.push.wizard.note', 'wizard_id', string="Not sent by themselves", readonly=True)
    queued = fields.Boolean(readonly=True)
    queued_count = fields.Integer("Waiting", compute='_compute_progress')
    sent_count = fields.Integer("Sent", compute='_compute_progress')
    failed_count = fields.Integer("Failed", compute='_compute_progress')
    progress = fields.Float(compute='_compute_progress')

    # === COMPUTE METHODS === #

    @api.depends('move_ids', 'eligible_ids', 'linked_ids')
    def _compute_counts(self):
        for wizard in self:
            wizard.eligible_count = len(wizard.eligible_ids)
            wizard.linked_count = len(wizard.linked_ids)
            wizard.blocked_count = (
                len(wizard.move_ids) - wizard.eligible_count - wizard.linked_count)

    @api.depends('queued', 'eligible_ids.xero_state')
    def _compute_progress(self):
        for wizard in self:
            states = wizard.eligible_ids.mapped('xero_state')
            wizard.queued_count = states.count('pending')
            wizard.sent_count = states.count('synced')
            wizard.failed_count = states.count('failed')
            wizard.progress = states and 100 * (len(states) - wizard.queued_count) / len(states)

    @api.depends('preview_id')
    def _compute_preview_line_ids(self):
        Line = self.env['xero.push.wizard.line']
        for wizard in self:
            wizard.preview_line_ids, wizard.preview_total = Line, False
            if not wizard.preview_id:
                continue
            move = wizard.preview_id.sudo().with_company(wizard.preview_id.company_id)
            connections = move.env['xero.connection']._connection_of(move.company_id)
            data, totals = move._xero_prepare_document(connections[move.company_id.id])
            wizard.preview_line_ids = Line._of(data)
            wizard.preview_total = formatLang(
                self.env, float(totals.total), currency_obj=move.currency_id)

    # === CRUD METHODS === #

    @api.model
    def _open(self, moves):
        """Sort documents into eligible, blocked and linked ones, and show them.

        :param recordset moves: `account.move`, any number
        :return: action that opens the dialog
        :raise UserError: none of them can ever go to Xero
        """
        connections = {c.company_id.id: c for c in self.env['xero.connection'].sudo().search(
            [('company_id', 'in', moves.company_id.ids)])}
        moves = moves.filtered(
            lambda move: move.move_type in XERO_KINDS and move.company_id.id in connections)
        if not moves:
            raise UserError(self.env._(
                "Only invoices, bills and credit notes of a company that is connected to Xero "
                "can be pushed."))
        linked = moves.filtered(
            lambda move: move.xero_document_id and move.xero_state == 'synced')
        blocked, manual = {}, {}
        for connection in connections.values():
            own = (moves - linked).filtered(lambda m, c=connection: m.company_id == c.company_id)
            blocked.update(own.sudo()._xero_find_blocked(connection))
            for move in own:
                for reason in move.sudo()._xero_manual_reasons(connection):
                    manual.setdefault(reason, []).append(move.id)
        blocked = {self.env['account.move'].browse(move.id): found
                   for move, found in blocked.items()}
        wizard = self.create({
            'move_ids': moves.ids,
            'linked_ids': linked.ids,
            'eligible_ids': (moves - linked).filtered(lambda move: move not in blocked).ids,
            'cause_ids': [fields.Command.create(values)
                          for values in self._prepare_causes(blocked)],
            'note_ids': [fields.Command.create({'reason': reason, 'move_ids': ids})
                         for reason, ids in manual.items()],
        })
        return wizard._action()

    def _prepare_causes(self, blocked):
        """Group the problems of the blocked documents: one row a cause.

        :param dict blocked: {document: [Problem]}
        :rtype: list(dict)
        """
        documents = {}
        for move, problems in blocked.items():
            for problem in problems:
                documents.setdefault(problem, []).append(move.id)
        return [{
            'code': problem.code,
            'message': problem.message,
            'target_model': problem.model,
            'target_id': problem.res_id,
            'move_ids': ids,
        } for problem, ids in sorted(documents.items(), key=lambda row: -len(row[1]))]

    # === ACTIONS === #

    def action_queue(self):
        """Queue the eligible documents and show how they get on.

        :raise AccessError: the user may not send to Xero
        """
        self.ensure_one()
        if not self.env.user.has_group('account_xero.group_xero_user'):
            raise AccessError(self.env._("Ask for the right *Xero: Synchronise* to do this."))
        self.eligible_ids._xero_queue(manual=True)
        self.queued = True
        return self._action()

    def action_refresh(self):
        """Show the present state of the queued documents."""
        return self._action()

    def _action(self):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Push to Xero"),
            'res_model': self._name,
            'res_id': self.id,
            'view_mode': 'form',
            'target': 'new',
        }


class XeroPushWizardCause(models.TransientModel):
    _name = 'xero.push.wizard.cause'
    _description = "Why Documents Are Held Up"

    wizard_id = fields.Many2one('xero.push.wizard', required=True, ondelete='cascade')
    code = fields.Char()
    message = fields.Char("Reason")
    title = fields.Char("Cause", compute='_compute_texts')
    fix = fields.Char("What to do", compute='_compute_texts')
    target_model = fields.Char()
    target_id = fields.Many2oneReference(model_field='target_model')
    move_ids = fields.Many2many('account.move', string="Documents")
    count = fields.Integer(compute='_compute_texts')

    @api.depends('code', 'move_ids')
    def _compute_texts(self):
        for cause in self:
            text = CATALOGUE[cause.code]
            cause.title = self.env._(text.title)    # pylint: disable=gettext-variable
            cause.fix = self.env._(text.fix)        # pylint: disable=gettext-variable
            cause.count = len(cause.move_ids)

    def action_fix(self):
        """:return: action that opens the record on which the problem is put right"""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'res_model': self.target_model,
            'res_id': self.target_id, 'view_mode': 'form', 'views': [(False, 'form')],
        }


class XeroPushWizardNote(models.TransientModel):
    _name = 'xero.push.wizard.note'
    _description = "Why Documents Are Sent by Hand Only"

    wizard_id = fields.Many2one('xero.push.wizard', required=True, ondelete='cascade')
    reason = fields.Char()
    move_ids = fields.Many2many('account.move', string="Documents")
    count = fields.Integer(compute='_compute_count')

    @api.depends('move_ids')
    def _compute_count(self):
        for note in self:
            note.count = len(note.move_ids)


class XeroPushWizardLine(models.TransientModel):
    _name = 'xero.push.wizard.line'
    _description = "Preview of a Line in Xero"

    wizard_id = fields.Many2one('xero.push.wizard', ondelete='cascade')
    description = fields.Char()
    quantity = fields.Float(digits=(16, 4))
    unit_amount = fields.Float(digits=(16, 4))
    discount = fields.Float("Discount (%)")
    account_code = fields.Char("Account")
    tax_type = fields.Char("Tax")
    tax_amount = fields.Char("Tax amount", help="Empty where Xero's own computation is right.")
    item_code = fields.Char("Item")

    @api.model
    def _of(self, data):
        """Return unsaved lines that show a document as Xero gets it.

        :param xero.payload.DocumentData data: what would be sent
        :rtype: recordset
        """
        return self.browse().union(*(self.new({
            'description': line.description,
            'quantity': line.quantity or 0,
            'unit_amount': line.unit_amount or 0,
            'discount': line.discount_rate or 0,
            'account_code': line.account_code,
            'tax_type': line.tax_type,
            'tax_amount': line.tax_amount,
            'item_code': line.item_code,
        }) for line in data.lines))
