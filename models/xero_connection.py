import logging
from datetime import timedelta
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.urls import urljoin as url_join

from ..xero.client import XeroClient
from ..xero.errors import CATALOGUE, XeroAccessRevoked, XeroError, XeroGrantInvalid, XeroScopeMissing
from ..xero.limits import Budget

_logger = logging.getLogger(__name__)

API_URL = ('account_xero.api_url', 'https://api.xero.com')
IDENTITY_URL = ('account_xero.identity_url', 'https://identity.xero.com')
LOGIN_URL = ('account_xero.login_url', 'https://login.xero.com')
DEEP_LINK = 'https://go.xero.com/organisationlogin/default.aspx'

#: States in which a company's documents show how they stand with Xero.
ACTIVE_STATES = ('connected', 'reauth', 'revoked', 'paused')


class XeroConnection(models.Model):
    """A company's link to one Xero organisation: who may call, what is sent, how calls stand."""

    _name = 'xero.connection'
    _description = "Xero Connection"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'company_id'

    company_id = fields.Many2one(
        'res.company', required=True, index=True, ondelete='cascade',
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)

    # === WHO MAY CALL === #
    app_type = fields.Selection(
        [
            ('web', "Web app"),
            ('pkce', "Mobile or desktop app (PKCE, no secret)"),
            ('custom', "Custom connection (one organisation, no login)"),
        ],
        string="Kind of Xero App", required=True, default='web',
        help="The kind that was chosen when the app was created in the Xero developer portal.",
    )
    client_id = fields.Char("Client ID", copy=False)
    client_secret = fields.Char(groups='base.group_system', copy=False)
    webhook_key = fields.Char(groups='base.group_system', copy=False)
    redirect_uri = fields.Char(
        "Redirect URI", compute='_compute_redirect_uri',
        help="Enter exactly this address as redirect URI of the app in the Xero developer portal.",
    )
    token_id = fields.Many2one(
        'xero.token', groups='base.group_system', copy=False, ondelete='set null',
    )
    oauth_nonce = fields.Char(groups='base.group_system', copy=False)
    oauth_verifier = fields.Char(groups='base.group_system', copy=False)

    # === WITH WHOM === #
    state = fields.Selection(
        [
            ('disconnected', "Not connected"),
            ('connected', "Connected"),
            ('reauth', "Sign-in needed"),
            ('revoked', "Access removed in Xero"),
            ('paused', "Paused"),
        ],
        required=True, readonly=True, default='disconnected', copy=False, tracking=True,
    )
    state_help = fields.Char("What It Means", compute='_compute_state_help')
    tenant_id = fields.Char("Organisation ID", readonly=True, copy=False)
    tenant_name = fields.Char("Organisation", readonly=True, copy=False, tracking=True)
    tenant_connection_id = fields.Char(readonly=True, copy=False)
    connected_at = fields.Datetime(
        readonly=True, copy=False,
        help="Documents posted before this moment are sent only when somebody asks for it.",
    )
    short_code = fields.Char(readonly=True, copy=False)
    base_currency = fields.Char(readonly=True, copy=False)
    country_code = fields.Char("Country", readonly=True, copy=False)
    reference_date = fields.Datetime("Reference Data Fetched", readonly=True, copy=False)

    # === WHAT IS SENT === #
    auto_sync = fields.Boolean("Automatically sync new invoices", default=True)
    sync_sales = fields.Boolean("Sync sales invoices", default=True)
    sync_purchases = fields.Boolean("Sync purchase invoices", default=True)
    sync_credit_notes = fields.Boolean("Sync credit notes", default=True)
    push_status = fields.Selection(
        [('DRAFT', "Draft"), ('SUBMITTED', "Awaiting approval"), ('AUTHORISED', "Approved")],
        string="Send Documents As", required=True, default='AUTHORISED',
    )

    # === HOW CALLS STAND === #
    day_left = fields.Integer("Calls Left Today", readonly=True, copy=False)
    minute_left = fields.Integer("Calls Left This Minute", readonly=True, copy=False)
    budget_seen_at = fields.Datetime(readonly=True, copy=False)
    resume_at = fields.Datetime("Waiting Until", readonly=True, copy=False)
    outages = fields.Integer(readonly=True, copy=False)
    last_push = fields.Datetime(readonly=True, copy=False)
    last_error = fields.Char(readonly=True, copy=False)
    pending_count = fields.Integer("Pending", compute='_compute_document_counts')
    failed_count = fields.Integer("Failed", compute='_compute_document_counts')
    synced_count = fields.Integer("Synced", compute='_compute_document_counts')

    _company_uniq = models.Constraint(
        'UNIQUE(company_id)', "This company already has a connection to Xero.",
    )
    _tenant_uniq = models.UniqueIndex(
        "(tenant_id) WHERE tenant_id IS NOT NULL AND state <> 'disconnected'",
        "Another company is already connected to this Xero organisation.",
    )

    # === COMPUTE METHODS === #

    @api.depends('company_id.name', 'tenant_name')
    def _compute_display_name(self):
        for connection in self:
            names = filter(None, (connection.company_id.name, connection.tenant_name))
            connection.display_name = ' → '.join(names)

    def _compute_redirect_uri(self):
        for connection in self:
            connection.redirect_uri = url_join(connection.get_base_url(), '/xero/oauth/callback')

    @api.depends('state')
    def _compute_state_help(self):
        texts = {
            'disconnected': self.env._("Nothing is sent. Links and mappings are kept."),
            'connected': self.env._("Documents are sent within a minute of being posted."),
            'reauth': self.env._(
                "Xero asks for a new sign-in. Press Reconnect; what is waiting goes out then."),
            'revoked': self.env._(
                "Somebody removed this app in Xero, or the organisation is gone. Press Reconnect."),
            'paused': self.env._("Nothing is sent until the connection is resumed."),
        }
        for connection in self:
            connection.state_help = texts[connection.state]

    def _compute_document_counts(self):
        counts = {
            (company.id, state): count
            for company, state, count in self.env['account.move'].sudo()._read_group(
                [('company_id', 'in', self.company_id.ids), ('xero_state', '!=', False)],
                ['company_id', 'xero_state'], ['__count'],
            )
        }
        for connection in self:
            company = connection.company_id.id
            connection.pending_count = counts.get((company, 'pending'), 0)
            connection.failed_count = counts.get((company, 'failed'), 0)
            connection.synced_count = counts.get((company, 'synced'), 0)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        connections = super().create(vals_list)
        self.env['xero.claim'].sudo().create([{'connection_id': c.id} for c in connections])
        return connections

    @api.constrains('company_id')
    def _check_company_id(self):
        for connection in self:
            if connection.tenant_id and connection.sudo()._linked_documents(limit=1):
                raise ValidationError(self.env._(
                    "%s already has documents in Xero, so its company cannot be changed.",
                    connection.display_name,
                ))

    # === ACTIONS === #

    def action_disconnect(self):
        """Stop, and remove the connection in Xero; every link and every mapping stays.

        Telling Xero comes last and may fail: what counts is that nothing is sent any more.
        """
        for connection in self:
            connection.check_access('write')
            connection_sudo = connection.sudo()
            told = connection_sudo._remove_in_xero()
            token_sudo = connection_sudo.token_id
            connection_sudo.write({'state': 'disconnected', 'token_id': False,
                                   'tenant_connection_id': False, 'resume_at': False})
            if not token_sudo.connection_ids:
                token_sudo.unlink()
            if not told:
                connection_sudo._message_log(body=self.env._(
                    "Xero could not be told of the disconnection. Remove the app there under "
                    "Settings > Connected apps if it is still listed."))
        return self._notify('success', self.env._("Disconnected from Xero"), self.env._(
            "Links and mappings are kept for the next connection."))

    def action_pause(self):
        """Hold everything that would be sent by itself or by hand."""
        self.check_access('write')
        self.filtered(lambda c: c.state == 'connected').sudo().state = 'paused'

    def action_resume(self):
        """Go on after :meth:`action_pause`."""
        self.check_access('write')
        self.filtered(lambda c: c.state == 'paused').sudo().state = 'connected'
        self._trigger_push()

    def action_test(self):
        """Ask Xero for the organisation, and say in words whether that worked."""
        self.ensure_one()
        self.check_access('write')
        connection_sudo = self.sudo()
        try:
            with connection_sudo._get_client() as client:
                answer = client.get('Organisation')
        except XeroError as error:
            connection_sudo._note_error(error)
            return self._notify('danger', *self._error_text(error))
        name = answer.data['Organisations'][0].get('Name')
        return self._notify('success', self.env._("The connection works"), self.env._(
            "Xero answered as %(organisation)s in %(seconds).1f seconds.",
            organisation=name, seconds=answer.seconds))

    def action_view_documents(self):
        """Open this company's documents that are linked to Xero or on their way."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Documents in Xero"),
            'res_model': 'account.move',
            'view_mode': 'list,form',
            'views': [(self.env.ref('account.view_invoice_tree').id, 'list'), (False, 'form')],
            'domain': [('company_id', '=', self.company_id.id), ('xero_state', '!=', False)],
            'context': {'create': False, 'search_default_xero_failed':
                        self.env.context.get('xero_failed')},
        }

    # === CALLING XERO === #

    def _parameter(self, name_and_default):
        """:return: the address to call: the system parameter when it is set, else Xero's own."""
        name, default = name_and_default
        return self.env['ir.config_parameter'].sudo().get_param(name) or default

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
        token = self.token_id._get_access_token(rejected=rejected)
        return XeroClient(
            self._parameter(API_URL), token,
            tenant_id=None if self.app_type == 'custom' else self.tenant_id,
        )

    def _budget(self):
        """:rtype: Budget"""
        return Budget(
            day_left=self.day_left if self.budget_seen_at else None,
            minute_left=self.minute_left if self.budget_seen_at else None,
            appminute_left=None, seen_at=self.budget_seen_at or None,
        )

    def _note_budget(self, budget):
        """Remember what the last answers said about the calls that are left."""
        if budget and budget.day_left is not None:
            # Answers of parallel calls arrive in any order: the lowest reading is the latest.
            merged = self._budget().merge(budget)
            self.write({
                'day_left': merged.day_left,
                'minute_left': merged.minute_left,
                'budget_seen_at': merged.seen_at,
            })

    def _note_error(self, error):
        """Keep what an error means for the whole connection, in a transaction of its own.

        :param XeroError error: an answer that no single document is to blame for
        """
        self.ensure_one()
        state = None
        if isinstance(error, XeroAccessRevoked):
            state = 'revoked'
        elif isinstance(error, XeroGrantInvalid | XeroScopeMissing):
            state = 'reauth'
        with self.env.registry.cursor() as cr:
            connection = self.with_env(self.env(cr=cr, su=True))
            title, fix = connection._error_text(error)
            connection.last_error = f"{title} {fix}"
            if state and connection.state != state:
                connection.state = state
                connection._ask_to_reconnect()

    def _ask_to_reconnect(self):
        """Give the managers one activity, however often the connection is found broken."""
        self.ensure_one()
        xmlid = 'account_xero.mail_activity_type_reconnect'
        if self.activity_search([xmlid]):
            return
        managers = self.env.ref('account_xero.group_xero_manager').all_user_ids.filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids)
        for user in managers:
            self.activity_schedule(xmlid, user_id=user.id, note=self.state_help)

    # === HELPERS === #

    def _connection_of(self, companies):
        """Return the connections in use of some companies.

        :param recordset companies: `res.company`
        :return: {company id: connection}, in one query
        """
        return {c.company_id.id: c for c in self.sudo().search([
            ('company_id', 'in', companies.ids), ('state', 'in', ACTIVE_STATES)])}

    def _linked_documents(self, limit=None):
        return self.env['account.move'].search(
            [('company_id', 'in', self.company_id.ids), ('xero_document_id', '!=', False)],
            limit=limit,
        )

    def _trigger_push(self, at=None):
        self.env.ref('account_xero.ir_cron_push').sudo()._trigger(at)

    def _wait(self, until):
        """Go on not before ``until`` (naive UTC), and be woken then."""
        self.write({'resume_at': until})
        self._trigger_push(until + timedelta(seconds=1))

    def _error_text(self, error):
        """:return: title and fix of an error, translated, with Xero's own words when it has any"""
        text = CATALOGUE[error.code]
        fix = self.env._(text.fix)  # pylint: disable=gettext-variable
        if error.message:
            fix = self.env._("%(fix)s (Xero: %(message)s)", fix=fix, message=error.message)
        return self.env._(text.title), fix  # pylint: disable=gettext-variable

    def _notify(self, kind, title, message):
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {'type': kind, 'title': title, 'message': message,
                       'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'}},
        }

    def _deep_link(self, target):
        """Return the address that opens a page of this organisation in Xero.

        Source: Xero's deep-linking guide.

        :param str target: path and query within Xero, e.g. ``/AccountsReceivable/View.aspx?...``
        """
        query = {'shortcode': self.short_code or '', 'redirecturl': target}
        return f'{DEEP_LINK}?{urlencode(query)}'
