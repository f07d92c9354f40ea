"""What the tests of voids and credits from Xero share."""
from odoo.tools import SQL

from ..models.connection.answers import rows_in
from ..xero.documents import Document
from .common_pull import XeroPullCommon

TABLES = ('account_move', 'account_move_line', 'account_partial_reconcile', 'account_payment',
          'mail_message', 'mail_activity', 'xero_log', 'xero_difference')


class XeroApplyCommon(XeroPullCommon):

    def setUp(self):
        super().setUp()
        self.person = self.org.as_person

    def _synced_move(self, *args, **kwargs):
        """:return: a document that is in Xero, too"""
        move = self._invoice(*args, **kwargs)
        self._push()
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
        return move

    def _document(self, move):
        """:return: documents.Document of a document, as Xero has it now"""
        path = 'CreditNotes' if 'refund' in move.move_type else 'Invoices'
        answer = self.connection._ask_xero(
            lambda client: client.get(f'{path}/{move.xero_document_id}'))
        return Document.from_json(rows_in(self.env, answer, path)[0])

    def _apply(self, *moves):
        """Apply what Xero has of these documents, as the pull does once it has fetched them."""
        connection = self.connection.sudo()
        Move = self.env['account.move'].sudo().with_company(connection.company_id)
        documents = {Move.browse(move.id): self._document(move) for move in moves}
        Move._xero_apply(connection, documents, {})
        self.env.flush_all()
        self.env.invalidate_all()
        for move in moves:
            self.assertNotIn('document', self._listed(move), "it could not be applied")

    def _versions(self):
        """:return: the version of every row of what a pull may write; each write makes a new one,
        also within a transaction, in which write_date stands still"""
        self.env.flush_all()
        versions = {}
        for table in TABLES:
            self.env.cr.execute(SQL(
                "SELECT id, ctid::text FROM %s ORDER BY id", SQL.identifier(table)))
            versions[table] = self.env.cr.fetchall()
        return versions

    def _apply_again(self, *moves):
        """Check that the same state applied once more, in any order, writes nothing."""
        entries = self._versions()
        self._apply(*moves)      # those among them that have not been pulled yet
        after = self._versions()
        for table in ('account_move_line', 'account_partial_reconcile', 'account_payment'):
            self.assertEqual(after[table], entries[table], table)
        for order in (moves, moves[::-1]):
            before = self._versions()
            for move in order:
                # Without what lets the pull leave out a state that it has seen.
                self._apply(move)
            after = self._versions()
            for table in TABLES:
                self.assertEqual(after[table], before[table], table)

    def _listed(self, move):
        """:return: {field: (here, there)} of what is listed for a document"""
        return {row.field: (row.here, row.there) for row in self.env['xero.difference'].search([
            ('res_model', '=', move._name), ('res_id', '=', move.id)])}

    def _logged(self, move):
        """:return: list of (outcome, code) of the pulls of a document, the first one first"""
        return [(row.outcome, row.error_code or None) for row in self.env['xero.log'].search([
            ('direction', '=', 'pull'), ('res_model', '=', move._name),
            ('res_id', '=', move.id)], order='id')]

    def _words(self, move):
        """:return: the text of a document's chatter"""
        return '\n'.join(move.message_ids.mapped('body'))
