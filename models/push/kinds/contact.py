"""Contacts: created for documents, sent by hand or when they change, told apart."""
from functools import partial

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ....xero import contact_fit, contact_payload, query
from ....xero.parse import Contact
from ...connection.xero_budget import DAY_RESERVE
from ...contacts.merged import as_merged
from ...core.apart import apart
from ...core.problem import Problem, fault_words
from ..account_move import fingerprint

_lt = LazyTranslate(__name__)


class XeroPushContact(models.AbstractModel):
    """Partners; what waits for itself is an `xero.contact.sync`, the others wait with the documents
    that need them."""

    _name = 'xero.push.contact'
    _inherit = 'xero.push.kind'
    _description = "Contacts Sent to Xero"

    _model = 'xero.contact.sync'
    _operations = {'contacts': "Create contacts", 'contact_update': "Update contacts"}
    _identity = ('ContactID', 'ContactNumber', 'Name')

    # === WHAT WAITS === #

    def _domain(self, connections):
        # OVERRIDES 'account_xero'
        automatic = connections.filtered(
            lambda c: not self.env.context.get('xero_manual_only') and c.update_contacts
            and self.env['xero.budget']._get_left_today(c) > DAY_RESERVE)
        return fields.Domain([
            ('connection_id', 'in', connections.ids), ('xero_state', '=', 'pending'),
        ]) & (fields.Domain('xero_manual', '=', True)
              | fields.Domain('connection_id', 'in', automatic.ids))

    def _busy_domain(self, connection):
        # OVERRIDES 'account_xero'
        return fields.Domain('partner_id', 'in', list(self._requests(connection)._record_ids()))

    def _push_first(self, connection):
        # OVERRIDES 'account_xero': what somebody asked for, whatever documents wait
        self.with_context(xero_manual_only=True)._push_all(connection)

    def _get_documents(self, connection, partners):
        """:return: the documents that wait for these partners' contacts"""
        return self.env['account.move'].search([
            ('company_id', '=', connection.company_id.id), ('xero_state', '=', 'pending'),
            ('state', '=', 'posted'), ('commercial_partner_id', 'in', partners.ids)])

    def _get_syncs(self, connection, partners):
        """:return: the `xero.contact.sync` of these partners that wait for themselves"""
        return self.env['xero.contact.sync'].search([
            ('connection_id', '=', connection.id), ('xero_state', '=', 'pending'),
            ('partner_id', 'in', partners.ids)])

    # === WHAT IS SENT === #

    def _prepare(self, connection, records):
        # OVERRIDES 'account_xero'
        return self._prepare_partners(connection, records.partner_id)

    def _fail_faulty(self, connection, faults):
        # OVERRIDES 'account_xero'
        self._fail_partners(connection, [
            (record.partner_id, record.xero_revision,
             self._problem_faulty(record.partner_id, error)) for record, error in faults])

    def _prepare_for(self, connection, moves):
        """Return the values of the requests that create the contacts these documents need.

        Partners whose creation had no answer yet are left alone; their documents wait with them.

        :rtype: list(dict)
        """
        busy = self._requests(connection)._record_ids()
        posted = moves.exists().filtered(lambda move: move.state == 'posted')
        partners = self.env['res.partner'].union(*apart(
            self.env, posted, lambda some: some.mapped(lambda move: move._xero_partner()),
            posted._xero_fail_faulty)).filtered(
            lambda partner: not partner.xero_contact_id and partner.id not in busy)
        return [values for part in apart(
            self.env, partners, partial(self._prepare_partners, connection),
            lambda faults: self._fail_partners(connection, [
                (partner, None, self._problem_faulty(partner, error))
                for partner, error in faults])) for values in part]

    def _prepare_partners(self, connection, partners):
        """Return the values of the requests that create the contacts of partners that are not
        linked, and update those of the others unless Xero has them as they are.

        :rtype: list(dict)
        """
        Request, Sync = self.env['xero.request'], self.env['xero.contact.sync']
        rows = {row.partner_id.id: row for row in Sync.search_fetch(
            [('connection_id', '=', connection.id), ('partner_id', 'in', partners.ids)],
            ['partner_id', 'xero_revision', 'xero_payload_hash'])}
        new, changed, same = ([], []), ([], []), []
        for partner in partners:
            row = rows.get(partner.id, Sync)
            fitted = contact_fit.fit(partner._xero_prepare_contact())
            body = contact_payload.contact_body(fitted.data)
            item = {'id': partner.id, 'revision': row.xero_revision, 'hash': fingerprint(body)}
            if partner.xero_contact_id and item['hash'] == row.xero_payload_hash:
                same.append((partner, row.xero_revision, Sync._xero_success()))
                continue
            bodies, items = changed if partner.xero_contact_id else new
            bodies.append(body)
            items.append(item)
        Sync._store_outcomes(connection, same)
        return [
            *Request._batches(connection, 'contacts', 'Contacts', *new, 'Contacts'),
            *Request._batches(
                connection, 'contact_update', 'Contacts', *changed, 'Contacts', 'POST'),
        ]

    # === WHILE THERE IS NO ANSWER === #

    def _get_waiting(self, request):
        # OVERRIDES 'account_xero'
        partners = self.env['res.partner'].browse(request._record_ids())
        connection = request.connection_id
        created = partners if request.operation == 'contacts' else partners.browse()
        return [self._get_documents(connection, created), self._get_syncs(connection, partners)]

    def _is_settled(self, request):
        # OVERRIDES 'account_xero'
        partners = self.env['res.partner'].browse(request._record_ids()).exists()
        return all(request.operation == 'contacts' and partner.xero_contact_id
                   for partner in partners)

    def _recover(self, request, found):
        # EXTENDS 'account_xero': Xero refuses to create a contact that exists, and either state
        # may be the one that it has of a changed one, so the next one has to be sent
        if request.operation == 'contact_update':
            self._get_syncs(request.connection_id, self.env['res.partner'].browse(
                request._record_ids())).write({'xero_payload_hash': False})
        return super()._recover(request, found)

    # === WHAT BECOMES OF AN ANSWER === #

    def _apply(self, request, done, answer):
        """Link the partners whose contacts were created, and keep what Xero has of each."""
        # OVERRIDES 'account_xero'
        connection = request.connection_id
        Partner, Sync = self.env['res.partner'], self.env['xero.contact.sync']
        # One that was deleted meanwhile is not there to be linked.
        partners = {partner.id: partner for partner in Partner.browse(
            item['id'] for item, _result in done).exists()}
        done = [(partners[item['id']], item, result.xero_id) for item, result in done
                if item['id'] in partners]
        taken = Partner._xero_link({
            # One that somebody has linked meanwhile stays as it is.
            partner: xero_id for partner, _item, xero_id in done if not partner.xero_contact_id})
        self._fail_partners(connection, [
            (partner, item['revision'], Problem.at(partner, 'contact_collision', _lt(
                "The contact of %(partner)s in Xero is linked to %(holder)s.",
                partner=partner.display_name, holder=taken[partner].display_name)))
            for partner, item, _xero_id in done if partner in taken])
        Sync._store_outcomes(connection, [
            (partner, item['revision'], {
                **Sync._xero_success(), 'xero_payload_hash': item['hash'],
                'xero_last_push': fields.Datetime.now()})
            for partner, item, xero_id in done
            if (partner.xero_contact_id or '').lower() == xero_id], answer)

    def _rejection_code(self, request, error):
        # OVERRIDES 'account_xero'
        # Xero: an unknown ContactID is answered with 404 for the whole request.
        if error.status == 404 and request.operation == 'contact_update':
            return 'contact_missing'
        return super()._rejection_code(request, error)

    # === WHAT XERO REFUSED === #

    def _doubt(self, rejection):
        # OVERRIDES 'account_xero'
        if rejection.operation == 'contacts' and rejection.code in (
                'contact_collision', 'contact_archived'):
            return 'Contacts', rejection.operation
        return None

    def _questions(self, path, operation, rejections):
        # OVERRIDES 'account_xero'
        return query.contacts([rejection.element for rejection in rejections])

    def _resolve(self, connection, operation, rejections, rows):
        """Adopt the contacts that are ours, or are plainly the same; else leave it to the user.

        :param list rows: contacts of Xero with the same number or name, as JSON objects
        """
        # OVERRIDES 'account_xero'
        found = [Contact.from_json(row) for row in rows]
        Partner = self.env['res.partner']
        holders = Partner._xero_holders([contact.xero_id for contact in found])
        links, unclear, rejected = {}, {}, []
        for rejection in rejections:
            partner = Partner.browse(rejection.item['id']).exists()
            if not partner:
                continue
            contact, code, candidates = self._find_contact(
                partner, rejection.element, found, holders)
            if contact and not code:
                links[partner] = contact.xero_id
                holders[contact.xero_id] = partner
            else:
                unclear[partner] = candidates
                rejected.append(rejection._replace(code=code or rejection.code))
        self.env['xero.contact.candidate']._replace(connection, unclear)
        self._fail(connection, rejected)
        Partner._xero_link(links)
        # Whatever of it was sent, Xero has it as it was before: who asked for it gets an update.
        self.env['xero.contact.sync']._queue(
            connection, self._get_syncs(connection, Partner.union(*links)).partner_id)

    def _find_contact(self, partner, element, found, holders):
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

    def _get_rejected(self, connection, rejection):
        # OVERRIDES 'account_xero'
        partner = self.env['res.partner'].browse(rejection.item['id']).exists()
        created = partner if rejection.operation == 'contacts' else partner.browse()
        return [self._get_documents(connection, created), self._get_syncs(connection, partner)]

    def _fail(self, connection, rejections):
        # OVERRIDES 'account_xero'
        partners = self.env['res.partner'].browse(
            rejection.item['id'] for rejection in rejections).exists()
        failed = []
        for rejection in rejections:
            partner = partners.browse(rejection.item['id'])
            if partner in partners:
                rejection = as_merged(connection, partner, rejection)
                failed.append((partner, rejection.item['revision'], Problem.at(
                    partner, _contact_code(rejection.code), self._words(rejection))))
        self._fail_partners(connection, failed)

    def _problem_faulty(self, partner, error):
        """:return: Problem: the contact of a partner cannot be prepared"""
        return Problem.at(partner, 'contact_refused', _lt(
            "Contact %(name)s: %(reason)s", name=partner.display_name,
            reason=fault_words(partner, error)))

    def _fail_partners(self, connection, failed):
        """Fail contacts, and the documents that wait for them.

        :param list failed: (partner, revision of what was sent or None, Problem)
        """
        if not failed:
            return
        Sync = self.env['xero.contact.sync']
        problems = {partner: problem for partner, _revision, problem in failed}
        moves = self._get_documents(connection, self.env['res.partner'].union(*(
            partner for partner in problems if not partner.xero_contact_id)))
        moves._xero_store([
            (move, move._xero_failure(problems[move.commercial_partner_id])) for move in moves])
        Sync._store_outcomes(connection, [
            (partner, revision, Sync._xero_failure(problem))
            for partner, revision, problem in failed])


def _contact_code(code):
    """:return: the code for a contact that Xero refused; what is said of documents is of none"""
    return 'contact_refused' if code == 'validation_error' else code
