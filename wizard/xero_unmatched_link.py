from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.core.kinds import types_of


class XeroUnmatchedLink(models.TransientModel):
    """The partner that a contact of Xero is, or the document that one of Xero is."""

    _name = 'xero.unmatched.link'
    _description = "Link What Is Unmatched"

    unmatched_id = fields.Many2one('xero.unmatched', required=True, ondelete='cascade')
    number = fields.Char(related='unmatched_id.number')
    contact_name = fields.Char(related='unmatched_id.contact_name')
    date = fields.Date(related='unmatched_id.date')
    currency_id = fields.Many2one(related='unmatched_id.currency_id')
    total = fields.Monetary(related='unmatched_id.total')
    company_id = fields.Many2one(related='unmatched_id.company_id')
    partner_id = fields.Many2one(
        'res.partner',
        domain="[('parent_id', '=', False), ('company_id', 'in', (False, company_id))]")
    move_type = fields.Char(compute='_compute_move_type')
    receipt_type = fields.Char(compute='_compute_move_type')
    move_id = fields.Many2one(
        'account.move', "Document Here", compute='_compute_move_id', store=True, readonly=False,
        domain="[('company_id', 'child_of', company_id), "
               "('move_type', 'in', (move_type, receipt_type)), "
               "('state', '=', 'posted'), ('xero_document_id', '=', False)]")

    @api.depends('unmatched_id')
    def _compute_move_type(self):
        for wizard in self:
            types = types_of({wizard.unmatched_id.kind}) or [False]
            wizard.move_type, wizard.receipt_type = types[0], types[-1]

    @api.depends('unmatched_id')
    def _compute_move_id(self):
        """The one that may be it, where it is one."""
        for wizard in self:
            moves = wizard.unmatched_id.sudo().move_ids.filtered(
                lambda move: move.state == 'posted' and not move.xero_document_id)
            wizard.move_id = moves.sudo(False) if len(moves) == 1 else False

    def action_link(self):
        """Link the document; or the partner, and every document that waited for the contact is
        imported.

        :return: action that closes the dialog
        :raise UserError: nothing is chosen, or the partner is another contact of Xero already, or
            the document cannot be that one
        """
        self.ensure_one()
        row_sudo = self.unmatched_id._managed()
        if self.move_id:
            self.move_id.check_access('read')
            self.env['xero.import.existing'].sudo()._link_chosen(row_sudo, self.move_id.sudo())
        elif self.partner_id:
            self._link_partner(row_sudo)
        else:
            raise UserError(self.env._("Choose what it is to be linked with."))
        return {'type': 'ir.actions.act_window_close'}

    def _link_partner(self, row):
        """:param recordset row: `xero.unmatched`, with all rights"""
        partner = self.partner_id.with_company(row.company_id).commercial_partner_id
        if partner.xero_contact_id and partner.xero_contact_id != row.contact_id:
            raise UserError(self.env._(
                "%s is linked to another contact of Xero. Remove that link first.",
                partner.display_name))
        # Who may manage these rows may link partners without the right to change them.
        partner.sudo().xero_contact_id = row.contact_id
