import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.core.opening import in_company
from ..xero.contact_payload import contact_name

_GUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', re.IGNORECASE)


class XeroContactWizard(models.TransientModel):
    """Which contact of Xero a partner is: both sides, and the ways out when Xero refuses it.

    Nothing here calls Xero: the contacts to choose from were kept when the push asked for them.
    """

    _name = 'xero.contact.wizard'
    _description = "Contact in Xero"

    partner_id = fields.Many2one('res.partner', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    connection_id = fields.Many2one('xero.connection', compute='_compute_connection_id')
    name = fields.Char(related='partner_id.name', related_sudo=False, string="Name")
    email = fields.Char(related='partner_id.email', related_sudo=False)
    phone = fields.Char(related='partner_id.phone', related_sudo=False)
    vat = fields.Char(related='partner_id.vat', related_sudo=False, string="Tax number")
    address = fields.Char(related='partner_id.contact_address', related_sudo=False)
    linked_to = fields.Char(compute='_compute_sides')
    error = fields.Text("What Xero says", compute='_compute_sides')
    outcome = fields.Char("What goes out then", compute='_compute_outcome')
    candidate_ids = fields.Many2many(
        'xero.contact.candidate', string="Contacts in Xero", compute='_compute_sides')
    mode = fields.Selection(
        [
            ('link', "Link to a contact that is in Xero"),
            ('create', "Create a new contact under another name, and keep the name here"),
            ('rename', "Rename the partner here, and create a new contact under its new name"),
        ], string="What to do", required=True, default='link')
    candidate_id = fields.Many2one(
        'xero.contact.candidate', string="Contact", domain="[('id', 'in', candidate_ids)]",
        compute='_compute_choice', store=True, readonly=False)
    address_in_xero = fields.Char(
        "Address of the contact's page",
        help="Copy the address of the contact's page in Xero to here, or its ContactID.")
    new_name = fields.Char(compute='_compute_choice', store=True, readonly=False)

    # === COMPUTE METHODS === #

    @api.depends('company_id')
    def _compute_connection_id(self):
        for wizard in self:
            # With the user's own rights: another company's connection is not to be seen here.
            wizard.connection_id = self.env['xero.connection'].search(
                [('company_id', '=', wizard.company_id._xero_owner().id)])

    @api.depends('partner_id', 'connection_id')
    def _compute_sides(self):
        for wizard in self:
            mine = [('partner_id', '=', wizard.partner_id.id),
                    ('connection_id', '=', wizard.connection_id.id)]
            row = self.env['xero.contact.sync'].search([*mine, ('xero_state', '=', 'failed')])
            wizard.error = row.xero_error_message
            wizard.candidate_ids = self.env['xero.contact.candidate'].search(mine)
            wizard.linked_to = wizard.connection_id and self.env['xero.contact'].search([
                ('connection_id', '=', wizard.connection_id.id),
                ('xero_id', '=', wizard.partner_id.with_company(
                    wizard.company_id).xero_contact_id)]).display_name

    @api.depends('partner_id', 'company_id')
    def _compute_outcome(self):
        for wizard in self:
            wizard.outcome = wizard.connection_id and self.env['xero.cure']._describe(
                wizard.partner_id, wizard.company_id)[1]

    @api.depends('partner_id', 'connection_id')
    def _compute_choice(self):
        for wizard in self:
            partner = wizard.partner_id.with_company(wizard.company_id)
            wizard.new_name = partner.xero_contact_name or partner.name
            usable = wizard.candidate_ids.filtered(lambda c: c.status != 'ARCHIVED')
            wizard.candidate_id = usable if len(usable) == 1 else False

    @api.model
    def _action(self, partner, company):
        """Return the action that shows both sides of a partner.

        :param recordset partner: one `res.partner`
        :param recordset company: whose organisation
        :rtype: dict
        """
        return in_company({
            'type': 'ir.actions.act_window',
            'name': self.env._("%(partner)s in Xero", partner=partner.display_name),
            'res_model': self._name,
            'view_mode': 'form',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_partner_id': partner.id, 'default_company_id': company.id},
        }, company)

    # === ACTIONS === #

    def action_apply(self):
        """Do what was chosen; the documents that waited for it go out.

        :return: a notification; the push itself runs in the background
        :raise UserError: something is missing, or the contact is linked to another partner
        """
        self.ensure_one()
        self.company_id.check_access('read')
        partner = self.partner_id.with_company(self.company_id)
        connection = partner._xero_connection_to_use()
        if self.mode == 'link':
            # Who may send partners to Xero may link them without the right to change partners.
            partner.sudo().xero_contact_id = self._chosen_id()
            return connection._notify('success', self.env._("Linked"), self.env._(
                "The documents that waited for %s go to Xero in a moment.", partner.display_name))
        name = self._chosen_name()
        if self.mode == 'rename':
            partner.name = name
        self._make_way(partner.sudo(), name if self.mode == 'create' else False)
        self.env['xero.contact.sync']._queue(connection, partner, manual=True)
        return connection._notify('success', self.env._("Queued"), self.env._(
            "%(partner)s goes to Xero as %(name)s in a moment, and then the documents that waited "
            "for it.", partner=partner.display_name, name=name))

    def _chosen_id(self):
        """:return: the ContactID to link to
        :raise UserError: none was given"""
        if self.address_in_xero:
            found = _GUID.search(self.address_in_xero)
            if not found:
                raise UserError(self.env._(
                    "There is no ContactID in “%s”. Open the contact in Xero and copy the address "
                    "of its page.", self.address_in_xero))
            return found[0].lower()
        if not self.candidate_id:
            raise UserError(self.env._(
                "Choose a contact, or enter the address of the contact's page in Xero."))
        return self.candidate_id.xero_id

    def _chosen_name(self):
        """:return: the name under which a new contact is created
        :raise UserError: none was given, or one that Xero refuses"""
        name = contact_name(self.new_name or '')
        if not name:
            raise UserError(self.env._("Enter the new name."))
        if any(candidate.name.casefold() == name.casefold() for candidate in self.candidate_ids
               if candidate.status != 'ARCHIVED'):
            raise UserError(self.env._(
                "Xero has an active contact %s already. Names are unique there: choose another "
                "one.", name))
        return name

    def _make_way(self, partner, name):
        """Give up the contact that is of no use, and what makes Xero take a new one for it.

        :param recordset partner: `res.partner` with all rights
        :param name: the name in Xero, False for the partner's own
        """
        values = {'xero_contact_name': name}
        number = partner._xero_contact_number()
        if partner.xero_contact_id or any(c.number == number for c in self.candidate_ids):
            values['xero_contact_series'] = partner.xero_contact_series + 1
        if partner.xero_contact_id:
            values['xero_contact_id'] = False
        partner.write(values)
