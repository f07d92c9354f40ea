"""Whether a document and Xero's disagree, as far as that is known without asking Xero."""
import logging

import psycopg2

from odoo import fields, models

from ..core.kinds import GONE

_logger = logging.getLogger(__name__)

#: Statuses of what counts in Xero no more than a draft does here.
UNAPPROVED = ('DRAFT', 'SUBMITTED')


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_differs = fields.Boolean(
        "Differs from Xero", copy=False, prefetch='xero', readonly=True,
        help="Something is to be decided about it in the list of differences, or it is a draft "
             "here and not in Xero.")

    _xero_differs_idx = models.Index("(company_id) WHERE xero_differs")

    # === BUSINESS HOOKS === #

    def _post(self, soft=True):
        # EXTENDS 'account'
        again = self.filtered('posted_before')      # the others cannot have differed
        posted = super()._post(soft)
        # What is not sent again is fetched instead, and may differ until it is compared.
        (posted & again)._xero_follow_state(lambda move: move.xero_state == 'pending')
        return posted

    def button_draft(self):
        # EXTENDS 'account'
        result = super().button_draft()
        self._xero_follow_state()
        return result

    def button_cancel(self):
        # EXTENDS 'account'
        result = super().button_cancel()
        self._xero_follow_state()
        return result

    def _xero_follow_state(self, chosen=bool):
        """Say on documents whose state has just changed whether Xero's is another one. Never stops
        what has changed it, and costs no query where no company is connected.

        :param chosen: callable that gets one and tells whether it is to be looked at
        """
        try:
            self.filtered(lambda move: move.xero_active and chosen(move))._xero_update_differs()
        except psycopg2.Error:
            raise
        except Exception:
            _logger.exception("Whether documents %s differ from Xero cannot be told", self.ids)

    def _xero_queue_changed(self):
        # EXTENDS 'account_xero': what was made in Xero is not sent, and may differ until it has
        # been compared
        result = super()._xero_queue_changed()
        moves = self.filtered(
            lambda move: move.state == 'posted' and move.xero_origin and move.xero_state)
        if moves and not self.env.context.get('xero_pulling'):
            moves._xero_set_differs({*moves.ids})
            moves._xero_refetch()
        return result

    # === WHAT IS KNOWN === #

    def _xero_update_differs(self):
        """Bring up to date whether documents differ, and take from the list of differences the
        states that agree again."""
        moves = self.sudo().filtered(lambda move: move.xero_document_id or move.xero_differs)
        if not moves:
            return
        rows = self.env['xero.difference'].sudo()._of_documents(moves)
        states = {move.id: move._xero_state_difference() for move in moves}
        agreed = {move.id for move in moves if not states[move.id] and move.xero_status not in GONE}
        over = rows.filtered(lambda row: row.field == 'status' and row.res_id in agreed)
        listed = set((rows - over).filtered(lambda row: row.state == 'open').mapped('res_id'))
        over.with_context(xero_differs_known=True).unlink()
        moves._xero_set_differs({
            move.id for move in moves if move.id in listed or states[move.id]})

    def _xero_set_differs(self, ids):
        """:param ids: of those among these documents that differ"""
        # `account.move.write` checks lock dates, hashes, balances and lines of each document.
        for differs, moves in self.grouped(lambda move: move.id in ids).items():
            models.Model.write(
                moves.filtered(lambda move, differs=differs: move.xero_differs != differs).sudo(),
                {'xero_differs': differs})

    def _xero_state_difference(self):
        """Compare what the document is here with its status in Xero, unless that is about to
        change.

        :return: (here, there, explanation) in words, None where they agree
        :rtype: tuple(str, str, str) | None
        """
        self.ensure_one()
        if not self.xero_document_id:
            return None
        here, text = self.env._("Draft"), None
        if self.state == 'draft':
            text = self._xero_explain_draft()
            if not self.xero_origin:
                here = self.env._("Reset to draft")
        elif self.state == 'cancel' and self.xero_status not in GONE:
            here = self.env._("Cancelled")
            if self.xero_origin:
                text = self.env._(
                    "It was made in Xero and cancelled here only. Void it in Xero, too, or reset "
                    "it to draft here and post it again.")
            elif self.xero_state == 'failed':
                text = self.env._(
                    "It was cancelled here, and Xero has refused to void it. The document says "
                    "why.")
        return text and (here, self.xero_status_label or '', text)

    def _xero_explain_draft(self):
        """:return: in what a draft and Xero's document disagree, None where they do not"""
        if self.xero_status in GONE:
            return self.env._(
                "Xero never brings a voided document back: duplicate it to send it as a new one, "
                "and cancel this one.")
        if not self.xero_origin:
            return self.env._(
                "It was reset to draft here only. Post it to send it as it is then, or cancel it "
                "to void it in Xero, too.")
        if self.xero_status in UNAPPROVED:
            return None
        return self.env._("It was made in Xero, where it counts. Post it here, too.")
