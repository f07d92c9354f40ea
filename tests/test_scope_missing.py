"""A sign-in that lacks a permission: said at once, in words, and never taken for an old token."""
from odoo.tests import tagged

from ..xero.catalogue import CATALOGUE
from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestScopeMissing(XeroPullCommon):
    """The answer names it in its body alone, as recorded ones do, or in a header, too."""

    def setUp(self):
        super().setUp()
        self._link(self.partner_a)

    def _refuse(self, method, path, **options):
        with self.enter_registry_test_mode():
            self.connection._get_client().close()   # whose token is not old yet
        self.sandbox.ledger.reset()
        self.sandbox.inject('scope_missing', method, path, times=99, **options)

    def _assert_said(self, path, method='GET', calls=1):
        """The connection waits for a person, who reads why; nothing was asked of Xero in vain."""
        self.assertEqual(self.connection.state, 'reauth')
        text = CATALOGUE['scope_missing']
        for words in (text.title, text.cause, text.fix):
            self.assertIn(words, self.connection.last_error)
        row = self.env['xero.log'].search([
            ('connection_id', '=', self.connection.id), ('direction', '=', 'connection')], limit=1)
        self.assertEqual(row.error_code, 'scope_missing')
        self.assertEqual(len(self.sandbox.calls_to(method, path)), calls)
        self.assertFalse(self.sandbox.calls_to('POST', '/connect/token'), "no token was renewed")
        self.assertFalse(self.connection.resume_at)
        self.assertTrue(self.connection.activity_ids)

    def _assert_silent(self):
        """Nothing is asked any more until somebody has signed in again."""
        self.sandbox.ledger.reset()
        activities = self.connection.activity_ids
        for _time in range(3):
            self._later(minutes=30)
            self._push()
            self._pull_at_once()
        self.assertFalse(self.sandbox.calls)
        self.assertEqual(self.connection.activity_ids, activities)

    def test_found_by_a_poll(self):
        for options in ({}, {'challenge': True}):
            with self.subTest(**options):
                self._later(minutes=6)
                self._refuse('GET', '/Invoices', **options)
                self._pull_at_once()
                self._assert_said('/Invoices')
                self._assert_silent()
                self.sandbox.faults.clear()
                self.env['xero.health']._report_access(self.connection)

    def test_found_by_a_push(self):
        bill = self._bill()
        self._refuse('PUT', '/Invoices')
        self._push()
        self._assert_said('/Invoices', 'PUT')
        self.assertEqual((bill.xero_state, self.org.invoices), ('pending', []))
        self._assert_silent()

        self.sandbox.faults.clear()
        self.env['xero.health']._report_access(self.connection)
        self._push()
        self.assertEqual(bill.xero_state, 'synced')
        self.assertEqual(len(self.org.invoices), 1)

    def test_many_documents_are_one_round_of_calls(self):
        for _number in range(60):
            self._bill()
        self._refuse('PUT', '/Invoices')
        self._push()
        self._assert_said('/Invoices', 'PUT', calls=len(self.sandbox.calls_to('PUT', '/Invoices')))
        self.assertLessEqual(len(self.sandbox.calls), 5)
        self._assert_silent()

    def test_found_by_reading_the_lists(self):
        self._later(hours=25)
        self._refuse('GET', '/Accounts')
        self._push()
        self._assert_said('/Accounts')
        self._assert_silent()

    def test_the_button_test_is_no_proof_of_what_was_not_asked(self):
        self._later(hours=7)
        self._refuse('GET', '/Payments')
        self._pull_at_once()
        self._assert_said('/Payments')
        notice = self._press_test()
        self.assertEqual((notice['type'], notice['title']),
                         ('danger', CATALOGUE['scope_missing'].title))
        self.assertEqual(self.connection.state, 'reauth')
        self.sandbox.faults.clear()
        self.assertEqual(self._press_test()['type'], 'success')
        self.assertEqual(self.connection.state, 'connected')

    def _press_test(self):
        """:return: what the button *Test* notifies of"""
        with self.enter_registry_test_mode():
            notice = self.connection.action_test()['params']
        self.env.invalidate_all()
        return notice
