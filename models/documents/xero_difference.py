from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.kinds import GONE
from ..core.opening import in_company, open_record
from ..core.words import say, write_words

#: What helps where this differs: ``push``, to send the document again, where Xero keeps of it what
#: is sent; ``pull``, to fetch and apply it once more. A line a field.
HELP = {
    'document': {'pull'},
    'status': {'pull'},
    'total': {'push', 'pull'},
    'currency': {'push', 'pull'},
    'date': {'push', 'pull'},
    'due_date': {'push', 'pull'},
    'number': {'push', 'pull'},
    'contact': {'push', 'pull'},
    'amount_due': {'pull'},
    'payment': {'pull'},
    'credit': {'pull'},
    'missing': {'seek'},
    'tax': {'push', 'pull'},
    'rate': {'push', 'pull'},
    'account': {'push', 'pull'},
    'tax_rate': {'push', 'pull'},
    'tracking': {'push', 'pull'},
}
#: What is inside a document, and what Xero gets with it.
INSIDE = {
    'tax': ('LineItems',), 'account': ('LineItems',), 'tax_rate': ('LineItems',),
    'tracking': ('LineItems',), 'rate': ('CurrencyCode', 'CurrencyRate'),
}
#: What a document is made of. The rest follows from something else.
CONTENT = frozenset(name for name, help in HELP.items() if 'push' in help)


class XeroDifference(models.Model):
    """A point in which the two books disagree and which only a person can decide."""

    _name = 'xero.difference'
    _description = "Difference with Xero"
    _order = 'id desc'
    _rec_name = 'document'

    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(
        'res.company', compute='_compute_company_id', store=True, readonly=False,
        help="That of the record; the connection's, where that has none.")
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field='res_model', required=True, readonly=True)
    document = fields.Char(readonly=True)
    partner_name = fields.Char(
        "Customer or Vendor", compute='_compute_partner_name', compute_sudo=True)
    date = fields.Date(compute='_compute_partner_name', compute_sudo=True)
    field = fields.Selection(
        [
            ('document', "Document"), ('status', "Status"), ('total', "Total"),
            ('currency', "Currency"), ('date', "Date"), ('due_date', "Due date"),
            ('number', "Number"), ('contact', "Contact"), ('amount_due', "Amount due"),
            ('payment', "Payment"),
            ('credit', "Credit"), ('missing', "Gone from Xero"), ('tax', "Tax"),
            ('rate', "Exchange rate"), ('account', "Accounts"), ('tax_rate', "Tax rates"),
            ('tracking', "Tracking"),
        ],
        string="What", required=True, readonly=True)
    here = fields.Char("In Odoo", readonly=True, translate=True)
    there = fields.Char("In Xero", readonly=True, translate=True)
    message = fields.Text("Explanation", readonly=True, translate=True)
    state = fields.Selection(
        [('open', "To decide"), ('ignored', "Ignored")],
        default='open', required=True, readonly=True)
    fixed = fields.Boolean(
        readonly=True,
        help="Payments or credits are applied to the document in Xero, which takes no change then.")
    unsent = fields.Boolean(
        readonly=True, help="It has changed here only, and Xero has refused it.")
    cause_id = fields.Many2one(
        'xero.difference', "Follows From", readonly=True, index='btree_not_null',
        help="The difference that explains this one to the cent, and that is decided for both.")
    effect_ids = fields.One2many('xero.difference', 'cause_id', "Follow from It", readonly=True)
    create_date = fields.Datetime("Found", readonly=True)
    can_push = fields.Boolean(compute='_compute_can')
    can_pull = fields.Boolean(compute='_compute_can')
    can_seek = fields.Boolean(compute='_compute_can')

    _record_uniq = models.Constraint(
        'UNIQUE(res_model, res_id, field)', "A record has one difference of each kind.")

    @api.depends('connection_id.company_id')
    def _compute_company_id(self):
        for row in self:
            row.company_id = row.connection_id.company_id

    @api.depends('res_model', 'res_id')
    def _compute_partner_name(self):
        for model, rows in self.grouped('res_model').items():
            records = self.env[model].browse(rows.mapped('res_id')).exists()
            known = {record.id: record for record in records}
            for row in rows:
                record = known.get(row.res_id, records.browse())
                partner = record if model == 'res.partner' else record.partner_id
                row.partner_name = partner.display_name
                row.date = record != partner and (
                    record.invoice_date if model == 'account.move' else record.date)

    # === WHAT HELPS === #

    @api.depends('field', 'res_model', 'res_id', 'fixed')
    def _compute_can(self):
        documents = {move.id: move for move in self._moves()}
        for row in self:
            move = row.res_model == 'account.move' and documents.get(row.res_id)
            helps = HELP.get(row.field, ()) if move and move.xero_document_id else ()
            row.can_pull = 'pull' in helps
            row.can_seek = 'seek' in helps and not move.xero_origin and move.state == 'posted'
            row.can_push = 'push' in helps and not row.fixed and move.state == 'posted' \
                and not move.xero_origin and move.xero_status not in (*GONE, 'PAID')

    def _moves(self):
        """:return: the `account.move` of these differences that exist, with all rights"""
        rows = self.filtered(lambda row: row.res_model == 'account.move')
        return self.env['account.move'].sudo().browse(dict.fromkeys(rows.mapped('res_id'))).exists()

    @api.model
    def _of_documents(self, moves):
        """:param recordset moves: `account.move`
        :return: what is listed of them, with what is ignored"""
        return self.search([
            ('res_model', '=', moves._name), ('res_id', 'in', moves.ids)]) if moves else self

    @api.model
    def get_empty_list_help(self, help_message):
        # EXTENDS 'base'
        standing = self.env['xero.standing']
        connections = self.env.companies._xero_connections().values()
        if connections and not any(connection.last_reconcile for connection in connections):
            help_message = standing._make_help(self.env._("Not compared yet"), self.env._(
                "The books are compared for the first time in the night, or when a manager of the "
                "connection presses Compare books there."))
        return super().get_empty_list_help(standing._empty_help(help_message))

    # === TELLING THE DOCUMENTS === #

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        moves = rows._moves()
        self.env['xero.differing']._set(moves, {*moves.ids})
        return rows

    def write(self, vals):
        result = super().write(vals)
        if 'state' in vals:
            self.env['xero.differing']._update(self._moves())
        return result

    def unlink(self):
        moves = self._moves()
        result = super().unlink()
        if not self.env.context.get('xero_differs_known'):
            self.env['xero.differing']._update(moves)
        return result

    # === FINDING === #

    @api.model
    def _note(self, connection, record, field, here, there, message=''):
        """Keep a difference; one that is known with the same values is left as it is.

        :param recordset connection: `xero.connection`
        :param recordset record: what differs, a single one
        :param str field: in what, see the selection
        :param here: value in Odoo; as the others a text, which may be a lazy one
        :param there: value in Xero
        :param message: what it means and what can be done
        :return: the row
        """
        words = {'here': here, 'there': there, 'message': message}
        english = {name: say(value, 'en_US') for name, value in words.items()}
        known = self.sudo().with_context(lang='en_US').search([
            ('res_model', '=', record._name), ('res_id', '=', record.id), ('field', '=', field)])
        if not known:
            known = known.create({
                'connection_id': connection.id, 'res_model': record._name,
                'company_id': connection.company_id._xero_company_of(record).id,
                'res_id': record.id, 'document': record.display_name, 'field': field})
            write_words(known, words)
        elif any((known[name] or '') != value for name, value in english.items()):
            # Something new is to be decided, even where the old one was to be ignored.
            again = (known.here, known.there) == (english['here'], english['there'])
            known.write({'state': 'open', **({} if again else {'decision': False})})
            write_words(known, words)
        return known.with_env(self.sudo().env)

    @api.model
    def _clear(self, connection, records, names):
        """Both books agree again.

        :param recordset records: of one model
        :param names: fields in which they agree
        """
        self.sudo().search([
            ('connection_id', '=', connection.id), ('res_model', '=', records._name),
            ('res_id', 'in', records.ids), ('field', 'in', list(names))]).unlink()

    @api.model
    def _replace(self, connection, moves, names, found, fixed=(), unsent=(), follows=()):
        """Keep what was found, and take from the list what agrees again.

        :param recordset connection: `xero.connection`
        :param recordset moves: `account.move`, those that were compared
        :param names: fields that were compared
        :param dict found: {(id, field): values as of :meth:`_note`}
        :param fixed: ids of those that Xero takes no change of
        :param unsent: (id, field) of what has changed here only
        :param follows: {(id, field): field} of what only follows from another one
        :return: ids of those of which anything is on the list
        :rtype: set
        """
        known = self.sudo()._of_documents(moves)
        known.filtered(lambda row: row.field in names
                       and (row.res_id, row.field) not in found).unlink()
        follows = {key: (key[0], cause) for key, cause in dict(follows).items()
                   if key in found and (key[0], cause) in found}
        for (move_id, field), values in self._with_effects(found, follows).items():
            row = self._note(connection, moves.browse(move_id), field, *values)
            values = {'fixed': move_id in fixed, 'unsent': (move_id, field) in unsent}
            if any(row[name] != value for name, value in values.items()):
                row.write(values)
        rows = self.sudo()._of_documents(moves) if found else known.exists()
        rows._follow(follows)
        return set(rows.mapped('res_id'))

    def _follow(self, follows):
        """Fold what only follows into what it follows from; whatever somebody has decided about
        one of both only is shown by itself.

        :param dict follows: {(id, field): (id, field)}
        """
        rows = {(row.res_id, row.field): row for row in self}
        for key, row in rows.items():
            cause = rows.get(follows.get(key), self.browse())
            if (cause.state, cause.unsent) != (row.state, row.unsent):
                cause = self.browse()
            if row.cause_id != cause:
                row.cause_id = cause

    def _causes(self):
        """:return: these without what follows from another one of them"""
        return self.filtered(lambda row: row.cause_id not in self)

    @api.model
    def _alert(self, record):
        """Return the banner of a record that differs.

        :param recordset record: a single one
        :return: alert of `account.move._get_alerts`, None where both sides agree
        :rtype: dict | None
        """
        differences = self.sudo()._of_documents(record).filtered(lambda row: row.state == 'open')
        texts = differences._texts(record)
        return {
            'level': 'warning',
            'message': '\n'.join([self.env._("Xero and Odoo do not agree:"), *texts]),
            **differences._alert_action(),
        } if texts else None

    def _texts(self, move):
        """:param recordset move: the `account.move` of which these are the open differences
        :return: in what it differs, a line each; its state, too, which the night will list
        :rtype: list(str)"""
        texts = [row._in_words() for row in self._causes()]
        state = self.env['xero.differing']._state_difference(move)
        if state and 'status' not in self.mapped('field'):
            texts.insert(0, self._words('status', *state))
        return texts

    def _alert_action(self):
        """:return: the button of the banner that says that a document differs, for a user who may
            decide; none that would be refused
        :rtype: dict"""
        if not self or not self.env.user.has_group('account_xero.group_xero_user'):
            return {}
        causes = self._causes()
        pages = {'res_id': causes.id, 'views': [(False, 'form')]} if len(causes) == 1 else {
            'views': [(False, 'list'), (False, 'kanban'), (False, 'form')]}
        # Without `view_mode`, for which Odoo's widget would leave the views.
        return {
            'action_text': self.env._("Decide"),
            'action': in_company({
                'type': 'ir.actions.act_window', 'res_model': self._name,
                'name': self.env._("Differences with Xero"),
                'domain': [('id', 'in', causes.ids)], **pages}, self.company_id),
        }

    # === ACTIONS === #

    def _documents(self):
        """:return: the `account.move` of these differences that exist and that the user may see"""
        if not self.env.user.has_group('account_xero.group_xero_user'):
            raise AccessError(self.env._("Ask for the right “Xero: Synchronise” to do this."))
        return self._moves().with_env(self.env)

    def action_push(self):
        """Let Odoo's side count: the documents are sent again, whole, where Xero may take that.

        :return: a notification
        :raise UserError: none of these can be sent
        """
        rows = self.filtered('can_push')
        moves = rows._documents()
        if not moves:
            raise UserError(self.env._(
                "Xero takes nothing that is sent for these. Their explanations say what helps."))
        moves.check_access('read')
        # Without the fingerprint of what Xero has, nothing counts as sent already.
        moves.sudo().with_context(skip_is_manually_modified=True).write(
            {'xero_payload_hash': False, 'xero_overwrite': True})
        rows._decide('push')
        return moves.action_xero_sync_now()

    def action_pull(self):
        """Fetch the document from Xero again, and apply what can be applied.

        :return: a notification
        :raise UserError: none of these is a document of Xero
        """
        rows = self.filtered('can_pull')
        moves = rows._documents()
        if not moves:
            raise UserError(self.env._("There is no document in Xero to fetch."))
        self.env['xero.allocation']._among(moves, 'failed')._drop()
        moves._xero_queue_pull()
        rows._decide('pull')
        return self.connection_id[:1]._notify('success', self.env._("Queued"), self.env._(
            "Documents that are fetched from Xero in a moment: %s", len(moves)))

    def action_seek(self):
        """Look in Xero for documents that it does not have any more where they were.

        :return: a notification
        """
        return self.filtered('can_seek')._documents().action_xero_seek()

    def action_send_anew(self):
        """Send documents again that Xero does not have any more.

        :return: a notification
        """
        return self.filtered('can_seek')._documents().action_xero_send_anew()

    def action_ignore(self):
        """Leave both sides as they are; it comes back only when one of the values changes."""
        self._documents()
        self.check_access('read')
        (self | self.effect_ids).sudo().state = 'ignored'

    def action_open_record(self):
        """:return: action that opens the record that differs"""
        self.ensure_one()
        return open_record(self.env[self.res_model].browse(self.res_id), self.company_id)
