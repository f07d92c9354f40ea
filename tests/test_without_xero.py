"""A database without a connection: nothing that people do asks a table of this module."""
import logging
import re

from odoo import Command
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


@tagged('post_install', '-at_install')
class TestWithoutXero(AccountTestInvoicingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.company_data['default_journal_misc']

    def _invoice(self):
        return self.init_invoice('out_invoice', amounts=[100], post=False)

    def test_documents_ask_nothing(self):
        invoices = [self._invoice() for _number in range(2)]
        self.env.flush_all()
        self.env['res.company']._xero_owners()
        with self.assertLogs('odoo.sql_db', logging.DEBUG) as log:
            self.env.cr.execute("SELECT 1")
            for invoice in invoices:
                invoice.action_post()
            self.env['account.payment.register'].with_context(
                active_model='account.move', active_ids=invoices[0].ids,
            ).create({})._create_payments()
            entry = self.env['account.move'].create({
                'move_type': 'entry', 'journal_id': self.journal.id, 'line_ids': [
                    Command.create({'account_id': account.id, 'balance': balance})
                    for account, balance in (
                        (self.company_data['default_account_revenue'], -1),
                        (self.company_data['default_account_expense'], 1))]})
            entry.action_post()
            invoices[1].button_draft()
            invoices[1].button_cancel()
            entry.button_draft()
            entry.name = '/'
            entry.unlink()
            self.env.flush_all()
        asked = [re.sub(r'^.*query: ', '', line)[:300] for line in log.output
                 if re.search(r'(FROM|JOIN|INTO|UPDATE) "xero_|"id", "\w+"."xero_', line)]
        self.assertGreater(len(log.output), 50)
        self.assertEqual(asked, [])
