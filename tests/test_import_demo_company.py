"""Books like those of Xero's demo company, which a newcomer brings here in the first hour.

What is odd about it is in recorded answers: bills without number, or with the same one each month,
drafts without due date, tracking by name, prices with tax, credits used in parts, a batch, payments
that were deleted, and a moment of the last change long before the connection.
"""
from decimal import Decimal

from odoo import fields
from odoo.tests import tagged

from .common_import import XeroImportCommon

SALES, BILLS, NOTES, PAYMENTS, DELETED = 45, 32, 14, 55, 5
REGIONS = ("North", "South", "East", "West")


@tagged('post_install', '-at_install')
class TestImportDemoCompany(XeroImportCommon):

    def setUp(self):
        super().setUp()
        self.connection.write({'import_policy': 'none', 'import_from': False})
        self.tracked, self.payments = {}, []
        self.contacts = [self._contact(name=f"Company {number}") for number in range(12)]
        self._write_sales()
        self._write_bills()
        self._write_notes()
        self._write_payments()

    # === WHAT IS THERE === #

    def _at(self, number):
        """:return: what documents of that number share: the contact, and the values"""
        day = f'2026-{number % 3 + 1:02}-{number % 27 + 1:02}'
        return self.contacts[number % 12], {'Date': day}

    def _follow(self, number, document):
        """Remember the tracking of a document, and note that it was long ago."""
        if number % 3 == 0:
            self.tracked[self._id(document)] = REGIONS[number % 4]
        self._later(seconds=1)
        return document

    def _tracking(self, number):
        if number % 3:
            return {}
        return {'Tracking': [{'Name': "Region", 'Option': REGIONS[number % 4]}]}

    def _write_sales(self):
        self.sales = []
        for number in range(SALES):
            contact, values = self._at(number)
            if number % 5 == 1:
                values['LineAmountTypes'] = 'Inclusive'
            if number % 9 == 4:
                values |= {'CurrencyCode': 'EUR', 'CurrencyRate': Decimal('1.1637')}
            self.sales.append(self._follow(number, self._there(
                contact, self._line(f'{31 + 7 * number}.95', **self._tracking(number)),
                self._line('12.50', Quantity=Decimal(3), AccountCode='260',
                           DiscountRate=Decimal(10), **self._tracking(number)),
                Status='DRAFT' if number in (40, 41) else 'AUTHORISED', **values)))
        for number in (42, 43):
            self.person.void(self._id(self.sales[number]))
        self.person.delete_draft(self._id(self.sales[41]))

    def _write_bills(self):
        self.bills = []
        for number in range(BILLS):
            contact, values = self._at(number)
            if number % 8 < 3:      # the same rent, under the same number, each month
                contact, values = self.contacts[0], {
                    'InvoiceNumber': "RENT", 'Date': f'2026-{number % 8 + 1:02}-01',
                    'DueDate': f'2026-{number % 8 + 1:02}-10'}
            elif number % 4:
                values['InvoiceNumber'] = f'V-{number}'
            amount = '1181.25' if values.get('InvoiceNumber') == "RENT" else f'{19 + number}.35'
            self.bills.append(self._follow(number, self._there(
                contact, self._cost(amount, Description=f"Cost {number}",
                                    **self._tracking(number)), kind='ACCPAY', **values)))
        self.person.void(self._id(self.bills[31]))

    def _write_notes(self):
        self.notes = []
        for number in range(NOTES):
            contact, values = self._at(number)
            sale = number % 2 == 0
            line = (self._line if sale else self._cost)('18.00', **self._tracking(number))
            note = self._follow(number, self._there(
                contact, line, kind='ACCRECCREDIT' if sale else 'ACCPAYCREDIT', **values))
            self.notes.append(note)
            if number < 8:
                self._use(note, contact, self.sales if sale else self.bills, number)

    def _use(self, note, contact, documents, number):
        """Use a credit for a document of its contact, whole or in part."""
        target = next(d for d in documents if d['Contact']['ContactID'] == contact['ContactID']
                      and d['Status'] == 'AUTHORISED' and d['CurrencyCode'] != 'EUR')
        self.person.allocate(self._id(note), self._id(target),
                             note['Total'] if number % 4 < 2 else Decimal('5.00'))

    def _write_payments(self):
        batch = {self._id(bill): bill['Total'] for bill in self.bills[4:7:2]}
        self.person.pay_batch(batch, account='090', Date='2026-03-20')
        made = len(batch)
        for number, document in enumerate([*self.sales[12:40], *self.bills[8:31]]):
            part = Decimal('11.10') if number % 4 == 0 else None
            self.payments.append(self.person.pay(
                self._id(document), part, date=f'2026-03-{number % 27 + 1:02}'))
            made += 1
        while made < PAYMENTS:
            self.payments.append(self.person.pay(
                self._id(self.sales[made - 53]), Decimal('1.00'), date='2026-03-30'))
            made += 1
        for payment in self.payments[:DELETED]:
            self.person.delete_payment(payment['PaymentID'])

    # === WHAT A NEWCOMER DOES === #

    def _map_what_the_newcomer_maps(self):
        """The accounts, the regions, and a partner for each contact; a newcomer has no groups of
        taxes, as Odoo's tests have."""
        self.env.ref('base.EUR').active = True
        self.env['account.tax'].search([('amount_type', '=', 'group')]).active = False
        other = self.income.copy({'code': '400260'})
        other.xero_account_id = self.env['xero.account'].search([
            ('connection_id', '=', self.connection.id), ('code', '=', '260')])
        plan = self.env['account.analytic.plan'].create({'name': "Region"})
        options = self.env['xero.tracking.option'].search([
            ('connection_id', '=', self.connection.id), ('category_id.name', '=', "Region")])
        self.analytic = {option.name: self.env['account.analytic.account'].create({
            'name': option.name, 'plan_id': plan.id, 'xero_tracking_option_id': option.id,
        }) for option in options}
        self.env['xero.pull.contact'].sudo()._request(self.connection)
        self._pull_at_once()
        self.connection.action_match_contacts()
        self._pull_at_once()
        rows = self.env['xero.contact.match'].search([
            ('connection_id', '=', self.connection.id), ('partner_id', '=', False)])
        rows.action_create_partner()

    def _bring(self):
        self._later(days=30)
        self.connection.connected_at = fields.Datetime.now()
        self._map_what_the_newcomer_maps()
        self.env['xero.first.sync.wizard'].create({
            'connection_id': self.connection.id, 'scope': 'all'}).action_start()
        run = self.env['xero.first.sync'].search([('connection_id', '=', self.connection.id)])
        for _time in range(20):
            self._pull_at_once()
            if run.state != 'running':
                break
        self.assertEqual(run.state, 'done', run._in_words())

    def test_all_of_it_with_no_difference(self):
        self.assertEqual((len(self.org.invoices), len(self.org.credit_notes)), (77, 14))
        self.assertEqual(len(self.org.store['Payments']), 55)
        self._bring()
        self.assertFalse(self._waiting(), self._waiting().mapped('message'))
        for document in [*self.org.invoices, *self.org.credit_notes]:
            with self.subTest(number=document.get('InvoiceNumber'), status=document['Status']):
                if document['Status'] in ('AUTHORISED', 'PAID'):
                    self._assert_brought(document)
                else:
                    self.assertFalse(self._here(document))
        self.assertFalse(self._differences())
        self._reconcile()
        self.assertFalse(self._differences())
        self._settled()

    def _assert_brought(self, document):
        move = self._assert_as_there(document)
        self.assertEqual(move.state, 'posted')
        self.assertFalse(move.xero_differs)
        region = self.tracked.get(self._id(document))
        wanted = {str(self.analytic[region].id): 100} if region else {}
        for line in move.invoice_line_ids:
            self.assertEqual(line.analytic_distribution or {}, wanted)
