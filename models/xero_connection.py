from datetime import timedelta
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.urls import urljoin as url_join

from ..xero.errors import XeroError
from .xero_request import CONTACT_OPERATIONS
from .xero_secret import Secret, reencrypt

DEEP_LINK = 'https://go.xero.com/organisationlogin/default.aspx'
PAGES = {
    'ACCREC': '/AccountsReceivable/View.aspx?InvoiceID=',
    'ACCPAY': '/AccountsPayable/Edit.aspx?InvoiceID=',
    'ACCRECCREDIT': '/AccountsReceivable/ViewCreditNote.aspx?creditNoteID=',
    'ACCPAYCREDIT': '/AccountsPayable/ViewCreditNote.aspx?creditNoteID=',
}

#: States in which a company's documents show how they stand with Xero.
ACTIVE_STATES = ('connected', 'reauth', 'revoked', 'paused')
SECRETS = ('client_secret', 'webhook_key', 'oauth_verifier')
RECONNECT = 'account_xero.mail_activity_type_reconnect'
#: Lists that need a permission each, besides that of the organisation's own settings.
PROOFS = ('Invoices', 'Payments', 'Contacts')


class XeroConnection(models.Model):
    """A company's link to one Xero organisation: who may call, what is sent, how calls stand."""

    _name = 'xero.connection'
    _description = "Xero Connection"
    _inherit = ['mail.thread', 'mail.activity.mixin', 'xero.guard.mixin']
    _order = 'company_id'

    company_id = fields.Many2one(
        'res.company', required=True, index=True, ondelete='restrict',
        default=lambda self: self.env.company,
    )

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
    client_secret = Secret(groups='base.group_system', copy=False)
    webhook_key = Secret(groups='base.group_system', copy=False)
    redirect_uri = fields.Char(
        "Redirect URI", compute='_compute_redirect_uri',
        help="Enter exactly this address as redirect URI of the app in the Xero developer portal.",
    )
    token_id = fields.Many2one(
        'xero.token', groups=fields.NO_ACCESS, copy=False, index=True, ondelete='set null',
    )
    oauth_nonce = fields.Char(groups=fields.NO_ACCESS, copy=False)
    oauth_verifier = fields.Char(groups=fields.NO_ACCESS, copy=False)

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
    period_lock_date = fields.Date("Locked Up To", readonly=True, copy=False)
    end_of_year_lock_date = fields.Date("Year Locked Up To", readonly=True, copy=False)
    denied_actions = fields.Char(
        "Not Allowed in Xero", readonly=True, copy=False,
        help="What the plan of the organisation, or the role of the user who signed in, does not "
             "allow, in Xero's words.")
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
    create_contacts = fields.Boolean(
        "Create missing contacts", default=True,
        help="Partners that are not in Xero yet are created there. Switched off, their documents "
             "wait until the partner is linked to a contact.")
    update_contacts = fields.Boolean(
        "Keep contacts up to date",
        help="When the name, e-mail address, phone, addresses or tax number of a partner change "
             "here, its contact in Xero is changed, too. What is empty here stays in Xero.")
    items_required = fields.Boolean(
        "Demand items", help="Refuse lines whose product has no item in Xero.")

    attach_pdf = fields.Boolean(
        "Attach PDFs", help="The PDF of customer invoices and credit notes is attached to them in "
                            "Xero after they have been sent.")
    attach_refused = fields.Boolean(readonly=True, copy=False)
    mark_sent = fields.Boolean(
        "Mark as sent", help="Approved invoices that were sent to the customer from here are "
                             "marked as sent in Xero.")

    # === WHAT COMES BACK === #
    payment_journal_id = fields.Many2one(
        'account.journal', "Journal for Payments", check_company=True,
        compute='_compute_payment_journal_id', store=True, readonly=False,
        domain="[('type', 'in', ('bank', 'cash', 'credit'))]",
        help="Payments in Xero are booked here when no journal is mapped to their bank account "
             "in Xero.")

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

    @api.depends('company_id')
    def _compute_payment_journal_id(self):
        for connection in self:
            if connection.payment_journal_id.company_id != connection.company_id:
                connection.payment_journal_id = connection._first_bank_journal()

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
        secrets = [{name: vals[name] for name in SECRETS if name in vals} for vals in vals_list]
        connections = super().create([
            {name: value for name, value in vals.items() if name not in SECRETS}
            for vals in vals_list])
        for connection, values in zip(connections, secrets, strict=True):
            connection.write(values)
        self.env['xero.claim'].sudo().create([{'connection_id': c.id} for c in connections])
        return connections

    def write(self, vals):
        if any(connection.tenant_id and connection.company_id.id != vals['company_id']
               for connection in self if 'company_id' in vals):
            raise UserError(self.env._(
                "This connection keeps another company's links to Xero. Make a connection for "
                "the company instead."))
        secrets = {name: vals[name] for name in SECRETS if name in vals}
        result = super().write(
            {name: value for name, value in vals.items() if name not in SECRETS})
        if secrets:
            self._lock()
            super().write(secrets)
            self.flush_recordset()
        return result

    def _lock(self):
        """Wait for the rows, and write what waits to be written, so that secrets are in a
        statement of their own that PostgreSQL has no reason to refuse: Odoo logs a refused one
        with its values."""
        self.flush_recordset()
        self.env.cr.execute(
            'SELECT 1 FROM xero_connection WHERE id = ANY(%s) FOR NO KEY UPDATE', [self.ids],
            log_exceptions=False)

    @api.autovacuum
    def _reencrypt(self):
        """Let the server's first key be the one that the secrets are encrypted with."""
        reencrypt(self, ('client_secret', 'webhook_key'))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_connected(self):
        if any(connection.state != 'disconnected' for connection in self):
            raise UserError(self.env._("Disconnect from Xero first."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # Nothing else knows which organisation has the documents, nor what may have arrived there:
        # under a new connection they would be sent once more.
        for connection in self.sudo():
            company, organisation = connection.company_id.name, connection.tenant_name
            if connection._has_unanswered():
                raise UserError(self.env._(
                    "Xero has not answered yet to what was sent to %(organisation)s for "
                    "%(company)s; it may have arrived. Connect to it again, and wait until "
                    "nothing is pending. Until then keep this connection: it sends nothing while "
                    "it is disconnected.", company=company, organisation=organisation))
            if connection._has_documents():
                raise UserError(self.env._(
                    "Documents or payments of %(company)s are linked to %(organisation)s, and "
                    "nothing else keeps the link. Keep this connection: it sends nothing while it "
                    "is disconnected.", company=company, organisation=organisation))

    # === ACTIONS === #

    def action_disconnect(self):
        """Stop, and remove the connection in Xero; every link and every mapping stays.

        Xero is asked before anything is written, so that no row is locked meanwhile. It may fail:
        what counts is that nothing is sent any more.
        """
        self.check_access('write')
        connections_sudo = self.sudo()
        untold = connections_sudo.filtered(lambda connection: not connection._remove_in_xero())
        tokens_sudo = connections_sudo.token_id
        connections_sudo.write({
            'state': 'disconnected', 'token_id': False, 'tenant_connection_id': False,
            'resume_at': False, 'last_error': False, 'oauth_nonce': False,
        })
        connections_sudo.activity_unlink([RECONNECT])
        tokens_sudo.filtered(lambda token: not token.connection_ids).unlink()
        for connection in connections_sudo:
            self.env['xero.log'].sudo()._add_event(connection, self.env._("Disconnected."))
        for connection in untold:
            connection._message_log(body=self.env._(
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
        """Ask Xero for the organisation, and say in words whether that worked.

        An answer also ends the state *Sign-in needed* or *Access removed*: it is the proof that
        what was wrong has been put right, for instance a corrected secret.
        """
        self.ensure_one()
        self.check_access('write')
        connection_sudo = self.sudo()
        # Where a permission may be missing, only what it is for can prove the contrary.
        proofs = PROOFS if self.state == 'reauth' else ()

        def ask(client):
            for path in proofs:
                client.get(path, page=1, pageSize=1)
            return client.get('Organisation')

        try:
            answer = connection_sudo._ask_xero(ask)
            organisation = connection_sudo._organisation_in(answer)
        except XeroError as error:
            connection_sudo._note_error(error)
            return self._notify('danger', *self._error_text(error))
        connection_sudo._note_access()
        return self._notify('success', self.env._("The connection works"), self.env._(
            "Xero answered as %(organisation)s in %(seconds).1f seconds.",
            organisation=organisation.name, seconds=answer.seconds))

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
            # The buttons choose a filter by it; the web client does not hand it on by itself.
            'context': {'create': False, **{
                name: value for name, value in self.env.context.items()
                if name.startswith('search_default_xero_')}},
        }

    # === HELPERS === #

    def _first_bank_journal(self):
        return self.env['account.journal'].sudo().search([
            ('company_id', '=', self.company_id.id), ('type', '=', 'bank')], limit=1)

    def _payment_journals(self, account_ids):
        """Return where payments are booked, by the account in Xero that received them.

        :param account_ids: Xero's ids of bank accounts, codes where no id is known, or None
        :return: {account id or None: `account.journal`}; the default journal, or an empty
            recordset where there is none, for an account that no journal is mapped to
        :rtype: dict
        """
        mapped = self.env['account.journal'].sudo().search([
            ('company_id', '=', self.company_id.id), ('type', 'in', ('bank', 'cash', 'credit')),
            ('xero_account_id.connection_id', '=', self.id),
        ])
        default = self.payment_journal_id.sudo() or self._first_bank_journal()
        by_account = {}
        for journal in mapped:
            by_account.setdefault(journal.xero_account_id.xero_id, journal)
            by_account.setdefault(journal.xero_account_id.code, journal)
        by_account.pop(False, None)
        return {account_id: by_account.get(account_id, default) for account_id in account_ids}

    def _has_documents(self):
        """:return: whether documents or payments are linked to the organisation, or may be: what
        is in the outbox may have arrived"""
        env, company = self.sudo().env, self.company_id
        return bool(
            env['account.move'].search_count([
                ('company_id', '=', company.id), ('xero_document_id', '!=', False),
            ], limit=1)
            or env['account.payment'].search_count([
                ('company_id', '=', company.id), ('xero_payment_id', '!=', False),
            ], limit=1)
            or env['xero.payment.link'].search_count([
                ('company_id', '=', company.id), ('state', '=', 'live'),
            ], limit=1)
            or env['xero.request'].search_count([
                ('connection_id', '=', self.id), ('operation', 'not in', CONTACT_OPERATIONS),
                ('sent_at', '!=', False),
            ], limit=1))

    def _has_unanswered(self):
        """:return: whether something may have arrived in Xero that a record still waits for"""
        sent = self.env['xero.request'].sudo().search([
            ('connection_id', '=', self.id), ('sent_at', '!=', False)])
        return not all(request._is_settled() for request in sent)

    def _trigger_push(self, at=None):
        self._wake('account_xero.ir_cron_push', at)

    def _wait(self, until):
        """Go on not before ``until`` (naive UTC), and be woken then."""
        self.write({'resume_at': until})
        self._trigger_push(until + timedelta(seconds=1))

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

    def _open_document(self, kind, xero_id):
        """:param str kind: Xero's type of it, such as ACCREC
        :return: action that opens a document in Xero, in a new tab"""
        return {
            'type': 'ir.actions.act_url', 'target': 'new',
            'url': self._deep_link(PAGES[kind] + xero_id)}
