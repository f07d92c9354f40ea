"""A first synchronisation whose processes die at any moment, or meet."""
from collections import Counter
from datetime import timedelta

from odoo.tests import tagged

from .common_history import FIRST, XeroHistoryProcessCase

DOCUMENTS = 6
#: So that a few documents come in several pages, and a page in several parts.
CONSTANTS = {'models.pull.xero_pull.CHUNK': 2,
             'models.pull.xero_fetch.PAGE_SIZE': 4,
             'models.imports.xero_import_first_sync.PAGE_SIZE': 4}
#: Days from a history to the next one.
APART = 100


@tagged('post_install', '-at_install')
class TestImportCrash(XeroHistoryProcessCase):
    """The same history again and again, each later than the one before and with contacts of its
    own; one of the two is not linked."""

    turns = 0

    def _new_turn(self):
        """Let a history be made, and start its synchronisation.

        :return: the records
        """
        first = FIRST + timedelta(days=APART * self.turns)
        type(self).turns += 1
        contacts = [*self._contacts(1), {'ContactID': self.org.as_person.create_contact(
            f'Unknown {self.turns}')['ContactID']}]
        records = self._write(
            DOCUMENTS, contacts, first, days=30, prefix=f'T{self.turns}', seed=1)
        self._start(date_from=str(first))
        return records

    def _books_of(self, records):
        """:return: all that the synchronisation has made of a history, in terms of the history"""
        first = records[0]['Date']
        names = {row.get('InvoiceID') or row['CreditNoteID']: number
                 for number, row in enumerate(records)}
        ids = list(names)
        moves = self._sql(
            "SELECT xero_document_id, move_type, state, amount_total, amount_tax, amount_residual,"
            "       invoice_date - %s, currency_id, xero_status, xero_origin"
            "  FROM account_move WHERE xero_document_id = ANY(%s)", first, ids)
        lines = self._sql(
            "SELECT xero_document_id, display_type, line.account_id, line.quantity,"
            "       price_unit, balance, line.amount_residual, line.amount_residual_currency,"
            "       line.reconciled, line.analytic_distribution::text"
            "  FROM account_move_line line JOIN account_move move ON move.id = move_id"
            " WHERE xero_document_id = ANY(%s)", ids)
        payments = self._sql(
            "SELECT xero_document_id, payment.amount, payment.state, payment.date - %s,"
            "       payment.journal_id, payment.payment_type, payment.xero_payment_id"
            "  FROM account_payment payment"
            "  JOIN account_move__account_payment link ON link.payment_id = payment.id"
            "  JOIN account_move move ON move.id = invoice_id"
            " WHERE xero_document_id = ANY(%s)", first, ids)
        log = self._sql(
            "SELECT xero_document_id, outcome,"
            "       regexp_replace(log.message ->> 'en_US', '[0-9T].*', '')"
            "  FROM xero_log log JOIN account_move move"
            "    ON log.res_model = 'account.move' AND log.res_id = move.id"
            " WHERE xero_document_id = ANY(%s)", ids)
        waiting = self._sql(
            "SELECT xero_id, reason, total, status FROM xero_unmatched WHERE xero_id = ANY(%s)",
            ids)
        return {
            'documents': sorted((names[row[0]], *row[1:]) for row in moves),
            'lines': sorted(repr((names[row[0]], *row[1:])) for row in lines),
            'payments': sorted((names[row[0]], *row[1:-1], '/' in row[-1]) for row in payments),
            'log': sorted((names[row[0]], *row[1:]) for row in log),
            'waiting': sorted((names[row[0]], *row[1:]) for row in waiting),
        }

    def _assert_once(self):
        """Nothing of Xero is here twice."""
        for table, column in (('account_move', 'xero_document_id'),
                              ('account_payment', 'xero_payment_id'),
                              ('xero_contact', 'xero_id'), ('xero_unmatched', 'xero_id')):
            self.assertEqual(self._sql(
                f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"
                f" GROUP BY {column} HAVING count(*) > 1"), [])

    def _uninterrupted(self):
        """:return: the books after a synchronisation that nothing interrupts"""
        records = self._new_turn()
        self._finish(constants=CONSTANTS)
        return self._books_of(records)

    def _kill_everywhere(self, prepare, expected, kinds):
        """Kill the scheduled action at its first moment of a kind, at its second, and so on, each
        time with a history of its own, and run it again.

        :param prepare: callable that gets the action something to do; returns the history
        :param dict expected: what is in the books in the end
        :param list kinds: what is in the names of the moments, see :class:`prefork.Death`. Each is
            counted for itself: whether other things than the history were due differs from run to
            run.
        :return: Counter of {kind: how often it was killed at one}
        """
        deaths = Counter()
        for kind in kinds:
            killed = True
            while killed:
                records = prepare()
                killed = self._go_on(die_at=[kind, deaths[kind]], constants=CONSTANTS)
                if killed:
                    deaths[kind] += 1
                    self._go_on(constants=CONSTANTS)
                self._finish(constants=CONSTANTS)
                with self.subTest(number=deaths[kind], killed=killed):
                    self.assertEqual(self._books_of(records), expected)
            self.assertTrue(deaths[kind], kind)
        self._assert_once()
        return deaths

    def test_killed_anywhere(self):
        expected = self._uninterrupted()
        self.assertTrue(all(expected.values()), "there is something of everything")
        deaths = self._kill_everywhere(self._new_turn, expected, [
            '/Contacts', '/Accounts', '/Invoices', '/CreditNotes', '/Payments', 'before a commit'])
        self.assertGreater(deaths['before a commit'], 10)

    def test_killed_while_what_waited_is_brought(self):
        def prepare():
            records = self._new_turn()
            self._finish(constants=CONSTANTS)
            self._create_partner(records)
            return records

        records = prepare()
        self._go_on()
        expected = self._books_of(records)
        self.assertEqual((len(expected['documents']), expected['waiting']), (DOCUMENTS, []))
        self._kill_everywhere(prepare, expected, [
            '/Invoices', '/CreditNotes', '/Payments', 'before a commit'])

    def _create_partner(self, records):
        waiting = self.office.call('xero.unmatched', [], 'search', [
            ('xero_id', 'in', [row.get('InvoiceID') or row['CreditNoteID'] for row in records])])
        self.office.call('xero.unmatched', waiting, 'action_create_partner')

    def test_two_at_once(self):
        """A second worker leaves alone what the first one is at, and goes on when that is dead."""
        expected = self._uninterrupted()
        for kill in (False, True):
            with self.subTest(kill=kill):
                records = self._new_turn()
                hold = self.sandbox.hold('GET', '/CreditNotes', when='after')
                process = self.office.start(
                    'xero.connection', [], '_cron_pull', constants=CONSTANTS)
                self.assertTrue(hold.wait())
                calls = len(self.sandbox.calls)
                self.office.call('xero.connection', [], '_cron_pull', constants=CONSTANTS)
                self.assertEqual(len(self.sandbox.calls), calls)
                if kill:
                    self._kill(process)
                hold.release()
                if not kill:
                    self.office.result(process)
                self._finish(constants=CONSTANTS)
                self.assertEqual(self._books_of(records), expected)
        self._assert_once()
