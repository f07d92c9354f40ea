import re
from collections import Counter, defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ...xero import twins
from ..core.kinds import GONE, XERO_KINDS, types_of
from ..core.words import lazy_amount, lazy_date, lazy_of
from ..documents.showing import name_in_xero
from .maps import ImportBlocker

_lt = LazyTranslate(__name__)

RECORD_ID = re.compile(r'[?&]res_id=(\d+)')


def back_link(env, document):
    """
    :param Environment env: of this database
    :param documents.Document document: as Xero has it
    :return: id of the document here that its `Url` points back to, None for what is not of this
        database
    """
    match = RECORD_ID.search(document.url)
    base = env['account.move'].get_base_url()
    ours = document.url.startswith(f'{base}/mail/view?model=account.move&')
    return int(match[1]) if ours and match else None


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
        linked, rows, left = {}, {}, {}
        named = {document.xero_id: back_link(self.env, document) for document in documents}
        found = self._find(connection, documents, partners)
        on_their_way = self._get_on_their_way(found)
        claims = Counter(move for verdicts in found.values()
                         for move, verdict in verdicts.items() if verdict)
        for document in documents:
            verdicts = found.get(document.xero_id, {})
            certain = [move for move, verdict in verdicts.items() if verdict]
            if not on_their_way.isdisjoint(certain) or named[document.xero_id] in {
                    move.id for move in on_their_way}:
                rows[document.xero_id] = []
            elif len(certain) == 1 and claims[certain[0]] == 1 and self._is_free(certain[0]):
                self.env['xero.own']._link(certain[0], connection, document)
                linked[document.xero_id] = certain[0]
            elif verdicts:
                left[document.xero_id] = verdicts
            elif named[document.xero_id]:
                rows[document.xero_id] = [self._blocker_of_lost()]
        for xero_id, verdicts in left.items():
            # What has found its own counterpart is that of no other one.
            if open_ones := [move for move in verdicts if move not in linked.values()]:
                rows[xero_id] = [self._blocker(move, named[xero_id]) for move in open_ones]
        self._release_others(connection, [
            document for document in documents if document.xero_id in linked])
        return linked, rows

    def _find(self, connection, documents, partners):
        """Find the documents here that each one of Xero may be.

        :param recordset connection: `xero.connection`
        :param list documents: documents.Document
        :param dict partners: {ContactID: `res.partner`}
        :return: {identifier: {document here: whether it is that one, None where only a person can
            tell}}
        """
        named = {document.xero_id: back_link(self.env, document) for document in documents}
        numbers = list({document.number for document in documents if document.number})
        found = self.env['account.move'].search([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('state', '!=', 'cancel'),
            ('move_type', 'in', types_of({document.kind for document in documents})),
            '|', '|', '|', ('id', 'in', list(filter(None, named.values()))),
            ('name', 'in', numbers), ('ref', 'in', numbers), ('payment_reference', 'in', numbers)])
        by_number = defaultdict(list)
        for move in found:
            for number in {move.name, move.ref, move.payment_reference}:
                by_number[number, XERO_KINDS[move.move_type]].append(move)
        there = Counter((d.number, d.kind, d.contact_id) for d in documents)
        result = {}
        for document in documents:
            partner = partners.get(document.contact_id, self.env['res.partner'])
            same_number = by_number[document.number, document.kind] if document.number else []
            repeats = there[document.number, document.kind, document.contact_id] > 1 or len([
                move for move in same_number if move._xero_partner() == partner]) > 1
            verdicts = {
                move: self._compare(move, document, partner, repeats)
                for move in dict.fromkeys([
                    *(move for move in found if move.id == named[document.xero_id]),
                    *same_number])}
            result[document.xero_id] = {
                move: verdict for move, verdict in verdicts.items() if verdict is not False}
        return result

    def _compare(self, move, document, partner, repeats):
        """:param recordset partner: `res.partner` that the contact of Xero is, if it is linked
        :return: whether a document here is one of Xero, see :func:`.twins.same`"""
        mine = move._xero_partner()
        known = partner or mine.xero_contact_id
        own = self.env['xero.own']._of(move)._replace(contact_id=(
            document.contact_id if mine == partner else '') if known else None)
        verdict = twins.same(own, document, repeats)
        if move.xero_document_id:
            # Of those that were sent from here, one that looks the same is worth a question.
            return None if verdict and not move.xero_origin \
                and move.xero_status not in GONE else False
        return None if verdict and move.state != 'posted' else verdict

    def _get_on_their_way(self, found):
        """:return: set of the documents here that are in the outbox
        :param dict found: as of :meth:`_find`"""
        moves, concerns = self.env['account.move'].union(
            *(move for verdicts in found.values() for move in verdicts)), \
            self.env['xero.request']._concerns
        return set(filter(concerns, moves)) if concerns(moves) else set()

    def _is_free(self, move):
        """:return: whether a document here can be linked to one of Xero"""
        return move.state == 'posted' and not move.xero_document_id

    def _blocker_of_lost(self):
        """:return: ImportBlocker of a document that this database has sent and does not know"""
        return ImportBlocker('lost', _lt(
            "It was sent from this database, which has no such document any more, as after it was "
            "restored from a backup. Import it: it keeps its number, which no other one gets."))

    def _blocker(self, move, named):
        """
        :param recordset move: `account.move` that one of Xero may be
        :param int named: id of the document here that it points to, or None
        :return: ImportBlocker that asks for a decision
        """
        if move.xero_document_id and move.id == named:
            return ImportBlocker('double', _lt(
                "It was sent for %(name)s, which is linked to another one, %(number)s, in Xero. "
                "Void one of them there.", name=move.display_name,
                number=lazy_of(move, name_in_xero)), move)
        if move.xero_document_id:
            words = _lt(
                "%(name)s is linked to %(number)s in Xero, which looks the same. If this one was "
                "entered twice there, void one of them.",
                name=move.display_name, number=lazy_of(move, name_in_xero))
        elif move.state == 'draft':
            words = _lt("The draft %s may be the same document. Post it and link it, or import "
                        "this one as another document.", move.display_name)
        else:
            words = _lt("%(name)s of %(date)s, %(total)s, may be the same document. Link it, or "
                        "import this one as another document.", name=move.display_name,
                        date=lazy_date(self.env, move.invoice_date),
                        total=lazy_amount(move.currency_id, move.amount_total))
        return ImportBlocker('duplicate', words, move)

    # === LINKING === #

    def _link_chosen(self, row, move):
        """Link the document that somebody has chosen, and fetch what Xero has of it.

        :param recordset row: `xero.unmatched`
        :param recordset move: `account.move`
        :raise UserError: it cannot be that one
        """
        if not self._is_free(move) or XERO_KINDS.get(move.move_type) != row.kind \
                or move.company_id not in row.company_id._xero_together():
            raise UserError(self.env._(
                "Choose a posted document of the same kind that is not linked to Xero yet."))
        if self.env['xero.request']._concerns(move):
            raise UserError(self.env._(
                "%s is on its way to Xero, and Xero has not answered yet. Try again in a few "
                "minutes.", move.display_name))
        self.env['xero.own']._link(move, row.connection_id, row)
        self._release_others(row.connection_id, [row])
        row.unlink()
        move._xero_queue_pull()

    def _release_others(self, connection, documents):
        """Try those again that waited because one of these might have been theirs.

        :param documents: documents.Document that are linked now, or `xero.unmatched`
        """
        if numbers := list({document.number for document in documents if document.number}):
            self.env['xero.unmatched'].search([
                ('connection_id', '=', connection.id), ('state', '=', 'waiting'),
                ('reason', '=', 'duplicate'), ('number', 'in', numbers),
                ('contact_id', 'in', list({document.contact_id for document in documents})),
                ('xero_id', 'not in', [document.xero_id for document in documents]),
            ])._release()
