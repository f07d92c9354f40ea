import logging
from datetime import datetime
from functools import partial

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...xero import query
from ...xero.parse import Contact
from ..core.apart import apart
from ..core.problem import pull_fault_words
from .lists import CONTACTS

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

#: Before Xero was there, so that a list that is read from here is whole.
BEGINNING = datetime(2006, 1, 1)


class XeroPullContact(models.AbstractModel):
    """The list of an organisation's contacts: read once in whole, then what has changed."""

    _name = 'xero.pull.contact'
    _inherit = 'xero.pull.handler'
    _description = "Pull of Xero's Contacts"

    def _request(self, connection):
        """Have the contacts fetched: all of them the first time, later those that have changed.

        The pull goes on where it was interrupted.

        :param recordset connection: `xero.connection`
        """
        cursor = self.env['xero.cursor'].sudo()._get_or_create(connection.sudo(), [CONTACTS])
        if not cursor.wanted:
            cursor.write({
                'wanted': True,
                **({} if cursor.polled_at else {'changed_since': BEGINNING})})
        connection._trigger_cron()

    def _parse(self, row):
        return Contact.from_json(row)

    def _choose(self, connection, pull_list, events):
        return list(self.env['xero.linked']._partners_by_xero_id({
            xero_id for xero_id, group in events.items()
            if any(event.category in pull_list.categories for event in group)}))

    def _get(self, connection, pull_list, ids):
        rows = []
        for question in query.by_ids(ids):
            rows += self.env['xero.fetch']._get_page(
                connection, pull_list.path, IDs=question['IDs'], **pull_list.filters).rows
        return list(map(self._parse, rows))

    def _apply(self, connection, items, compare, payments):
        """Store contacts, let links follow those that were merged, and tell of archived ones."""
        connection._commit_with_retry(self._store_apart, connection, items)
        partners = self.env['xero.linked']._partners_by_xero_id(
            {contact.xero_id for contact in items}
            | {contact.merged_to for contact in items if contact.merged_to})
        linked = [contact for contact in items if contact.xero_id in partners]
        if linked:
            connection._commit_with_retry(self._follow_apart, connection, linked, partners)

    def _store_apart(self, connection, contacts):
        def failed(faults):
            for contact, error in faults:
                _logger.error("Contact %s of Xero cannot be kept", contact.xero_id, exc_info=error)

        apart(self.env, contacts, partial(self.env['xero.contact']._store, connection), failed)

    def _follow_apart(self, connection, contacts, partners):
        def failed(faults):
            self.env['xero.log']._add_pulls(connection, [
                (partners[contact.xero_id], 'failure', 'validation_error',
                 pull_fault_words(partners[contact.xero_id], error)) for contact, error in faults])

        apart(self.env, contacts, lambda some: self._follow(connection, some, partners), failed)

    def _follow(self, connection, contacts, partners):
        """:param dict partners: {identifier: `res.partner`} of these and of what they became"""
        Difference = self.env['xero.difference']
        for contact in contacts:
            partner = partners[contact.xero_id]
            if contact.merged_to and contact.merged_to not in partners:
                partner.xero_contact_id = contact.merged_to
                self.env['xero.log']._add_pulls(connection, [
                    (partner, 'success', None, _lt(
                        "The contact was merged with another one in Xero; the link follows."))])
            elif contact.merged_to or contact.status == 'ARCHIVED':
                other = partners.get(contact.merged_to)
                Difference._note(
                    connection, partner, 'contact', _lt("active"),
                    _lt("merged with %s", other.display_name) if other
                    else _lt("archived"),
                    _lt("Documents of this partner are refused by Xero until both partners are "
                        "merged here, under Contacts.") if other else
                    _lt("Documents of this partner are refused by Xero until the contact is "
                        "restored there or the partner is linked to another one."))
                continue
            Difference._clear(connection, partner, ['contact'])

    def _after_poll(self, connection):
        self.env['xero.contact.match']._propose(connection)
