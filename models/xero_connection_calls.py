"""Calling Xero: with which token, how many calls are left, and what a refusal means."""
from datetime import timedelta

from odoo import models

from ..xero.client import XeroClient
from ..xero.errors import (
    CATALOGUE,
    XeroAccessRevoked,
    XeroClientInvalid,
    XeroGrantInvalid,
    XeroOutcomeUnknown,
    XeroScopeMissing,
    XeroTokenExpired,
)
from ..xero.limits import PER_MINUTE, Budget
from ..xero.parse import Organisation
from ..xero.scalars import value_of
from .transaction import in_own_transaction
from .xero_connection import ACTIVE_STATES, RECONNECT

API_URL = ('account_xero.api_url', 'https://api.xero.com')
IDENTITY_URL = ('account_xero.identity_url', 'https://identity.xero.com')
LOGIN_URL = ('account_xero.login_url', 'https://login.xero.com')
#: The longest wait between two tries while Xero cannot be reached at all; shorter than the 30
#: minutes in which a refresh token whose answer was lost can be used again.
LONGEST_OUTAGE_WAIT = timedelta(minutes=10)


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    # === TO XERO === #

    def _parameter(self, name_and_default):
        """:return: the address to call: the system parameter when it is set, else Xero's own."""
        name, default = name_and_default
        return self.env['ir.config_parameter'].sudo().get_param(name) or default

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
            self._parameter(API_URL), token,
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

    def _organisation_in(self, answer):
        """:param Answer answer: to ``GET /Organisation``
        :return: the parse.Organisation that it holds
        :raise XeroOutcomeUnknown: it holds none"""
        rows = self._rows_in(answer, 'Organisations')
        if not rows:
            raise XeroOutcomeUnknown(self.env._("Xero's answer names no organisation."))
        return Organisation.from_json(rows[0])

    def _rows_in(self, answer, key):
        """:param str key: of the list
        :return: the list of objects that an answer holds
        :raise XeroOutcomeUnknown: it holds no list, which is something else than an empty one"""
        rows = value_of(answer.data, key)
        if not isinstance(rows, list):
            raise XeroOutcomeUnknown(self.env._("Xero's answer lists no %s.", key))
        return [row for row in rows if isinstance(row, dict)]

    def _budget(self):
        """:rtype: Budget"""
        return Budget(
            day_left=self.day_left if self.budget_seen_at else None,
            minute_left=self.minute_left if self.budget_seen_at else None,
            appminute_left=None, seen_at=self.budget_seen_at or None,
        )

    def _note_budget(self, budget, purpose, calls=1):
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

    def _note_outage(self, now):
        """Wait, longer each time, until Xero may be there again.

        :param datetime now: naive UTC
        """
        wait = min(timedelta(minutes=2 ** min(self.outages, 10)), LONGEST_OUTAGE_WAIT)
        self.outages += 1
        self._wait(now + wait)

    def _end_outage(self):
        """Try again at once after an outage, because somebody asks for it. A wait that Xero has
        demanded stays."""
        self.filtered('outages').write({'outages': 0, 'resume_at': False})

    # === WHAT AN ANSWER MEANS === #

    def _note_error(self, error):
        """Keep what an error means for the whole connection, in a transaction of its own.

        :param XeroError error: an answer that no single document is to blame for
        """
        in_own_transaction(self, lambda connection: connection._apply_error(error))

    def _apply_error(self, error):
        """Write what an error means for these connections; see :meth:`_note_error`."""
        state = None
        if isinstance(error, XeroAccessRevoked):
            state = 'revoked'
        elif isinstance(error, XeroGrantInvalid | XeroScopeMissing | XeroClientInvalid):
            state = 'reauth'
        # The answer to a call that was on its way while somebody disconnected says nothing new.
        for connection in self.filtered(lambda c: c.state != 'disconnected'):
            connection.last_error = ' '.join(connection._error_text(error))
            self.env['xero.log']._add_connection(connection, error)
            if state and connection.state != state:
                connection.state = state
                connection._ask_to_reconnect()

    def _note_fault(self, error):
        """Say on the connection that a fault of the software stopped its sync, in a transaction of
        its own. It is gone with the next success.

        :param Exception error: nothing that Xero or a document is to blame for
        """
        text = self.env._(
            "The sync stopped at a fault of the software (%s) and is tried again by itself. If "
            "this stays, hand the server's log to whoever looks after Odoo.", type(error).__name__)
        in_own_transaction(self, lambda connection: connection.write({'last_error': text}))

    def _note_access(self):
        """Xero has just given access: what said otherwise is over."""
        self.last_error = False
        if self.state in ('reauth', 'revoked'):
            self.state = 'connected'
            self.activity_unlink([RECONNECT])
            self.env['xero.log']._add_event(self, self.env._("Xero gives access again."))
            self._trigger_push()

    def _ask_to_reconnect(self):
        """Give each manager one activity, and all of them one message, however often the
        connection is found broken."""
        self.ensure_one()
        if self.activity_search([RECONNECT]):
            return
        managers = self._managers()
        for user in managers:
            # The message tells them; a second e-mail about the activity would say the same.
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                RECONNECT, user_id=user.id, note=self.state_help)
        self.message_post(
            subject=self.env._("Xero needs you: %s", self.display_name), body=self.state_help,
            partner_ids=managers.partner_id.ids, subtype_xmlid='mail.mt_note')

    def _error_text(self, error):
        """:return: title, and cause and fix of an error, translated, with Xero's own words when it
            has any"""
        if isinstance(error, XeroClientInvalid):
            return self.env._("Xero does not accept the app"), self.env._(
                "Check the client ID and the client secret, then press Test. (Xero: %s)",
                error.message)
        text = CATALOGUE[error.code]
        cause = self.env._(text.cause)  # pylint: disable=gettext-variable
        fix = f'{cause} {self.env._(text.fix)}'  # pylint: disable=gettext-variable
        if error.message:
            fix = self.env._("%(fix)s (Xero: %(message)s)", fix=fix, message=error.message)
        return self.env._(text.title), fix  # pylint: disable=gettext-variable
