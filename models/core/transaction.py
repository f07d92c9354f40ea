"""Transactions beside the caller's: what must stay, whatever becomes of the caller's own."""
from psycopg2.errors import UniqueViolation

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

#: Another transaction came first; a new snapshot shows what it did.
CAME_SECOND = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UniqueViolation)
#: How PostgreSQL finds out that the machine at the other end has vanished: it asks after 15 seconds
#: of silence and then every 5, and gives up after 35. Linux by itself asks after two hours.
#: Source: PostgreSQL, "Connections and Authentication", TCP settings; Linux, tcp(7).
KEEPALIVE = {
    'tcp_keepalives_idle': '15s', 'tcp_keepalives_interval': '5s', 'tcp_keepalives_count': '4',
    'tcp_user_timeout': '35s',
}


def set_tcp_keepalives(cr, session=False):
    """Have PostgreSQL free what a transaction has locked soon after its machine has vanished.

    A process that dies, by whatever signal, takes its connections along, and its locks are free at
    once. A machine that loses power or network says no goodbye: what it has locked stays so, until
    PostgreSQL asks. Without effect on a Unix socket, whose two ends are one machine.

    :param cr: cursor; of the present transaction, unless ``session``
    :param bool session: for all that follow, too, once the present one is committed
    """
    cr.execute(SQL("SELECT %s", SQL(", ").join(
        SQL("set_config(%s, %s, %s)", name, value, not session)
        for name, value in KEEPALIVE.items())))


def lock_rows(records):
    """Wait for rows, and read them anew when they are there. References to them may be made
    meanwhile.

    :param recordset records: what waits to be written of them is written first
    :return: whether any of them still is there
    :rtype: bool
    """
    records.flush_recordset()
    records.env.cr.execute(
        SQL("SELECT 1 FROM %s WHERE id = ANY(%s) FOR NO KEY UPDATE",
            SQL.identifier(records._table), records.ids), log_exceptions=False)
    records.invalidate_recordset()
    return bool(records.env.cr.rowcount)


def run_in_new_cursor(records, work):
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
                set_tcp_keepalives(cr)
                return work(records.with_env(records.env(cr=cr, su=True)))
        except CAME_SECOND:
            if not tries_left:
                raise
