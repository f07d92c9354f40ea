from odoo import api, fields, models
from odoo.fields import Domain

from ..connection.pages import open_in_xero


class XeroContact(models.Model):
    """A contact as Xero had it when it was last read, so that people can match contacts and see
    balances without waiting for a call."""

    _name = 'xero.contact'
    _inherit = 'xero.organisation.mixin'
    _description = "Contact in Xero"
    _order = 'name, id'

    connection_id = fields.Many2one(
        'xero.connection', required=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
    xero_id = fields.Char("Contact ID", required=True, readonly=True)
    name = fields.Char(readonly=True)
    number = fields.Char("Contact Code", readonly=True)
    status = fields.Char("Status Code", readonly=True)
    status_label = fields.Char("Status", compute='_compute_status_label')
    merged_to = fields.Char(
        "Merged Into", readonly=True, help="The contact that it was merged into in Xero.")
    email = fields.Char("E-mail", readonly=True)
    phone = fields.Char(readonly=True)
    tax_number = fields.Char(readonly=True)
    bank_account = fields.Char(
        readonly=True, help="Xero tells it only to users who may see bank details.")
    street = fields.Char(readonly=True)
    street2 = fields.Char(readonly=True)
    city = fields.Char(readonly=True)
    region = fields.Char(readonly=True)
    postal_code = fields.Char(readonly=True)
    country = fields.Char(readonly=True)
    address = fields.Char(readonly=True)
    updated = fields.Datetime("Changed in Xero", readonly=True)
    receivable = fields.Float(
        "Owed to Us", digits=(16, 2), readonly=True,
        help="Outstanding on sales invoices, as Xero says. It adds up currencies as they are.")
    payable = fields.Float(
        "Owed by Us", digits=(16, 2), readonly=True,
        help="Outstanding on bills, as Xero says. It adds up currencies as they are.")
    balance_at = fields.Datetime("As Of", readonly=True)
    partner_id = fields.Many2one(
        'res.partner', "Linked To", compute='_compute_partner_id', search='_search_partner_id',
        compute_sudo=True)

    _contact_uniq = models.Constraint(
        'UNIQUE(connection_id, xero_id)', "An organisation has a contact once.")

    # === COMPUTE METHODS === #

    @api.depends('name', 'email')
    def _compute_display_name(self):
        for contact in self:
            contact.display_name = ', '.join(filter(None, (contact.name, contact.email)))

    @api.depends('status')
    def _compute_status_label(self):
        labels = {
            'ACTIVE': self.env._("Active"),
            'ARCHIVED': self.env._("Archived"),
            'GDPRREQUEST': self.env._("Erasure requested"),
        }
        for contact in self:
            contact.status_label = labels.get(contact.status, contact.status)

    @api.depends('xero_id', 'connection_id')
    def _compute_partner_id(self):
        for connection, contacts in self.grouped('connection_id').items():
            holders = self.env['res.partner'].with_company(
                connection.company_id)._xero_holders(contacts.mapped('xero_id'))
            for contact in contacts:
                contact.partner_id = holders.get(contact.xero_id)

    def _search_partner_id(self, operator, value):
        if operator != 'in':
            return NotImplemented
        wanted = Domain('xero_contact_id', '!=', False)
        if False not in value:
            wanted &= Domain('id', 'in', list(value))
        linked = Domain.OR(
            Domain('connection_id', '=', connection.id) & Domain('xero_id', 'in', self.env[
                'res.partner'].sudo().with_company(connection.company_id).with_context(
                    active_test=False).search(wanted).mapped('xero_contact_id'))
            for connection in self.env['xero.connection'].sudo().search([]))
        if False not in value:
            return linked
        named = [partner_id for partner_id in value if partner_id]
        return ~linked | self._search_partner_id('in', named) if named else ~linked

    # === WHAT XERO SAYS === #

    @api.model
    def _store(self, connection, contacts):
        """Keep contacts as Xero has them; those that are the same are not written.

        :param recordset connection: `xero.connection` that they are of
        :param list contacts: parse.Contact
        """
        contacts = {contact.xero_id: contact for contact in contacts if contact.xero_id}
        known = {row.xero_id: row for row in self.search([
            ('connection_id', '=', connection.id), ('xero_id', 'in', list(contacts))])}
        new = []
        for xero_id, contact in contacts.items():
            values = self._prepare_contact(contact)
            if xero_id in known:
                known[xero_id].write(values)
            else:
                new.append({**values, 'connection_id': connection.id, 'xero_id': xero_id})
        self.create(new)

    @api.model
    def _prepare_contact(self, contact):
        """:param parse.Contact contact: as Xero gave it
        :return: values of the row that keeps it"""
        place, balances = contact.place, contact.balances
        return {
            **{name: getattr(contact, name) for name in (
                'name', 'number', 'status', 'merged_to', 'email', 'phone', 'tax_number',
                'bank_account', 'address')},
            **{name: getattr(place, name) for name in place.__slots__},
            'updated': contact.updated and contact.updated.replace(microsecond=0),
            'receivable': float(balances.receivable) if balances else 0,
            'payable': float(balances.payable) if balances else 0,
            'balance_at': bool(balances) and fields.Datetime.now(),
        }

    # === PARTNERS FROM CONTACTS === #

    def _create_partners(self):
        """Create a partner for each of these contacts, which are of one connection, and link
        them.

        :return: `res.partner`; none for a contact that is linked already
        """
        free = self.filtered(lambda contact: not contact.partner_id)
        # Xero has tax numbers that Odoo's check refuses; that is for people to put right.
        Partner = self.env['res.partner'].sudo().with_company(self.company_id).with_context(
            no_vat_validation=True)
        countries = free._countries()
        partners = Partner.create([
            contact._xero_prepare_partner(countries.get(contact._country_key()))
            for contact in free])
        Partner._xero_link(dict(zip(partners, free.mapped('xero_id'), strict=True)))
        return partners

    def _country_key(self):
        return (self.country or '').strip().casefold()

    def _countries(self):
        """:return: {name or code as it is compared: `res.country`}"""
        if not any(self.mapped('country')):
            return {}
        countries = self.env['res.country'].with_context(lang='en_US').search_fetch(
            [('code', '!=', False)], ['name', 'code'])
        return {text.casefold(): country for country in countries
                for text in (country.name, country.code)}

    def _xero_prepare_partner(self, country):
        """Return the values of the partner that is made of a contact.

        :param country: `res.country` or None
        :rtype: dict
        """
        self.ensure_one()
        return {
            'name': self.name,
            'is_company': True,
            'email': self.email,
            'phone': self.phone,
            'vat': self.tax_number,
            'street': self.street,
            'street2': self.street2,
            'city': self.city,
            'zip': self.postal_code,
            'country_id': country.id if country else False,
            'company_id': False,
        }

    # === ACTIONS === #

    def action_open(self):
        """:return: action that opens the contact in Xero, in a new tab"""
        self.ensure_one()
        return open_in_xero(self.connection_id, 'CONTACT', self.xero_id)
