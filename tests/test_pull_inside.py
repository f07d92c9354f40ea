"""What is inside a document agrees, whatever its total is: tax, rate, account, tracking."""
from odoo import Command
from odoo.tests import tagged

from odoo.addons.account_xero.models.documents.xero_difference import INSIDE
from odoo.addons.account_xero.xero.documents import Document
from odoo.addons.account_xero.xero.scalars import loads

from .common_import import XeroImportCommon
from .xero_sandbox.render import document as rendered
from .xero_sandbox.render import to_json

NORTH, SOUTH = ([{'Name': "Region", 'Option': name}] for name in ("North", "South"))


@tagged('post_install', '-at_install')
class TestPullInside(XeroImportCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref('base.EUR').active = True

    def setUp(self):
        super().setUp()
        self.other_income = self.income.copy({'code': '499260', 'name': "Other"})
        self.other_income.xero_account_id = self.env['xero.account'].search([
            ('connection_id', '=', self.connection.id), ('code', '=', '260')])
        plan = self.env['account.analytic.plan'].create({'name': "Region"})
        self.north, self.south = (self.env['account.analytic.account'].create({
            'name': name, 'plan_id': plan.id,
            'xero_tracking_option_id': self.env['xero.tracking.option'].search([
                ('connection_id', '=', self.connection.id), ('name', '=', name)]).id,
        }) for name in ("North", "South"))

    def _correct(self, move, *changes, **fields):
        """Somebody changes the first lines of a document in Xero, and maybe its fields."""
        kind = 'Invoices' if 'invoice' in move.move_type else 'CreditNotes'
        lines = self.org.store[kind].get(move.xero_document_id)['LineItems']
        changes += ({},) * (len(lines) - len(changes))
        self.person.edit(move.xero_document_id, **fields, LineItems=[
            {'LineItemID': line['LineItemID'], **change}
            for line, change in zip(lines, changes, strict=True)])

    def _found(self, move):
        """:return: {what: (here, there)} that is on the list of what is inside a document"""
        return {field: tuple(text.replace('\xa0', ' ') for text in values)
                for (document, field), values in self._differences().items()
                if document == move.display_name and field in INSIDE}

    def _assert_found(self, move, *names):
        self.assertEqual(set(self._found(move)), set(names))

    # === AFTER A PULL === #

    def test_another_tax_at_the_same_gross(self):
        move = self._pushed()
        self._correct(move, {'TaxType': 'ZERORATEDOUTPUT', 'UnitAmount': 120})
        self._pull()
        found = self._found(move)
        self.assertEqual(found['tax'], ('$ 20.00', '$ 0.00'))
        self.assertEqual(set(found), {'tax', 'tax_rate', 'account'})
        self.assertIn('$ 100.00 + $ 20.00', found['tax_rate'][0])
        self.assertIn('$ 120.00 + $ 0.00', found['tax_rate'][1])
        self.assertIn("20.00 in Odoo", move.alerts['xero_differs']['message'].replace('\xa0', ' '))

    def test_another_account_at_the_same_total(self):
        for move_type, code in (('out_invoice', '260'), ('in_invoice', '400'),
                                ('out_refund', '260')):
            with self.subTest(move_type=move_type):
                move = self._pushed(move_type)
                self._correct(move, {'AccountCode': code})
                self._later(hours=4)
                self._pull()
                self._assert_found(move, 'account')
                here, there = self._found(move)['account']
                self.assertIn(code, there)
                self.assertNotIn(code, here)

    def test_another_rate_of_the_currency(self):
        move = self._pushed(currency_id=self.env.ref('base.EUR').id)
        self.person.edit(move.xero_document_id, CurrencyRate=1.5)
        self._pull()
        self.assertEqual(self._found(move)['rate'][1], '1.5')
        self._assert_found(move, 'rate')

    def test_tracking(self):
        move = self._pushed(lines=[{'analytic_distribution': {str(self.north.id): 100}}])
        self._pull()
        self._assert_found(move)
        self._correct(move, {'Tracking': SOUTH})
        self._pull()
        self.assertEqual(self._found(move), {'tracking': (
            'Region: North: $ 100.00', 'Region: South: $ 100.00')})

    def test_tracking_that_nothing_here_is_mapped_to_is_xeros_own(self):
        self.south.xero_tracking_option_id = False
        move = self._pushed()
        self._correct(move, {'Tracking': SOUTH})
        self._pull()
        self._assert_found(move)

    def test_only_one_of_two_lines(self):
        move = self._pushed(lines=[{}, {'price_unit': 50}])
        self._correct(move, {'AccountCode': '260'})
        self._pull()
        here, there = self._found(move)['account']
        self.assertIn('$ 150.00', here)
        self.assertIn('$ 50.00', there)
        self.assertIn('$ 100.00', there)

    def test_a_draft_that_was_corrected_and_approved_in_xero(self):
        self.connection.push_status = 'DRAFT'
        move = self._pushed()
        self._correct(move, {'AccountCode': '260'}, Status='AUTHORISED')
        self._pull()
        self._assert_found(move, 'account')
        self.assertEqual(move.xero_status, 'AUTHORISED')

    def test_taken_back_in_xero(self):
        move = self._pushed()
        self._correct(move, {'AccountCode': '260'})
        self._pull()
        self._assert_found(move, 'account')
        self._correct(move, {'AccountCode': '200'})
        self._pull()
        self._assert_found(move)
        self.assertTrue(move.sudo().xero_pull_hash, "agrees again")

    def test_the_night_finds_what_is_older_than_the_comparison(self):
        move = self._pushed()
        move.sudo().xero_sent = False
        self._correct(move, {'AccountCode': '260'})
        move.sudo().xero_pull_hash = False
        self._reconcile()
        self._assert_found(move, 'account')

    def test_what_xero_has_refused_is_not_settled(self):
        """Though the totals agree."""
        move = self._pushed()
        self.person.pay(move.xero_document_id, 20)
        self._pull()
        move.button_draft()
        move.invoice_line_ids.account_id = self.other_income
        move.action_post()
        self._push()
        self._pull_at_once()
        self.assertEqual((move.xero_state, move.xero_error_code),
                         ('failed', 'document_not_editable'))
        self._assert_found(move, 'account')
        move.action_xero_sync_now()
        self._push()
        self.assertEqual(move.xero_error_code, 'document_not_editable', "not held back")

    # === MADE IN XERO === #

    def test_an_imported_document(self):
        contact = self._contact(self.partner_a)
        for policy in ('post', 'draft'):
            with self.subTest(policy=policy):
                self.connection.import_policy = policy
                document = self._there(contact, self._line(Tracking=NORTH), self._line('20.00'))
                self._pull()
                move = self._here(document)
                self._assert_found(move)
                self._correct(move, {'AccountCode': '260', 'Tracking': SOUTH})
                self._pull()
                self._assert_found(move, 'account', 'tracking')
                self._correct(move, {'AccountCode': '200', 'Tracking': NORTH})
                self._pull()
                self._assert_found(move)

    def test_with_tax_included(self):
        document = self._there(self._contact(self.partner_a), self._line('120.00'),
                               LineAmountTypes='Inclusive')
        self._pull()
        self._assert_found(self._here(document))
        self._settled()

    # === WHAT IS NO DIFFERENCE === #

    def test_what_odoo_rounds_in_its_own_way_is_no_difference(self):
        self.env.company.tax_calculation_rounding_method = 'round_globally'
        rounding = self.env['account.cash.rounding'].create({
            'name': "0.05", 'rounding': 0.05, 'strategy': 'add_invoice_line',
            'profit_account_id': self.income.id, 'loss_account_id': self.income.id})
        moves = self._pushed(lines=[
            {'price_unit': 33.33, 'quantity': 3, 'discount': 7}, {'price_unit': 0.05},
            {'display_type': 'line_note', 'name': "A note", 'account_id': False, 'tax_ids': False},
            {'price_unit': 10.07, 'tax_ids': [Command.set(self.tax_sale_0.ids)]},
            {'price_unit': -5, 'tax_ids': False}])
        moves |= self._pushed(lines=[{'price_unit': 10.03}],
                              invoice_cash_rounding_id=rounding.id)
        moves |= self._pushed('out_refund', lines=[{'price_unit': 1.005, 'quantity': 3}])
        for sent in (True, False):
            with self.subTest(sent=sent):
                if not sent:
                    moves.sudo().write({'xero_sent': False, 'xero_pull_hash': False})
                self._reconcile()
                self.assertEqual(self._differences(), {})

    def test_another_mapping_is_no_difference(self):
        move = self._pushed()
        self.income.xero_account_id = self.other_income.xero_account_id
        move.sudo().xero_pull_hash = False
        self._reconcile()
        self._assert_found(move)

    def test_lists_without_lines_say_nothing(self):
        def without(_request, status, payload):
            for row in payload.get('Invoices', ()):
                row['LineItems'] = []
            return status, payload

        move = self._pushed()
        self.sandbox.after_work = without
        move.sudo().xero_pull_hash = False
        self._reconcile()
        self._assert_found(move)

    def test_queries_do_not_grow_with_the_documents(self):
        contact = self._contact(self.partner_a)
        moves = self.env['account.move']
        for _number in range(12):
            document = self._there(contact, self._line(Tracking=NORTH))
            self._pull()
            moves |= self._here(document)

        def count(some):
            documents = {move: Document.from_json(loads(to_json(rendered(
                self.org, self.org.store['Invoices'].get(move.xero_document_id)))))
                for move in some}
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env['xero.compare.content'].sudo()._find(self.connection, documents)
            return self.cr.sql_log_count - before

        count(moves[:1])
        self.assertEqual(count(moves), count(moves[:2]))
