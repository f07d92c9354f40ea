from collections import Counter

from odoo import models


class AccountJournal(models.Model):
    _inherit = 'account.journal'

    def _xero_release_waiting(self):
        # EXTENDS 'account_xero': no document needs a journal's account, but payments do
        result = super()._xero_release_waiting()
        self.env['account.payment'].sudo().search([
            ('journal_id', 'in', self.ids), ('xero_state', '=', 'failed'),
            ('xero_error_code', '=', 'unmapped_account')])._xero_queue()
        self.env['xero.settlement'].sudo()._release(self)
        return result

    def _fill_sale_purchase_dashboard_data(self, dashboard_data):
        # EXTENDS 'account'
        result = super()._fill_sale_purchase_dashboard_data(dashboard_data)
        connections = self.company_id._xero_connections()
        journals = self.filtered(
            lambda journal: journal.type in ('sale', 'purchase')
            and journal.company_id.id in connections)
        if journals:
            journals._fill_xero_dashboard_data(dashboard_data)
        return result

    def _fill_xero_dashboard_data(self, dashboard_data):
        """Count the documents that wait for Xero, that it refused or that differ, in one query.

        :param dict dashboard_data: {journal id: what its card shows}
        """
        counts = Counter()
        for journal, state, differs, count in self.env['account.move']._read_group(
                [('journal_id', 'in', self.ids), '|', ('xero_differs', '=', True),
                 ('xero_state', 'in', ('pending', 'failed'))],
                ['journal_id', 'xero_state', 'xero_differs'], ['__count']):
            counts[journal.id, state] += count
            counts[journal.id, 'differs'] += differs and count
        for journal in self:
            dashboard_data[journal.id].update({
                f'xero_{name}': counts[journal.id, name]
                for name in ('pending', 'failed', 'differs')})
