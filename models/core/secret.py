"""Secrets at rest: encrypted with a key that is not in the database, where the server has one."""
import logging
import os

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import config

from .transaction import lock_rows

_logger = logging.getLogger(__name__)

#: Option of the server's configuration file, and environment variable that comes before it: one
#: key or several with commas between. The first one encrypts, all of them decrypt.
OPTION = 'account_xero_key'
VARIABLE = 'ACCOUNT_XERO_KEY'
#: What an encrypted value begins with.
MARK = 'fernet:'


def _keys():
    """Read the keys anew each time, so that a changed variable needs no second place to tell.

    :return: list of Fernet, empty when there is no key
    :raise ValueError: what is configured is no key
    """
    text = os.environ.get(VARIABLE) or config.get(OPTION) or ''
    return [Fernet(key.strip()) for key in text.split(',') if key.strip()]


def _decrypt(text):
    """:param str text: as stored
    :return: what it says, None when that cannot be read"""
    if not text.startswith(MARK):
        return text
    try:
        return MultiFernet(_keys()).decrypt(text[len(MARK):]).decode()
    except (InvalidToken, ValueError):
        _logger.warning("A secret of Xero cannot be read: the key in the server's configuration "
                        "is missing or another one")
        return None


def read_secret(text):
    """:param str text: as stored, or None
    :return: what it says, None when there is nothing or it cannot be read"""
    return _decrypt(text) or None if text else None


class Secret(fields.Char):
    """A text that is encrypted in the database and in the cache, where the server has a key.

    One that cannot be read is empty.
    """

    def convert_to_cache(self, value, record, validate=True):
        value = super().convert_to_cache(value, record, validate)
        if not value or value.startswith(MARK):
            return value
        try:
            keys = _keys()
        except ValueError:
            # Rather no secret than a bare one that is believed to be encrypted.
            raise UserError(record.env._(
                "The server's option “%s” is not a valid key. Ask your administrator to put it "
                "right.", OPTION)) from None
        return MARK + keys[0].encrypt(value.encode()).decode() if keys else value

    def convert_to_record(self, value, record):
        value = super().convert_to_record(value, record)
        return read_secret(value) or False if value else value


def reencrypt(model, names):
    """Encrypt with the first key what is not: stored before there was a key, or with an earlier
    one. What cannot be read stays as it is.

    :param recordset model: with all rights
    :param names: of its Secret fields
    :return: how many records were changed
    :rtype: int
    """
    try:
        keys = _keys()
    except ValueError:
        _logger.error("The server's option %s is not a valid key", OPTION)
        return 0
    if not keys:
        return 0
    changed = 0
    for record in model.search([]):
        lock_rows(record)
        values = {name: record[name] for name in names
                  if record[name] and not _is_current(record, name, keys[0])}
        if values:
            record.write(values)
            changed += 1
    return changed


def _is_current(record, name, key):
    stored = record._fields[name]._get_cache(record.env)[record.id]
    try:
        return stored.startswith(MARK) and bool(key.decrypt(stored[len(MARK):]))
    except InvalidToken:
        return False
