"""A document that Xero made with another total is taken back there, and stays here."""
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_process import XeroProcessCase
from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestPushVoid(XeroPullCommon):

    def setUp(self):
        super().setUp()
        self._link(self.partner_a)
        self.rate = self.org.tax_rate('INPUT2')

    def _set_rate(self, percent):
        """Somebody changes the rate in Xero."""
        with self.org.transaction():
            self.org.store['TaxRates'].put({
                **self.rate, 'EffectiveRate': percent, 'DisplayTaxRate': percent})

    def _mismatched(self):
        """:return: a bill that Xero has with another total"""
        self._set_rate(10)
        bill = self._bill()
        self._push()
        self.assertEqual(bill.xero_error_code, 'total_mismatch', bill.xero_error_message)
        self.assertIn("Void it in Xero", bill.xero_error_message)
        self._set_rate(20)
        return bill

    def _there(self, bill):
        """:return: statuses of what Xero has under its number"""
        return sorted(d['Status'] for d in self.org.invoices if d['InvoiceNumber'] == bill.ref)

    def _press(self, bill):
        alert = bill.alerts['xero_void']
        self.assertEqual(alert['action_text'], "Void it in Xero")
        _model, method, ids = alert['action_call']
        getattr(bill.browse(ids), method)()
        self.assertEqual(bill.xero_state, 'pending')

    def _is_voided(self, bill):
        self.assertEqual(self._there(bill), ['VOIDED'])
        self.assertEqual((bill.state, bill.xero_state, bill.xero_document_id),
                         ('posted', 'failed', False), bill.xero_error_message)
        self.assertEqual(bill.xero_error_code, 'taken_back')
        alert = bill.alerts['xero_failed']
        self.assertIn("voided there", alert['message'])
        self.assertNotIn("differ", alert['message'], "there is nothing to be compared")
        self.assertNotIn('xero_void', bill.alerts)
        self.assertFalse(self._requests())

    def test_it_is_voided_there_and_sent_again(self):
        bill = self._mismatched()
        self._press(bill)
        self._push()
        self._is_voided(bill)
        self._pull()
        self._is_voided(bill)
        bill.action_xero_sync_now()
        self._push()
        self._synced(bill)
        self.assertEqual(self._there(bill), ['AUTHORISED', 'VOIDED'])

    def test_only_what_xero_has_otherwise(self):
        bill = self._bill()
        self._push()
        with self.assertRaises(UserError):
            bill.action_xero_void()
        self.assertEqual(bill.xero_state, 'synced')

    def test_lost_answers(self):
        for fault in ('cut_before', 'cut_after'):
            for minutes in (2, 7):
                with self.subTest(fault=fault, minutes=minutes):
                    bill = self._mismatched()
                    self._press(bill)
                    self.sandbox.inject(fault, 'POST', '/Invoices/*')
                    self._push()
                    self._later(minutes=minutes)
                    self._push()
                    self._push()
                    self._is_voided(bill)

    def test_the_pull_sees_it_first(self):
        """The void is not followed here: somebody wanted it there only."""
        bill = self._mismatched()
        self._press(bill)
        self.sandbox.inject('cut_after', 'POST', '/Invoices/*')
        self._push()
        bill._xero_queue_pull()
        self._pull_at_once()
        self._push()
        self._is_voided(bill)

    def test_the_one_that_was_voided_is_not_found_again(self):
        """The answer to the new one is lost, and the voided one has the same link."""
        bill = self._mismatched()
        self._press(bill)
        self._push()
        self.sandbox.inject('cut_before', 'PUT', '/Invoices')
        bill.action_xero_sync_now()
        self._push()
        self._later(minutes=7)
        self._push_on(bill)
        self._synced(bill)

    def test_what_is_paid_there_says_so(self):
        bill = self._mismatched()
        payment = self.org.as_person.pay(bill.xero_document_id, 20)
        self._press(bill)
        self._push()
        self.assertEqual((bill.state, bill.xero_error_code), ('posted', 'document_not_editable'))
        self.assertIn("20.00", bill.xero_error_message)
        self.org.as_person.delete_payment(payment['PaymentID'])
        bill.action_xero_sync_now()
        self._push()
        self._is_voided(bill)

    def test_cancelled_here_meanwhile(self):
        bill = self._mismatched()
        self._press(bill)
        bill.button_cancel()
        self._push()
        self.assertEqual(self._there(bill), ['VOIDED'])
        self.assertEqual((bill.state, bill.xero_state, bill.xero_status),
                         ('cancel', 'synced', 'VOIDED'))


@tagged('post_install', '-at_install')
class TestPushVoidCrash(XeroProcessCase):

    def test_killed_while_xero_voids_it(self):
        for when in ('before', 'after'):
            for minutes in (2, 7):
                with self.subTest(when=when, minutes=minutes):
                    move = self._bill()
                    self._link_partner(move)
                    self.office.call('xero.connection', [self.connection], '_push')
                    self._sql("UPDATE account_move SET xero_state = 'failed',"
                              " xero_error_code = 'total_mismatch' WHERE id = %s", move)
                    self.office.call('account.move', [move], 'action_xero_void')
                    self.sandbox.ledger.reset()
                    with self._killed_at(
                            lambda: self.office.start(
                                'xero.connection', [self.connection], '_push'),
                            'POST', '/Invoices/*', when=when):
                        pass
                    self.sandbox.advance(minutes * 60)
                    self._sql("UPDATE xero_request SET sent_at = sent_at"
                              " - %s * interval '1 minute'", minutes)
                    self._sql("UPDATE xero_token SET expires_at = '2000-01-01'")
                    for _time in range(2):
                        self.office.call('xero.connection', [self.connection], '_push')
                    [document] = self._in_xero(move)
                    self.assertEqual(document['Status'], 'VOIDED')
                    state, _attempts, xero_id, message = self._move(move)
                    self.assertEqual((state, xero_id), ('failed', None), message)
                    self.assertEqual(self._sql("SELECT * FROM xero_request"), [])
