"""A method that another module extends fails for one match: it holds up no other."""
from odoo.tests import tagged

from .common_hooks import Case, Scenario, XeroHookCommon


@tagged('post_install', '-at_install')
class TestPushHooksAllocations(XeroHookCommon):

    def _unmatched(self, count):
        """:return: (invoice, credit note) of partners of their own, which Xero has"""
        pairs = []
        for number in range(count):
            partner = self.env['res.partner'].create({
                'name': f"Partner {number} of {self.env['res.partner'].search_count([])}"})
            self._link(partner)
            pairs.append([self._invoice(kind, partner_id=partner.id)
                          for kind in ('out_invoice', 'out_refund')])
        self._push()
        self._pull()
        return pairs

    def _matched(self, count):
        """:return: Cases of credit notes that were matched here"""
        cases = []
        for invoice, note in self._unmatched(count):
            (invoice + note).line_ids.filtered(
                lambda line: line.display_type == 'payment_term').reconcile()
            pair = self.env['xero.allocation'].sudo().search([('credit_id', '=', note.id)])
            cases.append(Case((note, pair, invoice)))
        return cases

    def _taken_back(self, count):
        cases = self._matched(count)
        self._push()
        for case in cases:
            self.assertTrue(self._is_done(case), case.records[1].xero_error_message)
            case.move.line_ids.remove_move_reconcile()
        return cases

    def _is_done(self, case):
        note, pair, _invoice = case.records
        [document] = [d for d in self.org.credit_notes
                      if d['CreditNoteID'] == note.xero_document_id]
        return pair.xero_state == 'synced' and len(document['Allocations']) == bool(
            note.line_ids.matched_debit_ids | note.line_ids.matched_credit_ids)

    def _lose(self):
        self.sandbox.inject('cut_after', 'PUT', '/CreditNotes/*/Allocations', times=99)
        self._push()
        self.sandbox.faults.clear()
        self._later(minutes=7)

    def _scenario(self, make, **options):
        return Scenario(make, run=self._push, done=self._is_done,
                        again=lambda case: case.move.action_xero_sync_now(), **options)

    def test_matched(self):
        self._check(self._scenario(self._matched))

    def test_match_lost(self):
        self._check(self._scenario(self._matched, ready=self._lose))

    def test_taken_back(self):
        self._check(self._scenario(self._taken_back))
