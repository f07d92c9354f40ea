import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..xero import oauth
from ..xero.errors import XeroError, XeroGrantInvalid
from .xero_connection import IDENTITY_URL

_logger = logging.getLogger(__name__)

#: A token this close to its end is renewed first: a call may take a minute to be answered.
MARGIN = timedelta(minutes=3)
#: Xero: a refresh token that is not used for 60 days expires.
REFRESH_LIFE = timedelta(days=60)


class XeroToken(models.Model):
    """One chain of rotating tokens: one Xero user and one app, for all of that user's
    organisations.

    Companies that were connected by the same user with the same app share the row. Two chains
    would invalidate each other, because each use of a refresh token replaces it.
    """

    _name = 'xero.token'
    _description = "Xero Token"
    _rec_name = 'client_id'

    client_id = fields.Char(required=True, groups='base.group_system')
    owner = fields.Char(
        required=True, groups='base.group_system',
        help="The Xero user who signed in, or the connection for an app that signs in by itself.")
    access_token = fields.Char(groups='base.group_system', copy=False)
    refresh_token = fields.Char(groups='base.group_system', copy=False)
    expires_at = fields.Datetime(groups='base.group_system')
    refresh_expires_at = fields.Datetime(groups='base.group_system')
    connection_ids = fields.One2many('xero.connection', 'token_id', groups='base.group_system')

    _chain_uniq = models.Constraint(
        'UNIQUE(client_id, owner)', "There is one chain of tokens for a user and an app.")

    @api.model
    def _store(self, connection, token):
        """Keep a new pair, replacing the user's earlier one.

        :param recordset connection: the `xero.connection` that was signed in for
        :param oauth.Token token: as received from Xero
        :rtype: recordset of `xero.token`
        """
        owner = token.xero_user_id or f'connection-{connection.id}'
        chain = self.search([('client_id', '=', connection.client_id), ('owner', '=', owner)])
        if not chain:
            chain = self.create({'client_id': connection.client_id, 'owner': owner})
        chain._replace(token)
        return chain

    def _replace(self, token):
        self.write({
            'access_token': token.access_token,
            'refresh_token': token.refresh_token,
            'expires_at': token.expires_at,
            'refresh_expires_at':
                token.refresh_token and fields.Datetime.now() + REFRESH_LIFE,
        })

    def _get_access_token(self, rejected=None):
        """Return an access token that is valid for some minutes, renewing it when needed.

        :param str rejected: an access token that Xero has refused although it looked valid
        :rtype: str
        :raise XeroGrantInvalid: the user must sign in again
        :raise XeroError: no token now; the stored ones are kept
        """
        self.ensure_one()
        if self._is_fresh(rejected):
            return self.access_token
        return self._renew(rejected)

    def _is_fresh(self, rejected):
        return (self.access_token and self.access_token != rejected
                and self.expires_at > fields.Datetime.now() + MARGIN)

    def _renew(self, rejected):
        """Renew under a row lock, and commit the new pair before anybody uses it.

        Whoever waited for the lock finds the new pair and asks for none. Killed between Xero's
        answer and the commit, the old refresh token is good for another 30 minutes (Xero's
        token rotation guide), so the next worker renews with it.
        """
        for tries_left in reversed(range(5)):
            with self.env.registry.cursor() as cr:
                token = self.with_env(self.env(cr=cr, su=True))
                try:
                    cr.execute('SELECT id FROM xero_token WHERE id = %s FOR UPDATE', [self.id],
                               log_exceptions=False)
                except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                    # Another worker renewed it while this one waited: look at its result.
                    if tries_left:
                        continue
                    raise
                token.invalidate_recordset()
                if token._is_fresh(rejected):
                    return token.access_token
                try:
                    new = token._request_new()
                except XeroGrantInvalid as error:
                    broken = error
                    break
                token._replace(new)
                return new.access_token
        # Outside the lock: the connections change state in transactions of their own.
        for connection in self.connection_ids:
            connection._note_error(broken)
        raise broken

    def _request_new(self):
        """:rtype: oauth.Token
        :raise XeroError: Xero refused or could not be reached"""
        connection = self.connection_ids[:1]
        if not connection:
            raise XeroGrantInvalid(self.env._("No connection uses this sign-in any more."))
        identity_url = connection._parameter(IDENTITY_URL)
        if connection.app_type == 'custom':
            return oauth.client_credentials(
                identity_url, self.client_id, connection.client_secret, oauth.SCOPES)
        if not self.refresh_token:
            raise XeroGrantInvalid(self.env._("Xero gave no refresh token."))
        try:
            return oauth.refresh(
                identity_url, self.client_id, connection.client_secret or None,
                self.refresh_token)
        except XeroError as error:
            _logger.info("Xero token %s not renewed: %s", self.id, error.code)
            raise
