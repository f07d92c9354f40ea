"""A difference that only follows from another one is shown with it, once."""
from odoo import Command
from odoo.tests import tagged

from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestPullFolded(XeroImportCommon):

    def _correct(self, move, *changes):
        """Somebody changes the first lines of a document in Xero; a new one has no identifier."""
        lines = self.org.store['Invoices'].get(move.xero_document_id)['LineItems']
        ids = [{'LineItemID': line['LineItemID']} for line in lines]
        ids += [{} for _change in changes[len(lines):]]
        changes += ({},) * (len(lines) - len(changes))
        self.person.edit(move.xero_document_id, LineItems=[
            {**own, **change} for own, change in zip(ids, changes, strict=True)])
        self._pull()

    def _rows(self, move):
        return self.env['xero.difference'].search([('res_id', '=', move.id)])

    def _tree(self, move):
        """:return: {what: what follows from it} of the differences of a document"""
        return {row.field: set(row.effect_ids.mapped('field'))
                for row in self._rows(move) if not row.cause_id}

    def _listed(self):
        """:return: what the menu shows"""
        action = self.env.ref('account_xero.action_xero_difference')._get_action_dict()
        return self.env['xero.difference'].search(
            [*eval(action['domain']), ('state', '=', 'open')])

    def test_one_changed_amount(self):
        move = self._pushed()
        self._correct(move, {'UnitAmount': 150})
        self.assertEqual(self._tree(move), {'account': {'tax_rate', 'tax', 'total'}})
        [row] = self._listed()
        text = row.message.replace('\xa0', ' ')
        for both in ("Total: $ 120.00 in Odoo, $ 180.00 in Xero",
                     "Tax: $ 20.00 in Odoo, $ 30.00 in Xero", "$ 100.00 + $ 20.00 in Odoo"):
            self.assertIn(both, text)
        self.assertEqual(self.connection.difference_count, 1)
        banner = move.alerts['xero_differs']
        self.assertEqual(
            self.env['xero.difference'].search(banner['action']['domain']), row)
        self.assertEqual(banner['message'].count("Total:"), 1)
        self._assert_settled()

    def test_several_lines_of_one_rate(self):
        move = self._pushed(lines=[{}, {'price_unit': 50}])
        self._correct(move, {'UnitAmount': 150}, {'UnitAmount': 60, 'AccountCode': '260'})
        self.assertEqual(self._tree(move), {'account': {'tax_rate', 'tax', 'total'}})

    def test_another_tax_explains_the_account(self):
        """Its net is another one at the same gross."""
        move = self._pushed()
        self._correct(move, {'TaxType': 'ZERORATEDOUTPUT', 'UnitAmount': 120})
        self.assertEqual(self._tree(move), {'tax_rate': {'account', 'tax'}})

    def test_two_causes_are_two_rows(self):
        """Another account, and another tax of the same net."""
        move = self._pushed()
        self._correct(move, {'AccountCode': '260', 'TaxAmount': 19.5})
        self.assertEqual(self._tree(move), {'account': set(), 'tax_rate': {'tax', 'total'}})

    def test_a_line_of_another_rate(self):
        """That a rate is new there is not hidden behind an account."""
        move = self._pushed()
        self._correct(move, {}, {'Description': "More", 'Quantity': 1, 'UnitAmount': 10,
                                 'AccountCode': '200', 'TaxType': 'ZERORATEDOUTPUT'})
        self.assertEqual(self._tree(move), {'tax_rate': {'account', 'total'}})

    def test_tracking_of_the_amount(self):
        plan = self.env['account.analytic.plan'].create({'name': "Region"})
        north = self.env['account.analytic.account'].create({
            'name': "North", 'plan_id': plan.id,
            'xero_tracking_option_id': self.env['xero.tracking.option'].search([
                ('connection_id', '=', self.connection.id), ('name', '=', "North")]).id})
        move = self._pushed(lines=[{'analytic_distribution': {str(north.id): 100}}])
        self._correct(move, {'UnitAmount': 150})
        self.assertEqual(
            self._tree(move), {'account': {'tax_rate', 'tax', 'total', 'tracking'}})
        self._correct(move, {'Tracking': []})
        self.assertEqual(self._tree(move), {
            'account': {'tax_rate', 'tax', 'total'}, 'tracking': set()})

    def test_ignored_together_and_back_with_another_value(self):
        move = self._pushed()
        self._correct(move, {'UnitAmount': 150})
        self._listed().action_ignore()
        self.assertEqual(set(self._rows(move).mapped('state')), {'ignored'})
        self.assertFalse(move.xero_differs)
        self._correct(move, {'UnitAmount': 160})
        self.assertEqual(set(self._rows(move).mapped('state')), {'open'})
        self.assertEqual(self._tree(move), {'account': {'tax_rate', 'tax', 'total'}})

    def test_decided_for_all_of_it(self):
        for action, price in (('action_push', 100), ('action_take_over', 150)):
            with self.subTest(action=action):
                move = self._pushed()
                self._correct(move, {'UnitAmount': 150})
                getattr(self._listed(), action)()
                self._push()
                self._pull()
                self.assertFalse(self._rows(move))
                self.assertEqual(move.invoice_line_ids.price_unit, price)
                document = self.org.store['Invoices'].get(move.xero_document_id)
                self.assertEqual(document['Total'], move.amount_total)

    def test_a_push_that_is_held_back_says_it_once(self):
        move = self._pushed()
        self._correct(move, {'UnitAmount': 150})
        self._listed().action_ignore()
        move.button_draft()
        move.invoice_line_ids = [Command.update(move.invoice_line_ids.id, {'name': "Otherwise"})]
        move.action_post()
        self._push()
        self.assertEqual(move.xero_error_code, 'corrected_in_xero')
        self.assertEqual(move.xero_error_message.count("Accounts:"), 1)
        self.assertEqual(move.xero_error_message.count("Tax:"), 1)
        self.assertEqual(set(self._rows(move).mapped('state')), {'open'})
