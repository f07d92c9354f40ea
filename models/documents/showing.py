"""How documents, and their statuses in Xero, are shown."""
from odoo.tools.misc import formatLang

from ..core.words import lazy_of

#: Documents that are named; of the others, how many there are.
NAMED = 5


def status_labels(env):
    """
    :param Environment env: of whoever reads it
    :return: {status of a document in Xero: the same in words}
    :rtype: dict
    """
    return {
        'DRAFT': env._("Draft"),
        'SUBMITTED': env._("Awaiting approval"),
        'AUTHORISED': env._("Approved, awaiting payment"),
        'PAID': env._("Paid"),
        'VOIDED': env._("Voided"),
        'DELETED': env._("Deleted"),
    }


def lazy_status(env, status):
    """:return: how a status of a document in Xero is called, as part of a lazy text"""
    return lazy_of(env['account.move'], lambda moves: status_labels(moves.env).get(
        status, status) or '–')


def name_in_xero(move):
    """
    :param recordset move: one `account.move` that is linked
    :return: its number in Xero, or contact and total where it has none there, as many bills
    :rtype: str
    """
    return move.xero_number or unnumbered(
        move.commercial_partner_id.display_name,
        in_currency(move, move.amount_total))


def in_currency(move, amount):
    """
    :param recordset move: one `account.move`
    :param amount: Decimal or float in its currency
    :return: the amount, for people
    :rtype: str
    """
    return formatLang(move.env, float(amount), currency_obj=move.currency_id)


def unnumbered(contact, total):
    """:return: how a document without a number is named
    :rtype: str"""
    return ', '.join(filter(None, (contact, total)))


def names_of(moves):
    """
    :param recordset moves: `account.move`
    :return: the names of some of them, and how many there are besides
    :rtype: str
    """
    names = ', '.join(move.name or move.display_name for move in moves[:NAMED])
    return and_more(moves.env, names, len(moves))


def and_more(env, names, count):
    """
    :param Environment env: of whoever reads it
    :param str names: of the first NAMED of some documents
    :param int count: how many documents there are
    :return: the names, and how many there are besides
    :rtype: str
    """
    return names if count <= NAMED else env._(
        "%(names)s and %(more)s more", names=names, more=count - NAMED)


def list_documents(env, title, domain, context=None):
    """
    :param Environment env: of whoever opens it
    :param str title: of the page
    :param list domain: of `account.move`
    :param dict context: besides
    :return: action that lists documents of any kind
    :rtype: dict
    """
    return {
        'type': 'ir.actions.act_window', 'name': title, 'res_model': 'account.move',
        'view_mode': 'list,kanban,form',
        'views': [(env.ref('account_xero.view_xero_document_list').id, 'list'),
                  (False, 'kanban'), (False, 'form')],
        'domain': domain, 'context': {'create': False, **(context or {})},
    }
