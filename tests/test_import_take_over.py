"""*Take Xero's*: documents get the lines of Xero, where Odoo allows that."""
from odoo import Command
from odoo.tests import tagged

from .common_import import XeroImportCommon

NORTH, SOUTH = ([{'Name': "Region", 'Option': name}] for name in ("North", "South"))


@tagged('post_install', '-at_install')
class TestImportTakeOver(XeroImportCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref('base.EUR').active = True

    def setUp(self):
        super().setUp()
        self.other = self.income.copy({'code': '499260', 'name': "Other"})
        self.other.xero_account_id = self.env['xero.account'].search([
            ('connection_id', '=', self.connection.id), ('code', '=', '260')])
        plan = self.env['account.analytic.plan'].create({'name': "Region"})
        self.north, self.south = (self.env['account.analytic.account'].create({
            'name': name, 'plan_id': plan.id,
            'xero_tracking_option_id': self.env['xero.tracking.option'].search([
                ('connection_id', '=', self.connection.id), ('name', '=', name)]).id,
        }) for name in ("North", "South"))

    def _document(self, move):
        return self.org.store['Invoices'].get(move.xero_document_id)

    def _correct(self, move, *changes, **fields):
        """Somebody changes the first lines of a document in Xero; what has no line is a new one."""
        lines = self._document(move)['LineItems']
        changes += ({},) * (len(lines) - len(changes))
        ids = [{'LineItemID': line['LineItemID']} for line in lines]
        ids += [{}] * (len(changes) - len(ids))
        self.person.edit(move.xero_document_id, **fields, LineItems=[
            {**line, **change} for line, change in zip(ids, changes, strict=True)])
        self._pull()

    def _of(self, move):
        return self.env['xero.difference'].search([('res_id', '=', move.id)])

    def _take_over(self, move):
        self.assertTrue(self._of(move))
        self._of(move).action_take_over()
        self._pull_at_once()

    def _assert_taken_over(self, move):
        self.assertEqual(self._of(move).mapped('message'), [])
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
        self._assert_as_there(self._document(move), move)
        self._settled()
        self.sandbox.reset_calls()
        move.ref = "PO 4711"
        self._push()
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
        for call in self.sandbox.calls:
            self.assertNotIn('LineItems', str(call.body))

    def test_account_tax_and_tracking_of_lines_that_stay(self):
        move = self._pushed(lines=[
            {'analytic_distribution': {str(self.north.id): 100}}, {'price_unit': 50}])
        lines = move.invoice_line_ids
        self._correct(move, {'AccountCode': '260', 'Tracking': SOUTH},
                      {'TaxType': 'ZERORATEDOUTPUT', 'UnitAmount': 60})
        self._take_over(move)
        self.assertEqual(move.invoice_line_ids, lines, "the same lines")
        self.assertEqual((move.state, lines.account_id), ('posted', self.income | self.other))
        self.assertEqual(lines[0].analytic_distribution, {str(self.south.id): 100})
        self.assertEqual(lines[1].tax_ids, self.tax_sale_0)
        self._assert_taken_over(move)

    def test_another_total(self):
        move = self._pushed(lines=[{}, {'price_unit': 50}])
        self._correct(move, {'UnitAmount': 110})
        self.assertIn('total', self._of(move).mapped('field'))
        self._take_over(move)
        self.assertEqual(move.amount_untaxed, 160)
        self._assert_taken_over(move)

    def test_a_line_more_and_a_line_less(self):
        move = self._pushed(lines=[{}, {'price_unit': 50}])
        kept = move.invoice_line_ids[0]
        lines = self._document(move)['LineItems']
        self.person.edit(move.xero_document_id, LineItems=[
            {'LineItemID': lines[0]['LineItemID']}, self._line('70.00', AccountCode='260')])
        self._pull()
        self._take_over(move)
        self.assertIn(kept, move.invoice_line_ids)
        self.assertEqual(sorted(move.invoice_line_ids.mapped('price_unit')), [70, 100])
        self._assert_taken_over(move)

    def test_the_rate_of_the_currency(self):
        move = self._pushed(currency_id=self.env.ref('base.EUR').id)
        self.person.edit(move.xero_document_id, CurrencyRate=1.5)
        self._pull()
        self._take_over(move)
        self.assertAlmostEqual(move.invoice_currency_rate, 1.5)
        self._assert_taken_over(move)

    def test_what_was_paid_stays_paid(self):
        move = self._pushed()
        self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create(
                {'amount': 50})._create_payments()
        self._correct(move, {'TaxType': 'ZERORATEDOUTPUT', 'UnitAmount': 120})
        self._take_over(move)
        self.assertEqual((move.amount_residual, move.amount_total), (70, 120))

    def test_an_imported_document(self):
        document = self._there(self._contact(self.partner_a), self._line(), self._line('20.00'))
        self._pull()
        move = self._here(document)
        self._correct(move, {'AccountCode': '260'})
        self._take_over(move)
        self.assertEqual(self._of(move).mapped('message'), [])
        self.assertEqual(move.invoice_line_ids.account_id, self.income | self.other)
        self.assertEqual((move.state, move.xero_state), ('posted', 'synced'))
        self._settled()

    def test_after_it_was_held_back(self):
        move = self._pushed(lines=[{}, {'price_unit': 50}])
        self._correct(move, {'AccountCode': '260'})
        move.button_draft()
        move.invoice_line_ids = [Command.update(move.invoice_line_ids[1].id, {'price_unit': 60})]
        move.ref = "PO 4712"
        move.action_post()
        self._push()
        self.assertEqual(move.xero_error_code, 'corrected_in_xero')
        self._take_over(move)
        self.assertEqual(move.amount_untaxed, 150, "Xero's")
        self._push()
        self.assertEqual(self._document(move)['Reference'], "PO 4712")
        self.assertEqual(self._document(move)['LineItems'][0]['AccountCode'], '260')
        self._assert_taken_over(move)

    # === WHERE ODOO DOES NOT ALLOW IT === #

    def _assert_refused(self, move, words):
        books = move.line_ids.mapped('balance'), move.invoice_line_ids.account_id
        self._take_over(move)
        self.assertEqual((move.line_ids.mapped('balance'), move.invoice_line_ids.account_id), books)
        self.assertEqual(move.state, 'posted')
        self.assertIn(words, self._of(move)[0].message)
        self.assertFalse(move.xero_take_over)

    def test_a_locked_period(self):
        move = self._pushed()
        self._correct(move, {'AccountCode': '260'})
        self.env.company.sudo().hard_lock_date = '2026-03-31'
        self._assert_refused(move, "locked")

    def test_a_hashed_journal(self):
        move = self._pushed()
        self._correct(move, {'AccountCode': '260'})
        move.journal_id.restrict_mode_hash_table = True
        move.button_hash()
        self._assert_refused(move, "")

    def test_an_account_that_nothing_is_mapped_to(self):
        move = self._pushed()
        self.other.xero_account_id = False
        self._correct(move, {'AccountCode': '260'})
        self._assert_refused(move, "No account here is mapped")
