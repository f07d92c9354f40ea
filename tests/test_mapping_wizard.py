"""*Match automatically*: the method saves what is clear at once, the page shows it first."""
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import XeroCommon


@tagged('post_install', '-at_install')
class TestMappingWizard(XeroCommon):

    def _wizard(self, kind=None):
        action = self.env['xero.mapping.wizard']._open(self.connection, kind)
        return self.env['xero.mapping.wizard'].browse(action['res_id'])

    def _line(self, wizard, record):
        return wizard.line_ids.filtered(
            lambda line: (line.res_model, line.res_id) == (record._name, record.id))

    def _account(self, code, name, kind='income'):
        return self.env['account.account'].create(
            {'code': code, 'name': name, 'account_type': kind})

    def _proposal(self, record, kind):
        [match] = [match for match in self.env['xero.matching']._find(self.connection, kind)
                   if match.record == record]
        return match

    # === ACCOUNTS === #

    def test_accounts_by_code_then_name(self):
        rent = self._account('R1', "rent", 'expense')
        odd = self._account('469', "Rental income")
        wizard = self._wizard('account')
        lines = {record: self._line(wizard, record) for record in (rent, odd)}
        self.assertEqual(lines[rent].account_id.code, '469')
        self.assertEqual((lines[rent].certainty, lines[rent].selected), ('certain', True))
        self.assertEqual((lines[odd].certainty, lines[odd].selected), ('doubtful', False),
                         "an income account is no expense account")
        self.assertFalse(self._line(wizard, self.income), "mapped already")
        self.assertFalse(rent.xero_account_id, "nothing is saved before")
        wizard.action_confirm()
        self.assertEqual(rent.xero_account_id.code, '469')
        self.assertFalse(odd.xero_account_id)

    def test_a_row_is_filled_in_by_hand(self):
        odd = self._account('X1', "Nothing like it", 'asset_fixed')
        wizard = self._wizard('account')
        self.assertEqual(self._line(wizard, odd).certainty, 'none')
        with Form(wizard) as form:
            number = [line.id for line in wizard.account_line_ids].index(
                self._line(wizard, odd).id)
            with form.account_line_ids.edit(number) as row:
                row.account_id = self.env['xero.account'].search(
                    [('connection_id', '=', self.connection.id), ('code', '=', '200')])
                self.assertTrue(row.selected)
        wizard.action_confirm()
        self.assertEqual(odd.xero_account_id.code, '200')

    def test_what_is_mapped_onto_something_archived_is_proposed_again(self):
        self.income.xero_account_id.sudo().active = False
        self.assertTrue(self._line(self._wizard('account'), self.income))
        self.connection.action_auto_map()
        self.assertFalse(self.income.xero_account_id.active, "only a person changes a mapping")

    def test_saving_releases_what_waited(self):
        rent = self._account('R1', "Rent", 'expense')
        bill = self._invoice('in_invoice', [{'account_id': rent.id}], ref='B1')
        self._push()
        self.assertEqual(bill.xero_error_code, 'unmapped_account')
        self._wizard('account').action_confirm()
        self.assertEqual(bill.xero_state, 'pending')

    # === TAXES === #

    def test_taxes_are_certain_only_where_the_name_leaves_no_doubt(self):
        cases = {
            ("20% G", 'purchase', 20): ('INPUT2', True),
            ("20% PVA", 'purchase', 20): (False, False),
            ("0% PVA imports", 'purchase', 0): ('GSTONIMPORTS', False),
            ("0% EU", 'purchase', 0): ('ECZRINPUT', False),
            ("0% EU", 'sale', 0): (False, False),
            ("0% RC", 'sale', 0): ('DRCHARGESUPPLY20', False),
            ("No VAT", 'sale', 0): ('NONE', True),
            ("Zero rated", 'sale', 0): ('ZERORATEDOUTPUT', True),
            ("Exempt", 'sale', 0): ('EXEMPTOUTPUT', True),
            ("0% odd", 'sale', 0): ('ZERORATEDOUTPUT', False),
        }
        for (name, use, amount), expected in cases.items():
            with self.subTest(name=name, use=use):
                match = self._proposal(self._tax(name, amount, use), 'tax')
                self.assertEqual((match.target.tax_type, match.certain), expected, match.reason)

    def test_a_tax_of_another_country_is_not_proposed(self):
        tax = self._tax("20% FR", 20, 'sale', country_id=self.env.ref('base.fr').id,
                        tax_group_id=self.env['account.tax.group'].create(
                            {'name': "FR", 'country_id': self.env.ref('base.fr').id}).id)
        match = self._proposal(tax, 'tax')
        self.assertFalse(match.target)
        self.assertIn('FR', match.reason)

    # === PRODUCTS, ANALYTIC ACCOUNTS, JOURNALS === #

    def test_products_by_code_then_name(self):
        self.org.add_item("SHELF", name="Oak shelf")
        self.connection._refresh_reference_data()
        coded, named = self.env['product.product'].create([
            {'name': "Shelf", 'default_code': 'shelf'}, {'name': "Oak Shelf"}])
        self.connection.action_auto_map()
        self.assertEqual(coded.xero_item_id.code, 'SHELF')
        self.assertFalse(named.xero_item_id)
        self.assertEqual(self._line(self._wizard('product'), named).item_id.code, 'SHELF')

    def test_analytic_accounts_by_name_and_plan(self):
        plans = self.env['account.analytic.plan'].create([{'name': "Region"}, {'name': "Team"}])
        south, east = self.env['account.analytic.account'].create([
            {'name': "South", 'plan_id': plans[0].id}, {'name': "East", 'plan_id': plans[1].id}])
        self.connection.action_auto_map()
        self.assertEqual(south.xero_tracking_option_id.name, "South")
        self.assertFalse(east.xero_tracking_option_id, "another plan may mean something else")
        line = self._line(self._wizard(), east)
        self.assertEqual((line.tracking_option_id.name, line.certainty), ("East", 'doubtful'))

    def test_journals_by_account_number(self):
        journal = self.company_data['default_journal_bank']
        bank = self.env['xero.account'].search([
            ('connection_id', '=', self.connection.id), ('type', '=', 'BANK'),
            ('currency_code', '=', self.env.company.currency_id.name)])
        journal.set_bank_account(f'GB00 BANK {bank.bank_account_number}')
        self.connection.action_auto_map()
        self.assertEqual(journal.xero_account_id, bank)

    # === WHO, AND HOW FAST === #

    def test_only_a_manager_may(self):
        user = new_test_user(self.env, 'clerk', groups='account_xero.group_xero_user',
                             company_id=self.env.company.id)
        with self.assertRaises(AccessError):
            self.env['account.account'].with_user(user).action_xero_match()
        with self.assertRaises(AccessError):
            self.connection.with_user(user).action_match()

    def test_each_page_opens_its_own_kind(self):
        action = self.env['account.tax'].action_xero_match()
        wizard = self.env['xero.mapping.wizard'].browse(action['res_id'])
        self.assertEqual(set(wizard.line_ids.mapped('kind')), {'tax'})
        self.connection.sudo().write({'state': 'disconnected'})
        with self.assertRaises(UserError):
            self.env['account.tax'].action_xero_match()

    def test_a_row_that_was_tampered_with_maps_nothing_of_others(self):
        wizard = self._wizard('account')
        other = self.setup_other_company()['default_account_revenue']
        with self.assertRaises(AccessError):
            wizard.line_ids[:1].res_id = other.id
        wizard.line_ids[:1].sudo().write({'res_id': other.id, 'selected': True, 'account_id':
                                   self.income.xero_account_id.id})
        wizard.action_confirm()
        self.assertFalse(other.sudo().with_company(self.env.company).xero_account_id)

    def test_queries_do_not_grow_with_the_products(self):
        self.org.add_item("SHELF", name="Oak shelf")
        self.connection._refresh_reference_data()

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env['xero.matching']._find(self.connection, 'product')
            return self.cr.sql_log_count - before

        self.env['product.product'].create([{'name': f"P{number}"} for number in range(10)])
        few = queries()
        self.env['product.product'].create([{'name': f"Q{number}"} for number in range(500)])
        self.assertEqual(queries(), few)

    # === FORMS === #

    def test_the_record_that_a_problem_names_has_the_mapping(self):
        for model, name in (('account.account', 'xero_account_id'),
                            ('account.tax', 'xero_tax_rate_id'),
                            ('product.product', 'xero_item_id'),
                            ('account.analytic.account', 'xero_tracking_option_id'),
                            ('account.journal', 'xero_account_id')):
            with self.subTest(model=model):
                arch = self.env[model].get_view(view_type='form')['arch']
                self.assertIn(f'name="{name}"', arch)
