"""Transactions beside the caller's: what must stay, whatever becomes of the caller's own."""
from psycopg2.errors import UniqueViolation

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

#: Another transaction came first; a new snapshot shows what it did.
CAME_SECOND = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UniqueViolation)


def in_own_transaction(records, work):
    """Do something as superuser in a transaction of its own, and commit it.

    When another transaction changed the same rows first, it is done again from a new snapshot;
    the other one has ended by then, so there is nothing to wait for.

    :param records: recordset; the caller has no uncommitted change of the rows that ``work``
        writes, or each would wait for the other for ever
    :param work: callable that gets ``records`` in the new transaction; may be called again
    :return: what ``work`` returned
    """
    for tries_left in reversed(range(5)):
        try:
            with records.env.registry.cursor() as cr:
                return work(records.with_env(records.env(cr=cr, su=True)))
        except CAME_SECOND:
            if not tries_left:
                raise
