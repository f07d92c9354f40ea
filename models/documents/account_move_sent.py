"""What Xero got of a document, which says what has changed since, here or there."""
import json

from odoo import fields, models

from ..core.problem import Problem
from .xero_difference import INSIDE


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_sent = fields.Json(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="What Xero got last: each field of the document, a fingerprint and Xero's identifier "
             "of each line, and what the lines came to. Only what differs from it is sent.")
    xero_overwrite = fields.Boolean(
        copy=False, prefetch='xero', readonly=True,
        help="Somebody decided that Odoo's side counts: it is sent whole, over what was changed in "
             "Xero.")

    xero_take_over = fields.Boolean(
        copy=False, prefetch='xero', readonly=True,
        help="Somebody decided that Xero's side counts. It is taken over when it is fetched next.")
    xero_kept_reason = fields.Text(
        copy=False, prefetch='xero', readonly=True,
        help="Why what Xero has could not be taken over.")

    def _xero_check_corrections(self, change, differences):
        """Say whether a change would undo what somebody has changed in Xero.

        :param dict change: what would be sent
        :param differences: `xero.difference` of this document, ignored ones too, or None
        :return: the problem, or None
        :rtype: Problem | None
        """
        touched = differences and differences.filtered(
            lambda row: not row.unsent
            and any(key in change for key in INSIDE.get(row.field, ())))
        if not touched or self.xero_overwrite:
            return None
        # Whoever ignored it did not mean that it is written over.
        causes = touched | touched.cause_id
        (causes | causes.effect_ids).filtered(lambda row: row.state == 'ignored').state = 'open'
        return Problem(
            'corrected_in_xero', '\n'.join(row._in_words() for row in touched._causes()))

    def _xero_renew_lines(self, document):
        """
        :param documents.Document document: as Xero has it
        :return: values, for :meth:`_xero_store`, that keep the identifiers which the lines have in
            Xero by now: whoever saves a document there may make its lines anew
        :rtype: dict
        """
        ids = [line.xero_id for line in document.lines]
        lines = self.xero_sent['lines'] if self.xero_sent else []
        if len(lines) != len(ids) or {line_id for _mark, line_id in lines} == set(ids):
            return {}
        return self._xero_keep_lines(ids)

    def _xero_forget_lines(self, element):
        """
        :param dict element: what Xero refused
        :return: values, for :meth:`_xero_store`: without identifiers that Xero may have refused,
            the next try makes the lines anew
        :rtype: dict
        """
        named = any(line.get('LineItemID') for line in element.get('LineItems', ()))
        return self._xero_keep_lines([None] * len(self.xero_sent['lines'])) \
            if named and self.xero_sent else {}

    def _xero_keep_lines(self, ids):
        """:return: values, for :meth:`_xero_store`, that keep identifiers of the lines"""
        return {'xero_sent': json.dumps({**self.xero_sent, 'lines': [
            [mark, line_id] for (mark, _old), line_id in zip(
                self.xero_sent['lines'], ids, strict=True)]})}
