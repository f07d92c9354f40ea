"""How a document stands with Xero, in a word, and what it says when the mouse rests on it."""
from odoo import api, fields, models
from odoo.fields import Domain

from ..core.kinds import GONE, XERO_KINDS

#: Badges of what was sent or came from Xero, and agrees.
AGREEING = ('synced', 'origin', 'voided')


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_badge = fields.Selection(
        [('pending', "Pending"), ('synced', "Synced to Xero"), ('failed', "Sync failed"),
         ('differs', "Differs"), ('voided', "Voided"), ('origin', "From Xero"),
         ('absent', "Not in Xero")],
        string="Stands with Xero", compute='_compute_xero_badge', search='_search_xero_badge')
    xero_tooltip = fields.Text("Xero: What It Means", compute='_compute_xero_tooltip')

    # === BADGE === #

    @api.depends('xero_state', 'xero_differs', 'xero_status', 'xero_origin', 'xero_document_id',
                 'state', 'xero_active')
    def _compute_xero_badge(self):
        for move in self:
            if move.xero_state != 'synced':
                move.xero_badge = move.xero_state or (
                    move.xero_active and move.state == 'posted' and not move.xero_document_id
                    and 'absent')
            elif move.xero_differs:
                move.xero_badge = 'differs'
            elif move.xero_status in GONE:
                move.xero_badge = 'voided'
            else:
                move.xero_badge = 'origin' if move.xero_origin else 'synced'

    @api.model
    def _search_xero_badge(self, operator, value):
        if operator != 'in':
            return NotImplemented
        agrees = Domain('xero_state', '=', 'synced') & Domain('xero_differs', '=', False)
        gone, origin = Domain('xero_status', 'in', GONE), Domain('xero_origin', '=', True)
        badges = {
            'pending': Domain('xero_state', '=', 'pending'),
            'failed': Domain('xero_state', '=', 'failed'),
            'differs': Domain('xero_state', '=', 'synced') & Domain('xero_differs', '=', True),
            'voided': agrees & gone,
            'origin': agrees & ~gone & origin,
            'synced': agrees & ~gone & ~origin,
            'absent': Domain([
                ('xero_state', '=', False), ('xero_document_id', '=', False),
                ('state', '=', 'posted'), ('move_type', 'in', tuple(XERO_KINDS)),
                ('company_id', 'in', tuple(self.env['res.company']._xero_connected_ids()))]),
        }
        found = Domain.OR(domain for badge, domain in badges.items() if badge in value)
        return found | ~Domain.OR(badges.values()) if False in value else found

    # === HOVER TEXT === #

    @api.depends('xero_badge', 'xero_state', 'xero_number', 'xero_status', 'xero_last_push',
                 'xero_last_pull', 'xero_error_code', 'xero_error_message', 'xero_differs')
    @api.depends_context('lang', 'tz')
    def _compute_xero_tooltip(self):
        tooltips = self.env['xero.tooltip']._get_lines(self)
        for move in self:
            move.xero_tooltip = '\n'.join(filter(None, tooltips[move])) or False
