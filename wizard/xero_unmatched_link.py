from odoo import fields, models
from odoo.exceptions import UserError


class XeroUnmatchedLink(models.TransientModel):
    """The partner that a contact of Xero is."""

    _name = 'xero.unmatched.link'
    _description = "Link a Contact of Xero"

    unmatched_id = fields.Many2one('xero.unmatched', required=True, ondelete='cascade')
    contact_name = fields.Char(related='unmatched_id.contact_name')
    company_id = fields.Many2one(related='unmatched_id.company_id')
    partner_id = fields.Many2one(
        'res.partner', required=True,
        domain="[('parent_id', '=', False), ('company_id', 'in', (False, company_id))]")

    def action_link(self):
        """Link the partner; every document that waited for the contact is imported.

        :return: action that closes the dialog
        :raise UserError: the partner is another contact of Xero already
        """
        self.ensure_one()
        row = self.unmatched_id._managed()
        partner = self.partner_id.with_company(row.company_id).commercial_partner_id
        if partner.xero_contact_id and partner.xero_contact_id != row.contact_id:
            raise UserError(self.env._(
                "%s is linked to another contact of Xero. Remove that link first.",
                partner.display_name))
        # Who may manage these rows may link partners without the right to change them.
        partner.sudo().xero_contact_id = row.contact_id
        return {'type': 'ir.actions.act_window_close'}
