"""What explains that an account of both ledgers differs, with the documents behind it."""
from datetime import date

from odoo import Command
from odoo.tests import tagged

from .common_ledger import XeroLedgerCommon


@tagged('post_install', '-at_install')
class TestLedgerExplained(XeroLedgerCommon):

    def setUp(self):
        super().setUp()
        # What is there already is older than all that these tests do.
        self.connection.connected_at = self.env.cr.now()
        self.sale = self._pushed(invoice_date='2026-03-02')

    def _reasons(self, code):
        """:return: {reason: amount} of an account by Xero's code"""
        return {row.reason: row.amount for row in self._line(code).reason_ids}

    def _documents(self, code, reason):
        """:return: the documents that the button of a reason lists"""
        [row] = self._line(code).reason_ids.filtered(lambda row: row.reason == reason)
        action = row.action_view_documents()
        return self.env[action['res_model']].search(action['domain'])

    def _explained(self, reason, amounts, documents):
        """These accounts differ by these amounts for one reason, and nothing else does.

        :param dict amounts: {Xero's code: amount}
        """
        self._compare()
        for code, amount in amounts.items():
            self.assertEqual(self._reasons(code), {reason: amount}, code)
            self.assertEqual(self._line(code).unexplained, 0)
            self.assertEqual(self._documents(code, reason), documents)
        others = self._lines().filtered(
            lambda line: line.difference and line.kind != 'current'
            and line.xero_account_id.code not in amounts)
        self.assertFalse(others.mapped(lambda line: (line.name, *self._amounts(line))))
        self.assertFalse(self.connection.ledger_unexplained)
        standing = self.env['xero.ledger.line'].get_standing()[0]
        self.assertIn("Not explained: 0", standing['text'])
        self.assertEqual(standing['level'], 'warning')

    def test_pending(self):
        self.connection.hold_sending = True
        move = self._invoice(invoice_date='2026-03-03')
        self.assertEqual(move.xero_state, 'pending')
        self._explained('pending', {'200': -100, '820': -20, '610': 120}, move)

    def test_failed(self):
        unmapped = self.income.copy({'code': '499800', 'name': "Unmapped",
                                     'xero_account_id': False})
        move = self._invoice(invoice_date='2026-03-03', lines=[{'account_id': unmapped.id}])
        self._push()
        self.assertEqual(move.xero_state, 'failed')
        self._compare()
        self.assertEqual(self._reasons('610'), {'failed': 120})
        [alone] = self._lines().filtered(lambda line: line.account_ids == unmapped)
        self.assertEqual((alone.difference, alone.explained), (-100, -100))

    def test_excluded_and_left_out(self):
        self.partner_b.xero_exclude = True
        first = self._invoice(invoice_date='2026-03-03', partner_id=self.partner_b.id)
        self.connection.auto_sync = False
        second = self._invoice(invoice_date='2026-03-04', lines=[{'price_unit': 50}])
        self._compare()
        self.assertEqual(self._reasons('610'), {'excluded': 120, 'left_out': 60})
        self.assertEqual(self._documents('610', 'excluded'), first)
        self.assertEqual(self._documents('610', 'left_out'), second)

    def test_older_than_the_connection(self):
        self.connection.auto_sync = False
        move = self._invoice(invoice_date='2026-01-05')
        self.connection.connected_at = '2100-01-01'
        self._explained('before', {'200': -100, '820': -20, '610': 120}, move)

    def test_older_ones_that_xero_began_with(self):
        """Its opening balances have them, so they explain nothing."""
        self.connection.auto_sync = False
        self._invoice(invoice_date='2026-01-05')
        self.connection.connected_at = '2100-01-01'
        self.org.as_person.enter_balances(
            date(2026, 3, 1), {'200': -100, '820': -20, '610': 120})
        self.org.as_person.enter_balances(date(2026, 3, 1), {'090': 7, '970': -7})
        self._compare()
        self.assertEqual(self._line('610').difference, 0)
        self.assertFalse(self._line('610').reason_ids)
        self.assertEqual(self._amounts(self._line('970')), (0, -7, 7, 0, 7))
        self.assertEqual(self.connection.ledger_unexplained, 2, "with the bank")

    def test_a_journal_entry(self):
        entry = self.env['account.move'].create({'date': '2026-03-09', 'line_ids': [
            Command.create({'account_id': self.expense.id, 'debit': 33}),
            Command.create({'account_id': self.income.id, 'credit': 33})]})
        entry.action_post()
        self._explained('entry', {'200': -33, '429': 33}, entry)
        self.org.as_person.enter_balances(date(2026, 3, 9), {'200': -33, '429': 33})
        self._compare()
        self._all_agree()

    def test_a_journal_entry_that_is_sent(self):
        journal = self.company_data['default_journal_misc']
        journal.xero_entries = 'each'
        self.connection.push_status = 'DRAFT'
        entry = self.env['account.move'].create({
            'journal_id': journal.id, 'date': '2026-03-09', 'line_ids': [
                Command.create({'account_id': self.expense.id, 'debit': 33}),
                Command.create({'account_id': self.income.id, 'credit': 33})]})
        self.connection.hold_sending = True
        entry.action_post()
        self._explained('pending', {'200': -33, '429': 33}, entry)
        self.connection.hold_sending = False
        self._push()
        self.assertEqual(entry.xero_state, 'synced', entry.xero_error_message)
        self._explained('draft', {'200': -33, '429': 33}, entry)
        entry.sudo().xero_manual_journal_id.xero_status = 'POSTED'
        entry.sudo().xero_status = 'POSTED'
        [there] = self.org.manual_journals
        there['Status'] = 'POSTED'
        self._compare()
        self._all_agree()

    def test_what_the_goods_cost(self):
        goods = self.expense.copy({'code': '697200', 'name': "Cost of goods"})
        goods.xero_account_id = self._account('310')
        stock = self.env['account.account'].create({
            'code': '110299', 'name': "Stock", 'account_type': 'asset_current'})
        stock.xero_account_id = self._account('630')
        self.env['account.move.line'].create([{
            'move_id': self.sale.id, 'account_id': account.id, 'balance': amount,
            'display_type': 'cogs'} for account, amount in ((goods, 44), (stock, -44))])
        self._explained('cost', {'310': 44, '630': -44}, self.sale)

    def test_a_payment_that_xero_has_not(self):
        self.connection.push_payments = False
        payment = self._pay(self.sale, amount=60)
        self._explained('payment', {'090': 60, '610': -60}, payment.move_id)

    def test_changed_in_xero(self):
        [line] = [line for invoice in self.org.invoices for line in invoice['LineItems']]
        self.org.as_person.edit(self.sale.xero_document_id, LineItems=[
            {'LineItemID': line['LineItemID'], 'UnitAmount': 70, 'AccountCode': '260'}])
        self._pull()
        self.assertTrue(self.sale.xero_differs)
        self._explained('differs', {'200': -100, '260': 70, '820': -6, '610': 36}, self.sale)

    def test_changed_here(self):
        self.connection.hold_sending = True
        self.sale.button_draft()
        self.sale.invoice_line_ids.price_unit = 130
        self.sale.action_post()
        self.assertEqual(self.sale.xero_state, 'pending')
        self._explained('changed', {'200': -30, '820': -6, '610': 36}, self.sale)

    def test_draft_in_xero(self):
        self.connection.push_status = 'DRAFT'
        move = self._pushed(invoice_date='2026-03-03')
        self._explained('draft', {'200': -100, '820': -20, '610': 120}, move)

    def test_only_in_xero(self):
        self.connection.write({'import_policy': 'list', 'import_from': '2026-01-01'})
        self.org.as_person.create_invoice("Only There Ltd", [{
            'Description': "Work", 'Quantity': 1, 'UnitAmount': 10, 'AccountCode': '260'}],
            Date='2026-03-06')
        self._pull()
        unmatched = self.env['xero.unmatched'].search(
            [('connection_id', '=', self.connection.id)])
        self.assertEqual(len(unmatched), 1)
        self._explained('there', {'260': 10, '820': 2, '610': -12}, unmatched)
        self.assertEqual(self._line('260').difference, 10)

    def test_what_nobody_can_explain(self):
        self.connection.hold_sending = True
        self._invoice(invoice_date='2026-03-03')
        self.org.as_person.enter_balances(date(2026, 3, 4), {'610': 5, '200': -5})
        self._compare()
        self.assertEqual(self._amounts(self._line('610')), (240, 125, 115, 120, -5))
        self.assertEqual(self.connection.ledger_unexplained, 2)

    def test_of_an_earlier_year(self):
        self.connection.hold_sending = True
        self._invoice(invoice_date='2026-03-03')
        self._compare('2026-04-30')
        self.assertEqual(self._reasons('960'), {'pending': -100})
        self.assertEqual(self._reasons('610'), {'pending': 120})
        self.assertFalse(self.connection.ledger_unexplained)

    def test_rates_of_the_day(self):
        self.env.ref('base.EUR').active = True
        self.env['res.currency.rate'].create({
            'name': '2026-01-01', 'currency_id': self.env.ref('base.EUR').id, 'rate': 1.17,
            'company_id': self.env.company.id})
        self._pushed(invoice_date='2026-03-03', currency_id=self.env.ref('base.EUR').id)
        self.org.day_rates['EUR'] = self.org.day_rates['EUR'] * 11 / 10
        self._compare()
        self._all_agree()
        self.org.revalues = True
        self._compare()
        gain = self._line('498')
        self.assertEqual(gain.kind, 'unrealised')
        self.assertTrue(gain.xero_balance)
        self.assertEqual(set(self._reasons('498')), {'gains'})
        self.assertEqual(self._reasons('610'), {'gains': -gain.difference})
        self.assertFalse(self.connection.ledger_unexplained)
        self.org.as_person.enter_balances(date(2026, 3, 4), {'610': 5, '200': -5})
        self._compare()
        self.assertFalse(self._reasons('610'), "what does not fit is not explained away")
        self.assertEqual(self.connection.ledger_unexplained, 3)

    def test_cents_of_other_currencies(self):
        """Xero knows a rate to six places only."""
        euro = self.env.ref('base.EUR')
        euro.active = True
        self.env['res.currency.rate'].create({
            'name': '2026-01-01', 'currency_id': euro.id, 'company_id': self.env.company.id,
            'rate': 1.1623524999})
        self._pushed(invoice_date='2026-03-03', currency_id=euro.id,
                     lines=[{'price_unit': 75000}])
        self._compare()
        self.assertEqual(self._reasons('610'), {'cents': self._line('610').difference})
        self.assertTrue(self._line('610').difference)
        count = self.connection.ledger_count
        self.assertEqual(self.connection.ledger_agreeing, count)
        standing = self.env['xero.ledger.line'].get_standing()[0]
        self.assertIn(f"Ledgers agree on {count} of {count} accounts", standing['text'])
        self.assertIn("Cents of rounding", standing['text'])
        self.org.as_person.enter_balances(date(2026, 3, 4), {'610': 1, '200': -1})
        self._compare()
        self.assertFalse(self._reasons('610'), "a pound is no rounding")

    def test_a_bank_account_that_no_journal_is(self):
        self.journal.xero_account_id = False
        self.connection.payment_journal_id = False
        self.org.as_person.pay(self.sale.xero_document_id, amount=60, date='2026-03-09')
        self._pull()
        self.assertEqual(self.sale.amount_residual, 60)
        self._compare()
        self.assertEqual(self._reasons('090'), {'clearing': -60})
        self.assertEqual(self._line('610').difference, 0)
        self.assertFalse(self.connection.ledger_unexplained)
        self.assertEqual(self.connection.ledger_agreeing, self.connection.ledger_count - 2)

    def test_branches_are_summed(self):
        branch = self.env['res.company'].create({
            'name': "Branch", 'parent_id': self.env.company.id})
        self.env.user.company_ids |= branch
        self.env.registry.clear_cache()
        self.connection.hold_sending = True
        move = self.env['account.move'].with_company(branch).create({
            'move_type': 'entry', 'date': '2026-03-09', 'company_id': branch.id, 'line_ids': [
                Command.create({'account_id': self.expense.id, 'debit': 33}),
                Command.create({'account_id': self.income.id, 'credit': 33})]})
        move.action_post()
        self.assertEqual(move.company_id, branch)
        self._explained('entry', {'200': -33, '429': 33}, move)
