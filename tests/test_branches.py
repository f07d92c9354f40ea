"""Branches: companies below another one, which share its accounts, taxes and journals."""
import runpy
from pathlib import Path

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import XeroCommon
from .common_payment import XeroPaymentCommon


class XeroBranchCommon(XeroPaymentCommon):
    """A company with two branches; the company is connected, the branches are not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = cls.env.company
        cls.north, cls.south = cls.env['res.company'].create([
            {'name': f"{name} Branch", 'parent_id': cls.root.id} for name in ("North", "South")])
        cls.env.cr.precommit.run()
        companies = cls.root | cls.north | cls.south
        cls.env.user.company_ids |= companies
        cls.env = cls.env(context={**cls.env.context, 'allowed_company_ids': companies.ids})

    def _invoice_of(self, company, **values):
        """:return: a posted invoice of 100.00 at 20 % of that company"""
        invoice = self.env['account.move'].with_company(company).create({
            'move_type': 'out_invoice', 'partner_id': self.partner_a.id,
            'invoice_date': '2026-03-02', 'company_id': company.id,
            'invoice_line_ids': [Command.create({
                'name': "Work", 'quantity': 1, 'price_unit': 100,
                'account_id': self.income.id, 'tax_ids': [Command.set(self.tax_sale_20.ids)]})],
            **values})
        invoice.action_post()
        return invoice

    def _reference_of(self, connection, model, **values):
        """:return: one record of an organisation's reference data"""
        [record] = self.env[model].sudo().search([
            ('connection_id', '=', connection.id),
            *((name, '=', value) for name, value in values.items())])
        return record

    def _pay_in(self, move):
        """Register a payment of a document, in its company. :return: the payment"""
        return self.env['account.payment.register'].with_company(move.company_id).with_context(
            active_model='account.move', active_ids=move.ids).create({
                'payment_date': '2026-03-10', 'journal_id': self.journal.id})._create_payments()

    def _there(self, organisation, move):
        """:return: the document in that organisation"""
        [row] = [row for row in organisation.invoices if row['InvoiceID'] == move.xero_document_id]
        return row


@tagged('post_install', '-at_install')
class TestBranchOfItsOwn(XeroBranchCommon):
    """A branch has an organisation of its own, and the accounts, taxes and journals of its
    parent: each company maps them for itself."""

    def setUp(self):
        super().setUp()
        self.own_org = self.sandbox.add_organisation(
            "North", base_currency=self.root.currency_id.name,
            currencies=[self.root.currency_id.name])
        self.own = self._connect(self.north, self.own_org)
        self.own.push_payments = True
        self.journal.with_company(self.north).xero_account_id = self._reference_of(
            self.own, 'xero.account', code='090')

    def test_each_has_its_counterparts(self):
        """Was: "company inconsistencies", and nothing else to do."""
        for company, connection in ((self.root, self.connection), (self.north, self.own)):
            tax, journal = (record.with_company(company)
                            for record in (self.tax_sale_20, self.journal))
            self.assertEqual(tax.xero_tax_rate_id.connection_id, connection)
            self.assertEqual(journal.xero_account_id.connection_id, connection)
            self.assertFalse(tax.xero_broken or journal.xero_broken)

    def test_doubts_are_of_the_company_that_looks(self):
        self.tax_sale_20.with_company(self.north).xero_tax_rate_id = self._reference_of(
            self.own, 'xero.tax.rate', tax_type='ZERORATEDOUTPUT')
        self.assertTrue(self.tax_sale_20.with_company(self.north).xero_rate_doubt)
        self.assertFalse(self.tax_sale_20.with_company(self.root).xero_rate_doubt)

    def test_documents_and_payments_go_to_their_own_organisation(self):
        places = {self.root: (self.org, self.bank),
                  self.north: (self.own_org, self.journal.with_company(self.north).xero_account_id)}
        moves = [self._invoice_of(company) for company in places]
        payments = [self._pay_in(move) for move in moves]
        self._push_payments(self.env['account.payment'].union(*payments))
        for move, payment in zip(moves, payments, strict=True):
            with self.subTest(move.company_id.name):
                organisation, bank = places[move.company_id]
                self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
                self.assertEqual(payment.xero_state, 'synced', payment.xero_error_message)
                self.assertEqual(self._there(organisation, move)['LineItems'][0]['TaxType'],
                                 'OUTPUT2')
                [paid] = organisation.payments
                self.assertEqual(paid['Account']['AccountID'], bank.xero_id)


    def test_what_is_paid_in_xero_is_booked_in_the_journal_that_the_branch_mapped(self):
        move = self._invoice_of(self.north)
        self._push()
        self.own_org.as_person.pay(move.xero_document_id, 120)
        self._pull()
        self.assertEqual(move.matched_payment_ids.journal_id, self.journal)
        self.assertEqual(move.matched_payment_ids.company_id, self.north)
        self.assertIn(move.payment_state, ('paid', 'in_payment'))


@tagged('post_install', '-at_install')
class TestBranchCovered(XeroBranchCommon):
    """The connection of a company is that of its branches, too."""

    def test_posted_in_a_branch_and_paid_in_xero(self):
        moves = self._invoice_of(self.root) | self._invoice_of(self.north)
        self.assertEqual(moves.mapped('xero_state'), ['pending', 'pending'])
        self._push()
        for move in moves:
            self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
            self.assertEqual(self._there(self.org, move)['LineItems'][0]['AccountCode'], '200')
        self.assertEqual(len(self.org.contacts), len({c['Name'] for c in self.org.contacts}))
        branch = moves[1]
        self.org.as_person.pay(branch.xero_document_id, 120)
        self._pull()
        self.assertIn(branch.payment_state, ('paid', 'in_payment'))
        self.assertEqual(branch.matched_payment_ids.company_id, self.north)
        self.assertFalse(self._differences())
        self._assert_settled()

    def test_payments_of_a_branch_go_there(self):
        move = self._invoice_of(self.north)
        self._push()
        payment = self._pay_in(move)
        self._push_payments(payment)
        self.assertEqual(payment.xero_state, 'synced', payment.xero_error_message)
        [paid] = self.org.payments
        self.assertEqual(paid['Invoice']['InvoiceID'], move.xero_document_id)

    def test_one_payment_for_the_company_and_a_branch(self):
        moves = self._invoice_of(self.root) | self._invoice_of(self.north)
        self._push()
        payment = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=moves.ids).create({
                'payment_date': '2026-03-10', 'journal_id': self.journal.id,
                'group_payment': True})._create_payments()
        self.assertEqual(len(payment), 1)
        self._push_payments(payment)
        self.assertEqual(payment.xero_state, 'synced', payment.xero_error_message)
        self.assertEqual({paid['Invoice']['InvoiceID'] for paid in self.org.payments},
                         set(moves.mapped('xero_document_id')))

    def test_voided_in_a_branch(self):
        move = self._invoice_of(self.north)
        self._push()
        move.button_draft()
        move.button_cancel()
        self._push()
        self.assertEqual(self._there(self.org, move)['Status'], 'VOIDED')

    def test_switches_are_those_of_the_connection(self):
        self.connection.sync_sales = False
        self.assertFalse(self._invoice_of(self.north).xero_state)
        self.connection.sync_sales = True
        self.connection.state = 'disconnected'
        self.assertFalse(self._invoice_of(self.north).xero_state)

    def test_what_is_mapped_is_mapped_for_all(self):
        company = self.north
        tax, account, journal = (record.with_company(company) for record in (
            self.tax_sale_20, self.income, self.journal))
        rate = self.tax_sale_20.xero_tax_rate_id
        self.assertEqual(tax.xero_tax_rate_id, rate)
        self.assertEqual(account.xero_account_id, self.income.xero_account_id)
        self.assertEqual(journal.xero_account_id, self.bank)
        self.assertIn(tax, tax.search([('xero_tax_rate_id', '=', rate.id)]))
        self.assertNotIn(tax, tax.search([('xero_tax_rate_id', '=', False)]))

    def test_a_mapping_that_is_made_in_a_branch(self):
        """It is that of the connection: the same for its company and for the other branch."""
        income = self.income.copy({'code': '777777'})
        target, other = (self._reference_of(self.connection, 'xero.account', code=code)
                         for code in ('200', '260'))
        self.assertFalse(income.with_company(self.north).xero_account_id)
        income.with_company(self.north).xero_account_id = target
        for company in (self.root, self.north, self.south):
            self.assertEqual(income.with_company(company).xero_account_id, target)
        income.xero_account_id = other
        for company in (self.root, self.north, self.south):
            self.assertEqual(income.with_company(company).xero_account_id, other)
        partner = self.env['res.partner'].with_company(self.north).create({
            'name': "Made in the North", 'xero_exclude': True})
        self.assertTrue(partner.with_company(self.root).xero_exclude)
        self.assertFalse(self._invoice_of(self.south, partner_id=partner.id).xero_state)

    def test_the_queries_do_not_grow(self):
        """As many for many documents of a branch as for a few."""
        def queries(count):
            moves = self.env['account.move'].union(*(
                self._invoice_of(self.north) for _one in range(count)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env['xero.preflight']._find(moves.sudo(), self.connection)
            return self.env.cr.sql_log_count - before

        queries(1)
        self.assertEqual(queries(2), queries(12))

    # === WHO SEES WHAT === #

    def _person(self, company, group='account_xero.group_xero_user'):
        return new_test_user(
            self.env, f'{group.split(".")[1]}_{company.id}',
            f'{group},account.group_account_manager,base.group_multi_company',
            company_id=company.id, company_ids=[Command.set(company.ids)])

    def test_people_of_the_branch(self):
        """They see how their documents stand, send them, and read what they are mapped to; the
        connection is changed by those of its company."""
        user = self._person(self.north, 'account_xero.group_xero_manager')
        move = self._invoice_of(self.north)
        own = move.with_user(user).with_context(
            allowed_company_ids=self.north.ids)
        self.assertTrue(own.xero_active)
        own.action_xero_sync_now()
        self._push()
        data = own.read(['xero_badge', 'xero_tooltip', 'alerts', 'xero_status_label'])[0]
        self.assertEqual(data['xero_badge'], 'synced')
        self.assertIn(move.xero_document_id, own.action_xero_open()['url'])
        tax = self.tax_sale_20.with_user(user).with_context(
            allowed_company_ids=self.north.ids)
        self.assertTrue(tax.read(['xero_tax_rate_id'])[0]['xero_tax_rate_id'][1])
        connection = self.connection.with_user(user).with_context(
            allowed_company_ids=self.north.ids)
        self.assertEqual(connection.read(['tenant_name'])[0]['tenant_name'], self.org.name)
        with self.assertRaises(AccessError), mute_logger('odoo.addons.base.models.ir_rule'):
            connection.auto_sync = False
        action = connection.action_view_documents()
        self.assertEqual(action['context']['allowed_company_ids'], self.north.ids)
        self.assertEqual(own.env['xero.push.wizard']._open(own)['res_model'], 'xero.push.wizard')

    def test_what_holds_up_a_document_of_a_branch(self):
        """The cause and its cure are shown to people of the branch."""
        self.income.xero_account_id = False
        move = self._invoice_of(self.north)
        self._push()
        self.assertEqual(move.xero_error_code, 'unmapped_account')
        own = move.with_user(self._person(self.north)).with_context(
            allowed_company_ids=self.north.ids)
        self.assertIn('xero', str(own.alerts))
        [problem] = self.env['xero.problem'].search([('connection_id', '=', self.connection.id)])
        self.assertEqual((problem.company_id, problem.count), (self.north, 1))
        self.assertEqual(self.connection.failed_count, 1)
        self.income.with_company(self.north).xero_account_id = self._reference_of(
            self.connection, 'xero.account', code='200')
        self.assertEqual(move.xero_state, 'pending')
        self._push()
        self.assertEqual(move.xero_state, 'synced')

    def test_people_of_the_branch_see_its_log_and_differences_alone(self):
        moves = self._invoice_of(self.root) | self._invoice_of(self.north)
        self._push()
        for move in moves:
            self.env['xero.difference']._note(self.connection, move, 'total', 1, 2)
        user = self._person(self.north)
        for model in ('xero.difference', 'xero.log'):
            rows = self.env[model].with_user(user).with_context(
                allowed_company_ids=self.north.ids).search(
                    [('res_model', '=', 'account.move')])
            self.assertEqual(set(rows.mapped('res_id')), set(moves[1].ids), model)

    def test_the_settings_lead_to_the_connection(self):
        Settings = self.env['res.config.settings'].with_company(self.north)
        settings = Settings.create({'company_id': self.north.id})
        self.assertEqual(settings.xero_covered_by, self.root.name)
        self.assertEqual(settings.action_xero_open_connection()['res_id'], self.connection.id)
        self.assertFalse(self.env['res.config.settings'].create({}).xero_covered_by)

    def test_rules_of_an_older_version(self):
        rule = self.env.ref('account_xero.rule_xero_account_company').sudo()
        now, rule.domain_force = rule.domain_force, "[('company_id', 'in', company_ids)]"
        changed = self.env.ref('account_xero.rule_xero_item_company').sudo()
        changed.domain_force = "[(1, '=', 1)]"
        self.env.flush_all()
        script = Path(__file__).parents[1] / 'migrations' / '19.0.1.4.0' / 'post-branches.py'
        runpy.run_path(str(script))['migrate'](self.env.cr, '19.0.1.3.0')
        self.env.invalidate_all()
        self.assertEqual(rule.domain_force, now)
        self.assertEqual(changed.domain_force, "[(1, '=', 1)]")

    def test_a_stranger_sees_nothing(self):
        """People of another company do not read the connection."""
        other = self._create_company(name="Elsewhere")
        user = self._person(other, 'account_xero.group_xero_manager')
        for model in ('xero.connection', 'xero.account'):
            self.assertFalse(self.env[model].with_user(user).with_context(
                allowed_company_ids=other.ids).search([]))

    # === A CONNECTION OF ITS OWN === #

    def test_what_a_connection_covers_is_shown(self):
        self.assertEqual(self.connection.covered_ids, self.root | self.north | self.south)
        self.env['xero.connection'].sudo().create({'company_id': self.north.id})
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.covered_ids, self.root | self.south)
        self.assertFalse(self._invoice_of(self.north).xero_state)
        self.assertEqual(self._invoice_of(self.south).xero_state, 'pending')

    def test_a_new_branch_is_covered_at_once(self):
        west = self.env['res.company'].create({'name': "West", 'parent_id': self.north.id})
        self.assertEqual(west._xero_connections()[west.id], self.connection)

    def test_no_connection_that_would_lose_links(self):
        self._invoice_of(self.north)
        self._push()
        with self.assertRaises(UserError) as refused:
            self.env['xero.connection'].sudo().create({'company_id': self.north.id})
        self.assertIn("North Branch", str(refused.exception))
        self.assertEqual(self.north._xero_owner(), self.root)
        self.env['xero.connection'].sudo().create({'company_id': self.south.id})


@tagged('post_install', '-at_install')
class TestMappingMoved(XeroCommon):

    def test_what_is_mapped_stays(self):
        """Version 1.4 made the mapping of taxes and journals each company's own."""
        journal = self.company_data['default_journal_bank']
        bank = journal.xero_account_id = self.env['xero.account'].sudo().search([
            ('connection_id', '=', self.connection.id), ('type', '=', 'BANK')], limit=1)
        rate, other = self.tax_sale_20.xero_tax_rate_id, self.tax_sale_0.xero_tax_rate_id
        self.tax_sale_20.xero_other_rate_id = other
        self.env.flush_all()
        key = str(self.env.company.id)
        for table, column in (('account_tax', 'xero_tax_rate_id'),
                              ('account_tax', 'xero_other_rate_id'),
                              ('account_journal', 'xero_account_id')):
            self.env.cr.execute(
                f"ALTER TABLE {table} ALTER COLUMN {column} TYPE int4"
                f" USING ({column} ->> '{key}')::int4")
        self.env.invalidate_all()
        script = Path(__file__).parents[1] / 'migrations' / '19.0.1.4.0' / 'pre-mapping.py'
        for _again in range(2):
            runpy.run_path(str(script))['migrate'](self.env.cr, '19.0.1.3.0')
        self.assertEqual(self.tax_sale_20.xero_tax_rate_id, rate)
        self.assertEqual(self.tax_sale_20.xero_other_rate_id, other)
        self.assertEqual(journal.xero_account_id, bank)
        self.assertFalse(self.tax_purchase_20.xero_other_rate_id)
