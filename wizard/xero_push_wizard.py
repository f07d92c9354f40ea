from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import formatLang

from ..models.core.apart import apart
from ..models.core.kinds import XERO_KINDS
from ..models.core.opening import in_company
from ..models.core.prefetch import fetch_for_taxes
from ..models.core.problem import Problem, error_text, problems_of
from ..models.core.words import in_words
from ..models.documents.account_move_redated import DATES
from ..models.documents.showing import list_documents, names_of

#: Details of contacts that the dialog names.
MISFITS = 10


class XeroPushWizard(models.TransientModel):
    """Look before pushing: what can go, what is held up and why, and what exactly is sent."""

    _name = 'xero.push.wizard'
    _inherit = 'xero.guard.mixin'
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
        'account.move', string="Preview of", domain="[('id', 'in', move_ids)]")
    preview_line_ids = fields.One2many(
        'xero.push.wizard.line', 'wizard_id', compute='_compute_preview_line_ids')
    preview_total = fields.Char("Total in Xero", compute='_compute_preview_line_ids')
    preview_note = fields.Char(compute='_compute_preview_line_ids')
    note_ids = fields.One2many(
        'xero.push.wizard.note', 'wizard_id', string="Not sent by themselves", readonly=True)
    redated_ids = fields.Many2many(
        'account.move', 'xero_push_wizard_redated_rel', string="Booked in another month",
        readonly=True)
    redated_names = fields.Char(compute='_compute_redated_names')
    redated_date = fields.Selection(DATES, "Date in Xero")
    contact_note = fields.Text("Details of Contacts", readonly=True)
    preview_number = fields.Char("Number in Xero", compute='_compute_preview_line_ids')
    preview_contact = fields.Char("Contact", compute='_compute_preview_line_ids')
    preview_date = fields.Date("Date", compute='_compute_preview_line_ids')
    preview_due_date = fields.Date("Due date", compute='_compute_preview_line_ids')
    queued = fields.Boolean(readonly=True)
    queued_count = fields.Integer("Waiting", compute='_compute_progress')
    sent_count = fields.Integer("Sent", compute='_compute_progress')
    failed_count = fields.Integer("Failed", compute='_compute_progress')
    waiting_reason = fields.Char(compute='_compute_progress')

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
            connections = self.env['xero.connection'].sudo().search([
                ('company_id', 'in', self.env['res.company']._xero_owners_of(
                    wizard.eligible_ids.company_id.ids))])
            wizard.waiting_reason = wizard.queued_count and ' '.join(
                filter(None, connections.mapped('waiting_reason')))

    @api.depends('redated_ids')
    def _compute_redated_names(self):
        for wizard in self:
            wizard.redated_names = names_of(wizard.redated_ids)

    @api.depends('preview_id', 'redated_date')
    def _compute_preview_line_ids(self):
        Line = self.env['xero.push.wizard.line']
        for wizard in self:
            wizard.update({'preview_line_ids': Line, 'preview_total': False, 'preview_note': False,
                           'preview_number': False, 'preview_contact': False,
                           'preview_date': False, 'preview_due_date': False})
            # The browser says which one, so it is asked whether the user may see it.
            if not wizard.preview_id or not wizard.preview_id._origin.has_access('read'):
                continue
            move = wizard.preview_id._origin.sudo().with_company(wizard.preview_id.company_id)
            connection = move.env['xero.connection'].search(
                [('company_id', '=', move.company_id._xero_owner().id)])
            data, totals = move._xero_prepare_document(connection)
            partner = move._xero_partner()
            note = wizard._get_preview_note()
            wizard.update({
                'preview_line_ids': Line._make_lines(data, connection),
                'preview_note': note,
                'preview_total': not note and formatLang(
                    self.env, float(totals.total), currency_obj=move.currency_id),
                'preview_number': data.number,
                'preview_contact': partner.name if data.contact_id else self.env._(
                    "%s (new in Xero)", partner.name),
                'preview_date': self.env['xero.redated']._get_date(
                    move, wizard.redated_date),
                'preview_due_date': data.due_date,
            })

    def _get_preview_note(self):
        """:return: why nothing is sent of the document that is looked at, empty where it is
        :rtype: str"""
        move = self.preview_id._origin
        if move in self.eligible_ids._origin:
            return ''
        return self.env._("It is in Xero as it is here, so nothing is sent.") \
            if move in self.linked_ids._origin else self.env._(
                "It is held up, so nothing is sent until what stands above is put right.")

    # === CRUD METHODS === #

    @api.model
    def _open(self, moves):
        """Sort documents into eligible, blocked and linked ones, and show them.

        :param recordset moves: `account.move`, any number
        :return: action that opens the dialog
        :raise UserError: none of them can ever go to Xero
        """
        self.check_access('read')
        connections = self.env['xero.connection'].sudo().search([('company_id', 'in', self.env[
            'res.company']._xero_owners_of(moves.company_id.ids))])
        connected = connections.company_id._xero_together()
        moves = moves.filtered(
            lambda move: move.move_type in XERO_KINDS and move.company_id in connected)
        if not moves:
            raise UserError(self.env._(
                "Only invoices, bills, receipts and credit notes of a company that is connected to "
                "Xero can be pushed."))
        linked = moves.filtered(
            lambda move: move.xero_document_id and move.xero_state == 'synced')
        blocked, manual, misfits, redated = {}, {}, [], {}
        for connection in connections:
            companies = connection.company_id._xero_together()
            own = (moves - linked).filtered(lambda m, c=companies: m.company_id in c)
            blocked.update(self._find_blocked(connection, own.sudo()))
            new = own.sudo().with_company(connection.company_id).commercial_partner_id.filtered(
                lambda partner: partner.name and not partner.xero_contact_id)
            misfits += new._xero_misfits()
            for move in own.filtered(lambda move: move not in blocked):
                for reason in self.env['xero.absence']._get_manual_reasons(connection, move.sudo()):
                    manual.setdefault(reason, []).append(move.id)
            redated |= self.env['xero.redated']._get_choices(
                connection, own.filtered(lambda move: move.state == 'posted'))
        blocked = {self.env['account.move'].browse(move.id): found
                   for move, found in blocked.items()}
        wizard = self.sudo().create({
            'move_ids': moves.ids,
            'linked_ids': linked.ids,
            'eligible_ids': (moves - linked).filtered(lambda move: move not in blocked).ids,
            'cause_ids': [fields.Command.create(values)
                          for values in self._prepare_causes(blocked)],
            'note_ids': [fields.Command.create({'reason': reason, 'move_ids': ids})
                         for reason, ids in manual.items()],
            'redated_ids': [move.id for move in redated],
            'redated_date': len(set(redated.values())) == 1 and next(iter(redated.values())),
            'contact_note': '\n'.join(misfits[:MISFITS] + (
                [self.env._("and %s more", len(misfits) - MISFITS)]
                if len(misfits) > MISFITS else [])),
            'preview_id': moves.id if len(moves) == 1 else False,
        })
        return wizard._action()

    @api.model
    def _prepare_causes(self, blocked):
        """Group the problems of documents: one row a cause, those that hold up most come first.

        :param dict blocked: {document: [Problem]}
        :rtype: list(dict)
        """
        causes = {}
        for move, problems in blocked.items():
            for problem in problems:
                documents = causes.setdefault(problem.cause, (problem, {}))[1]
                documents[move.id] = True
        return [{
            'code': problem.code,
            'message': in_words(self.env, problem.words),
            'target_model': problem.model,
            'target_id': problem.res_id,
            'move_ids': list(documents),
        } for problem, documents in sorted(
            causes.values(), key=lambda cause: -len(cause[1]))]

    @api.model
    def _find_blocked(self, connection, moves):
        """Find what the preflight of a push finds, and also whether the connection works, and for
        the rest whether Xero can hold them. What is queued waits for the connection; it is nothing
        that a push has to find.

        :param recordset connection: the `xero.connection` of the documents' company
        :param recordset moves: `account.move`
        :return: {document: [Problem]} of the documents that are blocked
        """
        own = moves.with_company(connection.company_id)
        blocked = self.env['xero.preflight']._find(own, connection)
        for move, problem in self.env['xero.collision'].sudo()._find(connection, own).items():
            blocked.setdefault(move, []).append(problem)
        for part in apart(
                self.env, own.filtered(lambda move: move not in blocked),
                lambda some: self._find_unfit(connection, some),
                lambda faults: blocked.update(problems_of(faults))):
            blocked.update(part)
        if connection.state != 'connected':
            problem = Problem.at(
                connection,
                'app_revoked' if connection.state == 'revoked' else 'connection_inactive',
                connection.state_help)
            blocked = {move: [problem, *blocked.get(move, ())] for move in moves}
        return blocked

    def _find_unfit(self, connection, moves):
        """:return: {document: [Problem]} of those that Xero cannot hold"""
        fetch_for_taxes(moves)
        problems = {move: move._xero_prepare_body(connection)[2] for move in moves}
        return {move: [problem] for move, problem in problems.items() if problem}

    # === ACTIONS === #

    def action_queue(self):
        """Queue the eligible documents and show how they get on.

        :raise AccessError: the user may not send to Xero
        """
        self.ensure_one()
        if not self.env.user.has_group('account_xero.group_xero_user'):
            raise AccessError(self.env._("Ask for the right “Xero: Synchronise” to do this."))
        self.eligible_ids.check_access('read')
        if self.redated_date:
            self.env['xero.redated']._choose(self.redated_ids, self.redated_date)
        self.eligible_ids._xero_queue(manual=True)
        self.sudo().write({'queued': True, 'cause_ids': [fields.Command.clear()]})
        return self._action()

    def action_update_progress(self):
        """Bring the causes of failures up to date; the open dialog calls it every few seconds.

        :return: whether something still waits
        :rtype: bool
        """
        self.ensure_one()
        failed = self.eligible_ids.filtered(lambda move: move.xero_state == 'failed')
        causes = self._prepare_causes({move: [move._xero_stored_problem()] for move in failed})
        shown = [(cause.code, cause.message, set(cause.move_ids.ids)) for cause in self.cause_ids]
        if shown != [(new['code'], new['message'], set(new['move_ids'])) for new in causes]:
            self.sudo().cause_ids = [fields.Command.clear(), *map(fields.Command.create, causes)]
        return bool(self.queued_count)

    def _action(self):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Push to Xero"),
            'res_model': self._name,
            'res_id': self.id,
            'view_mode': 'form',
            'target': 'new',
            'context': {'dialog_size': 'extra-large'},
        }


class XeroPushWizardCause(models.TransientModel):
    _name = 'xero.push.wizard.cause'
    _description = "Why Documents Are Held Up"
    _order = 'id'

    wizard_id = fields.Many2one('xero.push.wizard', required=True, ondelete='cascade')
    code = fields.Char()
    message = fields.Char("Reason")
    title = fields.Char("Cause", compute='_compute_texts')
    fix = fields.Char("What to do", compute='_compute_texts')
    target_model = fields.Char()
    target_id = fields.Many2oneReference(model_field='target_model')
    fixable = fields.Boolean("Can Be Put Right", compute='_compute_fixable')
    move_ids = fields.Many2many('account.move')
    count = fields.Integer("How Many", compute='_compute_texts')
    documents = fields.Char(compute='_compute_texts')

    @api.depends('code', 'move_ids', 'target_model', 'target_id')
    @api.depends_context('lang', 'uid')
    def _compute_texts(self):
        for cause in self:
            title, fix = error_text(self.env, cause.code)
            cause.title = title
            cause.fix = fix if cause.fixable or not cause.target_model else self.env[
                'xero.ask']._get_fix(cause.move_ids[:1].company_id, fix, cause._target())
            cause.count = len(cause.move_ids)
            cause.documents = names_of(cause.move_ids)

    @api.depends('target_model', 'target_id')
    @api.depends_context('uid')
    def _compute_fixable(self):
        for cause in self:
            cause.fixable = self.env['xero.problem']._is_fixable(cause._target(), cause.code)

    def _target(self):
        """:return: the record on which the problem is put right, or None"""
        return self.env[self.target_model].browse(self.target_id).exists() \
            if self.target_model in self.env else None

    def action_fix(self):
        """:return: action that opens what puts the problem right"""
        self.ensure_one()
        return self.env['xero.cure']._lead(
            self._target(), self.code, self.move_ids.company_id[:1])

    def action_view_documents(self):
        """:return: action that lists the documents"""
        self.ensure_one()
        return in_company(
            list_documents(self.env, self.title, [('id', 'in', self.move_ids.ids)]),
            self.move_ids.company_id)


class XeroPushWizardNote(models.TransientModel):
    _name = 'xero.push.wizard.note'
    _description = "Why Documents Are Sent by Hand Only"

    wizard_id = fields.Many2one('xero.push.wizard', required=True, ondelete='cascade')
    reason = fields.Char()
    move_ids = fields.Many2many('account.move')
    count = fields.Integer("How Many", compute='_compute_count')
    documents = fields.Char(compute='_compute_count')

    @api.depends('move_ids')
    def _compute_count(self):
        for note in self:
            note.count = len(note.move_ids)
            note.documents = names_of(note.move_ids)


class XeroPushWizardLine(models.TransientModel):
    _name = 'xero.push.wizard.line'
    _description = "Preview of a Line in Xero"

    wizard_id = fields.Many2one('xero.push.wizard', ondelete='cascade')
    description = fields.Char()
    quantity = fields.Float(digits=(16, 4))
    unit_amount = fields.Float(digits=(16, 4))
    discount = fields.Float("Discount (%)")
    account_code = fields.Char("Account in Xero")
    tax_type = fields.Char()
    tax_name = fields.Char("Tax rate in Xero")
    tax_amount = fields.Char("Tax amount", help="Empty where Xero's own computation is right.")
    item_code = fields.Char("Item")

    @api.model
    def _make_lines(self, data, connection):
        """Return unsaved lines that show a document as Xero gets it.

        :param xero.payload.DocumentData data: what would be sent
        :param recordset connection: the `xero.connection` to which
        :rtype: recordset
        """
        rates = dict(self.env['xero.tax.rate'].search(
            [('connection_id', '=', connection.id)]).mapped(lambda r: (r.tax_type, r.name)))
        return self.browse().union(*(self.new({
            'description': line.description,
            'quantity': line.quantity or 0,
            'unit_amount': line.unit_amount or 0,
            'discount': line.discount_rate or 0,
            'account_code': line.account_code,
            'tax_type': line.tax_type,
            'tax_name': rates.get(line.tax_type, line.tax_type),
            'tax_amount': line.tax_amount,
            'item_code': line.item_code,
        }) for line in data.lines))
