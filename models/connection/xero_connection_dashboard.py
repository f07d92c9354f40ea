"""How a connection stands, for people to read."""
from datetime import timedelta

from odoo import api, fields, models

from ..core.opening import in_company

#: How long an access token lives, and a refresh token that nobody uses (Xero: token types guide).
ACCESS_LIFE = timedelta(minutes=30)
REFRESH_LIFE = timedelta(days=60)


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    last_pull = fields.Datetime("Last Look into Xero", readonly=True, copy=False)
    last_reconcile = fields.Datetime("Books Last Compared", readonly=True, copy=False)
    call_counts = fields.Json(
        readonly=True, copy=False,
        help="What the calls of one day (UTC) were for: {'day': date, purpose: number}.")
    calls_today = fields.Json(compute='_compute_calls')
    calls_left_day = fields.Integer("Left today", compute='_compute_calls')
    calls_left_minute = fields.Integer("Left this minute", compute='_compute_calls')
    sign_in_until = fields.Datetime(
        "Sign-in Ends If Unused", compute='_compute_sign_in_until', compute_sudo=True,
        help="Each use of the connection, at least one a day, moves it 60 days on.")
    waiting_reason = fields.Char(compute='_compute_waiting_reason')

    # === COMPUTE METHODS === #

    @api.depends('call_counts', 'day_left', 'minute_left', 'budget_seen_at')
    @api.depends_context('lang')
    def _compute_calls(self):
        now, budgets = fields.Datetime.now(), self.env['xero.budget']
        for connection in self:
            budget = budgets._get(connection)
            connection.calls_left_day = budget.day_available(now)
            connection.calls_left_minute = budget.minute_available(now)
            connection.calls_today = budgets._list_counts(connection, now.date())

    def _compute_sign_in_until(self):
        for connection in self:
            expires = connection.app_type != 'custom' and connection.token_id.expires_at
            connection.sign_in_until = expires and expires - ACCESS_LIFE + REFRESH_LIFE

    @api.depends('state_help', 'hold_sending', 'resume_at')
    @api.depends_context('lang', 'tz', 'uid')
    def _compute_waiting_reason(self):
        for connection in self:
            connection.waiting_reason = connection.state_help \
                if connection.state != 'connected' or connection.hold_sending \
                else self.env['xero.standing']._get_obstacle(connection)

    # === ACTIONS === #

    def action_view_log(self):
        """:return: action that lists what was exchanged with Xero"""
        self.ensure_one()
        action = self.env['ir.actions.actions']._for_xml_id('account_xero.action_xero_log')
        return in_company({**action, 'domain': [('connection_id', '=', self.id)]}, self.company_id)
