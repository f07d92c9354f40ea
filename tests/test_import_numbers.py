"""Numbers that Xero has of a day that was lost here are not given out again."""
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.imports import account_move
from ..models.imports.account_move import lost_numbers
from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestImportNumbers(XeroImportCommon):

    def setUp(self):
        super().setUp()
        self.contact = self._contact(self.partner_a)
        self.connection.write({'auto_sync': False, 'import_policy': 'none'})

    def _lost(self, *moves):
        """The database is one of a backup, and a pull has seen what Xero has more.

        :return: their numbers
        """
        numbers = [move.name for move in moves]
        for move in moves[::-1]:
            self._lose(move)
        self._later(hours=3)    # credit notes are asked for less often
        self._pull()
        self.assertEqual(set(self._waiting().mapped('number')), set(numbers))
        return numbers

    def _number(self, name):
        return int(name.rpartition('/')[2])

    def test_the_next_one_is_sent_without_a_refusal(self):
        for move_type in ('out_invoice', 'out_refund'):
            with self.subTest(move_type=move_type):
                first = self._sent(move_type)
                numbers = self._lost(*(self._sent(move_type) for _number in range(3)))
                following = self._sent(move_type)
                self.assertNotIn(following.name, numbers)
                self.assertEqual(
                    self._number(following.name), self._number(first.name) + 4, "and no further")
                self.assertEqual(self._number(self._sent(move_type).name),
                                 self._number(first.name) + 5)
                self._waiting().action_import()
                self._pull_at_once()
                self.assertFalse(self._waiting())
                self.assertEqual(self.env['account.move'].search_count([
                    ('name', 'in', numbers), ('state', '=', 'posted')]), 3)

    def test_the_first_of_a_series(self):
        [number] = self._lost(self._sent())
        self.assertEqual(self._number(self._sent().name), self._number(number) + 1)

    def test_those_between_are_free(self):
        """Posted on the lost day, and never sent: Xero does not know the number. Within a
        transaction Odoo counts on by itself."""
        first, unsent, third = self._sent(), self._invoice(), self._sent()
        start = self._number(first.name)
        unsent.button_draft()
        unsent.name = False
        unsent.with_context(force_delete=True).unlink()
        self._lost(first, third)
        moves = self.env['account.move'].union(*(
            self._invoice(post=False) for _number in range(3)))
        moves.action_post()
        self.assertEqual(sorted(self._number(move.name) - start for move in moves), [1, 3, 4])

    def test_after_another_transaction(self):
        """That one has got the number which was free, and the next one is held."""
        taken = self._sent()
        [number] = self._lost(self._sent())
        move = self._invoice()
        format_string, values = taken._get_sequence_format_param(taken.name)
        move._get_sequence_cache().clear()
        found = move._locked_increment(format_string, {**values, 'seq': values['seq'] - 1})
        self.assertEqual(self._number(found), self._number(number) + 1)

    def test_vendors_and_others_do_not_care(self):
        self._lose(self._sent('in_invoice', ref='V-7'))
        self._pull()
        self.assertEqual(self._waiting().reason, 'lost')
        with self.assertQueryCount(0):
            numbers = lost_numbers(self.env['account.move'].new({'move_type': 'entry'}))
        self.assertFalse(numbers)

    def test_posting_is_never_kept_up(self):
        def broken(_moves):
            raise KeyError('module')

        self.patch(account_move, 'lost_numbers', broken)
        with mute_logger('odoo.addons.account_xero.models.imports.account_move'):
            self.assertEqual(self._invoice().state, 'posted')
