"""Calling Xero: with which token, and how many calls are left."""
from odoo import fields, models

from ...xero.client import XeroClient
from ...xero.errors import XeroGrantInvalid, XeroTokenExpired
from ...xero.limits import PER_MINUTE, Budget
from .addresses import API_URL, address
from .xero_connection import ACTIVE_STATES

#: Calls of the day that are left to *Sync now* and to pulling.
DAY_RESERVE = 100


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    # === TO XERO === #

    def _app_secret(self):
        """:return: the app's secret, None for an app that has none"""
        return None if self.app_type == 'pkce' else self.client_secret or None

    def _get_client(self, rejected=None):
        """Return an API client with a valid access token.

        :param str rejected: an access token that Xero has just refused as expired
        :rtype: XeroClient
        :raise XeroError: when there is no valid token and none can be had; the state of the
            connection has then been set and committed where it changes what the user must do
        """
        self.ensure_one()
        if self.state not in ACTIVE_STATES or not self.token_id:
            raise XeroGrantInvalid(self.env._("There is no valid sign-in to Xero."))
        token = self.token_id._get_access_token(rejected=rejected, connection=self)
        return XeroClient(
            address(self.env, API_URL), token,
            tenant_id=None if self.app_type == 'custom' else self.tenant_id,
        )

    def _ask_xero(self, work):
        """Read something; again with a renewed token when Xero takes the stored one no more.

        :param work: callable that gets an XeroClient and only reads
        :return: what ``work`` returned
        :raise XeroError: as :meth:`_get_client`, or as the calls of ``work``
        """
        with self._get_client() as client:
            try:
                return work(client)
            except XeroTokenExpired:
                rejected = client.access_token
        with self._get_client(rejected=rejected) as client:
            return work(client)

    def _budget(self):
        """:rtype: Budget"""
        return Budget(
            day_left=self.day_left if self.budget_seen_at else None,
            minute_left=self.minute_left if self.budget_seen_at else None,
            appminute_left=None, seen_at=self.budget_seen_at or None,
        )

    def _save_budget(self, budget, purpose, calls=1):
        """Remember what the last answers said about the calls that are left.

        :param Budget budget: as the answers' headers said, None when there was no answer
        :param str purpose: what the calls were for, see :meth:`_count_calls`
        :param int calls: how many were answered
        """
        if budget:
            self._count_calls(purpose, calls)
        if budget and budget.day_left is not None:
            # Answers of parallel calls arrive in any order: the lowest reading is the latest.
            merged = self._budget().merge(budget)
            self.write({
                'day_left': merged.day_left,
                # An answer need not tell of every limit.
                'minute_left': PER_MINUTE if merged.minute_left is None else merged.minute_left,
                'budget_seen_at': merged.seen_at,
            })

    def _end_outage(self):
        """Try again at once after an outage, because somebody asks for it. A wait that Xero has
        demanded stays."""
        self.filtered('outages').write({'outages': 0, 'resume_at': False})

    def _calls_left_today(self):
        """:return: calls that may be made today
        :rtype: int"""
        return self._budget().day_available(fields.Datetime.now())
