from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..connection.pages import open_in_xero
from ..core.kinds import VENDORS
from ..core.opening import in_company, open_record
from .showing import status_labels, unnumbered


class XeroTwin(models.Model):
    """A document of Xero that one here may be, kept from the look-up so that a user can decide
    without a call."""

    _name = 'xero.twin'
    _inherit = 'xero.organisation.mixin'
    _description = "Document in Xero That May Be Ours"
    _order = 'date desc, id'
    _rec_name = 'number'

    move_id = fields.Many2one(
        'account.move', "Document Here", required=True, index=True, ondelete='cascade',
        readonly=True)
    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(
        'res.company', compute='_compute_company_id', precompute=True, store=True)
    xero_id = fields.Char("Xero ID", required=True, readonly=True)
    kind = fields.Char(readonly=True)
    number = fields.Char("Number in Xero", readonly=True)
    contact_name = fields.Char("Contact", readonly=True)
    date = fields.Date(readonly=True)
    total = fields.Char(readonly=True)
    status = fields.Char(readonly=True)
    status_label = fields.Char("Status in Xero", compute='_compute_status_label')
    sendable = fields.Boolean(
        "Can Be Sent Beside It", readonly=True,
        help="Xero takes another document with this number.")
    dismissed = fields.Boolean(readonly=True, help="Somebody said that it is another document.")

    _move_uniq = models.Constraint(
        'UNIQUE(move_id, xero_id)', "A document of Xero is named once.")

    # It stays as it is when it is made: whatever is written on a document asks no table of ours.
    def _compute_company_id(self):
        for one in self:
            one.company_id = one.move_id.company_id

    @api.depends('number', 'contact_name', 'total')
    def _compute_display_name(self):
        for twin in self:
            twin.display_name = twin.number or unnumbered(twin.contact_name, twin.total)

    @api.depends('status')
    def _compute_status_label(self):
        labels = status_labels(self.env)
        for twin in self:
            twin.status_label = labels.get(twin.status, twin.status)

    @api.model
    def _replace(self, connection, found):
        """Keep what a look-up has found, in place of what an earlier one found.

        :param recordset connection: `xero.connection` that was asked
        :param dict found: {`account.move`: list of documents.Document}
        """
        moves = self.env['account.move'].union(*found)
        self.search([('move_id', 'in', moves.ids), ('dismissed', '=', False)]).unlink()
        self.create([{
            'move_id': move.id, 'connection_id': connection.id, 'xero_id': document.xero_id,
            'kind': document.kind, 'number': document.number, 'date': document.date,
            'contact_name': document.contact_name, 'status': document.status,
            'total': f'{document.total} {document.currency_code}',
            'sendable': move.move_type in VENDORS,
        } for move, documents in found.items() for document in documents])

    @api.model
    def _dismissed(self, moves):
        """:return: {id of a document here: identifiers of Xero's that it is not}
        :rtype: dict"""
        return {move.id: set(twins.mapped('xero_id')) for move, twins in self.search([
            ('move_id', 'in', moves.ids), ('dismissed', '=', True)]).grouped('move_id').items()}

    @api.model
    def _get_action(self, move):
        """:return: action that lists what is to be decided about a document here, None without"""
        twins = self.sudo().search([('move_id', '=', move.id), ('dismissed', '=', False)])
        return in_company({
            'type': 'ir.actions.act_window', 'res_model': self._name,
            'name': self.env._("Which One in Xero Is It?"), 'view_mode': 'list',
            'views': [(False, 'list')], 'domain': [('id', 'in', twins.ids)],
        }, move.company_id) if twins else None

    # === ACTIONS === #

    def _decided(self):
        """:return: these rows, with all rights, for a user who may decide
        :raise AccessError: the user may not"""
        if not self.env.user.has_group('account_xero.group_xero_user'):
            raise AccessError(self.env._("Ask for the right “Xero: Synchronise” to do this."))
        self.check_access('read')
        self.move_id.check_access('read')
        return self.sudo()

    def action_link(self):
        """Link the document here to this one of Xero, and fetch what Xero has of it.

        :return: action that opens the document
        :raise UserError: one of both is linked already, or is on its way to Xero
        """
        self.ensure_one()
        twin = self._decided()
        move = twin.move_id.with_company(twin.company_id)
        other = move.search([('company_id', 'in', twin.company_id._xero_together().ids),
                             ('xero_document_id', '=', twin.xero_id)])
        if move.xero_document_id or other:
            raise UserError(self.env._(
                "%s is linked already.", (other or move).display_name))
        if move.state != 'posted':
            raise UserError(self.env._("Post %s first.", move.display_name))
        self.env['xero.own']._link(move, twin.connection_id, twin)
        move._xero_queue_pull()
        self.sudo().search([('move_id', '=', move.id)]).unlink()
        return open_record(move, move.company_id)

    def action_send(self):
        """Send the document here: it is none of those that were found.

        :return: action that opens the document
        """
        moves = self._decided().move_id
        self.sudo().search([('move_id', 'in', moves.ids)]).dismissed = True
        moves.sudo(False).action_xero_sync_now()
        return open_record(moves[:1].sudo(False), moves[:1].company_id)

    def action_open(self):
        """:return: action that opens the document of Xero, in a new tab"""
        self.ensure_one()
        self.check_access('read')
        twin_sudo = self.sudo()
        return open_in_xero(twin_sudo.connection_id, twin_sudo.kind, twin_sudo.xero_id)
