from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.urls import urljoin as url_join

from ..core.kinds import SWITCHES
from ..core.notification import notification
from ..core.secret import Secret, reencrypt
from ..core.transaction import lock_rows

#: States in which a company's documents show how they stand with Xero.
ACTIVE_STATES = ('connected', 'reauth', 'revoked', 'paused')
#: Fields that the answers which are kept in memory depend on.
DECISIVE = frozenset({
    'state', 'company_id', 'auto_sync', 'push_payments', 'note_changes', *SWITCHES.values()})
#: Codes under which documents fail that a change of these settings may let through.
SETTING_CODES = {'push_status': 'plan_limit', 'items_required': 'unmapped_item',
                 'create_contacts': 'contact_missing'}
SECRETS = ('client_secret', 'webhook_key', 'oauth_verifier')
RECONNECT = 'account_xero.mail_activity_type_reconnect'


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
    covered_ids = fields.Many2many(
        'res.company', string="Companies", compute='_compute_covered_ids', compute_sudo=True,
        help="Its company and the branches below that have no connection of their own. A branch "
             "that gets one keeps its own books in Xero from then on.")

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

    cron_ids = fields.One2many(
        'ir.cron', 'xero_connection_id', string="Scheduled Action", readonly=True, copy=False,
        context={'active_test': False}, groups='base.group_system')

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
    # The last day of the organisation's financial years; nothing until Xero has told it.
    year_end_month = fields.Integer(readonly=True, copy=False)
    year_end_day = fields.Integer(readonly=True, copy=False)
    denied_actions = fields.Char(
        "Not Allowed in Xero", readonly=True, copy=False,
        help="What the plan of the organisation, or the role of the user who signed in, does not "
             "allow, in Xero's words.")
    reference_date = fields.Datetime("Reference Data Fetched", readonly=True, copy=False)

    # === WHAT IS SENT === #
    auto_sync = fields.Boolean("Automatically sync new invoices", default=True)
    hold_sending = fields.Boolean(
        "Hold until I press Start sending",
        help="What is posted from now on waits, and goes to Xero when somebody presses Start "
             "sending. Switched off, it goes there within a minute.")
    sync_sales = fields.Boolean("Sync sales invoices", default=True)
    sync_purchases = fields.Boolean("Sync purchase invoices", default=True)
    sync_credit_notes = fields.Boolean("Sync credit notes", default=True)
    sync_sales_receipts = fields.Boolean(
        "Sync sales receipts", help="They arrive in Xero as invoices that are due at once.")
    sync_purchase_receipts = fields.Boolean(
        "Sync purchase receipts",
        help="They arrive in Xero as bills that are due at once, and so do employees' expenses "
             "which Odoo makes receipts of.")
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
    missing_scopes = fields.Char(
        "Not Allowed Yet", compute='_compute_missing_scopes', compute_sudo=True,
        help="What is switched on here and Xero has not been asked for, or has not allowed.")
    mark_sent = fields.Boolean(
        "Mark as sent", help="Approved invoices that were sent to the customer from here are "
                             "marked as sent in Xero.")
    note_changes = fields.Boolean(
        "Note in the history", help="The history of each document in Odoo says when it was sent "
                                    "to Xero, changed, paid and voided there: one note each.")
    push_payments = fields.Boolean(
        "Send payments",
        help="Payments that are registered here from now on, of documents that Xero has approved, "
             "are made in Xero, too, in the account that the journal is mapped to. Cancelled here, "
             "they are deleted there. Leave it off when payments are registered in Xero, for "
             "instance from its bank feeds.")
    payments_since = fields.Datetime(
        compute='_compute_payments_since', store=True,
        help="Payments registered before this moment are not sent.")

    # === WHAT COMES BACK === #
    payment_journal_id = fields.Many2one(
        'account.journal', "Journal for Payments", check_company=True,
        compute='_compute_payment_journal_id', store=True, readonly=False,
        domain="[('type', 'in', ('bank', 'cash', 'credit'))]",
        help="Payments in Xero are booked here when no journal is mapped to their account in Xero. "
             "Empty: in the journal Xero Clearing.")
    clearing_account_id = fields.Many2one(
        'account.account', check_company=True, copy=False,
        domain="[('account_type', 'not in', "
               "('asset_receivable', 'liability_payable', 'off_balance'))]",
        help="What Xero has and no bank journal here is booked in this account, through the "
             "journal Xero Clearing: credits that only Xero has, and payments to an account there "
             "that no journal is mapped to. Empty: the journal gets an account of its own.")

    # === HOW CALLS STAND === #
    day_left = fields.Integer("Calls Left Today", readonly=True, copy=False)
    minute_left = fields.Integer("Calls Left This Minute", readonly=True, copy=False)
    budget_seen_at = fields.Datetime(readonly=True, copy=False)
    resume_at = fields.Datetime("Waiting Until", readonly=True, copy=False)
    outages = fields.Integer(readonly=True, copy=False)
    last_push = fields.Datetime(readonly=True, copy=False)
    last_error = fields.Char(readonly=True, copy=False, translate=True)

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

    @api.depends('company_id')
    def _compute_covered_ids(self):
        for connection in self:
            connection.covered_ids = connection.company_id._xero_together()

    def _compute_redirect_uri(self):
        for connection in self:
            connection.redirect_uri = url_join(connection.get_base_url(), '/xero/oauth/callback')

    @api.depends('state', 'resume_at', 'auto_sync', 'hold_sending')
    @api.depends_context('lang', 'tz', 'uid')
    def _compute_state_help(self):
        for connection in self:
            connection.state_help = self.env['xero.standing']._get_text(connection)

    @api.depends(lambda self: ('token_id.scope', *self.env['xero.scope']._get_switches()))
    def _compute_missing_scopes(self):
        for connection in self:
            missing = self.env['xero.scope']._get_missing(connection)
            connection.missing_scopes = ', '.join(
                f'{purpose} ({scope})' for scope, purpose in missing.items())

    @api.depends('company_id')
    def _compute_payment_journal_id(self):
        """Take back what was chosen for another company."""
        for connection in self:
            journal = connection.payment_journal_id
            if journal.company_id not in connection.company_id.parent_ids:
                connection.payment_journal_id = False

    @api.depends('push_payments')
    def _compute_payments_since(self):
        for connection in self:
            # By the database's clock, as the moment at which a payment was registered.
            connection.payments_since = connection.push_payments and (
                connection.payments_since or self.env.cr.now().replace(microsecond=0))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        secrets = [{name: vals[name] for name in SECRETS if name in vals} for vals in vals_list]
        connections = super().create([
            {name: value for name, value in vals.items() if name not in SECRETS}
            for vals in vals_list])
        for connection, values in zip(connections, secrets, strict=True):
            connection.write(values)
        self.env['xero.schedule']._switch_on(connections)
        self.env['res.company']._xero_forget_answers()
        self.env['res.company']._xero_check_unbound(connections)
        return connections

    def write(self, vals):
        if any(connection.tenant_id and connection.company_id.id != vals['company_id']
               for connection in self if 'company_id' in vals):
            raise UserError(self.env._(
                "This connection keeps another company's links to Xero. Make a connection for "
                "the company instead."))
        before = {connection: {
            name: connection[name] for name in vals if not self._fields[name].groups}
            for connection in self}
        secrets = {name: vals[name] for name in SECRETS if name in vals}
        result = super().write(
            {name: value for name, value in vals.items() if name not in SECRETS})
        if secrets:
            # In a statement of their own, which PostgreSQL has no reason to refuse: Odoo logs a
            # refused one with its values.
            lock_rows(self)
            super().write(secrets)
            self.flush_recordset()
        if 'state' in vals:
            self.env['xero.schedule']._switch_on(self)
        if not DECISIVE.isdisjoint(vals):
            self.env['res.company']._xero_forget_answers()
        if 'company_id' in vals:
            self.env['res.company']._xero_check_unbound(self)
        if codes := [code for name, code in SETTING_CODES.items() if name in vals]:
            self.env['xero.waiting.mixin']._xero_put_right(self.company_id._xero_together(), codes)
        self.env['xero.organisation.mixin']._xero_tell_all(self, before)
        return result

    def unlink(self):
        self.check_access('unlink')
        self._unlink_except_used()      # before what it looks at is gone
        for connection in self.sudo():
            connection.env['xero.organisation.mixin']._xero_forget_all(connection)
        crons_sudo = self.sudo().cron_ids
        actions_sudo = crons_sudo.ir_actions_server_id
        crons_sudo.unlink()
        result = super().unlink()
        actions_sudo.unlink()
        self.env['res.company']._xero_forget_answers()
        return result

    @api.autovacuum
    def _reencrypt(self):
        """Let the server's first key be the one that the secrets are encrypted with."""
        reencrypt(self, ('client_secret', 'webhook_key'))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(connection.state != 'disconnected' for connection in self):
            raise UserError(self.env._("Disconnect from Xero first."))
        for connection in self.sudo():
            connection.env['xero.organisation.mixin']._xero_check_loose(
                connection, company=connection.company_id.name,
                organisation=connection.tenant_name)

    # === ACTIONS === #

    def action_connect(self):
        """Send the user to Xero to allow access; a custom connection connects at once.

        :return: the `ir.actions.act_url` to Xero's consent page
        :raise UserError: when the app's keys are missing
        """
        self.ensure_one()
        return self.env['xero.sign.in']._start(self)

    def action_disconnect(self):
        """Stop, and remove the connection in Xero; every link and every mapping stays.

        :return: a notification
        """
        self.check_access('write')
        self.env['xero.sign.in']._leave(self.sudo())
        return self._notify('success', self.env._("Disconnected from Xero"), self.env._(
            "Links and mappings are kept for the next connection."))

    def action_start_over(self):
        """Set settings and mappings back; links stay.

        :return: a notification
        :raise UserError: it is not disconnected
        """
        self.ensure_one()
        self.check_access('write')
        self.env['xero.start.over']._run(self.sudo())
        return self._notify('success', self.env._("Started over"), self.env._(
            "Connect to Xero again, and map accounts and taxes. What Xero has already stays "
            "linked."))

    def action_pause(self):
        """Hold everything that would be sent by itself or by hand."""
        self.check_access('write')
        self.filtered(lambda c: c.state == 'connected').sudo().state = 'paused'

    def action_resume(self):
        """Go on after :meth:`action_pause`, or send what was held."""
        self.check_access('write')
        self.filtered(lambda c: c.state == 'paused').sudo().state = 'connected'
        self.hold_sending = False
        self._trigger_cron()

    def action_test(self):
        """Ask Xero for the organisation, and say in words whether that worked.

        An answer also ends the state *Sign-in needed* or *Access removed*: it is the proof that
        what was wrong has been put right, for instance a corrected secret.

        :return: a notification
        """
        self.ensure_one()
        self.check_access('write')
        return self._notify(*self.env['xero.health']._test(self.sudo()))

    # === HELPERS === #

    def _notify(self, kind, title, message):
        return notification(kind, title, message)
