"""From nothing to the first document in Xero, in six steps: each is read from what there is, so
that one can stop and go on, and nothing is green that is not done."""
from odoo import api, fields, models

from ..documents.showing import NAMED, and_more

#: How a step stands.
STEP = [('todo', "To do"), ('done', "Done"), ('skipped', "Skipped"), ('later', "After connecting")]
#: The steps, by the fields that say how they stand.
STEPS = ('setup_app', 'setup_keys', 'setup_connect', 'setup_map', 'setup_books', 'setup_start')


@api.depends('state', 'tenant_id', 'app_type', 'client_id', 'client_secret', 'auto_sync',
             'hold_sending', 'books_settled', 'reference_date')
@api.depends_context('lang')
def compute_setup(connections):
    """Compute the fields of the set-up."""
    for connection in connections:
        connection.update(connection.env['xero.setup']._get_values(connection))


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    books_settled = fields.Boolean(
        "Nothing to bring over",
        help="Documents and contacts that Xero has already are left where they are.")
    setup_closed = fields.Boolean("Hide these steps")
    setup_app = fields.Selection(STEP, "Xero app", compute=compute_setup, compute_sudo=True)
    setup_keys = fields.Selection(STEP, "Keys", compute=compute_setup, compute_sudo=True)
    setup_connect = fields.Selection(STEP, "Connect", compute=compute_setup, compute_sudo=True)
    setup_map = fields.Selection(STEP, "Map", compute=compute_setup, compute_sudo=True)
    setup_books = fields.Selection(
        STEP, "Existing books", compute=compute_setup, compute_sudo=True)
    setup_start = fields.Selection(STEP, "Start", compute=compute_setup, compute_sudo=True)
    setup_left = fields.Integer("Steps Left", compute=compute_setup, compute_sudo=True)
    setup_scopes = fields.Char("Scopes", compute=compute_setup, compute_sudo=True)
    setup_connect_text = fields.Char(compute=compute_setup, compute_sudo=True)
    setup_map_text = fields.Char(compute=compute_setup, compute_sudo=True)
    setup_books_text = fields.Char(compute=compute_setup, compute_sudo=True)
    setup_start_text = fields.Char(compute=compute_setup, compute_sudo=True)


class XeroSetup(models.AbstractModel):
    """What is left to do until a company's documents are in Xero."""

    _name = 'xero.setup'
    _description = "Set-up of a Connection"

    @api.model
    def _enter(self):
        """:return: action that opens the dashboard; the set-up, for whoever may do it, while no
            company in view was ever connected"""
        connections = self.env['xero.connection'].search(
            [('company_id', 'in', self.env['res.company']._xero_owners_of(self.env.companies.ids))])
        if connections.filtered('tenant_id') or not connections.has_access('create'):
            return self.env['ir.actions.actions']._for_xml_id(
                'account_xero.action_xero_dashboard')
        own = connections.filtered(lambda c: c.company_id == self.env.company._xero_owner())
        return {
            **self.env['xero.sign.in']._action_form(own),
            'name': self.env._("Set up Xero"),
            'context': {'default_company_id': self.env.company.id},
        }

    # === THE STEPS === #

    def _get_values(self, connection):
        """
        :param recordset connection: one `xero.connection`, with all rights; also a new one
        :return: values of the fields that compute_setup fills
        :rtype: dict
        """
        secret = connection.app_type == 'pkce' or self.env['xero.token']._get_secret(connection)
        values = {
            'setup_app': 'done' if connection.client_id else 'todo',
            'setup_keys': 'done' if connection.client_id and secret else 'todo',
            'setup_scopes': ' '.join(
                ('offline_access', *self.env['xero.scope']._get_wanted(connection))),
            **self._get_connecting(connection),
        }
        values['setup_left'] = sum(values[name] in ('todo', 'later') for name in STEPS)
        return values

    def _get_connecting(self, connection):
        """:return: values of the third step, and of those that come after it"""
        if connection.state not in ('connected', 'paused'):
            return {
                'setup_connect': 'todo',
                'setup_connect_text': connection.tenant_id and connection.state_help,
                **{name: 'later' for name in STEPS[3:]},
                'setup_map_text': False, 'setup_books_text': False, 'setup_start_text': False,
            }
        values = {'setup_connect': 'done', 'setup_connect_text': self._get_fetched(connection)}
        for name, (state, text) in (
                ('setup_map', self._get_mapping(connection)),
                ('setup_books', self._get_books(connection)),
                ('setup_start', self._get_start(connection))):
            values |= {name: state, f'{name}_text': text}
        return values

    def _get_fetched(self, connection):
        """:return: what was fetched from the organisation, in words"""
        if not connection.reference_date:
            return self.env._(
                "Connected to %s. Its accounts and taxes are fetched in a moment.",
                connection.tenant_name)
        accounts, rates, items = (
            self.env[model].search_count([('connection_id', '=', connection.id)])
            for model in ('xero.account', 'xero.tax.rate', 'xero.item'))
        return self.env._(
            "Connected to %(organisation)s. Fetched from there: %(accounts)s accounts, %(rates)s "
            "tax rates, %(items)s items, %(contacts)s contacts.",
            organisation=connection.tenant_name, accounts=accounts, rates=rates, items=items,
            contacts=connection.contact_count)

    def _get_mapping(self, connection):
        """:return: how the fourth step stands, and what is left of it"""
        if not connection.reference_date:
            return 'todo', self.env._("Accounts and taxes were not fetched yet.")
        left = self._get_unmapped(connection)
        if not left:
            return 'done', self.env._(
                "Everything that new invoices and open ones use has its counterpart in Xero.")
        return 'todo', self.env._(
            "Without a counterpart in Xero: %s. What uses it cannot be sent.",
            and_more(self.env, ', '.join(left[:NAMED]), len(left)))

    def _get_unmapped(self, connection):
        """:return: names of the accounts and taxes that new invoices and open ones use, and that
            have no counterpart
        :rtype: list(str)"""
        company = connection.company_id
        # Taxes for sales and for purchases often have the same name.
        env = connection.with_company(company).with_context(append_fields=['type_tax_use']).env
        company = company.with_env(env)
        names = []
        for records in (env['account.account'],
                        company.account_sale_tax_id | company.account_purchase_tax_id):
            used = records.search([
                ('id', 'in', [*records.ids, *records._xero_used_ids()]),
                *records._xero_match_domain(company)])
            names += used.filtered(
                lambda record: record.xero_broken or not record[record._xero_target_field]
            ).mapped('display_name')
        return names

    def _get_books(self, connection):
        """:return: how the fifth step stands, and what is left of it"""
        if connection.first_sync_state:
            done = connection.first_sync_state == 'done' or connection.books_settled
            return 'done' if done else 'todo', connection.first_sync_text
        if connection.books_settled:
            return 'skipped', self.env._("What Xero has already stays there.")
        return 'todo', self.env._(
            "Match contacts first, so that nobody is in Xero twice. Then bring here what is in "
            "Xero already, or go on without.")

    def _get_start(self, connection):
        """:return: how the sixth step stands, and what is on its way"""
        if connection.state == 'paused' or connection.hold_sending:
            return 'todo', self.env._(
                "Documents that wait: %(waiting)s. %(reason)s", waiting=connection.pending_count,
                reason=connection.state_help)
        return 'done', self.env._(
            "%(state)s Documents: %(synced)s in Xero, %(waiting)s waiting, %(failed)s failed.",
            state=connection.state_help, synced=connection.synced_count,
            waiting=connection.pending_count, failed=connection.failed_count)
