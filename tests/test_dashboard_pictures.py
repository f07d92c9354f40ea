"""What the dashboard draws, and what opening it costs."""
import json
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tests import new_test_user, tagged

from .common_ledger import XeroLedgerCommon

#: Queries of opening the dashboard, with every switch on.
MOST_QUERIES = 25


@tagged('post_install', '-at_install')
class TestDashboardPictures(XeroLedgerCommon):

    def _values(self, name):
        """:return: [(label, value)] of a graph"""
        [data] = json.loads(self.connection[name])
        return [(value['label'], value['value']) for value in data['values']]

    def _open(self, user=None):
        """Read what the page reads. :return: the values of the connection"""
        model = self.env['xero.connection'].with_user(user or self.env.user)
        view = model.get_views([(self.env.ref('account_xero.xero_connection_view_kanban').id,
                                 'kanban')])
        names = view['models'][model._name]['fields']
        spec = {name: {} for name in self._shown(view) if name in names}
        [values] = model.web_search_read([('id', '=', self.connection.id)], spec)['records']
        return values

    @staticmethod
    def _shown(view):
        return {node.get('name') for node in etree.fromstring(
            view['views']['kanban']['arch']).iter('field')}

    def test_before_anything_is_known(self):
        for name in ('sent_graph', 'failed_graph', 'ageing_graph', 'profit_graph'):
            self.assertEqual(self._values(name), [])
        self.assertFalse(self.connection.sent_text)
        self.assertFalse(self.connection.open_figures)

    def test_sent_and_failed_by_day(self):
        self._pushed()
        unmapped = self.income.copy({'code': '499800', 'xero_account_id': False})
        for _number in range(2):
            self._invoice(lines=[{'account_id': unmapped.id}])
        self._push()
        self._run_own()
        sent, failed = self._values('sent_graph'), self._values('failed_graph')
        self.assertEqual((len(sent), len(failed)), (14, 14))
        self.assertEqual((sent[-1][1], failed[-1][1]), (1, 2))
        self.assertFalse(any(value for _label, value in sent[:-1]))
        self.assertEqual(self.connection.sent_text, "Last 14 days: sent 1, failed 2")

    def test_made_anew_each_hour_and_not_on_opening(self):
        self._run_own()
        first = self.connection.figures_at
        self._pushed()
        self._run_own()
        self.assertEqual(self.connection.figures_at, first)
        self._later(hours=1)
        self._run_own()
        self.assertGreater(self.connection.figures_at, first)
        self.assertEqual(sum(value for _label, value in self._values('sent_graph')), 1)

    def test_ageing(self):
        today = fields.Date.context_today(self.connection)
        for days, amount in ((-5, 10), (1, 20), (31, 30), (61, 40), (400, 50)):
            self._invoice(invoice_date=today - timedelta(days=500), lines=[
                {'price_unit': amount, 'tax_ids': []}],
                invoice_payment_term_id=False, invoice_date_due=today - timedelta(days=days))
        self._run_own()
        self.assertEqual([value for _label, value in self._values('ageing_graph')],
                         [10, 20, 30, 40, 50])
        self.assertIn("150", self.connection.ageing_text)
        self.assertIn("140", self.connection.ageing_text)

    def test_profit_of_the_last_months(self):
        today = fields.Date.context_today(self.connection)
        self._pushed(invoice_date=today.replace(day=1))
        self._run_own()
        self.assertFalse(self.connection.profit_text)
        self.connection.profit_loss = True
        self._run_own()
        self.assertEqual([value for _label, value in self._values('profit_graph')], [100])
        self.assertIn("100", self.connection.profit_text)

    def test_both_ledgers(self):
        sale = self._pushed(invoice_date='2026-03-02')
        self._pushed('in_invoice', invoice_date='2026-03-02', lines=[{'price_unit': 40}])
        self._compare()
        self.assertIn("Ledgers agree on 5 of 5 accounts", self.connection.ledger_text)
        self.assertEqual(self.connection.ledger_level, 'success')
        rows = {row['title']: (row['odoo'], row['xero']) for row in self.connection.open_figures}
        self.assertEqual(set(rows), {"Receivables", "Payables"})
        self.assertEqual(len({*rows["Receivables"]}), 1)
        self.assertIn("120", rows["Receivables"][0])
        self.assertIn("48", rows["Payables"][0])
        action = self.connection.action_view_ledgers()
        self.assertEqual(self.env['xero.ledger.line'].search(action['domain']), self._lines())
        self.org.as_person.void(sale.xero_document_id)
        self._compare()
        self.assertNotEqual(self.connection.ledger_level, 'success')

    def test_who_sees_what_the_books_come_to(self):
        clerk = new_test_user(self.env, 'picture-clerk', groups='account_xero.group_xero_user',
                              company_id=self.env.company.id)
        self._pushed(invoice_date='2026-03-02')
        self._compare()
        values = self._open(clerk)
        self.assertIn('sent_graph', values)
        for name in ('ageing_graph', 'profit_graph', 'ledger_text', 'open_figures'):
            self.assertNotIn(name, values)
        manager = new_test_user(
            self.env, 'picture-manager', groups='account_xero.group_xero_manager',
            company_id=self.env.company.id)
        self.assertIn("Ledgers agree", self._open(manager)['ledger_text'])

    def test_opening_it_costs_few_queries_however_large_the_books(self):
        self.connection.profit_loss = True
        counts = []
        for number in (1, 6):
            for _document in range(number):
                self._pushed(invoice_date='2026-03-02')
            self._compare()
            self._open()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._open()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
        self.assertLessEqual(counts[1], MOST_QUERIES, counts)
