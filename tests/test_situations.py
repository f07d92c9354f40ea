"""What companies do with Odoo and the sync has to bear: each once, to Xero and back."""
from contextlib import suppress

from odoo.exceptions import UserError
from odoo.modules.neutralize import neutralize_database
from odoo.tests import tagged

from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestSituations(XeroPullCommon):

    def _pay_there(self, move, amount=None):
        self.org.as_person.pay(move.xero_document_id, amount)
        self._pull()

    def test_taxes_that_are_due_when_paid(self):
        """The entries by which tax becomes due are Odoo's alone: Xero has its own way."""
        transition = self.env['account.account'].create({
            'name': "Tax Not Due Yet", 'code': 'TNDY', 'account_type': 'liability_current',
            'reconcile': True})
        self.env.company.tax_exigibility = True
        self.tax_sale_20.write({'tax_exigibility': 'on_payment',
                                'cash_basis_transition_account_id': transition.id})
        move = self._pushed()
        for amount, entries, state in ((60, 1, 'partial'), (None, 2, 'paid')):
            self._pay_there(move, amount)
            self.assertEqual(move.payment_state, state)
            own = self.env['account.move'].search([('tax_cash_basis_origin_move_id', '=', move.id)])
            self.assertEqual((len(own), set(own.mapped('state'))), (entries, {'posted'}))
            self.assertFalse(any(own.mapped('xero_state')))
        self._push()
        self.assertEqual(len(self.org.invoices), 1)
        self._assert_settled()

    def test_a_hashed_journal(self):
        """What is written on a document since does not touch what its hash is made of."""
        self.company_data['default_journal_sale'].restrict_mode_hash_table = True
        moves = self._pushed() | self._pushed()
        self.assertTrue(all(moves.mapped('inalterable_hash')))
        for move in moves:
            self._pay_there(move)
        self.assertEqual(moves.mapped('payment_state'), ['paid'] * 2)
        statuses = {row['status'] for row in self.env.company._check_hash_integrity()['results']}
        self.assertIn('verified', statuses)
        self.assertNotIn('corrupted', statuses)

    def test_recurring_invoices(self):
        first = self._invoice(auto_post='monthly', auto_post_until='2026-05-31')
        cron = self.env.ref('account.ir_cron_auto_post_draft_entry')
        for _month in range(4):
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.env.invalidate_all()
        moves = self.env['account.move'].search([
            '|', ('id', '=', first.id), ('auto_post_origin_id', '=', first.id)], order='date')
        self.assertEqual([f'{move.invoice_date:%m-%d} {move.state}' for move in moves],
                         ['03-02 posted', '04-02 posted', '05-02 posted'])
        self._push()
        self.assertEqual([f"{self._synced(move)['Date']:%m-%d}" for move in moves],
                         ['03-02', '04-02', '05-02'])
        self.assertEqual(len(self.org.invoices), 3)

    def test_three_hundred_imported_and_posted_at_once(self):
        self._link(self.partner_a)
        answer = self.env['account.move'].load(
            ['move_type', 'partner_id/.id', 'invoice_date', 'invoice_line_ids/name',
             'invoice_line_ids/price_unit', 'invoice_line_ids/account_id/.id',
             'invoice_line_ids/tax_ids/.id'],
            [['out_invoice', str(self.partner_a.id), '2026-03-02', f"Row {number}",
              f'{number + .37:.2f}', str(self.income.id), str(self.tax_sale_20.id)]
             for number in range(300)])
        self.assertFalse(answer['messages'])
        moves = self.env['account.move'].browse(answer['ids'])
        moves.action_post()
        self._push_on(moves)
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})
        self.assertEqual({row['InvoiceID']: float(row['Total']) for row in self.org.invoices},
                         {move.xero_document_id: move.amount_total for move in moves})
        self.assertLessEqual(len(self._creations()), 6)

    def test_a_mass_post_that_is_rolled_back(self):
        """One that cannot be posted takes all back: none of them goes, and each goes once later."""
        moves = self.env['account.move'].union(*(
            self._invoice(post=False) for _number in range(9)))
        bad = self._invoice(post=False, partner_id=False)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            (moves | bad).action_post()
        self.env.invalidate_all()
        self._push()
        self.assertEqual(set(moves.mapped('state')), {'draft'})
        self.assertFalse(any(moves.mapped('xero_state')))
        self.assertFalse(self.org.invoices)
        bad.partner_id = self.partner_a
        (moves | bad).action_post()
        self._push()
        for move in moves | bad:
            self._synced(move)
        self.assertEqual(len(self.org.invoices), 10)

    def test_instalments_across_a_lock_date(self):
        """Instalments of an invoice whose period is closed here before Xero says that all is
        paid."""
        move = self._pushed(invoice_payment_term_id=self.pay_terms_b.id)
        lines = move.line_ids.filtered(lambda line: line.display_type == 'payment_term')
        self.assertEqual(len(lines), 2)
        self.env.company.fiscalyear_lock_date = '2026-03-31'
        self._pay_there(move, 36)
        self.assertEqual(move.amount_residual, 84)
        self._pay_there(move)
        self.assertEqual((move.amount_residual, move.payment_state), (0, 'paid'))
        self._assert_settled()

    def test_a_neutralised_copy_has_no_way_to_xero(self):
        """Whoever presses what, and whatever runs."""
        moves = self._pushed() | self._invoice()
        self.env.flush_all()
        neutralize_database(self.env.cr)
        self.env.invalidate_all()
        self.registry.clear_all_caches()    # the copy's own server starts with none
        self.sandbox.ledger.reset()
        moves |= self._invoice()
        self.assertFalse(moves[2].xero_state)
        for records, action in (
                (moves, 'action_xero_sync_now'), (self.connection, 'action_test'),
                (self.connection, 'action_refresh_reference_data'),
                (self.connection, 'action_fetch_contacts')):
            for record in records:
                with suppress(UserError):
                    getattr(record, action)()
        for run in (self._push, self._pull, self._pull_by_hand, self._reconcile):
            run()
        self.assertFalse(self.sandbox.calls)
        self.assertFalse(self.env['xero.token'].sudo().search([]))
        self.assertEqual(moves.mapped('state'), ['posted'] * 3)
