"""The payment method *Xero Sync*: there where payments came from Xero, and offered to nobody."""
from odoo.tests import Form, tagged

from .test_pull_payments import XeroPaymentsCommon


@tagged('post_install', '-at_install')
class TestPaymentMethod(XeroPaymentsCommon):

    def _codes(self, journals):
        """:return: codes of the payment methods that journals have"""
        return {*(journals.inbound_payment_method_line_ids
                  + journals.outbound_payment_method_line_ids).mapped('code')}

    def test_only_journals_that_need_it_have_it(self):
        journals = self.env['account.journal'].search([('type', 'in', ('bank', 'cash', 'credit'))])
        self.assertNotIn('xero_sync', self._codes(journals))
        company = self.env['res.company'].create({'name': "Another"})
        journal = self.env['account.journal'].create({
            'name': "Bank", 'type': 'bank', 'code': 'BNK9', 'company_id': company.id})
        self.assertEqual(self._codes(journal), {'manual'})
        invoice = self._in_xero()
        self._pay(invoice, date='2026-03-09')
        self._apply(invoice)
        self.assertIn('xero_sync', self._codes(self.bank))
        self.assertNotIn('xero_sync', self._codes(journals - self.bank))

    def test_made_anew_with_the_journal(self):
        """Odoo makes the lines of a journal anew when its currency changes."""
        bank = self.bank.copy({'name': "Other", 'code': 'BNK8'})
        line = bank._xero_method_line('inbound')
        bank.currency_id = self.env.ref('base.EUR')
        self.assertEqual(bank.inbound_payment_method_line_ids.mapped('code'),
                         ['manual', 'xero_sync'])
        self.assertEqual(bank.outbound_payment_method_line_ids.mapped('code'), ['manual'])
        self.assertFalse(line.journal_id)

    def test_offered_to_nobody(self):
        line = self.bank._xero_method_line('inbound')
        invoice = self._invoice()
        wizard = Form(self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids))
        self.assertEqual(wizard.payment_method_line_id.code, 'manual')
        self.assertNotIn(line, [*wizard.available_payment_method_line_ids])
        self.assertNotIn('xero_sync', self.bank.available_payment_method_ids.mapped('code'))
        # As the preferred method of a partner or an invoice.
        found = self.env['account.payment.method.line'].name_search('Xero')
        self.assertNotIn(line.id, [found_id for found_id, _name in found])
        found = self.env['account.payment.method.line'].web_name_search(
            '', {'display_name': {}}, [('journal_id', '=', self.bank.id)])
        self.assertTrue(found)
        self.assertNotIn(line.id, [row['id'] for row in found])
