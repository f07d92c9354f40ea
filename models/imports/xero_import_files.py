from datetime import timedelta
from functools import partial

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ...xero.documents import Attachment
from ...xero.errors import XeroOutcomeUnknown, XeroRejected, XeroScopeMissing
from ..connection.answers import rows_in
from ..connection.xero_budget import DAY_RESERVE
from ..connection.xero_scope import ATTACHMENTS
from ..core.apart import apart
from ..core.kinds import XERO_KINDS
from ..core.words import in_words
from .xero_scope import READ

_lt = LazyTranslate(__name__)

#: After which a document is tried once more whose files Xero did not hand over.
TRY_AGAIN = timedelta(minutes=15)
#: Statuses with which Xero refuses the sign-in or its user, not one file.
NOT_THE_FILE = (401, 403)


class XeroImportFiles(models.AbstractModel):
    """Files that are attached to imported bills in Xero.

    Whatever is wrong with one of them, the bill is done with it sooner or later, and says why: no
    other bill, and nothing else, waits for a file.
    """

    _name = 'xero.import.files'
    _description = "Import of Attachments from Xero"

    # === WHAT WAITS === #

    def _get_due(self, connections):
        """:return: the connections of which bills wait for their files"""
        return self.env['xero.schedule']._get_owners(
            connections, ('account.move', self._domain(connections)))

    def _domain(self, connections):
        scopes = self.env['xero.scope']
        wanted = connections.filtered(
            lambda c: c.import_attachments and scopes._is_allowed(c, READ))
        return [('company_id', 'in', wanted.company_id._xero_together().ids),
                ('xero_files_pending', '=', True),
                ('xero_document_id', '!=', False),
                '|', ('xero_files_tried_at', '=', False),
                ('xero_files_tried_at', '<=', fields.Datetime.now() - TRY_AGAIN)]

    def _pending(self, connection, limit=None, but=()):
        """:return: the `account.move` whose files are to be fetched"""
        return self.env['account.move'].search(
            [*self._domain(connection), ('id', 'not in', list(but))], order='id', limit=limit)

    # === THE WAY OF A FILE === #

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
                self._try_files(connection, move)
        except XeroScopeMissing:
            # The sign-in is good for all the rest.
            connection._commit_with_retry(self.env['xero.scope']._forget, connection, ATTACHMENTS)

    def _try_files(self, connection, move):
        """As :meth:`_get_files`. When Xero, which is there for all else, has no answer for these
        files, they are tried once more, and left.

        :param recordset move: `account.move`, a single one
        """
        try:
            self._get_files(connection, move)
        except XeroOutcomeUnknown:
            # It is Xero that has no answer at all, unless it has one for this.
            self.env['xero.fetch']._call(connection, lambda client: client.get('Organisation'))
            if move.xero_files_tried_at:
                connection._commit_with_retry(self._apart, connection, move, partial(
                    self._end, reasons=[_lt(
                        "Xero did not hand over the files that are attached there.")]))
            else:
                connection._commit_with_retry(self._apart, connection, move, self._postpone)

    def _get_files(self, connection, move):
        """:param recordset move: `account.move`, a single one"""
        path = self.env['xero.fetch']._list_of(connection, XERO_KINDS[move.move_type]).path
        place, reasons = f'{path}/{move.xero_document_id}/Attachments', []
        answer = self._ask(connection, lambda client: client.get(place), reasons, _lt(
            "Xero does not show the files that are attached there."))
        rows = rows_in(self.env, answer, 'Attachments') if answer else []
        here = set(self.env['ir.attachment'].search([
            ('res_model', '=', move._name), ('res_id', '=', move.id)]).mapped('name'))
        for file in map(Attachment.from_json, rows):
            if file.xero_id and file.name not in here and (answer := self._ask(
                    connection, lambda client, file=file: client.download(
                        f'{place}/{file.xero_id}', file.mime_type), reasons, _lt(
                            "Xero does not hand over the file %s.", file.name))):
                connection._commit_with_retry(self._apart, connection, move, partial(
                    self._attach, file=file, content=answer.data))
        connection._commit_with_retry(
            self._apart, connection, move, partial(self._end, reasons=reasons))

    def _ask(self, connection, work, reasons, reason):
        """Ask for something of one document.

        :param list reasons: gets the reason, when Xero refuses it for this document
        :param reason: for people, a lazy text
        :return: the Answer, None where it is refused
        """
        try:
            return self.env['xero.fetch']._call(connection, work)
        except XeroRejected as error:
            if error.status in NOT_THE_FILE:
                raise
            reasons.append(reason)
            return None

    def _apart(self, connection, move, work):
        """Do what a file of a document asks for; where that fails, the others go on.

        :param work: callable that gets the document and only touches the database
        """
        def failed(faults):
            for one, error in faults:
                self._write(one, {'xero_files_pending': False})
                self.env['xero.apply']._save_refusal(connection, one, error)

        apart(self.env, move, work, failed)

    # === WHAT BECOMES OF A DOCUMENT === #

    def _end(self, move, reasons=()):
        """:param reasons: why not all of its files are here, lazy texts"""
        self._write(move, {'xero_files_pending': False, 'xero_files_tried_at': False})
        for reason in reasons:
            move._message_log(body=in_words(self.env, reason))
            self.env['xero.log'].sudo()._add_records(
                'pull', [(move, 'failure', 'validation_error', reason)])

    def _postpone(self, move):
        self._write(move, {'xero_files_tried_at': fields.Datetime.now()})

    def _write(self, move, values):
        move.with_context(xero_pulling=True, skip_is_manually_modified=True).write(values)

    def _attach(self, move, file, content):
        self.env['ir.attachment'].create({
            'name': file.name, 'raw': content, 'mimetype': file.mime_type or None,
            'res_model': move._name, 'res_id': move.id, 'company_id': move.company_id.id})
