"""Contact matching: what partners and contacts seem to be the same, confirmed by people."""
import logging
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...xero import matching
from ..core.apart import apart
from ..core.kinds import XERO_KINDS

_logger = logging.getLogger(__name__)

#: What a person has decided is not proposed anew.
DECIDED = 'chosen'


class XeroContactMatch(models.Model):
    """A partner that is not linked, a contact that is not linked, or both as a proposal.

    The rows are a work list: they are brought up to date whenever somebody opens it, and go when
    their partner or contact is linked. Confirming a row changes the link and nothing else.
    """

    _name = 'xero.contact.match'
    _inherit = ['xero.guard.mixin', 'xero.organisation.mixin']
    _description = "Contact to Match"
    _order = 'score desc, id'
    _rec_name = 'partner_id'

    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    partner_id = fields.Many2one('res.partner', "In Odoo", index=True, ondelete='cascade')
    contact_id = fields.Many2one('xero.contact', "In Xero", index=True, ondelete='cascade')
    certainty = fields.Selection(
        [
            ('certain', "Certain"),
            ('likely', "Likely"),
            ('ambiguous', "Ambiguous"),
            ('chosen', "Chosen by hand"),
            ('here', "Only in Odoo"),
            ('there', "Only in Xero"),
        ], "How Sure", required=True, readonly=True)
    score = fields.Integer(
        readonly=True, aggregator=None, help="Out of 100; our own contact code alone is 100.")
    evidence = fields.Char(readonly=True)
    rival_ids = fields.Many2many(
        'xero.contact', 'xero_contact_match_rival_rel', string="Contacts That Fit", readonly=True)
    claimant_ids = fields.Many2many(
        'res.partner', 'xero_contact_match_claimant_rel', string="Partners That Fit",
        readonly=True)
    blocked_id = fields.Many2one(
        'xero.contact', "Fits, But Cannot Be Used", ondelete='set null', readonly=True)
    has_documents = fields.Boolean("Has Invoices or Bills", readonly=True)
    dismissed = fields.Boolean("Left As It Is", readonly=True)
    reason = fields.Char("Why", compute='_compute_reason', compute_sudo=True)
    partner_email = fields.Char("E-mail in Odoo", related='partner_id.email')
    partner_vat = fields.Char("Tax Number in Odoo", related='partner_id.vat')
    contact_email = fields.Char("E-mail in Xero", related='contact_id.email')
    contact_tax_number = fields.Char("Tax Number in Xero", related='contact_id.tax_number')
    contact_address = fields.Char("Address in Xero", related='contact_id.address')

    # === COMPUTE METHODS === #

    @api.depends('evidence', 'rival_ids', 'claimant_ids', 'blocked_id')
    @api.depends_context('lang')
    def _compute_reason(self):
        texts = {
            'number': self.env._("the contact code is ours"),
            'tax': self.env._("same tax number"),
            'bank': self.env._("same bank account"),
            'email': self.env._("same e-mail address"),
            'name': self.env._("same name"),
            matching.OTHER_TAX: self.env._("but another tax number"),
        }
        for match in self:
            parts = [texts[code] for code in (match.evidence or '').split(',') if code]
            parts = [', '.join(parts).capitalize()] if parts else []
            if match.rival_ids[1:]:
                parts.append(self.env._(
                    "Several fit equally well: %s", '; '.join(match.rival_ids.mapped('name'))))
            if match.claimant_ids:
                parts.append(self.env._(
                    "%(contacts)s fits these, too: %(partners)s",
                    contacts='; '.join(match.rival_ids.mapped('name')),
                    partners='; '.join(match.claimant_ids.mapped('display_name'))))
            blocked = match.blocked_id
            if blocked:
                parts.append(self.env._(
                    "%(contact)s fits, but is linked to %(partner)s", contact=blocked.name,
                    partner=blocked.partner_id.display_name)
                    if blocked.partner_id else self.env._(
                        "%(contact)s fits, but is archived in Xero", contact=blocked.name))
            match.reason = '. '.join(parts)

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        # What is chosen is shown with all rights.
        self.partner_id.check_access('read')
        self.contact_id.check_access('read')
        if not {'partner_id', 'contact_id'}.isdisjoint(vals) and 'certainty' not in vals:
            for match in self.sudo():
                match.certainty = (
                    DECIDED if match.partner_id and match.contact_id
                    else 'here' if match.partner_id else 'there')
        return result

    # === PROPOSING === #

    @api.model
    def _propose(self, connection):
        """Bring the work list of a connection up to date; what people have chosen stays.

        The queries do not grow with the partners and contacts, and rows that are as they were
        are not written.

        :param recordset connection: `xero.connection`, with all rights
        """
        partners = self._open_partners(connection)
        contacts = self.env['xero.contact'].search([('connection_id', '=', connection.id)])
        holders = contacts.grouped('partner_id')
        free = holders.get(self.env['res.partner'], contacts.browse()).filtered(
            lambda contact: contact.status == 'ACTIVE')
        rows = self.search([('connection_id', '=', connection.id)])
        kept = rows.filtered(
            lambda row: (row.dismissed or row.certainty == DECIDED)
            and row.partner_id <= partners and row.contact_id <= free)
        wanted = self._prepare_rows(
            connection, partners - kept.partner_id, contacts - kept.contact_id,
            free - kept.contact_id)
        known = {(row.partner_id.id, row._alone().id): row for row in rows - kept}
        new = []
        for values in wanted:
            key = values['partner_id'], not values['partner_id'] and values['contact_id']
            row = known.pop(key, None)
            if row is None:
                new.append({**values, 'connection_id': connection.id})
            else:
                row._update(values)
        self.browse([row.id for row in known.values()]).unlink()
        self.create(new)

    def _alone(self):
        """:return: the contact of a row that has no partner"""
        return self.env['xero.contact'] if self.partner_id else self.contact_id

    def _update(self, values):
        """:param dict values: of :meth:`_prepare_rows`; what is stored already is not written"""
        stored = {
            name: self[name].ids if self._fields[name].type == 'many2many'
            else self[name].id if self._fields[name].type == 'many2one' else self[name]
            for name in values}
        if stored != values:
            self.write(values)

    @api.model
    def _open_partners(self, connection):
        """:return: the commercial partners that are not linked and not kept out of Xero"""
        company = connection.company_id
        companies = company._xero_together()
        return self.env['res.partner'].with_company(company).search_fetch([
            '|', ('parent_id', '=', False), ('is_company', '=', True),
            ('company_id', 'in', (False, *companies.ids)),
            ('id', 'not in', companies.partner_id.ids),
            ('xero_contact_id', '=', False), ('xero_exclude', '=', False),
        ], ['name', 'email', 'vat', 'xero_contact_name', 'xero_contact_series'], order='id')

    def _prepare_rows(self, connection, partners, contacts, free):
        """Return the values of the rows, but for what people have decided.

        Partners without invoices are left out unless a contact fits them: Xero needs none of
        them.

        :param recordset contacts: `xero.contact`, all of them
        :param recordset free: those that may be linked
        :rtype: list(dict)
        """
        used = self._with_documents(connection)
        proposals = matching.propose(
            self._parties_here(partners), self._parties_there(contacts, free))
        rows, met = [], set()
        for found in proposals:
            met.update(found.rivals)
            met.add(found.contact)
            fits = found.contact or found.rivals or found.blocked
            if fits or found.partner in used:
                rows.append({
                    'partner_id': found.partner,
                    'contact_id': found.contact or False,
                    'certainty': self._certainty(found),
                    'score': found.score,
                    'evidence': ','.join(found.evidence) or False,
                    'rival_ids': sorted(found.rivals),
                    'claimant_ids': sorted(found.claimants),
                    'blocked_id': found.blocked or False,
                    'has_documents': found.partner in used,
                })
        rows += [
            {'partner_id': False, 'contact_id': contact_id, 'certainty': 'there', 'score': 0,
             'evidence': False, 'rival_ids': [], 'claimant_ids': [], 'blocked_id': False,
             'has_documents': False}
            for contact_id in free.ids if contact_id not in met]
        return rows

    def _certainty(self, found):
        """
        :param Proposal found: of one partner
        :return: how sure it is, of the selection
        :rtype: str
        """
        if found.contact:
            return 'certain' if found.certain else 'likely'
        return 'ambiguous' if found.rivals else 'here'

    def _with_documents(self, connection):
        """:return: ids of the commercial partners that have invoices or bills in the company"""
        return {partner.id for partner, in self.env['account.move']._read_group([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('state', '!=', 'cancel'), ('move_type', 'in', list(XERO_KINDS)),
        ], ['commercial_partner_id'])}

    def _parties_here(self, partners):
        """:return: iterator of matching.Party"""
        accounts = self.env['res.partner.bank'].search_fetch(
            [('partner_id', 'in', partners.ids)], ['partner_id', 'sanitized_acc_number']
        ).grouped('partner_id')

        def party(partner):
            banks = accounts.get(partner)
            return matching.Party(
                partner.id, number=partner._xero_contact_number(), name=partner.name or '',
                other_name=partner.xero_contact_name or '', email=partner.email or '',
                tax_number=partner.vat or '',
                bank=tuple(banks.mapped('sanitized_acc_number')) if banks else ())

        def failed(faults):
            for partner, error in faults:
                _logger.error("No contact can be proposed for %s", partner, exc_info=error)

        return (one for part in apart(
            self.env, partners, lambda some: list(map(party, some)), failed) for one in part)

    def _parties_there(self, contacts, free):
        """:return: iterator of matching.Party"""
        usable = set(free.ids)
        for contact in contacts:
            yield matching.Party(
                contact.id, number=contact.number or '', name=contact.name or '',
                email=contact.email or '', tax_number=contact.tax_number or '',
                bank=(contact.bank_account,) if contact.bank_account else (),
                blocked=contact.id not in usable)

    @api.model
    def _drop_linked(self, partners):
        """Partners have got contacts: there is nothing to decide about either any more.

        :param recordset partners: `res.partner`, in the company that the links are of
        """
        ids = [xero_id for xero_id in partners.mapped('xero_contact_id') if xero_id]
        rows = self.search([
            ('company_id', '=', self.env.company._xero_owner().id),
            '|', ('partner_id', 'in', partners.ids), ('contact_id.xero_id', 'in', ids),
        ]) if ids else self
        left = rows.filtered(
            lambda row: row.partner_id and not row.partner_id.xero_contact_id)
        (rows - left).unlink()
        for row in left:
            row.write({
                'contact_id': False, 'certainty': 'here', 'score': 0, 'evidence': False,
                'blocked_id': row.contact_id.id})

    # === ACTIONS === #

    def _get_connection(self):
        """Return the connection of these rows, for a user who may match.

        :return: `xero.connection` with all rights
        :raise UserError: they are of several
        """
        if len(self.connection_id) != 1:
            raise UserError(self.env._("Select rows of one company."))
        self.connection_id.check_access('write')
        self.check_access('write')
        return self.connection_id.sudo()

    def action_confirm(self):
        """Link the partners and contacts of these rows. Both stay as they are otherwise; the
        documents that waited for the contacts go out.

        :return: a notification, which also says what was refused
        :raise UserError: nothing could be linked
        """
        connection = self._get_connection()
        rows = self.sudo().filtered(lambda row: row.partner_id and row.contact_id)
        refused, links = rows._check_pairs(connection)
        names = {partner: row.contact_id.name for row in rows for partner in row.partner_id}
        taken = self.env['res.partner'].sudo().with_company(connection.company_id)._xero_link(links)
        refused += [
            self.env._("%(contact)s is linked to %(holder)s already.",
                       contact=names[partner], holder=holder.display_name)
            for partner, holder in taken.items()]
        count = len(links) - len(taken)
        if not count:
            raise UserError('\n'.join(refused) or self.env._(
                "Choose a contact, or a partner, in the rows that you select."))
        return connection._notify(
            'warning' if refused else 'success', self.env._("Contacts matched"),
            '\n'.join([self.env._("Partners linked: %s", count), *refused]))

    def _check_pairs(self, connection):
        """Find what would be linked twice.

        :return: (what is refused, in words; {partner: ContactID} of the others)
        """
        partners = Counter(row.partner_id for row in self)
        contacts = Counter(row.contact_id for row in self)
        refused, links = {}, {}
        for row in self.with_company(connection.company_id):
            partner, contact = row.partner_id, row.contact_id
            if contacts[contact] > 1:
                refused[self.env._(
                    "%s is chosen for several partners. A contact of Xero belongs to one.",
                    contact.name)] = True
            elif partners[partner] > 1:
                refused[self.env._(
                    "Several contacts are chosen for %s. A partner has one.",
                    partner.display_name)] = True
            elif partner.xero_contact_id and partner.xero_contact_id != contact.xero_id:
                refused[self.env._(
                    "%s is linked to another contact of Xero already.",
                    partner.display_name)] = True
            elif contact.status != 'ACTIVE':
                refused[self.env._("%s is archived in Xero.", contact.name)] = True
            elif contact.connection_id != connection or (
                    partner.company_id
                    and partner.company_id not in connection.company_id._xero_together()):
                refused[self.env._(
                    "%s belongs to another company.", partner.display_name)] = True
            else:
                links[partner] = contact.xero_id
        return list(refused), links

    def action_create_partner(self):
        """Create the partners of contacts that are only in Xero, and link them.

        :return: a notification
        :raise UserError: none of these contacts is without a partner
        """
        connection = self._get_connection()
        contacts = self.sudo().filtered(lambda row: not row.partner_id).contact_id.filtered(
            lambda contact: contact.connection_id == connection)
        partners = contacts._create_partners()
        if not partners:
            raise UserError(self.env._("Select contacts that are only in Xero."))
        return connection._notify('success', self.env._("Partners created"), self.env._(
            "Partners created and linked: %s", len(partners)))

    def action_create_contact(self):
        """Have the push create contacts for partners that are only here.

        :return: a notification
        :raise UserError: none of these partners is without a contact
        """
        connection = self._get_connection()
        partners = self.filtered(lambda row: not row.contact_id).partner_id
        if not partners:
            raise UserError(self.env._("Select partners that are only in Odoo."))
        return partners.with_company(connection.company_id).action_xero_sync_now()

    def action_dismiss(self):
        """Leave partners and contacts as they are, and out of the list."""
        self._get_connection()
        self.sudo().dismissed = True

    def action_restore(self):
        """Take back :meth:`action_dismiss`."""
        self._get_connection()
        self.sudo().dismissed = False
