"""What the tests of payments on their way to Xero share."""
from .common_pull import XeroPullCommon


def without_payments(request, status, payload):
    """An answer of the sandbox (`after_work`) whose lists of documents leave out what was paid."""
    for key in ('Invoices', 'CreditNotes'):
        if request.path.endswith(f'/{key}') and request.method == 'GET':
            for row in payload[key]:
                row.pop('Payments', None)
    return status, payload


class XeroPaymentCommon(XeroPullCommon):

    def setUp(self):
        super().setUp()
        self.connection.push_payments = True
        self.journal = self.company_data['default_journal_bank']
        self.bank = self._account('090')
        self.journal.xero_account_id = self.bank

    def _account(self, code):
        return self.env['xero.account'].search(
            [('connection_id', '=', self.connection.id), ('code', '=', code)])

    def _pay(self, moves, **values):
        """Register a payment as a person does. :return: the payments"""
        return self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=moves.ids).create({
                'payment_date': '2026-03-10', 'journal_id': self.journal.id,
                'communication': "BACS 1", **values})._create_payments()

    def _live(self):
        """:return: payments that Xero has"""
        return [p for p in self.org.payments if p['Status'] != 'DELETED']

    def _documents(self, move):
        return [d for d in [*self.org.invoices, *self.org.credit_notes]
                if move.xero_document_id in (d.get('InvoiceID'), d.get('CreditNoteID'))]

    def _residuals_agree(self, *moves):
        for move in moves:
            [document] = self._documents(move)
            self.assertEqual(
                move._xero_decimal(move.amount_residual),
                document.get('AmountDue', document.get('RemainingCredit')), move.name)

    def _nothing_doubled(self, moves, amounts):
        """Both sides have these payments and no others, and whatever comes changes nothing."""
        self._pull()
        self.assertEqual(sorted(float(p['Amount']) for p in self._live()), sorted(amounts))
        counting = self.env['account.payment'].search([
            ('company_id', '=', self.env.company.id), ('state', 'in', ('in_process', 'paid')),
            ('partner_id', '=', self.partner_a.id)])
        self.assertEqual(sum(counting.mapped('amount')), sum(amounts))
        self.assertFalse(counting.filtered(lambda p: p.payment_method_line_id.code == 'xero_sync'))
        self._residuals_agree(*moves)
        self.assertFalse(self._differences())
        self.assertFalse(self._requests(), "the outbox is empty")
        calls = self._writes()
        self._push()
        self._assert_settled()
        self._push()
        self.assertEqual(self._writes(), calls, "nothing is sent again")

    def _writes(self):
        return len([call for call in self.sandbox.calls
                    if call.method in ('PUT', 'POST') and '/Payments' in call.path])

    def _push_payments(self, payments, rounds=8):
        """Push, and again whenever the connection wants to go on."""
        for _round in range(rounds):
            self._push()
            if 'pending' not in payments.mapped('xero_state'):
                return
            self._later(minutes=6)

    def _failed(self, payment, code):
        self.assertEqual((payment.xero_state, payment.xero_error_code), ('failed', code))
        self.assertIn(payment.xero_error_message, payment.xero_error_text)
        [row] = self.env['xero.log'].search([
            ('res_model', '=', 'account.payment'), ('res_id', '=', payment.id),
            ('outcome', '=', 'failure')], limit=1)
        self.assertEqual((row.direction, row.error_code), ('push', code))
