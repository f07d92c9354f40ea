"""What the tests of both ledgers share."""

from .common_payment import XeroPaymentCommon

PATH = 'Reports/TrialBalance'


class XeroLedgerCommon(XeroPaymentCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._keep_taxes_apart()

    def setUp(self):
        super().setUp()
        # What the tests' database has besides, Xero does not.
        self.connection.compare_ledgers = True

    def _compare(self, day='2026-03-31'):
        """Compare as a person has it done, and the scheduler does it.

        :return: the accounts of both ledgers
        """
        self.connection.action_compare_ledgers(day)
        self._run_own()
        return self._lines()

    def _lines(self):
        return self.env['xero.ledger.line'].search([('connection_id', '=', self.connection.id)])

    def _line(self, code):
        """:return: the row of an account, by Xero's code"""
        return self._lines().filtered(lambda line: line.xero_account_id.code == code)

    def _calls(self):
        return [call for call in self.sandbox.calls if call.path.endswith(PATH)]

    def _amounts(self, line):
        return (line.odoo_balance, line.xero_balance, line.difference, line.explained,
                line.unexplained)

    def _all_agree(self):
        """Each account of both sides agrees, and the page says so."""
        self.assertFalse(self._lines().filtered('difference').mapped(
            lambda line: (line.name, *self._amounts(line))))
        count = len(self._lines().filtered(lambda line: line.kind in (
            'account', 'retained', 'unrealised')))
        self.assertEqual((self.connection.ledger_agreeing, self.connection.ledger_count),
                         (count, count))
        [standing] = self.env['xero.ledger.line'].get_standing()
        self.assertIn(f"Ledgers agree on {count} of {count} accounts", standing['text'])
        self.assertEqual(standing['level'], 'success')
