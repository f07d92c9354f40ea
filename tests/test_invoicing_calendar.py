"""The month end by the calendar: prepared on its day, told, and sent only where that is wanted."""
from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common_invoicing import XeroInvoicingCommon


@tagged('post_install', '-at_install')
class TestInvoicingCalendar(XeroInvoicingCommon):

    def setUp(self):
        super().setUp()
        self.today = fields.Date.today()
        self.end = (self.today + timedelta(days=1)).replace(day=1) - timedelta(days=1)
        self.move = self._invoice(post=False)
        self.connection.write({
            'invoicing_day': self.today.day, 'invoicing_user_id': self.env.user.id})

    def _runs(self):
        return self.env['xero.invoicing.run'].search([('company_id', '=', self.company.id)])

    def test_it_is_prepared_and_somebody_told(self):
        self._run_own(2)
        run = self._runs()
        self.assertEqual((run.state, run.date_to, run.user_id),
                         ('prepared', self.end, self.env.user))
        self.assertEqual(run.line_ids.partner_id, self.partner_a)
        [activity] = run.activity_ids
        self.assertEqual(activity.user_id, self.env.user)
        self.assertIn("120.00", activity.note)
        self.assertEqual(self.move.state, 'draft')
        self.assertFalse(self.org.invoices, "nothing is sent unasked")
        self._later(days=31)
        self._run_own()
        self.assertEqual(len(self._runs()), 2)

    def test_not_before_its_day(self):
        self.connection.invoicing_day = min(self.today.day + 1, 31)
        last = (self.today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        self._run_own()
        self.assertEqual(len(self._runs()), int(self.today == last))

    def test_somebody_was_first(self):
        run = self._prepared(date_to=self.end)
        self._run_own()
        self.assertEqual(self._runs(), run)

    def test_sent_by_itself_without_what_is_held_up(self):
        self.connection.write({'invoicing_by_itself': True, 'push_status': 'AUTHORISED'})
        other = self.income.copy({'code': '499700', 'name': "Consulting"})
        held = self._invoice(post=False, partner_id=self.env['res.partner'].create(
            {'name': "Brook"}).id, lines=[{'account_id': other.id}])
        self._run_own(3)
        run = self._runs()
        self.assertEqual((run.state, self.move.state, held.state), ('done', 'posted', 'draft'))
        self.assertEqual(set(self._there(run).values()), {'DRAFT'})
        self.assertIn("held up: 1", run.activity_ids.note)

    def test_a_day_that_no_month_has(self):
        with self.assertRaises(ValidationError):
            self.connection.invoicing_day = 32


@tagged('post_install', '-at_install')
class TestInvoicingBranches(XeroInvoicingCommon):

    def test_branches_are_of_their_company(self):
        root = self.company
        branch = self.env['res.company'].create({'name': "North", 'parent_id': root.id})
        self.env.cr.precommit.run()
        self.env.user.company_ids |= branch
        self.env = self.env(context={
            **self.env.context, 'allowed_company_ids': (root | branch).ids})
        of_branch = self._invoice(post=False).with_company(branch).copy({
            'company_id': branch.id, 'invoice_date': '2026-03-02'})
        self.assertEqual(of_branch.company_id, branch)
        run = self._prepared(company_id=root.id)
        self.assertEqual(set(run.line_ids.company_id), {root, branch})
        self._generated(run)
        self.assertEqual(run.move_ids.company_id, root | branch)
        self.assertEqual(set(self._there(run).values()), {'DRAFT'})
        self.assertEqual(len(self._there(run)), 2)
        only = self._prepared(company_id=branch.id)
        self.assertFalse(only.line_ids)
