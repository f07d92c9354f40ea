"""Several Odoo servers on one database share the organisations, and one of them dies."""
from odoo.tests import tagged

from odoo.addons.account_xero.models.core.transaction import KEEPALIVE, run_in_new_cursor

from .common import XeroCommon
from .companies import found, post_bills
from .hosts import CRON_WORKERS, Host, listening, process_of, served_at_once
from .processes import ProcessCase, Worker, _options
from .xero_sandbox import XeroSandbox

COMPANIES, BILLS = 12, 2
#: Seconds that Xero takes for a call: long beside what Odoo does meanwhile, so that two at once are
#: seen to be.
LATENCY = 0.2


@tagged('post_install', '-at_install')
class TestHosts(ProcessCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = XeroSandbox().start()
        cls.addClassCleanup(cls.sandbox.stop)
        cls.hosts = [Host(_options(cls.database)) for _host in range(2)]
        for host in cls.hosts:
            cls.addClassCleanup(host.close)
        cls.office = Worker(cls.database)
        cls.addClassCleanup(cls.office.close)
        cls.office.answer()
        call = cls.office.call
        for name in ('api_url', 'identity_url', 'login_url'):
            call('ir.config_parameter', [], 'set_param', f'account_xero.{name}', cls.sandbox.url)
        [currency] = call('res.company', [1], 'read', ['currency_id'])
        number, code = currency['currency_id']
        cls.orgs = [cls.sandbox.add_organisation(f"Company {n}", base_currency=code,
                                                 currencies=[code]) for n in range(COMPANIES)]
        app = cls.sandbox.add_app('hosts', 'hosts', ['http://localhost:8069/'])
        tokens = cls.sandbox.connect(app, cls.orgs)
        cls.companies = found(call, app.client_id, {
            'owner': "everyone", 'expires_at': '2099-01-01', 'access_token': tokens['access_token'],
            'refresh_token': tokens['refresh_token']}, [
                (org.tenant_id, org.name) for org in cls.orgs], number)

    def setUp(self):
        super().setUp()
        self.postgres = self._connect_to('postgres')
        self.postgres.autocommit = True
        self.addCleanup(self.postgres.close)
        self.addCleanup(self.sandbox.clear_faults)
        self.addCleanup(lambda: self.assertEqual(self.sandbox.errors, []))
        self.sandbox.inject('slow', times=10**6, seconds=LATENCY)
        self._until(lambda: listening(self._sql, self.hosts), "the servers do not start")

    # === WHAT HAPPENS === #

    def _post(self, name):
        self.name = name
        self.sandbox.reset_calls()
        post_bills(self.office.call, self.companies, BILLS, name)

    def _wake(self):
        """Schedulers look by themselves, too, but once a minute and up to ten seconds."""
        with self.postgres.cursor() as cursor:
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self.database])

    def _a_minute_passes(self):
        """It passes after the scheduled actions that are running, whose rows are locked."""
        self._sql("UPDATE ir_cron SET nextcall = nextcall - interval '1 minute' WHERE active")
        self._wake()

    def _waiting(self):
        return self._sql("SELECT count(*) FROM account_move WHERE xero_state <> 'synced'")[0][0]

    def _host_of(self, call):
        """:return: the server one of whose processes made a call"""
        [host] = [host for host in self.hosts
                  if process_of(call) in [str(process.pid) for process in host.processes()]]
        return host

    def _assert_once(self):
        """Each bill is in its own company's organisation, once, and so is its vendor."""
        for company, org in zip(self.companies, self.orgs, strict=True):
            numbers = [document['InvoiceNumber'] for document in org.invoices]
            self.assertEqual(
                sorted(number for number in numbers if number.startswith(self.name)),
                [f'{self.name}-{company.id}-{count}' for count in range(BILLS)])
            self.assertEqual([contact['Name'] for contact in org.contacts].count(
                f"Vendor {self.name}-{company.id}"), 1)
        self.assertEqual(self._sql("SELECT * FROM xero_request"), [])

    # === TESTS === #

    def test_two_hosts_share_the_organisations_then_one_dies(self):
        self._post("Shared")
        self._sql("UPDATE ir_cron SET active = starts_with(cron_name, 'Xero'), nextcall = now()")
        self._wake()
        self._until(lambda: not self._waiting(), "documents stay")
        self._assert_once()
        self.assertEqual(served_at_once(self.sandbox.calls), [])
        sent = [call for call in self.sandbox.calls if call.method == 'PUT']
        self.assertEqual(len(sent), 2 * COMPANIES)
        self.assertEqual(
            {self._host_of(call) for call in self.sandbox.calls if call.tenant_id},
            set(self.hosts))

        hold = self.sandbox.hold('PUT', '/Invoices', when='after')
        self._post("Killed")
        self.assertTrue(hold.wait())
        host = self._host_of(hold.call)
        processes = [str(process.pid) for process in host.processes()]
        host.close()
        gone = [call for call in self.sandbox.calls
                if call.until is None and process_of(call) in processes]
        hold.release(drop=True)
        # Each of its workers had one organisation in its hands, at a call or between two.
        self._until(lambda: self._waiting() <= CRON_WORKERS * BILLS, "one host does not go on")
        self._a_minute_passes()
        self._until(lambda: not self._waiting(), "nobody takes over from the dead host")
        self._assert_once()
        self.assertEqual(
            [call.replayed for call in self.sandbox.calls_to('PUT', '/Invoices')
             if call.tenant_id == hold.call.tenant_id], [False],
            "Xero was asked first, and has them")
        self.assertEqual(
            served_at_once([call for call in self.sandbox.calls if call not in gone]), [])


@tagged('post_install', '-at_install')
class TestVanishedMachine(XeroCommon):
    """A machine without power says no goodbye; PostgreSQL has to ask, and is told how often."""

    def _watched(self):
        """:return: settings of this session that somebody has changed. Their values cannot be seen
            on a Unix socket."""
        self.env.cr.execute("SELECT name FROM pg_settings WHERE name LIKE 'tcp%%' AND source = %s",
                            ['session'])
        return {name for [name] in self.env.cr.fetchall()}

    def test_claim(self):
        self.assertFalse(self._watched())
        with self.enter_registry_test_mode():
            self.connection._push()
        self.assertEqual(self._watched(), set(KEEPALIVE))

    def test_transaction_of_its_own(self):
        """It may wait for Xero's new tokens with their row locked."""
        with self.enter_registry_test_mode():
            watched = run_in_new_cursor(self.connection, lambda _connection: self._watched())
        self.assertEqual(watched, set(KEEPALIVE))

    def test_scheduled_action(self):
        for cron, watched in (
                (self.env.ref('base.autovacuum_job'), set()),
                (self.connection.sudo().cron_ids, set(KEEPALIVE))):
            with self.subTest(cron.name), self.enter_registry_test_mode():
                cron.sudo().method_direct_trigger()
                self.assertEqual(self._watched(), watched)
