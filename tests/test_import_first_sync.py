"""The first synchronisation: a history seeded in Xero, brought here once, even interrupted."""
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.connection import xero_schedule
from ..models.imports import xero_import_first_sync
from ..models.pull import xero_fetch
from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestFirstSync(XeroImportCommon):

    def setUp(self):
        super().setUp()
        self.connection.write({'import_policy': 'none', 'import_from': False})

    def _seed(self, count, contacts=5):
        """Make a history: invoices, bills and credit notes, a third of them paid, some in part.

        :return: list of records
        """
        partners = self.env['res.partner'].create(
            [{'name': f"Partner {number}"} for number in range(contacts)])
        names = [self._contact(partner) for partner in partners]
        documents = []
        for number in range(count):
            kind = ('ACCREC', 'ACCPAY', 'ACCREC', 'ACCRECCREDIT', 'ACCPAY')[number % 5]
            make = self._cost if kind == 'ACCPAY' else self._line
            document = self._there(
                names[number % contacts], make(f'{10 + number % 90}.99'), kind=kind,
                Date=f'2026-{number % 6 + 1:02}-15',
                **({'InvoiceNumber': f'V{number}'} if kind == 'ACCPAY' else {}))
            documents.append(document)
            if number % 40 == 0:
                self._later(seconds=2)
            if number % 3 == 0:
                self.person.pay(self._id(document), 5 if number % 2 else None)
        self._connected_later()
        return documents

    def _connected_later(self):
        """What is in Xero so far was there long before the connection."""
        self._later(days=3)
        self.connection.connected_at = fields.Datetime.now()

    def _start(self, **values):
        wizard = self.env['xero.first.sync.wizard'].create({
            'connection_id': self.connection.id, **values})
        wizard.action_start()
        return self.env['xero.first.sync'].search(
            [('connection_id', '=', self.connection.id)], limit=1)

    def _run(self, run, times=40):
        for _time in range(times):
            self._pull_at_once()
            if run.state != 'running':
                return
        self.fail(run._in_words())

    def _open_in_xero(self):
        """:return: {kind: what is due} of all approved documents"""
        due = {}
        for document in [*self.org.invoices, *self.org.credit_notes]:
            if document['Status'] in ('AUTHORISED', 'PAID'):
                left = document.get('AmountDue', document.get('RemainingCredit'))
                due[document['Type']] = due.get(document['Type'], 0) + left
        return due

    def _open_here(self):
        names = {'out_invoice': 'ACCREC', 'in_invoice': 'ACCPAY', 'out_refund': 'ACCRECCREDIT',
                 'in_refund': 'ACCPAYCREDIT'}
        due = {}
        for move in self.env['account.move'].search([
                ('xero_origin', '=', True), ('company_id', '=', self.env.company.id)]):
            due[names[move.move_type]] = due.get(names[move.move_type], 0) \
                + move._xero_decimal(move.amount_residual)
        return due

    def test_all_of_it(self):
        documents = self._seed(30)
        run = self._start(scope='all')
        self._run(run)
        self.assertEqual((run.state, run.read_count, run.total_count), ('done', 30, 30))
        for document in documents:
            self._assert_as_there(document)
        self.assertEqual(self._open_here(), self._open_in_xero())
        self.assertIn("30 of 30", self.connection.first_sync_text)
        self.assertEqual(self.connection.first_sync_progress, 100)
        self.assertFalse(self._waiting() or self._differences())
        before = self._books()
        self._run(self._start(scope='all'))
        self.assertEqual(self._books(), before, "a second run changes nothing")
        self._settled()

    def test_open_ones_of_this_year_that_are_bills(self):
        documents = self._seed(20)
        self._run(self._start(date_from='2026-03-01', with_sales=False, with_credit_notes=False))
        wanted = {self._id(d) for d in documents if d['Type'] == 'ACCPAY'
                  and self.org.store['Invoices'].get(self._id(d))['Status'] == 'AUTHORISED'
                  and str(d['Date']) >= '2026-03-01'}
        self.assertTrue(wanted)
        moves = self.env['account.move'].search([('xero_origin', '=', True)])
        self.assertEqual(set(moves.mapped('xero_document_id')), wanted)
        self.assertEqual(self.connection.import_from, fields.Date.to_date('2026-03-01'))
        for document in documents:
            if self._id(document) in wanted:
                self._assert_as_there(document)

    def test_open_ones_and_later_all(self):
        """A credit whose other side is settled in Xero counts, once, whether that is here or
        comes later."""
        contact = self._contact(self.partner_a)
        part_credited, credited = self._there(contact), self._there(contact)
        used_up = self._there(contact, self._line('25.00'), kind='ACCRECCREDIT')
        part_used = self._there(contact, self._line('200.00'), kind='ACCRECCREDIT')
        self.person.allocate(used_up['CreditNoteID'], part_credited['InvoiceID'], 30)
        self.person.allocate(part_used['CreditNoteID'], credited['InvoiceID'], 120)
        self._connected_later()
        self._run(self._start())
        for document in (part_credited, part_used):
            self._assert_as_there(document)
        self.assertFalse(self._here(used_up) | self._here(credited))
        self._run(self._start(scope='all'))
        for document in (part_credited, credited, used_up, part_used):
            self._assert_as_there(document)
        self.assertFalse(self._differences())
        self._settled()

    def test_bank_accounts_of_payments(self):
        """Each payment goes into the journal of its bank account, at one call for all of them."""
        journal = self.company_data['default_journal_cash']
        journal.xero_account_id = self.env['xero.account'].search([
            ('connection_id', '=', self.connection.id), ('code', '=', '090')])
        contact = self._contact(self.partner_a)
        for number in range(25):
            document = self._there(contact)
            self.person.pay(document['InvoiceID'], date=f'2026-03-{number + 3:02}')
        self._connected_later()
        run = self._start(scope='all')
        self.sandbox.ledger.reset()
        self._run(run)
        payments = self.env['account.payment'].search([('xero_payment_id', '!=', False)])
        self.assertEqual((len(payments), payments.journal_id), (25, journal))
        by_sync = [call for call in self.sandbox.calls_to('GET', '/Payments')
                   if 'Date' in call.query.get('where', '')]
        self.assertEqual(len(by_sync), 1)

    def test_bank_accounts_of_what_odoo_has_already(self):
        """Where nothing is imported, a bill of both sides is paid from the right bank, too."""
        journal = self.company_data['default_journal_cash']
        journal.xero_account_id = self.env['xero.account'].search([
            ('connection_id', '=', self.connection.id), ('code', '=', '090')])
        for policy in ('list', 'draft'):
            with self.subTest(policy):
                bill = self._invoice('in_invoice', ref=policy)
                document = self._there(
                    {'ContactID': self.partner_a.xero_contact_id} if self.partner_a.xero_contact_id
                    else self._contact(self.partner_a), kind='ACCPAY', InvoiceNumber=policy)
                self.person.pay(self._id(document), 20)
                self._connected_later()
                self._run(self._start(scope='all', import_policy=policy))
                self.assertEqual(self._here(document), bill)
                self.assertEqual(bill.matched_payment_ids.journal_id, journal)

    def test_limits_in_the_middle(self):
        """Xero says that it is enough; the rest comes when it says so."""
        for module in (xero_fetch, xero_import_first_sync):
            self.patch(module, 'PAGE_SIZE', 4)
        documents = self._seed(10)
        run = self._start(scope='all')
        for kind, wait in (('429_minute', 30), ('429_day', 7200)):
            self.sandbox.inject(kind, 'GET', '/Invoices', retry_after=wait, after=2)
            self._pull_at_once()
            self.assertEqual(run.state, 'running', kind)
            read = run.read_count
            self._later(seconds=wait - 10)
            calls = len(self.sandbox.calls)
            self._pull_at_once()
            self.assertEqual((run.read_count, len(self.sandbox.calls)), (read, calls), kind)
            self.sandbox.faults.clear()
            self._later(seconds=20)
        self._run(run)
        for document in documents:
            self._assert_as_there(document)
        self.assertEqual(self._open_here(), self._open_in_xero())

    def test_interrupted_anywhere_it_comes_to_the_same(self):
        """Small pages, some of them within one second, and every run ends early.

        Few documents: all is one transaction here, and where PostgreSQL has no statistics of it,
        Odoo's query about payments takes minutes for a hundred.
        """
        for module in (xero_fetch, xero_import_first_sync):
            self.patch(module, 'PAGE_SIZE', 10)
        documents = self._seed(30)
        run = self._start(scope='all')
        self.sandbox.inject('500', 'GET', '/CreditNotes')
        seconds, over = xero_schedule.RUN_SECONDS, iter([0.5, 1, 2])
        for _time in range(60):
            xero_schedule.RUN_SECONDS = next(over, seconds)
            try:
                self._pull_at_once()
            finally:
                xero_schedule.RUN_SECONDS = seconds
            if run.state == 'done':
                break
            self._later(minutes=6)
        self.assertEqual(run.state, 'done')
        self.assertEqual(run.read_count, len(documents))
        for document in documents:
            self._assert_as_there(document)
        self.assertEqual(self._open_here(), self._open_in_xero())
        self._settled()

    def test_a_reserve_of_the_calls_of_the_day_is_kept(self):
        self._seed(3)
        run = self._start(scope='all')
        self.connection.write({'day_left': 100, 'budget_seen_at': fields.Datetime.now()})
        self._pull_at_once()
        self.assertEqual((run.state, run.read_count), ('running', 0))
        self.connection.write({'day_left': 5000})
        self._run(run)
        self.assertEqual(run.read_count, 3)

    def test_stopped_by_hand(self):
        self._seed(3)
        run = self._start(scope='all')
        with self.assertRaises(UserError):
            self._start()
        self.connection.action_stop_first_sync()
        self._pull_at_once()
        self.assertEqual((run.state, run.read_count), ('stopped', 0))
