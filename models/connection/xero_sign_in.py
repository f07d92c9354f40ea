"""Connecting: the authorisation code flow, the choice of the organisation, the way back out."""
import hashlib
import logging
import secrets
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools.misc import hash_sign, verify_hash_signed
from odoo.tools.translate import LazyTranslate

from ...xero import oauth
from ...xero.client import XeroClient
from ...xero.errors import XeroError
from ..core.transaction import run_in_new_cursor
from .answers import organisation_in
from .xero_connection import RECONNECT
from .xero_connection_client import API_URL, IDENTITY_URL, LOGIN_URL, address

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

STATE_SCOPE = 'account_xero.oauth'
STATE_LIFE = timedelta(minutes=30)
SESSION_KEY = 'account_xero_oauth_%s'


def _hash_nonce(nonce):
    return hashlib.sha256(nonce.encode()).hexdigest()


class XeroSignIn(models.AbstractModel):
    """How a connection gets access to an organisation, and gives it up."""

    _name = 'xero.sign.in'
    _description = "Sign-in to Xero"

    # === OUT TO XERO === #

    def _start(self, connection):
        """Send the user to Xero to allow access; a custom connection connects at once.

        The ``state`` that travels along is signed, expires, is bound to the user and to the
        browser session, and is good for one return only.

        :param recordset connection: one `xero.connection`
        :return: the `ir.actions.act_url` to Xero's consent page
        :raise UserError: when the app's keys are missing
        """
        connection.ensure_one()
        connection.check_access('write')
        connection_sudo = connection.sudo()
        if not connection_sudo.client_id or not (
            connection_sudo.app_type == 'pkce'
            or self.env['xero.token']._get_secret(connection_sudo)
        ):
            raise UserError(self.env._(
                "Enter the client ID and the client secret of your Xero app first. The README "
                "of this module shows where they are found in the Xero developer portal."))
        if connection_sudo.app_type == 'custom':
            return self.sudo()._connect_custom(connection_sudo)
        nonce = secrets.token_urlsafe(32)
        verifier, challenge = (
            oauth.pkce_pair() if connection_sudo.app_type == 'pkce' else (None, None))
        connection_sudo.write({'oauth_nonce': _hash_nonce(nonce), 'oauth_verifier': verifier})
        # Without a browser session (a script, a scheduled job) the user alone is bound.
        in_session = bool(request) and request.session.uid == self.env.uid
        if in_session:
            request.session[SESSION_KEY % connection.id] = nonce
        state = hash_sign(self.env(su=True), STATE_SCOPE,
                          [connection.id, self.env.uid, nonce, in_session], expiration=STATE_LIFE)
        return {
            'type': 'ir.actions.act_url',
            'target': 'self',
            'url': oauth.authorize_url(
                address(self.env, LOGIN_URL), connection_sudo.client_id,
                connection.redirect_uri, state,
                ('offline_access', *self.env['xero.scope']._get_wanted(connection)),
                code_challenge=challenge),
        }

    # === BACK FROM XERO === #

    def _take_state(self, state):
        """Accept the ``state`` that came back from Xero, once.

        The nonce is consumed in a transaction of its own: a request that Odoo runs again after a
        conflict, or that somebody sends again, finds it gone.

        :param str state: as received, not trusted
        :return: the connection (as the current user) and the PKCE verifier, if any
        :raise UserError: forged, expired, used, or of another user or session
        """
        refusal = UserError(self.env._(
            "This return from Xero is not valid any more: it was used already, it is too old, or "
            "it belongs to another user or browser. Sign in again from the connection."))
        try:
            connection_id, uid, nonce, in_session = verify_hash_signed(
                self.env(su=True), STATE_SCOPE, state)
        except (ValueError, TypeError) as error:
            raise refusal from error
        session = request.session if request else {}
        kept = session.get(SESSION_KEY % connection_id) or ''
        connection = self.env['xero.connection'].browse(connection_id).exists()
        if uid != self.env.uid or not connection or not connection.has_access('write') or (
                in_session and not secrets.compare_digest(kept.encode(), nonce.encode())):
            raise refusal
        taken = run_in_new_cursor(connection, lambda own: self._consume(own, nonce))
        if not taken:
            raise refusal
        session.pop(SESSION_KEY % connection_id, None)
        return connection, taken[0]

    def _consume(self, connection, nonce):
        """Take the nonce out.

        :param recordset connection: one `xero.connection`
        :param str nonce: as the state carries it
        :return: (PKCE verifier or None,), or None when the nonce is not there any more
        """
        cr = connection.env.cr
        cr.execute(
            """UPDATE xero_connection c SET oauth_nonce = NULL, oauth_verifier = NULL
                 FROM xero_connection old
                WHERE c.id = %s AND old.id = c.id AND c.oauth_nonce = %s
            RETURNING old.oauth_verifier""",
            [connection.id, _hash_nonce(nonce)], log_exceptions=False)
        return cr.fetchone()

    def _finish(self, connection, code, verifier=None):
        """Exchange the code for tokens and find the organisation they are good for.

        Tokens are committed before anything else is asked of Xero: they cannot be had twice.

        :param recordset connection: one `xero.connection`
        :param str code: single use authorisation code
        :param str verifier: PKCE verifier that belongs to it
        :return: the action to show next: the connection, or the choice among organisations
        :rtype: dict
        :raise XeroError: Xero refused, or could not be reached
        :raise UserError: no organisation can be connected
        """
        connection.ensure_one()
        connection_sudo = connection.sudo()
        token = oauth.exchange_code(
            address(self.env, IDENTITY_URL), connection_sudo.client_id,
            self.env['xero.token']._get_secret(connection_sudo), code, connection.redirect_uri,
            code_verifier=verifier)
        token_id = self.env['xero.token']._store(connection_sudo, token)
        tenants = oauth.connections(
            address(self.env, API_URL), token.access_token, auth_event_id=token.auth_event_id)
        if not tenants:     # nothing new was ticked: what was allowed earlier still stands
            tenants = oauth.connections(address(self.env, API_URL), token.access_token)
        return self._choose_organisation(
            connection, token_id, [tenant for tenant in tenants if tenant.type == 'ORGANISATION'])

    def _choose_organisation(self, connection, token_id, tenants):
        """Take the organisation when there is nothing to choose, else ask.

        :param recordset connection: one `xero.connection`
        :param int token_id: `xero.token` good for all of ``tenants``
        :param list tenants: :class:`~..xero.parse.Tenant`
        :return: the action to show next
        :raise UserError: there is none, or it cannot be connected
        """
        before = [tenant for tenant in tenants if tenant.tenant_id == connection.tenant_id]
        if before or len(tenants) == 1:
            self._take_organisation(connection, token_id, (before or tenants)[0])
            return self._action_form(connection)
        if not tenants:
            raise UserError(self.env._(
                "Xero gave access to no organisation. Sign in again, and tick the organisation on "
                "Xero's page."))
        wizard_id = run_in_new_cursor(
            connection, lambda own: self.with_env(own.env)._prepare_choice(
                own, token_id, tenants).id)
        action = self.env['ir.actions.actions']._for_xml_id(
            'account_xero.action_xero_choose_organisation')
        return {**action, 'res_id': wizard_id}

    def _prepare_choice(self, connection, token_id, tenants):
        """
        :param recordset connection: one `xero.connection`
        :param int token_id: `xero.token` good for all of ``tenants``
        :param list tenants: :class:`~..xero.parse.Tenant`
        :return: the `xero.choose.organisation` that asks the current user
        """
        return self.env['xero.choose.organisation'].create({
            'connection_id': connection.id,
            'token_id': token_id,
            'line_ids': [fields.Command.create({
                'name': tenant.name,
                'tenant_id': tenant.tenant_id,
                'tenant_connection_id': tenant.connection_id,
            }) for tenant in tenants],
        })

    def _take_organisation(self, connection, token_id, tenant):
        """Bind the connection to an organisation, commit, and fetch its reference data.

        :param recordset connection: one `xero.connection`
        :param int token_id: `xero.token` to use for it
        :param tenant: object with ``tenant_id``, ``name`` and ``connection_id``
        :raise UserError: another company has it, documents are linked to a different one, or its
            books are in another currency
        :raise XeroError: Xero does not say in which currency; nothing was changed
        """
        self._check_currency(connection, token_id, tenant)
        run_in_new_cursor(connection, lambda own: self.with_env(own.env)._bind_organisation(
            own, token_id, tenant))
        try:
            run_in_new_cursor(
                connection, lambda own: self.with_env(own.env)._prepare_organisation(own))
        except XeroError as error:
            # Connected all the same: the push fetches what is missing before it sends.
            _logger.info("Xero reference data of %s not fetched: %s", tenant.tenant_id, error.code)

    def _prepare_organisation(self, connection):
        """Start sending to the organisation that has just been connected.

        :param recordset connection: the `xero.connection`
        :raise XeroError: nothing was changed
        """
        connection._trigger_cron()

    def _bind_organisation(self, connection, token_id, tenant):
        """Have the connection stand for an organisation; parameters as of
        :meth:`_take_organisation`.

        :raise UserError: another company has it, documents are linked to a different one, or the
            sign-in was ended meanwhile
        """
        self._get_sign_in(connection, token_id, tenant)
        if connection.tenant_id and connection.tenant_id != tenant.tenant_id:
            self._forget_organisation(connection)
        before = connection.state
        connection.write({
            'state': 'connected',
            'token_id': token_id,
            'tenant_id': tenant.tenant_id,
            'tenant_name': tenant.name,
            'tenant_connection_id': tenant.connection_id,
            'connected_at': connection.connected_at or fields.Datetime.now(),
            'resume_at': False,
            'outages': 0,
            'last_error': False,
        })
        connection.activity_unlink([RECONNECT])
        self.env['xero.log']._add_event(
            connection, _lt("Connected.") if before == 'disconnected'
            else _lt("Signed in again."))

    def _forget_organisation(self, connection):
        """Drop what belongs to the organisation so far, such as accounts and links of contacts:
        none of it exists in the next one. No document is linked.

        :param recordset connection: one `xero.connection`
        """
        self.env['xero.organisation.mixin']._xero_forget_all(connection)
        connection.write({'connected_at': False, 'reference_date': False, 'budget_seen_at': False})

    def _get_sign_in(self, connection, token_id, tenant):
        """
        :return: the `xero.token` for an organisation that can be connected; parameters and errors
            as of :meth:`_bind_organisation`
        """
        self._check_organisation(connection, tenant)
        token = self.env['xero.token'].browse(token_id).exists()
        if not token:
            raise UserError(self.env._(
                "This sign-in was ended meanwhile. Sign in again from the connection."))
        return token

    def _check_currency(self, connection, token_id, tenant):
        """Refuse an organisation whose books are in another currency, before anything is bound to
        it. The one that is connected already signs in again without a question.

        :raise UserError: it cannot be connected; parameters as of :meth:`_take_organisation`
        :raise XeroError: Xero does not say in which currency they are
        """
        if connection.tenant_id == tenant.tenant_id:
            return
        # The token was committed after this transaction began, which may not see it.
        access_token = run_in_new_cursor(connection, lambda own: self.with_env(
            own.env)._get_sign_in(own, token_id, tenant)._get_access_token(connection=own))
        with XeroClient(address(self.env, API_URL), access_token, tenant_id=None if
                        connection.app_type == 'custom' else tenant.tenant_id) as client:
            there = organisation_in(self.env, client.get('Organisation')).base_currency
        here = connection.company_id.currency_id.name
        if there != here:
            raise UserError(self.env._(
                "%(organisation)s keeps its books in %(there)s, %(company)s in %(here)s. Their "
                "amounts would not agree, so they are not connected. Sign in again, and choose an "
                "organisation whose base currency is %(here)s on Xero's page.",
                organisation=tenant.name, there=there, company=connection.company_id.name,
                here=here))

    def _check_organisation(self, connection, tenant):
        """
        :param recordset connection: one `xero.connection`
        :param tenant: as of :meth:`_take_organisation`
        :raise UserError: this organisation cannot be connected to its company
        """
        other = connection.search([
            ('tenant_id', '=', tenant.tenant_id), ('id', '!=', connection.id),
            ('state', '!=', 'disconnected')], limit=1)
        if other:
            raise UserError(self.env._(
                "%(organisation)s is already connected to %(company)s. One organisation keeps "
                "the books of one company: disconnect it there first.",
                organisation=tenant.name, company=other.company_id.name))
        if connection.tenant_id and connection.tenant_id != tenant.tenant_id \
                and self.env['xero.organisation.mixin']._xero_binds_any(connection):
            raise UserError(self.env._(
                "The documents of %(company)s are linked to %(before)s, not to %(now)s. Sign in "
                "again, and choose %(before)s on Xero's page.",
                company=connection.company_id.name, before=connection.tenant_name,
                now=tenant.name))

    def _connect_custom(self, connection):
        """Connect with client credentials: one organisation, no consent page.

        Source: Xero's custom connections FAQ.

        :param recordset connection: one `xero.connection`
        :return: a notification
        :raise UserError: the app is not authorised for an organisation, or it cannot be connected
        """
        try:
            token = self.env['xero.token']._request_custom(connection)
            tenants = oauth.connections(address(self.env, API_URL), token.access_token)
            if len(tenants) != 1:
                raise UserError(self.env._(
                    "This custom connection is not authorised for an organisation yet. Finish its "
                    "set-up in the Xero developer portal."))
            token_id = self.env['xero.token']._store(connection, token)
            self._take_organisation(connection, token_id, tenants[0])
        except XeroError as error:
            return connection._notify('danger', *self.env['xero.health']._describe(
                error, connection))
        return connection._notify('success', self.env._("Connected to Xero"), tenants[0].name)

    def _action_form(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: action that opens it
        """
        action = self.env['ir.actions.actions']._for_xml_id('account_xero.action_xero_connection')
        return {**action, 'res_id': connection.id, 'view_mode': 'form', 'views': [(False, 'form')]}

    # === THE WAY OUT === #

    def _leave(self, connections):
        """Disconnect, and remove the connections in Xero.

        Xero is asked before anything is written, so that no row is locked meanwhile. It may fail:
        what counts is that nothing is sent any more.

        :param recordset connections: `xero.connection`, with all rights
        """
        untold = connections.filtered(lambda connection: not self._remove_in_xero(connection))
        tokens = connections.token_id
        connections.write({
            'state': 'disconnected', 'token_id': False, 'tenant_connection_id': False,
            'resume_at': False, 'last_error': False, 'oauth_nonce': False,
        })
        connections._trigger_cron()     # which switches itself off
        connections.activity_unlink([RECONNECT])
        tokens.filtered(lambda token: not token.connection_ids).unlink()
        for connection in connections:
            self.env['xero.log'].sudo()._add_event(connection, _lt("Disconnected."))
        for connection in untold:
            connection._message_log(body=self.env._(
                "Xero could not be told of the disconnection. Remove the app there under "
                "Settings > Connected apps if it is still listed."))

    def _remove_in_xero(self, connection):
        """Remove the connection in Xero; the user's other organisations keep theirs.

        Source: Xero's identity API, ``DELETE /connections/{id}``.

        :param recordset connection: one `xero.connection`
        :return: whether Xero knows about it now
        :rtype: bool
        """
        connection.ensure_one()
        if not connection.token_id or not connection.tenant_connection_id:
            return True
        if connection.state == 'reauth':      # there is no token to say it with
            return False
        try:
            oauth.delete_connection(
                address(self.env, API_URL),
                connection.token_id._get_access_token(connection=connection),
                connection.tenant_connection_id)
        except XeroError:
            return False
        return True
