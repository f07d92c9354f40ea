from datetime import datetime

from odoo.tests import TransactionCase, tagged

from ..xero.webhook import Event

INVOICE = '55d84274-a3da-4829-a7c0-0cab601b95cc'
TENANT = 'aef86862-2015-4b6b-88bc-d89032cecc50'
MOMENT = datetime(2026, 9, 1, 8, 30, 1, 923000)


@tagged('post_install', '-at_install')
class TestEventStore(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        companies = cls.env['res.company'].create([{'name': "Wren Ltd"}, {'name': "Heron Ltd"}])
        cls.wren, cls.heron = cls.env['xero.connection'].create([
            {'company_id': company.id, 'client_id': "app", 'state': 'connected',
             'tenant_id': tenant}
            for company, tenant in zip(companies, (TENANT, TENANT[::-1]), strict=True)])

    def _store(self, *events, connections=None):
        stored = self.env['xero.event']._store(
            [Event(**{'resource_id': INVOICE, 'category': 'INVOICE', 'type': 'UPDATE',
                      'tenant_id': TENANT, 'moment': MOMENT, **event}) for event in events],
            connections or self.wren)
        return stored, self.env['xero.event'].search(
            [('connection_id', 'in', (self.wren + self.heron).ids)])

    def test_event_is_stored_once(self):
        for expected in (1, 0):
            stored, row = self._store({}, {})
            self.assertEqual((stored, len(row)), (expected, 1))
        self.assertEqual(
            (row.connection_id, row.category, row.event_type, row.resource_id, row.event_date),
            (self.wren, 'INVOICE', 'UPDATE', INVOICE, MOMENT))
        stored, rows = self._store(
            {'category': 'CREDITNOTE'}, {'type': 'CREATE'}, {'resource_id': INVOICE[::-1]},
            {'moment': MOMENT.replace(microsecond=924000)}, {})
        self.assertEqual((stored, len(rows)), (4, 5))

    def test_events_of_others_are_left_out(self):
        stored, rows = self._store(
            {'tenant_id': TENANT[::-1]}, {'tenant_id': None}, {'resource_id': None},
            {'category': 'SUBSCRIPTION'}, {'category': ''})
        self.assertEqual((stored, len(rows)), (0, 0))
        stored, rows = self._store(
            {}, {'tenant_id': TENANT[::-1]}, connections=self.wren + self.heron)
        self.assertEqual((stored, rows.connection_id), (2, self.wren + self.heron))

    def test_event_without_a_moment(self):
        stored, row = self._store({'moment': None})
        self.assertEqual((stored, row.event_date), (1, row.create_date))
