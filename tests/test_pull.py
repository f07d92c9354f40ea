"""What happens in Xero comes back: how it is noticed, what it costs, and what it changes."""
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.account_xero.models.pull import xero_fetch, xero_pull

from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestPull(XeroPullCommon):

    # === WHAT IS APPLIED === #

    def test_draft_submitted_and_approved_in_xero(self):
        self.connection.push_status = 'DRAFT'
        move = self._pushed()
        self.assertEqual(move.xero_status, 'DRAFT')
        self.org.as_person.submit(move.xero_document_id)
        self._pull()
        self.assertEqual(move.xero_status_label, "Awaiting approval")
        self.org.as_person.approve(move.xero_document_id)
        self._pull()
        self.assertEqual((move.xero_status, move.xero_state), ('AUTHORISED', 'synced'))
        self.assertEqual(move.xero_last_pull, datetime.utcnow().replace(microsecond=0))
        log = self.env['xero.log'].search(
            [('res_id', '=', move.id), ('direction', '=', 'pull')], limit=1)
        self.assertIn("Awaiting approval → Approved", log.message)
        self.assertFalse(self._differences())
        self._assert_settled()

    def test_number_and_due_date_changed_in_xero(self):
        move = self._pushed()
        self.org.as_person.edit(move.xero_document_id, InvoiceNumber='X-77', DueDate='2026-04-30')
        self._pull()
        self.assertEqual((move.xero_number, str(move.xero_due_date)), ('X-77', '2026-04-30'))
        self.assertEqual(move.state, 'posted')
        self.assertEqual(set(self._differences()), {
            (move.display_name, 'number'), (move.display_name, 'due_date')})
        self._assert_settled()

    def test_amount_changed_in_xero_is_a_difference_and_no_overwriting(self):
        move = self._pushed()
        line = self.org.invoices[0]['LineItems'][0]
        self.org.as_person.edit(move.xero_document_id, LineItems=[
            {**line, 'UnitAmount': 250, 'LineAmount': None, 'TaxAmount': None}])
        self._pull()
        self.assertEqual(move.amount_total, 120)
        here, there = self._differences()[move.display_name, 'total']
        self.assertEqual((here[-6:], there[-6:]), ('120.00', '300.00'))
        self._assert_settled()
        with self.subTest("ignored until it changes"):
            row = self.env['xero.difference'].search([
                ('res_id', '=', move.id), ('field', '=', 'total')])
            row.action_ignore()
            self._reconcile()
            self.assertEqual(row.state, 'ignored')
        with self.subTest("Odoo's side wins"):
            row.action_push()
            self._push()
            self._synced(move)
            self._pull()
            self.assertFalse(row.exists())

    def test_fetched_again_by_hand(self):
        move = self._pushed()
        self.org.as_person.edit(move.xero_document_id, InvoiceNumber='X-1')
        self.sandbox.ledger.reset()
        move.action_xero_sync_now()
        self._pull_at_once()
        self.assertEqual(move.xero_number, 'X-1')
        self.assertEqual(len(self.sandbox.calls), 1)

    def test_a_document_made_in_xero_is_left_alone(self):
        self.org.as_person.create_invoice("Somebody", [{
            'Description': "x", 'Quantity': 1, 'UnitAmount': 5, 'AccountCode': '200'}])
        count = self.env['account.move'].search_count([])
        self._pull()
        self._reconcile()
        self.assertEqual(self.env['account.move'].search_count([]), count)

    def test_archived_contact_is_listed(self):
        self._link(self.partner_a)
        self._pull()
        self.org.as_person.archive_contact(self.partner_a.xero_contact_id)
        self._reconcile()
        self.assertEqual(self._differences(), {
            (self.partner_a.display_name, 'contact'): ('active', 'archived')})
        self._assert_settled()

    def test_the_link_follows_a_merged_contact(self):
        move = self._pushed()
        other = self.org.as_person.create_contact("Other")['ContactID']
        self.org.as_person.merge_contact(self.partner_a.xero_contact_id, other)
        self._reconcile()
        self.assertEqual(self.partner_a.xero_contact_id, other)
        self.assertFalse(self._differences())
        self._assert_settled()
        with self.subTest("unless another partner has it"):
            self._link(self.partner_b)
            self.org.as_person.merge_contact(other, self.partner_b.xero_contact_id)
            self._reconcile()
            self.assertEqual(self.partner_a.xero_contact_id, other)
            self.assertIn((self.partner_a.display_name, 'contact'), self._differences())
            self.assertIn((move.display_name, 'contact'), self._differences())
            self._assert_settled()

    # === HOW IT IS NOTICED === #

    def test_hints_are_one_call_and_an_echo_is_none(self):
        moves = self.env['account.move'].union(*(self._invoice() for _n in range(45)))
        self._push()
        self.sandbox.ledger.reset()
        self._hint(*moves, later=0)
        self._pull_at_once()
        self.assertEqual(len(self.sandbox.calls_to('GET', '/Invoices')), 1, "the first poll")
        self.assertFalse(self.env['xero.event'].search([]))
        self.sandbox.ledger.reset()
        self._later(seconds=2)
        self._hint(*moves)
        self._pull_at_once()
        self.assertEqual(
            [len(call.query['IDs'].split(',')) for call in self.sandbox.calls], [40, 5])

    def test_more_hints_than_calls_in_a_minute(self):
        """Each minute gets some of them done, until none is left."""
        notes = self._credit_notes(25)
        notes._xero_queue_pull()
        self.org.minute_limit, left = 12, []
        self._later(seconds=61)
        while self.env['xero.event'].search([]) and len(left) < 5:
            self.sandbox.ledger.reset()
            self._pull_at_once()
            left.append(len(self.env['xero.event'].search([])))
            self._later(seconds=61)
        self.assertEqual(left, [15, 5, 0])
        self.assertEqual(set(notes.mapped('xero_state')), {'synced'})

    def test_many_credit_notes_are_one_call(self):
        notes = self._credit_notes(8)
        for note in notes:
            self.org.as_person.void(note.xero_document_id)
        self._hint(*notes)
        self.sandbox.ledger.reset()
        self._pull_at_once()
        self.assertEqual(len(self.sandbox.calls), 1)
        self.assertFalse(self.env['xero.event'].search([]))
        self.assertEqual(set(notes.mapped('state')), {'cancel'})

    def test_payments_of_many_documents_are_read_once(self):
        """Not once for each part of the documents that is applied."""
        for hinted, calls in ((False, ['Invoices', 'Payments', 'Payments']),
                              (True, ['Invoices', 'Payments', 'Invoices', 'Invoices'])):
            with self.subTest(hinted=hinted), \
                    patch.object(xero_pull, 'CHUNK', 2), \
                    self._portions(Invoices=2):
                moves = self.env['account.move'].union(*(self._invoice() for _n in range(6)))
                self._push()
                self._pull()
                for move in moves:
                    self.org.as_person.pay(move.xero_document_id)
                self.sandbox.ledger.reset()
                if hinted:
                    self._hint(*moves)
                    self._pull_at_once()
                else:
                    self._pull()
                self.assertEqual([c.path.rsplit('/', 1)[1] for c in self.sandbox.calls], calls)
                self.assertEqual(set(moves.mapped('amount_residual')), {0})

    def _portions(self, **sizes):
        """:return: context in which lists are applied in portions of other sizes"""
        Connection = type(self.connection)
        lists = Connection._pull_lists
        return patch.object(Connection, '_pull_lists', lambda connection: [
            one._replace(portion=sizes.get(one.path, one.portion)) for one in lists(connection)])

    def _credit_notes(self, number):
        """:return: so many that are in Xero, and that a poll has seen there"""
        notes = self.env['account.move'].union(*(
            self._invoice('out_refund') for _number in range(number)))
        self._push()
        self._pull()
        self.assertEqual(set(notes.mapped('xero_state')), {'synced'})
        return notes

    def test_a_full_page_of_rows_that_move(self):
        """Rows change while the pages are read; none is missed, and none read for ever."""
        self.patch(xero_fetch, 'PAGE_SIZE', 3)
        moves = self.env['account.move'].union(*(self._invoice() for _n in range(8)))
        self.connection.push_status = 'DRAFT'
        self._push()
        self._pull()
        self._later(hours=1)
        for move in moves:
            self.org.as_person.approve(move.xero_document_id)
            self._later(seconds=5)
        Pull = type(self.env['xero.pull'])
        apply, moved = Pull._apply_page, []

        def apply_while_rows_move(pull, pull_list, cursor, field, items):
            if cursor.path == 'Invoices' and len(moved) < 2:
                moved.append(items[0].xero_id)
                self.org.as_person.edit(moved[-1], Reference='moved')
            return apply(pull, pull_list, cursor, field, items)
        self.patch(Pull, '_apply_page', apply_while_rows_move)
        self._pull()
        self.assertEqual(set(moves.mapped('xero_status')), {'AUTHORISED'})

    def test_more_changes_in_one_second_than_a_page_holds(self):
        self.patch(xero_fetch, 'PAGE_SIZE', 3)
        self.connection.push_status = 'DRAFT'
        moves = self.env['account.move'].union(*(self._invoice() for _n in range(8)))
        self._push()
        self._pull()
        self._later(hours=1)
        for move in moves:
            self.org.as_person.approve(move.xero_document_id)
        self._pull()
        self.assertEqual(set(moves.mapped('xero_status')), {'AUTHORISED'})

    def test_the_cursor_stays_until_its_page_is_applied(self):
        self.connection.push_status = 'DRAFT'
        move = self._pushed()
        self.org.as_person.approve(move.xero_document_id)
        cursor = self._cursors('Invoices')
        before = cursor.changed_since
        self.sandbox.inject('500', 'GET', '/Invoices')
        self._pull()
        self.assertEqual((cursor.changed_since, move.xero_status), (before, 'DRAFT'))
        self.assertEqual(self.connection.outages, 1)
        self._later(hours=10)
        self._pull()
        self.assertEqual(move.xero_status, 'AUTHORISED')
        self.assertGreater(cursor.changed_since, before)
        self.assertEqual((self.connection.outages, self.connection.last_error), (0, False))

    def test_the_night_repairs_what_was_missed(self):
        self.connection.push_status = 'DRAFT'
        move = self._pushed()
        self.org.as_person.approve(move.xero_document_id)
        for cursor in self.connection.cursor_ids:
            cursor.write({'changed_since': datetime.utcnow() + timedelta(hours=1),
                          'polled_at': datetime.utcnow()})
        self._pull()
        self.assertEqual(move.xero_status, 'DRAFT', "missed")
        self._reconcile()
        self.assertEqual(move.xero_status, 'AUTHORISED')
        self.assertEqual(self.connection.last_reconcile, self.sandbox.clock.utcnow().replace(
            microsecond=0))

    def test_a_list_that_xero_refuses_holds_up_nothing_else(self):
        move = self._pushed()
        self._later(hours=7)
        self.org.as_person.edit(move.xero_document_id, InvoiceNumber='X-2')
        self.sandbox.inject('html_400', 'GET', '/CreditNotes')
        self._pull()
        self.assertEqual(move.xero_number, 'X-2')
        self.assertTrue(self.connection.last_error)
        self._pull()
        self.assertFalse(self.connection.last_error, "it was answered since")
        other = self._invoice()
        self._push()
        self._synced(other)

    # === WHAT IT COSTS === #

    def test_a_poll_without_news_is_one_call_a_list_whatever_exists(self):
        self._pushed()
        self._pull()
        self.sandbox.ledger.reset()
        self._pull()
        self.assertEqual([call.path for call in self.sandbox.calls], ['/Invoices', '/Payments'])

    def test_fewer_polls_while_webhooks_prove_healthy(self):
        move = self._pushed()
        self._deliver_webhook()
        self.sandbox.ledger.reset()
        for _poll in range(3):
            self._pull()
        self.assertEqual(len(self.sandbox.calls), 2, "one a list")
        with self.subTest("until a poll finds what they had not told"):
            self.org.as_person.edit(move.xero_document_id, InvoiceNumber='X-3')
            self._later(minutes=20)
            self._pull()
            self.assertEqual(move.xero_number, 'X-3')
            self.sandbox.ledger.reset()
            for _poll in range(3):
                self._pull()
            self.assertEqual(len(self.sandbox.calls), 2 * 3)

    def test_wider_intervals_as_the_calls_of_the_day_run_out(self):
        cursor = self._cursors('Invoices')
        for left, minutes in ((1000, 5), (300, 15), (150, 60), (30, 24 * 60)):
            self.connection.write({'day_left': left, 'budget_seen_at': datetime.utcnow()})
            self.assertEqual(cursor._interval(), timedelta(minutes=minutes))

    # === WHAT PEOPLE SEE === #

    def test_a_difference_is_on_the_document_and_on_the_connection(self):
        move = self._pushed()
        self.org.as_person.edit(move.xero_document_id, InvoiceNumber='X-9')
        self._pull()
        alert = move.alerts['xero_differs']
        self.assertIn("X-9 in Xero", alert['message'])
        [row] = self.env['xero.difference'].search(alert['action']['domain'])
        self.assertEqual(self.connection.difference_count, 1)
        row.action_ignore()
        move.invalidate_recordset(['alerts'])
        self.assertNotIn('xero_differs', move.alerts or {})

    def test_a_longer_time_is_compared_by_hand(self):
        self.connection.push_status = 'DRAFT'
        move = self._pushed()
        self.org.as_person.approve(move.xero_document_id)
        self._later(days=12)
        for cursor in self.connection.cursor_ids:
            cursor.write({'changed_since': datetime.utcnow(), 'polled_at': datetime.utcnow()})
        self._reconcile()
        self.assertEqual(move.xero_status, 'DRAFT', "longer ago than the night goes back")
        self.env['xero.compare.wizard'].create({
            'connection_id': self.connection.id,
            'date_from': datetime.utcnow() - timedelta(days=20)}).action_compare()
        self._pull_at_once()
        self.assertEqual(move.xero_status, 'AUTHORISED')

    def test_the_night_is_the_companys(self):
        self.env.company.partner_id.tz = 'Pacific/Auckland'
        nights = self.env['xero.pull.night']
        night = nights._get_night(self.connection, datetime(2026, 7, 1, 12, 0), 1)
        self.assertEqual(night, datetime(2026, 7, 1, 14, 0), "02:00 at UTC+12")
        self.assertEqual(
            nights._get_night(
                self.connection, datetime(2026, 7, 1, 15, 0), -1), datetime(2026, 7, 1, 14, 0))
        self.connection.last_reconcile = datetime(2026, 7, 1, 13, 0)
        self.assertLess(self.connection.last_reconcile,
                        nights._get_night(
                self.connection, datetime(2026, 7, 1, 15, 0), -1))
