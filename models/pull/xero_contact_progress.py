"""How far the contacts of Xero are fetched and matched, in words."""
from collections import Counter

from odoo import api, fields, models

from .lists import CONTACTS


@api.depends_context('lang')
def compute_contacts(connections):
    """Compute what connections show of their contacts."""
    for connection in connections:
        state, text = connection.env['xero.contact.progress'].sudo()._get(connection)
        connection.update({'contacts_state': state, 'contacts_text': text})


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    contacts_state = fields.Selection(
        [('running', "Running"), ('done', "Finished")], string="Contacts",
        compute=compute_contacts)
    contacts_text = fields.Char("How Contacts Stand", compute=compute_contacts)


class XeroContactProgress(models.AbstractModel):
    _name = 'xero.contact.progress'
    _description = "How Far Contacts Are Matched"

    def _get(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: how it stands, of the selection, and that in words; both are False where nobody
            has asked for contacts yet
        :rtype: tuple
        """
        cursor = self.env['xero.cursor'].search(
            [('connection_id', '=', connection.id), ('path', '=', CONTACTS)])
        if cursor.wanted and connection.state == 'connected':
            return 'running', ' '.join(filter(None, (
                self.env._("Contacts are fetched from Xero: %s so far.", connection.contact_count),
                connection.resume_at and connection.state_help)))
        if not cursor.polled_at:
            return False, False
        return 'done', self._in_words(connection)

    def _in_words(self, connection):
        """:return: what the contacts are, each of them once, and how many partners have none
        :rtype: str"""
        contacts = self.env['xero.contact'].search([('connection_id', '=', connection.id)])
        linked = len(contacts.filtered('partner_id'))
        rows, left, partners = Counter(), 0, 0
        for row in self.env['xero.contact.match'].search_fetch(
                [('connection_id', '=', connection.id)],
                ['certainty', 'contact_id', 'dismissed', 'has_documents']):
            if row.contact_id and row.dismissed:
                left += 1
            elif row.contact_id:
                rows[row.certainty] += 1
            elif row.has_documents:
                partners += 1
        proposed = rows['certain'] + rows['likely'] + rows['chosen']
        rest = len(contacts) - linked - left - rows.total()
        parts = filter(None, (
            linked and self.env._("%s linked", linked),
            proposed and self.env._(
                "%(count)s proposed (%(certain)s certain)", count=proposed,
                certain=rows['certain']),
            rows['there'] and self.env._("%s only there", rows['there']),
            left and self.env._("%s left as they are", left),
            rest and self.env._("%s fit several partners, or are archived there", rest)))
        texts = [self.env._("%s contacts in Xero", len(contacts)), ', '.join(parts)]
        return ' '.join(filter(None, (
            ': '.join(filter(None, texts)) + '.',
            partners and self.env._("%s partners with documents are only here.", partners))))
