"""Profit and loss and profitability as graph, pivot and list, in a real browser."""
from odoo import fields
from odoo.tests import new_test_user, tagged

from .common_tour import XeroTourCommon


@tagged('post_install', '-at_install')
class TestToursProfit(XeroTourCommon):

    def test_graph_pivot_and_list(self):
        self._keep_taxes_apart()
        today = fields.Date.today()
        partner = self.env['res.partner'].create({'name': "Heron Ltd"})
        account = self.env['account.analytic.account'].create({
            'name': "Project Heron", 'partner_id': partner.id,
            'plan_id': self.env['account.analytic.plan'].create({'name': "Projects"}).id})
        self._invoice(partner_id=partner.id, invoice_date=today)
        self._invoice('in_invoice', ref='B1', invoice_date=today, lines=[{
            'price_unit': 40, 'analytic_distribution': {account.id: 100}}])
        option = self.env['xero.tracking.option'].search(
            [('connection_id', '=', self.connection.id), ('name', '=', "North")])
        self.env['xero.profit.line'].sudo().create([{
            'connection_id': self.connection.id, 'month': today.replace(day=1), 'section': section,
            'name': name, 'amount': amount, 'is_split': True, 'tracking_option_id': option.id,
        } for section, name, amount in (('income', "Sales", 70), ('expenses', "Rent", -30))])
        user = new_test_user(
            self.env, 'profit-reader', company_id=self.env.company.id,
            groups='account_xero.group_xero_user,account.group_account_readonly')
        self.start_tour('/odoo/xero', 'account_xero_profit', login=user.login, timeout=120)
