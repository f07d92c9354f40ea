import json

from odoo import models

from ..core.problem import Problem
from ..core.words import joined, lazy_of
from .xero_difference import INSIDE


class XeroSent(models.AbstractModel):
    """What has changed, here or there, of what Xero got of a document."""

    _name = 'xero.sent'
    _description = "What Xero Got of Documents"

    def _check_corrections(self, move, change, differences):
        """Say whether a change would undo what somebody has changed in Xero.

        :param dict change: what would be sent
        :param differences: `xero.difference` of this document, ignored ones too, or None
        :return: the problem, or None
        :rtype: Problem | None
        """
        touched = differences and differences.filtered(
            lambda row: not row.unsent
            and any(key in change for key in INSIDE.get(row.field, ())))
        if not touched or move.xero_overwrite:
            return None
        # Whoever ignored it did not mean that it is written over.
        causes = touched | touched.cause_id
        (causes | causes.effect_ids).filtered(lambda row: row.state == 'ignored').state = 'open'
        return Problem(
            'corrected_in_xero', joined('\n', [
                lazy_of(row, type(row)._in_words) for row in touched._causes()]))

    def _renew_lines(self, move, document):
        """
        :param documents.Document document: as Xero has it
        :return: values, for :meth:`account.move._xero_store`, that keep the identifiers which the
            lines have in Xero by now: whoever saves a document there may make its lines anew
        :rtype: dict
        """
        ids = [line.xero_id for line in document.lines]
        lines = move.xero_sent['lines'] if move.xero_sent else []
        if len(lines) != len(ids) or {line_id for _mark, line_id in lines} == set(ids):
            return {}
        return self._keep_lines(move, ids)

    def _forget_lines(self, move, element):
        """
        :param dict element: what Xero refused
        :return: values, for :meth:`account.move._xero_store`: without identifiers that Xero may
            have refused, the next try makes the lines anew
        :rtype: dict
        """
        named = any(line.get('LineItemID') for line in element.get('LineItems', ()))
        return self._keep_lines(move, [None] * len(move.xero_sent['lines'])) \
            if named and move.xero_sent else {}

    def _keep_lines(self, move, ids):
        """:return: values, for :meth:`account.move._xero_store`, that keep identifiers of lines"""
        return {'xero_sent': json.dumps({**move.xero_sent, 'lines': [
            [mark, line_id] for (mark, _old), line_id in zip(
                move.xero_sent['lines'], ids, strict=True)]})}
