"""Money that is in one bank account here and in another one in Xero, though the documents agree."""
from odoo.tests import tagged

from .common_apply import XeroApplyCommon


@tagged('post_install', '-at_install')
class TestPullElsewhere(XeroApplyCommon):

    def setUp(self):
        super().setUp()
        self.bank = self.company_data['default_journal_bank']
        self.cash = self.company_data['default_journal_cash']
        for journal, code in ((self.bank, '090'), (self.cash, '835')):
            journal.xero_account_id = self.env['xero.account'].search([
                ('connection_id', '=', self.connection.id), ('code', '=', code)])

    def _registered(self, move, journal):
        return self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create({
                'payment_date': '2026-03-10', 'journal_id': journal.id})._create_payments()

    def _pay(self, move, account):
        return self.person.pay(
            move.xero_document_id, date='2026-03-10', account=account)['PaymentID']

    def _message(self, move):
        return self.env['xero.difference'].search([
            ('res_id', '=', move.id), ('field', '=', 'payment')]).message or ''

    def test_named_until_it_is_moved_here(self):
        invoice, other = self._synced_move(), self._synced_move()
        payment, right = self._registered(invoice, self.cash), self._registered(other, self.bank)
        xero_id = self._pay(invoice, '090')
        self._pay(other, '090')
        self._pull()
        self.assertEqual(payment.xero_payment_id, xero_id)
        self.assertTrue(right.xero_payment_id)
        for journal in (self.bank, self.cash):
            self.assertIn(journal.display_name, self._message(invoice))
        [row] = self.env['xero.difference'].search([('res_id', '=', invoice.id)])
        self.assertEqual(row.action_open_payers()['res_id'], payment.id)
        self.assertFalse(self._listed(other))
        self._assert_settled()
        payment.action_draft()
        payment.journal_id = self.bank
        payment.action_post()
        self._reconcile()
        self.assertFalse(self._listed(invoice))
        self.assertEqual((payment.xero_payment_id, invoice.amount_residual), (xero_id, 0))

    def test_named_until_it_is_moved_in_xero(self):
        invoice = self._synced_move()
        payment = self._registered(invoice, self.cash)
        xero_id = self._pay(invoice, '090')
        self._pull()
        self.assertTrue(self._message(invoice))
        self.person.delete_payment(xero_id)
        redone = self._pay(invoice, '835')
        self._pull()
        self.assertEqual(payment.xero_payment_id, redone)
        self.assertFalse(self._listed(invoice))

    def test_moved_in_xero_only(self):
        invoice = self._synced_move()
        payment = self._registered(invoice, self.bank)
        xero_id = self._pay(invoice, '090')
        self._pull()
        self.assertFalse(self._listed(invoice))
        self.person.delete_payment(xero_id)
        self._pay(invoice, '835')
        self._pull()
        self.assertIn(payment.name, self._message(invoice))

    def test_what_nothing_is_mapped_to_says_nothing(self):
        self.cash.xero_account_id = False
        self.connection.payment_journal_id = self.cash
        first, second = self._synced_move(), self._synced_move()
        self._registered(first, self.cash)
        self._registered(second, self.bank)
        self._pay(first, '090')
        self._pay(second, '835')
        self._pull()
        self.assertFalse(self._listed(first) | self._listed(second))
