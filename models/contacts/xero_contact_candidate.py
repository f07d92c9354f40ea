from odoo import api, fields, models

from ...xero import matching


class XeroContactCandidate(models.Model):
    """A contact that Xero has in the place of one that it refused, kept from the look-up so that
    a user can choose without a call."""

    _name = 'xero.contact.candidate'
    _description = "Contact in Xero That May Be Ours"
    _order = 'name, id'

    partner_id = fields.Many2one(
        'res.partner', required=True, index=True, ondelete='cascade', readonly=True)
    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    xero_id = fields.Char("Contact ID", required=True, readonly=True)
    name = fields.Char(readonly=True)
    number = fields.Char("Contact Code", readonly=True)
    status = fields.Char(readonly=True)
    email = fields.Char("E-mail", readonly=True)
    phone = fields.Char(readonly=True)
    tax_number = fields.Char(readonly=True)
    address = fields.Char(readonly=True)
    reason = fields.Char("Why It Was Not Linked", compute='_compute_reason', compute_sudo=True)

    @api.depends('name', 'email')
    def _compute_display_name(self):
        for candidate in self:
            candidate.display_name = ', '.join(filter(None, (candidate.name, candidate.email)))

    @api.depends('status', 'xero_id', 'partner_id.email', 'partner_id.vat', 'email', 'tax_number')
    @api.depends_context('lang')
    def _compute_reason(self):
        for connection, candidates in self.grouped('connection_id').items():
            holders = self.env['res.partner'].with_company(
                connection.company_id)._xero_holders(candidates.mapped('xero_id'))
            for candidate in candidates:
                candidate.reason = candidate._reason(holders.get(candidate.xero_id))

    def _reason(self, holder):
        """:param recordset holder: the partner that is linked to this contact, or None"""
        if holder and holder != self.partner_id:
            return self.env._("It is linked to %s.", holder.display_name)
        if self.status == 'ARCHIVED':
            return self.env._("It is archived in Xero.")
        partner = self.partner_id
        emails = set(map(matching.email_key, (partner.email, self.email)))
        numbers = set(map(matching.tax_key, (partner.vat, self.tax_number)))
        other_email = len(emails) > 1 and '' not in emails
        other_number = len(numbers) > 1 and ('', '') not in numbers
        if other_email and other_number:
            return self.env._("It has the same name, but another e-mail address and tax number.")
        if other_email:
            return self.env._("It has the same name, but another e-mail address.")
        if other_number:
            return self.env._("It has the same name, but another tax number.")
        return self.env._(
            "It has the same name. There is nothing else to compare that both sides have.")

    @api.model
    def _replace(self, connection, found):
        """Keep what a look-up has found, in place of what an earlier one found.

        :param recordset connection: that was asked
        :param dict found: {partner: list of parse.Contact}
        """
        partners = self.env['res.partner'].union(*found)
        self.search([('connection_id', '=', connection.id),
                     ('partner_id', 'in', partners.ids)]).unlink()
        self.create([{
            'partner_id': partner.id,
            'connection_id': connection.id,
            'xero_id': contact.xero_id,
            'name': contact.name,
            'number': contact.number,
            'status': contact.status,
            'email': contact.email,
            'phone': contact.phone,
            'tax_number': contact.tax_number,
            'address': contact.address,
        } for partner, contacts in found.items() for contact in contacts])
