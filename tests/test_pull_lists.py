"""A list that another module has pulled: one description, and a model for what is in it."""
from datetime import timedelta
from types import SimpleNamespace

from odoo.tests import tagged

from ..models.pull.lists import PullList
from ..xero.scalars import datetime_of
from ..xero.webhook import Event
from .common_pull import XeroPullCommon

PATH = 'Overpayments'


@tagged('post_install', '-at_install')
class TestPullLists(XeroPullCommon):

    def setUp(self):
        super().setUp()
        self.applied = []
        Connection = type(self.connection)
        Handler = type(self.env['xero.pull.handler'])
        lists = Connection._pull_lists
        # As an extending module does it; the model that all handlers inherit is one by itself.
        self.patch(Connection, '_pull_lists', lambda connection: lists(connection) + [PullList(
            PATH, 'xero.pull.handler', interval=timedelta(minutes=5), categories=('OVERPAYMENT',))])
        self.patch(Handler, '_parse', lambda handler, row: SimpleNamespace(
            xero_id=row['OverpaymentID'], updated=datetime_of(row['UpdatedDateUTC'])))
        self.patch(Handler, '_apply', lambda handler, connection, items, compare, payments:
                   self.applied.extend((item.xero_id, compare) for item in items))
        self.patch(Handler, '_choose', lambda handler, connection, pull_list, events: [
            xero_id for xero_id, group in events.items()
            if set(group.mapped('category')) & set(pull_list.categories)])
        self.patch(Handler, '_get', self._get_singly)

    @staticmethod
    def _get_singly(handler, connection, pull_list, ids):
        return [handler._parse(handler.env['xero.fetch']._get_one(connection, pull_list, one))
                for one in ids]

    def _received(self):
        """:return: id of an overpayment that a person has received in Xero"""
        move = self._pushed()
        self.applied.clear()
        return self.org.as_person.receive_overpayment(
            move._xero_partner().name, 10)['OverpaymentID']

    def test_it_is_polled_compared_and_read_no_more_than_it_says(self):
        xero_id = self._received()
        self.sandbox.ledger.reset()
        self._pull()
        self.assertEqual(self.applied, [(xero_id, False)])
        self._pull_at_once()
        self.assertEqual(len(self.sandbox.calls_to('GET', f'/{PATH}')), 1)
        self._reconcile()
        self.assertIn((xero_id, True), self.applied)

    def test_it_is_fetched_when_it_is_announced(self):
        xero_id = self._received()
        stored = self.env['xero.event'].sudo()._store([
            Event(xero_id, 'OVERPAYMENT', 'UPDATE', self.org.tenant_id,
                  self.sandbox.clock.utcnow())], self.connection)
        self.assertEqual(stored, 1)
        self._pull_at_once()
        self.assertEqual(self.applied[0], (xero_id, True))
        self.assertFalse(self.env['xero.event'].search([]))
