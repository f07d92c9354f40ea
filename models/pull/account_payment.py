from odoo import Command, api, models
from odoo.exceptions import UserError

from ..documents.account_payment_plan import COUNTS


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    def _xero_statement_lines(self):
        """:return: lines of the bank's statement that this payment is matched with"""
        lines = self._seek_for_lines()[0] if self.move_id else self.move_id.line_ids
        return (lines.matched_debit_ids.debit_move_id | lines.matched_credit_ids.credit_move_id
                ).move_id.statement_line_id

    def _xero_is_elsewhere(self):
        """:return: whether it counts in another bank account here than in Xero"""
        here, there = self.journal_id.with_company(self.company_id), self.xero_journal_id
        return bool(there and there != here and here.xero_account_id and self.state in COUNTS)

    @api.model
    def _xero_prepare_payment(self, connection, move, payment, journal):
        """Return the values of one payment from Xero.

        :param recordset connection: `xero.connection`
        :param recordset move: the invoice that was paid, or the credit note that was refunded
        :param documents.Payment payment: as Xero has it
        :param recordset journal: where it is booked, may be empty
        :rtype: dict
        :raise UserError: there is no journal
        """
        if not journal:
            raise UserError(self.env._(
                "There is no journal for what Xero has. Activate the journal Xero Clearing, or "
                "map a journal to the account in Xero."))
        payment_type = 'inbound' if move.is_inbound() else 'outbound'
        values = {
            'xero_payment_id': payment.xero_id,
            'payment_type': payment_type,
            'partner_type': 'customer' if move.is_sale_document() else 'supplier',
            'partner_id': move.commercial_partner_id.id,
            'company_id': move.company_id.id,
            'journal_id': journal.id,
            'payment_method_line_id': journal._xero_method_line(payment_type).id,
            'destination_account_id': move._xero_payment_terms()[:1].account_id.id,
            'currency_id': move.currency_id.id,
            'amount': float(payment.amount),
            'date': payment.date,
            'memo': payment.reference or move.payment_reference or move.name,
            'invoice_ids': [Command.link(move.id)],
        }
        balance = self.env['xero.apply.booking']._balance(connection, move, payment)
        if balance is not None:
            # Odoo books it at this value instead of that of its own rate of the day.
            values['force_balance'] = balance
        return values
