"""What a connection shows of the pull, the scheduler's side of it, and what modules may add."""
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.urls import urljoin as url_join

from ..core.opening import in_company
from .lists import LISTS, PullStep


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    cursor_ids = fields.One2many(
        'xero.cursor', 'connection_id', readonly=True, groups='base.group_system')
    difference_count = fields.Integer("Differences", compute='_compute_difference_count')
    unannounced_at = fields.Datetime(
        readonly=True, copy=False, groups='base.group_system',
        help="When a poll last found a change that no webhook had told of.")
    webhook_url = fields.Char(
        "Webhook URL", compute='_compute_webhook_url',
        help="Enter exactly this address as delivery URL of the app's webhooks in the Xero "
             "developer portal.")
    last_webhook = fields.Datetime(
        "Last Heard From Xero", compute='_compute_deliveries',
        help="When a webhook of the app arrived last, about whatever it was.")
    webhook_ignored = fields.Integer(
        "Events Not Used", compute='_compute_deliveries',
        help="Webhook events of the last days about organisations that are not connected here, or "
             "about things that are not synced. They do no harm.")

    # === COMPUTE METHODS === #

    def _compute_difference_count(self):
        counts = dict(self.env['xero.difference'].sudo()._read_group(
            [('connection_id', 'in', self.ids), ('state', '=', 'open'), ('cause_id', '=', False)],
            ['connection_id'], ['__count']))
        for connection in self:
            connection.difference_count = counts.get(connection, 0)

    def _compute_webhook_url(self):
        for connection in self:
            connection.webhook_url = url_join(connection.get_base_url(), '/xero/webhook')

    def _compute_deliveries(self):
        heard = {
            connection.id: (last, ignored)
            for connection, last, ignored in self.env['xero.delivery'].sudo()._read_group(
                [('connection_id', 'in', self.ids)], ['connection_id'],
                ['create_date:max', 'ignored:sum'])}
        for connection in self:
            connection.last_webhook, connection.webhook_ignored = heard.get(
                connection.id, (False, 0))

    # === ENTRY === #

    @api.model
    def _cron_pull(self):
        """Serve every organisation that has news, or that is to be asked for them."""
        self.env['xero.schedule']._for_all('xero.pull')

    def _pull(self):
        """Pull this organisation's news now, unless another worker is at work for it."""
        self.env['xero.schedule']._run_here(self, 'xero.pull')

    @api.model
    def _cron_reconcile(self):
        """Compare the last week of every organisation in whose company the night has come.

        Run by hand there is none, and all are compared.
        """
        self.env['xero.pull.night']._run_everywhere()

    # === WHAT IS PULLED === #

    def _pull_steps(self):
        """Return what a pull does, in this order; a module that pulls more adds to it.

        :rtype: list(PullStep)
        """
        pull, events = self.env['xero.pull'], self.env['xero.pull.events']
        return [
            PullStep('events', events._get_due, events._run),
            PullStep('lists', pull._get_due_lists, pull._read_lists),
        ]

    def _pull_lists(self):
        """Return the lists that are pulled, in the order of reading; a module that pulls another
        one adds its description. No query is made, and all connections have the same.

        :rtype: list(PullList)
        """
        return [*LISTS]

    # === ACTIONS === #

    def action_fetch_contacts(self):
        """Fetch the contacts of the organisation in the background.

        :return: a notification
        :raise UserError: nothing can be fetched now
        """
        self.ensure_one()
        self.sudo(False).check_access('write')
        if self.state != 'connected':
            raise UserError(self.env._("Nothing can be fetched now. %s", self.state_help))
        self.env['xero.pull.contact']._request(self)
        return self._notify('success', self.env._("Queued"), self.env._(
            "The contacts are fetched from Xero in a moment; 1,000 take a few seconds."))

    def action_match_contacts(self):
        """Look for the contacts of partners that are not linked, and show what was found.

        What is here is proposed at once; what has changed in Xero is fetched meanwhile.

        :return: action that opens the proposals
        """
        self.ensure_one()
        self.sudo(False).check_access('write')
        if self.state == 'connected':
            self.env['xero.pull.contact']._request(self)
        self.env['xero.contact.match'].sudo()._propose(self.sudo())
        action = self.env['ir.actions.actions']._for_xml_id(
            'account_xero.action_xero_contact_match')
        return in_company({**action, 'domain': [('connection_id', '=', self.id)]}, self.company_id)
