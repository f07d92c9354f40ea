from collections.abc import Callable
from typing import NamedTuple

from odoo import models
from odoo.tools.translate import LazyGettext, LazyTranslate

from ...xero.scopes import permission_of

_lt = LazyTranslate(__name__)

ATTACHMENTS = 'accounting.attachments'
#: Endpoints that every connection asks, one for each permission.
BASIC = ('Invoices', 'Payments', 'Contacts', 'Organisation')


class Need(NamedTuple):
    """What something that can be switched on needs Xero's leave for."""

    #: Xero's name; one that ends with ``.read`` is contained in the one without.
    scope: str
    #: What it is for, for people.
    purpose: LazyGettext
    #: Gets a connection with all rights, and tells whether it is switched on; None: its field.
    is_on: Callable[[models.Model], bool] | None = None


#: By the field of `xero.connection` that switches it on, or another name; packages add theirs.
NEEDS = {'attach_pdf': Need(ATTACHMENTS, _lt("attaching PDFs"))}


class XeroScope(models.AbstractModel):
    """What a connection asks Xero's leave for: no more than its switches need.

    Source: Xero's granular scopes; the checkpoint *Scopes* of its certification.
    """

    _name = 'xero.scope'
    _description = "Scopes Asked of Xero"

    def _get_switches(self):
        """:return: fields of `xero.connection` that :meth:`_get_wanted` depends on"""
        return [name for name, need in NEEDS.items() if not need.is_on]

    def _get_wanted(self, connection):
        """Return what the settings of a connection need; a module that adds a switch extends it.

        :param recordset connection: one `xero.connection`
        :return: {scope: what it is for, for people}
        :rtype: dict
        """
        wanted = self._get_basic()
        for name, need in NEEDS.items():
            if need.is_on(connection) if need.is_on else connection[name]:
                whole = need.scope.removesuffix('.read')
                scope = whole if whole in wanted else need.scope
                purpose = self.env._(need.purpose)  # pylint: disable=gettext-variable
                wanted[scope] = f'{wanted[scope]}, {purpose}' if scope in wanted else purpose
        return wanted

    def _get_basic(self):
        """:return: what every connection needs, as of :meth:`_get_wanted`"""
        return {permission.scope: self.env._(permission.about)  # pylint: disable=gettext-variable
                for permission in map(permission_of, BASIC)}

    def _get_missing(self, connection):
        """
        :param recordset connection: one `xero.connection`, with all rights
        :return: what is wanted and was not allowed, as of :meth:`_get_wanted`
        :rtype: dict
        """
        return {scope: purpose for scope, purpose in self._get_wanted(connection).items()
                if not self._is_allowed(connection, scope)}

    def _is_allowed(self, connection, scope):
        """
        :param recordset connection: one `xero.connection`, with all rights
        :param str scope: what writes is good for reading, too
        :return: whether Xero allows it, or has not said what it allows
        :rtype: bool
        """
        granted = (connection.token_id.scope or '').split()
        return not granted or bool({scope, scope.removesuffix('.read')}.intersection(granted))

    def _forget(self, connection, scope):
        """Keep that Xero does not allow something, although it may have said so: until the next
        answer that lists what is allowed.

        :param recordset connection: one `xero.connection`, with all rights
        :param str scope: without ``.read``
        """
        token = connection.token_id
        granted = (token.scope or ' '.join(self._get_wanted(connection))).split()
        token.scope = ' '.join(
            name for name in granted if name.removesuffix('.read') != scope)
