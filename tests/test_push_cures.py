"""Each refusal by Xero leads to the place where it is put right."""
from odoo.tests import tagged

from .common import put_right_on
from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestPushCures(XeroPullCommon):

    def setUp(self):
        super().setUp()
        self._link(self.partner_a)

    def _refused(self, words, **values):
        """:return: a bill that Xero refused in these words"""
        bill = self._bill(**values)
        self.sandbox.inject('html_400', 'PUT', '/Invoices', times=9, body={
            'ErrorNumber': 10, 'Type': 'ValidationException', 'Message': words})
        self._push()
        self.sandbox.faults.clear()
        self.assertEqual(bill.xero_state, 'failed')
        return bill

    def _leads_to(self, move, record):
        self.assertEqual(move.xero_error_target, f'{record._name},{record.id}',
                         move.xero_error_message)
        self.assertEqual(
            put_right_on(move.alerts['xero_failed']['action']), (record._name, record.id))

    def test_what_the_words_name(self):
        other = self.company_data['default_account_expense'].copy({'code': '600077'})
        other.xero_account_id = self.env['xero.account'].search([
            ('connection_id', '=', self.connection.id), ('code', '=', '400')])
        lines = [{}, {'account_id': other.id}]
        bill = self._refused("Account code '400' is not a valid code for this document.",
                             lines=lines)
        self._leads_to(bill, other)
        bill = self._refused("Account must be valid.", lines=[{}])
        self._leads_to(bill, bill.invoice_line_ids.account_id)
        bill = self._refused("Tax rate must be Active")
        self._leads_to(bill, bill.invoice_line_ids.tax_ids)
        for words in ("Organisation is not subscribed to currency USD",
                      "The document date cannot be before the period lock date",
                      "You have reached the limit of invoices you can approve."):
            self._leads_to(self._refused(words), self.connection)

    def test_stock_leads_to_the_product(self):
        self.product_a.xero_item_id = self.env['xero.item'].sudo().create({
            'connection_id': self.connection.id, 'code': 'BOX', 'name': "Box",
            'xero_id': '5a3e1d3c-0000-4000-8000-000000000002'})
        bill = self._refused("No items available to sell", lines=[
            {'product_id': self.product_a.id}, {}])
        self._leads_to(bill, self.product_a)

    def test_where_the_words_do_not_tell_the_mappings_are_listed(self):
        other = self.company_data['default_account_expense'].copy({'code': '600077'})
        other.xero_account_id = self.env['xero.account'].search([
            ('connection_id', '=', self.connection.id), ('code', '=', '400')])
        bill = self._refused("Account must be valid.", lines=[{}, {'account_id': other.id}])
        self.assertFalse(bill.xero_error_target)
        action = bill.alerts['xero_failed']['action']
        self.assertEqual(
            self.env[action['res_model']].search(action['domain']),
            bill.invoice_line_ids.account_id)

    def test_no_refusal_has_nothing_but_sync_now(self):
        for words in ("The document DueDate field must be specified.",
                      "Invoice # must be unique.", "Account code must be specified"):
            bill = self._refused(words, lines=[{}, {}])
            alert = bill.alerts['xero_failed']
            self.assertNotIn('action_xero_sync_now', str(alert), words)
            self.assertTrue(alert['action_text'], words)

    def test_a_contact_that_is_refused_is_titled_as_one(self):
        partner = self.env['res.partner'].create({'name': "Brook Ltd"})
        self.sandbox.inject('html_400', 'PUT', '/Contacts', body={
            'ErrorNumber': 10, 'Type': 'ValidationException',
            'Message': "Email address must be valid."})
        bill = self._bill(partner_id=partner.id)
        self._push()
        self.assertEqual(bill.xero_error_code, 'contact_refused')
        self._leads_to(bill, partner)
        partner.email = 'office@brook.example.com'
        self._push()
        self.assertEqual(bill.xero_state, 'synced', bill.xero_error_message)

    def test_posted_again_after_a_void_in_xero(self):
        """The pull has not brought the void yet."""
        invoice = self._invoice()
        self._push()
        self.org.as_person.void(invoice.xero_document_id)
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 250
        invoice.action_post()
        self._push()
        self.assertEqual(invoice.xero_error_code, 'voided_in_xero', invoice.xero_error_message)
        self.assertNotIn("payments", invoice.alerts['xero_failed']['message'])
        self.assertNotIn('action_xero_sync_now', str(invoice.alerts['xero_failed']))

    def test_contacts_that_were_merged(self):
        """Neither can be restored in Xero, nor linked to the other one: the partners are merged."""
        self._link(self.partner_b)
        survivor = self.partner_b.xero_contact_id
        self.org.as_person.merge_contact(self.partner_a.xero_contact_id, survivor)
        self.env['xero.pull.contact']._request(self.connection)
        self._pull_at_once()
        self.connection.update_contacts = True
        self.partner_a.email = 'moved@example.com'
        bill = self._bill()
        self._push()
        self.assertEqual(bill.xero_error_code, 'contact_merged', bill.xero_error_message)
        sync = self.env['xero.contact.sync'].search([('partner_id', '=', self.partner_a.id)])
        self.assertEqual((sync.xero_state, sync.xero_error_code), ('failed', 'contact_merged'))
        action = bill.alerts['xero_failed']['action']
        both = self.partner_a | self.partner_b
        self.assertEqual(set(action['context']['active_ids']), set(both.ids))
        self.assertEqual((bill.alerts['xero_failed']['action_text']), "Merge the partners")
        self.env[action['res_model']].create({})._merge(both.ids, self.partner_a)
        self.assertEqual(self.partner_a.xero_contact_id, survivor)
        self._push()
        self.assertEqual(bill.xero_state, 'synced', bill.xero_error_message)
