"""Secrets stay out of the server's log, whatever its level.

Odoo logs the arguments of each call at level debug, the values of a statement that PostgreSQL
refuses at every level, and the address of each request. Source: ``odoo/service/model.py``
(`call_kw`), ``odoo/sql_db.py`` (`Cursor.execute`), werkzeug's access log.
"""
import logging
import re

#: What names a secret in the arguments of a call or in a statement.
SECRET = re.compile('client_secret|webhook_key|oauth_verifier|xero_token')
#: The single-use code and the state that Xero's sign-in page sends back.
RETURN = re.compile(r'(/xero/oauth/callback)\?[^\s#"]*')
HIDDEN = "(not logged: about a secret of Xero)"


def _hide_values(record):
    """Replace each argument of a message that names a secret; what is asked of which record, and
    how long it took, stay.

    :param logging.LogRecord record: about to be emitted
    :return: True, for it is emitted in any case
    """
    if isinstance(record.args, tuple) and SECRET.search(record.getMessage()):
        record.args = tuple(
            arg if isinstance(arg, int | float) or hasattr(arg, '_name')
            else HIDDEN if SECRET.search(str(arg))
            else type(arg).__name__ if isinstance(arg, Exception) else arg
            for arg in record.args)
    return True


def _hide_return(record):
    """Cut the query off the address that Xero's sign-in page sends the browser to.

    :param logging.LogRecord record: about to be emitted
    :return: True, for it is emitted in any case
    """
    if isinstance(record.args, tuple):
        record.args = tuple(
            RETURN.sub(r'\1?…', arg) if isinstance(arg, str) else arg for arg in record.args)
    return True


def install():
    """Have what Odoo logs pass the filters; a second time changes nothing."""
    for name, hide in (('odoo.service.model', _hide_values), ('odoo.sql_db', _hide_values),
                       ('werkzeug', _hide_return)):
        logging.getLogger(name).addFilter(hide)
