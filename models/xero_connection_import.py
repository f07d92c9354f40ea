"""What becomes of documents of Xero that are not linked here: the policy, and its way."""
from functools import partial

from odoo import api, fields, models

from ..xero import query
from ..xero.documents import Attachment, Document
from ..xero.errors import XeroScopeMissing
from ..xero.parse import Contact
from .account_move import CREDIT_NOTES, GONE
from .fault import apart
from .xero_connection_push import DAY_RESERVE
from .xero_connection_reference import REFERENCE_PATIENCE
from .xero_connection_serve import RunOver
from .xero_import_maps import APPROVED, MOVE_TYPES, ImportMaps, Obstacle

#: Waiting documents that are fetched again in one go, five calls.
RELEASED = 200


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    import_policy = fields.Selection(
        [
            ('none', "Leave alone"),
            ('list', "List only"),
            ('draft', "Import as draft"),
            ('post', "Import and post"),
        ],
        string="Documents Made in Xero", required=True, default='none', tracking=True,
        help="What happens to invoices, bills and credit notes that somebody makes in Xero.\n"
             "Leave alone: Odoo takes no notice of them.\n"
             "List only: they are listed under Unmatched.\n"
             "Import as draft: they are made here as drafts, for somebody to check and post.\n"
             "Import and post: approved ones are made here and posted, with their payments.\n"
             "Documents that Odoo has already are linked, not doubled. What was made in Xero is "
             "never sent back there.")
    import_from = fields.Date(
        "Documents Dated From",
        help="Older documents made in Xero are left alone. Empty: all that change are imported.")
    import_attachments = fields.Boolean(
        "Fetch attachments of bills",
        help="Files attached in Xero to imported bills and vendor credit notes are attached here, "
             "too. Each document with files costs a call to Xero, and each file another one.")
    unmatched_count = fields.Integer("Unmatched", compute='_compute_unmatched_count')

    @api.onchange('import_policy')
    def _onchange_import_policy(self):
        if self.import_policy != 'none' and self._origin.import_policy == 'none' \
                and not self.import_from:
            self.import_from = fields.Date.context_today(self)

    def _compute_unmatched_count(self):
        counts = dict(self.env['xero.unmatched'].sudo()._read_group(
            [('connection_id', 'in', self.ids), ('state', '=', 'waiting')],
            ['connection_id'], ['__count']))
        for connection in self:
            connection.unmatched_count = counts.get(connection, 0)

    def write(self, vals):
        # EXTENDS 'account_xero': what was only listed is imported when the policy says so
        before = {connection: connection.import_policy for connection in self}
        if vals.get('import_policy', 'none') != 'none' and 'import_from' not in vals \
                and all(c.import_policy == 'none' and not c.import_from for c in self):
            # History does not come by surprise.
            vals = {**vals, 'import_from': fields.Date.context_today(self)}
        result = super().write(vals)
        if vals.get('import_policy') in ('draft', 'post'):
            changed = self.filtered(lambda c: c.import_policy != before[c])
            self.env['xero.unmatched'].sudo().search([
                ('connection_id', 'in', changed.ids), ('state', '=', 'waiting'),
                ('reason', '=', 'policy')])._release()
        return result

    def action_view_unmatched(self):
        """:return: action that lists the documents of Xero that Odoo does not have"""
        self.ensure_one()
        action = self.env['ir.actions.actions']._for_xml_id('account_xero.action_xero_unmatched')
        return {**action, 'domain': [('connection_id', '=', self.id)]}

    # === DOCUMENTS === #

    def _import_documents(self, documents):
        """Link, import or list documents that no document here is linked to.

        Nothing of it is done twice, and nothing is asked of Xero.

        :param list documents: documents.Document
        :return: {document here: documents.Document} of those that are linked now
        """
        made = apart(self.env, documents, self._import_together, self._note_not_imported)
        return {move: document for part in made for move, document in part.items()}

    def _unmatched_rows(self, documents):
        """:return: {identifier: `xero.unmatched`} of documents that wait already"""
        return {row.xero_id: row for row in self.env['xero.unmatched'].search([
            ('connection_id', '=', self.id),
            ('xero_id', 'in', [document.xero_id for document in documents])])}

    def _note_not_imported(self, faults):
        """List documents that something fails for.

        :param list faults: (documents.Document, exception), as of `fault.apart`
        """
        documents = [document for document, _error in faults]
        self.env['xero.unmatched']._note(self, self._unmatched_rows(documents), [
            (document, [Obstacle('validation_error', self.env['account.move']._xero_refusal(
                document, error))]) for document, error in faults])

    def _import_together(self, documents):
        """As :meth:`_import_documents`, all or none."""
        self = self.with_context(xero_pulling=True)
        Unmatched = self.env['xero.unmatched']
        known = self._unmatched_rows(documents)
        if self.import_policy == 'none':
            # What somebody asked for comes all the same; the rest is as it was.
            documents = [document for document in documents if document.xero_id in known
                         and known[document.xero_id].forced]
        wanted = [document for document in documents
                  if self._wants_document(document, known.get(document.xero_id))]
        dropped = Unmatched.union(*(
            known[document.xero_id] for document in documents
            if document.xero_id in known and document not in wanted))
        dropped.filtered(lambda row: row.state == 'waiting').unlink()
        if not wanted:
            return {}
        maps = ImportMaps(self, wanted)
        linked, rows = self._link_existing(wanted, maps)
        ready = []
        for document in wanted:
            if document.xero_id in linked or document.xero_id in rows:
                continue
            row = known.get(document.xero_id, Unmatched)
            prepared = self._prepare_import(document, row, maps)
            (ready.append(prepared) if not isinstance(prepared, list)
             else rows.update({document.xero_id: prepared}))
        for xero_id, made in self.env['account.move']._xero_import(self, ready).items():
            if isinstance(made, Obstacle):
                rows[xero_id] = [made]
            else:
                linked[xero_id] = made
        Unmatched._note(self, known, [
            (document, rows[document.xero_id]) for document in wanted
            if rows.get(document.xero_id)])
        # A released row stays until what was paid of its document is here, too.
        Unmatched.union(*(known[xero_id] for xero_id in linked if xero_id in known)).filtered(
            lambda row: not row.released).unlink()
        return {linked[document.xero_id]: document for document in wanted
                if document.xero_id in linked}

    def _imports(self):
        """:return: whether documents of Xero that are not here have any business here"""
        return self.import_policy != 'none' or bool(self._released(limit=1))

    def _renew_tracking(self, documents):
        """Fetch the reference data anew when documents to import name tracking that is not known
        here, such as an option that was renamed: their lines would lose it for good.

        :param list documents: documents.Document that are not linked here
        :raise XeroError: nothing can be asked now
        """
        if not self._reference_is_old(REFERENCE_PATIENCE) or not (
                self.import_policy in ('draft', 'post') or self._released(limit=1)):
            return
        named = {tracking for document in documents if self._wants_document(document, None)
                 for line in document.lines for tracking in line.tracking}
        if named - self.env['xero.tracking.option']._xero_find(self, named).keys():
            self._transaction(self._try_refresh)

    def _wants_document(self, document, row):
        """:param recordset row: `xero.unmatched`, where the document waits already, or None
        :return: whether a document has any business here"""
        if document.kind not in MOVE_TYPES or document.status in GONE:
            return False
        if row and row.state == 'ignored':
            return False
        if document.status not in APPROVED and self.import_policy == 'post':
            return False
        return bool(row or not self.import_from or not document.date
                    or document.date >= self.import_from)

    def _link_existing(self, documents, maps):
        """Link what Odoo has already.

        :return: {identifier: document here}, {identifier: list of Obstacle}; an empty list for
            what the push is about to link itself
        """
        Move = self.env['account.move']
        linked, rows, taken = {}, {}, set()
        existing = Move._xero_find_existing(self, documents, maps.partners)
        # Of several with one number, as of a rent, the one of the same day comes first.
        for document in sorted(documents, key=lambda document: document.date != getattr(
                existing.get(document.xero_id), 'invoice_date', None)):
            match = existing.get(document.xero_id)
            if match is None:
                continue
            if isinstance(match, Obstacle):
                rows[document.xero_id] = [match]
            elif not match:
                rows[document.xero_id] = []
            elif match in taken:
                rows[document.xero_id] = [Obstacle('duplicate', self.env._(
                    "%s is another document of Xero with the same number and total.",
                    match.display_name))]
            else:
                match._xero_link_document(self, document)
                taken.add(match)
                linked[document.xero_id] = match
        return linked, rows

    def _prepare_import(self, document, row, maps):
        """:return: Import, or list of Obstacle"""
        if self.import_policy not in ('draft', 'post') and not row.forced:
            return [Obstacle('policy', self.env._(
                "The connection lists what was made in Xero and does not import it."))]
        return maps.prepare(document)

    # === WHAT WAITED === #

    def _released(self, limit=None):
        return self.env['xero.unmatched'].sudo().search(
            [('connection_id', '=', self.id), ('released', '=', True)], order='id', limit=limit)

    def _pull_released(self):
        """Fetch what waited for a contact or a mapping that is there now, and import it."""
        while rows := self._released(limit=RELEASED):
            ids = set(rows.mapped('xero_id'))
            notes = set(rows.filtered(lambda row: row.kind.endswith('CREDIT')).mapped('xero_id'))
            documents = self._fetch_notes(notes)
            # A note that is in no list may be voided, which only it itself says.
            notes -= {document.xero_id for document in documents}
            documents += self._fetch_documents(sorted(ids - notes - {
                document.xero_id for document in documents}), sorted(notes))
            self._apply_documents(documents, True)
            gone = ids - {document.xero_id for document in documents}
            self._transaction(self._end_release, rows, gone)

    def _fetch_notes(self, notes):
        """Fetch credit notes together; for one, its own address is as good.

        :param set notes: identifiers
        :return: list of documents.Document
        """
        if len(notes) < 2:
            return []
        rows = []
        for question in query.by_id(
                'CreditNotes', [{'CreditNoteID': xero_id} for xero_id in sorted(notes)]):
            rows += self._fetch('CreditNotes', **question)[0]
        return list(map(Document.from_json, rows))

    def _end_release(self, rows, gone):
        """:param set gone: identifiers that Xero does not know any more"""
        rows = rows.exists()
        here = self._linked(rows.mapped('xero_id'))
        over = rows.filtered(lambda row: row.xero_id in gone or row.xero_id in here)
        over.unlink()
        (rows - over).filtered('released').write({'released': False})

    def _pull_contacts_of_unmatched(self):
        """Fetch the contacts of waiting documents that are not here yet, each once: a list of
        documents has no more than their names."""
        names = dict(self.env['xero.unmatched'].sudo()._read_group(
            [('connection_id', '=', self.id), ('reason', '=', 'contact_missing'),
             ('contact_id', '!=', False)], ['contact_id'], ['contact_name:max']))
        for known in self.env['xero.contact'].sudo().search([
                ('connection_id', '=', self.id), ('xero_id', 'in', list(names))]):
            del names[known.xero_id]
        for question in query.by_ids(names):
            rows, _more = self._fetch('Contacts', IDs=question['IDs'], includeArchived=True)
            found = list(map(Contact.from_json, rows))
            missing = set(question['IDs'].split(',')) - {contact.xero_id for contact in found}
            found += [Contact.from_json({'ContactID': contact_id, 'Name': names[contact_id]})
                      for contact_id in missing]
            self._transaction(self.env['xero.contact']._store, self, found)

    # === ATTACHMENTS === #

    def _pending_files(self, limit=None, but=()):
        if not self.import_attachments or self.attach_refused:
            return self.env['account.move']
        return self.env['account.move'].search([
            ('company_id', '=', self.company_id.id), ('xero_files_pending', '=', True),
            ('xero_document_id', '!=', False), ('id', 'not in', list(but))],
            order='id', limit=limit)

    def _pull_files(self):
        """Attach the files of imported bills, a document at a time; a file is fetched once."""
        try:
            self._pull_files_of_bills()
        except XeroScopeMissing:
            # The sign-in is good for all the rest.
            self._transaction(self.write, {'attach_refused': True})

    def _pull_files_of_bills(self):
        had = []
        while self._calls_left_today() > DAY_RESERVE and (
                move := self._pending_files(limit=1, but=had)):
            had.append(move.id)
            place = 'CreditNotes' if move.move_type in CREDIT_NOTES else 'Invoices'
            place = f'{place}/{move.xero_document_id}/Attachments'
            answer = self._call(lambda client, place=place: client.get(place))
            files = [Attachment.from_json(row) for row in self._rows_in(answer, 'Attachments')]
            here = set(self.env['ir.attachment'].search([
                ('res_model', '=', move._name), ('res_id', '=', move.id)]).mapped('name'))
            for file in files:
                if file.xero_id and file.name not in here:
                    content = self._call(lambda client, file=file, place=place: client.download(
                        f'{place}/{file.xero_id}', file.mime_type)).data
                    self._transaction(self._file_apart, move, partial(
                        self._attach_file, file=file, content=content))
            self._transaction(self._file_apart, move, lambda one: one._xero_write_quietly(
                {'xero_files_pending': False}))

    def _file_apart(self, move, work):
        """Do what a file of a document asks for; where that fails, the others go on."""
        def failed(faults):
            for one, error in faults:
                one.xero_files_pending = False
                one._xero_note_refusal(self, one, error)

        apart(self.env, move, work, failed)

    def _attach_file(self, move, file, content):
        self.env['ir.attachment'].create({
            'name': file.name, 'raw': content, 'mimetype': file.mime_type or None,
            'res_model': move._name, 'res_id': move.id, 'company_id': move.company_id.id})

    def _unless_over(self):
        """:raise RunOver: this run has no time for more"""
        if not self._time_left():
            raise RunOver
