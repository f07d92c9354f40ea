from functools import partial

from odoo import models

from ...xero.documents import Attachment
from ...xero.errors import XeroScopeMissing
from ..connection.answers import rows_in
from ..connection.xero_budget import DAY_RESERVE
from ..connection.xero_scope import ATTACHMENTS
from ..core.apart import apart
from ..core.kinds import XERO_KINDS
from .xero_scope import READ


class XeroImportFiles(models.AbstractModel):
    """Files that are attached to imported bills in Xero."""

    _name = 'xero.import.files'
    _description = "Import of Attachments from Xero"

    def _get_due(self, connections):
        """:return: the connections of which bills wait for their files"""
        return self.env['xero.schedule']._get_owners(
            connections, ('account.move', self._domain(connections)))

    def _domain(self, connections):
        scopes = self.env['xero.scope']
        wanted = connections.filtered(
            lambda c: c.import_attachments and scopes._is_allowed(c, READ))
        return [('company_id', 'in', wanted.company_id.ids), ('xero_files_pending', '=', True),
                ('xero_document_id', '!=', False)]

    def _pending(self, connection, limit=None, but=()):
        """:return: the `account.move` whose files are to be fetched"""
        return self.env['account.move'].search(
            [*self._domain(connection), ('id', 'not in', list(but))], order='id', limit=limit)

    def _run(self, connection):
        """Attach the files of imported bills, a document at a time; a file is fetched once.

        :param recordset connection: `xero.connection`
        :raise XeroError: nothing more can be asked now
        :raise TimeBudgetExceeded: this run has no time for more
        """
        had, budgets = [], self.env['xero.budget']
        try:
            while budgets._get_left_today(connection) > DAY_RESERVE \
                    and (move := self._pending(connection, limit=1, but=had)):
                had.append(move.id)
                self._get_files(connection, move)
        except XeroScopeMissing:
            # The sign-in is good for all the rest.
            connection._commit_with_retry(self.env['xero.scope']._forget, connection, ATTACHMENTS)

    def _get_files(self, connection, move):
        """:param recordset move: `account.move`, a single one"""
        fetch = self.env['xero.fetch']
        path = fetch._list_of(connection, XERO_KINDS[move.move_type]).path
        place = f'{path}/{move.xero_document_id}/Attachments'
        answer = fetch._call(connection, lambda client: client.get(place))
        files = [Attachment.from_json(row) for row in rows_in(self.env, answer, 'Attachments')]
        here = set(self.env['ir.attachment'].search([
            ('res_model', '=', move._name), ('res_id', '=', move.id)]).mapped('name'))
        for file in files:
            if file.xero_id and file.name not in here:
                content = fetch._call(connection, lambda client, file=file: client.download(
                    f'{place}/{file.xero_id}', file.mime_type)).data
                connection._commit_with_retry(self._apart, connection, move, partial(
                    self._attach, file=file, content=content))
        connection._commit_with_retry(self._apart, connection, move, self._end)

    def _apart(self, connection, move, work):
        """Do what a file of a document asks for; where that fails, the others go on.

        :param work: callable that gets the document and only touches the database
        """
        def failed(faults):
            for one, error in faults:
                one.with_context(xero_pulling=True, skip_is_manually_modified=True).write(
                    {'xero_files_pending': False})
                self.env['xero.apply']._save_refusal(connection, one, error)

        apart(self.env, move, work, failed)

    def _end(self, move):
        move.with_context(xero_pulling=True, skip_is_manually_modified=True).write(
            {'xero_files_pending': False})

    def _attach(self, move, file, content):
        self.env['ir.attachment'].create({
            'name': file.name, 'raw': content, 'mimetype': file.mime_type or None,
            'res_model': move._name, 'res_id': move.id, 'company_id': move.company_id.id})
