"""What became of a decision about a difference, and what each side would do."""
import json

from odoo import api, fields, models

from ..core.kinds import GONE
from ..core.problem import error_text
from .showing import in_currency

#: What of a line in Xero is shown beside that of Odoo.
LINE_KEYS = ('LineItemID', 'Description', 'Quantity', 'UnitAmount', 'LineAmount', 'TaxAmount',
             'DiscountRate', 'AccountCode', 'AccountID', 'TaxType', 'ItemCode')


class XeroDifference(models.Model):
    _inherit = 'xero.difference'

    decision = fields.Selection(
        [('push', "Keep Odoo's"), ('take_over', "Take Xero's"), ('pull', "Compare again")],
        "Decided", readonly=True)
    decided_at = fields.Datetime("Decided On", readonly=True)
    decided_by_id = fields.Many2one('res.users', readonly=True)
    lines_there = fields.Json(
        readonly=True, help="The lines that Xero had when both sides were compared.")
    progress = fields.Selection(
        [('running', "Under way"), ('undone', "Not done")], compute='_compute_progress')
    progress_text = fields.Text("What Became of It", compute='_compute_progress')
    keep_text = fields.Text("Keep Odoo's: What It Does", compute='_compute_keep_text')

    # === WHAT BECAME OF IT === #

    @api.depends('decision', 'decided_at', 'res_id')
    @api.depends_context('lang', 'uid')
    def _compute_progress(self):
        self.update({'progress': False, 'progress_text': False})
        decided = self.filtered(lambda row: row.decision and row.res_model == 'account.move')
        moves = {move.id: move for move in decided._moves()}
        fetched = set(self.env['xero.event'].sudo().search([
            ('resource_id', 'in', [move.xero_document_id for move in moves.values()]),
            ('connection_id', 'in', decided.connection_id.ids),
        ]).mapped('resource_id')) if moves else set()
        connections = self.env['account.move'].union(*moves.values()).company_id._xero_connections()
        waiting = {company_id: ' '.join(self.env['xero.tooltip']._get_pending(connection))
                   for company_id, connection in connections.items()}
        for row in decided:
            if move := moves.get(row.res_id):
                running, text = row._get_progress(
                    move, waiting.get(move.company_id.id) or ' '.join(
                        self.env['xero.tooltip']._get_pending(None)),
                    move.xero_document_id in fetched)
                row.progress = 'running' if running else 'undone'
                row.progress_text = text

    def _get_progress(self, move, waiting, fetching):
        """
        :param recordset move: the `account.move` that differs
        :param str waiting: what is said of what waits to be sent
        :param bool fetching: whether it is about to be fetched
        :return: whether what was decided is still under way, and what is to be said of it
        :rtype: tuple(bool, str)
        """
        if self.decision == 'push' and move.xero_state == 'pending':
            return True, waiting
        if self.decision == 'push' and move.xero_state == 'failed':
            title, _fix = error_text(self.env, move.xero_error_code)
            return False, self.env._(
                "Xero did not take it: %s", ' '.join(filter(None, (
                    f'{title}.', move.xero_error_message))))
        if fetching or move.xero_take_over:
            return True, self.env._("Being fetched from Xero and compared.")
        if self.decision == 'take_over' and move.xero_kept_reason:
            return False, self.env._("Odoo did not allow it: %s", move.xero_kept_reason)
        return False, self.env._("Compared since, and both sides still differ.")

    def _decide(self, decision):
        """Keep what somebody has decided, for the row to say what becomes of it.

        :param str decision: see the selection
        """
        (self | self.effect_ids).sudo().write({
            'decision': decision, 'decided_at': fields.Datetime.now(),
            'decided_by_id': self.env.uid})

    def action_reopen(self):
        """Take back that it was ignored."""
        self._documents()
        self.check_access('read')
        (self | self.effect_ids).sudo().state = 'open'

    # === WHAT EACH SIDE WOULD DO === #

    @api.depends('can_push', 'fixed', 'res_model', 'res_id')
    @api.depends_context('lang')
    def _compute_keep_text(self):
        moves = {move.id: move for move in self._moves()}
        for row in self:
            move = row.res_model == 'account.move' and moves.get(row.res_id)
            row.keep_text = move and row._get_keep_text(move)

    def _get_keep_text(self, move):
        """:return: what sending Odoo's side again does, or why it cannot be sent"""
        if self.can_push:
            return self.env._(
                "%(document)s is sent to Xero again as it is in Odoo, with a total of %(total)s. "
                "What was changed there is written over.", document=move.display_name,
                total=in_currency(move, move.amount_total))
        if move.xero_origin:
            return self.env._(
                "It was made in Xero, where nothing is sent for it: change it there.")
        if move.xero_status in GONE:
            return self.env._("Xero never brings back what was voided or deleted.")
        if self.fixed or move.xero_status == 'PAID':
            return self.env._(
                "Payments or credits are applied to it in Xero, which takes no change of it now: "
                "take those off there first.")
        return self.env._("Nothing that could be sent again makes both sides agree here.")

    # === WHAT XERO HAS === #

    @api.model
    def _keep_lines(self, documents):
        """Keep the lines that Xero has of what differs, for people to see both sides.

        :param dict documents: {`account.move`: documents.Document}
        """
        moves = self.env['account.move'].union(*documents)
        lines = {move.id: json.loads(json.dumps([
            {**{key: line[key] for key in LINE_KEYS if key in line},
             **({'LineAmountTypes': document.amount_types}
                if document.amount_types == 'Inclusive' else {})}
            for line in document.raw_lines if isinstance(line, dict)],
            default=str)) for move, document in documents.items()}
        for row in self.sudo()._of_documents(moves):
            if (row.lines_there or []) != lines[row.res_id]:
                row.lines_there = lines[row.res_id]
