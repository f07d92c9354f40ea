import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from odoo import models

from ...xero import query
from ...xero.client import PAGE_SIZE, has_more
from ...xero.documents import Payment
from ...xero.errors import XeroRejected
from ...xero.scalars import decimal_of, guid_of, value_of
from ..connection.answers import rows_in
from ..connection.xero_connection_run import check_time
from .lists import changed_at

_logger = logging.getLogger(__name__)

#: Pages of payments that are read to find those of a document; further ones are asked for by name.
PAYMENT_PAGES = 5


class Page(NamedTuple):
    """One page of a list: what is in it, which one it is, whether more follow, and how many rows
    all of them have."""

    rows: Sequence
    number: int
    more: bool
    count: int


class XeroFetch(models.AbstractModel):
    """Asking Xero within a pull: each method says what it asks, and nothing is applied here.

    All of them raise XeroError when nothing can be asked now or the question is refused, and
    TimeBudgetExceeded when this run has no time for it.
    """

    _name = 'xero.fetch'
    _description = "Fetch from Xero"

    def _call(self, connection, work):
        """Make one call of a pull.

        :param recordset connection: `xero.connection`
        :param work: callable that gets an XeroClient and only reads
        :return: the Answer
        :raise XeroError: nothing can be asked now, or this is refused
        :raise TimeBudgetExceeded: this run has no time for it
        """
        self._check_time(connection)
        answer = connection._ask_xero(work)
        connection._commit_with_retry(
            self.env['xero.budget']._save, connection, answer.budget, 'pull')
        return answer

    def _check_time(self, connection):
        """:raise TimeBudgetExceeded: this run has no time for more"""
        check_time(connection.env)

    def _list_of(self, connection, kind):
        """:param str kind: Xero's type of a document
        :return: the PullList that it is in; of a kind that is new to us, the first with documents
        """
        lists = [one for one in connection._pull_lists() if one.kinds]
        return next((one for one in lists if kind in one.kinds), lists[0])

    # === PAGES === #

    def _get_page(self, connection, path, since=None, **parameters):
        """Read one page of a list.

        :param recordset connection: `xero.connection`
        :param str path: of the list
        :param datetime since: naive UTC; only what has changed since
        :param parameters: of the question, besides those that the list always has
        :rtype: Page
        """
        [pull_list] = [one for one in connection._pull_lists() if one.path == path]
        parameters = {'page': 1, 'pageSize': PAGE_SIZE, **pull_list.options, **parameters}
        number = parameters['page']
        answer = self._call(
            connection, lambda client: client.get(path, if_modified_since=since, **parameters))
        if answer.status == 304:    # nothing is newer
            return Page([], number, False, 0)
        rows = rows_in(self.env, answer, path)
        pagination = value_of(answer.data, 'pagination')
        pages, count = value_of(pagination, 'pageCount'), value_of(pagination, 'itemCount')
        more = has_more(number, pages, len(rows), parameters['pageSize'])
        return Page(rows, number, more and bool(rows),
                    count if isinstance(count, int) else len(rows))

    def _get_changes(self, connection, pull_list, since, filters):
        """Read what has changed since, in the order in which it changed.

        Always the first page: rows move between pages while they change, so the moment is what
        advances. Only where one second holds more than a page, the next one is turned to.

        :param PullList pull_list: what is read
        :param datetime since: naive UTC
        :param dict filters: parameters of the question
        :return: iterator of Page, with items of the list's handler; the next one is asked for
            when this one is done
        """
        number = 1
        while True:
            page = self._get_page(connection, pull_list.path, since, page=number,
                                  order='UpdatedDateUTC ASC', **filters)
            items = self._items(pull_list, page.rows, since)
            yield page._replace(rows=items)
            if not page.more:
                return
            newest = max(filter(None, map(changed_at, items)), default=None)
            newest = newest and newest.replace(microsecond=0) - timedelta(seconds=1)
            since, number = (newest, 1) if newest and newest > since else (since, number + 1)

    def _items(self, pull_list, rows, since):
        """:return: list of what the list's handler makes of rows, in the order in which they have
            changed; of those that do not say when, it counts as ``since``"""
        return sorted(map(self.env[pull_list.handler]._parse, rows),
                      key=lambda item: changed_at(item) or since)

    # === SINGLE ONES === #

    def _get_one(self, connection, pull_list, xero_id):
        """Fetch an element of a list by its own address.

        :return: the JSON object, None where the answer has none
        :raise XeroRejected: Xero does not know it, among others
        """
        answer = self._call(connection, lambda client: client.get(
            f'{pull_list.path}/{xero_id}', **pull_list.options))
        return next(iter(rows_in(self.env, answer, pull_list.path)), None)

    # === PAYMENTS === #

    def _get_payments(self, connection, documents, known):
        """Find what the lists of documents leave out of payments that are new here: the bank
        account and the amount there.

        :param recordset connection: `xero.connection`
        :param documents: documents.Document
        :param dict known: {identifier: documents.Payment} that were read before; what is read is
            added
        :return: {identifier: documents.Payment}
        """
        wanted = self._new_payments(connection, documents).keys()
        number, more = 1, True
        while more and number <= PAYMENT_PAGES and not wanted <= known.keys():
            [cursor] = self.env['xero.cursor']._get_or_create(connection, ['Payments'])
            more = self._read_payments(
                connection, known, since=cursor.changed_since, page=number).more
            number += 1
        self._read_payments_by_id(connection, wanted - known.keys(), known)
        return {xero_id: known[xero_id] for xero_id in wanted & known.keys()}

    def _new_payments(self, connection, documents):
        """:return: {identifier: documents.PaymentRow} of what documents list and is not here"""
        rows = {row.xero_id: row for document in documents for row in document.payments
                if row.xero_id}
        here = self.env['xero.linked']._payments_live(connection, rows)
        return {xero_id: row for xero_id, row in rows.items() if xero_id not in here}

    def _read_payments(self, connection, known, **question):
        """:param dict known: {identifier: documents.Payment}, to which what is read is added
        :rtype: Page"""
        page = self._get_page(connection, 'Payments', **question)
        known.update((payment.xero_id, payment) for payment in map(Payment.from_json, page.rows))
        return page

    def _read_payments_by_id(self, connection, ids, known):
        """:param ids: identifiers of payments; those that Xero knows are added to ``known``"""
        for question in query.payments(sorted(ids)):
            self._read_payments(connection, known, **question)

    # === CREDITS === #

    def _with_rates(self, connection, documents):
        """Add the rates of credits in foreign currency that are still to be booked here: documents
        do not tell them, and the rate of a document is not that of what was paid before it.

        :param recordset connection: `xero.connection`
        :param documents: documents.Document
        :return: list of them, in the same order
        """
        documents, rates = list(documents), {}
        for kind, ids in self._unrated(connection, documents).items():
            try:
                rates |= self._get_rates(connection, kind, ids)
            except XeroRejected as error:
                # What was paid counts all the same, at the rate of its document.
                _logger.info("%s: %s cannot be asked for: %s", connection, kind, error)
        return [replace(document, credits=tuple(
            replace(credit, currency_rate=rates.get(credit.credit_id) or credit.currency_rate)
            for credit in document.credits)) if rates else document for document in documents]

    def _get_rates(self, connection, kind, ids):
        """:return: {identifier: rate} of credits of a list of Xero"""
        rates = {}
        for question in query.credits(kind, sorted(ids)):
            answer = self._call(connection, lambda client, question=question: client.get(
                kind, page=1, pageSize=PAGE_SIZE, **question))
            rates |= {
                guid_of(value_of(row, f'{kind[:-1]}ID')): decimal_of(value_of(row, 'CurrencyRate'))
                for row in rows_in(self.env, answer, kind)}
        return rates

    def _unrated(self, connection, documents):
        """:return: {list of Xero: set of identifiers of credits in it} of which the rate is missing
        """
        base = connection.base_currency
        if not base or connection.company_id.currency_id.name != base:
            return {}
        missing = [
            credit for document in documents if document.currency_code not in ('', None, base)
            for credit in document.credits
            if credit.credit_id and credit.invoice_id and not credit.currency_rate]
        if not missing:
            return {}
        known = self.env['xero.linked']._moves_by_xero_id(
            connection, {credit.credit_id for credit in missing if credit.kind == 'CreditNotes'})
        booked = set(self.env['account.payment'].search([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('xero_payment_id', 'in', [_key(credit) for credit in missing]),
        ]).mapped('xero_payment_id'))
        found = {}
        for credit in missing:
            if credit.credit_id not in known and _key(credit) not in booked:
                found.setdefault(credit.kind, set()).add(credit.credit_id)
        return found


def _key(credit):
    """:return: what a payment here has as its identifier that stands for a credit"""
    return f'{credit.credit_id}/{credit.invoice_id}'
