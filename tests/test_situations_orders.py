"""What Odoo's optional modules make of invoices: debit notes, and customers who pay in the
portal."""
from odoo.tests import HttpCase, new_test_user, tagged

from .common_payment import XeroPaymentCommon


class XeroOrdersCommon(XeroPaymentCommon):

    #: Odoo's module that the tests need.
    module = None

    def setUp(self):
        if self.env['ir.module.module']._get(self.module).state != 'installed':
            self.skipTest(f"{self.module} is not installed")
        super().setUp()


@tagged('post_install', '-at_install')
class TestDebitNotes(XeroOrdersCommon):

    module = 'account_debit_note'

    def test_a_debit_note_is_an_invoice_of_its_own(self):
        for move_type in ('out_invoice', 'in_invoice'):
            with self.subTest(move_type):
                origin = self._pushed(move_type)
                action = self.env['account.debit.note'].with_context(
                    active_model='account.move', active_ids=origin.ids).create({
                        'reason': "Freight", 'date': '2026-03-05', 'copy_lines': True,
                    }).create_debit()
                note = self.env['account.move'].browse(action['res_id'])
                note.ref = f"Debit {move_type}"
                note.action_post()
                self._push()
                there = self._synced(note)
                self.assertEqual(there['Type'], {'out_invoice': 'ACCREC', 'in_invoice': 'ACCPAY'}[
                    move_type])
                self.assertNotEqual(note.xero_document_id, origin.xero_document_id)
                self.assertEqual(self._synced(origin)['AmountDue'], there['AmountDue'])
        self._pull()
        self.assertFalse(self._differences())


@tagged('post_install', '-at_install')
class TestPortal(XeroOrdersCommon, HttpCase):

    module = 'payment_demo'

    def _rpc(self, path, **params):
        answer = self.url_open(path, json={'params': params}).json()
        self.assertNotIn('error', answer)
        self.env.invalidate_all()
        return answer.get('result')

    def _provider(self):
        """:return: a provider of the company that pays whatever it is asked for"""
        providers = self.env['payment.provider'].sudo().search([('code', '=', 'demo')])
        provider = providers.filtered(lambda own: own.company_id == self.env.company) \
            or providers[0].copy({'company_id': self.env.company.id})
        provider.write({'state': 'test', 'is_published': True, 'journal_id': self.journal.id})
        return provider

    def test_a_customer_opens_and_pays(self):
        """The customer sees nothing of Xero, and Xero is told of the payment."""
        provider, move = self._provider(), self._pushed()
        move._portal_ensure_token()
        new_test_user(self.env, login='xero-portal', password='xero-portal',
                      groups='base.group_portal', partner_id=self.partner_a.id,
                      company_id=self.env.company.id, company_ids=self.env.company.ids)
        self.env.flush_all()
        self.authenticate('xero-portal', 'xero-portal')
        page = self.url_open(move.get_portal_url())
        self.assertEqual(page.status_code, 200)
        self.assertIn(move.name, page.text)
        self.assertNotIn('xero', page.text.replace('xero-portal', '').lower())
        reference = self._rpc(
            f'/invoice/transaction/{move.id}', access_token=move.access_token,
            provider_id=provider.id, payment_method_id=provider.payment_method_ids[:1].id,
            token_id=None, amount=move.amount_residual, flow='direct',
            tokenization_requested=False, landing_route='/my')['reference']
        self._rpc('/payment/demo/simulate_payment', reference=reference, payment_details='4711',
                  simulated_state='done')
        transaction = self.env['payment.transaction'].sudo().search(
            [('reference', '=', reference)])
        transaction._post_process()
        self.assertIn(move.payment_state, ('paid', 'in_payment'))
        self._push_payments(transaction.payment_id)
        self.assertEqual(transaction.payment_id.xero_state, 'synced')
        self.assertEqual([float(payment['Amount']) for payment in self._live()], [120])
        self._residuals_agree(move)
