"""Every code of the catalogue is reached over HTTP, and reaches the accountant in words."""
from datetime import date

from odoo import Command
from odoo.tests import tagged

from ..xero.catalogue import CATALOGUE
from .common import XeroTimeCommon

#: Tested where what they need is installed or made.
ELSEWHERE = {
    'amount_not_final': 'test_push_delivery',
    'corrected_in_xero': 'test_push_corrections',
    'payment_delete_no_match': 'pull',
    'payment_unclear': 'test_push_payments_twice',
    'order_reinvoiced': 'pull',
    'allocation_exceeds': 'test_push_allocations_lost',
    'allocation_unsuitable': 'test_push_allocations_lost',
}


@tagged('post_install', '-at_install')
class TestErrorCodes(XeroTimeCommon):
    """One scenario a code, see `SCENARIOS`: it returns a document on which a push shows the code,
    or None when the whole connection does."""

    def setUp(self):
        super().setUp()
        self._link(self.partner_a)

    def test_each_code_has_its_scenario(self):
        self.assertEqual(self.SCENARIOS.keys() | set(ELSEWHERE), set(CATALOGUE))
        self.assertFalse(self.SCENARIOS.keys() & set(ELSEWHERE))

    def _check(self, code):
        move = self.SCENARIOS[code](self)
        self.sandbox.ledger.reset()
        self._push()
        self.assertTrue(self.sandbox.calls, "Xero has said so itself")
        if move:
            self._assert_document_says(move, code)
        else:
            self._assert_connection_says(code)

    def _assert_document_says(self, move, code):
        text = CATALOGUE[code]
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', code),
                         move.xero_error_message)
        alert = move.alerts['xero_failed']
        for words in (text.title, text.cause, text.fix, move.xero_error_message):
            self.assertIn(words, alert['message'])
        self.assertTrue(alert['action_text'])
        for words in (text.title, text.fix):
            self.assertIn(words, move.xero_tooltip)
        row = self.env['xero.log'].search([
            ('res_model', '=', 'account.move'), ('res_id', '=', move.id),
            ('error_code', '=', code), ('outcome', '=', 'failure')], limit=1)
        self.assertEqual((row.message, self._label(row)), (move.xero_error_message, text.title))

    def _label(self, row):
        """:return: what people read for the code of a row of the log"""
        return dict(row.fields_get(['error_code'])['error_code']['selection'])[row.error_code]

    def _assert_connection_says(self, code):
        text = CATALOGUE[code]
        for words in (text.title, text.fix):
            self.assertIn(words, self.connection.last_error)
        row = self.env['xero.log'].search([
            ('connection_id', '=', self.connection.id), ('direction', '=', 'connection'),
            ('error_code', '=', code)], limit=1)
        self.assertEqual(self._label(row), text.title)
        self.assertTrue(self.env['account.move'].search([('xero_state', '=', 'pending')]),
                        "what waits is not to blame")

    # === THE CONNECTION === #

    def _make_connection_inactive(self):
        self.connection.token_id.write({'refresh_token': 'nonsense', 'expires_at': '2020-01-01'})
        self._bill()

    def _make_app_revoked(self):
        self._bill()
        self.sandbox.revoke(organisation=self.org)

    def _make_scope_missing(self):
        self._bill()
        self.sandbox.inject('scope_missing', 'PUT', '/Invoices')

    def _make_role_missing(self):
        self.sandbox.inject('role_missing', 'PUT', '/Invoices')
        return self._bill()

    def _make_rate_limited(self):
        self._bill()
        self.sandbox.inject('429_day', 'PUT', '/Invoices')

    def _make_transient(self):
        self.sandbox.inject('503', 'PUT', '/Invoices', times=9)
        bill = self._bill()
        for _attempt in range(2):
            self._push()
            self.assertEqual(bill.xero_state, 'pending')
            self._later(minutes=6)
        self.sandbox.faults.clear()
        self.sandbox.inject('503', 'GET', '/Invoices', times=9)
        self.sandbox.inject('503', 'PUT', '/Invoices', times=9)
        return bill

    # === CONTACTS === #

    def _make_contact_missing(self):
        self.partner_a.xero_contact_id = '5a3e1d3c-0000-4000-8000-000000000001'
        return self._bill()

    def _make_contact_collision(self):
        self.org.as_person.create_contact("Brook Ltd", EmailAddress='office@brook.example.com')
        partner = self.env['res.partner'].create({'name': "Brook Ltd"})
        return self._bill(partner_id=partner.id)

    def _make_contact_merged(self):
        self._link(self.partner_b)
        self.org.as_person.merge_contact(
            self.partner_a.xero_contact_id, self.partner_b.xero_contact_id)
        self.env['xero.contact'].sudo().create({
            'connection_id': self.connection.id, 'status': 'ARCHIVED',
            'xero_id': self.partner_a.xero_contact_id,
            'merged_to': self.partner_b.xero_contact_id})
        return self._bill()

    def _make_contact_refused(self):
        self.sandbox.inject('html_400', 'PUT', '/Contacts', body={
            'ErrorNumber': 10, 'Type': 'ValidationException',
            'Message': "Email address must be valid."})
        return self._bill(partner_id=self.env['res.partner'].create({'name': "Brook Ltd"}).id)

    def _make_contact_archived(self):
        self.org.as_person.archive_contact(self.partner_a.xero_contact_id)
        return self._bill()

    # === WHAT THE LINES REFER TO, GONE IN XERO SINCE IT WAS MAPPED === #

    def _gone(self, store, record):
        with self.org.transaction():
            self.org.store[store].put({**record, 'Status': 'ARCHIVED'})

    def _make_unmapped_account(self):
        self._gone('Accounts', self.org.account('429'))
        return self._bill()

    def _make_unmapped_tax(self):
        self._gone('TaxRates', self.org.tax_rate('INPUT2'))
        return self._bill()

    def _make_unmapped_item(self):
        self.product_a.xero_item_id = self.env['xero.item'].sudo().create({
            'connection_id': self.connection.id, 'code': 'GONE', 'name': "Gone",
            'xero_id': '5a3e1d3c-0000-4000-8000-000000000002'})
        return self._bill(lines=[{'product_id': self.product_a.id}])

    def _make_unmapped_tracking(self):
        plan = self.env['account.analytic.plan'].create({'name': "Region"})
        analytic = self.env['account.analytic.account'].create(
            {'name': "North", 'plan_id': plan.id})
        analytic.xero_tracking_option_id = self.env['xero.tracking.option'].search([
            ('category_id.connection_id', '=', self.connection.id)], limit=1)
        category = next(c for c in self.org.tracking_categories if c['TrackingCategoryID']
                        == analytic.xero_tracking_option_id.category_id.xero_id)
        self._gone('TrackingCategories', category)
        return self._bill(lines=[{'analytic_distribution': {str(analytic.id): 100}}])

    def _make_currency_not_enabled(self):
        krone = self.env['res.currency'].with_context(active_test=False).search(
            [('name', '=', 'NOK')])
        krone.active = True
        self.env['xero.currency'].sudo().create({
            'connection_id': self.connection.id, 'code': 'NOK', 'name': "Krone"})
        return self._bill(currency_id=krone.id)

    # === THE DOCUMENT === #

    def _make_number_voided(self):
        invoice = self._make_number_taken()
        [document] = [d for d in self.org.invoices if d['InvoiceNumber'] == invoice.name]
        self.org.as_person.void(document['InvoiceID'])
        return invoice

    def _make_voided_in_xero(self):
        bill = self._changed_bills(1)
        self.org.as_person.void(bill.xero_document_id)
        return bill

    def _make_number_taken(self):
        invoice = self._invoice()
        contact = self.org.as_person.create_contact("Somebody else")
        self.org.as_person.create_invoice(
            {'ContactID': contact['ContactID']},
            [{'Description': "Other", 'Quantity': 1, 'UnitAmount': 7, 'AccountCode': '200'}],
            InvoiceNumber=invoice.name)
        return invoice

    def _make_maybe_in_xero(self):
        """Entered on both sides, a few days apart."""
        bill = self._invoice('in_invoice', ref='RENT')
        self.org.as_person.create_invoice(
            {'ContactID': self.partner_a.xero_contact_id},
            [{'Description': "Rent", 'Quantity': 1, 'UnitAmount': 100, 'AccountCode': '429',
              'TaxType': 'INPUT2'}], type='ACCPAY', InvoiceNumber='RENT', Date='2026-03-04')
        bill.action_xero_sync_now()
        return bill

    def _make_not_in_xero(self):
        bill = self._changed_bills(1)
        with self.org.transaction():
            self.org.store['Invoices'].restore(bill.xero_document_id, None)
        return bill

    def _make_period_locked(self):
        self.org.period_lock_date = date(2026, 3, 31)
        return self._bill()

    def _make_not_sent(self):
        """It takes back what was voided in Xero, and somebody has it sent all the same."""
        reversal = self._bill()._reverse_moves([{'invoice_date': date(2026, 3, 3)}])
        reversal.sudo().xero_from_void = True
        reversal.action_post()
        reversal.action_xero_sync_now()
        return reversal

    def _make_document_not_editable(self):
        bill = self._changed_bills(1)
        self.org.as_person.pay(bill.xero_document_id, 20)
        return bill

    def _make_total_mismatch(self):
        """Somebody has changed the rate in Xero since it was fetched."""
        with self.org.transaction():
            self.org.store['TaxRates'].put({
                **self.org.tax_rate('INPUT2'), 'EffectiveRate': 10, 'DisplayTaxRate': 10})
        return self._bill()

    def _make_taken_back(self):
        bill = self._make_total_mismatch()
        self._push()
        bill.action_xero_void()
        return bill

    def _make_plan_limit(self):
        self.org.approval_limits = {'ACCPAY': 0}
        return self._bill()

    def _make_validation_error(self):
        """A line of more than Xero holds."""
        return self._bill(lines=[{'price_unit': 20000000000, 'tax_ids': [Command.clear()]}])

    SCENARIOS = {
        'connection_inactive': _make_connection_inactive,
        'app_revoked': _make_app_revoked,
        'scope_missing': _make_scope_missing,
        'role_missing': _make_role_missing,
        'rate_limited': _make_rate_limited,
        'transient': _make_transient,
        'contact_missing': _make_contact_missing,
        'contact_collision': _make_contact_collision,
        'contact_archived': _make_contact_archived,
        'contact_merged': _make_contact_merged,
        'contact_refused': _make_contact_refused,
        'unmapped_account': _make_unmapped_account,
        'unmapped_tax': _make_unmapped_tax,
        'unmapped_item': _make_unmapped_item,
        'unmapped_tracking': _make_unmapped_tracking,
        'currency_not_enabled': _make_currency_not_enabled,
        'number_taken': _make_number_taken,
        'number_voided': _make_number_voided,
        'voided_in_xero': _make_voided_in_xero,
        'maybe_in_xero': _make_maybe_in_xero,
        'not_in_xero': _make_not_in_xero,
        'period_locked': _make_period_locked,
        'not_sent': _make_not_sent,
        'document_not_editable': _make_document_not_editable,
        'total_mismatch': _make_total_mismatch,
        'taken_back': _make_taken_back,
        'plan_limit': _make_plan_limit,
        'validation_error': _make_validation_error,
    }


def _test(code):
    return lambda self: self._check(code)


for _code in sorted(set(CATALOGUE) - set(ELSEWHERE)):
    setattr(TestErrorCodes, f'test_{_code}', _test(_code))
