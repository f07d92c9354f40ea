"""Every failure that Xero knows, at every call of a push: nothing is lost and nothing doubled."""
from datetime import datetime, timedelta

import psycopg2

from odoo import fields
from odoo.tests import tagged

from ..xero.client import Answer
from ..xero.errors import XeroRejected
from ..xero.limits import Budget
from .common import XeroTimeCommon

LIMITS = ('429_minute', '429_day', '429_concurrent', '429_appminute')
#: The sender cannot know whether the work was done.
UNKNOWN_UNDONE = ('500', '503', 'cut_before')
UNKNOWN_DONE = ('cut_after', 'html_200', 'truncated_json')
UNKNOWN = UNKNOWN_UNDONE + UNKNOWN_DONE


@tagged('post_install', '-at_install')
class TestPushFaults(XeroTimeCommon):

    def setUp(self):
        super().setUp()
        self.org.minute_limit = 600
        self._link(self.partner_a)
        self.names = iter(range(1000))

    # === THE CALLS OF A PUSH === #

    def _make_contact(self):
        partner = self.env['res.partner'].create({'name': f"Partner {next(self.names)}"})
        return self._bill(partner_id=partner.id)

    def _make_create(self):
        return self._bill()

    def _make_update(self):
        return self._changed_bills(1)

    def _make_void(self):
        move = self._bill()
        self._push()
        move.button_cancel()
        return move

    def _make_find(self):
        """A bill that Xero has and whose answer was lost seven minutes ago."""
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        move = self._bill()
        self._push()
        self._later(minutes=7)
        return move

    def _make_find_contact(self):
        """The same with a contact."""
        self.sandbox.inject('cut_after', 'PUT', '/Contacts')
        move = self._make_contact()
        self._push()
        self._later(minutes=7)
        return move

    def _make_token(self):
        self._later(minutes=31)
        return self._bill()

    #: What makes a document that needs the call of a step.
    MAKE = {
        'contact': _make_contact,
        'create': _make_create,
        'update': _make_update,
        'void': _make_void,
        'find': _make_find,
        'find_contact': _make_find_contact,
        'token': _make_token,
    }
    STEPS = {
        'contact': ('PUT', '/Contacts'),
        'create': ('PUT', '/Invoices'),
        'update': ('POST', '/Invoices/*'),
        'void': ('POST', '/Invoices/*'),
        'find': ('GET', '/Invoices'),
        'find_contact': ('GET', '/Contacts'),
        'token': ('POST', '/connect/token'),
    }

    def _each(self, kinds, steps, check):
        """Let each step meet each failure of its call.

        :param check: gets the step, the failure and the document that needs the call
        """
        for step in steps:
            for kind in kinds:
                with self.subTest(step=step, kind=kind):
                    move = self.MAKE[step](self)
                    self.sandbox.ledger.reset()
                    options = {'retry_after': 40} if kind in ('429_minute', '429_day') else (
                        {'seconds': 0.05} if kind == 'slow' else {})
                    self.sandbox.inject(kind, *self.STEPS[step], **options)
                    check(step, kind, move)
                    self.assertFalse(self._requests(), "the outbox is empty")
                    self.sandbox.faults.clear()
                    self._later(minutes=31)     # other windows, another token
                    with self.enter_registry_test_mode():
                        self.connection._get_client().close()
                    self.env.invalidate_all()

    def _settled(self, step, move):
        """Check the end state: in Xero once, as it is here; or voided there."""
        if step == 'void':
            self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
            [document] = [d for d in self.org.invoices
                          if d['InvoiceNumber'] == move._xero_document_number()]
            self.assertEqual(document['Status'], 'VOIDED')
        else:
            self._synced(move)
        names = [contact['Name'] for contact in self.org.contacts]
        self.assertEqual(len(names), len(set(names)))

    def test_rate_limits_wait_and_count_as_no_attempt(self):
        def check(step, kind, move):
            attempts = move.xero_attempts
            self._push()
            self.assertEqual((move.xero_state, move.xero_attempts), ('pending', attempts))
            wait = {'429_minute': 40, '429_day': 40, '429_concurrent': 5, '429_appminute': 60}
            self.assertEqual(self.connection.resume_at, datetime.utcnow().replace(
                microsecond=0) + timedelta(seconds=wait[kind]), "as Retry-After said")
            self.assertIn("limit", self.connection.last_error)
            calls = len(self.sandbox.calls)
            self._later(seconds=wait[kind] - 2)
            self._push()
            self.assertEqual(len(self.sandbox.calls), calls, "nothing is asked before that time")
            self._later(seconds=3)
            self._push()
            self._settled(step, move)
            self.assertEqual(len(self.sandbox.calls_to(*self.STEPS[step])),
                             3 if step == 'find' else 2)

        self._each(LIMITS, self.STEPS, check)

    def test_unknown_outcomes_are_repeated_with_the_same_bytes(self):
        def check(step, kind, move):
            self._push()
            self.assertEqual(move.xero_state, 'pending')
            self.assertEqual(move.xero_attempts, 1)
            self._push()
            self.assertEqual(len(self.sandbox.calls_to(*self.STEPS[step])), 1, "not at once")
            self._later(seconds=61)
            self._push()
            self._settled(step, move)
            self.assertEqual(move.xero_attempts, 0)
            first, *others = self.sandbox.calls_to(*self.STEPS[step])
            asked = self.sandbox.calls_to('GET')
            self.assertEqual(bool(asked), step == 'create', "bills alone are looked for first")
            if asked and kind in UNKNOWN_DONE:
                self.assertFalse(others, "it was found")
                return
            [second] = others
            self.assertEqual(first.raw, second.raw)
            self.assertEqual(first.headers['Idempotency-Key'], second.headers['Idempotency-Key'])
            self.assertEqual(second.replayed, kind in UNKNOWN_DONE)

        self._each(UNKNOWN, ('contact', 'create', 'update', 'void'), check)

    def test_the_log_says_why_something_is_tried_again(self):
        self.sandbox.inject('503', 'PUT', '/Invoices')
        move = self._bill()
        self._push()
        row = self.env['xero.log'].search(
            [('res_id', '=', move.id), ('outcome', '=', 'retry')], limit=1)
        self.assertEqual((row.error_code, row.message),
                         ('transient', "The Organisation is offline"))

    def test_a_cached_failure_is_followed_by_a_look_up_and_a_new_key(self):
        move = self._bill()
        self.sandbox.inject('500', 'PUT', '/Invoices', cached=True)
        self._push_on(move)
        self._settled('create', move)
        first, second, third = self.sandbox.calls_to('PUT', '/Invoices')
        self.assertTrue(second.replayed, "Xero repeats its 500 for 6 minutes")
        self.assertNotEqual(first.headers['Idempotency-Key'], third.headers['Idempotency-Key'])

    def test_failing_questions_are_asked_again(self):
        def check(step, _kind, move):
            self._push()
            self.assertEqual(move.xero_state, 'pending', move.xero_error_message)
            self.assertEqual(move.xero_attempts, 2)
            self._push_on(move)
            self._settled(step, move)
            self.assertEqual(len(self.sandbox.calls_to('GET')), 3 if step == 'find' else 2)

        self._each(UNKNOWN, ('find', 'find_contact'), check)

    def test_an_outage_of_the_token_endpoint_keeps_the_connection(self):
        kinds = (*UNKNOWN, 'html_400')
        def check(step, _kind, move):
            self._push()
            self.assertEqual((move.xero_state, move.xero_attempts), ('pending', 0))
            self.assertEqual(self.connection.state, 'connected')
            self.assertGreater(self.connection.resume_at, datetime.utcnow())
            self._push_on(move)
            self._settled(step, move)
            self.assertEqual(len(self.sandbox.calls_to('PUT', '/Invoices')), 1)

        self._each(kinds, ['token'], check)

    def test_slow_and_new_values_are_no_failure(self):
        def check(step, kind, move):
            self._push()
            self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
            if kind == 'slow' or 'contact' in step:
                self._settled(step, move)
            self.assertEqual(len(self.sandbox.calls_to(*self.STEPS[step])),
                             2 if step == 'find' else 1)

        self._each(('slow', 'unknown_enum'), list(self.STEPS)[:6], check)

    def test_an_expired_token_is_renewed_once_and_the_call_repeated_once(self):
        def check(step, _kind, move):
            self._push()
            self._settled(step, move)
            self.assertEqual(len(self.sandbox.calls_to('POST', '/connect/token')), 1)
            self.assertEqual(len(self.sandbox.calls_to(*self.STEPS[step])),
                             3 if step == 'find' else 2)

        self._each(['token_expired'], list(self.STEPS)[:6], check)

    def test_a_token_that_xero_never_takes_is_renewed_once_a_run(self):
        move = self._bill()
        self.sandbox.ledger.reset()
        self.sandbox.inject('token_expired', 'PUT', '/Invoices', times=2)
        self._push()
        self.assertEqual(len(self.sandbox.calls_to('POST', '/connect/token')), 1)
        self.assertEqual(move.xero_state, 'pending')
        self.assertEqual(self.connection.state, 'connected')
        self._push_on(move)
        self._settled('create', move)

    def test_revoked_in_xero(self):
        def check(step, _kind, move):
            self._push()
            self.assertEqual(self.connection.state, 'revoked')
            self.assertEqual(move.xero_state, 'pending')
            self.assertTrue(self.connection.activity_ids)
            calls = len(self.sandbox.calls)
            self._push()
            self.assertEqual(len(self.sandbox.calls), calls, "no call until somebody reconnects")
            self.connection.state = 'connected'
            self._push_on(move)
            self._settled(step, move)

        self._each(['revoked'], list(self.STEPS)[:6], check)

    def test_a_scope_that_is_missing_needs_a_new_sign_in(self):
        tokens = self.sandbox.connect(self.app, [self.org], scopes={
            'offline_access', 'accounting.settings.read', 'accounting.contacts'},
            user=self.sandbox.add_user("Another", 'another@example.com'))
        old = self.connection.token_id.access_token
        self.connection.token_id.access_token = tokens['access_token']
        move = self._bill()
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual(self.connection.state, 'reauth')
        self.assertEqual(move.xero_state, 'pending')
        self.assertFalse(self.sandbox.calls_to('POST', '/connect/token'), "a new one lacks it, too")
        self.connection.state = 'connected'
        self.connection.token_id.access_token = old
        self._push()
        self._synced(move)

    def test_a_dead_refresh_token_needs_a_new_sign_in(self):
        move = self._make_token()
        self.connection.token_id.refresh_token = 'nonsense'
        self._push()
        self.assertEqual(self.connection.state, 'reauth')
        self.assertEqual(move.xero_state, 'pending')

    def test_nobody_at_home(self):
        """Xero cannot be reached at all: no attempt, growing waits, and posting goes on."""
        stopped = self.env['ir.config_parameter'].sudo()
        stopped.set_param('account_xero.api_url', 'http://127.0.0.1:9')
        waits = []
        for _round in range(7):
            move = self._bill()
            self._push()
            self.assertEqual((move.xero_state, move.xero_attempts), ('pending', 0))
            waits.append((self.connection.resume_at - fields.Datetime.now()).seconds // 60)
            self._later(seconds=waits[-1] * 60 + 1)
        self.assertEqual(waits, [1, 2, 4, 8, 10, 10, 10])
        stopped.set_param('account_xero.api_url', self.sandbox.url)
        self._push()
        self._synced(move)
        self.assertEqual(self.connection.outages, 0)

    # === BATCHES === #

    def _bad_line(self):
        """:return: values of a line that Xero refuses but the preflight cannot know about"""
        self.org.store['Accounts'].put({**next(
            a for a in self.org.accounts if a['Code'] == '400'), 'Status': 'ARCHIVED'})
        account = self.env['xero.account'].sudo().search([
            ('connection_id', '=', self.connection.id), ('code', '=', '400')])
        bad = self.expense.copy({'code': '699111'})
        bad.xero_account_id = account
        return {'account_id': bad.id}

    def test_forty_nine_are_synced_when_the_fiftieth_is_refused(self):
        good = self.env['account.move'].union(*(self._bill() for _number in range(49)))
        bad = self._bill(lines=[self._bad_line()])
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual(set(good.mapped('xero_state')), {'synced'})
        self.assertEqual(bad.xero_state, 'failed')
        self.assertIn("400", bad.xero_error_message)
        # The lists are fetched, and tell that the account is archived: it does not go out again.
        self.assertEqual([call.method for call in self.sandbox.calls if call.method != 'GET'],
                         ['PUT'])

    def test_a_module_that_extends_what_is_sent_fails(self):
        """It keeps neither the other documents nor the dialog from their work."""
        good, checked, made = self._bill(), self._bill(), self._bill()
        contact = self._make_contact()
        self._break('_check_document', checked, service='xero.preflight')
        self._break('_xero_prepare_document', made)
        self._break('_xero_prepare_contact', contact.partner_id)
        with self.assertLogs('odoo.addons.account_xero.models.core.problem', 'ERROR') as log:
            self._push()
        self.assertEqual(len(log.records), 3)
        self._synced(good)
        for move, code in ((checked, 'validation_error'), (made, 'validation_error'),
                           (contact, 'contact_refused')):
            self.assertEqual((move.xero_state, move.xero_error_code), ('failed', code))
            self.assertIn("The server's log says more", move.xero_error_message)
        with self.assertLogs('odoo.addons.account_xero.models.core.problem', 'ERROR'):
            blocked = self.env['xero.push.wizard']._find_blocked(
                self.connection, checked | made)
        self.assertEqual(set(blocked), {checked, made})

    def test_a_module_that_extends_what_an_answer_does_fails(self):
        """Its documents are asked for, three times at most, and hold up no others."""
        first = self._bill()
        repair = self._break('_xero_apply_answer', first, psycopg2.IntegrityError)
        with self.assertLogs('odoo.addons.account_xero.models', 'ERROR'):
            self._push()
        self.assertEqual((first.xero_state, first.xero_attempts), ('pending', 1))
        second = self._bill()
        self._push()
        self._synced(second)
        self._later(minutes=7)
        self.assertEqual(self._assert_given_up_until(repair, first), 2)

    def test_a_fault_in_applying_one_of_a_batch(self):
        """The others are synced at once, whether the answer came or was lost; nothing is doubled.
        """
        bad_line = self._bad_line()
        for lost in (False, True):
            with self.subTest(lost=lost):
                bad, *good = [self._bill() for _number in range(4)]
                refused = self._bill(lines=[bad_line])
                repair = self._break('_xero_apply_answer', bad)
                if lost:
                    self.sandbox.inject('cut_after', 'PUT', '/Invoices')
                    self._push()
                    self._later(minutes=7)
                with self.assertLogs('odoo.addons.account_xero.models', 'ERROR') as log:
                    self._push()
                self.assertEqual(len(log.records), 1)
                for move in good:
                    self._synced(move)
                self.assertEqual(refused.xero_state, 'failed')
                self.assertEqual((bad.xero_state, bad.xero_attempts), ('pending', 1 + lost))
                self.assertEqual(self._requests()._record_ids(), {bad.id})
                self.assertFalse(self._requests()._is_remembered(
                    datetime.utcnow() - timedelta(minutes=2)), "to a host whose clock is slow")
                self._assert_given_up_until(repair, bad)
                self.assertFalse(self._requests())

    def test_a_fault_in_adopting_what_xero_has(self):
        """Xero refuses the number of a document that is ours; it is tried three times at most."""
        bad = self._invoice()
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        self._push()
        self._requests().unlink()
        repair = self._break('_xero_apply_answer', bad)
        good = self._invoice()
        with self.assertLogs('odoo.addons.account_xero.models', 'ERROR'):
            self._push()
        self._synced(good)
        self.assertEqual((bad.xero_state, bad.xero_attempts), ('pending', 2))
        self._assert_given_up_until(repair, bad)

    def _assert_given_up_until(self, repair, move):
        """A document that cannot be applied fails after three attempts, and is synced when
        somebody asks for it after the fault is gone.

        :return: number of faults that were logged
        """
        with self.assertLogs('odoo.addons.account_xero.models', 'ERROR') as log:
            self._push_on(move)
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'transient'))
        self.assertIn("cannot be applied here", move.xero_error_message)
        repair()
        move.action_xero_sync_now()
        self._push()
        self._synced(move)
        return len(log.records)

    def test_a_batch_that_is_refused_as_a_whole_is_halved(self):
        """Xero answers an unknown ContactID with 404 for the whole request."""
        stranger = self.env['res.partner'].create({
            'name': "Gone", 'xero_contact_id': '5a3e1d3c-0000-4000-8000-000000000001'})
        good = self.env['account.move'].union(*(self._bill() for _number in range(7)))
        bad = self._bill(partner_id=stranger.id)
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual(set(good.mapped('xero_state')), {'synced'})
        self.assertEqual((bad.xero_state, bad.xero_error_code), ('failed', 'contact_missing'))
        self.assertEqual(len(self.sandbox.calls), 7, "8, 4 + 4, 2 + 2, 1 + 1")
        for move in good:
            self._synced(move)

    def test_a_page_of_a_proxy_is_no_verdict_on_a_repeated_request(self):
        """The first attempt may have been done: a half with a new key would double it."""
        moves = self._bill() | self._bill()
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        self._push()
        request = self._requests()
        request._depart()
        more, refusals = request._kind()._apply_response(
            request, XeroRejected("Bad Request", status=400))
        self.assertEqual((len(more), refusals), (0, []))
        self.assertEqual(set(moves.mapped('xero_state')), {'pending'})
        self._push_on(moves)
        for move in moves:
            self._synced(move)

    def test_an_answer_without_a_verdict_on_each_element_is_none(self):
        move = self._bill()
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        self._push()
        for data in (None, [], {}, {'Invoices': []}, {'Invoices': [{'Status': 'AUTHORISED'}]}):
            with self.subTest(data=data), self.env.cr.savepoint() as savepoint:
                request = self._requests()
                request._kind()._apply_response(request, Answer(200, data, Budget(), None, 0))
                self.assertEqual((move.xero_state, move.xero_attempts), ('pending', 2))
                self.assertTrue(self._requests())
                savepoint.rollback()
                self.env.invalidate_all()
