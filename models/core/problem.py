"""What people are told when the work for one record fails, while that for the others goes on."""
import logging
from typing import NamedTuple

from odoo.exceptions import UserError
from odoo.tools.translate import LazyGettext, LazyTranslate

from ...xero.catalogue import CATALOGUE
from ...xero.encoding import Unfit
from ...xero.errors import XeroForbidden, XeroScopeMissing
from ...xero.scopes import endpoint_of, permission_of
from .words import in_words, say

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

#: Targets that do not say by themselves what is wrong: the document, or its connection.
OWN_TARGETS = (None, 'account.move', 'xero.connection')


class Problem(NamedTuple):
    """One reason why a document cannot be sent.

    ``code`` is one of the error catalogue, ``words`` names the line and what is wrong with it, as a
    lazy text or as one of Xero's, ``model`` and ``res_id`` the record on which it is put right,
    where there is one.
    """

    code: str
    words: LazyGettext | str
    model: str | None = None
    res_id: int | None = None

    @classmethod
    def at(cls, record, code, words):
        """:return: a problem that is put right on a record"""
        return cls(code, words, record._name, record.id)

    @classmethod
    def of_fault(cls, record, error):
        """:return: that a record cannot be prepared; parameters as of :func:`fault_words`"""
        return cls('validation_error', fault_words(record, error))

    @property
    def cause(self):
        """What problems of several documents have in common that are put right in one go. A
        message may name the line, so the record to change tells more where it is a shared one.

        :rtype: tuple
        """
        if self.model in OWN_TARGETS:
            return self.code, say(self.words, 'en_US')
        return self.code, self.model, self.res_id

    @property
    def identity(self):
        """:return: what is equal of problems that are the same one; lazy texts cannot be compared
        :rtype: tuple"""
        return self.code, say(self.words, 'en_US'), self.model, self.res_id


def problems_of(faults):
    """
    :param list faults: (record, exception), as of :func:`.apart.apart`
    :return: {record: [Problem]}
    :rtype: dict
    """
    return {record: [Problem.of_fault(record, error)] for record, error in faults}


def fault_words(record, error):
    """Say why a record cannot be prepared for Xero.

    :param record: recordset, for the log
    :param Exception error: Odoo's refusal or a value that Xero has no place for, whose words are
        for people; or a fault of the software, such as of a module that extends what is sent, or a
        library's refusal, which is logged
    :return: a text, lazy unless it is of Odoo
    """
    if isinstance(error, UserError | Unfit):
        return str(error)
    _logger.error("%s cannot be prepared for Xero", record, exc_info=error)
    return _lt("It cannot be prepared for Xero. The server's log says more.")


def pull_fault_words(record, error):
    """Say why what Xero has cannot be applied to a record; as :func:`fault_words`."""
    if isinstance(error, UserError):
        return str(error)
    _logger.error("The state of %s in Xero cannot be applied", record, exc_info=error)
    return _lt("It cannot be applied. The server's log says more.")


def error_text(env, code):
    """Say in the user's language what a code of the error catalogue means.

    :param Environment env: of the user
    :param str code: of the catalogue; empty for a refusal that has none
    :return: (title, fix)
    :rtype: tuple(str, str)
    """
    title, fix = error_words(code)
    return in_words(env, title), in_words(env, fix)


def error_words(code):
    """:return: as :func:`error_text`, lazy texts"""
    text = CATALOGUE[code or 'validation_error']
    return _lt(text.title), _lt(text.fix)   # pylint: disable=gettext-variable


def call_words(error):
    """Say which permission or role a refused call lacks, and what it is for.

    :param XeroError error: what Xero answered
    :return: a lazy sentence, an empty text for any other refusal
    """
    permission = permission_of(error.path)
    about = permission and _lt(permission.about)    # pylint: disable=gettext-variable
    if isinstance(error, XeroScopeMissing) and permission:
        return _lt("The permission %(scope)s is missing, which is needed for %(about)s.",
                   scope=permission.scope, about=about)
    if isinstance(error, XeroForbidden) and error.path:
        return _lt(
            "The role in Xero of the user who connected Odoo does not cover %(about)s "
            "(%(endpoint)s).", about=about or _lt("this"), endpoint=endpoint_of(error.path))
    return ''


def error_selection(env):
    """:return: the codes of the error catalogue, each with the title that people read
    :rtype: list(tuple(str, str))"""
    return [(code, error_text(env, code)[0]) for code in CATALOGUE]
