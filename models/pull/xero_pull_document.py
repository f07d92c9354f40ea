import logging
from datetime import timedelta

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ...xero import payload, query
from ...xero.documents import Document
from ...xero.errors import XeroRejected
from ..core.apart import apart
from ..core.kinds import GONE, XERO_KINDS
from ..core.words import joined, lazy_of
from ..documents.showing import name_in_xero
from .live import LIVE

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

#: A change this old should have been announced by a webhook.
WEBHOOK_DELAY = timedelta(minutes=1)
#: Documents in no list that are asked for by their own address. Where so many are gone, and none is
#: there, the organisation was reset, say; the others are taken for gone, too, without a call each.
CERTAIN = 5


class XeroPullDocument(models.AbstractModel):
    """Invoices, bills and credit notes: how their lists are handed to the documents here."""

    _name = 'xero.pull.document'
    _inherit = 'xero.pull.handler'
    _description = "Pull of Xero's Documents"

    def _parse(self, row):
        return Document.from_json(row)

    # === FETCHING === #

    def _choose(self, connection, pull_list, events):
        """An event that is no newer than what is here, such as the echo of a push, needs no call.
        One that has no part of a second may be of any moment in it."""
        linked = self.env['xero.linked']._moves_by_xero_id(connection, events)
        unknown = self._wants_unknown(connection)
        chosen = []
        for xero_id, group in events.items():
            if move := linked.get(xero_id):
                if XERO_KINDS[move.move_type] in pull_list.kinds and (
                        not move.xero_updated or group._latest() > move.xero_updated):
                    chosen.append(xero_id)
            elif unknown and any(event.category in pull_list.categories for event in group):
                chosen.append(xero_id)
        return chosen

    def _get(self, connection, pull_list, ids):
        fetch, rows = self.env['xero.fetch'], []
        if pull_list.by_ids:
            for question in query.by_ids(ids):
                rows += fetch._get_page(connection, pull_list.path, **question).rows
            return list(map(self._parse, rows))
        for xero_id in ids:
            try:
                rows.append(fetch._get_one(connection, pull_list, xero_id))
            except XeroRejected as error:
                if error.status != 404:
                    raise
        return list(map(self._parse, filter(None, rows)))

    # === WHAT XERO HAS NO MORE === #

    def _compare_unlisted(self, connection, pull_list, since, until, listed):
        # OVERRIDES 'account_xero'
        expected = self._get_expected(connection, pull_list, since, until)
        ids = [xero_id for xero_id in expected if xero_id not in listed]
        for start in range(0, len(ids), query.IDS):
            some = ids[start:start + query.IDS]
            documents = self._get_listed(connection, pull_list, some)
            self._apply(connection, documents, True, {})
            self._report_missing(
                connection, pull_list, set(some) - {document.xero_id for document in documents})

    def _get_expected(self, connection, pull_list, since, until):
        """Return what Xero changed last in a period, as far as is known here. What is known to
        differ is fetched at a comparison anyway, and nobody misses what was void there.

        :return: list of identifiers
        """
        kinds = [kind for kind, name in XERO_KINDS.items() if name in pull_list.kinds]
        domain = fields.Domain([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('xero_document_id', '!=', False),
            ('move_type', 'in', kinds), ('xero_updated', '>=', since),
            ('xero_status', 'not in', list(GONE)), ('xero_differs', '=', False)])
        if until:
            domain &= fields.Domain('xero_updated', '<', until)
        return self.env['account.move'].search_fetch(
            domain, ['xero_document_id'], order='id').mapped('xero_document_id')

    def _report_missing(self, connection, pull_list, ids):
        # OVERRIDES 'account_xero'
        if not ids:
            return
        gone, documents = [], []
        for xero_id, move in self.env['xero.linked']._moves_by_xero_id(connection, ids).items():
            if len(gone) < CERTAIN or documents:
                try:
                    # A list is of the statuses that are known, its own address tells for certain.
                    row = self.env['xero.fetch']._get_one(connection, pull_list, xero_id)
                except XeroRejected as error:
                    if error.status != 404:
                        raise
                else:
                    documents += [self._parse(row)] if row else []
                    continue
            gone.append(move)
        self._apply(connection, documents, True, {})
        connection._commit_with_retry(self._note_missing, connection, gone)

    def _note_missing(self, connection, moves):
        """:param moves: `account.move` that Xero does not have any more"""
        for move in moves:
            cure = _lt(
                "It was made in Xero and is not sent there. Cancel it here, if it is gone for good."
            ) if move.xero_origin else _lt(
                "Look for it in Xero; or send it anew, if it is gone for good.")
            self.env['xero.difference']._note(
                connection, move, 'missing', move.display_name, '–', joined(' ', (_lt(
                    "Xero does not have %s any more: it was removed there, or the organisation was "
                    "reset.", lazy_of(move, name_in_xero)), cure)))

    # === SEVERAL AT ONCE === #

    def _get_listed(self, connection, pull_list, ids):
        """Fetch documents with as few calls as Xero allows; some that it has may be in no list.

        :param list ids: identifiers
        :return: list of documents.Document
        """
        if pull_list.by_ids:
            return self._get(connection, pull_list, ids)
        field, documents = payload.id_field(pull_list.kinds[0]), []
        for question in query.by_id(pull_list.path, [{field: one} for one in ids]):
            documents += map(self._parse, self.env['xero.fetch']._get_page(
                connection, pull_list.path, **question).rows)
        return documents

    def _get_together(self, connection, pull_list, ids):
        """As :meth:`_get`, with few calls for what Xero takes no list of identifiers of, too.

        :param ids: identifiers
        """
        documents = []
        if not pull_list.by_ids and len(ids) > 1:   # for one, its own address is as good
            documents = self._get_listed(connection, pull_list, sorted(ids))
        # One that is in no list may be voided, which only it itself says.
        left = set(ids) - {document.xero_id for document in documents}
        return documents + self._get(connection, pull_list, sorted(left))

    def _complete(self, connection, documents):
        """Fetch documents singly that came without all of their payments and credits: what is
        missing from a list must not pass for deleted. Likewise the rates of foreign credits.

        :param recordset connection: `xero.connection`
        :param documents: documents.Document
        :return: list of them, in the same order
        """
        fetch, complete = self.env['xero.fetch'], []
        for document in documents:
            if document.status in LIVE and not document.is_whole:
                row = fetch._get_one(
                    connection, fetch._list_of(connection, document.kind), document.xero_id)
                document = self._parse(row) if row else document
            complete.append(document)
        return fetch._with_rates(connection, complete)

    # === APPLYING === #

    def _apply(self, connection, items, compare, payments):
        """Bring linked documents to the state that Xero has, and commit."""
        linked = self.env['xero.linked']._moves_by_xero_id(
            connection, {document.xero_id for document in items})
        unknown = [document for document in items if document.xero_id not in linked]
        made = self._take_unknown(connection, unknown) if unknown else {}
        known = [(linked[document.xero_id], document) for document in items
                 if document.xero_id in linked]
        found = made | dict(known if compare else self._get_news(known))
        if not found:
            return
        self._save_unannounced(connection, found, compare)
        found = dict(zip(found, self._complete(connection, found.values()), strict=True))
        payments = self.env['xero.fetch']._get_payments(connection, found.values(), payments)
        connection._commit_with_retry(
            self.env['account.move']._xero_apply, connection, found, payments)

    def _get_news(self, known):
        """
        :param list known: (`account.move`, documents.Document)
        :return: list of those about which something is to be done, and of those for which that
            cannot be told: to apply the same state again changes nothing
        """
        unclear = []

        def failed(faults):
            for pair, error in faults:
                _logger.error("Whether %s has changed in Xero cannot be told", pair[0],
                              exc_info=error)
                unclear.append(pair)

        found = apart(
            self.env, known,
            lambda some: [pair for pair in some if self.env['xero.apply']._is_news(*pair)], failed)
        return [*(pair for part in found for pair in part), *unclear]

    def _wants_unknown(self, connection):
        """
        :param recordset connection: `xero.connection`
        :return: whether documents are fetched that are linked to nothing here
        """
        return False

    def _take_unknown(self, connection, documents):
        """Take in documents that are linked to nothing here, if they have any business here.

        :param recordset connection: `xero.connection`
        :param list documents: documents.Document
        :return: {`account.move`: documents.Document} of those that are linked now
        """
        return {}

    def _save_unannounced(self, connection, found, compare):
        """Remember that a poll found what a webhook should have told of by now, if any come.

        :param dict found: {`account.move`: documents.Document} that have changed
        :param bool compare: not found by a poll for changes
        """
        now = fields.Datetime.now()
        if not compare and connection.last_webhook and any(
                move.xero_updated and document.updated
                and document.updated > move.xero_updated
                and document.updated < now - WEBHOOK_DELAY for move, document in found.items()):
            connection._commit_with_retry(connection.write, {'unannounced_at': now})
