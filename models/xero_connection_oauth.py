"""Connecting: the authorisation code flow, the choice of the organisation, the way back out."""
import hashlib
import logging
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools.misc import hash_sign, verify_hash_signed

from ..xero import oauth
from ..xero.errors import XeroError
from .transaction import in_own_transaction
from .xero_connection import RECONNECT
from .xero_connection_calls import API_URL, IDENTITY_URL, LOGIN_URL

_logger = logging.getLogger(__name__)

STATE_SCOPE = 'account_xero.oauth'
STATE_LIFE = timedelta(minutes=30)
SESSION_KEY = 'account_xero_oauth_%s'


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    # === OUT TO XERO === #

    def action_connect(self):
        """Send the user to Xero to allow access; a custom connection connects at once.

        The ``state`` that travels along is signed, expires, is bound to the user and to the
        browser session, and is good for one return only.

        :return: the `ir.actions.act_url` to Xero's consent page
        :raise UserError: when the app's keys are missing
        """
        self.ensure_one()
        self.check_access('write')
        connection_sudo = self.sudo()
        if not connection_sudo.client_id or not (
            connection_sudo._app_secret() or connection_sudo.app_type == 'pkce'
        ):
            raise UserError(self.env._(
                "Enter the client ID and the client secret of your Xero app first. The README "
                "of this module shows where they are found in the Xero developer portal."))
        if connection_sudo.app_type == 'custom':
            return connection_sudo._connect_custom()
        nonce = secrets.token_urlsafe(32)
        verifier, challenge = (
            oauth.pkce_pair() if connection_sudo.app_type == 'pkce' else (None, None))
        connection_sudo.write({'oauth_nonce': self._hash_nonce(nonce), 'oauth_verifier': verifier})
        # Without a browser session (a script, a scheduled job) the user alone is bound.
        in_session = bool(request) and request.session.uid == self.env.uid
        if in_session:
            request.session[SESSION_KEY % self.id] = nonce
        state = hash_sign(self.env(su=True), STATE_SCOPE,
                          [self.id, self.env.uid, nonce, in_session], expiration=STATE_LIFE)
        return {
            'type': 'ir.actions.act_url',
            'target': 'self',
            'url': oauth.authorize_url(
                self._parameter(LOGIN_URL), connection_sudo.client_id, self.redirect_uri, state,
                code_challenge=challenge),
        }

    @staticmethod
    def _hash_nonce(nonce):
        return hashlib.sha256(nonce.encode()).hexdigest()

    # === BACK FROM XERO === #

    @api.model
    def _oauth_take_state(self, state):
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
        connection = self.browse(connection_id).exists()
        if uid != self.env.uid or not connection or not connection.has_access('write') or (
                in_session and not secrets.compare_digest(kept.encode(), nonce.encode())):
            raise refusal
        taken = in_own_transaction(connection, lambda own: own._oauth_consume(nonce))
        if not taken:
            raise refusal
        session.pop(SESSION_KEY % connection_id, None)
        return connection, taken[0]

    def _oauth_consume(self, nonce):
        """Take the nonce out.

        :return: (PKCE verifier or None,), or None when the nonce is not there any more
        """
        self.env.cr.execute(
            """UPDATE xero_connection c SET oauth_nonce = NULL, oauth_verifier = NULL
                 FROM xero_connection old
                WHERE c.id = %s AND old.id = c.id AND c.oauth_nonce = %s
            RETURNING old.oauth_verifier""",
            [self.id, self._hash_nonce(nonce)], log_exceptions=False)
        return self.env.cr.fetchone()

    def _oauth_finish(self, code, verifier=None):
        """Exchange the code for tokens and find the organisation they are good for.

        Tokens are committed before anything else is asked of Xero: they cannot be had twice.

        :param str code: single use authorisation code
        :param str verifier: PKCE verifier that belongs to it
        :return: the action to show next: the connection, or the choice among organisations
        :rtype: dict
        :raise XeroError: Xero refused, or could not be reached
        :raise UserError: no organisation can be connected
        """
        self.ensure_one()
        connection_sudo = self.sudo()
        token = oauth.exchange_code(
            self._parameter(IDENTITY_URL), connection_sudo.client_id,
            connection_sudo._app_secret(), code, self.redirect_uri, code_verifier=verifier)
        token_id = self.env['xero.token']._store(connection_sudo, token)
        tenants = oauth.connections(
            self._parameter(API_URL), token.access_token, auth_event_id=token.auth_event_id)
        if not tenants:     # nothing new was ticked: what was allowed earlier still stands
            tenants = oauth.connections(self._parameter(API_URL), token.access_token)
        return self._choose_organisation(
            token_id, [tenant for tenant in tenants if tenant.type != 'PRACTICE'])

    def _choose_organisation(self, token_id, tenants):
        """Take the organisation when there is nothing to choose, else ask.

        :param int token_id: `xero.token` good for all of ``tenants``
        :param list tenants: :class:`~..xero.parse.Tenant`
        :return: the action to show next
        """
        before = [tenant for tenant in tenants if tenant.tenant_id == self.tenant_id]
        if before or len(tenants) == 1:
            self._take_organisation(token_id, (before or tenants)[0])
            return self._action_form()
        if not tenants:
            raise UserError(self.env._(
                "Xero gave access to no organisation. Sign in again, and tick the organisation on "
                "Xero's page."))
        wizard_id = in_own_transaction(
            self, lambda own: own._prepare_choice(token_id, tenants).id)
        action = self.env['ir.actions.actions']._for_xml_id(
            'account_xero.action_xero_choose_organisation')
        return {**action, 'res_id': wizard_id}

    def _prepare_choice(self, token_id, tenants):
        """:return: the `xero.choose.organisation` that asks the current user"""
        return self.env['xero.choose.organisation'].create({
            'connection_id': self.id,
            'token_id': token_id,
            'line_ids': [fields.Command.create({
                'name': tenant.name,
                'tenant_id': tenant.tenant_id,
                'tenant_connection_id': tenant.connection_id,
            }) for tenant in tenants],
        })

    def _take_organisation(self, token_id, tenant):
        """Bind the connection to an organisation, commit, and fetch its reference data.

        :param int token_id: `xero.token` to use for it
        :param tenant: object with ``tenant_id``, ``name`` and ``connection_id``
        :raise UserError: another company has it, or documents are linked to a different one
        """
        in_own_transaction(self, lambda own: own._bind_organisation(token_id, tenant))
        try:
            in_own_transaction(self, lambda own: own._prepare_organisation())
        except XeroError as error:
            # Connected all the same: the push fetches what is missing before it sends.
            _logger.info("Xero reference data of %s not fetched: %s", tenant.tenant_id, error.code)

    def _bind_organisation(self, token_id, tenant):
        self._check_organisation(tenant)
        if not self.env['xero.token'].browse(token_id).exists():
            raise UserError(self.env._(
                "This sign-in was ended meanwhile. Sign in again from the connection."))
        if self.tenant_id and self.tenant_id != tenant.tenant_id:
            self._forget_organisation()
        before = self.state
        self.write({
            'state': 'connected',
            'token_id': token_id,
            'tenant_id': tenant.tenant_id,
            'tenant_name': tenant.name,
            'tenant_connection_id': tenant.connection_id,
            'connected_at': self.connected_at or fields.Datetime.now(),
            'attach_refused': False,
            'resume_at': False,
            'outages': 0,
            'last_error': False,
        })
        self.activity_unlink([RECONNECT])
        self.env['xero.log']._add_event(
            self, self.env._("Connected.") if before == 'disconnected'
            else self.env._("Signed in again."))

    def _prepare_organisation(self):
        """Fetch what documents refer to, and start sending.

        :raise XeroError: nothing was changed"""
        self._refresh_reference_data()
        self.action_auto_map()
        self._trigger_push()

    def _forget_organisation(self):
        """Drop what belongs to the organisation so far, such as accounts and links of contacts:
        none of it exists in the next one. No document is linked."""
        for model in ('xero.account', 'xero.tax.rate', 'xero.currency', 'xero.item',
                      'xero.tracking.category', 'xero.request', 'xero.cursor',
                      'xero.contact.match', 'xero.contact', 'xero.unmatched', 'xero.first.sync'):
            self.env[model].with_context(active_test=False).search(
                [('connection_id', '=', self.id)]).unlink()
        self._forget_contacts(self.company_id)
        self.write({'connected_at': False, 'reference_date': False, 'budget_seen_at': False})

    @api.model
    def _forget_contacts(self, companies):
        """Drop the links of partners to contacts of an organisation that is left.

        :param recordset companies: `res.company` that had the links
        """
        for company in companies:
            linked = self.env['res.partner'].sudo().with_company(company).with_context(
                active_test=False).search([('xero_contact_id', '!=', False)])
            linked.xero_contact_id = False

    def _check_organisation(self, tenant):
        """:raise UserError: this organisation cannot be connected to this company"""
        other = self.search([('tenant_id', '=', tenant.tenant_id), ('id', '!=', self.id),
                             ('state', '!=', 'disconnected')], limit=1)
        if other:
            raise UserError(self.env._(
                "%(organisation)s is already connected to %(company)s. One organisation keeps "
                "the books of one company: disconnect it there first.",
                organisation=tenant.name, company=other.company_id.name))
        if self.tenant_id and self.tenant_id != tenant.tenant_id and self._has_documents():
            raise UserError(self.env._(
                "The documents of %(company)s are linked to %(before)s, not to %(now)s. Sign in "
                "again, and choose %(before)s on Xero's page.",
                company=self.company_id.name, before=self.tenant_name, now=tenant.name))

    def _connect_custom(self):
        """Connect with client credentials: one organisation, no consent page.

        Source: Xero's custom connections FAQ.
        """
        try:
            token = oauth.client_credentials(
                self._parameter(IDENTITY_URL), self.client_id, self._app_secret())
            tenants = oauth.connections(self._parameter(API_URL), token.access_token)
        except XeroError as error:
            return self._notify('danger', *self._error_text(error))
        if len(tenants) != 1:
            raise UserError(self.env._(
                "This custom connection is not authorised for an organisation yet. Finish its "
                "set-up in the Xero developer portal."))
        token_id = self.env['xero.token']._store(self, token)
        self._take_organisation(token_id, tenants[0])
        return self._notify('success', self.env._("Connected to Xero"), tenants[0].name)

    def _action_form(self):
        action = self.env['ir.actions.actions']._for_xml_id('account_xero.action_xero_connection')
        return {**action, 'res_id': self.id, 'view_mode': 'form', 'views': [(False, 'form')]}

    # === THE WAY OUT === #

    def _remove_in_xero(self):
        """Remove the connection in Xero; the user's other organisations keep theirs.

        Source: Xero's identity API, ``DELETE /connections/{id}``.

        :return: whether Xero knows about it now
        :rtype: bool
        """
        self.ensure_one()
        if not self.token_id or not self.tenant_connection_id:
            return True
        if self.state == 'reauth':      # there is no token to say it with
            return False
        try:
            oauth.delete_connection(
                self._parameter(API_URL), self.token_id._get_access_token(connection=self),
                self.tenant_connection_id)
        except XeroError:
            return False
        return True
