from odoo import models


class XeroPullHandler(models.AbstractModel):
    """What is done with the elements of a list of Xero's; an heir for each kind of element.

    An item is what :meth:`_parse` makes of an element; it has ``xero_id`` and ``updated``, the
    naive UTC moment of its last change or None.
    """

    _name = 'xero.pull.handler'
    _description = "Pull of a List of Xero"

    def _parse(self, row):
        """
        :param dict row: JSON object
        :return: the item, whatever is odd about the row
        """
        raise NotImplementedError

    def _apply(self, connection, items, compare, payments):
        """Do here what the state of some items demands, and commit. To apply the same state again
        changes nothing, and an item that cannot be applied holds up no other.

        :param recordset connection: `xero.connection`
        :param list items: those of a part of a page
        :param bool compare: also those that have not changed since the last time
        :param dict payments: {identifier: documents.Payment} that were read before; what is read
            is added, so that it serves the next parts
        """
        raise NotImplementedError

    def _choose(self, connection, pull_list, events):
        """Say which of the announced elements are to be fetched.

        :param recordset connection: `xero.connection`
        :param PullList pull_list: the list that they are to be of
        :param dict events: {identifier: `xero.event`}
        :return: list of identifiers
        """
        return []

    def _choose_settled(self, connection, events, seen):
        """Say of which announced elements nothing new is said, now that those of the lists before
        this one have been fetched.

        :param recordset connection: `xero.connection`
        :param dict events: {identifier: `xero.event`}, those that were chosen
        :param set seen: identifiers of what has just been fetched
        :return: identifiers that need no call
        :rtype: set
        """
        return set()

    def _get(self, connection, pull_list, ids):
        """Fetch elements by their identifiers.

        :param recordset connection: `xero.connection`
        :param PullList pull_list: the list that they are of
        :param ids: identifiers
        :return: list of items; what Xero no longer knows is left out
        """
        raise NotImplementedError

    def _report_missing(self, connection, pull_list, ids):
        """Say which elements are here that Xero does not have any more.

        :param recordset connection: `xero.connection`
        :param PullList pull_list: the list that they were of
        :param set ids: identifiers that were asked for, and that no answer had
        """

    def _compare_unlisted(self, connection, pull_list, since, until, listed):
        """Look for what is here, should be in the list that is compared, and is not.

        :param recordset connection: `xero.connection`
        :param PullList pull_list: the list
        :param datetime since: naive UTC; the list was asked for what has changed from then on
        :param datetime until: it has been read to there, None when to its end
        :param set listed: identifiers of what it had
        """

    def _after_poll(self, connection):
        """Do what follows once a list has been read to its end.

        :param recordset connection: `xero.connection`
        """
