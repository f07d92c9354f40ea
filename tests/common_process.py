"""What tests share that kill real Odoo processes, or let them meet."""
import os
import signal
from contextlib import contextmanager

from .processes import Office, ProcessCase
from .xero_sandbox import XeroSandbox, openapi


def connect(call, sandbox, app, company):
    """Connect a company as the OAuth flow would; all of its accounts are mapped to one of Xero's.

    :param call: function(model, ids, method, *arguments) that an Odoo process runs
    :param XeroSandbox sandbox: gets a new organisation
    :param app: of the sandbox
    :param int company: id
    :return: (organisation, id of the connection, id of an expense account)
    """
    [currency] = call('res.company', [company], 'read', ['currency_id'])
    code = currency['currency_id'][1]
    org = sandbox.add_organisation(f"Company {company}", base_currency=code, currencies=[code])
    tokens = sandbox.connect(app, [org])
    [connection] = call('xero.connection', [], 'create', {
        'company_id': company, 'client_id': app.client_id, 'client_secret': app.client_secret,
        'tenant_id': org.tenant_id, 'tenant_name': org.name, 'state': 'connected'})
    [token] = call('xero.token', [], 'create', {
        'client_id': app.client_id, 'owner': org.tenant_id,
        'access_token': tokens['access_token'], 'refresh_token': tokens['refresh_token'],
        'expires_at': '2099-01-01'})
    call('xero.connection', [connection], 'write', {'token_id': token})
    call('xero.connection', [connection], '_refresh_reference_data')
    [target] = call('xero.account', [], 'search', [
        ('connection_id', '=', connection), ('code', '=', '429')])
    [expense] = call('account.account', [], 'search', [
        ('account_type', '=', 'expense'), ('company_ids', '=', company)], 0, 1)
    call('ir.default', [], 'set', 'account.account', 'xero_account_id', target, False, company)
    return org, connection, expense


class XeroProcessCase(ProcessCase):
    """A company connected to the Xero sandbox, in a database that processes of Odoo work on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = XeroSandbox(openapi_dir=openapi.folder()).start()
        cls.addClassCleanup(cls.sandbox.stop)
        cls.app = cls.sandbox.add_app('cid', 'secret', ['http://localhost:8069/'])
        cls.office = Office(cls.database)
        cls.addClassCleanup(cls.office.close)
        for name in ('api_url', 'identity_url', 'login_url'):
            cls.office.call('ir.config_parameter', [], 'set_param', f'account_xero.{name}',
                            cls.sandbox.url)
        cls.office.call('account.chart.template', [], 'try_loading', 'generic_coa', 1)
        cls.names, cls.expenses = iter(range(1000)), {}
        cls.org, cls.connection = cls._connected(1)

    @classmethod
    def _connected(cls, company):
        """:return: (organisation of the sandbox, id of the company's connection to it)"""
        org, connection, cls.expenses[company] = connect(
            cls.office.call, cls.sandbox, cls.app, company)
        org.minute_limit = 600
        return org, connection

    def setUp(self):
        super().setUp()
        self.sandbox.ledger.reset()
        self.addCleanup(self.sandbox.faults.clear)
        self.addCleanup(lambda: self.assertEqual(self.sandbox.errors, []))
        self.sandbox.unpublished.clear()
        self.addCleanup(lambda: self.assertEqual(self.sandbox.unpublished, []))

    # === DOCUMENTS === #

    def _bill(self, company=1, move_type='in_invoice', **values):
        """Post a bill, whose number Xero does not keep unique, of a new partner.

        :param str move_type: of another document instead
        :return: its id
        """
        name = f'Bill {next(self.names)}'
        call = self.office.call
        [partner] = call('res.partner', [], 'create', {'name': f'Vendor of {name}'})
        [journal] = call('account.journal', [], 'search', [
            ('company_id', '=', company),
            ('type', '=', 'purchase' if move_type == 'in_invoice' else 'sale')], 0, 1)
        [move] = call('account.move', [], 'create', {
            'move_type': move_type, 'partner_id': partner, 'ref': name,
            'invoice_date': '2026-03-02', 'journal_id': journal, 'invoice_line_ids': [[0, 0, {
                'name': "Work", 'price_unit': 100, 'account_id': self.expenses[company],
                'tax_ids': [[6, 0, []]], **values}]]})
        call('account.move', [move], 'action_post')
        return move

    def _link_partner(self, move):
        """Link the bill's partner, so that the push has nothing but the bill to send."""
        [[partner]] = self._sql("SELECT partner_id FROM account_move WHERE id = %s", move)
        contact = self.org.as_person.create_contact(f"Contact {next(self.names)}")
        self.office.call('res.partner', [partner], 'write',
                         {'xero_contact_id': contact['ContactID']})

    def _move(self, move):
        """:return: (state, attempts, Xero's id) as committed"""
        return self._sql("SELECT xero_state, xero_attempts, xero_document_id, xero_error_message"
                         " FROM account_move WHERE id = %s", move)[0]

    def _in_xero(self, move):
        [[number]] = self._sql(
            "SELECT CASE move_type WHEN 'in_invoice' THEN ref ELSE name END"
            " FROM account_move WHERE id = %s", move)
        return [d for d in self.org.invoices if d['InvoiceNumber'] == number]

    def _pass(self, minutes):
        """Time passes: what was sent moves into the past, and is taken up again."""
        self.sandbox.advance(minutes * 60)
        self._sql("UPDATE xero_request SET sent_at = sent_at - %s * interval '1 minute',"
                  " retry_at = NULL", minutes)
        self._sql("UPDATE xero_token SET expires_at = '2000-01-01'")

    # === DEATH === #

    def _kill(self, process):
        os.kill(process, signal.SIGKILL)

    @contextmanager
    def _killed_at(self, start, method, path, when='before'):
        """A process is killed while Xero has its request, whose answer it never gets.

        In between, the test looks at what the process has committed.

        :param start: function that starts a process and returns its id
        :param str when: whether Xero is held `before` or `after` it does the work
        """
        hold = self.sandbox.hold(method, path, when=when)
        process = start()
        self.assertTrue(hold.wait())
        yield
        self._kill(process)
        hold.release(drop=True)
        self._wait_until_dead()

    def _wait_until_dead(self):
        """Wait for PostgreSQL to end the session of a process that was killed."""
        self._sql("SELECT id FROM ir_cron WHERE xero_connection_id = %s"
                  " FOR NO KEY UPDATE", self.connection)
