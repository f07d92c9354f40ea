"""What Xero refuses of a call as a whole: a role, a permission, a batch that it cannot read."""
from odoo.tests import tagged

from ..models.connection.xero_budget import DAY_RESERVE
from ..xero.catalogue import CATALOGUE
from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestPushForbidden(XeroPullCommon):

    def setUp(self):
        super().setUp()
        self._link(self.partner_a)
        self._push()
        self.sandbox.ledger.reset()

    def _bills(self, count):
        return self.env['account.move'].union(*(self._bill() for _number in range(count)))

    def test_a_role_is_refused_once(self):
        bills = self._bills(52)
        self.sandbox.inject('role_missing', 'PUT', '/Invoices', times=999)
        self._push()
        self.assertLessEqual(len(self.sandbox.calls_to('PUT')), 2, "no halves")
        self.assertEqual(set(bills.mapped('xero_error_code')), {'role_missing'})
        self.assertEqual(self.connection.state, 'connected', "the other lists may be open")
        for words in ("invoices, bills", "Invoices", "higher privileges"):
            self.assertIn(words, bills[0].xero_error_message)
        self.assertEqual(bills[0].xero_error_target, f'xero.connection,{self.connection.id}')
        self.assertNotIn('action_xero_sync_now', str(bills[0].alerts['xero_failed']))

        self.sandbox.faults.clear()
        self.env['xero.health']._report_access(self.connection)
        self._push()
        self.assertEqual(set(bills.mapped('xero_state')), {'synced'})
        self.assertEqual(len(self.org.invoices), 52)

    def test_what_is_refused_of_one_list_holds_up_no_other(self):
        self.sandbox.inject('role_missing', 'PUT', '/Invoices', times=999)
        bills, refund = self._bills(2), self._invoice('in_refund')
        self._push()
        self.assertEqual(set(bills.mapped('xero_state')), {'failed'})
        self.assertEqual(refund.xero_state, 'synced', refund.xero_error_message)

    def test_a_list_that_must_not_be_read_is_named(self):
        self._later(hours=7)
        self.sandbox.inject('role_missing', 'GET', '/Payments', times=999)
        self._pull_at_once()
        for words in (CATALOGUE['role_missing'].title, CATALOGUE['role_missing'].fix, "payments",
                      "Payments", "higher privileges"):
            self.assertIn(words, self.connection.last_error)

    def test_a_missing_permission_is_named_and_what_it_is_for(self):
        for path, scope, purpose in (
                ('/Payments', 'accounting.payments', "payments"),
                ('/Invoices', 'accounting.invoices', "invoices, bills and credit notes")):
            with self.subTest(path=path):
                self._later(hours=7)
                self.sandbox.inject('scope_missing', 'GET', path, times=999)
                self._pull_at_once()
                self.assertEqual(self.connection.state, 'reauth')
                self.assertIn(scope, self.connection.last_error)
                self.assertIn(purpose, self.connection.last_error)
                self.sandbox.faults.clear()
                self.env['xero.health']._report_access(self.connection)

    # === HALVES === #

    def test_halving_ends_where_it_finds_nothing(self):
        bills = self._bills(52)
        self.sandbox.inject('html_400', 'PUT', '/Invoices', times=999, body={
            "ErrorNumber": 14, "Type": "PostDataInvalidException",
            "Message": "JSON for post data was invalid"})
        self._push()
        self.assertLessEqual(len(self.sandbox.calls_to('PUT')), 15)
        self.assertEqual(set(bills.mapped('xero_state')), {'failed'})
        self.assertIn("JSON for post data was invalid", bills[0].xero_error_message)
        self.assertFalse(self._requests())

    def test_halves_leave_the_reserve_of_the_day(self):
        stranger = self.env['res.partner'].create({
            'name': "Gone", 'xero_contact_id': '5a3e1d3c-0000-4000-8000-000000000001'})
        self.org.day_limit = 1000
        self._bill()
        self._push()
        bills = self._bills(31) | self._bill(partner_id=stranger.id)
        self.org.day_limit -= self.connection.day_left - DAY_RESERVE - 4
        self.connection.day_left = DAY_RESERVE + 4
        before = len(self.sandbox.calls)
        self._push()
        left = self.env['xero.budget']._get_left_today(self.connection)
        self.assertGreaterEqual(left, DAY_RESERVE, "halves are calls like others")
        self.assertLess(len(self.sandbox.calls) - before, 8)
        self.assertIn('pending', bills.mapped('xero_state'))
        self.assertFalse(self._requests(), "what was not sent waits in the queue")
