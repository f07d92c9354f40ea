"""What the tests of Xero's profit and loss share."""
from odoo import SUPERUSER_ID

from ..models.connection.xero_connection_run import end_after
from .common_payment import XeroPaymentCommon

PATH = 'Reports/ProfitAndLoss'


class XeroProfitCommon(XeroPaymentCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._keep_taxes_apart()

    def _fetch_once(self):
        """Fetch the report, whether or not it is due."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            connection = self.connection.with_env(self.env(
                cr=cr, user=SUPERUSER_ID, context=end_after(60))).with_company(self.env.company)
            connection.env['xero.profit.fetch']._run(connection)
            cr.flush()
        self.env.invalidate_all()

    def _fetch(self, **settings):
        self.connection.write({'profit_loss': True, **settings})
        self._run_own()
        return self._lines()

    def _lines(self):
        return self.env['xero.profit.line'].search([('connection_id', '=', self.connection.id)])

    def _calls(self):
        return [call for call in self.sandbox.calls if call.path.endswith(PATH)]

    def _sums(self, lines, field='amount'):
        """:return: {(month, section): sum}"""
        return {(str(month), section): total for month, section, total in lines._read_group(
            [('id', 'in', lines.ids)], ['month:month', 'section'], [f'{field}:sum'])
            if total}

    def _last_log(self):
        return self.env['xero.log'].search(
            [('connection_id', '=', self.connection.id)], limit=1, order='id desc')
