from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ...xero import contact_fit, contact_payload
from ...xero.catalogue import CONTACT_CODES
from ...xero.scalars import guid_of
from ..connection.pages import open_in_xero
from ..connection.xero_connection import ACTIVE_STATES
from ..core.problem import error_text

#: Fields that Xero is told of, and those that say to whom an address belongs.
CONTACT_FIELDS = frozenset({
    'name', 'xero_contact_name', 'email', 'phone', 'vat', 'street', 'street2', 'city', 'zip',
    'state_id', 'country_id', 'type', 'parent_id', 'is_company', 'active',
})
#: Which contact a partner is, and whether it goes to Xero at all: not everybody's to say who may
#: change its address.
LINK_FIELDS = frozenset({'xero_contact_id', 'xero_contact_name', 'xero_exclude'})


class ResPartner(models.Model):
    _name = 'res.partner'
    _inherit = ['res.partner', 'xero.covered.mixin', 'xero.organisation.mixin']

    xero_contact_id = fields.Char(
        "Xero Contact ID", company_dependent=True, prefetch='xero', copy=False,
        help="The contact of the company's Xero organisation that this partner is.")
    xero_contact_name = fields.Char(
        "Name in Xero", company_dependent=True, prefetch='xero', copy=False,
        help="The name under which this partner is known in Xero, when it is another one.")
    xero_contact_series = fields.Integer(
        company_dependent=True, prefetch='xero', copy=False, readonly=True,
        help="How often a new contact was asked for because the one before it is of no use.")
    xero_exclude = fields.Boolean(
        "Keep out of Xero", company_dependent=True, prefetch='xero',
        help="Documents of this partner are not sent to Xero by themselves.")
    # Users are partners, too, and Odoo reads both whole.
    xero_sync_ids = fields.One2many(
        'xero.contact.sync', 'partner_id', readonly=True, groups='account_xero.group_xero_user')
    xero_active = fields.Boolean(compute='_compute_xero_active')
    xero_contact_state = fields.Selection(
        [('pending', "Pending"), ('synced', "Synced to Xero"), ('failed', "Sync failed")],
        string="Contact in Xero", compute='_compute_xero_contact', compute_sudo=True)
    xero_contact_error = fields.Text(
        "Why It Failed", compute='_compute_xero_contact', compute_sudo=True)
    xero_contact_last_push = fields.Datetime(
        "Last Sent to Xero", compute='_compute_xero_contact', compute_sudo=True)
    xero_misfit = fields.Text(
        "Not Sent to Xero", compute='_compute_xero_misfit', compute_sudo=True)

    # === COMPUTE METHODS === #

    @api.depends('commercial_partner_id')
    @api.depends_context('company')
    def _compute_xero_active(self):
        connected = self.env.company.id in self.env['res.company']._xero_connected_ids()
        for partner in self:
            partner.xero_active = connected and partner.commercial_partner_id == partner

    @api.depends('xero_sync_ids.xero_state', 'xero_sync_ids.xero_error_code',
                 'xero_sync_ids.xero_error_message', 'xero_sync_ids.xero_last_push')
    @api.depends_context('company', 'lang')
    def _compute_xero_contact(self):
        for partner in self:
            row = partner.xero_sync_ids.filtered(
                lambda r: r.company_id == self.env.company._xero_owner())
            partner.xero_contact_state = row.xero_state
            partner.xero_contact_last_push = row.xero_last_push
            partner.xero_contact_error = row.xero_state == 'failed' and '\n'.join(filter(None, (
                error_text(self.env, row.xero_error_code)[0], row.xero_error_message)))

    @api.depends('xero_active', 'xero_contact_name', 'name', 'email', 'vat', 'phone', 'street',
                 'street2', 'city', 'zip', 'state_id', 'country_id', 'child_ids')
    @api.depends_context('company', 'lang')
    def _compute_xero_misfit(self):
        for partner in self:
            partner.xero_misfit = partner.xero_active and partner.name and '\n'.join(
                partner._xero_misfits())

    # === CONSTRAINTS === #

    @api.constrains('xero_contact_id')
    def _check_xero_contact_id(self):
        if self.env.context.get('xero_linking'):
            return
        self._xero_link_in_turn()
        holders = self._xero_holders(self.mapped('xero_contact_id'), but=self)
        for partner in self.filtered('xero_contact_id'):
            mine = partner.xero_contact_id
            holder = holders.get(mine) or self.filtered(
                lambda other, p=partner, m=mine: other != p and other.xero_contact_id == m)[:1]
            if holder:
                raise ValidationError(self.env._(
                    "This contact of Xero is linked to %(holder)s already. Remove the link there "
                    "first, or use %(holder)s on the documents.", holder=holder.display_name))

    @api.model
    def _xero_link_in_turn(self):
        """Let transactions that link contacts of the current company pass one after the other.

        Whoever comes second waits, and is then begun anew by Odoo, as after any conflict; so it
        sees what the first one has linked. Links are no rows that a unique index could be on.
        """
        self.env.cr.execute(SQL(
            "UPDATE xero_cursor SET path = path FROM xero_connection connection"
            " WHERE connection.id = connection_id AND company_id = %s AND path = 'Contacts'",
            self.env.company._xero_owner().id))

    @api.model
    def _xero_holders(self, xero_ids, but=()):
        """Find out who is linked to contacts of Xero, in the current company.

        :param xero_ids: ContactIDs; empty ones are left out
        :param recordset but: partners that do not count
        :return: {ContactID: partner}, in one query; archived partners count
        """
        ids = [xero_id for xero_id in xero_ids if xero_id]
        holders = self.sudo().with_context(active_test=False).search([
            ('xero_contact_id', 'in', ids), ('id', 'not in', but and but.ids)]) if ids else self
        return {holder.xero_contact_id: holder for holder in holders}

    # === CRUD METHODS === #

    @api.model
    def _xero_may_write(self, field):
        # EXTENDS 'account_xero'
        return super()._xero_may_write(field) and (
            field.name not in LINK_FIELDS
            or self.env.user.has_group('account_xero.group_xero_user'))

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        partners = super().create([
            {**vals, 'xero_contact_id': guid_of(vals['xero_contact_id'])}
            if vals.get('xero_contact_id') else vals for vals in vals_list])
        partners.parent_id._xero_contact_changed()
        return partners

    def write(self, vals):
        # EXTENDS 'base'
        if vals.get('xero_contact_id'):     # one identifier is one text, however it was typed
            vals = {**vals, 'xero_contact_id': guid_of(vals['xero_contact_id'])}
        concerned = not CONTACT_FIELDS.isdisjoint(vals)
        # The one that an address belonged to loses it.
        before = self.parent_id if 'parent_id' in vals else self.browse()
        result = super().write(vals)
        if 'xero_contact_id' in vals and not self.env.context.get('xero_linking'):
            self._xero_contact_linked()
        if concerned:
            (self | before)._xero_contact_changed()
        return result

    def unlink(self):
        # EXTENDS 'base'
        parents = self.parent_id - self
        result = super().unlink()
        parents._xero_contact_changed()
        return result

    # === QUEUE === #

    @api.model
    def _xero_link(self, links):
        """Link partners to contacts of Xero, in the current company.

        :param dict links: {partner: ContactID}
        :return: {partner: the other partner that has this contact}, of those that were not linked
        """
        if links:
            self._xero_link_in_turn()
        holders, taken, linked = self._xero_holders(links.values()), {}, self.browse()
        for partner, xero_id in links.items():
            holder = holders.setdefault(xero_id, partner)
            if holder != partner:
                taken[partner] = holder
                continue
            partner.with_context(xero_linking=True).xero_contact_id = xero_id
            linked |= partner
        linked._xero_show_covered(['xero_contact_id'])
        linked._xero_contact_linked()
        return taken

    def _xero_contact_linked(self):
        """The current company's link has changed: what said that there is none is over, and what
        failed for want of it goes out."""
        if not self:
            return
        mine = [('company_id', '=', self.env.company._xero_owner().id),
                ('partner_id', 'in', self.ids)]
        self.env['xero.contact.candidate'].sudo().search(mine).unlink()
        self.env['xero.contact.match'].sudo()._drop_linked(self)
        rows = self.env['xero.contact.sync'].sudo().search(mine)
        rows.write({'xero_payload_hash': False})     # it was of the contact before
        rows.filtered(lambda row: row.xero_state == 'failed').write({
            **rows._xero_success(), 'xero_state': False})
        self.env['xero.waiting.mixin']._xero_put_right(
            self.env.company._xero_together(), CONTACT_CODES, self)

    def _xero_contact_changed(self):
        """What Xero is told of these partners may have changed: contacts that are kept up to date
        are queued, and what failed because of it goes out again."""
        if not self:
            return
        connections = self.env['xero.connection'].sudo().search([('state', 'in', ACTIVE_STATES)])
        if not connections:
            return
        partners = self.sudo().exists().commercial_partner_id
        failed = self.env['xero.contact.sync'].sudo().search([
            ('partner_id', 'in', partners.ids), ('xero_state', '=', 'failed'),
            ('xero_manual', '=', True)])
        for connection in connections:
            again = failed.filtered(lambda r, c=connection: r.connection_id == c).partner_id
            if connection.update_contacts:
                again |= partners.with_company(connection.company_id).filtered(
                    lambda p: p.xero_contact_id and not p.xero_exclude)
            self.env['xero.contact.sync']._queue(connection, again)
        self.env['xero.waiting.mixin']._xero_put_right(
            connections.company_id._xero_together(),
            ('contact_collision', 'contact_archived', 'contact_refused'), partners)

    @api.model
    def _xero_forget(self, connection):
        # OVERRIDES 'account_xero': the partner stays, its link goes
        self.with_company(connection.company_id).with_context(active_test=False).search(
            [('xero_contact_id', '!=', False)]).xero_contact_id = False

    # === WHAT IS SENT === #

    def _xero_contact_number(self):
        """Return the number that makes the partner known in Xero as ours, in at most 50
        characters.

        It carries the database's identity, so that two databases that share an organisation do
        not take each other's contacts for their own.

        :rtype: str
        """
        database = self.env['ir.config_parameter'].sudo().get_param('database.uuid') or ''
        series = f'-{self.xero_contact_series}' if self.xero_contact_series else ''
        return f'ODOO-{database[:8]}-{self.id}{series}'

    def _xero_prepare_contact(self):
        """Return what Xero is told about a contact; a missing value is left out.

        A contact that is linked keeps its number, which may be another program's.

        :rtype: contact_payload.ContactData
        """
        self.ensure_one()
        return contact_payload.ContactData(
            xero_id=self.xero_contact_id or None,
            name=self.xero_contact_name or self.name,
            number=None if self.xero_contact_id else self._xero_contact_number(),
            email=self.email_normalized or self.email or None,
            tax_number=self.vat or None,
            phones=(contact_payload.Phone('DEFAULT', self.phone),) if self.phone else (),
            addresses=self._xero_prepare_addresses(),
        )

    def _xero_prepare_addresses(self):
        """Return the two addresses of a contact; the partner's own where it has no special one.

        Xero: POBOX is the mailing address, which is printed on invoices; STREET is the place.

        :rtype: tuple(contact_payload.Address)
        """
        chosen = self.address_get(['invoice', 'delivery'])
        places = (('POBOX', self.browse(chosen['invoice'])),
                  ('STREET', self.browse(chosen['delivery'])))
        return tuple(
            contact_payload.Address(
                type=kind, lines=tuple(filter(None, (place.street, place.street2))),
                city=place.city or None, region=place.state_id.name or None,
                postal_code=place.zip or None, country=place.country_id.name or None)
            for kind, place in places
            if any((place.street, place.city, place.zip, place.country_id)))

    def _xero_misfits(self):
        """:return: list of texts: what of these contacts Xero does not take, and why"""
        labels = {
            'name': self.env._("the name"), 'email': self.env._("the e-mail address"),
            'tax_number': self.env._("the tax number"), 'phone': self.env._("the phone number"),
            'street': self.env._("the street"), 'city': self.env._("the city"),
            'region': self.env._("the state"), 'postal_code': self.env._("the postal code"),
            'country': self.env._("the country"),
        }
        def shorten(text):
            return text if len(text) <= 60 else f'{text[:60].rstrip()}…'

        texts = []
        for partner in self:
            for misfit in contact_fit.fit(partner._xero_prepare_contact()).misfits:
                named = {'partner': shorten(partner.name), 'what': labels[misfit.field],
                         'value': shorten(misfit.value)}
                if misfit.field in ('name', 'street'):
                    text = self.env._(
                        "%(partner)s: %(what)s is too long for Xero; it is sent shortened.",
                        **named)
                elif misfit.reason == 'long':
                    text = self.env._(
                        "%(partner)s: %(what)s “%(value)s” is longer than the %(length)s "
                        "characters that Xero takes; it is left out.",
                        length=contact_fit.LENGTHS[misfit.field], **named)
                else:
                    text = self.env._(
                        "%(partner)s: %(what)s “%(value)s” is none that Xero takes, which has "
                        "plain letters and digits; it is left out.", **named)
                texts.append(text)
        return texts

    # === ACTIONS === #

    def _xero_connection_to_use(self):
        """:return: the current company's `xero.connection`, for a user who may use it
        :raise AccessError: the user may not send to Xero
        :raise UserError: the company is not connected"""
        if not self.env.user.has_group('account_xero.group_xero_user'):
            raise AccessError(self.env._("Ask for the right “Xero: Synchronise” to do this."))
        self.check_access('read')
        connections = self.env.company._xero_connections()
        if not connections:
            raise UserError(self.env._(
                "%s is not connected to Xero.", self.env.company.display_name))
        return connections[self.env.company.id]

    def action_xero_sync_now(self):
        """Queue the contacts of partners at once: created or brought up to date, whatever the
        switches say.

        :return: a notification; the push itself runs in the background
        """
        connection = self._xero_connection_to_use()
        partners = self.commercial_partner_id
        self.env['xero.contact.sync']._queue(connection, partners, manual=True)
        partners._xero_queue_balance(connection)
        self.env['xero.health']._end_outage(connection)
        return connection._notify('success', self.env._("Queued"), self.env._(
            "Contacts that go to Xero in a moment: %s", len(partners)))

    def action_xero_open(self):
        """:return: action that opens the contact in Xero, in a new tab
        :raise UserError: it is not linked to one"""
        self.ensure_one()
        return open_in_xero(self._xero_connection_to_use(), 'CONTACT', self.xero_contact_id)

    def action_xero_contact_wizard(self):
        """:return: action that opens the choice of the contact that this partner is"""
        self.ensure_one()
        self._xero_connection_to_use()
        return self.env['xero.contact.wizard']._action(self.commercial_partner_id, self.env.company)
