"""Credit notes that Xero uses for invoices, and that Odoo has as well."""
from odoo import Command, fields
from odoo.tests import tagged

from ..models.documents.showing import in_currency
from .common_apply import XeroApplyCommon


@tagged('post_install', '-at_install')
class TestPullCredits(XeroApplyCommon):

    def setUp(self):
        super().setUp()
        # What Xero has, by itself; see test_push_allocations for what is matched here.
        self.connection.push_allocations = False
        self.invoice = self._synced_move()
        self.note = self._synced_move('out_refund')

    def _allocate(self, amount, note=None, invoice=None):
        """:return: id of the allocation that a person makes in Xero"""
        note, invoice = note or self.note, invoice or self.invoice
        return self.person.allocate(
            note.xero_document_id, invoice.xero_document_id, amount)['AllocationID']

    def _remove(self, allocation, note=None):
        self.person.remove_allocation((note or self.note).xero_document_id, allocation)

    def _agree(self, *moves):
        """Check that what is open of documents is the same on both sides, and stays so."""
        moves = moves or (self.invoice, self.note)
        for move in moves:
            self.assertEqual(
                move._xero_decimal(move.amount_residual), self._document(move).amount_due)
            self.assertFalse(self._listed(move))
        self.assertFalse(self.env['account.move'].search([
            ('company_id', '=', self.env.company.id), ('xero_state', '=', 'pending')]))
        self._apply_again(*moves)

    def _partials(self, move):
        return move.line_ids.matched_debit_ids | move.line_ids.matched_credit_ids

    def _texts(self, *amounts):
        return tuple(in_currency(self.invoice, amount) for amount in amounts)

    # === THE CREDIT NOTE IS IN ODOO === #

    def test_a_payment_takes_the_place_of_a_credit(self):
        """Both happened between two looks into Xero, and the invoice has no room for both."""
        invoice, note = self._synced_move(), self._synced_move('out_refund')
        allocation = self.person.allocate(
            note.xero_document_id, invoice.xero_document_id, 120)
        self._apply(invoice, note)
        self.person.remove_allocation(note.xero_document_id, allocation['AllocationID'])
        self.person.pay(invoice.xero_document_id)
        self._apply(invoice, note)
        self.assertEqual((invoice.amount_residual, note.amount_residual), (0, 120))
        self.assertFalse(self._differences())
        self._apply_again(invoice, note)

    def test_a_part_of_both_in_either_order(self):
        for moves in ((self.invoice, self.note), (self.note, self.invoice)):
            allocation = self._allocate(50)
            for move in moves:
                self._apply(move)
            [partial] = self._partials(self.invoice)
            self.assertEqual(partial.amount, 50)
            self.assertEqual(partial.xero_credit_key,
                             f'{self.note.xero_document_id}/{self.invoice.xero_document_id}')
            self.assertEqual((self.invoice.amount_residual, self.note.amount_residual), (70, 70))
            self.assertEqual(self.invoice.payment_state, 'partial')
            self._agree()
            self._remove(allocation)
            for move in moves:
                self._apply(move)
            self.assertFalse(self._partials(self.invoice))
            self._agree()

    def test_both_sides_in_one_batch(self):
        self._allocate(50)
        self._apply(self.invoice, self.note)
        self.assertEqual((self.invoice.amount_residual, self.note.amount_residual), (70, 70))
        self._agree()

    def test_a_poll_brings_the_allocation_and_its_end(self):
        self._pull()
        allocation = self._allocate(50)
        self._pull()
        self.assertEqual((self.invoice.amount_residual, self.note.amount_residual), (70, 70))
        self._assert_settled()
        self._remove(allocation)
        self._pull()
        self.assertFalse(self._partials(self.invoice))
        self._assert_settled()
        self._agree()

    def test_the_whole_settles_both(self):
        self._allocate(120)
        self._apply(self.invoice)
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertEqual(self.note.payment_state, 'paid')
        self._agree()

    def test_a_bill_and_its_credit(self):
        bill = self._synced_move('in_invoice', ref='B1')
        credit = self._synced_move('in_refund', ref='R1')
        self._allocate(50.01, credit, bill)
        self._apply(credit)
        self.assertEqual((bill.amount_residual, credit.amount_residual), (69.99, 69.99))
        self._apply(bill)
        self._agree(bill, credit)

    def test_one_note_for_two_invoices_and_two_notes_for_one(self):
        second = self._synced_move()
        other = self._synced_move('out_refund')
        self._allocate(50)
        self._allocate(60, invoice=second)
        self._allocate(30, note=other)
        self._apply(self.invoice)
        self._apply(second, self.note)
        self.assertEqual([move.amount_residual for move in
                          (self.invoice, second, self.note, other)], [40, 60, 10, 90])
        self._agree(self.invoice, second, self.note, other)

    def test_two_allocations_between_the_same_documents(self):
        first = self._allocate(20)
        self._allocate(30)
        self._apply(self.note)
        self.assertEqual(self.invoice.amount_residual, 70)
        self._agree()
        self._remove(first)
        self._apply(self.invoice)
        self.assertEqual(self.invoice.amount_residual, 90)
        self._agree()

    def test_another_amount_replaces_the_first(self):
        allocation = self._allocate(50)
        self._apply(self.invoice)
        self._remove(allocation)
        self._allocate(80)
        self._apply(self.note)
        self.assertEqual((self.invoice.amount_residual, self.note.amount_residual), (40, 40))
        self._agree()

    def test_instalments_are_used_up_in_their_order(self):
        term = self.env['account.payment.term'].create({'name': "40 now, 60 later", 'line_ids': [
            Command.create({'value': 'percent', 'value_amount': 40, 'nb_days': 0}),
            Command.create({'value': 'percent', 'value_amount': 60, 'nb_days': 60})]})
        invoice = self._synced_move(invoice_payment_term_id=term.id)
        self._allocate(60, invoice=invoice)
        self._apply(invoice)
        lines = invoice.line_ids.filtered(
            lambda line: line.display_type == 'payment_term').sorted('date_maturity')
        self.assertEqual(lines.mapped('amount_residual'), [0, 60])
        self._apply(self.note)
        self._agree(invoice, self.note)

    def test_a_locked_period_does_not_matter(self):
        self.env.company.fiscalyear_lock_date = '2026-03-31'
        allocation = self._allocate(50)
        self._apply(self.invoice)
        self.assertEqual(self.note.amount_residual, 70)
        self._remove(allocation)
        self._apply(self.note)
        self._agree()

    def test_hashed_documents_do_not_matter(self):
        self.company_data['default_journal_sale'].restrict_mode_hash_table = True
        invoice, note = self._synced_move(), self._synced_move('out_refund')
        self.assertTrue(invoice.inalterable_hash)
        allocation = self._allocate(50, note, invoice)
        self._apply(invoice)
        self.assertEqual(note.amount_residual, 70)
        self._remove(allocation, note)
        self._apply(note)
        self._agree(invoice, note)

    # === WHAT PEOPLE HAVE MATCHED IN ODOO === #

    def _match(self, amount):
        """What a user matches here by hand."""
        lines = [move.line_ids.filtered(lambda line: line.display_type == 'payment_term')
                 for move in (self.invoice, self.note)]
        lines[0]._xero_reconcile_amount(lines[1], amount)

    def test_matched_here_alone_is_a_difference_and_stays(self):
        self._match(50)
        self._apply(self.invoice, self.note)
        self.assertEqual(self.invoice.amount_residual, 70)
        for move in (self.invoice, self.note):
            self.assertEqual(self._listed(move)['credit'], self._texts(50.00, 0.00))
        self._apply_again(self.invoice, self.note)
        self._allocate(50)
        self._apply(self.invoice, self.note)
        self.assertEqual(len(self._partials(self.invoice)), 1)
        self._agree()

    def test_matched_on_both_sides_it_follows_xero_from_then_on(self):
        self._match(50)
        allocation = self._allocate(50)
        self._apply(self.invoice)
        self._agree()
        self._remove(allocation)
        self._apply(self.note)
        self.assertFalse(self._partials(self.invoice))
        self._agree()

    def test_what_is_missing_here_is_added(self):
        self._match(50)
        self._allocate(80)
        self._apply(self.invoice)
        self.assertEqual((self.invoice.amount_residual, self.note.amount_residual), (40, 40))
        self._agree()

    def test_matched_here_for_more_than_in_xero(self):
        self._match(50)
        self._allocate(30)
        self._apply(self.invoice)
        self.assertEqual(self.invoice.amount_residual, 70)
        self.assertEqual(self._listed(self.invoice)['credit'], self._texts(50.00, 30.00))
        self._apply_again(self.invoice)

    def test_no_amount_is_left_here(self):
        self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=self.invoice.ids,
        ).create({'amount': 100})._create_payments()
        self._allocate(120)
        self._apply(self.invoice, self.note)
        self.assertEqual((self.invoice.amount_residual, self.note.amount_residual), (0, 100))
        self.assertEqual(self._listed(self.invoice)['credit'], self._texts(20.00, 120.00))
        self.assertIn(self.note.name, self.env['xero.difference'].search([
            ('res_id', '=', self.invoice.id), ('field', '=', 'credit')]).message)
        self._apply_again(self.invoice, self.note)

    def test_a_draft_on_the_other_side_waits_until_it_is_posted(self):
        self.note.button_draft()
        self._allocate(50)
        self._apply(self.invoice)
        self.assertEqual(self.invoice.amount_residual, 120)
        self.assertFalse(self.invoice.matched_payment_ids)
        self.note.action_post()
        self._push()
        self._apply(self.invoice)
        self._agree()

    # === FOREIGN CURRENCY === #

    def _in_euro(self):
        """:return: an invoice of 120 EUR = 60, a credit note of 120 EUR = 40"""
        currency = self.env.ref('base.EUR')
        currency.active = True
        self.env['res.currency.rate'].search([('currency_id', '=', currency.id)]).unlink()
        for day, rate in (('2026-03-01', 2), ('2026-03-10', 3)):
            self.env['res.currency.rate'].create({
                'currency_id': currency.id, 'name': day, 'rate': rate,
                'company_id': self.env.company.id})
        invoice = self._synced_move(currency_id=currency.id)
        note = self._synced_move('out_refund', currency_id=currency.id, invoice_date='2026-03-11')
        self.assertEqual((invoice.amount_total_signed, note.amount_total_signed), (60, -40))
        return invoice, note

    def _balance(self, *moves):
        """:return: (open in company currency, open in document currency) of each document"""
        return [tuple(sum(move._xero_payment_terms().mapped(name)) for name in (
            'amount_residual', 'amount_residual_currency')) for move in moves]

    def test_in_foreign_currency_with_the_exchange_difference(self):
        invoice, note = self._in_euro()
        allocation = self._allocate(48, note, invoice)
        self._apply(invoice)
        # What is open is worth what it was worth at each document's own rate.
        self.assertEqual(self._balance(invoice, note), [(36, 72), (-24, -72)])
        [exchange] = self._partials(invoice).exchange_move_id
        self.assertEqual(exchange.amount_total_signed, 8)       # 48 EUR: 24 there, 16 here
        self._apply(note)
        self._agree(invoice, note)
        self._remove(allocation, note)
        self._apply(note)
        self.assertEqual(self._balance(invoice, note), [(60, 120), (-40, -120)])
        self._agree(invoice, note)

    def test_in_foreign_currency_part_by_part_nothing_is_left(self):
        invoice, note = self._in_euro()
        for amount in (33.33, 33.33, 53.34):
            self._allocate(amount, note, invoice)
            self._apply(note)
        self.assertEqual(self._balance(invoice, note), [(0, 0), (0, 0)])
        self.assertEqual(invoice.payment_state, 'reversed')
        self._agree(invoice, note)

    def test_in_foreign_currency_in_a_locked_period(self):
        invoice, note = self._in_euro()
        self.env.company.fiscalyear_lock_date = '2026-03-31'
        allocation = self._allocate(48, note, invoice)
        self._apply(invoice)
        [exchange] = self._partials(invoice).exchange_move_id
        self.assertGreater(exchange.date, fields.Date.to_date('2026-03-31'))
        self._agree(invoice)
        self._remove(allocation, note)
        self._apply(invoice)
        self.assertEqual(self._balance(invoice, note), [(60, 120), (-40, -120)])
        self._agree(invoice, note)
