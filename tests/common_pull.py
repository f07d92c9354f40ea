"""What the tests of the pull share."""
from datetime import timedelta

from odoo import SUPERUSER_ID, fields
from odoo.tools import SQL

from odoo.addons.account_xero.xero.webhook import Event

from .common import XeroTimeCommon

#: What a pull may change; applying the same state again changes none of it.
TABLES = ('account_move', 'account_move_line', 'account_partial_reconcile', 'account_payment',
          'mail_message', 'xero_difference')


class XeroPullCommon(XeroTimeCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pull_cron = cls.env.ref('account_xero.ir_cron_pull')
        cls.reconcile_cron = cls.env.ref('account_xero.ir_cron_reconcile')

    def setUp(self):
        super().setUp()
        self.org.minute_limit = 600

    def _cursors(self, *paths):
        """:return: the `xero.cursor` of lists of the connection"""
        return self.connection.env['xero.cursor']._get_or_create(self.connection, paths)

    def _some_books(self, credited='2026-03-10'):
        """:return: an invoice, a credit note and a bill that are in both books"""
        return (
            self._pushed(invoice_date='2026-03-02'),
            self._pushed('out_refund', invoice_date=credited, lines=[{'price_unit': 30}]),
            self._pushed('in_invoice', invoice_date='2026-03-31', lines=[{'price_unit': 40}]))

    def _pull(self):
        """Run the pull cron as the scheduler does, when the next poll is due."""
        self._later(minutes=6)
        self._pull_at_once()

    def _pull_at_once(self):
        """Pull as the scheduler does, when something has woken it."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr, user=SUPERUSER_ID, context={})['xero.connection']._cron_pull()
        self.env.invalidate_all()

    def _pull_by_hand(self):
        with self.enter_registry_test_mode():
            self.pull_cron.sudo().method_direct_trigger()
        self.env.invalidate_all()

    def _reconcile(self):
        """Run the night's comparison as the scheduler does."""
        with self.enter_registry_test_mode():
            self.reconcile_cron.sudo().method_direct_trigger()
        self.env.invalidate_all()

    def _pushed(self, move_type='out_invoice', **values):
        """:return: a document that is in Xero, and that a poll has seen there"""
        if move_type == 'in_invoice':
            values.setdefault('ref', f"B{self.env['account.move'].search_count([])}")
        move = self._invoice(move_type, **values)
        self._push()
        self._synced(move)
        self._pull()
        return move

    def _hint(self, *moves, later=1):
        """Store what a webhook would. :param float later: seconds from now, when it changed"""
        now = self.sandbox.clock.utcnow()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)   # as Xero's events say it
        self.env['xero.event'].sudo()._store([
            Event(move.xero_document_id, 'INVOICE', 'UPDATE', self.org.tenant_id,
                  now + timedelta(seconds=later)) for move in moves
        ], self.connection)

    def _deliver_webhook(self):
        """Note a delivery with the tests' time, which the database does not share."""
        delivery = self.env['xero.delivery'].sudo().create({
            'connection_id': self.connection.id, 'events': 1})
        self.env.cr.execute('UPDATE xero_delivery SET create_date = %s WHERE id = %s',
                            [fields.Datetime.now(), delivery.id])

    def _vanish(self, move):
        """The organisation was reset, say: Xero knows nothing of the document."""
        kind = 'CreditNotes' if 'refund' in move.move_type else 'Invoices'
        document = dict(self.org.store[kind].get(move.xero_document_id))
        with self.org.transaction():
            self.org.store[kind].restore(move.xero_document_id, None)
        return document

    def _books(self):
        """:return: number of rows and moment of the last change of all that a pull may change"""
        self.env.flush_all()
        books = {}
        for table in TABLES:
            self.env.cr.execute(SQL(
                "SELECT count(*), max(write_date), max(id) FROM %s", SQL.identifier(table)))
            books[table] = self.env.cr.fetchone()
        return books

    def _assert_settled(self):
        """Whatever brings the same state again changes nothing."""
        before = self._books()
        self._pull()
        self.assertEqual(self._books(), before, "polled again")
        moves = self.env['account.move'].search([
            ('xero_document_id', '!=', False), ('company_id', '=', self.env.company.id)])
        self._hint(*moves)
        self._pull_at_once()
        self.assertEqual(self._books(), before, "announced again")
        self._reconcile()
        self.assertEqual(self._books(), before, "compared at night")

    def _differences(self):
        """:return: {(document, what): (here, there)} of the open differences"""
        return {(row.document, row.field): (row.here, row.there)
                for row in self.env['xero.difference'].search([
                    ('connection_id', '=', self.connection.id), ('state', '=', 'open')])}
