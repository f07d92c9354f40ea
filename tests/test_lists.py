"""What the lists of documents show that dashboard, connection, problems and dialogs open."""
from lxml import etree

from odoo import Command
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestLists(XeroCommon):

    def _columns(self, action):
        """:return: {field: heading} of the columns that the web client shows of an action's list"""
        [view_id] = [view for view, kind in action['views'] if kind == 'list']
        model = self.env[action['res_model']].with_context(**action.get('context') or {})
        arch = etree.fromstring(model.get_view(view_id, 'list')['arch'])
        shown = {}
        for node in arch.xpath('/list/field'):
            hidden = node.get('column_invisible') or 'False'
            if node.get('optional') != 'hide' and not safe_eval(
                    hidden, {'context': action.get('context') or {}}):
                self.assertNotIn(node.get('name'), shown, "no column twice")
                shown[node.get('name')] = node.get('string')
        return shown

    def _actions(self):
        """:return: iterator of what opens a list of documents, as (from where, action)"""
        failed = self._invoice(lines=[{
            'account_id': self.income.copy({'code': '499210', 'name': "Unmapped"}).id}])
        self._push()
        bill = self._invoice('in_invoice', ref='B-1')
        for name in ('pending', 'failed', 'differs', 'synced'):
            yield name, self.connection.with_context(
                **{f'search_default_xero_{name}': 1}).action_view_documents()
        [problem] = self.env['xero.problem'].search([('connection_id', '=', self.connection.id)])
        yield 'problem', problem.action_view_documents()
        wizard = self.env['xero.push.wizard'].browse(
            (failed | bill).action_xero_push_wizard()['res_id'])
        yield 'dialog', wizard.cause_ids[:1].action_view_documents()

    def test_documents_have_their_customer_or_vendor_and_their_date(self):
        for name, action in self._actions():
            with self.subTest(name):
                columns = self._columns(action)
                self.assertEqual(columns.get('invoice_partner_display_name'), "Customer or Vendor")
                self.assertEqual(columns.get('invoice_date'), "Date")
                self.assertIn('amount_total_in_currency_signed', columns)
                self.assertIn('kanban', [kind for _view, kind in action['views']],
                              "cards on a phone")

    def test_odoos_own_lists_stay_as_they_are(self):
        action = self.env['ir.actions.actions']._for_xml_id(
            'account.action_move_out_invoice_type')
        action['context'] = {'default_move_type': 'out_invoice'}
        columns = self._columns({**action, 'views': [
            (self.env.ref('account.view_out_invoice_tree').id, 'list')]})
        self.assertEqual(columns['invoice_partner_display_name'], "Customer")
        self.assertEqual(columns['invoice_date'], "Invoice Date")

    def test_differences_have_them_too(self):
        move = self._invoice()
        self._push()
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_id': self.partner_a.id, 'amount': 1,
            'journal_id': self.company_data['default_journal_bank'].id,
            'invoice_ids': [Command.link(move.id)]})
        note = self.env['xero.difference']._note
        row, other = (note(self.connection, record, 'total', '1', '2')
                      for record in (move, payment))
        self.assertEqual((row.partner_name, row.date), (self.partner_a.name, move.invoice_date))
        self.assertEqual((other.partner_name, other.date), (self.partner_a.name, payment.date))
        self.assertIn('partner_name', self._columns({
            'res_model': 'xero.difference', 'views': [(False, 'list')]}))
