from odoo import api, fields, models
from odoo.exceptions import UserError

from ..documents.xero_difference import INSIDE

#: What *Take over from Xero* puts right.
TAKEN_OVER = (*INSIDE, 'total')


class XeroDifference(models.Model):
    _inherit = 'xero.difference'

    can_take_over = fields.Boolean(compute='_compute_can_take_over')

    @api.depends('field', 'res_model', 'res_id')
    def _compute_can_take_over(self):
        documents = {move.id: move for move in self._moves()}
        for row in self:
            move = row.field in TAKEN_OVER and documents.get(row.res_id)
            row.can_take_over = bool(move and move.xero_document_id and (
                move.state == 'posted' or move.state == 'draft' and move.xero_origin))

    def action_take_over(self):
        """Let Xero's side count: the documents are fetched, and get Xero's lines and rate where
        Odoo allows it; where not, the difference says why.

        :return: a notification
        :raise UserError: nothing of these can be taken over
        """
        rows = self.filtered('can_take_over')
        moves = rows._documents()
        moves.check_access('read')
        if not moves:
            raise UserError(self.env._(
                "Only what is inside a document can be taken over: tax, accounts, tracking, total, "
                "exchange rate."))
        moves.sudo().with_context(skip_is_manually_modified=True).write(
            {'xero_take_over': True, 'xero_kept_reason': False, 'xero_overwrite': False})
        moves._xero_queue_pull()
        return rows.connection_id[:1]._notify('success', self.env._("Queued"), self.env._(
            "%s document(s) get Xero's lines in a moment, where Odoo allows it.", len(moves)))
