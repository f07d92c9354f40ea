"""What the tests of the month end share."""

from .common_pull import XeroPullCommon


class XeroInvoicingCommon(XeroPullCommon):
    """March 2026 is over, and is invoiced."""

    def setUp(self):
        super().setUp()
        # Partners and documents of the database have nothing to do with the tests.
        self.env['account.move'].search([('state', '=', 'draft')]).unlink()

    def _prepared(self, **values):
        """:return: a month end that lists what is to be invoiced"""
        run = self.env['xero.invoicing.run'].create({'date_to': '2026-03-31', **values})
        run.action_prepare()
        return run

    def _generated(self, run=None):
        """:return: a month end whose invoices are made and sent"""
        run = run or self._prepared()
        run.action_generate()
        self.assertFalse(run.move_ids, "nothing is made while somebody waits")
        self._run_own()
        self.assertEqual(run.state, 'done')
        return run

    def _there(self, run):
        """:return: {number: status} in Xero of the invoices of a month end"""
        ids = set(run.move_ids.mapped('xero_document_id'))
        return {row['InvoiceNumber']: row['Status'] for row in self.org.invoices
                if row['InvoiceID'] in ids}
