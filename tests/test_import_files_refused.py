"""Attachments that Xero does not hand over: each is done with its reason, and nothing waits."""
from odoo.tests import tagged

from odoo.addons.account_xero.xero import transport

from .common_import import PDF, XeroImportCommon


@tagged('post_install', '-at_install')
class TestImportFilesRefused(XeroImportCommon):

    def setUp(self):
        super().setUp()
        self.connection.import_attachments = True
        self.contact = self._contact(self.partner_a)

    def _bills(self, count=3):
        """:return: bills in Xero, each with two files"""
        bills = []
        for number in range(count):
            bill = self._there(self.contact, kind='ACCPAY', InvoiceNumber=f'V-{number}')
            for name in ('one.pdf', 'two.pdf'):
                self._attach(bill, name)
            bills.append(bill)
        return bills

    def _names(self, document):
        return sorted(self._files(document).mapped('name'))

    def _reasons(self, document):
        """:return: what the log says of a bill that failed"""
        return self.env['xero.log'].search([
            ('res_model', '=', 'account.move'), ('res_id', '=', self._here(document).id),
            ('outcome', '=', 'failure')]).mapped('message')

    def _assert_all_goes_on(self):
        """Nothing waits, and a document that is posted now is in Xero with the next run."""
        self.assertFalse(self.connection.resume_at)
        self.assertFalse(self.connection.last_error)
        move = self._invoice()
        self._push()
        self._synced(move)

    def _assert_done(self, document, *names):
        """The bill waits for nothing, has these files, and says why not more."""
        self.assertEqual(self._names(document), list(names))
        self.assertFalse(self._here(document).xero_files_pending)
        reason, = self._reasons(document)
        self.assertIn(reason, ''.join(self._here(document).message_ids.mapped('body')))
        self.assertNotIn('404', reason)
        calls = len(self.sandbox.calls)
        self._pull_at_once()
        self.assertEqual(len(self.sandbox.calls), calls, "nobody asks for it again")

    def test_a_bill_whose_attachments_xero_does_not_have(self):
        refused, *others = self._bills()
        for body in ({}, {'body': ''}):
            self.sandbox.inject(
                '404', 'GET', f'/Invoices/{self._id(refused)}/Attachments', times=99, **body)
        self._pull()
        for bill in others:
            self.assertEqual(self._names(bill), ['one.pdf', 'two.pdf'])
        self._assert_all_goes_on()
        self._assert_done(refused)

    def test_a_file_that_xero_does_not_have(self):
        refused, *others = self._bills()
        self.sandbox.inject('404', 'GET', f'/Invoices/{self._id(refused)}/Attachments/*')
        self._pull()
        for bill in others:
            self.assertEqual(self._names(bill), ['one.pdf', 'two.pdf'])
        self._assert_all_goes_on()
        self._assert_done(refused, 'two.pdf')

    def test_types_that_are_none(self):
        """Xero keeps what another app has said; the file is here all the same."""
        bills = self._bills()
        types = ('application/ pdf', ' application/pdf\n', 'applicatión/pdf', 'text/€', '\r\nX: y',
                 '', 'application/pdf; charset=binary')
        for number, kind in enumerate(types):
            with self.subTest(kind):
                bill = self._there(self.contact, kind='ACCPAY', InvoiceNumber=f'T-{number}')
                self._attach(bill, 'scan.pdf')
                self.org.attachments[self._id(bill)]['scan.pdf'][0]['MimeType'] = kind
                self._pull()
                self._assert_all_goes_on()
                self.assertEqual(self._files(bill).raw, PDF)
                self.assertEqual(self._files(bill).mimetype, 'application/pdf')
                self.assertFalse(self._here(bill).xero_files_pending)
        for bill in bills:
            self.assertEqual(self._names(bill), ['one.pdf', 'two.pdf'])

    def test_a_file_that_never_ends(self):
        self.patch(transport, 'LONGEST', 2)
        refused, *others = self._bills()
        for _time in range(2):
            self.sandbox.inject('drip', 'GET', f'/Invoices/{self._id(refused)}/Attachments/*',
                                seconds=30)
        self._pull()
        for bill in others:
            self.assertEqual(self._names(bill), ['one.pdf', 'two.pdf'])
        self.assertTrue(self._here(refused).xero_files_pending, "once more, later")
        self._assert_all_goes_on()
        self._later(minutes=20)
        self._pull()
        self._assert_all_goes_on()
        self._assert_done(refused)

    def test_a_file_that_is_broken_at_xero(self):
        refused, *others = self._bills()
        self.sandbox.inject(
            '500', 'GET', f'/Invoices/{self._id(refused)}/Attachments/*', times=99)
        self._pull()
        self._assert_all_goes_on()
        calls = len(self.sandbox.calls)
        self._pull_at_once()
        self.assertEqual(len(self.sandbox.calls), calls, "not again at once")
        self._later(minutes=20)
        self._pull()
        for bill in others:
            self.assertEqual(self._names(bill), ['one.pdf', 'two.pdf'])
        self._assert_all_goes_on()
        self._assert_done(refused)

    def test_while_xero_is_out_nothing_is_given_up(self):
        bills = self._bills()
        self._later(minutes=6)
        for _round in range(4):
            self.sandbox.inject('503', 'GET', '/Invoices/*/Attachments')
            self.sandbox.inject('503', 'GET', '/Organisation')
            self._pull_at_once()
            self.assertTrue(self.connection.resume_at)
            self._later(minutes=20)
        self.sandbox.faults.clear()
        self._later(minutes=20)
        self._pull()
        for bill in bills:
            self.assertEqual(self._names(bill), ['one.pdf', 'two.pdf'])
            self.assertFalse(self._reasons(bill))
