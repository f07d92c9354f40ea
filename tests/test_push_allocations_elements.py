"""A match is on its way to Xero once, holds what it is about, and costs as much as few do."""
from psycopg2 import IntegrityError
from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.account_xero.xero.documents import Document
from odoo.addons.account_xero.xero.scalars import loads

from .common_allocation import XeroAllocationCommon
from .xero_sandbox.render import document as rendered
from .xero_sandbox.render import to_json


class XeroMatchedCommon(XeroAllocationCommon):

    def _matched(self, notes, invoices=1, amount=10):
        """:return: credit notes, each matched with so many invoices of its own"""
        documents = [(self._invoice('out_refund'), [self._invoice() for _number in range(invoices)])
                     for _number in range(notes)]
        self._push()
        for note, others in documents:
            for other in others:
                self._match(note, other, amount)
        return self.env['account.move'].union(*(note for note, _others in documents))

    def _pairs(self, notes):
        return self.env['xero.allocation'].sudo().search([('credit_id', 'in', notes.ids)])

    def _documents_of(self, moves):
        """:return: {identifier: documents.Document} as Xero has it"""
        return {move.xero_document_id: Document.from_json(loads(to_json(rendered(
            self.org, self.org.store[kind].get(move.xero_document_id)))))
            for move in moves
            for kind in ['CreditNotes' if 'refund' in move.move_type else 'Invoices']}


@tagged('post_install', '-at_install')
class TestPushAllocationsElements(XeroMatchedCommon):

    def _open(self):
        """:return: a match, and its request, which is as a process leaves it that dies"""
        pairs = self._pairs(self._matched(1))
        self.sandbox.inject('cut_before', 'PUT', '/CreditNotes/*/Allocations')
        self._push()
        return pairs, self._requests()

    def test_once_at_a_time(self):
        pair, request = self._open()
        [element] = self.env['xero.request.element'].sudo().search([])
        self.assertEqual((element.allocation_id, element.request_id), (pair, request))
        with self.assertRaises(UniqueViolation), mute_logger('odoo.sql_db'), \
                self.env.cr.savepoint():
            request.copy()
        [values] = request.copy_data()
        self.assertFalse(request._store([values]), "left out")
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), \
                self.env.cr.savepoint():
            self.env.cr.execute("DELETE FROM xero_allocation WHERE id = %s", [pair.id])
        self._push_pairs()
        self._settled(pair.credit_id | pair.invoice_id)
        self.assertFalse(self.env['xero.request.element'].sudo().search([]))

    def test_deleted_while_on_its_way(self):
        """What Xero has cannot be deleted; this is about one that was voided there meanwhile."""
        pair, request = self._open()
        note = pair.credit_id.with_env(self.env)
        note.button_cancel()
        note._xero_store([(note, {'xero_status': 'VOIDED'})])
        note.name = 'RINV/X/0001'   # Xero keeps the other one
        with self.assertRaisesRegex(UserError, "on its way"):
            note.unlink()
        request.write({'sent_at': False, 'attempts': 0})
        note.unlink()
        self.assertFalse(request.exists() or pair.exists())

    def test_switched_off_while_on_its_way(self):
        """What code drops does not wait for an answer; the pull sees what Xero has."""
        pair, request = self._open()
        self.connection.push_allocations = False
        self.assertFalse(pair.exists())
        self._later(minutes=7)
        self._push()
        self.assertFalse(request.exists())
        self.assertFalse(self._allocated())


@tagged('post_install', '-at_install')
class TestPushAllocationsCost(XeroMatchedCommon):

    def _queries(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_xero_is_asked_once_for_all(self):
        notes = self._matched(6)
        self.sandbox.ledger.reset()
        self._push()
        self.assertEqual(set(self._pairs(notes).mapped('xero_state')), {'synced'})
        self.assertEqual(
            [(call.method, call.path) for call in self.sandbox.calls if call.method == 'GET'],
            [('GET', '/CreditNotes'), ('GET', '/Invoices')])
        self.assertEqual(len(self.sandbox.calls), 2 + 6)

    def test_queries_to_prepare_do_not_grow_with_the_matches(self):
        pairs = self._pairs(self._matched(6))
        documents = self._documents_of(pairs.credit_id | pairs.invoice_id)
        kind = self.env['xero.push.allocation'].sudo()

        def prepare(some):
            checked = kind._check_apart(self.connection, some, documents)
            self.assertEqual(checked, some)
            self.assertEqual(len(kind._prepare(self.connection, checked)), len(some))

        prepare(pairs)
        few = self._queries(lambda: prepare(pairs[:2]))
        with self.assertQueryCount(few):
            self.env.flush_all()
            self.env.invalidate_all()
            prepare(pairs)
            self.env.flush_all()

    def test_queries_of_a_push_do_not_grow_with_the_invoices_of_a_note(self):
        self._matched(1, invoices=2)
        self._push()
        self._matched(1, invoices=2)
        few = self._queries(self._push)
        self._matched(1, invoices=8)
        many = self._queries(self._push)
        self.assertFalse(self.env['xero.allocation'].sudo().search([
            ('xero_state', '!=', 'synced')]))
        self.assertLessEqual(many, few)

    def test_queries_of_a_pull_do_not_grow_with_the_documents(self):
        notes = self._matched(6)
        self._push()
        self._pull()
        invoices = notes.browse(self._pairs(notes).invoice_id.ids)
        for moves in (notes, invoices):
            with self.subTest(moves=moves):
                documents = self._documents_of(moves)

                def apply(some, documents=documents):
                    self.env['xero.apply'].sudo()._apply(self.connection, {
                        move: documents[move.xero_document_id] for move in some}, {})

                apply(moves)
                few = self._queries(lambda some=moves[:2]: apply(some))
                with self.assertQueryCount(few):
                    self.env.flush_all()
                    self.env.invalidate_all()
                    apply(moves)
                    self.env.flush_all()
