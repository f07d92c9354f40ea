"""What goes with a document: its PDF, and the mark that the customer has it."""
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from odoo.tests import tagged

from ..xero.limits import CONCURRENT
from .common import XeroTimeCommon


@tagged('post_install', '-at_install')
class TestPushAttachments(XeroTimeCommon):

    def setUp(self):
        super().setUp()
        self._link(self.partner_a)
        self.connection.attach_pdf = True

    def _printed(self, *args, text="Invoice", **values):
        """:return: a posted document that was sent, so that Odoo keeps its legal PDF"""
        move = self._invoice(*args, **values)
        self._keep_pdf(move, text)
        return move

    def _keep_pdf(self, move, text, size=0):
        """Keep a PDF as Odoo does after sending. :return: its bytes"""
        move.invoice_pdf_report_id.unlink()
        file = BytesIO()
        canvas = Canvas(file)
        canvas.drawString(72, 720, text)
        canvas.save()
        content = file.getvalue() + b'%' * size
        self.env['ir.attachment'].create({
            'name': move._get_invoice_report_filename(), 'raw': content,
            'mimetype': 'application/pdf', 'res_model': move._name, 'res_id': move.id,
            'res_field': 'invoice_pdf_report_file'})
        move.invalidate_recordset(['invoice_pdf_report_id', 'invoice_pdf_report_file'])
        return content

    def _uploads(self):
        return self.sandbox.calls_to('PUT', '/Invoices/*/Attachments/*')

    def _in_xero(self, move):
        """:return: {name: (description, bytes)} of a document's files in Xero"""
        return self.org.attachments.get(move.xero_document_id, {})

    def _assert_attached(self, move):
        self.assertEqual((move.xero_state, move.xero_pdf_state), ('synced', 'attached'),
                         move.xero_pdf_message)
        [(name, (_meta, content))] = self._in_xero(move).items()
        self.assertEqual(content, move.invoice_pdf_report_id.raw)
        self.assertEqual(name, move._get_invoice_report_filename())
        self.assertFalse(self._requests())

    def _assert_not_attached(self, move, words):
        """The document stays synced, and says once why the PDF is missing."""
        self.assertEqual((move.xero_state, move.xero_pdf_state), ('synced', 'failed'))
        self.assertFalse(self._in_xero(move))
        self.assertIn(words, move.xero_pdf_message)
        self.assertIn(words, move.alerts['xero_pdf_failed']['message'])
        self.assertFalse(self._requests())
        [row] = self._log(move, 'failure')
        self.assertIn(words, row.message)
        return row

    def _log(self, move, outcome):
        return self.env['xero.log'].search([
            ('res_model', '=', 'account.move'), ('res_id', '=', move.id),
            ('outcome', '=', outcome)])

    # === THE PDF === #

    def test_the_pdf_that_the_customer_got(self):
        invoice, refund = self._printed(), self._printed('out_refund', text="Refund")
        self._push()
        self._assert_attached(invoice)
        self._assert_attached(refund)
        [upload] = self._uploads()
        self.assertEqual((upload.query['IncludeOnline'], upload.headers['Content-Type']),
                         ('true', 'application/pdf'))
        self.assertTrue(upload.headers['Idempotency-Key'])
        self.assertEqual([row.message for row in self._log(invoice, 'success')][:1],
                         ["The PDF is attached."])
        calls = len(self.sandbox.calls)
        self._push()
        self.assertEqual(len(self.sandbox.calls), calls, "once is enough")

    def test_only_where_it_was_asked_for(self):
        bill = self._bill()
        self._push()
        self.connection.attach_pdf = False
        invoice = self._printed()
        self._push()
        self.assertEqual([bill.xero_state, invoice.xero_state], ['synced'] * 2)
        self.assertFalse(bill.xero_pdf_state or invoice.xero_pdf_state)
        self.assertFalse(self._uploads())

    def test_a_change_replaces_it_and_no_change_does_not(self):
        invoice = self._printed()
        self._push()
        invoice.action_xero_sync_now()
        self._push()
        self.assertEqual(len(self._uploads()), 1)
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 250
        invoice.action_post()
        self._keep_pdf(invoice, "Changed")
        self._push()
        self._assert_attached(invoice)
        self.assertEqual(len(self._uploads()), 2)

    def test_signs_that_xero_does_not_take_in_a_name(self):
        invoice = self._printed(name='INV/2026/A+B?"1"')
        invoice.invoice_pdf_report_id.name = 'INV/2026/A+B?"1".pdf'
        self._push()
        self.assertEqual(list(self._in_xero(invoice)), ['INV_2026_A_B__1_.pdf'])

    def test_larger_than_xero_takes(self):
        invoice = self._printed()
        self._keep_pdf(invoice, "Large", size=10 * 1024 * 1024)
        self._push()
        self._assert_not_attached(invoice, "10 MB")
        self.assertFalse(self._uploads())

    def test_the_eleventh_file(self):
        invoice = self._invoice()
        self.connection.attach_pdf = False
        self._push()
        self.org.attachments[invoice.xero_document_id] = {
            f'{number}.pdf': ({'AttachmentID': str(number)}, b'%PDF') for number in range(10)}
        self.connection.attach_pdf = True
        invoice.invoice_line_ids.name = "Other work"
        self._keep_pdf(invoice, "One more")
        self._push()
        self.assertEqual((invoice.xero_state, invoice.xero_pdf_state), ('synced', 'failed'))
        self.assertIn("at most 10", invoice.xero_pdf_message)

    def test_odoo_cannot_make_it(self):
        """Tests render no PDF, as a server without wkhtmltopdf does not."""
        invoice = self._invoice()
        self._push()
        self._assert_not_attached(invoice, "no PDF")
        self.assertFalse(invoice.is_move_sent)
        self._keep_pdf(invoice, "Made after all")
        invoice.action_xero_sync_now()
        self._push()
        self._assert_attached(invoice)
        self.assertNotIn('xero_pdf_failed', invoice.alerts or {})

    def test_a_broken_template(self):
        self.env['ir.ui.view'].create({
            'name': "Broken", 'type': 'qweb',
            'inherit_id': self.env.ref('account.report_invoice').id,
            'arch': '<xpath expr="/*/*[1]" position="before"><t t-out="1/0"/></xpath>'})
        invoice = self._invoice()
        with self.assertLogs('odoo.addons.account_xero', 'ERROR'):
            self._push()
        self._assert_not_attached(invoice, "could not make")

    # === ON ITS WAY === #

    def test_an_answer_that_is_lost(self):
        for kind in ('cut_after', 'cut_before', '500', 'html_200'):
            with self.subTest(kind=kind):
                self.sandbox.ledger.reset()
                self.sandbox.inject(kind, 'PUT', '/Invoices/*/Attachments/*')
                invoice = self._printed(text=kind)
                self._push()
                self.assertEqual((invoice.xero_state, invoice.xero_pdf_state),
                                 ('synced', 'pending'))
                self._push()
                self.assertEqual(len(self._uploads()), 1, "not before its time")
                self._later(seconds=70)
                self._push()
                self._assert_attached(invoice)

    def test_an_answer_that_is_lost_for_long(self):
        self.sandbox.inject('cut_after', 'PUT', '/Invoices/*/Attachments/*')
        invoice = self._printed()
        self._push()
        self._later(minutes=30)
        self._push()
        self._assert_attached(invoice)
        self.assertEqual(len(self._uploads()), 2)

    def test_three_attempts(self):
        self.sandbox.inject('500', 'PUT', '/Invoices/*/Attachments/*', times=9)
        invoice = self._printed()
        for _round in range(6):
            self._push()
            self._later(minutes=6)
        self.assertEqual(len(self._uploads()), 3)
        self._assert_not_attached(invoice, "")
        self.assertEqual(self._log(invoice, 'failure').error_code, 'transient')

    def test_rate_limits_are_no_attempt(self):
        self.sandbox.inject('429_minute', 'PUT', '/Invoices/*/Attachments/*', times=4)
        invoice = self._printed()
        for _round in range(6):
            self._push()
            self._later(minutes=2)
        self._push()
        self._assert_attached(invoice)

    def test_an_expired_token(self):
        self.sandbox.inject('token_expired', 'PUT', '/Invoices/*/Attachments/*')
        invoice = self._printed()
        self._push()
        self._assert_attached(invoice)

    def test_changed_while_its_pdf_is_on_its_way(self):
        self.sandbox.inject('cut_before', 'PUT', '/Invoices/*/Attachments/*')
        invoice = self._printed()
        self._push()
        invoice.invoice_line_ids.name = "Other work"
        self._keep_pdf(invoice, "Second")
        self._push()
        self.assertEqual(self.org.invoices[0]['LineItems'][0]['Description'], "Other work",
                         "the document does not wait for its PDF")
        for _round in range(3):
            self._later(minutes=2)
            self._push()
        self._assert_attached(invoice)

    def test_cancelled_while_its_pdf_is_on_its_way(self):
        self.sandbox.inject('cut_before', 'PUT', '/Invoices/*/Attachments/*')
        invoice = self._printed()
        self._push()
        invoice.button_draft()
        invoice.button_cancel()
        self._push()
        self._later(minutes=10)
        self._push()
        self.assertEqual(invoice.xero_status, 'VOIDED')
        self.assertFalse(self._requests())
        self.assertFalse(self.env['xero.push']._get_due(self.connection))

    def test_a_sign_in_without_the_scope(self):
        tokens = self.sandbox.connect(self.app, [self.org], scopes={
            'offline_access', 'accounting.settings.read', 'accounting.contacts',
            'accounting.invoices'}, user=self.sandbox.add_user("Another", 'another@example.com'))
        # Xero's answer may say that all is allowed; what counts is what becomes of a call.
        self.connection.token_id.access_token = tokens['access_token']
        # More than leave at once: the refusal of those tells of the last one, too.
        invoices = [self._printed() for _number in range(CONCURRENT + 1)]
        self._push()
        invoices.append(self._printed())
        self._push()
        for invoice in invoices:
            self.assertEqual((invoice.xero_state, invoice.xero_pdf_state), ('synced', 'pending'))
            alert = invoice.alerts['xero_pdf_failed']
            self.assertIn("Sign in again", alert['message'])
            self.assertEqual(alert['action']['res_id'], self.connection.id)
            self.assertFalse(self._in_xero(invoice))
        self.assertTrue(self.env['xero.log'].search([('error_code', '=', 'scope_missing')]))
        self.assertLessEqual(
            len(self._uploads()), CONCURRENT, "no more than one round of calls")
        self.assertEqual(self.connection.state, 'connected')
        self.assertIn('accounting.attachments', self.connection.missing_scopes)
        calls = len(self.sandbox.calls)
        self._push()
        self.assertEqual(len(self.sandbox.calls), calls, "nothing is due meanwhile")

        tokens = self.sandbox.connect(self.app, [self.org])
        self.connection.token_id.write({
            'access_token': tokens['access_token'], 'scope': tokens['scope']})
        self.assertFalse(self.connection.missing_scopes)
        self._push()
        for invoice in invoices:
            self._assert_attached(invoice)
            self.assertNotIn('xero_pdf_failed', invoice.alerts or {})

    # === SENT TO THE CUSTOMER === #

    def _marking(self):
        self.connection.write({'attach_pdf': False, 'mark_sent': True})

    def _updates(self):
        return self.sandbox.calls_to('POST', '/Invoices/*')

    def test_sent_before_the_push(self):
        self._marking()
        sent, not_sent = self._invoice(), self._invoice()
        sent.is_move_sent = True
        self._push()
        marks = {row['InvoiceID']: row['SentToContact'] for row in self.org.invoices}
        self.assertEqual(marks, {sent.xero_document_id: True, not_sent.xero_document_id: False})

    def test_sent_later_is_one_call_with_nothing_else_in_it(self):
        self._marking()
        invoice = self._invoice()
        self._push()
        invoice.is_move_sent = True
        self.assertEqual(invoice.xero_state, 'pending')
        self._push()
        self._push()
        [call] = self._updates()
        self.assertEqual(call.body, {'Invoices': [
            {'InvoiceID': invoice.xero_document_id, 'SentToContact': True}]})
        self.assertIs(self._synced(invoice)['SentToContact'], True)
        invoice.action_xero_sync_now()
        self._push()
        self.assertEqual(len(self._updates()), 1)
        invoice.invoice_line_ids.name = "Other work"
        self._push()
        self.assertEqual(self._synced(invoice)['LineItems'][0]['Description'], "Other work")
        self.assertEqual(len(self._updates()), 2)

    def test_switched_off_again_is_no_change(self):
        self._marking()
        invoice = self._invoice()
        invoice.is_move_sent = True
        self._push()
        self.connection.mark_sent = False
        invoice.action_xero_sync_now()
        self._push()
        self.assertFalse(self._updates())
        self.assertEqual(invoice.xero_state, 'synced')

    def test_not_without_the_switch_not_on_drafts_not_on_credit_notes(self):
        invoice = self._invoice()
        invoice.is_move_sent = True
        self._push()
        self._marking()
        self.connection.push_status = 'DRAFT'
        draft, refund = self._invoice(), self._invoice('out_refund')
        (draft | refund).is_move_sent = True
        self._push()
        self.assertEqual((invoice | draft | refund).mapped('xero_state'), ['synced'] * 3)
        for call in self._creations():
            self.assertNotIn('SentToContact', str(call.body))

    def test_a_paid_invoice_does_not_fail_for_the_mark(self):
        self._marking()
        invoice = self._invoice()
        self._push()
        self.org.as_person.pay(invoice.xero_document_id, 120)
        self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({})._create_payments()
        invoice.is_move_sent = True
        self._push()
        self.assertEqual(invoice.xero_state, 'synced', invoice.xero_error_message)
        self.assertFalse(self._updates())
