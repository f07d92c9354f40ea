"""Documents that are paid by a line of the bank's statement, or by the entry of a point of sale."""
from odoo import Command
from odoo.tests import tagged

from .common import put_right_on
from .common_payment import XeroPaymentCommon


@tagged('post_install', '-at_install')
class TestPushSettlements(XeroPaymentCommon):

    def setUp(self):
        super().setUp()
        self.pos = self.env['account.journal'].create({
            'name': "Point of Sale", 'type': 'general', 'code': 'POSS'})

    def _line(self, move, amount, write_off=0, journal=None):
        """:return: a line of the bank's statement that is matched with a document"""
        sign = 1 if move.is_inbound() else -1
        line = self.env['account.bank.statement.line'].create({
            'journal_id': (journal or self.journal).id, 'date': '2026-03-10',
            'amount': sign * amount, 'payment_ref': "BACS", 'partner_id': self.partner_a.id})
        terms = move._xero_payment_terms()
        _liquidity, suspense, _other = line._seek_for_lines()
        values = {'account_id': terms.account_id.id, 'partner_id': self.partner_a.id,
                  'amount_currency': -sign * (amount + write_off)}
        line.move_id.with_context(skip_readonly_check=True).write({'line_ids': [
            Command.update(suspense.id, values),
            *([Command.create({'name': "Discount", 'account_id': self.expense.id,
                               'amount_currency': sign * write_off})] if write_off else [])]})
        (terms + suspense).filtered(lambda one: not one.reconciled).reconcile()
        return line

    def _session(self, move, amount):
        """:return: the entry by which a session of a point of sale pays an invoice"""
        terms = move._xero_payment_terms()
        entry = self.env['account.move'].create({
            'move_type': 'entry', 'journal_id': self.pos.id, 'date': '2026-03-10',
            'ref': f"Invoice payment for {move.name}", 'line_ids': [
                Command.create({'account_id': terms.account_id.id, 'credit': amount,
                                'partner_id': self.partner_a.id}),
                Command.create({'account_id': self.expense.id, 'debit': amount})]})
        entry.action_post()
        (terms + entry.line_ids.filtered(lambda one: one.account_id == terms.account_id)
         ).reconcile()
        return entry

    def _rows(self, field):
        return self.env['xero.difference'].search([
            ('connection_id', '=', self.connection.id), ('field', '=', field)])

    def _one(self, move):
        return self.env['xero.settlement'].sudo().search([('move_id', '=', move.id)])

    def _paid_there(self, move, amounts):
        self.assertEqual(sorted(float(p['Amount']) for p in self._live()), sorted(amounts))
        self._residuals_agree(move)
        self._pull()
        self._push()
        self._residuals_agree(move)
        self.assertFalse(self._differences())
        self.assertFalse(self._requests())
        self.assertEqual(sorted(float(p['Amount']) for p in self._live()), sorted(amounts))
        self._assert_settled()

    def test_a_line_of_the_statement(self):
        for move_type in ('out_invoice', 'in_invoice', 'out_refund'):
            with self.subTest(move_type=move_type):
                move = self._pushed(move_type, ref=move_type)
                self._line(move, 120)
                self._push()
                self.assertEqual(self._one(move).xero_state, 'synced')
                [document] = self._documents(move)
                self.assertEqual(document['Status'], 'PAID')
        self.assertEqual(len(self._live()), 3)
        self.assertEqual({p['Account']['AccountID'] for p in self._live()}, {self.bank.xero_id})
        self._pull()
        self.assertFalse(self._differences())

    def test_a_part_and_a_rest(self):
        move = self._pushed()
        self._line(move, 50)
        self._push()
        self._paid_there(move, [50])
        self._line(move, 70)
        self._push()
        self._paid_there(move, [50, 70])

    def test_matched_before_the_document_is_there(self):
        move = self._invoice()
        self._line(move, 120)
        self._push()
        self._push()
        self._paid_there(move, [120])

    def test_a_point_of_sale_with_an_account_of_its_journal(self):
        self.pos.xero_account_id = self.bank
        move = self._pushed()
        self._session(move, 120)
        self._push()
        self._paid_there(move, [120])

    def test_a_point_of_sale_without_one_is_explained(self):
        move = self._pushed()
        entry = self._session(move, 120)
        self._push()
        self.assertFalse(self._live())
        self._pull()
        self._reconcile()
        self.assertIn(entry.name, self._rows('amount_due').message)

    def test_switched_off_it_is_explained(self):
        self.connection.push_payments = False
        move = self._pushed()
        line = self._line(move, 120)
        self._push()
        self.assertFalse(self._live() or self._one(move))
        self._reconcile()
        row = self._rows('amount_due')
        self.assertIn(line.move_id.name, row.message)
        self.assertIn("Send payments", row.message)

    def test_a_journal_without_an_account(self):
        self.journal.xero_account_id = False
        move = self._pushed()
        self._line(move, 120)
        self._push()
        one = self._one(move)
        self.assertEqual((one.xero_state, one.xero_error_code), ('failed', 'unmapped_account'))
        move.invalidate_recordset(['alerts'])
        alert = move.alerts[f'xero_settlement_{one.id}']
        self.assertIn(self.journal.name, alert['message'])
        self.assertEqual(
            put_right_on(alert['action']), ('account.journal', self.journal.id))
        self.journal.xero_account_id = self.bank
        self._push()
        self._paid_there(move, [120])

    def test_unmatched_here_deleted_there(self):
        move = self._pushed()
        line = self._line(move, 120)
        self._push()
        line.move_id.line_ids.remove_move_reconcile()
        self._push()
        self._paid_there(move, [])
        (move.line_ids + line.move_id.line_ids).filtered(
            lambda one: one.account_id == move._xero_payment_terms().account_id).reconcile()
        self._push()
        self._paid_there(move, [120])

    def test_a_line_that_is_deleted(self):
        move = self._pushed()
        line = self._line(move, 120)
        self._push()
        line.unlink()
        self._push()
        self._paid_there(move, [])

    def test_deleted_there_unmatched_here(self):
        move = self._pushed()
        self._line(move, 120)
        self._push()
        self.org.as_person.delete_payment(self._live()[0]['PaymentID'])
        self._pull()
        self.assertEqual(move.amount_residual, 120)
        self._paid_there(move, [])

    def test_paid_in_xero_too(self):
        for day in ('2026-03-10', '2026-03-12'):
            with self.subTest(day=day):
                move = self._pushed()
                self._line(move, 120)
                xero_id = self.org.as_person.pay(
                    move.xero_document_id, 120, date=day, reference="Feed")['PaymentID']
                self._push()
                one = self._one(move)
                self.assertEqual((one.xero_payment_id, one.xero_state), (xero_id, 'synced'))
        self._pull()
        self.assertFalse(self._differences())
        self.assertEqual(len(self._live()), 2)

    def test_once_whatever_becomes_of_the_answer(self):
        for fault in ('cut_before', 'cut_after'):
            for minutes in (2, 7):
                with self.subTest(fault=fault, minutes=minutes):
                    move = self._pushed()
                    self._line(move, 120)
                    self.sandbox.inject(fault, 'PUT', '/Payments')
                    self._push()
                    self.assertEqual(self._one(move).xero_state, 'pending')
                    self._later(minutes=minutes)
                    self._push_payments(self._one(move))
                    self.assertEqual(self._one(move).xero_state, 'synced')
                    self.assertEqual(len([p for p in self._live() if p['Invoice'][
                        'InvoiceID'] == move.xero_document_id]), 1)
        self._pull()
        self.assertFalse(self._differences())
        self.assertFalse(self._requests())

    def test_a_write_off_is_registered_there_and_recognised(self):
        move = self._pushed()
        self._line(move, 118, write_off=2)
        self.assertEqual(move.amount_residual, 0)
        self._push()
        one = self._one(move)
        self.assertEqual((one.xero_state, one.xero_error_code), ('failed', 'validation_error'))
        self.assertIn("write-off", one.xero_error_message)
        self.org.as_person.pay(move.xero_document_id, 118, date='2026-03-10')
        self.org.as_person.pay(move.xero_document_id, 2, date='2026-03-10')
        self._pull()
        self.assertFalse(self._one(move).xero_state)
        self.assertFalse(self._differences())
        self._push()
        self.assertEqual(len(self._live()), 2)

    def test_what_is_no_payment(self):
        """Cash-basis taxes and exchange differences are matched with documents, too."""
        move = self._pushed()
        payment = self._pay(move)
        self._push_payments(payment)
        self.assertFalse(self._one(move))
