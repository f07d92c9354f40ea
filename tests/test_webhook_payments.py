"""Webhooks of category PAYMENT: a payment is applied with the next pull, whatever else comes."""
from odoo.tests import tagged

from odoo.addons.account_xero.xero import webhook

from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestWebhookPayments(XeroPullCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.app.webhook_url, cls.app.webhook_key = 'https://odoo.example.com/xero/webhook', 'key'

    def setUp(self):
        super().setUp()
        self.person = self.org.as_person
        # As an organisation whose invoices do not tell of their payments.
        self.sandbox.webhooks.payments, self.sandbox.webhooks.on_payment = True, False
        self.addCleanup(setattr, self.sandbox.webhooks, 'payments', False)
        self.addCleanup(setattr, self.sandbox.webhooks, 'on_payment', True)
        self.addCleanup(self.app.events.clear)

    def _ready(self, count=1):
        """:return: documents that are in Xero, when nothing is left to be polled or delivered"""
        moves = self.env['account.move'].union(*(self._invoice() for _number in range(count)))
        self._push()
        self._pull()
        self.app.events.clear()
        self._deliver_webhook()     # so that no poll is due
        self.sandbox.ledger.reset()
        return moves

    def _announced(self, **options):
        """Deliver what waits, and pull what it tells of at once."""
        def post(_url, body, _headers):
            self.env['xero.event'].sudo()._store(webhook.parse(body).events, self.connection)
            return 200

        self._later(seconds=2)
        self.sandbox.deliver_webhooks(post=post, app=self.app, **options)
        self._pull_at_once()

    def _bank(self, code, journal=None):
        """:return: a journal, by default the first bank's, mapped to an account in Xero"""
        journal = journal or self.company_data['default_journal_bank']
        journal.xero_account_id = self.env['xero.account'].search(
            [('connection_id', '=', self.connection.id), ('code', '=', code)])
        return journal

    def _calls(self):
        """:return: {path: calls to it}"""
        return {path: len(self.sandbox.calls_to('GET', path))
                for path in ('/Invoices', '/CreditNotes', '/Payments')
                if self.sandbox.calls_to('GET', path)}

    def _event(self, resource_id, category='PAYMENT', kind='UPDATE'):
        """Let Xero tell of something, in a shape of one's own."""
        self.app.events.append({
            'resourceId': resource_id, 'tenantId': self.org.tenant_id, 'eventCategory': category,
            'eventType': kind, 'eventDateUtc': self.sandbox.clock.utcnow().isoformat()})

    def test_made_and_deleted(self):
        [move] = self._ready()
        payment = self.person.pay(move.xero_document_id, 20)
        self._announced()
        self.assertEqual(move.amount_residual, 100)
        self.assertEqual(self._calls(), {'/Payments': 1, '/Invoices': 1})
        self._assert_settled()
        self.app.events.clear()
        self.sandbox.ledger.reset()
        self.person.delete_payment(payment['PaymentID'])
        self._announced()
        self.assertEqual(move.amount_residual, 120)
        self.assertEqual(self._calls(), {'/Payments': 1, '/Invoices': 1})
        self._assert_settled()
        self.assertFalse(self._differences())
        self.assertFalse(self.env['xero.event'].search([]))

    def test_not_chosen(self):
        """Without the category, the poll of payments finds what invoices do not tell of."""
        self.sandbox.webhooks.payments = False
        [move] = self._ready()
        self.person.pay(move.xero_document_id, 20)
        self._announced()
        self.assertEqual((move.amount_residual, self._calls()), (120, {}))
        self._later(minutes=15)
        self._pull_at_once()
        self.assertEqual(move.amount_residual, 100)
        self.assertTrue(self.connection.unannounced_at, "so it is asked for more often")

    def test_invoices_tell_of_it_too(self):
        """Both events of a payment cost what that of its invoice costs."""
        for payments in (False, True):
            with self.subTest(payments=payments):
                self.sandbox.webhooks.payments, self.sandbox.webhooks.on_payment = payments, True
                [move] = self._ready()
                payment = self.person.pay(move.xero_document_id, 20)
                self._announced()
                self.assertEqual(move.amount_residual, 100)
                self.assertEqual(self._calls(), {'/Payments': 1, '/Invoices': 1})
                self.sandbox.ledger.reset()
                self.person.delete_payment(payment['PaymentID'])
                self._announced()
                self.assertEqual(move.amount_residual, 120)
                self.assertEqual(self._calls(), {'/Invoices': 1})

    def test_refund_of_a_credit_note(self):
        move = self._invoice('out_refund')
        self._push()
        self._pull()
        self.app.events.clear()
        self.person.pay(move.xero_document_id, 20)
        self._announced()
        self.assertEqual(move.amount_residual, 100)

    def test_many_come_together(self):
        moves = self._ready(6)
        for move in moves:
            for amount in (10, 20):
                self.person.pay(move.xero_document_id, amount)
        self._announced(duplicate=True, reorder=True)
        self.assertEqual(set(moves.mapped('amount_residual')), {90})
        self.assertEqual(self._calls(), {'/Payments': 1, '/Invoices': 1})

    def test_more_than_are_asked_for_by_name(self):
        Connection = type(self.connection)
        lists = Connection._pull_lists
        self.patch(Connection, '_pull_lists', lambda connection: [
            one._replace(most=5) if one.path == 'Payments' else one for one in lists(connection)])
        moves = self._ready(6)
        for move in moves:
            self.person.pay(move.xero_document_id, 10)
        self._announced()
        self.assertEqual(set(moves.mapped('amount_residual')), {110})
        self.assertEqual(self._calls(), {'/Payments': 1, '/Invoices': 1})
        self.assertFalse(self.env['xero.event'].search([]))

    def test_one_of_two_is_told_of(self):
        """The other payment of the invoice is booked as its own event would have it booked."""
        self.org.add_account('097', "Second bank", 'BANK')
        self.connection._refresh_reference_data()
        bank = self._bank('090')
        other = bank.copy({'name': "Second bank"})
        self._bank('097', other)
        [move] = self._ready()
        self.person.pay(move.xero_document_id, 20, account='097')
        self.person.pay(move.xero_document_id, 10, account='090')
        self._announced(drop=1)
        self.assertEqual({p.amount: p.journal_id for p in move.matched_payment_ids},
                         {10: bank, 20: other})

    def test_the_echo_of_a_payment_made_here(self):
        self.connection.push_payments = True
        bank = self._bank('090')
        [move] = self._ready()
        self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create({
                'payment_date': '2026-03-10', 'journal_id': bank.id})._create_payments()
        self._push()
        self.assertEqual(len(self.org.store['Payments'].values()), 1)
        self.sandbox.ledger.reset()
        self._announced()
        self.assertEqual(self._calls(), {})
        self.assertFalse(self.env['xero.event'].search([]))

    def test_reconciled_in_xero(self):
        [move] = self._ready()
        self.person.pay(move.xero_document_id, 20)
        self._announced()
        [row] = self.org.store['Payments'].values()
        before = self._books()
        with self.org.transaction():
            self.org.store['Payments'].put({**row, 'IsReconciled': True})
        self.sandbox.ledger.reset()
        self._announced()
        self.assertEqual(self._books(), before)
        self.assertEqual(self._calls(), {'/Payments': 1})

    def test_invoice_that_is_not_here(self):
        self._ready()
        contact = self.person.create_contact("Elsewhere")
        document = self.person.create_invoice({'ContactID': contact['ContactID']}, [{
            'Description': "Work", 'Quantity': 1, 'UnitAmount': 50, 'AccountCode': '200'}])
        self.person.pay(document['InvoiceID'], 20)
        before = self._books()
        self._announced()
        self.assertEqual(self._books(), before)
        self.assertLessEqual(self._calls().get('/Payments', 0), 1)
        self.assertFalse(self.env['xero.event'].search([]))

    def test_shapes_that_nobody_knows(self):
        [move] = self._ready()
        before = self._books()
        self._event('11111111-2222-3333-4444-555555555555')     # of nothing that Xero has
        self._event('nonsense')
        self._event(None)
        self._event('', kind='')
        self.app.events[0].update(data={'Status': ['?']}, eventType={'a': 1}, resourceUrl=7)
        self._announced()
        self.assertEqual(self._books(), before)
        self.assertFalse(self.env['xero.event'].search([]))
        self.person.pay(move.xero_document_id, 20)
        self.app.events.clear()
        self._event(move.xero_document_id)      # it names the invoice instead
        self._announced()
        self.assertEqual(move.amount_residual, 100)

    def test_refused_questions_keep_nothing_from_coming(self):
        """What Xero does not answer stays announced, and the polls go on."""
        [move] = self._ready()
        self.person.pay(move.xero_document_id, 20)
        self.sandbox.inject('503', 'GET', '/Payments')
        self._announced()
        self.assertEqual(move.amount_residual, 120)
        self.assertTrue(self.env['xero.event'].search([]))
        self._later(minutes=20)
        self._pull_at_once()
        self.assertEqual(move.amount_residual, 100)
        self.assertFalse(self.env['xero.event'].search([]))

    def test_told_of_it_no_poll_is_hurried(self):
        """Nothing is asked for more often because of payments that are announced."""
        [move] = self._ready()
        store = self.org.store['Invoices']
        before = store.get(move.xero_document_id)['UpdatedDateUTC']
        self._later(minutes=2)
        self.person.pay(move.xero_document_id, 20)
        store.get(move.xero_document_id)['UpdatedDateUTC'] = before
        self._announced()
        self.assertEqual(move.amount_residual, 100)
        self.assertFalse(self.connection.unannounced_at)
