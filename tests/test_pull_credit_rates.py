"""What foreign over- and prepayments are worth, which their invoices do not tell."""
from odoo.tests import tagged

from .common_apply import XeroApplyCommon


@tagged('post_install', '-at_install')
class TestPullCreditRates(XeroApplyCommon):

    def setUp(self):
        super().setUp()
        self.euro = self.setup_other_currency('EUR', rates=[('2026-01-01', 2.0)])

    def _used(self, collection, rate, amount=40):
        """:return: an invoice here for which Xero has used what it was paid before"""
        self.org.day_rates['EUR'] = 2
        invoice = self._synced_move(currency_id=self.euro.id, invoice_currency_rate=2.0)
        self.org.day_rates['EUR'] = rate
        receive = {'Overpayments': self.person.receive_overpayment,
                   'Prepayments': self.person.receive_prepayment}[collection]
        credit = receive(self.partner_a.name, 100, currency='EUR')[f'{collection[:-1]}ID']
        self.person.allocate(credit, invoice.xero_document_id, amount, collection)
        return invoice

    def _worth(self, invoice):
        [payment] = self.env['xero.apply.credit']._payments_of(invoice)
        return max(payment.move_id.line_ids.mapped('balance'))

    def _calls(self):
        return [len(self.sandbox.calls_to('GET', f'/{path}'))
                for path in ('Overpayments', 'Prepayments')]

    def test_asked_once_for_a_batch(self):
        invoices = [self._used('Overpayments', 4), self._used('Overpayments', 5),
                    self._used('Prepayments', 1.6)]
        self._pull()
        self.assertEqual([self._worth(invoice) for invoice in invoices], [10, 8, 25])
        self.assertEqual([invoice.amount_residual for invoice in invoices], [80] * 3)
        self.assertEqual(self._calls(), [1, 1])
        self._assert_settled()
        self.assertEqual(self._calls(), [1, 1], "what is booked is not asked for again")

    def test_not_asked_in_the_base_currency(self):
        invoice = self._synced_move()
        credit = self.person.receive_overpayment(self.partner_a.name, 100)['OverpaymentID']
        self.person.allocate(credit, invoice.xero_document_id, 40, 'Overpayments')
        self._pull()
        self.assertEqual(self._worth(invoice), 40)
        self.assertEqual(self._calls(), [0, 0])

    def test_what_xero_refuses_holds_up_nothing(self):
        invoice = self._used('Overpayments', 4)
        self.sandbox.inject('html_400', 'GET', '/Overpayments')
        self._pull()
        self.assertEqual(self._worth(invoice), 20, "at the rate of its document")
        self.assertEqual(invoice.amount_residual, 80)
        self._assert_settled()

    def test_an_answer_that_is_lost_is_asked_for_again(self):
        invoice = self._used('Overpayments', 4)
        self.sandbox.inject('cut_after', 'GET', '/Overpayments', times=9)
        self._pull()
        self.assertFalse(self.env['xero.apply.credit']._payments_of(invoice),
                         "not booked at another rate")
        self.sandbox.clear_faults()
        self._pull()
        self.assertEqual(self._worth(invoice), 10)
