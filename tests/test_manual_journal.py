"""Journal entries become manual journals in Xero: once, with the same amount on each account."""
from decimal import Decimal

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import XeroTimeCommon
from .common_journal import XeroJournalCommon, map_clearing
from .common_ledger import XeroLedgerCommon


@tagged('post_install', '-at_install')
class TestManualJournal(XeroJournalCommon):

    def test_an_entry_goes_out_once(self):
        entry = self._entry()
        self.assertEqual(entry.xero_state, 'pending')
        self._push()
        journal = self._booked(entry)
        self.assertEqual(journal['Status'], 'POSTED')
        self.assertTrue(journal['Narration'].startswith(f'{entry.name} [Odoo '))
        self.assertEqual(journal['LineAmountTypes'], 'NoTax')
        self.assertIn(f'res_id={entry.id}', journal['Url'])
        self._push()
        self.assertEqual(self._calls(), [('PUT', '/ManualJournals')])

    def test_what_is_not_chosen_stays_here(self):
        other = self.general.copy({'code': 'OTH'})
        self._entry(journal_id=other.id)
        self._push()
        self.assertFalse(self.org.manual_journals)

    def test_as_draft(self):
        self.connection.push_status = 'DRAFT'
        entry = self._entry()
        self._push()
        self.assertEqual(self._booked(entry)['Status'], 'DRAFT')
        entry.button_draft()
        entry.button_cancel()
        self._push()
        [journal] = self.org.manual_journals
        self.assertEqual(journal['Status'], 'DELETED')

    def test_fifty_in_a_call(self):
        entries = [self._entry() for _number in range(51)]
        self._push()
        self.assertEqual(self._calls(), [('PUT', '/ManualJournals')] * 2)
        for entry in entries:
            self._booked(entry)

    def test_posting_many_costs_no_more_queries_each(self):
        counts = {}
        for mode in ('each', 'daily'):
            self.general.xero_entries = mode
            for number in (2, 3, 12):
                entries = self.env['account.move'].create([{
                    'move_type': 'entry', 'journal_id': self.general.id,
                    'date': f'2026-03-{number:02}',
                    'line_ids': self._lines(5)} for _number in range(number)])
                entries._post()
                entries.sudo().xero_manual_journal_id = False
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.env['xero.manual.journal']._queue_posted(entries)
                self.env.flush_all()
                counts[mode, number] = self.env.cr.sql_log_count - before
        for mode in ('each', 'daily'):
            self.assertLessEqual(counts[mode, 12], counts[mode, 3], counts)

    def test_a_change_follows(self):
        entry = self._entry()
        self._push()
        entry.button_draft()
        self._push()
        self.assertEqual(len(self._calls()), 1)
        entry.line_ids = [Command.clear(), *self._lines(70)]
        entry.action_post()
        self._push()
        self._booked(entry)
        self.assertEqual(len(self._calls()), 2)
        entry.button_draft()
        entry.action_post()
        self._push()
        self.assertEqual(entry.xero_state, 'synced')
        self.assertEqual(len(self._calls()), 2, "nothing has changed")

    def test_a_cancelled_or_deleted_one_is_voided(self):
        cancelled, deleted = self._entry(), self._entry()
        self._push()
        cancelled.button_draft()
        cancelled.button_cancel()
        deleted.button_draft()
        deleted.name = '/'
        deleted.with_context(force_delete=True).unlink()
        self._push()
        self.assertEqual([each['Status'] for each in self.org.manual_journals], ['VOIDED'] * 2)
        cancelled.button_draft()
        cancelled.action_post()
        self._push()
        self._booked(cancelled)

    def test_a_reversal_is_another_one(self):
        entry = self._entry()
        reversal = entry._reverse_moves([{'date': entry.date}], cancel=True)
        self._push()
        sums = [self._sums(self._booked(each)) for each in (entry, reversal)]
        self.assertEqual(sums[0], {code: -amount for code, amount in sums[1].items()})

    # === WHAT XERO HAS ANYWAY === #

    def test_payments_and_what_follows_from_them_are_no_entries(self):
        invoice = self._invoice()
        bank = self.company_data['default_journal_bank']
        bank.xero_entries = 'each'
        self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({})._create_payments()
        self.env['account.bank.statement.line'].create({
            'journal_id': bank.id, 'payment_ref': "Fee", 'amount': -5, 'date': '2026-03-02'})
        self._entry(journal_id=self.env.company.currency_exchange_journal_id.id)
        self._push()
        self.assertFalse(self.org.manual_journals)

    # === TAX === #

    def test_taxes_go_out_by_their_type(self):
        tax_line = self.tax_sale_20.invoice_repartition_line_ids.filtered(
            lambda line: line.repartition_type == 'tax')
        self.assertTrue(tax_line)
        entry = self.env['account.move'].create({
            'move_type': 'entry', 'journal_id': self.general.id, 'date': '2026-03-02',
            'line_ids': [
                Command.create({'name': "Sales", 'account_id': self.income.id, 'credit': 100,
                                'tax_ids': [Command.set(self.tax_sale_20.ids)]}),
                Command.create({'name': "Clearing", 'account_id': self.clearing.id,
                                'debit': 120})]})
        entry.action_post()
        self.assertEqual(len(entry.line_ids), 3)
        self._push()
        self.assertEqual(entry.xero_state, 'synced', entry.xero_error_message)
        [journal] = self.org.manual_journals
        self.assertEqual(journal['LineAmountTypes'], 'Exclusive')
        self.assertEqual(self._sums(journal), {'200': Decimal('-100.00'), '620': Decimal('120.00')})
        self.assertEqual([line['TaxAmount'] for line in journal['JournalLines'] if line['TaxType']
                          == 'OUTPUT2'], [Decimal('-20.00')])

    # === WHAT XERO DOES NOT TAKE === #

    def test_money_and_what_is_owed_are_refused_here(self):
        accounts = {a.code: a for a in self.env['xero.account'].search([])}
        debtors = next(a for a in accounts.values() if a.system_account == 'DEBTORS')
        receivable = self.company_data['default_account_receivable']
        receivable.xero_account_id = debtors
        entry = self._entry(lines=[
            Command.create({'account_id': receivable.id, 'debit': 50,
                            'partner_id': self.partner_a.id}),
            Command.create({'account_id': self.income.id, 'credit': 50})])
        good = self._entry()
        self._push()
        self.assertEqual((entry.xero_state, entry.xero_error_code), ('failed', 'unmapped_account'))
        self.assertIn("clearing", entry.xero_error_message)
        self._booked(good)
        problem = self.env['xero.problem'].search([('code', '=', 'unmapped_account')])
        self.assertEqual(problem.count, 1)
        receivable.xero_account_id = accounts['620']
        self._push()
        self._booked(entry)

    def test_an_account_that_is_not_mapped(self):
        entry = self._entry()
        self.clearing.xero_account_id = False
        self._push()
        self.assertEqual((entry.xero_state, entry.xero_error_code), ('failed', 'unmapped_account'))
        self.assertIn('xero_failed', entry.alerts)

    def test_a_line_that_xero_drops_is_a_refusal(self):
        entry = self._entry()
        account = self.org.account(code='620')
        self.org.store['Accounts'].put({**account, 'Code': '621'})
        self._push()
        self.assertEqual((entry.xero_state, entry.xero_error_code), ('failed', 'unmapped_account'))
        self.assertIn('620', entry.xero_error_message)

    def test_a_locked_period(self):
        self.connection.sudo().period_lock_date = '2026-03-31'
        entry = self._entry()
        self._push()
        self.assertEqual(entry.xero_error_code, 'period_locked')

    def test_a_role_without_journals_is_said(self):
        entry, invoice = self._entry(), self._invoice()
        self.sandbox.inject('role_missing', 'PUT', '/ManualJournals')
        self._push()
        self._synced(invoice)
        self.assertEqual((entry.xero_state, entry.xero_error_code), ('failed', 'role_missing'))
        self.assertEqual(self.connection.state, 'connected')

    def test_a_missing_permission_is_said_and_stops_nothing(self):
        entry, invoice = self._entry(), self._invoice()
        self.sandbox.inject('scope_missing', 'PUT', '/ManualJournals')
        self._push()
        self._synced(invoice)
        self.assertEqual((entry.xero_state, entry.xero_error_code), ('failed', 'scope_missing'))
        self.assertEqual(self.connection.state, 'connected')

    # === BY HAND === #

    def test_sync_now(self):
        self.connection.auto_sync = False
        entry = self._entry()
        self._push()
        self.assertEqual(entry.xero_state, 'pending')
        action = entry.action_xero_sync_now()
        self.assertEqual(action['params']['type'], 'success')
        self._push()
        self._booked(entry)
        with self.assertRaisesRegex(UserError, "Entries to Xero"):
            self._entry(journal_id=self.general.copy({'code': 'OTH'}).id).action_xero_sync_now()


@tagged('post_install', '-at_install')
class TestManualJournalOnce(XeroJournalCommon):

    def test_once_whatever_becomes_of_the_answer(self):
        for fault in ('cut_before', 'cut_after'):
            for minutes in (2, 7):      # while Xero remembers the key, and later
                with self.subTest(fault=fault, minutes=minutes):
                    entry = self._entry()
                    self.sandbox.inject(fault, 'PUT', '/ManualJournals')
                    self._push()
                    self.assertEqual((entry.xero_state, entry.xero_attempts), ('pending', 1))
                    self._later(minutes=minutes)
                    self._push()
                    self._booked(entry)
                    self.assertFalse(self._requests())

    def test_a_change_whose_answer_is_lost(self):
        for fault in ('cut_before', 'cut_after'):
            with self.subTest(fault=fault):
                entry = self._entry()
                self._push()
                entry.button_draft()
                entry.line_ids = [Command.clear(), *self._lines(70)]
                entry.action_post()
                self.sandbox.inject(fault, 'POST', '/ManualJournals/*')
                self._push()
                self._later(minutes=7)
                self._push()
                self._later(minutes=1)
                self._push()
                self._booked(entry)

    def test_a_void_that_is_answered_as_refused(self):
        entry = self._entry()
        self._push()
        self.org.void_answers_400 = True
        entry.button_draft()
        entry.button_cancel()
        self._push()
        self.assertEqual([each['Status'] for each in self.org.manual_journals], ['VOIDED'])
        self.assertFalse(entry.xero_state, entry.xero_error_message)

    def test_a_draft_that_was_posted_in_xero_is_voided(self):
        self.connection.push_status = 'DRAFT'
        entry = self._entry()
        self._push()
        [journal] = self.org.manual_journals
        self.org.store['ManualJournals'].put({**journal, 'Status': 'POSTED'})
        entry.button_draft()
        entry.button_cancel()
        self._push()
        self._push()
        self.assertEqual([each['Status'] for each in self.org.manual_journals], ['VOIDED'])
        self.assertFalse(entry.xero_state, entry.xero_error_message)

    def test_voided_in_xero_is_said_and_made_anew_by_hand(self):
        entry = self._entry()
        self._push()
        [journal] = self.org.manual_journals
        self.org.store['ManualJournals'].put({**journal, 'Status': 'VOIDED'})
        entry.button_draft()
        entry.line_ids = [Command.clear(), *self._lines(70)]
        entry.action_post()
        self._push()
        self.assertEqual((entry.xero_state, entry.xero_error_code), ('failed', 'voided_in_xero'))
        entry.action_xero_sync_now()
        self._push()
        self._booked(entry)


#: What other modules may extend, with the model of the service that has it.
PREPARED = (
    ('_xero_check', None), ('_xero_prepare_body', None), ('_xero_prepare_lines', None),
    ('_xero_prepare_rest', None), ('_xero_prepare_narration', None),
    ('_prepare_item', 'xero.push.journal'))
APPLIED = ('_get_applied',)


@tagged('post_install', '-at_install')
class TestManualJournalHooks(XeroJournalCommon):

    def _broken(self, method, service, holds):
        good, bad = self._entry(), self._entry()
        with mute_logger('odoo.addons.account_xero.models'):
            repair = self._break(method, bad.xero_manual_journal_id, service=service)
            self._push()
        self._booked(good)
        self.assertEqual(bad.xero_state, holds, bad.xero_error_message)
        repair()
        self._later(minutes=7)
        bad.action_xero_sync_now()
        self._push()
        self._booked(bad)

    def test_what_cannot_be_prepared_fails_by_itself(self):
        for method, service in PREPARED:
            with self.subTest(method=method):
                self._broken(method, service, 'failed')

    def test_what_cannot_be_applied_is_tried_again(self):
        for method in APPLIED:
            with self.subTest(method=method):
                self._broken(method, 'xero.push.journal', 'pending')


@tagged('post_install', '-at_install')
class TestManualJournalDaily(XeroJournalCommon):

    def setUp(self):
        super().setUp()
        self.general.xero_entries = 'daily'

    def test_a_day_is_one_journal(self):
        entries = self.env['account.move'].union(*(
            self._entry(10 * number) for number in (1, 2, 3)))
        self._push()
        [journal] = self.org.manual_journals
        self.assertEqual(self._sums(journal), {'620': Decimal('60.00'), '200': Decimal('-60.00')})
        self.assertEqual(len(journal['JournalLines']), 2)
        self.assertEqual(set(entries.mapped('xero_state')), {'synced'})
        self.assertEqual(entries.xero_manual_journal_id.move_ids, entries)
        self._entry(40)         # a late one
        self._push()
        [journal] = self.org.manual_journals
        self.assertEqual(self._sums(journal), {'620': Decimal('100.00'), '200': Decimal('-100.00')})

    def test_today_waits_for_its_end_or_somebody(self):
        entry = self._entry(date=self.sandbox.clock.utcnow().date())
        self._push()
        self.assertEqual(entry.xero_state, 'pending')
        self.assertFalse(self.org.manual_journals)
        entry.action_xero_sync_now()
        self._push()
        self.assertEqual(entry.xero_state, 'synced')
        self.assertEqual(len(self.org.manual_journals), 1)

    def test_moved_to_another_day(self):
        first, second = self._entry(10), self._entry(20)
        self._push()
        first.button_draft()
        first.date = '2026-03-05'
        first.action_post()
        self._push()
        self.assertEqual([self._sums(each)['620'] for each in self.org.manual_journals],
                         [Decimal('20.00'), Decimal('10.00')])
        second.button_draft()
        second.button_cancel()
        self._push()
        self.assertEqual([each['Status'] for each in self.org.manual_journals],
                         ['VOIDED', 'POSTED'])

    def test_what_was_sold_cost(self):
        """Odoo has it inside the customer's invoices, which Xero gets without."""
        sales = self.company_data['default_journal_sale']
        sales.xero_entries = 'daily'
        invoice = self._invoice(post=False)
        invoice.line_ids = [
            Command.create({'name': "Goods", 'display_type': 'cogs', 'account_id':
                            account.id, 'balance': balance, 'tax_ids': []})
            for account, balance in ((self.clearing, -60), (self.expense, 60))]
        invoice.action_post()
        self._push()
        self._synced(invoice)
        [journal] = self.org.manual_journals
        self.assertEqual(self._sums(journal), {'620': Decimal('-60.00'), '429': Decimal('60.00')})
        self.assertEqual(invoice.xero_state, 'synced')

    def test_what_was_sold_cost_and_was_refused_is_to_be_done(self):
        """No document has failed, so it is among no problems: the dashboard has it."""
        self.company_data['default_journal_sale'].xero_entries = 'daily'
        self.clearing.xero_account_id = False
        invoice = self._invoice(post=False)
        invoice.line_ids = [
            Command.create({'name': "Goods", 'display_type': 'cogs', 'account_id':
                            account.id, 'balance': balance, 'tax_ids': []})
            for account, balance in ((self.clearing, -60), (self.expense, 60))]
        invoice.action_post()
        self._push()
        self._synced(invoice)
        [row] = [row for row in self.connection.with_env(self.env).todo if row['value'] == 60]
        self.assertEqual(self.env['xero.manual.journal'].search(row['action']['domain']),
                         invoice.sudo().xero_manual_journal_id)


@tagged('post_install', '-at_install')
class TestNoConnection(XeroTimeCommon):

    def test_posting_costs_nothing_where_no_journal_sends(self):
        entry = self.env['account.move'].create({
            'move_type': 'entry', 'date': '2026-03-02', 'line_ids': [
                Command.create({'account_id': self.income.id, 'credit': 10}),
                Command.create({'account_id': self.expense.id, 'debit': 10})]})
        self.env.flush_all()
        self.env['account.journal']._xero_followed()
        with self.assertQueries([]):
            self.env['xero.manual.journal']._queue_posted(entry)


@tagged('post_install', '-at_install')
class TestManualJournalLedger(XeroLedgerCommon):

    def setUp(self):
        super().setUp()
        self.clearing = map_clearing(self.connection.with_env(self.env))

    def _entry(self):
        entry = self.env['account.move'].create({
            'move_type': 'entry', 'date': '2026-03-02', 'line_ids': [
                Command.create({'account_id': self.clearing.id, 'debit': 50}),
                Command.create({'account_id': self.income.id, 'credit': 50})]})
        entry.action_post()
        return entry

    def _goods(self):
        """:return: a posted invoice with what its goods cost"""
        invoice = self._invoice(post=False)
        invoice.line_ids = [
            Command.create({'name': "Goods", 'display_type': 'cogs', 'account_id': account.id,
                            'balance': balance, 'tax_ids': []})
            for account, balance in ((self.clearing, -60), (self.expense, 60))]
        invoice.action_post()
        return invoice

    def _reasons(self, code):
        return {reason.reason: reason.amount for reason in self._line(code).reason_ids}

    def test_an_entry_explains_until_it_is_there(self):
        journal = self._entry().journal_id
        self._compare()
        self.assertEqual(self._reasons('620'), {'entry': 50})
        journal.xero_entries = 'each'
        self.connection.push_status = 'DRAFT'
        self._entry()
        self._push()
        self._compare()
        self.assertEqual(self._reasons('620'), {'entry': 50, 'draft': 50})
        self.env['account.move'].search([
            ('journal_id', '=', journal.id), ('xero_state', '=', False)]).action_xero_sync_now()
        self._push()
        for one in self.org.manual_journals:
            self.org.store['ManualJournals'].put({**one, 'Status': 'POSTED'})
        self.env['xero.manual.journal'].sudo().search([]).write({'xero_status': 'POSTED'})
        self._compare()
        self._all_agree()

    def test_what_goods_cost_explains_until_it_is_there(self):
        invoice = self._goods()
        self._push()
        self._compare()
        self.assertEqual(self._reasons('429'), {'cost': 60})
        self.assertEqual(self._line('429').unexplained, 0)
        invoice.journal_id.xero_entries = 'daily'
        invoice.button_draft()
        invoice.line_ids = [
            Command.create({'name': "Goods", 'display_type': 'cogs', 'account_id': account.id,
                            'balance': balance, 'tax_ids': []})
            for account, balance in ((self.clearing, -60), (self.expense, 60))
        ] if not invoice.line_ids.filtered(lambda line: line.display_type == 'cogs') else []
        invoice.action_post()
        self._push()
        self._compare()
        self._all_agree()
