"""What Xero's documents leave open may be one way or the other; the books come out the same."""
import json
from datetime import datetime, timedelta

from odoo.tests import tagged

from ..xero import client
from ..xero.webhook import Event
from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestPullDialects(XeroPullCommon):

    def setUp(self):
        super().setUp()
        self.person = self.org.as_person

    def _answer(self, change, *collections):
        """Have rows of answers changed. :param change: function(row), of these collections"""
        def after_work(_request, status, payload):
            payload = json.loads(json.dumps(payload, default=_plain))
            for collection in collections:
                for row in payload.get(collection, ()):
                    change(row)
            return status, payload
        self.sandbox.after_work = after_work

    def _paid(self, move):
        """:return: amounts that payments from Xero pay of a document here"""
        return sorted(move.matched_payment_ids.filtered(
            lambda p: p.xero_payment_id and p.state in ('in_process', 'paid')).mapped('amount'))

    # === PAYMENTS === #

    def test_deleted_payments_stay_listed(self):
        move = self._pushed()
        kept = self.person.pay(move.xero_document_id, 20)
        gone = self.person.pay(move.xero_document_id, 30)
        self._pull()
        self.assertEqual(self._paid(move), [20, 30])
        row = {'PaymentID': gone['PaymentID'], 'Amount': 30, 'Date': '2026-03-03',
               'Status': 'DELETED'}
        self._answer(lambda invoice: invoice['Payments'].append(row), 'Invoices')
        self.person.delete_payment(gone['PaymentID'])
        self._pull()
        self.assertEqual(self._paid(move), [20])
        self.assertEqual(move.amount_residual, 100)
        self._assert_settled()
        self.assertTrue(kept)

    def test_deleted_between_two_calls(self):
        """The document still had the payment, and the list of payments says that it is gone."""
        move = self._pushed()
        payment = self.person.pay(move.xero_document_id, 30)

        def before_work(request):
            if request.path.endswith('/Payments'):
                self.sandbox.before_work = None
                self.person.delete_payment(payment['PaymentID'])
        self.sandbox.before_work = before_work
        self._pull()
        self.assertFalse(self._paid(move))
        self._pull()
        self.assertFalse(self._differences())

    def test_a_list_without_payments_deletes_none(self):
        move = self._pushed()
        self.person.pay(move.xero_document_id, 30)
        self._pull()
        for absent in ({}, {'Payments': None}, {'Payments': []}):
            with self.subTest(absent):
                self._answer(
                    lambda row, absent=absent: row.pop('Payments') and row.update(absent),
                    'Invoices')
                self._reconcile()
                self.assertEqual(self._paid(move), [30])
        with self.subTest("a single document has them"):
            self.person.pay(move.xero_document_id, 40)

            def after_work(request, status, payload):
                if request.path.endswith('/Invoices'):
                    for row in payload['Invoices']:
                        row.pop('Payments')
                return status, payload
            self.sandbox.after_work = after_work
            self._pull()
            self.assertEqual(self._paid(move), [30, 40])
            self._assert_settled()

    def test_a_deleted_payment_that_names_no_document(self):
        move = self._pushed()
        payment = self.person.pay(move.xero_document_id, 30)
        self._pull()
        self.person.delete_payment(payment['PaymentID'])
        self._answer(lambda row: row.pop('Invoice', None), 'Payments')
        # The invoice itself is not listed as changed.
        self._cursors('Invoices').changed_since = datetime.utcnow() + timedelta(1)
        self._later(hours=7)
        self._pull()
        self.assertFalse(self._paid(move))

    def test_an_account_that_is_only_a_code(self):
        journal = self.company_data['default_journal_bank'].copy()
        journal.xero_account_id = self.env['xero.account'].search([
            ('connection_id', '=', self.connection.id), ('type', '=', 'BANK')], limit=1)
        move = self._pushed()
        self._answer(lambda row: row['Account'].pop('AccountID'), 'Payments')
        self.person.pay(move.xero_document_id, 30, account=journal.xero_account_id.code)
        self._pull()
        self.assertEqual(move.matched_payment_ids.journal_id, journal)

    # === IDENTIFIERS AND NUMBERS === #

    def test_identifiers_in_upper_case(self):
        def shout(row):
            for name in ('InvoiceID', 'PaymentID', 'ContactID'):
                if name in row:
                    row[name] = row[name].upper()
            for payment in row.get('Payments', ()):
                shout(payment)
            shout(row['Contact']) if 'Contact' in row else None
            shout(row['Invoice']) if 'Invoice' in row else None
        self._answer(shout, 'Invoices', 'Payments', 'Contacts')
        move = self._pushed()
        self.person.pay(move.xero_document_id, 30)
        self._hint(move)
        self._pull_at_once()
        self.assertEqual(self._paid(move), [30])
        self.sandbox.after_work = None
        self._assert_settled()
        self.assertFalse(self._differences())

    def test_amounts_with_the_noise_of_floats(self):
        def noise(row):
            for name in ('Total', 'AmountDue', 'AmountPaid', 'Amount'):
                if name in row:
                    row[name] = float(row[name]) + 3e-14
            for payment in row.get('Payments', ()):
                noise(payment)
        self._answer(noise, 'Invoices', 'Payments')
        move = self._pushed()
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
        self.person.pay(move.xero_document_id, 30.10)
        self._pull()
        self.assertEqual(self._paid(move), [30.10])
        self.assertFalse(self._differences())
        before = self._books()
        self.sandbox.after_work = None
        self._reconcile()
        self.assertEqual(self._books(), before)

    # === LISTS === #

    def test_nothing_is_newer_without_a_list(self):
        move = self._pushed()
        self.sandbox.after_work = lambda request, status, payload: (
            (304, None) if request.headers.get('If-Modified-Since') else (status, payload))
        self._pull()
        self.assertEqual((self.connection.outages, self.connection.last_error), (0, False))
        self.sandbox.after_work = None
        self.person.pay(move.xero_document_id)
        self._pull()
        self.assertEqual(move.payment_state, 'paid')

    def test_pages_of_another_size_and_no_count_of_them(self):
        self.patch(client, 'DEFAULT_PAGE_SIZE', 3)
        self.connection.push_status = 'DRAFT'
        moves = self.env['account.move'].union(*(self._invoice() for _n in range(8)))
        self._push()

        def before_work(request):
            if 'pageSize' in request.query:
                request.query['pageSize'] = '3'

        def after_work(_request, status, payload):
            payload.pop('pagination', None)
            return status, payload
        self.sandbox.before_work, self.sandbox.after_work = before_work, after_work
        self._pull()
        self._later(hours=1)
        for move in moves:
            self.person.approve(move.xero_document_id)
        self._pull()
        self.assertEqual(set(moves.mapped('xero_status')), {'AUTHORISED'})

    # === WHEN === #

    def test_paid_in_the_second_of_the_push(self):
        move = self._pushed()
        self.person.pay(move.xero_document_id, 10)
        self._hint(move, later=0)
        self._pull_at_once()
        self.assertEqual(move.amount_residual, 110)
        self._hint(move, later=0)
        self.sandbox.ledger.reset()
        self._pull_at_once()
        self.assertFalse(self.sandbox.calls, "the echo of what is here")
        for name, event in (("later in the second", 0.002), ("a second without a part", None)):
            with self.subTest(name):
                self.person.pay(move.xero_document_id, 10)
                self._hint(move, later=event or 0)
                if event is None:
                    self.env.cr.execute(
                        "UPDATE xero_event SET event_date = date_trunc('second', event_date)")
                self._pull_at_once()
                self.assertEqual(
                    move.amount_residual, self.org.invoices[0]['AmountDue'])

    def test_payments_that_do_not_change_their_invoices(self):
        move = self._pushed()
        self._later(minutes=30)
        self._pushed()      # the invoices are read up to here, so the first one is not listed again
        self._deliver_quietly(move, 20)
        self._later(minutes=3)
        self._pull_at_once()
        self.assertEqual(self._paid(move), [20], "five minutes after the last poll")
        self._later(hours=7)
        self._pull()
        self._deliver_quietly(move, 30)
        for _poll in range(2):
            self._later(minutes=5)
            self._pull_at_once()
        self.assertEqual(self._paid(move), [20, 30], "ten minutes where nothing happens in Xero")

    def test_a_payment_that_is_only_reconciled_later(self):
        move = self._pushed()
        payment = self.person.pay(move.xero_document_id, 20)
        self._pull()
        self._later(hours=7)
        [row] = self.org.store['Payments'].values()
        self.org.store['Payments'].put({**row, 'IsReconciled': True})
        self._pull()
        self.assertEqual(self._paid(move), [20])
        self.assertEqual(row['PaymentID'], payment['PaymentID'])

    def _deliver_quietly(self, move, amount):
        """Pay in Xero, and leave the moment of the invoice's last change as it was."""
        store = self.org.store['Invoices']
        before = store.get(move.xero_document_id)['UpdatedDateUTC']
        self._later(minutes=2)
        self.person.pay(move.xero_document_id, amount)
        store.get(move.xero_document_id)['UpdatedDateUTC'] = before

    def test_an_overpayment_is_used_and_only_its_own_event_comes(self):
        move = self._pushed()
        self._deliver_webhook()     # so that no poll is due
        credit = self.person.receive_overpayment(self.partner_a.name, 50)
        self.person.allocate(credit['OverpaymentID'], move.xero_document_id, 50, 'Overpayments')
        self.env['xero.event'].sudo()._store([
            Event(credit['OverpaymentID'], 'OVERPAYMENT', 'UPDATE', self.org.tenant_id,
                  self.sandbox.clock.utcnow())], self.connection)
        self._pull_at_once()
        self.assertEqual(move.amount_residual, 70)

    def test_run_by_hand_asks_for_everything(self):
        move = self._pushed()
        self.person.pay(move.xero_document_id)
        self._pull_at_once()
        self.assertEqual(move.payment_state, 'not_paid', "no poll is due")
        self.sandbox.ledger.reset()
        self._pull_by_hand()
        self.assertEqual(move.payment_state, 'paid')
        self.assertLessEqual({'/Invoices', '/CreditNotes', '/Payments'},
                             {call.path for call in self.sandbox.calls})
        self.sandbox.ledger.reset()
        self._reconcile()
        self.assertEqual(len(self.sandbox.calls), 4, "the night asks once for each list")


def _plain(value):
    """:return: what the sandbox's own encoder makes of a value"""
    from .xero_sandbox.render import to_json
    return json.loads(to_json({'value': value}))['value']
