"""Requests in the outbox of a kind that no installed module knows: named, and left alone."""
from odoo import fields
from odoo.tests import tagged

from ..models.xero_request import Refusal
from ..xero.client import Answer
from ..xero.errors import XeroOutcomeUnknown, XeroRejected
from ..xero.limits import Budget
from .common import XeroTimeCommon


@tagged('post_install', '-at_install')
class TestPushUnknown(XeroTimeCommon):

    def setUp(self):
        super().setUp()
        self._link(self.partner_a)
        field = self.env['xero.request']._fields['operation']
        self.patch(field, '_selection', {**field._selection, 'theirs': "Of another module"})

    def _theirs(self, move, **values):
        """:return: a request about a record of theirs whose id is that of a document here"""
        Request = self.env['xero.request'].sudo()
        return Request.create({
            **Request._values(
                self.connection, 'theirs', 'PUT', 'Quotes', [{'Title': "Theirs"}],
                [self._item(move)], 'Quotes'), **values})

    def _item(self, move):
        return {'id': move.id, 'ticket': move.xero_ticket, 'hash': 'theirs', 'total': '120.00'}

    def _rows(self):
        return self.env['xero.log'].search([
            ('connection_id', '=', self.connection.id), ('message', 'ilike', 'theirs')])

    def _assert_untouched(self, move):
        self.assertEqual(
            (move.xero_state, move.xero_attempts, move.xero_document_id, move.xero_payload_hash),
            ('pending', 0, False, False))

    def test_it_is_named_and_left_alone(self):
        """Its record is none of ours, so it keeps no document from its way."""
        for attempts in (0, 1):
            with self.subTest(attempts=attempts):
                move = self._bill()
                request = self._theirs(move, attempts=attempts, sent_at=bool(attempts) and
                                       fields.Datetime.subtract(fields.Datetime.now(), hours=1))
                before = request.read()
                self._push()
                self._synced(move)
                self.assertEqual(request.read(), before)
                self.assertIn('theirs', self.connection.last_error)
                self._bill()
                self._push()
                self.assertIn('theirs', self.connection.last_error)
                self.assertEqual(self._rows().mapped('outcome'), ['failure'], "said once")
        self.assertFalse(self.sandbox.calls_to('PUT', '/Quotes'))

    def test_it_is_no_work(self):
        """It wakes nobody, as nothing can be done about it."""
        self._push()
        self.assertFalse(self.connection._has_work())
        move = self._bill()
        self._push()
        self._theirs(move)
        self.assertFalse(self.connection._has_work())

    def test_its_answer_is_no_documents(self):
        move = self._bill()
        answers = (
            Answer(200, {'Quotes': [{'QuoteID': '5a3e1d3c-0000-4000-8000-000000000001',
                                     'InvoiceID': '5a3e1d3c-0000-4000-8000-000000000001',
                                     'StatusAttributeString': 'OK'}]}, Budget(), None, 0),
            XeroRejected("Bad Request", status=400),
            XeroOutcomeUnknown("Cut off"),
            None,
        )
        for answer in answers:
            with self.subTest(answer=answer):
                request = self._theirs(move)
                request._note_departure()
                with self.assertRaises(NotImplementedError):
                    request._settle(answer)
                request._settle_unknown(request._unapplied())
                self.assertTrue(request.exists())
                self._assert_untouched(move)

    def test_its_refusal_is_no_documents(self):
        """Nor is that of a partner's update about the document with the partner's number."""
        move = self._bill()
        for operation in ('theirs', 'contact_update', 'pay', 'unpay', 'attach'):
            with self.subTest(operation=operation):
                refusal = Refusal(operation, self._item(move), {}, ["No"], 'validation_error')
                self.assertFalse(self.connection._waiting_for(refusal))

    def test_it_holds_no_document(self):
        move = self._bill()
        self._theirs(move, sent_at=fields.Datetime.now())
        self.assertFalse(self.env['xero.request']._concerns(move))
