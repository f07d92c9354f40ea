"""What Xero has and no bank journal here: it is never in the bank unsaid."""
from odoo.tests import tagged

from .common_apply import XeroApplyCommon


@tagged('post_install', '-at_install')
class TestPullClearing(XeroApplyCommon):

    def setUp(self):
        super().setUp()
        self.bank = self.company_data['default_journal_bank']
        self.bank.xero_account_id = self._account('090')
        self.invoice = self._synced_move()

    def _account(self, code):
        return self.env['xero.account'].search(
            [('connection_id', '=', self.connection.id), ('code', '=', code)])

    def _pay(self, invoice, amount=None, account='835'):
        """Pay in Xero, and have that applied."""
        self.person.pay(invoice.xero_document_id, amount, date='2026-03-09', account=account)
        self._pull()

    def _overpaid(self, invoice, amount):
        credit = self.person.receive_overpayment(self.partner_a.name, amount)['OverpaymentID']
        self.person.allocate(credit, invoice.xero_document_id, amount, 'Overpayments')
        self._pull()

    def _clearing(self):
        return self.env['account.journal'].with_context(active_test=False).search([
            ('xero_clearing', '=', True), ('company_id', '=', self.env.company.id)])

    def _balance(self, account):
        return sum(self.env['account.move.line'].search([
            ('account_id', '=', account.id), ('parent_state', '=', 'posted')]).mapped('balance'))

    def test_account_that_no_journal_is_mapped_to(self):
        self.assertFalse(self._clearing(), "nothing is made before it is needed")
        self._pay(self.invoice)
        [payment] = self.invoice.matched_payment_ids
        self.assertEqual(payment.journal_id, self._clearing())
        self.assertEqual(self.invoice.payment_state, 'paid')
        account = self.connection.clearing_account_id
        self.assertEqual(account.account_type, 'asset_current')
        self.assertEqual(self._balance(account), 120)
        self.assertIn("Xero Clearing", self.env['xero.log'].search([
            ('res_id', '=', self.invoice.id), ('direction', '=', 'pull')], limit=1).message)
        other = self._synced_move()
        self._pay(other, account='090')
        self.assertEqual(other.matched_payment_ids.journal_id, self.bank)
        self._assert_settled()

    def test_journal_that_was_chosen(self):
        cash = self.company_data['default_journal_cash']
        self.connection.payment_journal_id = cash
        self._pay(self.invoice, 50)
        self.assertEqual(self.invoice.matched_payment_ids.journal_id, cash)
        self._overpaid(self.invoice, 30)
        self.assertEqual(
            self.invoice.matched_payment_ids.journal_id, cash + self._clearing(),
            "a credit is no money of any bank")

    def test_credits_are_in_clearing(self):
        note = self.person.create_credit_note(
            {'ContactID': self.partner_a.xero_contact_id},
            [{'Description': "Returned", 'Quantity': 1, 'UnitAmount': 40, 'AccountCode': '200',
              'TaxType': 'NONE'}], Date='2026-03-03')['CreditNoteID']
        self.person.allocate(note, self.invoice.xero_document_id, 40)
        self._overpaid(self.invoice, 30)
        self.assertEqual(self.invoice.amount_residual, 50)
        self.assertEqual(self.invoice.matched_payment_ids.journal_id, self._clearing())
        self.assertEqual(self._balance(self.connection.clearing_account_id), 70)

    def test_account_that_was_chosen(self):
        first, second = (self.env['account.account'].create({
            'name': name, 'code': code, 'account_type': 'liability_current'})
            for name, code in (("In between", '219901'), ("Later", '219902')))
        self.connection.clearing_account_id = first
        self._overpaid(self.invoice, 30)
        self.assertEqual((self._balance(first), self.connection.clearing_account_id), (30, first))
        self.connection.clearing_account_id = second
        self._overpaid(self.invoice, 20)
        self.assertEqual((self._balance(first), self._balance(second)), (30, 20))
        self._assert_settled()

    def test_archived_it_is_a_difference(self):
        self._overpaid(self.invoice, 30)
        self._clearing().active = False
        other = self._synced_move()
        self._pay(other)
        self.assertEqual(other.amount_residual, 120)
        self.assertIn((other.display_name, 'payment'), self._differences())
        self._clearing().active = True
        self._reconcile()
        self.assertEqual(other.amount_residual, 0)
        self.assertFalse(self._differences())

    def test_registered_in_a_journal_that_is_not_mapped(self):
        cash = self.company_data['default_journal_cash']
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_type': 'customer', 'amount': 120,
            'partner_id': self.partner_a.id, 'journal_id': cash.id, 'date': '2026-03-09'})
        payment.action_post()
        self._pay(self.invoice)
        self.assertEqual(self.invoice.matched_payment_ids, payment)
        self.assertFalse(self._clearing())

    def test_is_no_bank_account_to_map(self):
        self._pay(self.invoice)
        journal = self._clearing()
        self.assertNotIn(journal, self.env['account.journal'].search(
            journal._xero_match_domain(self.env.company)))
