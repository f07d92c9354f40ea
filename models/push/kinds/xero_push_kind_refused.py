"""What follows for a kind of what is sent from it that Xero refused some."""
from functools import partial

from odoo import models
from odoo.tools.translate import LazyTranslate

from ....xero.errors import XeroRejected
from ...core.words import joined
from ..xero_push import LookUpFailed

_lt = LazyTranslate(__name__)


class XeroPushKind(models.AbstractModel):
    _inherit = 'xero.push.kind'

    # === WHAT XERO REFUSED === #

    def _handle_rejections(self, connection, rejections):
        """Look once at what Xero says exists already; fail the rest with Xero's own words.

        :param list(Rejection) rejections: of this kind
        :raise XeroError: nothing can be asked now; the records stay in the queue
        """
        groups = {}
        for rejection in rejections:
            groups.setdefault(self._doubt(rejection), []).append(rejection)
        connection._commit_with_retry(
            self._resolve_apart, connection, groups.pop(None, []), partial(self._fail, connection))
        for (path, operation), group in groups.items():
            try:
                rows = self.env['xero.push']._get_rows(
                    connection, path, self._questions(path, operation, group))
            except LookUpFailed as failed:
                connection._commit_with_retry(self._fail_later, connection, group, failed.error)
            else:
                connection._commit_with_retry(self._resolve_apart, connection, group, partial(
                    self._resolve, connection, operation, rows=rows))

    def _doubt(self, rejection):
        """:return: (list of Xero to look at, operation), None when nothing is unclear"""

    def _questions(self, path, operation, rejections):
        """:return: parameters of each call that looks at what Xero has, of `xero.query`"""
        return []

    def _resolve_apart(self, connection, rejections, resolve):
        """Do what follows from it that Xero refused some, for each by itself.

        :param list(Rejection) rejections: of this kind
        :param resolve: callable that gets some of them and only touches the database
        """
        Request = self.env['xero.request']
        faulty = Request._apart(
            [(rejection.item, rejection) for rejection in rejections],
            lambda things: resolve([rejection for _item, rejection in things]))
        self._fail_later(
            connection, [rejection for _item, rejection in faulty], Request._unapplied())

    def _resolve(self, connection, operation, rejections, rows):
        """Do what follows from what Xero has.

        :param list rows: JSON objects
        """
        self._fail(connection, rejections)

    def _fail_later(self, connection, rejections, error):
        """Try again later, but not for ever; a question that Xero refuses is not worth asking.

        :param XeroError error: why Xero could not be asked
        """
        if isinstance(error, XeroRejected):
            self._resolve_apart(connection, rejections, partial(self._fail, connection))
            return
        for rejection in rejections:
            for records in self._get_rejected(connection, rejection):
                records._xero_count_attempt(error)

    def _get_rejected(self, connection, rejection):
        """:return: the queued records that a rejection is about, by model. One that has changed
            since is none of them: its new state may be accepted.
        :rtype: list(recordset)"""
        return [self.env[self._model].search([
            ('id', '=', rejection.item['id']), ('xero_state', '=', 'pending'),
            ('xero_revision', '=', rejection.item['revision'])])]

    def _fail(self, connection, rejections):
        """Fail the records of some rejections with Xero's own words."""
        raise NotImplementedError

    def _words(self, rejection):
        """:return: why Xero refused it, in its own words; a text, which may be a lazy one"""
        return joined('\n', rejection.messages) or _lt("Xero gave no reason.")
