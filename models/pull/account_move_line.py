"""Reconciling two documents for a given amount instead of as much as possible."""
from odoo import api, models


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _xero_reconcile_amount(self, other, amount):
        """Reconcile two open lines of one account and one currency for an exact amount.

        Odoo books the exchange difference of that part, as for any partial payment.

        :param recordset other: line on the other side
        :param float amount: in the lines' currency, not more than either of them has left
        """
        lines = self + other
        lines.with_context(xero_part=(frozenset(lines.ids), amount)).reconcile()

    @api.model
    def _prepare_reconciliation_single_partial(self, debit_values, credit_values,
                                               shadowed_aml_values=None):
        # EXTENDS 'account'
        # The exchange difference that follows is reconciled in the same context, and in full.
        ids, amount = self.env.context.get('xero_part') or (None, None)
        if ids == {debit_values['aml'].id, credit_values['aml'].id}:
            debit_values, credit_values = (
                values['aml']._xero_cap_residual(values, amount)
                for values in (debit_values, credit_values))
        return super()._prepare_reconciliation_single_partial(
            debit_values, credit_values, shadowed_aml_values=shadowed_aml_values)

    def _xero_cap_residual(self, values, amount):
        """Return a line's open amounts as if it were only open for a part.

        :param dict values: `amount_residual` and `amount_residual_currency` of the line
        :param float amount: of the part, in the line's currency
        :return: a copy of the values
        :rtype: dict
        """
        open_amount = abs(values['amount_residual_currency'])
        if self.currency_id.compare_amounts(amount, open_amount) >= 0:
            return dict(values)
        sign = -1 if values['amount_residual_currency'] < 0 else 1
        # At the line's own rate, as Odoo values the part that is paid.
        balance = min(
            self.company_currency_id.round(amount * abs(self.balance / self.amount_currency)),
            abs(values['amount_residual']))
        return {**values, 'amount_residual_currency': sign * amount,
                'amount_residual': sign * balance}
