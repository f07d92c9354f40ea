from odoo import models

from ...xero import query
from ...xero.parse import Contact

#: Waiting documents that are fetched again in one go, five calls.
RELEASED = 200


class XeroImportWaiting(models.AbstractModel):
    """Documents of Xero that waited for a contact or a mapping."""

    _name = 'xero.import.waiting'
    _description = "Import of What Waited"

    def _get_due(self, connections):
        """:return: the connections of which something waits to be tried again"""
        return self.env['xero.schedule']._get_owners(
            connections, ('xero.unmatched', self._domain(connections)))

    def _domain(self, connections):
        return [('connection_id', 'in', connections.ids), ('released', '=', True)]

    def _released(self, connection, limit=None):
        """:return: the `xero.unmatched` that are to be tried again"""
        return self.env['xero.unmatched'].sudo().search(
            self._domain(connection), order='id', limit=limit)

    def _run(self, connection):
        """Fetch what waited for a contact or a mapping that is there now, and import it.

        :param recordset connection: `xero.connection`
        :raise XeroError: nothing more can be asked now
        :raise TimeBudgetExceeded: this run has no time for more
        """
        handler = self.env['xero.pull.document']
        while rows := self._released(connection, limit=RELEASED):
            asked, documents = set(rows.mapped('xero_id')), []
            for pull_list in connection._pull_lists():
                ids = rows.filtered(
                    lambda row, kinds=pull_list.kinds: (row.kind or 'ACCREC') in kinds
                ).mapped('xero_id')
                if ids:
                    documents += handler._get_together(connection, pull_list, ids)
            handler._apply(connection, documents, True, {})
            gone = asked - {document.xero_id for document in documents}
            connection._commit_with_retry(self._end, connection, rows, gone)

    def _end(self, connection, rows, gone):
        """:param set gone: identifiers that Xero does not know any more"""
        rows = rows.exists()
        here = self.env['xero.linked']._moves_by_xero_id(connection, rows.mapped('xero_id'))
        over = rows.filtered(lambda row: row.xero_id in gone or row.xero_id in here)
        over.unlink()
        (rows - over).filtered('released').write({'released': False})

    def _get_contacts(self, connection):
        """Fetch the contacts of waiting documents that are not here yet, each once: a list of
        documents has no more than their names.

        :param recordset connection: `xero.connection`
        """
        names = dict(self.env['xero.unmatched'].sudo()._read_group(
            [('connection_id', '=', connection.id), ('reason', '=', 'contact_missing'),
             ('contact_id', '!=', False)], ['contact_id'], ['contact_name:max']))
        for known in self.env['xero.contact'].sudo().search([
                ('connection_id', '=', connection.id), ('xero_id', 'in', list(names))]):
            del names[known.xero_id]
        for question in query.by_ids(names):
            page = self.env['xero.fetch']._get_page(
                connection, 'Contacts', IDs=question['IDs'], includeArchived=True)
            found = list(map(Contact.from_json, page.rows))
            missing = set(question['IDs'].split(',')) - {contact.xero_id for contact in found}
            found += [Contact.from_json({'ContactID': contact_id, 'Name': names[contact_id]})
                      for contact_id in missing]
            connection._commit_with_retry(self.env['xero.contact']._store, connection, found)
