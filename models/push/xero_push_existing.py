from collections import Counter, defaultdict
from datetime import timedelta
from functools import partial

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ...xero import payload, query, twins
from ...xero.documents import Document
from ..core.apart import apart
from ..core.kinds import GONE, VENDORS, XERO_KINDS
from ..core.problem import Problem
from ..core.words import joined, lazy_date, lazy_sum
from .xero_push import ASKED, LookUpFailed

_lt = LazyTranslate(__name__)

#: After so long without a pull the database may be of a backup, or was kept from Xero for long.
PULL_IS_OLD = timedelta(days=1)


class XeroPushExisting(models.AbstractModel):
    """Documents that may have come to Xero by another way: entered on both sides, sent by this
    module before it was uninstalled, or by a database of which this one is a backup.

    Xero keeps the numbers of customers' documents unique and refuses a second one. For those of
    vendors it is asked before the first push, once for all of a batch.
    """

    _name = 'xero.push.existing'
    _description = "Documents That Xero Has Already"

    def _without(self, connection, sender, moves):
        """Link those of some documents that Xero has already, and fail those for which only a
        person can tell.

        :param recordset connection: `xero.connection`
        :param RequestSender sender: that sends what is left
        :param recordset moves: documents of one list of Xero
        :return: those that are to be sent
        :raise XeroError: nothing can be asked now
        """
        unsure, failed = connection._commit_with_retry(self._get_unsure, connection, moves)
        moves -= failed
        if not unsure:
            return moves
        asked, path = moves.browse().union(*unsure), payload.endpoint_of(
            next(iter(unsure.values())).kind)
        sender.apply_answers()     # five calls at once are the most that Xero allows
        try:
            rows = self.env['xero.push']._get_rows(connection, path, query.by_number(path, [
                {payload.number_field(own.kind): own.number} for own in unsure.values()]))
        except LookUpFailed as error:
            # Nothing is made that may be there already.
            connection._commit_with_retry(asked._xero_count_attempt, error.error)
            return moves - asked
        return moves - connection._commit_with_retry(
            self._settle, connection, unsure, list(map(Document.from_json, rows)))

    def _settle_found(self, connection, numbers, documents):
        """Do the same with what was looked up after a lost answer, so that Xero is not asked again.

        :param dict numbers: {id of a document here: the number under which it was looked for}.
            Vendor credits, which are looked up by their dates alone, are left to :meth:`_without`
        :param list documents: documents.Document that Xero has under these numbers
        :return: ids of the documents here that may be sent
        :rtype: set
        """
        moves = self.env['account.move'].browse(numbers).exists().filtered(
            lambda move: XERO_KINDS[move.move_type] == 'ACCPAY' and move.xero_state == 'pending'
            and move._xero_document_number() == numbers[move.id])
        unsure, failed = self._get_unsure(connection, moves)
        return set((moves - failed - self._settle(connection, unsure, documents)).ids)

    # === WHICH ONES === #

    def _get_unsure(self, connection, moves):
        """
        :return: {document: twins.Own} of those that Xero is asked for, and those that cannot even
            be compared, which have failed
        :rtype: tuple(dict, recordset)
        """
        failed = []

        def fail(faults):
            moves._xero_fail_faulty(faults)
            failed.extend(move for move, _error in faults)

        parts = apart(
            self.env, moves, lambda some: {
                move: self.env['xero.own']._of(move) for move in some
                if self._is_unsure(connection, move)},
            fail)
        return ({move: own for part in parts for move, own in part.items()},
                moves.browse().union(*failed))

    def _is_unsure(self, connection, move):
        """:return: whether a document may have come to Xero without our knowing, and Xero would
            take it again"""
        if move.xero_document_id or move.state != 'posted':
            return False
        if move.xero_seek or move.move_type not in VENDORS:
            return move.xero_seek
        if move.id in self.env.context.get(ASKED, ()):
            return False
        since, pulled = connection.connected_at, connection.last_pull
        return bool(
            move.xero_manual
            or (since and (move.create_date < since or move.invoice_date < since.date()))
            or (pulled and pulled < fields.Datetime.now() - PULL_IS_OLD))

    # === WHAT XERO HAS === #

    def _settle(self, connection, unsure, documents):
        """Link, or fail, what Xero may have.

        :param dict unsure: {document here: twins.Own}
        :param list documents: documents.Document that Xero has under their numbers
        :return: the documents here that are not to be sent
        """
        free = self._get_free(connection, documents)
        verdicts = self._compare(unsure, free)
        claims = Counter(
            xero_id for found in verdicts.values() for xero_id, verdict in found.items() if verdict)
        by_id = {document.xero_id: document for document in free}
        certain, unclear = {}, {}
        for move, found in verdicts.items():
            same = [xero_id for xero_id, verdict in found.items() if verdict]
            if len(same) == 1 and claims[same[0]] == 1:
                certain[move] = by_id[same[0]]
        taken = {document.xero_id for document in certain.values()}
        for move, found in verdicts.items():
            left = found.keys() - taken
            if move not in certain and (left or move.xero_seek):
                unclear[move] = [by_id[xero_id] for xero_id in sorted(left)]
        done = [*certain, *unclear]
        apart(self.env, [(move, {**certain, **unclear}[move]) for move in done],
              partial(self._decide, connection),
              lambda faults: self.env['account.move']._xero_fail_faulty(
                  [(move, error) for (move, _found), error in faults]))
        return self.env['account.move'].union(*done)

    def _get_free(self, connection, documents):
        """:return: list of those documents of Xero that count and that none here is linked to"""
        linked = set(self.env['account.move'].search([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('xero_document_id', 'in', [document.xero_id for document in documents]),
        ]).mapped('xero_document_id'))
        return list({document.xero_id: document for document in documents
                     if document.status not in GONE and document.xero_id not in linked}.values())

    def _compare(self, unsure, documents):
        """:return: {document here: {identifier of one in Xero: whether it is that one, None where
            only a person can tell}}"""
        dismissed = self.env['xero.twin']._dismissed(self.env['account.move'].union(*unsure))
        by_number = defaultdict(list)
        for document in documents:
            by_number[document.number.casefold()].append(document)
        here = Counter((own.number.casefold(), own.contact_id) for own in unsure.values())
        result = {}
        for move, own in unsure.items():
            same_number = by_number[own.number.casefold()]
            repeats = here[own.number.casefold(), own.contact_id] > 1 or len([
                d for d in same_number if d.contact_id == own.contact_id]) > 1
            verdicts = {
                document.xero_id: twins.same(own, document, repeats) for document in same_number
                if document.xero_id not in dismissed.get(move.id, ())}
            result[move] = {
                xero_id: verdict for xero_id, verdict in verdicts.items() if verdict is not False}
        return result

    def _decide(self, connection, pairs):
        """
        :param list pairs: (document here, the documents.Document that it is, or a list of those
            that it may be)
        """
        unclear = {move: found for move, found in pairs if isinstance(found, list)}
        self.env['xero.push.document']._adopt(connection, [
            ({'id': move.id, 'revision': move.xero_revision, 'hash': None}, found, True)
            for move, found in pairs if move not in unclear])
        self.env['xero.twin']._replace(
            connection, {move: [] for move, _found in pairs} | unclear)
        for move, documents in unclear.items():
            move._xero_fail([Problem('maybe_in_xero', _lt(
                "Xero has %s.", joined(', ', [
                    _lt("%(number)s (%(date)s, %(total)s)", number=d.number,
                        date=lazy_date(self.env, d.date),
                        total=lazy_sum(self.env, d.total, d.currency_code)) for d in documents])))
                if documents else Problem('not_in_xero', _lt(
                    "Xero has nothing under the number %s that it could be.",
                    move._xero_document_number()))])

    # === WHAT XERO HAS NO MORE === #

    def _explain_missing(self, rejection, document):
        """
        :param Rejection rejection: of a change that Xero answered with 404
        :param document: documents.Document that Xero has nevertheless, or None
        :return: the Rejection with what is missing: the document, or else its contact
        """
        if document:
            return rejection._replace(code='contact_missing')
        return rejection._replace(messages=[_lt(
            "It was removed from Xero, or the organisation was reset.")])
