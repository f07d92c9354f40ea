"""What is queued, by whom, and what is not; and what blocks a document before it is sent."""
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestPushQueue(XeroCommon):

    def test_master_switch(self):
        self.connection.auto_sync = False
        invoice = self._invoice()
        self.assertFalse(invoice.xero_state)
        self._push()
        self.assertFalse(self.sandbox.calls)

    def test_each_switch_covers_its_documents(self):
        cases = {'sync_sales': 'out_invoice', 'sync_purchases': 'in_invoice',
                 'sync_credit_notes': 'out_refund'}
        for switch, move_type in cases.items():
            with self.subTest(switch=switch):
                self.connection[switch] = False
                off = self._invoice(move_type, ref=f'{switch} off')
                self.connection[switch] = True
                on = self._invoice(move_type, ref=f'{switch} on')
                self.assertEqual((off.xero_state, on.xero_state), (False, 'pending'))

    def test_switched_off_after_posting_holds_the_queue(self):
        invoice = self._invoice()
        self.connection.auto_sync = False
        self._push()
        self.assertEqual(invoice.xero_state, 'pending')
        self.assertFalse(self.sandbox.calls)
        invoice.action_xero_sync_now()
        self._push()
        self.assertEqual(invoice.xero_state, 'synced')

    def test_excluded_partner(self):
        self.partner_a.xero_exclude = True
        self.assertFalse(self._invoice().xero_state)

    def test_journal_entries_and_drafts_are_left_alone(self):
        draft = self._invoice(post=False)
        self.assertFalse(draft.xero_state)
        with self.assertRaises(UserError):
            draft.action_xero_sync_now()

    def test_no_connection_no_badge(self):
        self.connection.action_disconnect()
        invoice = self._invoice()
        self.assertFalse(invoice.xero_state)
        self.assertFalse(invoice.xero_active)

    def test_posting_goes_on_when_the_queue_breaks(self):
        self.patch(type(self.env['res.company']), '_xero_automatic_types',
                   lambda *_args: {}['broken'])
        with self.assertLogs('odoo.addons.account_xero.models.documents.account_move', 'ERROR'):
            invoice = self._invoice()
        self.assertEqual(invoice.state, 'posted')

    def test_older_documents_go_out_by_hand_only(self):
        self.connection.action_disconnect()
        invoice = self._invoice()
        self.connection.write({'state': 'connected', 'token_id': self._new_token().id})
        self._push()
        self.assertFalse(self.sandbox.calls_to('PUT', '/Invoices'))
        toast = invoice.action_xero_sync_now()
        self.assertEqual(toast['params']['title'], "Queued")
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)

    def test_sync_now_ends_the_wait_after_an_outage_but_not_one_that_xero_demands(self):
        later = fields.Datetime.now() + timedelta(minutes=5)
        invoice = self._invoice()
        self.connection.write({'outages': 0, 'resume_at': later})
        invoice.action_xero_sync_now()
        self._push()
        self.assertFalse(self.sandbox.calls)
        self.connection.outages = 3
        invoice.action_xero_sync_now()
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)

    def _new_token(self):
        tokens = self.sandbox.connect(self.app, [self.org])
        return self.env['xero.token'].sudo().create({
            'client_id': 'test-client', 'owner': 'again', 'access_token': tokens['access_token'],
            'refresh_token': tokens['refresh_token'], 'expires_at': '2099-01-01'})

    def test_sync_now_needs_the_right(self):
        invoice = self._invoice()
        user = new_test_user(self.env, 'biller', groups='account.group_account_invoice',
                             company_id=self.env.company.id)
        with self.assertRaises(AccessError):
            invoice.with_user(user).action_xero_sync_now()
        user.group_ids += self.env.ref('account_xero.group_xero_user')
        invoice.with_user(user).action_xero_sync_now()
        self.assertTrue(invoice.xero_manual)

    def test_a_plain_biller_can_post_although_he_sees_no_connection(self):
        user = new_test_user(self.env, 'biller', groups='account.group_account_invoice',
                             company_id=self.env.company.id)
        draft = self._invoice(post=False)
        draft.with_user(user).action_post()
        self.assertEqual(draft.xero_state, 'pending')

    # === PREFLIGHT === #

    def test_every_problem_is_named_at_once(self):
        other_tax = self._tax("Eco levy", 3, 'sale')
        income = self.income.copy({'code': '499111', 'name': "Unmapped income"})
        yen = self.env['res.currency'].with_context(active_test=False).search(
            [('name', '=', 'JPY')])
        yen.active = True
        invoice = self._invoice(currency_id=yen.id, lines=[
            {'name': "Bad account", 'account_id': income.id},
            {'name': "Bad tax", 'tax_ids': [Command.set(other_tax.ids)]},
            {'name': "Two taxes",
             'tax_ids': [Command.set((self.tax_sale_20 | self.tax_sale_0).ids)]},
        ])
        problems = self.env['xero.preflight']._find(invoice, self.connection)[invoice]
        self.assertEqual({problem.code for problem in problems},
                         {'unmapped_account', 'unmapped_tax', 'currency_not_enabled'})
        self._push()
        self.assertEqual(invoice.xero_state, 'failed')
        for text in ("Unmapped income", "Eco levy", "Two taxes", "JPY"):
            self.assertIn(text, invoice.xero_error_message)
        self.assertFalse(self.sandbox.calls, "nothing is sent, not even the contact")
        self.assertIn("failed", [alert for alert in invoice._get_alerts() if 'xero' in alert][0])

    def test_an_archived_target_blocks(self):
        self.income.xero_account_id.sudo().active = False
        self.tax_sale_20.xero_tax_rate_id.sudo().active = False
        invoice = self._invoice()
        [problems] = self.env['xero.preflight']._find(invoice, self.connection).values()
        codes = [p.code for p in problems]
        self.assertEqual(codes, ['unmapped_account', 'unmapped_tax'])

    def test_mapped_then_synced_again(self):
        target, self.income.xero_account_id = self.income.xero_account_id, False
        invoice = self._invoice()
        self._push()
        self.assertEqual(invoice.xero_error_code, 'unmapped_account')
        self.income.xero_account_id = target
        invoice.action_xero_sync_now()
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)

    def test_preflight_asks_the_database_as_often_for_many_as_for_few(self):
        def queries(moves):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertFalse(self.env['xero.preflight']._find(moves, self.connection))
            return self.env.cr.sql_log_count - before
        few = self.env['account.move'].union(*(self._invoice() for _number in range(3)))
        many = few.union(*(self._invoice(lines=[{}, {}, {}]) for _number in range(40)))
        queries(few)
        needed = queries(few)
        with self.assertQueryCount(needed):
            self.env.flush_all()
            self.env.invalidate_all()
            self.env['xero.preflight']._find(many, self.connection)

    def test_calls_stay_at_the_floor(self):
        partners = self.env['res.partner'].create(
            [{'name': f"Customer {number}"} for number in range(60)])
        moves = self.env['account.move'].union(*(
            self._invoice(partner_id=partner.id) for partner in partners))
        self._push()
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})
        self.assertEqual(len(self.sandbox.calls_to('PUT', '/Contacts')), 2)
        self.assertEqual(len(self.sandbox.calls_to('PUT', '/Invoices')), 2)
        self.assertEqual(len(self.sandbox.calls), 4)

    # === WHAT THE USER SEES === #

    def test_badge_texts(self):
        invoice = self._invoice()
        self.assertIn("Waiting", invoice.xero_tooltip)
        self._push()
        self.assertIn(invoice.name, invoice.xero_tooltip)
        action = invoice.action_xero_open()
        self.assertIn(self.org.short_code.replace('!', '%21'), action['url'])
        self.assertIn(invoice.xero_document_id, action['url'])

    def test_nothing_to_open_in_xero(self):
        entry = self.env['account.move'].create({'move_type': 'entry'})
        for record in (self._invoice(), entry, self.env['res.partner'].create({'name': "New"})):
            with self.subTest(record=record), self.assertRaisesRegex(UserError, "not linked"):
                record.action_xero_open()
        linked = self._invoice()
        self._push()
        self.connection.state = 'disconnected'
        with self.assertRaisesRegex(UserError, "not linked"):
            linked.action_xero_open()

    def test_two_companies_each_with_its_organisation(self):
        other = self.setup_other_company()
        company = other['company']
        self.env.user.company_ids += company
        organisation = self.sandbox.add_organisation(
            "Second", base_currency=company.currency_id.name,
            currencies=[company.currency_id.name])
        income, sale_tax = self.income, self.tax_sale_20
        self.income = other['default_account_revenue']
        self.expense = other['default_account_expense']
        with self.subTest("connect"):
            self.tax_sale_20, self.tax_sale_0, self.tax_purchase_20 = (
                self._tax_of(company, use) for use in ('sale', 'sale', 'purchase'))
            self._connect(company, organisation)
        theirs = self.env['account.move'].with_company(company).create({
            'move_type': 'out_invoice', 'partner_id': self.partner_a.id,
            'invoice_date': '2026-03-02', 'company_id': company.id,
            'invoice_line_ids': [Command.create({
                'name': "Theirs", 'price_unit': 5, 'account_id': self.income.id,
                'tax_ids': [Command.set(self.tax_sale_20.ids)]})]})
        theirs.action_post()
        self.income, self.tax_sale_20 = income, sale_tax
        ours = self._invoice()
        self._push()
        self.assertEqual((ours.xero_state, theirs.xero_state), ('synced', 'synced'),
                         f"{ours.xero_error_message} {theirs.xero_error_message}")
        self.assertEqual(len(self.org.invoices), 1)
        self.assertEqual(len(organisation.invoices), 1)
        self.assertNotEqual(self.partner_a.xero_contact_id,
                            self.partner_a.with_company(company).xero_contact_id)

    def _tax_of(self, company, use):
        return self.env['account.tax'].with_company(company).create({
            'name': f"{use} of {company.name} {self.env['account.tax'].search_count([])}",
            'amount': 20, 'type_tax_use': use, 'company_id': company.id,
            'amount_type': 'percent'})
