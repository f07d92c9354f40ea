"""What comes with the module, and what stays when it goes."""
import subprocess
import sys
from pathlib import Path

from odoo.tests import BaseCase, tagged

from odoo.addons.account_xero.xero.catalogue import CATALOGUE

from .processes import ProcessCase, Worker, _options
from .xero_sandbox import XeroSandbox, openapi


class TestReadme(BaseCase):

    def test_every_error_code_is_explained_once(self):
        text = (Path(__file__).parent.parent / 'README.rst').read_text()
        entries = {code: f"``{code}`` (*{error.title}*)\n" for code, error in CATALOGUE.items()}
        self.assertEqual({code: text.count(entry) for code, entry in entries.items()},
                         dict.fromkeys(entries, 1))


@tagged('post_install', '-at_install')
class TestUninstall(ProcessCase):

    def setUp(self):
        super().setUp()
        self._start()
        self.call('account.chart.template', [], 'try_loading', 'generic_coa', 1)
        [self.partner] = self.call('res.partner', [], 'create', {'name': "Customer"})
        [self.bank] = self.call('account.journal', [], 'search', [('type', '=', 'bank')], 0, 1)

    def _start(self):
        """Let a new process answer, as a restarted server does."""
        worker = Worker(self.database)
        self.addCleanup(worker.close)
        self.assertEqual(worker.answer(), 'ready')
        self.call = worker.call

    def _invoice(self):
        """:return: id of a posted invoice of 100"""
        [move] = self.call('account.move', [], 'create', {
            'move_type': 'out_invoice', 'partner_id': self.partner, 'invoice_date': '2026-03-02',
            'invoice_line_ids': [[0, 0, {'name': "Work", 'price_unit': 100,
                                         'tax_ids': [[6, 0, []]]}]]})
        self.call('account.move', [move], 'action_post')
        return move

    def _pay_from_xero(self, move):
        """Pay an invoice as the pull does. :return: id of the payment"""
        [line] = self.call('account.journal', [self.bank], '_xero_method_line', 'inbound')
        [payment] = self.call('account.payment', [], 'create', {
            'payment_type': 'inbound', 'partner_type': 'customer', 'partner_id': self.partner,
            'journal_id': self.bank, 'payment_method_line_id': line, 'amount': 100,
            'date': '2026-03-03', 'invoice_ids': [[4, move]], 'xero_payment_id': 'payment-1'})
        self.call('account.payment', [payment], 'action_post')
        [receivable] = self.call('account.move.line', [], 'search', [
            ('payment_id', '=', payment), ('account_id.account_type', '=', 'asset_receivable')])
        self.call('account.move', [move], 'js_assign_outstanding_line', receivable)
        return payment

    def _state(self, move):
        [values] = self.call('account.move', [move], 'read', ['state', 'payment_state'])
        return values['state'], values['payment_state']

    def test_uninstall_leaves_a_working_odoo(self):
        [connection] = self.call('xero.connection', [], 'create', {
            'company_id': 1, 'client_id': 'cid', 'client_secret': 'secret', 'tenant_id': 'tenant',
            'tenant_name': "Organisation", 'state': 'connected'})
        self._sign_in(connection)
        before, unpaid = self._invoice(), self._invoice()
        self.assertEqual(self._sql("SELECT DISTINCT xero_state FROM account_move"
                                   " WHERE move_type = 'out_invoice'"), [('pending',)])
        self.call('account.move', [before, unpaid], 'write', {
            'xero_state': 'synced', 'xero_document_id': False, 'xero_status': 'AUTHORISED'})
        payment = self._pay_from_xero(before)
        self.assertEqual(self._state(before)[0], 'posted')
        self.assertIn(self._state(before)[1], ('in_payment', 'paid'))
        paid = self._state(before)
        self.call('xero.log', [], 'create', {
            'connection_id': connection, 'direction': 'push', 'outcome': 'success',
            'res_model': 'account.move', 'res_id': before})

        [module] = self.call('ir.module.module', [], 'search', [('name', '=', 'account_xero')])
        self.call('ir.module.module', [module], 'button_immediate_uninstall')

        self._start()
        self._assert_no_trace()
        self.assertEqual(self._state(before), paid)
        [values] = self.call('account.payment', [payment], 'read', ['payment_method_code'])
        self.assertEqual(values['payment_method_code'], 'manual')
        self.assertEqual(self._sql(
            "SELECT id FROM account_payment_method_line WHERE journal_id IS NOT NULL"
            " AND name ILIKE %s", 'xero%'), [], "no journal offers it")
        self.assertEqual(self.sandbox.identity.connections, [], "disconnected at Xero, too")
        self._assert_screens_open()
        self._assert_invoices_are_paid([unpaid, self._invoice()])
        self._assert_comes_back([before, unpaid])

    def _odoo(self, *options):
        """Run Odoo to the end of an installation or upgrade, and restart."""
        subprocess.run([sys.executable, '-m', 'odoo', *_options(self.database), *options,
                        '--skip-auto-install', '--stop-after-init', '--no-http'], check=True)
        self._start()

    def _assert_comes_back(self, moves):
        """Installed again, the module knows nothing of what was; what it does then, an upgrade
        keeps."""
        states = [self._state(move) for move in moves]
        self._odoo('-i', 'account_xero')
        self.assertEqual([self._state(move) for move in moves], states)
        self.assertEqual(self._sql("SELECT id FROM account_move WHERE xero_state IS NOT NULL"), [])
        self.assertEqual(self._sql("SELECT id FROM xero_connection"), [])
        values = {'company_id': 1, 'client_id': 'cid', 'tenant_id': 'tenant',
                  'tenant_name': "Organisation", 'state': 'connected'}
        self.call('xero.connection', [], 'create', values)
        move = self._invoice()
        waiting = "SELECT id FROM account_move WHERE xero_state = 'pending'"
        self.assertEqual(self._sql(waiting), [(move,)])
        crons = "SELECT id, active FROM ir_cron WHERE xero_connection_id IS NOT NULL ORDER BY id"
        before = self._sql(crons)
        self._odoo('-u', 'account_xero')
        self.assertEqual(self._sql(waiting), [(move,)])
        self.assertEqual(self._sql(crons), before)
        self.assertEqual(self._sql("SELECT state FROM xero_connection"), [('connected',)])

    def _sign_in(self, connection):
        """Give a connection what it needs to tell Xero that it is gone."""
        self.sandbox = XeroSandbox(openapi_dir=openapi.folder()).start()
        self.addCleanup(self.sandbox.stop)
        self.call('ir.config_parameter', [], 'set_param', 'account_xero.api_url', self.sandbox.url)
        tokens = self.sandbox.connect(
            self.sandbox.add_app('cid', 'secret', ['http://localhost:8069/']),
            [self.sandbox.add_organisation("Organisation")])
        [row] = self.sandbox.identity.connections
        [token] = self.call('xero.token', [], 'create', {
            'client_id': 'cid', 'owner': 'user', 'access_token': tokens['access_token'],
            'expires_at': '2099-01-01'})
        self.call('xero.connection', [connection], 'write', {
            'token_id': token, 'tenant_connection_id': row['id']})

    def _assert_no_trace(self):
        for table, column in (('ir_model', 'model'), ('ir_model_fields', 'name'),
                              ('ir_config_parameter', 'key'), ('ir_act_server', 'name'),
                              ('account_payment_method', 'code'), ('ir_ui_view', 'arch_db'),
                              ('ir_asset', 'path'), ('ir_model_data', 'module')):
            self.assertEqual(self._sql(
                f"SELECT {column} FROM {table} WHERE {column}::text ILIKE %s", '%xero%'), [], table)
        self.assertEqual(self._sql(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND %s IN (substr(table_name, 1, 4),"
            " substr(column_name, 1, 4))", 'xero'), [])

    def _assert_screens_open(self):
        for model in ('account.move', 'account.payment', 'account.journal', 'account.account',
                      'account.tax', 'res.partner', 'product.product', 'res.config.settings'):
            kinds = self._sql("SELECT DISTINCT type FROM ir_ui_view WHERE model = %s"
                              " AND type IN ('form', 'list', 'kanban', 'search')", model)
            views = self.call(model, [], 'get_views', [[False, kind] for (kind,) in kinds])
            self.assertNotIn('xero', str(views['views']).lower())

    def _assert_invoices_are_paid(self, moves):
        for move in moves:
            action = self.call('account.move', [move], 'action_register_payment')
            [lines] = self.call('account.move', [move], 'read', ['line_ids'])
            self.assertEqual(action['res_model'], 'account.payment.register')
            wizard = self.call('account.payment.register', [], 'create', [
                {'line_ids': [[6, 0, [
                    line for line in lines['line_ids'] if self._is_receivable(line)]]]}])
            self.call('account.payment.register', wizard, 'action_create_payments')
            self.assertIn(self._state(move)[1], ('in_payment', 'paid'))

    def _is_receivable(self, line):
        return self.call('account.move.line', [], 'search_count', [
            ('id', '=', line), ('account_id.account_type', '=', 'asset_receivable')])
