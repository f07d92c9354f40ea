"""What fails for one record fails by itself, while the work for the others goes on."""
import logging
from contextlib import contextmanager

import psycopg2

from odoo.models import BaseModel

_logger = logging.getLogger(__name__)

#: Into how many parts what failed together is cut: few calls find the one that is to blame, and few
#: are wasted where all are.
PARTS = 8
#: A conflict, which is solved by doing it all again, or no database: no record is to blame.
NOBODYS_FAULT = (psycopg2.OperationalError, psycopg2.InterfaceError)


@contextmanager
def never_stops(logger, text, *arguments):
    """What goes wrong here is logged, and does not stop what somebody does in Odoo.

    :param logging.Logger logger: of the file that does it
    :param str text: what was not done, with a placeholder for each of the arguments
    :raise psycopg2.Error: a conflict with another transaction, say: Odoo runs all of it again then
    """
    try:
        yield
    except psycopg2.Error:
        raise
    except Exception:
        logger.exception(text, *arguments)


def apart(env, things, work, failed):
    """Do something for several things, so that what fails for one of them holds up no other,
    whatever goes wrong there: a module may extend any of it.

    All at once, so that the queries do not grow with the things; when that fails, in smaller and
    smaller parts. Where something fails, all that was done for it is taken back.

    :param Environment env: of the transaction
    :param things: recordset, or list
    :param work: callable that gets some of the things and only touches the database; it may be
        called again for them
    :param failed: callable that gets a list of (thing, exception) and writes down that they failed;
        when it fails itself, that is logged, and the thing stays as it was
    :return: what each successful call of ``work`` has returned
    :rtype: list
    :raise psycopg2.Error: no thing is to blame
    """
    done, faults = _in_parts(env, things, work)
    _done, worse = _in_parts(env, faults, failed)
    for (thing, _error), error in worse:
        _logger.error("That %s failed cannot be written down", thing, exc_info=error)
    return done


def _in_parts(env, things, work):
    """:return: what each successful call of ``work`` has returned, and (thing, exception) of each
        thing that it failed for
    :rtype: tuple(list, list)
    """
    if not things:
        return [], []
    try:
        with env.cr.savepoint():
            return [work(things)], []
    except NOBODYS_FAULT:
        raise
    except Exception as error:
        if len(things) == 1:
            return [], [(things[0], error)]
    done, faults, size = [], [], -(-len(things) // PARTS)
    for start in range(0, len(things), size):
        part = things[start:start + size]
        if isinstance(part, BaseModel):
            part = part.with_prefetch()     # or each failure would have all of them read anew
        more, worse = _in_parts(env, part, work)
        done += more
        faults += worse
    return done, faults
