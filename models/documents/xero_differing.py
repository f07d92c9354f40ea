"""Whether a document and Xero's disagree, as far as that is known without asking Xero."""
import logging

from odoo import models
from odoo.tools.translate import LazyTranslate

from ..core.apart import never_stops
from ..core.kinds import GONE
from .showing import lazy_status

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

#: Statuses of what counts in Xero no more than a draft does here.
UNAPPROVED = ('DRAFT', 'SUBMITTED')


class XeroDiffering(models.AbstractModel):
    """Whether documents differ from those of Xero."""

    _name = 'xero.differing'
    _description = "Documents That Differ from Xero"

    def _follow(self, moves, chosen=bool):
        """Say on documents whose state has just changed whether Xero's is another one. Never stops
        what has changed it, and costs no query where no company is connected.

        :param chosen: callable that gets one and tells whether it is to be looked at
        """
        with never_stops(
                _logger, "Whether documents %s differ from Xero cannot be told", moves.ids):
            self._update(moves.filtered(lambda move: move.xero_active and chosen(move)))

    def _update(self, moves):
        """Bring up to date whether documents differ, and take from the list of differences the
        states that agree again."""
        moves = moves.sudo().filtered(lambda move: move.xero_document_id or move.xero_differs)
        if not moves:
            return
        rows = self.env['xero.difference'].sudo()._of_documents(moves)
        states = {move.id: self._state_difference(move) for move in moves}
        agreed = {move.id for move in moves if not states[move.id] and move.xero_status not in GONE}
        over = rows.filtered(lambda row: row.field == 'status' and row.res_id in agreed)
        listed = set((rows - over).filtered(lambda row: row.state == 'open').mapped('res_id'))
        over.with_context(xero_differs_known=True).unlink()
        self._set(moves, {
            move.id for move in moves if move.id in listed or states[move.id]})

    def _set(self, moves, ids):
        """:param ids: of those among the documents that differ"""
        # `account.move.write` checks lock dates, hashes, balances and lines of each document.
        for differs, some in moves.grouped(lambda move: move.id in ids).items():
            models.Model.write(
                some.filtered(lambda move, differs=differs: move.xero_differs != differs).sudo(),
                {'xero_differs': differs})

    def _state_difference(self, move):
        """Compare what a document is here with its status in Xero, unless that is about to
        change.

        :return: (here, there, explanation), lazy texts, None where they agree
        :rtype: tuple | None
        """
        if not move.xero_document_id:
            return None
        here, text = _lt("Draft"), None
        if move.state == 'draft':
            text = self._explain_draft(move)
            if not move.xero_origin:
                here = _lt("Reset to draft")
        elif move.state == 'cancel' and move.xero_status not in GONE:
            here = _lt("Cancelled")
            if move.xero_origin:
                text = _lt(
                    "It was made in Xero and cancelled here only. Void it in Xero, too, or reset "
                    "it to draft here and post it again.")
            elif move.xero_state == 'failed':
                text = _lt(
                    "It was cancelled here, and Xero has refused to void it. The document says "
                    "why.")
        return text and (here, lazy_status(self.env, move.xero_status), text)

    def _explain_draft(self, move):
        """:return: in what a draft and Xero's document disagree, None where they do not"""
        if move.xero_status in GONE:
            return _lt(
                "Xero never brings a voided document back: duplicate it to send it as a new one, "
                "and cancel this one.")
        if not move.xero_origin:
            return _lt(
                "It was reset to draft here only. Post it to send it as it is then, or cancel it "
                "to void it in Xero, too.")
        if move.xero_status in UNAPPROVED:
            return None
        return _lt("It was made in Xero, where it counts. Post it here, too.")
