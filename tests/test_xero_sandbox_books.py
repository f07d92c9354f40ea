"""The stand-in's books are double entry: whatever is done in it, they come to nothing."""
from datetime import date
from decimal import Decimal

from ..xero import trial_balance
from .test_xero_sandbox_common import SandboxCase
from .unit import tagged
from .xero_sandbox import books


@tagged('post_install', '-at_install', 'xero_sandbox')
class TestXeroSandboxBooks(SandboxCase):

    def setUp(self):
        super().setUp()
        self.login({'accounting.reports.trialbalance.read'})
        self.person = self.org.as_person

    def _balances(self, day=date(2026, 12, 31)):
        """:return: {account code: balance that is not nil}, as the report is read"""
        asked = trial_balance.question(day)
        answer = self.call('GET', f'/{trial_balance.PATH}', **asked)
        self.assertEqual(answer.status_code, 200, answer.text)
        report = trial_balance.parse(answer.json(), asked)
        self.assertEqual(sum(entry[2] for entry in books.entries(self.org, day)), 0)
        return {self.org.account(None, key)['Code']: balance.amount
                for key, balance in report.balances.items() if balance.amount}

    def _invoice(self, amount, day=date(2026, 5, 4), **values):
        account = {'ACCPAY': '429'}.get(values.get('type'), '200')
        return self.person.create_invoice("Somebody", [{
            'Description': "Work", 'Quantity': 1, 'UnitAmount': amount, 'AccountCode': account}],
            Date=day, **values)

    def test_documents_payments_credits(self):
        invoice = self._invoice(100)
        self._invoice(50, type='ACCPAY')
        self._invoice(70, status='DRAFT')
        self.assertEqual(self._balances(), {
            '200': -100, '429': 50, '820': Decimal('-10'), '610': 120, '800': -60})
        self.person.pay(invoice['InvoiceID'], 20, date=date(2026, 5, 9))
        credit = self.person.create_credit_note("Somebody", [{
            'Description': "Work", 'Quantity': 1, 'UnitAmount': 25, 'AccountCode': '200'}],
            Date=date(2026, 5, 8))
        self.person.allocate(credit['CreditNoteID'], invoice['InvoiceID'], 30)
        self.person.receive_overpayment("Somebody", 5, day=date(2026, 5, 8))
        self.assertEqual(self._balances(), {
            '200': -75, '429': 50, '820': Decimal('-5'), '610': 65, '800': -60, '090': 25})
        self.assertEqual(self._balances(date(2026, 5, 7))['610'], 120)

    def test_the_year_rolls_without_a_booking(self):
        self._invoice(100, day=date(2026, 3, 31), LineAmountTypes='NoTax')
        self.assertEqual(self._balances(date(2026, 3, 31)), {'200': -100, '610': 100})
        self.assertEqual(self._balances(date(2026, 4, 1)), {'960': -100, '610': 100})
        self.org.year_end = (31, 12)
        self.assertEqual(self._balances(date(2026, 4, 1)), {'200': -100, '610': 100})

    def test_currencies(self):
        self.org.day_rates['EUR'] = Decimal('1.25')
        invoice = self._invoice(1000, LineAmountTypes='NoTax', CurrencyCode='EUR',
                                CurrencyRate=1.17)
        self.assertEqual(self._balances(), {'200': Decimal('-854.70'), '610': Decimal('854.70')})
        self.org.revalues = True
        self.assertEqual(self._balances(), {
            '200': Decimal('-854.70'), '610': Decimal('800.00'), '498': Decimal('54.70')})
        self.assertEqual(self._balances(date(2027, 4, 1)), {
            '960': Decimal('-800.00'), '610': Decimal('800.00')})
        self.person.pay(invoice['InvoiceID'], CurrencyRate=1.2, account='090')
        balances = self._balances(self.org.today().replace(year=2027))
        self.assertFalse(balances.get('610'))

    def test_balances_entered(self):
        self.person.enter_balances(date(2026, 1, 1), {'090': 500, '970': -500})
        self.assertEqual(self._balances(), {'090': 500, '970': -500})
