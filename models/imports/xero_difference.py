from odoo import api, fields, models
from odoo.exceptions import UserError

from ..documents.xero_difference import CONTENT, INSIDE

#: What *Take Xero's* puts right.
TAKEN_OVER = (*INSIDE, 'total', 'date', 'due_date')


class XeroDifference(models.Model):
    _inherit = 'xero.difference'

    can_take_over = fields.Boolean(compute='_compute_can_take_over')
    take_text = fields.Text("Take Xero's: What It Does", compute='_compute_take_text')
    sides = fields.Html("Both Sides", compute='_compute_sides', sanitize=False)

    @api.depends('field', 'res_model', 'res_id')
    def _compute_can_take_over(self):
        documents = {move.id: move for move in self._moves()}
        for row in self:
            move = row.field in TAKEN_OVER and documents.get(row.res_id)
            row.can_take_over = bool(move and move.xero_document_id and (
                move.state == 'posted' or move.state == 'draft' and move.xero_origin))

    @api.depends('can_take_over', 'res_model', 'res_id')
    @api.depends_context('lang')
    def _compute_take_text(self):
        moves = {move.id: move for move in self._moves()}
        for row in self:
            move = row.res_model == 'account.move' and moves.get(row.res_id)
            row.take_text = move and row._get_take_text(move)

    def _get_take_text(self, move):
        """:return: what taking over Xero's side does, or what is to be done in its place"""
        if not self.can_take_over:
            return self.env._("It is enough to change it in Odoo: open it there.") \
                if self.field in CONTENT and move.xero_document_id else False
        if move.state == 'draft':
            return self.env._("The draft %s gets Xero's lines and dates.", move.display_name)
        return self.env._(
            "%(document)s is reset to draft, gets Xero's lines and dates, and is posted again "
            "under its number. What pays it stays matched. Where Odoo does not allow that, nothing "
            "is changed, and it is said here why.", document=move.display_name)

    @api.depends('res_model', 'res_id', 'here', 'there', 'lines_there')
    @api.depends_context('lang', 'tz')
    def _compute_sides(self):
        moves = {move.id: move for move in self._moves()}
        for row in self:
            move = row.res_model == 'account.move' and moves.get(row.res_id)
            row.sides = move and self.env['xero.side.by.side']._render(row, move)

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
                "Only what a document says can be taken over: tax, accounts, tracking, total, "
                "exchange rate, dates."))
        moves.sudo().with_context(skip_is_manually_modified=True).write(
            {'xero_take_over': True, 'xero_kept_reason': False, 'xero_overwrite': False})
        moves._xero_queue_pull()
        rows._decide('take_over')
        return rows.connection_id[:1]._notify('success', self.env._("Queued"), self.env._(
            "Documents that get Xero's lines in a moment, where Odoo allows it: %s", len(moves)))
