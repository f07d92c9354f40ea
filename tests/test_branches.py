"""Branches: companies below another one, which share its accounts, taxes and journals."""
import runpy
from pathlib import Path

from odoo import Command
from odoo.tests import tagged

from .common import XeroCommon
from .common_payment import XeroPaymentCommon


class XeroBranchCommon(XeroPaymentCommon):
    """A company with two branches; the company is connected, the branches are not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = cls.env.company
        cls.north, cls.south = cls.env['res.company'].create([
            {'name': f"{name} Branch", 'parent_id': cls.root.id} for name in ("North", "South")])
        cls.env.cr.precommit.run()
        cls.env.user.company_ids |= cls.north | cls.south

    def _invoice_of(self, company, **values):
        """:return: a posted invoice of 100.00 at 20 % of that company"""
        invoice = self.env['account.move'].with_company(company).create({
            'move_type': 'out_invoice', 'partner_id': self.partner_a.id,
            'invoice_date': '2026-03-02', 'company_id': company.id,
            'invoice_line_ids': [Command.create({
                'name': "Work", 'quantity': 1, 'price_unit': 100,
                'account_id': self.income.id, 'tax_ids': [Command.set(self.tax_sale_20.ids)]})],
            **values})
        invoice.action_post()
        return invoice

    def _reference_of(self, connection, model, **values):
        """:return: one record of an organisation's reference data"""
        [record] = self.env[model].sudo().search([
            ('connection_id', '=', connection.id),
            *((name, '=', value) for name, value in values.items())])
        return record

    def _pay_in(self, move):
        """Register a payment of a document, in its company. :return: the payment"""
        return self.env['account.payment.register'].with_company(move.company_id).with_context(
            active_model='account.move', active_ids=move.ids).create({
                'payment_date': '2026-03-10', 'journal_id': self.journal.id})._create_payments()

    def _there(self, organisation, move):
        """:return: the document in that organisation"""
        [row] = [row for row in organisation.invoices if row['InvoiceID'] == move.xero_document_id]
        return row


@tagged('post_install', '-at_install')
class TestBranchOfItsOwn(XeroBranchCommon):
    """A branch has an organisation of its own, and the accounts, taxes and journals of its
    parent: each company maps them for itself."""

    def setUp(self):
        super().setUp()
        self.own_org = self.sandbox.add_organisation(
            "North", base_currency=self.root.currency_id.name,
            currencies=[self.root.currency_id.name])
        self.own = self._connect(self.north, self.own_org)
        self.own.push_payments = True
        self.journal.with_company(self.north).xero_account_id = self._reference_of(
            self.own, 'xero.account', code='090')

    def test_each_has_its_counterparts(self):
        """Was: "company inconsistencies", and nothing else to do."""
        for company, connection in ((self.root, self.connection), (self.north, self.own)):
            tax, journal = (record.with_company(company)
                            for record in (self.tax_sale_20, self.journal))
            self.assertEqual(tax.xero_tax_rate_id.connection_id, connection)
            self.assertEqual(journal.xero_account_id.connection_id, connection)
            self.assertFalse(tax.xero_broken or journal.xero_broken)

    def test_doubts_are_of_the_company_that_looks(self):
        self.tax_sale_20.with_company(self.north).xero_tax_rate_id = self._reference_of(
            self.own, 'xero.tax.rate', tax_type='ZERORATEDOUTPUT')
        self.assertTrue(self.tax_sale_20.with_company(self.north).xero_rate_doubt)
        self.assertFalse(self.tax_sale_20.with_company(self.root).xero_rate_doubt)

    def test_documents_and_payments_go_to_their_own_organisation(self):
        places = {self.root: (self.org, self.bank),
                  self.north: (self.own_org, self.journal.with_company(self.north).xero_account_id)}
        moves = [self._invoice_of(company) for company in places]
        payments = [self._pay_in(move) for move in moves]
        self._push_payments(self.env['account.payment'].union(*payments))
        for move, payment in zip(moves, payments, strict=True):
            with self.subTest(move.company_id.name):
                organisation, bank = places[move.company_id]
                self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
                self.assertEqual(payment.xero_state, 'synced', payment.xero_error_message)
                self.assertEqual(self._there(organisation, move)['LineItems'][0]['TaxType'],
                                 'OUTPUT2')
                [paid] = organisation.payments
                self.assertEqual(paid['Account']['AccountID'], bank.xero_id)


@tagged('post_install', '-at_install')
class TestMappingMoved(XeroCommon):

    def test_what_is_mapped_stays(self):
        """Version 1.4 made the mapping of taxes and journals each company's own."""
        journal = self.company_data['default_journal_bank']
        bank = journal.xero_account_id = self.env['xero.account'].sudo().search([
            ('connection_id', '=', self.connection.id), ('type', '=', 'BANK')], limit=1)
        rate, other = self.tax_sale_20.xero_tax_rate_id, self.tax_sale_0.xero_tax_rate_id
        self.tax_sale_20.xero_other_rate_id = other
        self.env.flush_all()
        key = str(self.env.company.id)
        for table, column in (('account_tax', 'xero_tax_rate_id'),
                              ('account_tax', 'xero_other_rate_id'),
                              ('account_journal', 'xero_account_id')):
            self.env.cr.execute(
                f"ALTER TABLE {table} ALTER COLUMN {column} TYPE int4"
                f" USING ({column} ->> '{key}')::int4")
        self.env.invalidate_all()
        script = Path(__file__).parents[1] / 'migrations' / '19.0.1.4.0' / 'pre-mapping.py'
        for _again in range(2):
            runpy.run_path(str(script))['migrate'](self.env.cr, '19.0.1.3.0')
        self.assertEqual(self.tax_sale_20.xero_tax_rate_id, rate)
        self.assertEqual(self.tax_sale_20.xero_other_rate_id, other)
        self.assertEqual(journal.xero_account_id, bank)
        self.assertFalse(self.tax_purchase_20.xero_other_rate_id)
