"""Payments made in Xero, as they arrive in Odoo."""
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.connection.answers import rows_in
from ..xero.documents import Payment
from .common import XeroCommon

#: Whatever the application of a state may write to.
TABLES = ('account_payment', 'account_move', 'account_move_line', 'account_partial_reconcile',
          'account_full_reconcile', 'account_payment_method_line', 'xero_log', 'xero_difference',
          'mail_message')


class XeroPaymentsCommon(XeroCommon):
    """Documents that are in Xero, and a person there who pays them."""

    def setUp(self):
        super().setUp()
        self.person = self.org.as_person
        self.bank = self.company_data['default_journal_bank']
        self.connection.payment_journal_id = self.bank

    def _in_xero(self, move_type='out_invoice', **values):
        """:return: a document that both sides have, 120.00 when nothing else is said"""
        move = self._invoice(move_type, **values)
        self._push()
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
        return move

    def _pay(self, move, *args, **fields):
        """:return: id of the payment that a person made in Xero"""
        return self.person.pay(move.xero_document_id, *args, **fields)['PaymentID']

    def _fetch(self):
        """:return: all payments of the organisation, as Xero's API lists them"""
        answer = self.connection._ask_xero(lambda client: client.get('Payments'))
        return [Payment.from_json(row) for row in rows_in(self.env, answer, 'Payments')]

    def _apply(self, *moves):
        """Apply what Xero has of these documents."""
        payments = self._fetch()
        self.env['xero.apply.payment']._settle(self.connection, {
            move: [p for p in payments
                   if p.document_id == move.xero_document_id and p.status == 'AUTHORISED']
            for move in moves})
        self.env.flush_all()
        self.env.invalidate_all()

    def _payments(self, move):
        """:return: the payments from Xero of a document"""
        return self.env['account.payment'].search(
            [('invoice_ids', 'in', move.ids), ('xero_payment_id', '!=', False)], order='date, id')

    def _registered(self, move, **values):
        """:return: the payment that a person registers in Odoo with the usual dialog"""
        wizard = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create({
                'payment_date': '2026-03-10', 'journal_id': self.bank.id, **values})
        return wizard._create_payments()

    def _differences(self, move):
        return self.env['xero.difference'].search([
            ('res_model', '=', 'account.move'), ('res_id', '=', move.id),
            ('field', '=', 'payment')])

    def _written(self):
        """:return: size and latest write of everything that could be written"""
        self.env.flush_all()
        state = {}
        for table in TABLES:
            # A row that was written, even with equal values, is in another place.
            self.env.cr.execute(SQL(
                "SELECT count(*), max(write_date), md5(string_agg(ctid::text, ' ' ORDER BY id))"
                " FROM %s", SQL.identifier(table)))
            state[table] = self.env.cr.fetchone()
        return state

    def _assert_settled(self, *moves):
        """To apply the same state again writes nothing."""
        before = self._written()
        self._apply(*moves)
        self.assertEqual(self._written(), before)


@tagged('post_install', '-at_install')
class TestPullPayments(XeroPaymentsCommon):

    # === BOOKING === #

    def test_full_payment(self):
        invoice = self._in_xero()
        xero_id = self._pay(invoice, date='2026-03-09', reference='BACS 77')
        self._apply(invoice)
        [payment] = self._payments(invoice)
        self.assertRecordValues(payment, [{
            'xero_payment_id': xero_id, 'amount': 120, 'payment_type': 'inbound',
            'partner_type': 'customer', 'partner_id': self.partner_a.id, 'memo': 'BACS 77',
            'journal_id': self.bank.id, 'state': 'paid', 'is_reconciled': True,
            'payment_method_code': 'xero_sync'}])
        self.assertEqual(str(payment.date), '2026-03-09')
        self.assertEqual(str(payment.move_id.date), '2026-03-09')
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ('paid', 0))
        self.assertEqual(invoice.xero_state, 'synced', "what comes from Xero is not sent there")
        [row] = self.env['xero.log'].search([
            ('res_id', '=', invoice.id), ('direction', '=', 'pull')])
        self.assertEqual(row.outcome, 'success')
        self.assertIn(payment.name, row.message)
        self._assert_settled(invoice)

    def test_part_payments_arrive_one_by_one(self):
        invoice = self._in_xero()
        for paid, residual, state in ((20.5, 99.5, 'partial'), (30, 69.5, 'partial'),
                                      (69.5, 0, 'paid')):
            self._pay(invoice, paid, date='2026-03-09')
            self._apply(invoice)
            self.assertEqual(invoice.amount_residual, residual)
            self.assertEqual(invoice.payment_state, state)
            self._assert_settled(invoice)
        self.assertEqual(self._payments(invoice).mapped('amount'), [20.5, 30, 69.5])

    def test_several_payments_of_several_documents_at_once(self):
        first, second = self._in_xero(), self._in_xero()
        bill = self._in_xero('in_invoice', ref='V-1')
        self._pay(first, 50, date='2026-03-09')
        self._pay(first, 70, date='2026-03-10')
        self._pay(second, 40, date='2026-03-10')
        self._pay(bill, date='2026-03-11')
        self._apply(first, second, bill)
        self.assertEqual([m.amount_residual for m in (first, second, bill)], [0, 80, 0])
        self.assertEqual(first.payment_state, 'paid')
        self.assertEqual(second.payment_state, 'partial')
        self.assertEqual(bill.payment_state, 'paid')
        self.assertRecordValues(self._payments(bill), [{
            'payment_type': 'outbound', 'partner_type': 'supplier', 'amount': 120}])
        self._assert_settled(first, second, bill)

    def test_batch_payment_is_booked_one_by_one(self):
        first, second = self._in_xero(), self._in_xero()
        batch = self.person.pay_batch(
            {first.xero_document_id: 120, second.xero_document_id: 20}, Date='2026-03-09')
        self._apply(first, second)
        self.assertEqual(first.payment_state, 'paid')
        self.assertEqual(second.amount_residual, 100)
        self.person.delete_batch(batch['BatchPaymentID'])
        self._apply(first, second)
        self.assertEqual([first.amount_residual, second.amount_residual], [120, 120])
        self._assert_settled(first, second)

    def test_refunds_of_credit_notes(self):
        for move_type, payment_type, partner_type in (
                ('out_refund', 'outbound', 'customer'), ('in_refund', 'inbound', 'supplier')):
            with self.subTest(move_type):
                note = self._in_xero(move_type, ref='CN')
                self._pay(note, date='2026-03-09')
                self._apply(note)
                self.assertRecordValues(self._payments(note), [{
                    'payment_type': payment_type, 'partner_type': partner_type, 'amount': 120}])
                self.assertEqual((note.payment_state, note.amount_residual), ('paid', 0))
                self._assert_settled(note)

    def test_installments(self):
        terms = self.env['account.payment.term'].create({
            'name': "Half now", 'line_ids': [
                (0, 0, {'value': 'percent', 'value_amount': 50, 'nb_days': 0}),
                (0, 0, {'value': 'percent', 'value_amount': 50, 'nb_days': 30})]})
        invoice = self._in_xero(invoice_payment_term_id=terms.id)
        self._pay(invoice, 90, date='2026-03-09')
        self._apply(invoice)
        self.assertEqual(invoice.amount_residual, 30)
        self._assert_settled(invoice)

    # === JOURNALS === #

    def test_journal_mapped_to_the_bank_account(self):
        journal = self.env['account.journal'].create({
            'name': "Second bank", 'type': 'bank', 'code': 'BNKX'})
        account = self.env['xero.account'].search([
            ('connection_id', '=', self.connection.id), ('code', '=', '090')])
        journal.xero_account_id = account
        invoice, other = self._in_xero(), self._in_xero()
        self._pay(invoice, account='090', date='2026-03-09')
        self._pay(other, account='835', date='2026-03-09')
        self._apply(invoice, other)
        self.assertEqual(self._payments(invoice).journal_id, journal)
        self.assertEqual(self._payments(other).journal_id, self.bank, "835 is mapped to nothing")

    def test_journal_that_was_chosen(self):
        cash = self.company_data['default_journal_cash']
        self.connection.payment_journal_id = cash
        invoice = self._in_xero()
        self._pay(invoice, date='2026-03-09')
        self._apply(invoice)
        self.assertEqual(self._payments(invoice).journal_id, cash)
        self.assertEqual(invoice.payment_state, 'paid')

    def test_no_journal_is_said_and_heals(self):
        invoice = self._in_xero()
        self._pay(invoice, date='2026-03-09')
        self.connection.payment_journal_id = False
        clearing = self.env['account.journal']._xero_clearing_journal(self.connection)
        clearing.active = False
        self._apply(invoice)
        self.assertEqual(invoice.amount_residual, 120)
        self.assertIn("no journal", self._differences(invoice).message)
        self._assert_settled(invoice)
        clearing.active = True
        self._apply(invoice)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertFalse(self._differences(invoice))

    # === WHAT CANNOT BE APPLIED === #

    def test_document_that_is_not_posted(self):
        draft, cancelled = self._in_xero(), self._in_xero()
        self._pay(draft, date='2026-03-09')
        self._pay(cancelled, date='2026-03-09')
        draft.button_draft()
        cancelled.button_cancel()
        self._apply(draft, cancelled)
        for move in (draft, cancelled):
            self.assertFalse(self._payments(move))
            self.assertIn("not posted", self._differences(move).message)
        self._assert_settled(draft, cancelled)

    def test_paid_here_by_something_else(self):
        invoice, other = self._in_xero(), self._in_xero()
        self._registered(invoice)
        self._registered(other, amount=50)
        self._pay(invoice, 100, date='2026-03-20')
        self._pay(other, 100, date='2026-03-20')
        self._apply(invoice, other)
        for move in (invoice, other):
            self.assertFalse(self._payments(move))
            self.assertIn("Nothing was booked", self._differences(move).message)
        self._assert_settled(invoice, other)

    # === THE METHOD AND THE RECORDS STAY === #

    def test_method_and_used_lines_stay(self):
        invoice = self._in_xero()
        self._pay(invoice, date='2026-03-09')
        self._apply(invoice)
        line = self._payments(invoice).payment_method_line_id
        with self.assertRaisesRegex(UserError, "payments that came from Xero use it"):
            line.unlink()
        with self.assertRaisesRegex(UserError, "payments that came from Xero use it"):
            self.bank.inbound_payment_method_line_ids = [(3, line.id)]
        unused = self.bank._xero_method_line('outbound')
        with self.assertRaisesRegex(UserError, "needed for the payments"), \
                self.env.cr.savepoint():    # Odoo has deleted the lines by then
            unused.payment_method_id.unlink()
        unused.unlink()
        refund = self._in_xero('out_refund')
        self._pay(refund, date='2026-03-09')
        self._apply(refund)
        self.assertEqual(refund.payment_state, 'paid', "the line is made anew where it is needed")

    def test_payment_in_xero_is_not_deleted(self):
        invoice = self._in_xero()
        self._pay(invoice, date='2026-03-09')
        self._apply(invoice)
        payment = self._payments(invoice)
        payment.action_draft()
        with self.assertRaisesRegex(UserError, "Cancel it instead"):
            payment.unlink()
        payment.action_cancel()
        self._apply(invoice)
        self.assertEqual(invoice.amount_residual, 120)
        self.assertIn("was cancelled here", self._differences(invoice).message)
        self._assert_settled(invoice)
