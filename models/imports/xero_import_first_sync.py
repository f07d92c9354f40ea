from odoo import models

from ...xero.client import PAGE_SIZE
from ..connection.xero_budget import DAY_RESERVE
from ..pull.lists import changed_at
from ..pull.xero_pull import CHUNK, OVERLAP
from .xero_first_sync import EPOCH

#: Payments that one question can name.
NAMED = 20


class XeroImportFirstSync(models.AbstractModel):
    """The first synchronisation: what years in Xero have left, brought here once."""

    _name = 'xero.import.first.sync'
    _description = "Run of the First Synchronisation"

    def _running(self, connection):
        return self.env['xero.first.sync'].sudo()._running(connection)

    def _get_due(self, connections):
        """:return: the connections whose first synchronisation is to go on, with calls of the day
            for it"""
        return self._running(connections.filtered(
            lambda c: self.env['xero.budget']._get_left_today(c) > DAY_RESERVE)).connection_id

    def _run(self, connection):
        """Go on with the first synchronisation where it is.

        :param recordset connection: `xero.connection`
        :raise XeroError: nothing more can be asked now
        :raise TimeBudgetExceeded: this run has no time for more
        """
        if not self._get_due(connection):
            return
        run = self._running(connection)[:1]
        if run.totals is False or run.totals is None:
            self._begin(connection, run)
        while run.path and run.state == 'running':
            if not self._read_list(connection, run):
                return
            connection._commit_with_retry(run._end_list)
        if run.state == 'running':
            connection._commit_with_retry(run._finish)

    def _begin(self, connection, run):
        """First what documents refer to, and how much there is."""
        connection._commit_with_retry(connection._refresh_reference_data)
        connection._commit_with_retry(connection.action_auto_map)
        totals = {path: self.env['xero.fetch']._get_page(
            connection, path, pageSize=1, **parameters).count
            for path, parameters in run._questions().items()}
        connection._commit_with_retry(run._begin, totals)

    def _read_list(self, connection, run):
        """Read a list from where it is to its end, in the order in which it changed.

        :return: whether the end was reached; else the calls of the day are used up, or somebody
            has stopped it
        """
        fetch, before = self.env['xero.fetch'], run._before()
        [pull_list] = [one for one in connection._pull_lists() if one.path == run.path]
        handler, since = self.env[pull_list.handler], max(run.position - OVERLAP, EPOCH)
        if not self._get_due(connection):
            return False
        for page in fetch._get_changes(
                connection, pull_list, since, run._questions()[run.path]):
            items = page.rows
            start_count = before + max(run.totals[run.path] - page.count, 0) \
                + (page.number - 1) * PAGE_SIZE
            payments = self._get_payments(connection, items)
            for start in range(0, len(items), CHUNK):
                chunk = items[start:start + CHUNK]
                handler._apply(connection, chunk, False, payments)
                connection._commit_with_retry(
                    run._advance, changed_at(chunk[-1]), start_count + start + len(chunk))
                fetch._check_time(connection)
            if page.more and not self._get_due(connection):
                return False
        return True

    def _get_payments(self, connection, documents):
        """Find the bank accounts of the payments of a page of documents: by the span of their
        dates where that takes fewer calls than by their names.

        :param recordset connection: `xero.connection`
        :param list documents: documents.Document
        :return: {identifier: documents.Payment}, none where only those of the few documents that
            Odoo has already are wanted
        """
        found = {}
        if connection.import_policy != 'post':
            return found
        fetch = self.env['xero.fetch']
        rows = fetch._new_payments(connection, documents)
        days, left = sorted(row.date for row in rows.values() if row.date), rows.keys()
        number, more = 1, len(days) > NAMED
        while more:
            where = 'Date>=DateTime({0:%Y},{0:%m},{0:%d}) AND Date<=DateTime({1:%Y},{1:%m},{1:%d})'
            page = fetch._read_payments(
                connection, found, page=number, where=where.format(days[0], days[-1]))
            number, left = number + 1, rows.keys() - found.keys()
            more = page.more and left and page.count / PAGE_SIZE < len(left) / NAMED
        fetch._read_payments_by_id(connection, left, found)
        return {xero_id: payment for xero_id, payment in found.items() if xero_id in rows}
