"""Where a refusal by Xero is put right: the record that its words name, or those that it may be."""
import re

from ...xero.catalogue import CATALOGUE, CONTACT_CODES
from ..core.kinds import MONEY_LINES

#: What is put right in Xero, while the connection has the button that fetches it from there.
OF_CONNECTION = ('currency_not_enabled', 'period_locked', 'plan_limit')
#: Mappings by the place of the error catalogue: the list of each.
MAPPINGS = {'account_mapping': 'account', 'tax_mapping': 'tax', 'item_mapping': 'product',
            'tracking_mapping': 'analytic'}


def cure_of(connection, move, code, words):
    """Find the record on which a refusal is put right.

    :param recordset connection: one `xero.connection`
    :param recordset move: the `account.move` that Xero refused
    :param str code: of the error catalogue
    :param str words: Xero's own
    :return: the record; None where the words do not tell, or where it is the document
    """
    where = CATALOGUE[code].where
    if code in CONTACT_CODES:
        return move._xero_partner()
    if where == 'connection' or code in OF_CONNECTION:
        return connection
    if where not in MAPPINGS:
        return None
    found = suspects(connection, move, where)
    named = [(len(name), record) for record, names in found.items() for name in names
             if name and re.search(rf'(?<!\w){re.escape(name)}(?!\w)', words, re.IGNORECASE)]
    if named:
        return max(named, key=lambda pair: pair[0])[1]
    return next(iter(found)) if len(found) == 1 else None


def suspects(connection, move, where):
    """
    :param recordset connection: one `xero.connection`
    :param recordset move: an `account.move`
    :param str where: of the error catalogue, one of MAPPINGS
    :return: {record that a line of it refers to: the names that it has in Xero}
    :rtype: dict
    """
    found = {}
    for line in move.line_ids.filtered(lambda line: line.display_type in MONEY_LINES):
        for record, names in _REFERRED[where](connection, line):
            found.setdefault(record, set()).update(names)
    return found


def _accounts(_connection, line):
    account = line.account_id.xero_account_id
    return [(line.account_id, (account.code, account.name))]


def _taxes(connection, line):
    rate = line._xero_tax_rate() if line.tax_ids else connection.no_tax_rate_id
    return [(line.tax_ids[:1] or connection, (rate.tax_type, rate.name))]


def _items(_connection, line):
    item = line.product_id.xero_item_id
    return [(line.product_id, (item.code, item.name))] if item else []


def _tracking(_connection, line):
    return [(account, (option.name, option.category_id.name))
            for account in line.distribution_analytic_account_ids
            if (option := account.xero_tracking_option_id)]


_REFERRED = {'account_mapping': _accounts, 'tax_mapping': _taxes, 'item_mapping': _items,
             'tracking_mapping': _tracking}
