"""What tests share that bring a history of Xero into a database that processes of Odoo work on."""
from datetime import date
from decimal import Decimal

from .common_process import XeroProcessCase
from .xero_sandbox.history import History

RATES = {'OUTPUT2': ('sale', 20), 'ZERORATEDOUTPUT': ('sale', 0),
         'INPUT2': ('purchase', 20), 'ZERORATEDINPUT': ('purchase', 0)}
FIRST = date(2024, 1, 2)
EURO = {'EUR': Decimal('0.893100')}
KINDS = {'ACCREC': 'out_invoice', 'ACCPAY': 'in_invoice', 'ACCRECCREDIT': 'out_refund',
         'ACCPAYCREDIT': 'in_refund'}


class XeroHistoryProcessCase(XeroProcessCase):
    """A company with everything mapped, connected to an organisation that has years behind it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.org.add_currency('EUR', EURO['EUR'])
        cls.org.minute_limit = cls.org.day_limit = 60_000
        call = cls.office.call
        call('res.currency', call('res.currency', [], 'search', [
            ('name', '=', 'EUR'), ('active', '=', False)]), 'action_unarchive')
        call('ir.default', call('ir.default', [], 'search', [
            ('field_id.name', '=', 'xero_account_id')]), 'unlink')
        call('xero.connection', [cls.connection], '_refresh_reference_data')
        for kind, code in (('income', '200'), ('expense', '429')):
            call('account.account', call('account.account', [], 'search', [
                ('account_type', '=', kind)], 0, 1), 'write',
                {'xero_account_id': cls._reference('xero.account', 'code', code)})
        call('account.tax', [], 'create', [{
            'name': f'{use} {rate} %', 'amount': rate, 'type_tax_use': use,
            'xero_tax_rate_id': cls._reference('xero.tax.rate', 'tax_type', tax_type),
        } for tax_type, (use, rate) in RATES.items()])
        # A new plan would be a new field, for which each process would have to build all models.
        [plan] = call('account.analytic.plan', [], 'search', [], 0, 1)
        call('account.analytic.account', [], 'create', [{
            'name': name, 'plan_id': plan,
            'xero_tracking_option_id': cls._reference('xero.tracking.option', 'name', name),
        } for name in ('North', 'South')])

    @classmethod
    def _reference(cls, model, field, value):
        [found] = cls.office.call(model, [], 'search', [
            ('connection_id', '=', cls.connection), (field, '=', value)])
        return found

    # === IN XERO === #

    def _contacts(self, count):
        """:return: contacts that are linked to partners, as documents name them"""
        records = [self.org.as_person.create_contact(f'Contact {next(self.names)}')
                   for _number in range(count)]
        self.office.call('res.partner', [], 'create', [
            {'name': record['Name'], 'xero_contact_id': record['ContactID']}
            for record in records])
        return [{'ContactID': record['ContactID']} for record in records]

    def _write(self, count, contacts, first=FIRST, days=600, **options):
        """Let a history be made, long before the connection was.

        :return: the records
        """
        records = History(self.org, contacts, first, EURO, **options).write(count, days)
        self.sandbox.advance(600)
        # Polls begin after what is in Xero so far: a day before the connection. Those of contacts
        # are for the synchronisation to ask for.
        now = self.sandbox.clock.utcnow()
        self._sql("UPDATE xero_connection SET connected_at = %s::timestamp + interval '1 day'", now)
        self._sql("UPDATE xero_cursor SET changed_since = %s, polled_at = now()"
                  " WHERE path <> 'Contacts'", now)
        return records

    # === THE FIRST SYNCHRONISATION === #

    def _start(self, **values):
        [wizard] = self.office.call('xero.first.sync.wizard', [], 'create', {
            'connection_id': self.connection, 'scope': 'all', **values})
        self.office.call('xero.first.sync.wizard', [wizard], 'action_start')

    def _go_on(self, **options):
        """Run the scheduled action once, as the scheduler does.

        :return: where it was killed, or None
        """
        killed = self.office.call('xero.connection', [], '_cron_pull', **options)
        self._wait_until_dead()
        return killed and killed['killed']

    def _state(self):
        [[state]] = self._sql("SELECT state FROM xero_first_sync ORDER BY id DESC LIMIT 1")
        return state

    def _finish(self, **options):
        """Run the scheduled action until the synchronisation is at its end."""
        for _time in range(100):
            if self._state() != 'running':
                return
            self._go_on(**options)
        self.fail(self._sql("SELECT state, resume_at, last_error, day_left FROM xero_connection"))

    # === BOTH BOOKS === #

    def _here(self):
        """:return: {Xero's id: (kind, state, total, tax, due, currency, date)} as committed"""
        return {xero_id: (kind, state, *map(Decimal, amounts), currency, day)
                for xero_id, kind, state, *amounts, currency, day in self._sql(
                    "SELECT xero_document_id, move_type, move.state, amount_total::text,"
                    "       amount_tax::text, amount_residual::text, currency.name, invoice_date"
                    "  FROM account_move move JOIN res_currency currency"
                    "    ON currency.id = currency_id"
                    " WHERE xero_document_id IS NOT NULL AND move.state <> 'cancel'")}

    def _there(self, records=None):
        return {
            row.get('InvoiceID') or row['CreditNoteID']: (
                KINDS[row['Type']], 'posted', row['Total'], row['TotalTax'],
                row.get('AmountDue', row.get('RemainingCredit')), row['CurrencyCode'], row['Date'])
            for row in (records or [*self.org.invoices, *self.org.credit_notes])}

    def _paid_here(self):
        """:return: {Xero's id of a payment: amount}; the keys of credits name two documents"""
        return {key: Decimal(amount) for key, amount in self._sql(
            "SELECT xero_payment_id, amount::text FROM account_payment"
            " WHERE xero_payment_id IS NOT NULL AND state IN ('in_process', 'paid')")}

    def _assert_agreed(self):
        self.assertEqual(self._sql("SELECT number, message FROM xero_unmatched"), [])
        here, there = self._here(), self._there()
        differing = {key: (here.get(key), there.get(key)) for key in here.keys() | there.keys()
                     if here.get(key) != there.get(key)}
        self.assertEqual(differing, {})
        self.assertEqual(
            {key: amount for key, amount in self._paid_here().items() if '/' not in key},
            {row['PaymentID']: row['Amount'] for row in self.org.payments})
        self.assertEqual(self._sql("SELECT document, field, message FROM xero_difference"), [])

    def _books(self):
        """:return: number of rows and moment of the last change of all that is brought here"""
        return {table: self._sql(f"SELECT count(*), max(write_date), max(id) FROM {table}")
                for table in ('account_move', 'account_move_line', 'account_partial_reconcile',
                              'account_payment', 'mail_message', 'res_partner', 'xero_unmatched',
                              'xero_difference')}
