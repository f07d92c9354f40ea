"""Credit notes matched here are matched in Xero; and what happens to that on either side."""
from odoo import Command
from odoo.tests import tagged

from .common_allocation import XeroAllocationCommon


@tagged('post_install', '-at_install')
class TestPushAllocations(XeroAllocationCommon):

    def test_credit_note_of_an_invoice(self):
        """The button *Credit Note* on an invoice, as a person uses it."""
        invoice = self._pushed()
        wizard = self.env['account.move.reversal'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({
                'journal_id': invoice.journal_id.id, 'date': '2026-03-09'})
        note = self.env['account.move'].browse(wizard.refund_moves()['res_id'])
        note.action_post()
        self.assertEqual(invoice.amount_residual, 0)
        self.assertFalse(self._writes(), "nothing is called while a person waits")
        self._push()
        self._assert_allocated((note, invoice, 120))
        self.assertEqual(self._pair(note, invoice).xero_state, 'synced')
        self.assertEqual([d['Status'] for move in (note, invoice)
                          for d in self._documents(move)], ['PAID', 'PAID'])
        for move in (note, invoice):
            rows = self.env['xero.log'].search([
                ('res_model', '=', 'account.move'), ('res_id', '=', move.id)])
            self.assertIn("Matched in Xero", rows[0].message)
        self._settled(note | invoice)
        self.assertEqual((note.xero_status, invoice.xero_status), ('PAID', 'PAID'))

    def test_a_part(self):
        invoice, note = self._pushed(), self._pushed('out_refund')
        self._match(note, invoice, 50)
        self._push()
        self._assert_allocated((note, invoice, 50))
        self._settled(note | invoice)
        self._match(note, invoice, 20)
        self._push()
        self._assert_allocated((note, invoice, 50, 20))
        self._settled(note | invoice)

    def test_several_invoices_in_one_call(self):
        first, second, note = self._pushed(), self._pushed(), self._pushed('out_refund')
        self._match(note, first, 50)
        self._match(note, second, 70)
        self._push()
        self.assertEqual(len(self._writes()), 1)
        self._assert_allocated((note, first, 50), (note, second, 70))
        self._settled(note | first | second)

    def test_several_notes_of_one_invoice(self):
        invoice, first, second = (
            self._pushed(), self._pushed('out_refund'), self._pushed('out_refund'))
        self._match(first, invoice, 50)
        self._match(second, invoice, 70)
        self._push()
        self._assert_allocated((first, invoice, 50), (second, invoice, 70))
        self._settled(invoice | first | second)

    def test_vendor_credit(self):
        bill, credit = self._pushed('in_invoice'), self._pushed('in_refund')
        self._match(credit, bill, 50.01)
        self._push()
        self._assert_allocated((credit, bill, 50.01))
        self._settled(bill | credit)

    def test_instalments(self):
        """Several matches of two documents here are one sum there."""
        term = self.env['account.payment.term'].create({'name': "40 now, 60 later", 'line_ids': [
            Command.create({'value': 'percent', 'value_amount': 40, 'nb_days': 0}),
            Command.create({'value': 'percent', 'value_amount': 60, 'nb_days': 60})]})
        invoice = self._pushed(invoice_payment_term_id=term.id)
        note = self._pushed('out_refund')
        (self._terms(invoice) + self._terms(note)).reconcile()
        self.assertEqual(len(self._terms(note).matched_debit_ids), 2)
        self._push()
        self._assert_allocated((note, invoice, 120))
        self._settled(note | invoice)

    def test_posted_and_matched_before_anything_was_sent(self):
        invoice, note = self._invoice(), self._invoice('out_refund')
        self._match(note, invoice)
        self._push()
        self._assert_allocated((note, invoice, 120))
        self._settled(note | invoice)

    def test_waits_until_both_are_approved(self):
        self.connection.push_status = 'DRAFT'
        invoice, note = self._invoice(), self._invoice('out_refund')
        self._match(note, invoice)
        self._push()
        self._push()
        self.assertFalse(self._writes())
        for move in (invoice, note):
            self.org.as_person.approve(move.xero_document_id)
        self._pull()
        self._push()
        self._assert_allocated((note, invoice, 120))
        self._settled(note | invoice)

    def test_foreign_currency(self):
        currency = self.env.ref('base.EUR')
        currency.active = True
        self.env['res.currency.rate'].create([
            {'currency_id': currency.id, 'name': '2026-03-01', 'rate': 0.85},
            {'currency_id': currency.id, 'name': '2026-03-09', 'rate': 0.91}])
        invoice = self._pushed(currency_id=currency.id)
        note = self._pushed('out_refund', currency_id=currency.id, invoice_date='2026-03-10')
        self._match(note, invoice, 70.07)
        self._push()
        self._assert_allocated((note, invoice, 70.07))
        self._settled(note | invoice)

    def test_matched_on_both_sides(self):
        """What a person has allocated in Xero meanwhile is not allocated again."""
        invoice, note = self._pushed(), self._pushed('out_refund')
        self._match(note, invoice, 50)
        self.org.as_person.allocate(note.xero_document_id, invoice.xero_document_id, 50)
        self._push()
        self.assertFalse(self._writes())
        self._assert_allocated((note, invoice, 50))
        self._settled(note | invoice)

    def test_a_part_of_it_was_matched_in_xero(self):
        invoice, note = self._pushed(), self._pushed('out_refund')
        self._match(note, invoice, 50)
        self.org.as_person.allocate(note.xero_document_id, invoice.xero_document_id, 30)
        self._push()
        self._assert_allocated((note, invoice, 20, 30))
        self._settled(note | invoice)

    def test_matched_in_xero_does_not_go_back(self):
        invoice, note = self._pushed(), self._pushed('out_refund')
        self.org.as_person.allocate(note.xero_document_id, invoice.xero_document_id, 50)
        self._pull()
        self.assertEqual(invoice.amount_residual, 70)
        self._push()
        self.assertFalse(self._writes())
        self.assertFalse(self._pair(note, invoice))
        self._settled(note | invoice)

    def test_a_pull_in_between_changes_nothing(self):
        invoice, note = self._pushed(), self._pushed('out_refund')
        self._match(note, invoice, 50)
        self._hint(invoice)
        self._pull_at_once()
        self._reconcile()
        self.assertEqual(invoice.amount_residual, 70)
        self.assertFalse(self._differences(), "what is on its way is none")
        self._push()
        self._hint(invoice, note)
        self._pull_at_once()
        self._assert_allocated((note, invoice, 50))
        self._settled(note | invoice)

    def test_a_pull_in_between_takes_back_nothing_of_what_was_sent_before(self):
        invoice, note = self._pushed(), self._pushed('out_refund')
        self._match(note, invoice, 50)
        self._push()
        self._pull()
        self._match(note, invoice, 20)
        self._hint(invoice, note)
        self._pull_at_once()
        self.assertEqual(invoice.amount_residual, 50)
        self._push()
        self._assert_allocated((note, invoice, 50, 20))
        self._settled(note | invoice)

    def test_removed_in_xero_before_the_pull_has_seen_it(self):
        invoice, note = self._pushed(), self._pushed('out_refund')
        self._match(note, invoice, 50)
        self._push()
        [document] = self._documents(note)
        self.org.as_person.remove_allocation(
            note.xero_document_id, document['Allocations'][0]['AllocationID'])
        self._pull()
        self.assertEqual(invoice.amount_residual, 120, "what was done there counts")
        self._settled(note | invoice)
        self._assert_allocated()

    def test_switched_off(self):
        self.assertTrue(self.env['xero.connection'].new({}).push_allocations)
        self.connection.push_allocations = False
        invoice, note = self._pushed(), self._pushed('out_refund')
        self._match(note, invoice, 50)
        self._push()
        self._reconcile()
        self.assertFalse(self._writes())
        self.assertIn((note.display_name, 'credit'), self._differences())
        self.connection.push_allocations = True
        self._pull_at_once()
        self._push()
        self._assert_allocated((note, invoice, 50))
        self._settled(note | invoice)

    def test_switched_off_while_it_waits(self):
        invoice, note = self._pushed(), self._pushed('out_refund')
        self._match(note, invoice, 50)
        self.connection.push_allocations = False
        self._push()
        self._reconcile()
        self.assertFalse(self._writes())
        self.assertIn((note.display_name, 'credit'), self._differences())

    def test_matched_before_it_was_connected(self):
        """Both are linked later, and what Xero does not have goes out, too."""
        self.connection.auto_sync = False
        invoice, note = self._invoice(), self._invoice('out_refund')
        self._match(note, invoice)
        self.assertFalse(self._pair(note, invoice))
        (invoice | note).action_xero_sync_now()
        self._push()
        self._pull()
        self._push()
        self._assert_allocated((note, invoice, 120))
        self._settled(note | invoice)


@tagged('post_install', '-at_install')
class TestPushAllocationsUndone(XeroAllocationCommon):

    def setUp(self):
        super().setUp()
        self.invoice, self.note = self._pushed(), self._pushed('out_refund')

    def test_taken_back_here(self):
        for pulled in (False, True):
            with self.subTest(pulled=pulled):
                self._match(self.note, self.invoice, 50)
                self._push()
                if pulled:
                    self._pull()
                self._unmatch(self.note)
                self._push()
                self._assert_allocated()
                self._settled(self.note | self.invoice)

    def test_taken_back_after_it_was_matched_in_xero(self):
        self.org.as_person.allocate(
            self.note.xero_document_id, self.invoice.xero_document_id, 50)
        self._pull()
        self._unmatch(self.invoice)
        self._push()
        self._assert_allocated()
        self._settled(self.note | self.invoice)

    def test_a_pull_in_between_does_not_match_it_again(self):
        self._match(self.note, self.invoice, 50)
        self._push()
        self._pull()
        self._unmatch(self.note)
        self._hint(self.invoice, self.note)
        self._pull_at_once()
        self._reconcile()
        self.assertEqual(self.invoice.amount_residual, 120)
        self.assertFalse(self._differences())
        self._push()
        self._assert_allocated()
        self._settled(self.note | self.invoice)

    def test_taken_back_before_it_left(self):
        self._match(self.note, self.invoice)
        self._unmatch(self.note)
        self._push()
        self.assertFalse(self._writes())
        self._settled(self.note | self.invoice)

    def test_taken_back_and_matched_again(self):
        self._match(self.note, self.invoice, 50)
        self._push()
        self._unmatch(self.note)
        self._match(self.note, self.invoice, 50)
        writes = len(self._writes())
        self._push()
        self.assertEqual(len(self._writes()), writes, "there is nothing to tell")
        self._settled(self.note | self.invoice)

    def test_another_amount(self):
        self._match(self.note, self.invoice, 50)
        self._push()
        self._unmatch(self.note)
        self._match(self.note, self.invoice, 80)
        self._push()
        self.assertEqual(self.invoice.amount_residual, 40)
        self._settled(self.note | self.invoice)

    def test_less_than_one_allocation(self):
        """An allocation cannot be changed: it goes, and what is left of it is made anew."""
        self._match(self.note, self.invoice, 80)
        self._push()
        self._unmatch(self.note)
        self._match(self.note, self.invoice, 30)
        self._push()
        self._assert_allocated((self.note, self.invoice, 30))
        self._settled(self.note | self.invoice)

    def test_one_of_two_parts(self):
        other = self._pushed()
        self._match(self.note, self.invoice, 50)
        self._match(self.note, other, 60)
        self._push()
        self._unmatch(self.invoice)
        self._push()
        self._assert_allocated((self.note, other, 60))
        self._settled(self.note | self.invoice | other)

    def test_document_cancelled_here(self):
        """The match goes first, or Xero would refuse to void the document."""
        self._match(self.note, self.invoice)
        self._push()
        self.note.button_cancel()
        self._push()
        self.assertEqual((self.note.xero_state, self.note.xero_status), ('synced', 'VOIDED'))
        self._assert_allocated()
        self._hint(self.note)      # lists leave out what was voided
        self._pull_at_once()
        self._settled(self.invoice)

    def test_changed_here(self):
        """A document that is matched cannot be changed in Xero."""
        self._match(self.note, self.invoice)
        self._push()
        self.note.button_draft()
        self.note.invoice_line_ids.price_unit = 50
        self.note.action_post()
        self._push()
        self.assertEqual(self.note.xero_state, 'synced', self.note.xero_error_message)
        [document] = self._documents(self.note)
        self.assertEqual(float(document['Total']), 60)
        self._settled(self.note | self.invoice)

    def test_removed_in_xero_as_well(self):
        self._match(self.note, self.invoice, 50)
        self._push()
        [document] = self._documents(self.note)
        allocation = document['Allocations'][0]['AllocationID']
        self._unmatch(self.note)
        self.org.as_person.remove_allocation(self.note.xero_document_id, allocation)
        self._push()
        self._settled(self.note | self.invoice)
        self._assert_allocated()

    def test_what_was_matched_in_xero_meanwhile_stays(self):
        """Only what was taken back here goes there."""
        self._match(self.note, self.invoice, 50)
        self._push()
        self._unmatch(self.note)
        self.org.as_person.allocate(
            self.note.xero_document_id, self.invoice.xero_document_id, 20)
        self._push()
        self._assert_allocated((self.note, self.invoice, 20))
        self._settled(self.note | self.invoice)
        self.assertEqual(self.invoice.amount_residual, 100)

    def test_removed_in_xero_later(self):
        self._match(self.note, self.invoice, 50)
        self._push()
        self._pull()
        [document] = self._documents(self.note)
        self.org.as_person.remove_allocation(
            self.note.xero_document_id, document['Allocations'][0]['AllocationID'])
        self._pull()
        self.assertEqual(self.invoice.amount_residual, 120)
        self._settled(self.note | self.invoice)
