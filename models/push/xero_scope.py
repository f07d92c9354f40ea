"""What journal entries need Xero's leave for."""
from odoo.tools.translate import LazyTranslate

from ...xero import journals
from ...xero.scopes import permission_of
from ..connection.xero_scope import NEEDS, Need

_lt = LazyTranslate(__name__)

JOURNALS = permission_of(journals.PATH).scope


def _is_on(connection):
    """:return: whether entries of a journal are sent"""
    return bool(connection.env['account.journal']._xero_sending(
        connection.company_id._xero_together()))


NEEDS['journals'] = Need(JOURNALS, _lt("sending journal entries"), _is_on)
