"""Money that pays no document here yet, or has no journal entry yet, is counted once."""
from odoo.tests import tagged

from .common_apply import XeroApplyCommon


@tagged('post_install', '-at_install')
class TestPullOnAccount(XeroApplyCommon):

    def setUp(self):
        super().setUp()
        self.bank = self.company_data['default_journal_bank']
        self.bank.xero_account_id = self.env['xero.account'].search([
            ('connection_id', '=', self.connection.id), ('code', '=', '090')])

    def _without_entries(self):
        """Let Odoo behave as where a module for bank reconciliation is installed."""
        self.patch(type(self.env['account.move']), '_get_invoice_in_payment_state',
                   lambda move: 'in_payment')
        self.bank.inbound_payment_method_line_ids.payment_account_id = False

    def _on_account(self, amount=120, **values):
        """:return: a payment of the partner that pays no document yet"""
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_type': 'customer', 'amount': amount,
            'partner_id': self.partner_a.id, 'journal_id': self.bank.id, 'date': '2026-03-10',
            **values})
        payment.action_post()
        return payment

    def _registered(self, moves, **values):
        return self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=moves.ids).create({
                'payment_date': '2026-03-10', 'journal_id': self.bank.id,
                **values})._create_payments()

    def _pay(self, move, *args, **values):
        return self.person.pay(move.xero_document_id, *args, **values)['PaymentID']

    def _money(self):
        """:return: what all payments here that count are together"""
        return sum(self.env['account.payment'].search([
            ('company_id', '=', self.env.company.id), ('state', 'in', ('in_process', 'paid')),
            ('partner_id', '=', self.partner_a.id)]).mapped('amount'))

    def _message(self, move):
        return self.env['xero.difference'].search([
            ('res_id', '=', move.id), ('field', '=', 'payment')]).message

    # === ON ACCOUNT === #

    def test_a_day_later_without_a_reference(self):
        invoice = self._synced_move()
        mine = self._on_account(memo="Deposit")
        xero_id = self._pay(invoice, date='2026-03-12')
        self._pull()
        self.assertEqual(mine.xero_payment_id, xero_id)
        self.assertEqual((invoice.amount_residual, self._money()), (0, 120))
        self.assertFalse(self._listed(invoice))
        self._assert_settled()

    def test_another_reference_is_asked(self):
        invoice = self._synced_move()
        mine = self._on_account(memo="Deposit")
        xero_id = self._pay(invoice, date='2026-03-12', reference="Feed")
        self._pull()
        self.assertEqual((invoice.amount_residual, self._money()), (120, 120))
        self.assertIn(mine.name, self._message(invoice))
        self._assert_settled()
        # The first way out that is named.
        (invoice._xero_payment_terms() + mine.move_id.line_ids.filtered(
            lambda line: line.account_id == mine.destination_account_id)).reconcile()
        invoice._xero_queue_pull()
        self._pull()
        self.assertEqual(mine.xero_payment_id, xero_id)
        self.assertFalse(self._listed(invoice))

    def test_another_reference_and_another_payment(self):
        """The second way out."""
        invoice = self._synced_move()
        self._on_account(memo="Deposit")
        xero_id = self._pay(invoice, date='2026-03-12', reference="Feed")
        self._pull()
        mine = self._registered(invoice, payment_date='2026-03-12')
        invoice._xero_queue_pull()
        self._pull()
        self.assertEqual(mine.xero_payment_id, xero_id)
        self.assertEqual((invoice.amount_residual, self._money()), (0, 240))
        self.assertFalse(self._listed(invoice))

    def test_a_week_later_is_another_one(self):
        invoice = self._synced_move()
        self._on_account()
        self._pay(invoice, date='2026-03-17')
        self._pull()
        self.assertEqual((invoice.amount_residual, self._money()), (0, 240))

    def test_two_in_xero_and_one_here(self):
        first, second = self._synced_move(), self._synced_move()
        mine = self._on_account()
        self._pay(first, date='2026-03-14')
        theirs = self._pay(second, date='2026-03-11')
        self._pull()
        self.assertEqual(mine.xero_payment_id, theirs, "the nearest one")
        self.assertEqual(first.amount_residual + second.amount_residual, 0)
        self.assertEqual(self._money(), 240)
        self._assert_settled()

    def test_one_here_for_two_in_xero(self):
        first, second = self._synced_move(), self._synced_move()
        mine = self._on_account(amount=240)
        theirs = [self._pay(first, date='2026-03-11'), self._pay(second, date='2026-03-11')]
        self._pull()
        self.assertEqual(self._money(), 240)
        for move in (first, second):
            self.assertIn(mine.name, self._message(move))
        self._assert_settled()
        terms = (first + second)._xero_payment_terms()
        (terms + mine.move_id.line_ids.filtered(
            lambda line: line.account_id == terms.account_id)).reconcile()
        (first + second)._xero_queue_pull()
        self._pull()
        self.assertEqual(mine.xero_link_ids.mapped('xero_payment_id'), theirs)
        self.assertFalse(self._listed(first) | self._listed(second))

    # === WITHOUT A JOURNAL ENTRY === #

    def test_on_account_without_an_entry(self):
        self._without_entries()
        invoice = self._synced_move()
        mine = self._on_account()
        self.assertFalse(mine.move_id)
        xero_id = self._pay(invoice, date='2026-03-11')
        self._pull()
        self.assertEqual((mine.xero_payment_id, self._money()), (xero_id, 120))
        self.assertFalse(self._listed(invoice))
        self._assert_settled()

    def test_paid_without_an_entry_is_no_difference(self):
        """The open amount stays as it is until the bank's statement comes."""
        self._without_entries()
        invoice = self._synced_move()
        mine = self._registered(invoice)
        xero_id = self._pay(invoice, date='2026-03-10')
        self._pull()
        self.assertEqual((mine.xero_payment_id, invoice.payment_state), (xero_id, 'in_payment'))
        self.assertFalse(self._listed(invoice))
        self._assert_settled()

    def test_group_without_an_entry(self):
        """It pays a part of the second one."""
        self._without_entries()
        first, second = self._synced_move(), self._synced_move()
        mine = self._registered(first + second, group_payment=True, amount=170)
        self.assertEqual((len(mine), mine.move_id.ids), (1, []))
        theirs = [self._pay(first, date='2026-03-11'),
                  self._pay(second, 50, date='2026-03-11'), self._pay(second, 30)]
        self._pull()
        self.assertEqual(mine.xero_link_ids.mapped('xero_payment_id'), theirs[:2])
        self.assertEqual(self._money(), 200, "the third one is booked")
        self.assertFalse(self._listed(first) | self._listed(second))
        self._assert_settled()
