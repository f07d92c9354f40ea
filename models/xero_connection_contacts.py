"""The way of contacts: created for documents, sent by hand or when they change, told apart."""
from odoo import fields, models

from ..xero import payload
from ..xero.parse import Contact
from .account_move_preflight import Problem
from .account_move_push import fingerprint
from .fault import apart, fault_text
from .xero_connection_push import CHUNK, DAY_RESERVE
from .xero_request import CONTACT_OPERATIONS


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    def write(self, vals):
        # EXTENDS 'account_xero'
        result = super().write(vals)
        if vals.get('update_contacts') is False:
            self.env['xero.contact.sync'].sudo().search([
                ('connection_id', 'in', self.ids), ('state', '=', 'pending'),
                ('manual', '=', False)]).state = False
        return result

    # === THE QUEUE === #

    def _contacts_domain(self, manual_only=False):
        """:param bool manual_only: leave out what has only changed
        :return: domain of the `xero.contact.sync` that may go out now"""
        self.ensure_one()
        waiting = fields.Domain([('connection_id', '=', self.id), ('state', '=', 'pending')])
        if manual_only or not self.update_contacts or self._calls_left_today() <= DAY_RESERVE:
            waiting &= fields.Domain('manual', '=', True)
        return waiting

    def _contacts_on_their_way(self):
        """:return: ids of the partners whose contacts had no answer yet"""
        return self.env['xero.request'].search([
            ('connection_id', '=', self.id), ('operation', 'in', CONTACT_OPERATIONS),
        ])._record_ids()

    def _push_contacts(self, manual_only=False):
        """Send the contacts that wait for themselves, not for a document.

        :param bool manual_only: leave out what has only changed
        :raise XeroError: nothing more can be sent now
        """
        Sync, seen = self.env['xero.contact.sync'], []
        while self._time_left():
            rows = Sync.search(
                self._contacts_domain(manual_only) & fields.Domain([
                    ('id', 'not in', seen),
                    ('partner_id', 'not in', list(self._contacts_on_their_way()))]),
                limit=CHUNK, order='id')
            if not rows or self.state != 'connected':
                return
            seen += rows.ids
            reserve = 0 if all(rows.mapped('manual')) else DAY_RESERVE
            self._push_requests(
                self._transaction(self._prepare_contact_requests, rows.partner_id), reserve)

    def _pending_of(self, partners):
        """:return: the documents that wait for these partners' contacts"""
        return self.env['account.move'].search([
            ('company_id', '=', self.company_id.id), ('xero_state', '=', 'pending'),
            ('state', '=', 'posted'), ('commercial_partner_id', 'in', partners.ids)])

    # === WHAT IS SENT === #

    def _prepare_contacts(self, moves):
        """Return the values of the requests that create the contacts these documents need.

        Partners whose creation had no answer yet are left alone; their documents wait with them.

        :rtype: list(dict)
        """
        busy = self._contacts_on_their_way()
        posted = moves.exists().filtered(lambda move: move.state == 'posted')
        partners = self.env['res.partner'].union(*apart(
            self.env, posted, lambda some: some.mapped(lambda move: move._xero_partner()),
            self._fail_faulty))
        return self._prepare_contact_requests(partners.filtered(
            lambda partner: not partner.xero_contact_id and partner.id not in busy))

    def _prepare_contact_requests(self, partners):
        """Return the values of the requests that create the contacts of partners that are not
        linked, and update those of the others unless Xero has them as they are.

        :rtype: list(dict)
        """
        Request, new, changed = self.env['xero.request'], ([], []), ([], [])
        for part in apart(
                self.env, partners, self._prepare_contacts_together, self._fail_faulty_contacts):
            for partner, body, item in part:
                bodies, items = changed if partner.xero_contact_id else new
                bodies.append(body)
                items.append(item)
        return [
            *Request._batches(self, 'contacts', 'Contacts', *new, 'Contacts'),
            *Request._batches(self, 'contact_update', 'Contacts', *changed, 'Contacts', 'POST'),
        ]

    def _prepare_contacts_together(self, partners):
        """Return what is sent of partners, all or none.

        :return: (partner, JSON object, item of the request) of those that Xero has not as they are
        :rtype: list(tuple)
        """
        Sync = self.env['xero.contact.sync']
        rows = {row.partner_id.id: row for row in Sync.search_fetch(
            [('connection_id', '=', self.id), ('partner_id', 'in', partners.ids)],
            ['partner_id', 'ticket', 'payload_hash'])}
        things, same = [], []
        for partner in partners:
            row = rows.get(partner.id, Sync)
            body = payload.contact_body(partner._xero_prepare_contact())
            item = {'id': partner.id, 'ticket': row.ticket, 'hash': fingerprint(body)}
            if partner.xero_contact_id and item['hash'] == row.payload_hash:
                same.append((partner, row.ticket, Sync._success()))
            else:
                things.append((partner, body, item))
        Sync._settle(self, same)
        return things

    def _fail_faulty_contacts(self, faults):
        """Fail contacts that something fails for.

        :param list faults: (partner, exception), as of `fault.apart`
        """
        tickets = {row.partner_id: row.ticket for row in self._contacts_waiting(
            [partner for partner, _error in faults])}
        self._fail_contacts([
            (partner, tickets.get(partner, False), Problem.at(
                partner, 'validation_error', self.env._(
                    "Contact %(name)s: %(reason)s", name=partner.display_name,
                    reason=fault_text(partner, error))))
            for partner, error in faults])

    # === WHAT BECOMES OF IT === #

    def _apply_contacts(self, done, answer):
        """Link the partners whose contacts were created, and keep what Xero has of each.

        :param list done: (item, Outcome)
        :param Answer answer: that tells of them
        """
        Partner, Sync = self.env['res.partner'], self.env['xero.contact.sync']
        # One that was deleted meanwhile is not there to be linked.
        partners = {partner.id: partner for partner in Partner.browse(
            item['id'] for item, _result in done).exists()}
        done = [(partners[item['id']], item, result.xero_id) for item, result in done
                if item['id'] in partners]
        taken = Partner._xero_link({
            # One that somebody has linked meanwhile stays as it is.
            partner: xero_id for partner, _item, xero_id in done if not partner.xero_contact_id})
        self._fail_contacts([
            (partner, item['ticket'], self._problem_taken(partner, taken[partner]))
            for partner, item, _xero_id in done if partner in taken])
        Sync._settle(self, [
            (partner, item['ticket'], {
                **Sync._success(), 'payload_hash': item['hash'],
                'last_push': fields.Datetime.now()})
            for partner, item, xero_id in done
            if (partner.xero_contact_id or '').lower() == xero_id], answer)

    def _problem_taken(self, partner, holder):
        return Problem.at(partner, 'contact_collision', self.env._(
            "The contact of %(partner)s in Xero is linked to %(holder)s.",
            partner=partner.display_name, holder=holder.display_name))

    def _fail_contacts(self, failed):
        """Fail contacts, and the documents that wait for them.

        :param list failed: (partner, ticket of what was sent or None, Problem)
        """
        if not failed:
            return
        Sync = self.env['xero.contact.sync']
        problems = {partner: problem for partner, _ticket, problem in failed}
        moves = self._pending_of(self.env['res.partner'].union(*(
            partner for partner in problems if not partner.xero_contact_id)))
        self.env['account.move']._xero_store([
            (move, move._xero_failure(problems[move.commercial_partner_id])) for move in moves])
        Sync._settle(self, [
            (partner, ticket, Sync._failure(problem)) for partner, ticket, problem in failed])

    # === CONTACTS THAT XERO REFUSED === #

    def _settle_contacts(self, refusals, rows):
        """Adopt the contacts that are ours, or are plainly the same; else leave it to the user.

        :param list refusals: xero_request.Refusal of contacts that were to be created
        :param list rows: contacts of Xero with the same number or name, as JSON objects
        """
        found = [Contact.from_json(row) for row in rows]
        Partner = self.env['res.partner']
        holders = Partner._xero_holders([contact.xero_id for contact in found])
        links, unclear, refused = {}, {}, []
        for refusal in refusals:
            partner = Partner.browse(refusal.item['id']).exists()
            if not partner:
                continue
            contact, code, candidates = self._match_contact(
                partner, refusal.element, found, holders)
            if contact and not code:
                links[partner] = contact.xero_id
                holders[contact.xero_id] = partner
            else:
                unclear[partner] = candidates
                refused.append(refusal._replace(code=code or refusal.code))
        self.env['xero.contact.candidate']._replace(self, unclear)
        self._fail_refused(refused)
        Partner._xero_link(links)
        # Whatever of it was sent, Xero has it as it was before: who asked for it gets an update.
        asked = self._contacts_waiting(links)
        self.env['xero.contact.sync']._queue(self, asked.partner_id)

    def _contacts_waiting(self, partners):
        """:param partners: iterable of `res.partner`
        :return: the rows of those that wait for themselves"""
        return self.env['xero.contact.sync'].search([
            ('connection_id', '=', self.id), ('state', '=', 'pending'),
            ('partner_id', 'in', [partner.id for partner in partners])])

    def _match_contact(self, partner, element, found, holders):
        """Find the contact that a refused one already is.

        :param dict element: the contact as it was sent
        :param list found: parse.Contact with the same number or name
        :param dict holders: {ContactID: partner that is linked to it}
        :return: the contact, or None; the code of what is wrong with it, or None; and all that
            it may be
        :rtype: tuple(parse.Contact | None, str | None, list(parse.Contact))
        """
        name = element['Name'].casefold()
        ours = [contact for contact in found if contact.number == element['ContactNumber']]
        candidates = ours or [contact for contact in found if contact.name.casefold() == name]
        contact = next((c for c in candidates if c.status != 'ARCHIVED'), None)
        if not contact:
            return None, 'contact_archived' if candidates else None, candidates
        same = contact in ours or any(
            mine and mine.casefold() == theirs.casefold() for mine, theirs in (
                (element.get('EmailAddress'), contact.email),
                (element.get('TaxNumber'), contact.tax_number)))
        linked = holders.get(contact.xero_id, partner) != partner
        return contact, None if same and not linked else 'contact_collision', candidates
