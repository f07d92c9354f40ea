"""What answers of Xero must hold."""
from ...xero.errors import XeroOutcomeUnknown
from ...xero.parse import Organisation
from ...xero.scalars import value_of


def rows_in(env, answer, key):
    """
    :param Environment env: of whoever reads the error
    :param Answer answer: of Xero
    :param str key: of the list
    :return: the objects in the list that an answer holds
    :rtype: list(dict)
    :raise XeroOutcomeUnknown: it holds no list, which is something else than an empty one
    """
    rows = value_of(answer.data, key)
    if not isinstance(rows, list):
        raise XeroOutcomeUnknown(env._("Xero's answer lists no %s.", key))
    return [row for row in rows if isinstance(row, dict)]


def organisation_in(env, answer):
    """
    :param Environment env: of whoever reads the error
    :param Answer answer: to ``GET /Organisation``
    :return: the organisation that it holds
    :rtype: parse.Organisation
    :raise XeroOutcomeUnknown: it holds none
    """
    rows = rows_in(env, answer, 'Organisations')
    if not rows:
        raise XeroOutcomeUnknown(env._("Xero's answer names no organisation."))
    return Organisation.from_json(rows[0])
