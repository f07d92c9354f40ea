"""The list of an organisation's contacts: read once in whole, then what has changed."""
from datetime import datetime

from odoo import fields, models
from odoo.exceptions import UserError

#: Before Xero was there, so that a list that is read from here is whole.
BEGINNING = datetime(2006, 1, 1)
CONTACTS = 'Contacts'


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    contact_count = fields.Integer("Contacts in Xero", compute='_compute_contact_count')
    contacts_wanted = fields.Boolean(
        "Contacts Are Being Fetched", compute='_compute_contacts_wanted', compute_sudo=True)

    def _compute_contact_count(self):
        counts = dict(self.env['xero.contact'].sudo()._read_group(
            [('connection_id', 'in', self.ids)], ['connection_id'], ['__count']))
        for connection in self:
            connection.contact_count = counts.get(connection, 0)

    def _compute_contacts_wanted(self):
        for connection in self:
            connection.contacts_wanted = any(
                cursor.wanted for cursor in connection.cursor_ids if cursor.path == CONTACTS)

    # === FETCHING === #

    def _want_contacts(self):
        """Have the contacts fetched: all of them the first time, later those that have changed.

        The pull goes on where it was interrupted.
        """
        cursor = self.sudo()._cursors([CONTACTS])
        if not cursor.wanted:
            cursor.write({
                'wanted': True,
                **({} if cursor.polled_at else {'changed_since': BEGINNING})})
        self._trigger_pull()

    def _note_polled(self, cursor, now):
        # EXTENDS 'account_xero'
        if cursor.path == CONTACTS:
            self.env['xero.contact.match']._propose(self)
        return super()._note_polled(cursor, now)

    def _follow_contacts(self, contacts, compare):
        # EXTENDS 'account_xero'
        self._transaction(self.env['xero.contact']._store, self, contacts)
        return super()._follow_contacts(contacts, compare)

    # === ACTIONS === #

    def action_fetch_contacts(self):
        """Fetch the contacts of the organisation in the background.

        :return: a notification
        :raise UserError: nothing can be fetched now
        """
        self.ensure_one()
        self.sudo(False).check_access('write')
        if self.state != 'connected':
            raise UserError(self.env._("Nothing can be fetched now. %s", self.state_help))
        self._want_contacts()
        return self._notify('success', self.env._("Queued"), self.env._(
            "The contacts are fetched from Xero in a moment; 1,000 take a few seconds."))

    def action_match_contacts(self):
        """Look for the contacts of partners that are not linked, and show what was found.

        What is here is proposed at once; what has changed in Xero is fetched meanwhile.

        :return: action that opens the proposals
        """
        self.ensure_one()
        self.sudo(False).check_access('write')
        if self.state == 'connected':
            self._want_contacts()
        self.env['xero.contact.match'].sudo()._propose(self.sudo())
        action = self.env['ir.actions.actions']._for_xml_id(
            'account_xero.action_xero_contact_match')
        return {**action, 'domain': [('connection_id', '=', self.id)]}

    def action_view_contacts(self):
        """:return: action that lists the contacts that Xero has"""
        self.ensure_one()
        action = self.env['ir.actions.actions']._for_xml_id('account_xero.action_xero_contact')
        return {**action, 'domain': [('connection_id', '=', self.id)]}
