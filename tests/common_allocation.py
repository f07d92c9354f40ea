"""What the tests of credit notes on their way to being matched in Xero share."""
from .common_pull import XeroPullCommon


class XeroAllocationCommon(XeroPullCommon):

    def _terms(self, move):
        return move.line_ids.filtered(lambda line: line.display_type == 'payment_term')

    def _match(self, note, invoice, amount=None):
        """Match two documents as a person does, in full or for an amount."""
        lines = self._terms(note)[:1], self._terms(invoice)[:1]
        if amount is None:
            (lines[0] + lines[1]).reconcile()
        else:
            lines[0]._xero_reconcile_amount(lines[1], amount)

    def _unmatch(self, move):
        """Take back all that a document is matched with, as a person does."""
        move.line_ids.remove_move_reconcile()

    def _pair(self, note, invoice):
        return self.env['xero.allocation'].sudo().search(
            [('credit_id', '=', note.id), ('invoice_id', '=', invoice.id)])

    def _allocated(self):
        """:return: {(credit note, invoice): amounts} that Xero has, ids in Xero"""
        found = {}
        for note in self.org.credit_notes:
            for row in note['Allocations']:
                key = note['CreditNoteID'], row['Invoice']['InvoiceID']
                found.setdefault(key, []).append(float(row['Amount']))
        return {key: sorted(amounts) for key, amounts in found.items()}

    def _assert_allocated(self, *expected):
        """:param expected: (credit note, invoice, amounts), all that Xero has"""
        self.assertEqual(self._allocated(), {
            (note.xero_document_id, invoice.xero_document_id): sorted(amounts)
            for note, invoice, *amounts in expected})

    def _writes(self):
        return [call for call in self.sandbox.calls if '/Allocations' in call.path]

    def _documents(self, move):
        return [d for d in [*self.org.invoices, *self.org.credit_notes]
                if move.xero_document_id in (d.get('InvoiceID'), d.get('CreditNoteID'))]

    def _settled(self, moves):
        """Both sides agree, nothing is listed or under way, and whatever comes changes nothing."""
        self._pull()
        for move in moves:
            [document] = self._documents(move)
            self.assertEqual(
                move._xero_decimal(move.amount_residual),
                document.get('AmountDue', document.get('RemainingCredit')), move.name)
        self.assertFalse(self._differences())
        self.assertFalse(self._requests(), "the outbox is empty")
        self.assertFalse(self.env['xero.allocation'].sudo().search(
            [('xero_state', 'in', ('pending', 'failed'))]))
        allocated, writes = self._allocated(), len(self._writes())
        self._push()
        self._assert_settled()
        self._push()
        self.assertEqual(len(self._writes()), writes, "nothing is sent again")
        self.assertEqual(self._allocated(), allocated)

    def _push_pairs(self, rounds=8):
        """Push, and again whenever the connection wants to go on."""
        for _round in range(rounds):
            self._push()
            if not self.env['xero.allocation'].sudo().search([('xero_state', '=', 'pending')]):
                return
            self._later(minutes=6)
