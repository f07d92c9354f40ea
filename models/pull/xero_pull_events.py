import logging
from functools import partial

from odoo import models

from ..core.apart import apart
from .lists import DAY
from .xero_pull import OVERLAP

_logger = logging.getLogger(__name__)


class XeroPullEvents(models.AbstractModel):
    """What webhooks, or people here, say has changed: fetched in portions, each done for good."""

    _name = 'xero.pull.events'
    _description = "Pull of What Xero Announces"

    def _get_due(self, connections):
        """:return: the connections for which something is announced"""
        return self.env['xero.schedule']._get_owners(
            connections, ('xero.event', [('connection_id', 'in', connections.ids)]))

    def _run(self, connection):
        """Fetch what was announced; a document once, however often.

        More can be announced in an hour than Xero's limits allow to be fetched in a minute, so each
        portion is applied, and its events deleted, before the next one is asked for.

        :param recordset connection: `xero.connection`
        :raise XeroError: nothing more can be asked now; what was fetched is done
        :raise TimeBudgetExceeded: this run has no time for more; likewise
        """
        events = self.env['xero.event'].search([('connection_id', '=', connection.id)])
        if not events:
            return
        lists = connection._pull_lists()
        indirect = [one.path for one in lists
                    if not set(one.indirect_categories).isdisjoint(events.mapped('category'))]
        if indirect:
            # Money in advance may have been used for an invoice, which these events do not name.
            connection._commit_with_retry(self.env['xero.cursor']._get_or_create(
                connection, indirect).write, {'wanted': True})
        by_id = events.grouped('resource_id')
        chosen = [(one, self._choose(connection, one, by_id))
                  for one in lists if one.categories]
        left = by_id.keys() - {xero_id for _list, ids in chosen for xero_id in ids}
        connection._commit_with_retry(self._delete_events, by_id, left)
        payments, seen = {}, set()
        for pull_list, ids in chosen:
            handler = self.env[pull_list.handler]
            events = {xero_id: by_id[xero_id] for xero_id in ids}
            settled, _unclear = self._apart(
                events, partial(handler._choose_settled, connection, seen=seen))
            connection._commit_with_retry(self._delete_events, by_id, settled)
            left = {one: group for one, group in events.items() if one not in settled}
            for done, items in self._get_portions(connection, pull_list, left):
                handler._apply(connection, items, True, payments)
                handler._report_missing(
                    connection, pull_list, set(done) - {item.xero_id for item in items})
                connection._commit_with_retry(self._delete_events, by_id, done)
                seen.update(item.xero_id for item in items)

    def _choose(self, connection, pull_list, events):
        """As :meth:`XeroPullHandler._choose`. An element for which that fails is fetched: to apply
        the same state again changes nothing."""
        chosen, unclear = self._apart(
            events, partial(self.env[pull_list.handler]._choose, connection, pull_list))
        return [*chosen, *(xero_id for xero_id in unclear if any(
            event.category in pull_list.categories for event in events[xero_id]))]

    def _apart(self, events, choose):
        """Choose among announced elements, so that one for which that fails holds up no other.

        :param dict events: {identifier: `xero.event`}
        :param choose: callable that gets some of them and returns identifiers
        :return: what was chosen, and for what it failed, which is logged
        :rtype: tuple(list, list)
        """
        unclear = []

        def failed(faults):
            for (xero_id, _events), error in faults:
                _logger.error("What to do about the news of %s cannot be told", xero_id,
                              exc_info=error)
                unclear.append(xero_id)

        chosen = apart(
            self.env, list(events.items()), lambda some: list(choose(events=dict(some))), failed)
        return [xero_id for part in chosen for xero_id in part], unclear

    def _get_portions(self, connection, pull_list, events):
        """Yield identifiers in portions, each with the items that Xero knows of them.

        :param PullList pull_list: the list that they are of
        :param dict events: {identifier: `xero.event`}
        :return: iterator of (list of identifiers, list of items)
        """
        left, size = dict.fromkeys(events), pull_list.portion
        if pull_list.most is not None and len(left) > pull_list.most:
            # The newest event of each: it changed then. One far back would have all be read.
            newest = sorted(group._latest() for group in events.values())
            since = max(newest[0], newest[-1] - DAY) - OVERLAP
            for page in self.env['xero.fetch']._get_changes(
                    connection, pull_list, since, pull_list.filters):
                found = [item for item in page.rows if item.xero_id in left]
                for start in range(0, len(found), size):
                    portion = found[start:start + size]
                    yield [item.xero_id for item in portion], portion
                    for item in portion:
                        left.pop(item.xero_id, None)
        rest = list(left)
        for start in range(0, len(rest), size):
            ids = rest[start:start + size]
            yield ids, self.env[pull_list.handler]._get(connection, pull_list, ids)

    def _delete_events(self, events, ids):
        """:param dict events: {identifier: `xero.event`}
        :param ids: identifiers whose events are done; events that came meanwhile stay"""
        self.env['xero.event'].union(*(events[one] for one in ids)).exists().unlink()
