"""Numbers of documents that Xero keeps unique: handed on, exchanged, taken, and with a comma."""
from odoo.tests import tagged

from ..xero import query
from .common import XeroTimeCommon


@tagged('post_install', '-at_install')
class TestPushNumbers(XeroTimeCommon):

    def setUp(self):
        super().setUp()
        self.org.minute_limit = 600
        self._link(self.partner_a)

    def _there(self, count, move_type='out_invoice'):
        moves = self.env['account.move'].union(*(
            self._invoice(move_type) for _number in range(count)))
        self._push()
        for move in moves:
            self._synced(move)
        self.sandbox.ledger.reset()
        return moves

    def _renumber(self, moves, names):
        """As *Resequence* does it."""
        moves.name = False
        moves.flush_recordset(['name'])
        for move, name in zip(moves, names, strict=True):
            move.name = name

    def _resequence(self, moves, first_name):
        self.env['account.resequence.wizard'].with_context(
            active_ids=moves.ids, active_model='account.move').create(
                {'ordering': 'keep', 'first_name': first_name}).resequence()

    def _writes(self):
        return [call for call in self.sandbox.calls if call.method in ('POST', 'PUT')
                and call.path.startswith(('/Invoices', '/CreditNotes'))]

    def test_exchanged(self):
        for move_type in ('out_invoice', 'out_refund'):
            with self.subTest(move_type):
                moves = self._there(2, move_type)
                ids = moves.mapped('xero_document_id')
                self._renumber(moves, reversed(moves.mapped('name')))
                self._push()
                for move in moves:
                    self._synced(move)
                self.assertEqual(moves.mapped('xero_document_id'), ids)
                self.assertEqual(moves.mapped('xero_number'), moves.mapped('name'))
                self.assertEqual(len(self._writes()), 3, "one of them twice")

    def test_two_circles_and_a_chain(self):
        moves = self._there(8)
        names = moves.mapped('name')
        self._renumber(moves, [names[place] for place in (1, 2, 0, 4, 3, 6, 7)] + ['INV/X/0099'])
        self._push()
        for move in moves:
            self._synced(move)
        self.assertEqual(len(self._writes()), 10)

    def test_each_gets_the_number_of_the_next(self):
        """An invoice in front of many, which are more than are looked at in one go."""
        self.patch(self.registry['xero.push.document'], '_chunk', 3)
        moves = self._there(8)
        last = moves[-1].name
        self._resequence(moves, f'{last[:-4]}{int(last[-4:]) - 6:04}')
        self.assertEqual(moves[0].name, last[:-4] + f'{int(last[-4:]) - 6:04}')
        self._push()
        for move in moves:
            self._synced(move)
        self.assertEqual(len(self._writes()), 8, "each once")

    def test_a_new_invoice_gets_a_number_that_was_given_up(self):
        [old] = self._there(1)
        name = old.name
        old.name = 'INV/X/0098'
        new = self._invoice()
        new.name = name
        self._push()
        self._synced(old)
        self._synced(new)
        self.assertEqual(len(self._writes()), 2)

    def test_cut_off_in_between(self):
        """Whatever call is the last one, the next run goes on, and no number is left behind."""
        for calls in range(4):
            for fault in ('cut_before', 'cut_after'):
                for minutes in (2, 7):
                    with self.subTest(calls=calls, fault=fault, minutes=minutes):
                        moves = self._there(2)
                        self._renumber(moves, reversed(moves.mapped('name')))
                        count = iter(range(9))

                        def before(request, count=count, calls=calls, fault=fault):
                            if request.method == 'POST' and '/Invoices/' in request.path \
                                    and next(count) == calls - 1:
                                self.sandbox.inject(fault, 'POST', '/Invoices/*')
                        self.sandbox.before_work = before
                        if not calls:
                            self.sandbox.inject(fault, 'POST', '/Invoices/*')
                        self._push()
                        self.sandbox.before_work = None
                        self._later(minutes=minutes)
                        self._push_on(moves)
                        for move in moves:
                            self._synced(move)

    def test_one_of_a_circle_is_paid_in_xero(self):
        """Xero does not let go of its number: both say so, and what helps."""
        moves = self._there(2)
        paid, other = moves
        self.org.as_person.pay(paid.xero_document_id, 120)
        names = moves.mapped('name')
        self._renumber(moves, reversed(names))
        self._push()
        self.assertEqual((paid.xero_state, paid.xero_error_code),
                         ('failed', 'document_not_editable'))
        self.assertEqual((other.xero_state, other.xero_error_code), ('failed', 'number_taken'))
        self.assertIn(paid.name, other.xero_error_message)
        self.assertEqual(other.xero_error_target, f'account.move,{paid.id}')
        self.assertEqual({invoice['InvoiceNumber'] for invoice in self.org.invoices}, set(names))

    def test_a_voided_document_keeps_its_number(self):
        gone, other = self._there(2)
        name = gone.name
        gone.button_cancel()
        self._push()
        self.assertEqual(gone.xero_status, 'VOIDED')
        gone.name = 'INV/X/0097'
        new = self._invoice()
        new.name = name
        for move in (new, other):
            move.name = name
            self._push()
            self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'number_voided'))
            self.assertIn("voided", move.xero_error_message)
            self.assertIn("draft", move.alerts['xero_failed']['message'])
            # What it says is possible, and helps.
            move.button_draft()
            move.name = f'INV/X/{move.id:04}'
            move.action_post()
            self._push()
            self._synced(move)

    def test_a_lost_number_with_a_comma(self):
        for minutes in (2, 7):
            with self.subTest(minutes=minutes):
                move = self._invoice(post=False)
                move.name = f'INV/A,{minutes}/0001'
                move.action_post()
                self.sandbox.inject('cut_after', 'PUT', '/Invoices')
                self._push()
                self._later(minutes=minutes)
                self._push()
                self._synced(move)

    def test_many_numbers_fit_into_few_questions(self):
        elements = [{'InvoiceNumber': number} for number in ('A1', 'A,2', 'A3', 'A"4', 'A,"5')]
        self.assertEqual(
            [question.get('InvoiceNumbers') or question['where']
             for question in query.by_number('Invoices', elements)],
            ['A1,A3,A"4', 'InvoiceNumber=="A,2"'])
