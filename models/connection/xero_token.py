import logging
from datetime import timedelta

from odoo import api, fields, models

from ...xero import oauth
from ...xero.errors import XeroClientInvalid, XeroError, XeroGrantInvalid
from ..core.secret import Secret, reencrypt
from ..core.transaction import lock_rows, run_in_new_cursor
from .xero_connection_client import IDENTITY_URL, address

_logger = logging.getLogger(__name__)

#: A token this close to its end is renewed first: a call may take a minute to be answered.
MARGIN = timedelta(minutes=3)
#: A sign-in that led to no connection is forgotten after this time.
UNUSED_LIFE = timedelta(days=1)


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
    access_token = Secret(groups=fields.NO_ACCESS, copy=False)
    refresh_token = Secret(groups=fields.NO_ACCESS, copy=False)
    expires_at = fields.Datetime(groups='base.group_system')
    scope = fields.Char(
        groups='base.group_system', help="What Xero allows, as it said with the last token.")
    connection_ids = fields.One2many('xero.connection', 'token_id', groups=fields.NO_ACCESS)

    _chain_uniq = models.Constraint(
        'UNIQUE(client_id, owner)', "There is one chain of tokens for a user and an app.")

    @api.model
    def _store(self, connection, token):
        """Keep a new pair, replacing the user's earlier one, and commit it.

        :param recordset connection: the `xero.connection` that was signed in for
        :param oauth.Token token: as received from Xero
        :return: id of the `xero.token`, which the caller's transaction may not see yet
        :rtype: int
        """
        chain = {
            'client_id': connection.client_id,
            'owner': token.xero_user_id or f'connection-{connection.id}',
        }

        def store(tokens):
            row = tokens.search([(name, '=', value) for name, value in chain.items()])
            row = row or tokens.create(chain)
            # Tokens are never in a statement that can be refused: Odoo logs it with its values.
            lock_rows(row)
            row._replace(token)
            return row.id

        return run_in_new_cursor(self, store)

    def _replace(self, token):
        self.write({
            'access_token': token.access_token,
            'refresh_token': token.refresh_token,
            'expires_at': token.expires_at,
            'scope': token.scope,
        })

    def _get_access_token(self, rejected=None, connection=None):
        """Return an access token that is valid for some minutes, renewing it when needed.

        :param str rejected: an access token that Xero has refused although it looked valid
        :param recordset connection: the `xero.connection` whose app secret to use, by default any
        :rtype: str
        :raise XeroGrantInvalid: the user must sign in again
        :raise XeroError: no token now; the stored ones are kept
        """
        self.ensure_one()
        if self._is_fresh(rejected):
            return self.access_token
        return self._renew(rejected, connection or self.connection_ids[:1])

    def _is_fresh(self, rejected):
        return (self.access_token and self.access_token != rejected
                and self.expires_at > fields.Datetime.now() + MARGIN)

    def _renew(self, rejected, connection):
        """Renew under a row lock, and commit the new pair before anybody uses it; parameters and
        errors as of :meth:`_get_access_token`.

        Whoever waited for the lock finds the new pair and asks for none. Killed between Xero's
        answer and the commit, the old refresh token is good for another 30 minutes (Xero's
        token rotation guide), so the next worker renews with it.
        """
        def renew(token):
            if not lock_rows(token):
                return None, XeroGrantInvalid(token.env._("The sign-in to Xero was ended."))
            if not token._is_fresh(rejected):
                try:
                    token._replace(token._request_new(connection.with_env(token.env)))
                except (XeroGrantInvalid, XeroClientInvalid) as error:
                    # Within the lock, so that a new sign-in cannot come in between.
                    token.env['xero.health']._apply_error(token.connection_ids, error)
                    return None, error
            return token.access_token, None

        access_token, error = run_in_new_cursor(self, renew)
        if error:
            raise error
        return access_token

    def _request_new(self, connection):
        """
        :param recordset connection: the `xero.connection` whose app secret to use
        :rtype: oauth.Token
        :raise XeroError: Xero refused or could not be reached
        """
        identity_url = address(self.env, IDENTITY_URL)
        secret = self._get_secret(connection)
        try:
            if connection.app_type == 'custom':
                return self._request_custom(connection)
            if not self.refresh_token:
                raise XeroGrantInvalid(self._why_no_refresh_token())
            return oauth.refresh(identity_url, self.client_id, secret, self.refresh_token)
        except XeroError as error:
            _logger.info("Xero token %s not renewed: %s", self.id, error.code)
            raise

    @api.model
    def _request_custom(self, connection):
        """Get the token of a custom connection. Xero gives none at all when a scope is asked for
        that the app does not have: then it is one for what every connection needs.

        :param recordset connection: one `xero.connection`, with all rights
        :rtype: oauth.Token
        :raise XeroError: Xero refused or could not be reached
        """
        app = (address(self.env, IDENTITY_URL), connection.client_id, self._get_secret(connection))
        basic = self.env['xero.scope']._get_basic()
        wanted = self.env['xero.scope']._get_wanted(connection)
        try:
            return oauth.client_credentials(*app, wanted)
        except XeroClientInvalid:
            if wanted == basic:
                raise
            return oauth.client_credentials(*app, basic)

    @api.model
    def _get_secret(self, connection):
        """
        :param recordset connection: one `xero.connection`, with all rights
        :return: the app's secret, None for an app that has none
        :rtype: str | None
        """
        return None if connection.app_type == 'pkce' else connection.client_secret or None

    def _why_no_refresh_token(self):
        if self.search_count([('id', '=', self.id), ('refresh_token', '!=', False)]):
            return self.env._(
                "The stored sign-in cannot be read, because the key in the server's configuration "
                "is missing or another one.")
        return self.env._("Xero gave no refresh token.")

    @api.autovacuum
    def _reencrypt(self):
        """Let the server's first key be the one that the tokens are encrypted with."""
        reencrypt(self, ('access_token', 'refresh_token'))

    @api.autovacuum
    def _gc_unused(self):
        """Forget sign-ins that ended before an organisation was chosen."""
        self.search([
            ('connection_ids', '=', False),
            ('write_date', '<', fields.Datetime.now() - UNUSED_LIFE),
        ]).unlink()
