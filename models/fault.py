"""What people are told when the work for one record fails, while that for the others goes on."""
import logging

import psycopg2

from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


def fault_text(record, error):
    """Say why a record cannot be prepared for Xero.

    :param record: recordset, for the log
    :param Exception error: Odoo's refusal or a value that Xero has no place for, whose words are
        for people; or a fault of the software, such as of a module that extends what is sent, which
        is logged
    :rtype: str
    :raise psycopg2.Error: the transaction is lost, and with it the work for all records
    """
    if isinstance(error, psycopg2.Error):
        raise error
    if isinstance(error, UserError | ValueError):
        return str(error)
    _logger.error("%s cannot be prepared for Xero", record, exc_info=error)
    return record.env._("It cannot be prepared for Xero. The server's log says more.")
