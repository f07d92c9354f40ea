import re
from collections import defaultdict

from odoo import models

from .maps import MOVE_TYPES, ImportBlocker

RECORD_ID = re.compile(r'[?&]res_id=(\d+)')


class XeroImportExisting(models.AbstractModel):
    """Documents of Xero that Odoo has already though they are not linked: pushed from here, or
    entered on both sides."""

    _name = 'xero.import.existing'
    _description = "Documents That Both Sides Have"

    def _link(self, connection, documents, partners):
        """Link what Odoo has already.

        :param recordset connection: `xero.connection`
        :param list documents: documents.Document
        :param dict partners: {ContactID: `res.partner`}
        :return: {identifier: document here}, {identifier: list of ImportBlocker}; an empty list for
            what the push is about to link itself
        """
        linked, rows, taken = {}, {}, set()
        existing = self._find(connection, documents, partners)
        # Of several with one number, as of a rent, the one of the same day comes first.
        for document in sorted(documents, key=lambda document: document.date != getattr(
                existing.get(document.xero_id), 'invoice_date', None)):
            match = existing.get(document.xero_id)
            if match is None:
                continue
            if isinstance(match, ImportBlocker):
                rows[document.xero_id] = [match]
            elif not match:
                rows[document.xero_id] = []
            elif match in taken:
                rows[document.xero_id] = [ImportBlocker('duplicate', self.env._(
                    "%s is another document of Xero with the same number and total.",
                    match.display_name))]
            else:
                self._link_document(connection, match, document)
                taken.add(match)
                linked[document.xero_id] = match
        return linked, rows

    def _find(self, connection, documents, partners):
        """Find the documents that Odoo has already.

        :param recordset connection: `xero.connection`
        :param list documents: documents.Document
        :param dict partners: {ContactID: `res.partner`}
        :return: {identifier: document here, or the ImportBlocker where that is not clear}; an empty
            recordset for what is on its way to Xero just now
        """
        base = [('company_id', '=', connection.company_id.id), ('xero_document_id', '=', False),
                ('state', '!=', 'cancel')]
        named = {document.xero_id: self._back_link(document) for document in documents}
        numbers = list({document.number for document in documents if document.number})
        found = self.env['account.move'].search([
            *base, ('move_type', 'in', list({MOVE_TYPES[d.kind] for d in documents})),
            '|', '|', '|', ('id', 'in', list(filter(None, named.values()))),
            ('name', 'in', numbers), ('ref', 'in', numbers), ('payment_reference', 'in', numbers)])
        by_id, by_number = {move.id: move for move in found}, defaultdict(set)
        for move in found:
            for number in {move.name, move.ref, move.payment_reference}:
                by_number[number, move.move_type].add(move)
        result = {}
        for document in documents:
            linked_back = by_id.get(named[document.xero_id])
            same_number = by_number[document.number, MOVE_TYPES[document.kind]] \
                if document.number else ()
            match = self._same_document(
                document, linked_back, same_number, partners.get(document.contact_id))
            if match is not None:
                result[document.xero_id] = match
        return result

    def _back_link(self, document):
        """:return: id of the document here that the `Url` of one in Xero points back to, or None"""
        match = RECORD_ID.search(document.url)
        base = self.env['account.move'].get_base_url()
        ours = document.url.startswith(f'{base}/mail/view?model=account.move&')
        return int(match[1]) if ours and match else None

    def _same_document(self, document, linked_back, same_number, partner):
        """:return: as the values of :meth:`_find`, None when Odoo has none"""
        if linked_back and self.env['xero.request']._concerns(linked_back):
            return self.env['account.move']
        if linked_back and self._matches_document(linked_back, document):
            return linked_back
        mine = [move for move in same_number if move._xero_partner() == partner]
        same = [move for move in mine if self._matches_document(move, document)]
        if len(same) == 1 and same[0].state == 'posted':
            return same[0]
        taken = [move for move in same_number
                 if move in mine or move.name == document.number] or (
                     [linked_back] if linked_back else [])
        if taken:
            return ImportBlocker('duplicate', self.env._(
                "%(names)s may be the same document. Make them agree in contact, number, currency "
                "and total and post it, or cancel it.",
                names=', '.join(move.display_name for move in taken)))
        return None

    def _matches_document(self, move, document):
        """:return: whether kind, currency and total are those of a document of Xero"""
        return (move.move_type == MOVE_TYPES[document.kind]
                and move.currency_id.name == document.currency_code
                and move._xero_decimal(move.amount_total) == document.total)

    def _link_document(self, connection, move, document):
        """Link a document, which both sides have, to Xero's; it counts as sent from here."""
        move.with_context(xero_pulling=True, skip_is_manually_modified=True).write({
            **move._xero_success(), 'xero_document_id': document.xero_id,
            'xero_number': document.number, 'xero_status': document.status})
        self.env['xero.log']._add_pulls(connection, [(move, 'success', None, self.env._(
            "Linked to %s in Xero: the same document on both sides.", document.number))])
