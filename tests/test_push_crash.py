"""Processes that die, and processes that meet: real ones, with real commits."""
from odoo.tests import tagged

from .common_process import XeroProcessCase


@tagged('post_install', '-at_install')
class TestPushCrash(XeroProcessCase):

    def _assert_there_once(self, move, total=100):
        state, _attempts, xero_id, message = self._move(move)
        self.assertEqual(state, 'synced', message)
        [document] = self._in_xero(move)
        self.assertEqual((document['InvoiceID'], document['Total']), (xero_id, total))
        names = [contact['Name'] for contact in self.org.contacts]
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual(self._sql("SELECT * FROM xero_request"), [])

    # === DEATH === #

    def _push(self):
        return self.office.call('xero.connection', [self.connection], '_push')

    def _start_push(self):
        return self.office.start('xero.connection', [self.connection], '_push')

    def _later(self, minutes):
        """Time passes: what happened moves into the past.

        A token lives for half an hour of it. It is renewed each time, so that Xero refuses none in
        the middle of the calls that are counted.
        """
        self.sandbox.advance(minutes * 60)
        self._sql("UPDATE xero_request SET sent_at = sent_at - %s * interval '1 minute'", minutes)
        self._sql("UPDATE xero_token SET expires_at = '2000-01-01'")

    def test_killed_after_storing_before_sending(self):
        """It waits for a token: the request is committed, and Xero has not seen it."""
        move = self._bill()
        self._link_partner(move)
        self._sql("UPDATE xero_token SET expires_at = '2000-01-01'")
        with self._killed_at(self._start_push, 'POST', '/connect/token'):
            self.assertEqual(self._sql("SELECT operation, sent_at, attempts FROM xero_request"),
                             [('create', None, None)])
        self._push()
        self._assert_there_once(move)
        self.assertEqual(len(self.sandbox.calls_to('PUT', '/Invoices')), 1)
        self.assertFalse(self.sandbox.calls_to('GET'), "there was nothing to be asked")

    def test_killed_while_xero_has_the_request(self):
        """Before and after the work was done; of a contact and of a document."""
        for path in ('/Contacts', '/Invoices'):
            for when in ('before', 'after'):
                for minutes in (2, 7):
                    with self.subTest(path=path, when=when, minutes=minutes):
                        self.sandbox.ledger.reset()
                        move = self._bill()
                        with self._killed_at(self._start_push, 'PUT', path, when=when):
                            pass
                        self._later(minutes)
                        self._push()
                        self._assert_there_once(move)
                        calls = self.sandbox.calls_to('PUT', path)
                        keys = {call.headers['Idempotency-Key'] for call in calls}
                        found = path == '/Invoices' and when == 'after'
                        self.assertEqual(len(keys) == 1, minutes == 2 or found)
                        self.assertEqual(len(calls) == 1, found, "a bill is looked for")
                        if minutes == 2 and not found:
                            self.assertEqual(calls[0].raw, calls[1].raw)
                            self.assertEqual(calls[1].replayed, when == 'after')

    def test_killed_with_the_answer_in_its_hands(self):
        """It waits for a row that somebody else has locked, to apply what Xero answered."""
        for minutes in (2, 7):
            with self.subTest(minutes=minutes):
                move = self._bill()
                self._link_partner(move)
                somebody = self._connect_to(self.database)
                self.addCleanup(somebody.close)
                hold = self.sandbox.hold('PUT', '/Invoices', when='after')
                process = self._start_push()
                self.assertTrue(hold.wait())
                somebody.cursor().execute(
                    "SELECT id FROM account_move WHERE id = %s FOR UPDATE", [move])
                hold.release()
                self._wait_for_locks()
                self._kill(process)
                somebody.rollback()
                self._wait_until_dead()
                self.assertEqual(self._move(move)[0], 'pending')
                self.assertEqual(len(self._in_xero(move)), 1)
                self._later(minutes)
                self._push()
                self._assert_there_once(move)

    def test_killed_between_portions(self):
        """Documents of the second portion left while a call of the first had no answer yet; the
        third portion is not even stored. Which of its five calls Xero gets first is chance, and
        those that left before the one that hangs may be done."""
        moves = [self._bill() for _number in range(12)]
        for move in moves:
            self._link_partner(move)
        hold = self.sandbox.hold('PUT', '/Invoices', when='after')
        process = self.office.start('xero.connection', [self.connection], '_push', constants={
            'models.push.xero_request.BATCH_SIZE': 1, 'models.push.kinds.document.BATCH_SIZE': 1})
        self.assertTrue(hold.wait())
        self._until(lambda: sum(call.status == 200 for call in self.sandbox.calls_to(
            'PUT', '/Invoices')) == 9, "the others are not sent")
        [(stored, done)] = self._sql("""
            SELECT (SELECT count(*) FROM xero_request),
                   (SELECT count(*) FROM account_move WHERE id = ANY(%s) AND xero_state = 'synced')
        """, moves)
        self.assertEqual(stored + done, 10)
        self.assertGreater(stored, 5)
        self._kill(process)
        hold.release(drop=True)
        self._wait_until_dead()
        self._push()
        for move in moves:
            self._assert_there_once(move)

    def test_killed_while_xero_has_a_contact_without_a_document(self):
        """Somebody asked for the contact; it is created once."""
        for when in ('before', 'after'):
            for minutes in (2, 7):
                with self.subTest(when=when, minutes=minutes):
                    name = f'Contact {next(self.names)}'
                    [partner] = self.office.call('res.partner', [], 'create', {'name': name})
                    self.office.call('res.partner', [partner], 'action_xero_sync_now')
                    with self._killed_at(self._start_push, 'PUT', '/Contacts', when=when):
                        pass
                    self._later(minutes)
                    self._push()
                    [contact] = [c for c in self.org.contacts if c['Name'] == name]
                    self.assertEqual(
                        self._sql("SELECT xero_contact_id->>'1' FROM res_partner WHERE id = %s",
                                  partner), [(contact['ContactID'],)])
                    self.assertEqual(self._sql("SELECT * FROM xero_request"), [])

    def test_killed_while_xero_has_the_pdf(self):
        """The document is synced and stays so; the PDF goes out again, over the same name."""
        call = self.office.call
        call('xero.connection', [self.connection], 'write', {'attach_pdf': True})
        self.addCleanup(call, 'xero.connection', [self.connection], 'write',
                        {'attach_pdf': False})
        [income] = call('account.account', [], 'search', [
            ('account_type', '=', 'income'), ('company_ids', '=', 1)], 0, 1)
        [target] = call('xero.account', [], 'search', [
            ('connection_id', '=', self.connection), ('code', '=', '200')])
        call('account.account', [income], 'write', {'xero_account_id': target})
        contact = self.org.as_person.create_contact("Customer")
        [partner] = call('res.partner', [], 'create', {
            'name': "Customer", 'xero_contact_id': contact['ContactID']})
        [move] = call('account.move', [], 'create', {
            'move_type': 'out_invoice', 'partner_id': partner, 'invoice_date': '2026-03-02',
            'invoice_line_ids': [[0, 0, {'name': "Work", 'price_unit': 100, 'account_id': income,
                                         'tax_ids': [[6, 0, []]]}]]})
        call('account.move', [move], 'action_post')
        call('ir.attachment', [], 'create', {
            'name': "Invoice.pdf", 'datas': 'JVBERi0xLjQK', 'res_model': 'account.move',
            'res_id': move, 'res_field': 'invoice_pdf_report_file'})

        for when, drop in (('before', True), ('after', False)):
            with self.subTest(when=when):
                hold = self.sandbox.hold('PUT', '/Invoices/*/Attachments/*', when=when)
                process = self._start_push()
                self.assertTrue(hold.wait())
                self._kill(process)
                hold.release(drop=drop)
                self._wait_until_dead()
                self.assertEqual(self._move(move)[0], 'synced')
                self.assertEqual(self._sql("SELECT operation, attempts FROM xero_request"),
                                 [('attach', 1 if when == 'before' else 2)])
        self._push()
        self.assertEqual(self._sql("SELECT xero_pdf_state FROM account_move WHERE id = %s", move),
                         [('attached',)])
        self.assertEqual(self._sql("SELECT * FROM xero_request"), [])
        [files] = self.org.attachments.values()
        self.assertEqual([content for _meta, content in files.values()], [b'%PDF-1.4\n'])

    def test_killed_then_rate_limited(self):
        """That the question about it was not answered says nothing about the first attempt."""
        self._push_killed_then_limited(self._bill(), 'GET')
        self.assertEqual(len(self.sandbox.calls_to('PUT', '/Invoices')), 1)

    def test_killed_then_rate_limited_with_the_key(self):
        """An invoice is repeated without a question, as Xero knows its number and its key: that
        the second attempt was not processed says nothing about the first."""
        self._push_killed_then_limited(self._bill(move_type='out_invoice'), 'PUT')
        calls = self.sandbox.calls_to('PUT', '/Invoices')
        self.assertEqual([call.replayed for call in calls], [False, False, True])
        self.assertEqual(len({call.headers['Idempotency-Key'] for call in calls}), 1)
        self.assertFalse(self.sandbox.calls_to('GET'), "nothing is asked")

    def _push_killed_then_limited(self, move, method):
        """Kill a push once Xero has done its work, meet a limit at the next call, and push on.

        :param int move: id of the document
        :param str method: of the call that meets the limit
        """
        self._link_partner(move)
        with self._killed_at(self._start_push, 'PUT', '/Invoices', when='after'):
            pass
        self.sandbox.inject('429_concurrent', method, '/Invoices')
        self._push()
        self.assertEqual(self._sql("SELECT attempts, sent_at IS NULL FROM xero_request"),
                         [(1, False)])
        self._sql("UPDATE xero_connection SET resume_at = NULL")
        self._push()
        self._assert_there_once(move)

    # === MEETINGS === #

    def test_two_workers_at_once(self):
        move = self._bill()
        hold = self.sandbox.hold('PUT', '/Contacts')
        process = self._start_push()
        self.assertTrue(hold.wait())
        calls = len(self.sandbox.calls)
        self._push()
        self.assertEqual(len(self.sandbox.calls), calls, "the other one is at it")
        hold.release()
        self.office.result(process)
        self._assert_there_once(move)

    def test_two_workers_serve_two_companies_at_once(self):
        [company] = self.office.call('res.company', [], 'create', {'name': "Second"})
        self.office.call('account.chart.template', [], 'try_loading', 'generic_coa', company)
        org, _connection = self._connected(company)
        ours, theirs = self._bill(), self._bill(company)
        hold = self.sandbox.hold('PUT', '/Contacts')
        process = self.office.start('xero.connection', [], '_cron_push')
        self.assertTrue(hold.wait())
        self.office.call('xero.connection', [], '_cron_push')
        states = [self._move(move)[0] for move in (ours, theirs)]
        self.assertEqual(sorted(states), ['pending', 'synced'], "the other worker takes the other")
        hold.release()
        self.office.result(process)
        self._assert_there_once(ours)
        self.assertEqual(self._move(theirs)[0], 'synced')
        self.assertEqual([d['Total'] for d in org.invoices], [100])

    def test_the_nights_comparison_meets_a_pull(self):
        """Another worker changes a row that is to be compared: that costs nobody the night."""
        call = self.office.call
        call('xero.connection', [self.connection], '_pull')
        [[cron]] = self._sql("SELECT res_id FROM ir_model_data WHERE module = 'account_xero'"
                             " AND name = 'ir_cron_reconcile'")
        somebody = self._connect_to(self.database)
        self.addCleanup(somebody.close)
        somebody.cursor().execute("UPDATE xero_cursor SET polled_at = now()")
        process = self.office.start('ir.cron', [cron], 'method_direct_trigger')
        self._wait_for_locks()
        somebody.commit()
        self.assertIs(self.office.result(process), True)
        self.assertEqual(self._sql("SELECT count(last_reconcile), count(*) FROM xero_connection"
                                   " WHERE id = %s", self.connection), [(1, 1)])

    # === CHANGES WHILE A REQUEST IS IN FLIGHT === #

    def _while_in_flight(self, move, work):
        """Push a bill, and do something after Xero has done its part and before it answers."""
        self._link_partner(move)
        hold = self.sandbox.hold('PUT', '/Invoices', when='after')
        process = self._start_push()
        self.assertTrue(hold.wait())
        work()
        hold.release()
        self.office.result(process)

    def _change(self, move, **values):
        self.office.call('account.move', [move], 'button_draft')
        [[line]] = self._sql("SELECT id FROM account_move_line WHERE move_id = %s"
                             " AND display_type = 'product'", move)
        self.office.call('account.move.line', [line], 'write', values)
        self.office.call('account.move', [move], 'action_post')

    def test_changed_while_in_flight(self):
        """The answer to an older state makes nothing synced: the newest state goes out."""
        move = self._bill()
        self._while_in_flight(move, lambda: self._change(move, price_unit=250))
        self._assert_there_once(move, total=250)
        self.assertEqual([call.method for call in self.sandbox.calls], ['PUT', 'POST'])

    def test_cancelled_while_in_flight(self):
        move = self._bill()
        self._while_in_flight(
            move, lambda: self.office.call('account.move', [move], 'button_cancel'))
        self.assertEqual(self._move(move)[0], 'synced')
        self.assertEqual([d['Status'] for d in self._in_xero(move)], ['VOIDED'])

    def test_cancelled_while_its_contact_is_made(self):
        """It never goes out, and does not keep the others from it."""
        cancelled, other = self._bill(), self._bill()
        hold = self.sandbox.hold('PUT', '/Contacts', when='after')
        process = self._start_push()
        self.assertTrue(hold.wait())
        self.office.call('account.move', [cancelled], 'button_cancel')
        hold.release()
        self.office.result(process)
        self.assertEqual(self._move(cancelled)[0], None)
        self.assertEqual(self._in_xero(cancelled), [])
        self._assert_there_once(other)

    def test_corrected_while_xero_refuses_it(self):
        """The refusal of an older state fails nothing: the corrected state goes out."""
        move = self._bill()
        self.org.period_lock_date = self.org.today()
        self._while_in_flight(move, lambda: (
            setattr(self.org, 'period_lock_date', None), self._change(move, price_unit=250)))
        self._assert_there_once(move, total=250)
        self.assertEqual([call.method for call in self.sandbox.calls], ['PUT', 'PUT'])

    def test_somebody_writes_on_the_document_while_the_answer_is_applied(self):
        """PostgreSQL refuses the second of two that change a row; it is done again."""
        move = self._bill()
        somebody = self._connect_to(self.database)
        self.addCleanup(somebody.close)
        self._link_partner(move)
        hold = self.sandbox.hold('PUT', '/Invoices', when='after')
        process = self._start_push()
        self.assertTrue(hold.wait())
        somebody.cursor().execute(
            "UPDATE account_move SET narration = 'mine' WHERE id = %s", [move])
        hold.release()
        self._wait_for_locks()
        somebody.commit()
        self.office.result(process)
        self._assert_there_once(move)
        self.assertEqual(len(self.sandbox.calls_to('PUT', '/Invoices')), 1)
        self.assertEqual(
            self._sql("SELECT narration FROM account_move WHERE id = %s", move), [('mine',)])
