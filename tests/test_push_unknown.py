"""Requests in the outbox of a kind that no installed module knows: named, and left alone."""
from odoo import fields
from odoo.tests import tagged

from ..models.push.xero_push import Rejection
from .common import XeroTimeCommon


@tagged('post_install', '-at_install')
class TestPushUnknown(XeroTimeCommon):

    def setUp(self):
        super().setUp()
        self._link(self.partner_a)
        known = self.env['xero.request']._selection_operation()
        self.patch(self.registry['xero.request'], '_selection_operation',
                   lambda _request: [*known, ('theirs', "Of another module")])

    def _theirs(self, move, **values):
        """:return: a request about a record of theirs whose id is that of a document here"""
        Request = self.env['xero.request'].sudo()
        return Request.create({
            **Request._values(
                self.connection, 'theirs', 'PUT', 'Quotes', [{'Title': "Theirs"}],
                [self._item(move)], 'Quotes'), **values})

    def _item(self, move):
        return {'id': move.id, 'revision': move.xero_revision, 'hash': 'theirs', 'total': '120.00'}

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
        self.assertFalse(self.env['xero.push']._get_due(self.connection))
        move = self._bill()
        self._push()
        self._theirs(move)
        self.assertFalse(self.env['xero.push']._get_due(self.connection))

    def test_nobody_applies_its_answer(self):
        """It is in the hands of no kind, whatever Xero has answered."""
        move = self._bill()
        request = self._theirs(move, sent_at=fields.Datetime.now(), attempts=1)
        self.assertIsNone(request._kind())
        for kind in self.connection._push_kinds():
            self.assertFalse(kind._requests(self.connection))
        self._assert_untouched(move)

    def test_a_refused_update_of_a_partner_is_no_documents(self):
        """Nor of those that wait for the partner's contact: it has one."""
        move = self._bill()
        item = {'id': move.commercial_partner_id.id, 'revision': None}
        rejection = Rejection('contact_update', item, {}, ["No"], 'validation_error')
        self.assertFalse(any(
            self.env['xero.push.contact']._get_rejected(self.connection, rejection)))

    def test_it_holds_no_document(self):
        move = self._bill()
        self._theirs(move, sent_at=fields.Datetime.now())
        self.assertFalse(self.env['xero.request']._concerns(move))
