"""Revenue, cost and margin by customer, by Odoo's own books."""
from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestProfitability(XeroCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._keep_taxes_apart()
        cls.plans = cls.env['account.analytic.plan'].create([
            {'name': "Regions"}, {'name': "Teams"}])
        cls.account_a, cls.account_b = (cls._account(cls.plans[0], partner) for partner in (
            cls.partner_a, cls.partner_b))

    @classmethod
    def _account(cls, plan, partner=None):
        return cls.env['account.analytic.account'].create({
            'name': f"Of {partner.name if partner else 'nobody'}", 'plan_id': plan.id,
            'partner_id': partner and partner.id, 'company_id': cls.env.company.id})

    def _bill(self, price, distribution, move_type='in_invoice', **values):
        vendor = self.env['res.partner'].create({'name': "Vendor"})
        return self._invoice(move_type, partner_id=vendor.id, lines=[{
            'price_unit': price, 'analytic_distribution': distribution}], **values)

    def _entry(self, amount, account, distribution):
        entry = self.env['account.move'].create({
            'move_type': 'entry', 'date': '2026-03-31', 'line_ids': [
                Command.create({'account_id': account.id, 'debit': amount,
                                'analytic_distribution': distribution}),
                Command.create({'account_id': self.company_data['default_account_payable'].id,
                                'credit': amount})]})
        entry.action_post()

    def _margins(self, field='margin', domain=()):
        return dict(self.env['xero.profitability']._read_group(
            [('company_id', '=', self.env.company.id), *domain], ['partner_id'], [f'{field}:sum']))

    def _assert_adds_up(self):
        """All customers and the rest are the profit of the books."""
        [[total]] = self.env['account.move.line']._read_group([
            ('company_id', '=', self.env.company.id), ('parent_state', '=', 'posted'),
            ('account_id.internal_group', 'in', ('income', 'expense'))], [], ['balance:sum'])
        self.assertAlmostEqual(sum(self._margins().values()), -total)

    def test_by_customer(self):
        nobody = self.env['res.partner']
        self._invoice(partner_id=self.partner_a.id)
        self._invoice('out_refund', partner_id=self.partner_a.id, lines=[{'price_unit': 30}])
        self._invoice(partner_id=self.partner_b.id, lines=[{'price_unit': 11}], post=False)
        self._bill(40, {self.account_a.id: 100}, ref='B1')
        self._bill(15, {self.account_a.id: 100}, 'in_refund', ref='B2')
        self._bill(50, {self.account_a.id: 60, self.account_b.id: 40}, ref='B3')
        self._bill(9, {self._account(self.plans[0]).id: 100}, ref='B4')
        self._bill(8, False, ref='B5')
        self._entry(5, self.expense, {self.account_b.id: 50})
        self.assertEqual(self._margins('revenue'), {
            self.partner_a: 70, self.partner_b: 0, nobody: 0})
        self.assertEqual(self._margins('cost'), {
            self.partner_a: 55, self.partner_b: 22.5, nobody: 19.5})
        self.assertEqual(self._margins(), {
            self.partner_a: 15, self.partner_b: -22.5, nobody: -19.5})
        self._assert_adds_up()
        [[percent]] = self.env['xero.profitability']._read_group(
            [('partner_id', '=', self.partner_a.id)], [], ['margin_percent:avg'])
        self.assertAlmostEqual(percent, 100 * 15 / 70)

    def test_an_invoice_is_its_customers_whatever_its_analytic_account(self):
        self._invoice(partner_id=self.partner_a.id, lines=[
            {'analytic_distribution': {self.account_b.id: 100}}])
        self.assertEqual(self._margins(), {self.partner_a: 100})

    def test_several_plans_count_once(self):
        team_a, team_b = (self._account(self.plans[1], partner) for partner in (
            self.partner_a, self.partner_b))
        no_one = self._account(self.plans[0])
        self._bill(10, {f'{self.account_a.id},{team_a.id}': 100}, ref='B1')
        self._bill(20, {f'{self.account_a.id},{team_b.id}': 100}, ref='B2')
        self._bill(40, {f'{no_one.id},{team_b.id}': 100}, ref='B3')
        self.assertEqual(self._margins('cost'), {self.partner_a: 30, self.partner_b: 40})
        self._assert_adds_up()

    def test_by_month_and_by_the_company_of_a_contact(self):
        person = self.env['res.partner'].create({
            'name': "Somebody", 'parent_id': self.partner_a.id, 'type': 'contact'})
        self._invoice(partner_id=person.id, invoice_date='2026-02-02')
        self._invoice(partner_id=self.partner_a.id, lines=[{'price_unit': 1}])
        months = self.env['xero.profitability'].formatted_read_group(
            [('partner_id', '=', self.partner_a.id)], ['date:month'], ['revenue:sum'])
        self.assertEqual([row['revenue:sum'] for row in months], [100, 1])

    def test_who_may_read_it(self):
        self._invoice()
        other = self.env['res.company'].create({'name': "Other"})
        report = self.env['xero.profitability']
        for groups, sees in (
                ('account.group_account_readonly', True), ('account_xero.group_xero_manager', True),
                ('account_xero.group_xero_user', False)):
            user = new_test_user(
                self.env, groups, groups=groups, company_id=self.env.company.id,
                company_ids=[Command.set([self.env.company.id, other.id])])
            with self.subTest(groups):
                if not sees:
                    with self.assertRaises(AccessError):
                        report.with_user(user).search([])
                    continue
                self.assertTrue(report.with_user(user).search([]))
                self.assertFalse(report.with_user(user).with_context(
                    allowed_company_ids=other.ids).search([]))

    def test_without_a_connection_there_is_nothing(self):
        self._invoice()
        self.assertTrue(self._margins())
        self.connection.state = 'disconnected'
        self.connection.unlink()
        self.assertFalse(self._margins())

    def test_a_row_opens_its_document(self):
        move = self._invoice()
        row = self.env['xero.profitability'].search([('move_id', '=', move.id)])
        action = row.action_open_document()
        self.assertEqual((action['res_model'], action['res_id']), ('account.move', move.id))

    # === ON THE PARTNER === #

    def test_margin_of_this_year(self):
        today = fields.Date.today()
        self._invoice(partner_id=self.partner_a.id, invoice_date=today)
        self._invoice(partner_id=self.partner_a.id, invoice_date=today.replace(year=today.year - 2))
        self._bill(40, {self.account_a.id: 100}, ref='B1', invoice_date=today)
        self.assertEqual(self.partner_a.xero_margin, 60)
        action = self.partner_a.action_xero_view_margin()
        self.assertEqual(len(self.env['xero.profitability'].search(action['domain'])), 3)
        user = new_test_user(self.env, 'seller', groups='account_xero.group_xero_user')
        with self.assertRaises(AccessError):
            self.partner_a.with_user(user).read(['xero_margin'])

    def test_margin_takes_one_query(self):
        partners = self.env['res.partner'].create([{'name': f"P{number}"} for number in range(20)])
        for partner in partners:
            self._invoice(partner_id=partner.id, invoice_date=fields.Date.today())
        self.env.flush_all()
        partners.mapped('xero_margin')      # what Odoo keeps of companies and plans is known
        for some in (partners[0], partners):
            some.invalidate_recordset(['xero_margin'])
            with self.assertQueryCount(1):
                self.assertEqual(set(some.mapped('xero_margin')), {100})

    def test_lists_of_partners_do_not_work_it_out(self):
        partners = self.env['res.partner']
        for kind, shown in (('list', False), ('kanban', False), ('form', True)):
            names = partners.get_view(view_type=kind)['models']['res.partner']
            self.assertEqual('xero_margin' in names, shown, kind)

    def test_margin_takes_none_without_a_connection(self):
        self._invoice(invoice_date=fields.Date.today())
        self.connection.state = 'disconnected'
        self.env.flush_all()
        self.assertFalse(self.partner_a.xero_margin)    # what is connected is known from now on
        self.partner_a.invalidate_recordset(['xero_margin'])
        with self.assertQueryCount(0):
            self.assertFalse(self.partner_a.xero_margin)
