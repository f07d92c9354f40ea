"""Matches whose answer is lost, and matches that Xero refuses, or would."""
from datetime import date

from odoo.tests import tagged

from .common_allocation import XeroAllocationCommon

ALLOCATIONS = '/CreditNotes/*/Allocations'
TEMPORARY = {
    'ErrorNumber': 10, 'Type': 'ValidationException',
    'Message': "A validation exception occurred", 'Elements': [{'ValidationErrors': [{
        'Message': "An error occurred in Xero. Check the API Status page "
                   "http://status.developer.xero.com for current service status. Contact the API "
                   "support team at api@xero.com for more assistance."}]}]}


@tagged('post_install', '-at_install')
class TestPushAllocationsLost(XeroAllocationCommon):
    """The answer is lost, before or after Xero has done the work."""

    def setUp(self):
        super().setUp()
        self.invoice, self.note = self._pushed(), self._pushed('out_refund')

    def _lose(self, kind, method='PUT', path=ALLOCATIONS, **wait):
        self.sandbox.inject(kind, method=method, path=path)
        self._push()
        pair = self._pair(self.note, self.invoice)
        self.assertEqual((pair.xero_state, pair.xero_attempts), ('pending', 1))
        self.assertTrue(self._requests().sent_at)
        self._later(**wait)
        self._push_pairs()
        self.assertFalse(self._requests())

    def test_within_six_minutes_and_later(self):
        expected = []
        for kind in ('cut_after', 'cut_before'):
            for minutes in (2, 20):
                with self.subTest(kind=kind, minutes=minutes):
                    self._match(self.note, self.invoice, 20)
                    expected.append(20)
                    self._lose(kind, minutes=minutes)
                    self._assert_allocated((self.note, self.invoice, *expected))
        self._settled(self.note | self.invoice)

    def test_equal_amounts_cannot_be_told_apart(self):
        """They are counted: it has two, and two is what is matched."""
        self._match(self.note, self.invoice, 30)
        self._push()
        self._match(self.note, self.invoice, 30)
        self._lose('cut_after', minutes=20)
        self._assert_allocated((self.note, self.invoice, 30, 30))
        self._settled(self.note | self.invoice)

    def test_the_pull_sees_it_first(self):
        self._match(self.note, self.invoice, 50)
        self.sandbox.inject('cut_after', method='PUT', path=ALLOCATIONS)
        self._push()
        self._hint(self.invoice)
        self._pull_at_once()
        self.assertEqual(self._pair(self.note, self.invoice).xero_state, 'synced')
        self._push()
        self._assert_allocated((self.note, self.invoice, 50))
        self._settled(self.note | self.invoice)

    def test_taken_back_meanwhile(self):
        for minutes in (2, 20):
            with self.subTest(minutes=minutes):
                self._match(self.note, self.invoice, 50)
                self.sandbox.inject('cut_after', method='PUT', path=ALLOCATIONS)
                self._push()
                self._unmatch(self.note)
                self._later(minutes=minutes)
                self._push_pairs()
                self._assert_allocated()
        self._settled(self.note | self.invoice)

    def test_deletion(self):
        for kind in ('cut_after', 'cut_before'):
            for minutes in (2, 20):
                with self.subTest(kind=kind, minutes=minutes):
                    self._match(self.note, self.invoice, 50)
                    self._push()
                    self._unmatch(self.note)
                    self._lose(kind, 'DELETE', f'{ALLOCATIONS}/*', minutes=minutes)
                    self._assert_allocated()
        self._settled(self.note | self.invoice)
        self.assertFalse([call for call in self._writes() if call.method == 'DELETE' and (
            'idempotency-key' in {name.lower() for name, _value in call.headers.items()}
            or call.body)], "Xero: neither a key nor a body")

    def test_deletion_whose_answer_nobody_can_read(self):
        self._match(self.note, self.invoice, 50)
        self._push()
        self._unmatch(self.note)
        for kind in ('truncated_json', 'html_200'):
            self.sandbox.inject(kind, method='DELETE', path=f'{ALLOCATIONS}/*')
        self._push_pairs()
        self._assert_allocated()
        self._settled(self.note | self.invoice)

    def test_deleted_by_somebody_between_the_question_and_the_deletion(self):
        self._match(self.note, self.invoice, 50)
        self._push()
        self._unmatch(self.note)

        def delete(request):
            if request.method == 'DELETE':
                self.sandbox.before_work = None
                self.org.as_person.remove_allocation(request.parts[1], request.parts[3])
        self.sandbox.before_work = delete
        self._push()
        self.assertIn(404, [call.status for call in self._writes()])
        self._assert_allocated()
        self._settled(self.note | self.invoice)

    def test_two_lost_at_once(self):
        """The requests of two credit notes, in one run; each comes to its own end."""
        other, second = self._pushed('out_refund'), self._pushed()
        self._match(self.note, self.invoice, 50)
        self._match(other, second, 60)
        self.sandbox.inject('cut_after', method='PUT', path=ALLOCATIONS)
        self.sandbox.inject('cut_before', method='PUT', path=ALLOCATIONS)
        self._push()
        self._later(minutes=20)
        self._push_pairs()
        self._assert_allocated((self.note, self.invoice, 50), (other, second, 60))
        self._settled(self.note | self.invoice | other | second)

    def test_a_fault_of_xero_in_a_refusal_is_temporary(self):
        """As in recording 79; not a mistake of the user."""
        self._match(self.note, self.invoice, 50)
        self.sandbox.inject('html_400', method='PUT', path=ALLOCATIONS, body=TEMPORARY)
        self._push()
        pair = self._pair(self.note, self.invoice)
        self.assertEqual((pair.xero_state, pair.xero_attempts), ('pending', 1))
        self._later(minutes=6)
        self._push_pairs()
        self._assert_allocated((self.note, self.invoice, 50))
        self._settled(self.note | self.invoice)

    def test_a_fault_of_xero_in_one_element_is_temporary(self):
        second, note_id = self._pushed(), self.note.xero_document_id
        self._match(self.note, self.invoice, 50)
        self._match(self.note, second, 60)

        # In a thread of the sandbox's, where nothing may be read from the test's database.
        def spoil(request, status, payload):
            if request.method != 'PUT' or len(payload['Allocations']) < 2:
                return status, payload
            with self.org.transaction():
                credit = self.org.store['CreditNotes'].get(note_id)
                allocation = credit['Allocations'][1]['AllocationID']
            self.org.as_person.remove_allocation(note_id, allocation)
            rows = list(payload['Allocations'])
            rows[1] = {**rows[1], **TEMPORARY['Elements'][0], 'StatusAttributeString': 'ERROR'}
            return status, {'Allocations': rows}
        self.sandbox.after_work = spoil
        self._push()
        self.assertEqual([self._pair(self.note, move).xero_state
                          for move in (self.invoice, second)], ['synced', 'pending'])
        self._later(minutes=6)
        self._push_pairs()
        self._assert_allocated((self.note, self.invoice, 50), (self.note, second, 60))
        self._settled(self.note | self.invoice | second)

    def test_three_attempts(self):
        self._match(self.note, self.invoice, 50)
        self.sandbox.inject('500', method='PUT', path=ALLOCATIONS, times=9)
        self._push_pairs()
        pair = self._pair(self.note, self.invoice)
        self.assertEqual((pair.xero_state, pair.xero_error_code), ('failed', 'transient'))
        self.sandbox.faults.clear()
        self.note.action_xero_sync_now()
        self._push_pairs()
        self._assert_allocated((self.note, self.invoice, 50))
        self._settled(self.note | self.invoice)

    def test_xero_cannot_be_asked(self):
        self._match(self.note, self.invoice, 50)
        self.sandbox.inject('500', method='GET', path='/CreditNotes', times=2)
        self._push_pairs()
        self._assert_allocated((self.note, self.invoice, 50))
        self._settled(self.note | self.invoice)


@tagged('post_install', '-at_install')
class TestPushAllocationsRefused(XeroAllocationCommon):
    """Said in words before it is sent."""

    def setUp(self):
        super().setUp()
        self.invoice, self.note = self._pushed(), self._pushed('out_refund')

    def _refused(self, code, *words, note=None, invoice=None):
        """Push, and check that nothing was sent, and that it is said on both documents."""
        note, invoice = note or self.note, invoice or self.invoice
        self._push()
        self.assertFalse(self._writes())
        pair = self._pair(note, invoice)
        self.assertEqual((pair.xero_state, pair.xero_error_code), ('failed', code),
                         pair.xero_error_message)
        for text in (*words, note.name, invoice.name):
            self.assertIn(text, pair.xero_error_message)
        for move in (note, invoice):
            alert = move.alerts[f'xero_allocation_{pair.id}']
            self.assertIn(pair.xero_error_message, alert['message'])
            self.assertTrue(alert['action_text'])
        [row] = self.env['xero.log'].search([
            ('res_model', '=', 'account.move'), ('res_id', '=', note.id),
            ('outcome', '=', 'failure')], limit=1)
        self.assertEqual((row.direction, row.error_code), ('push', code))
        self._pull()
        self.assertIn((note.display_name, 'credit'), self._differences(), "what differs is listed")
        self._push()
        self.assertFalse(self._writes(), "nor is it tried for ever")
        return pair

    def test_the_invoice_is_paid_in_xero(self):
        self._match(self.note, self.invoice)
        payment = self.org.as_person.pay(self.invoice.xero_document_id)
        self._refused('allocation_exceeds', "0.00", "120.00", "paid")
        self.org.as_person.delete_payment(payment['PaymentID'])
        self.note.action_xero_sync_now()
        self._push()
        self._assert_allocated((self.note, self.invoice, 120))
        self._settled(self.note | self.invoice)

    def test_a_part_of_the_invoice_is_paid_in_xero(self):
        self._match(self.note, self.invoice)
        self.org.as_person.pay(self.invoice.xero_document_id, 30)
        self._refused('allocation_exceeds', "90.00", "120.00")

    def test_the_credit_note_is_refunded_in_xero(self):
        self._match(self.note, self.invoice)
        self.org.as_person.pay(self.note.xero_document_id, 100)
        self._refused('allocation_exceeds', "20.00", "refunded")

    def test_the_credit_note_is_used_in_xero(self):
        other = self._pushed()
        self._match(self.note, self.invoice)
        self.org.as_person.allocate(self.note.xero_document_id, other.xero_document_id, 100)
        self._refused('allocation_exceeds', "20.00", "other invoices")

    def test_other_contact(self):
        """Contacts that are one in Odoo, or were changed in Xero."""
        other = self._pushed(partner_id=self.partner_b.id)
        self._terms(other).account_id = self._terms(self.note).account_id
        self._match(self.note, other)
        pair = self._refused('allocation_unsuitable', self.partner_a.name, self.partner_b.name,
                             invoice=other)
        self._unmatch(self.note)
        self._push()
        self.assertEqual(pair.xero_state, 'synced')
        self._settled(self.note | other)

    def test_other_currency(self):
        currency = self.env.ref('base.EUR')
        currency.active = True
        other = self._pushed(currency_id=currency.id)
        self._match(self.note, other)
        self._refused('allocation_unsuitable', "EUR", invoice=other)

    def test_period_locked(self):
        """Xero dates a match by the later one of both documents."""
        self.org.period_lock_date = date(2026, 3, 31)
        self.connection._refresh_reference_data()
        self._match(self.note, self.invoice)
        self._push()
        pair = self._pair(self.note, self.invoice)
        self.assertEqual((pair.xero_state, pair.xero_error_code), ('failed', 'period_locked'))
        self.assertFalse(self._writes())
        self.org.period_lock_date = None
        self.connection._refresh_reference_data()
        self.invoice.action_xero_sync_now()
        self._push()
        self._assert_allocated((self.note, self.invoice, 120))
        self._settled(self.note | self.invoice)

    def test_deletion_in_a_locked_period(self):
        """It stays in Xero; Xero's side counts when somebody decides so."""
        self._match(self.note, self.invoice)
        self._push()
        self._pull()
        self.org.period_lock_date = date(2026, 3, 31)
        self._unmatch(self.note)
        self._push()
        pair = self._pair(self.note, self.invoice)
        self.assertEqual((pair.xero_state, pair.xero_error_code), ('failed', 'period_locked'))
        self._pull()
        self.assertEqual(self.invoice.amount_residual, 120, "not against what a person has done")
        self.assertIn((self.note.display_name, 'credit'), self._differences())
        self.env['xero.difference'].search([
            ('res_id', '=', self.note.id), ('field', '=', 'credit')]).action_pull()
        self._pull_at_once()
        self.assertEqual(self.invoice.amount_residual, 0)
        self._settled(self.note | self.invoice)

    def test_one_note_for_more_than_xero_has_left(self):
        """What is sent together counts together."""
        second = self._pushed()
        self.org.as_person.pay(self.note.xero_document_id, 30)
        self._match(self.note, self.invoice, 60)
        self._match(self.note, second, 60)
        self._push()
        self.assertEqual([self._pair(self.note, move).xero_state
                          for move in (self.invoice, second)], ['synced', 'failed'])
        self._assert_allocated((self.note, self.invoice, 60))

    def test_refused_by_xero_itself(self):
        """Somebody pays between the question and the match."""
        self._match(self.note, self.invoice)
        invoice_id = self.invoice.xero_document_id

        def pay(request):
            if request.method == 'PUT':
                self.sandbox.before_work = None
                self.org.as_person.pay(invoice_id)
        self.sandbox.before_work = pay
        self._push()
        pair = self._pair(self.note, self.invoice)
        self.assertEqual((pair.xero_state, pair.xero_error_code), ('failed', 'allocation_exceeds'))
        self.assertIn("already been paid off", pair.xero_error_message)
        self._assert_allocated()

    def test_a_match_that_cannot_be_prepared_holds_up_no_other(self):
        other, second = self._pushed('out_refund'), self._pushed()
        self._match(self.note, self.invoice, 50)
        self._match(other, second, 60)
        repair = self._break('_xero_payment_terms', self.note)
        with self.assertLogs('odoo.addons.account_xero.models.core.problem', 'ERROR'):
            self._push()
        self.assertEqual(self._pair(self.note, self.invoice).xero_state, 'failed')
        self._assert_allocated((other, second, 60))
        repair()
        self.note.action_xero_sync_now()
        self._push()
        self._assert_allocated((self.note, self.invoice, 50), (other, second, 60))
        self._settled(self.note | self.invoice | other | second)

    def test_calls_do_not_grow(self):
        """Two questions and a call for each credit note, however many there are."""
        pairs = [(self._pushed('out_refund'), self._pushed()) for _number in range(6)]
        for note, invoice in pairs:
            self._match(note, invoice, 50)
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual(len([call for call in self.sandbox.calls if call.method == 'GET']), 2)
        self.assertEqual(len(self._writes()), 6)
