"""Booking what was paid in Xero, and undoing what was deleted there."""
from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    # === BOOK === #

    @api.model
    def _xero_book(self, connection, pairs):
        """Book payments of Xero and reconcile them, each step for all of them at once.

        :param recordset connection: `xero.connection`
        :param list pairs: (document, documents.Payment); a payment without an account is booked in
            the connection's default journal
        :return: the payments, in the order of ``pairs``
        :raise UserError: Odoo refuses one of them, for instance because there is no journal
        """
        Payment = self.sudo().with_company(connection.company_id).with_context(
            xero_pulling=True, skip_is_manually_modified=True)
        journals = connection._payment_journals(payment.account_id for _move, payment in pairs)
        payments = Payment.create([
            Payment._xero_prepare_payment(connection, move, payment, journals[payment.account_id])
            for move, payment in pairs])
        payments.action_post()
        moves = [move for move, _payment in pairs]
        payments._xero_reconcile(moves)
        texts = [payment._xero_booked_text() for payment in payments]
        self.env['xero.log']._add_pulls(connection, [
            (move, 'success', None, text) for move, text in zip(moves, texts, strict=True)])
        redated = {payment.id: text for payment, text in zip(payments, texts, strict=True)
                   if payment.move_id.date != payment.date}
        payments.browse(redated)._message_log_batch(redated)
        return payments

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
                "There is no bank journal for a payment from Xero. Create one, or choose the "
                "journal for payments on the connection to Xero."))
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
        balance = self._xero_balance(connection, move, payment)
        if balance is not None:
            # Odoo books it at this value instead of that of its own rate of the day.
            values['force_balance'] = balance
        return values

    @api.model
    def _xero_balance(self, connection, move, payment):
        """Return what a payment in foreign currency is worth in Xero's books.

        Xero: CurrencyRate is units of the document's currency for one unit of the base currency,
        and BankAmount is in the currency of the bank account, which is one of the two.

        :return: amount in the company's currency where Odoo's own conversion would give another
            one, else None
        :rtype: float | None
        """
        company_currency = move.company_id.currency_id
        if move.currency_id == company_currency \
                or company_currency.name != connection.base_currency:
            return None
        if payment.bank_amount and payment.bank_amount != payment.amount:
            balance = payment.bank_amount
        elif payment.currency_rate:
            balance = payment.amount / payment.currency_rate
        else:
            return None
        balance = company_currency.round(float(balance))
        own = move.currency_id._convert(
            float(payment.amount), company_currency, move.company_id, payment.date)
        return balance if company_currency.compare_amounts(balance, own) else None

    def _xero_reconcile(self, moves):
        """Reconcile payments with their documents, all of them in one go.

        :param list moves: the document of each payment
        """
        lines_of = {}
        for move, payment in zip(moves, self, strict=True):
            account = payment.destination_account_id
            key = (move, account)
            if key not in lines_of:
                lines_of[key] = move._xero_payment_terms().filtered(
                    lambda line, account=account: line.account_id == account
                    and not line.reconciled)
            lines_of[key] |= payment.move_id.line_ids.filtered(
                lambda line, account=account: line.account_id == account and not line.reconciled)
        plan = [lines for lines in lines_of.values() if len(lines.move_id) > 1]
        if plan:
            self.env['account.move.line'].with_env(self.env)._reconcile_plan(plan)

    def _xero_booked_text(self):
        text = self.env._(
            "Payment of %(amount)s dated %(date)s booked as %(name)s.",
            amount=self.currency_id.format(self.amount), date=self.date, name=self.name)
        if self.move_id.date != self.date:
            text += ' ' + self.env._(
                "That period is locked, so the journal entry is dated %s.", self.move_id.date)
        return text

    # === UNDO === #

    def _xero_undo(self, connection):
        """Take back payments that Xero has no more; they stay as a record.

        :param recordset connection: `xero.connection`
        :raise UserError: Odoo refuses even the reversal of one of them
        """
        payments = self.filtered(lambda payment: not payment.xero_deleted).sudo().with_company(
            connection.company_id).with_context(
            xero_pulling=True, skip_is_manually_modified=True)
        rows, bodies = [], {}
        for payment in payments:
            moves = payment.invoice_ids
            bodies[payment.id] = payment._xero_undo_one()
            rows += [(move, 'success', None, bodies[payment.id]) for move in moves]
        if payments:
            payments.xero_deleted = True
            payments._message_log_batch(bodies)
            self.env['xero.log']._add_pulls(connection, rows)

    def _xero_undo_one(self):
        """:return: what was done, in words"""
        name = self.display_name
        amount = self.currency_id.format(self.amount)
        if self.state not in ('canceled', 'rejected'):
            # Odoo itself knows whether a lock date, a hash or another rule forbids it.
            try:
                with self.env.cr.savepoint():
                    self.action_cancel()
            except UserError:
                reversal = self.move_id._reverse_moves([{
                    'date': fields.Date.context_today(self),
                    'ref': self.env._("Deleted in Xero: %s", self.memo or name),
                }], cancel=True)
                return self.env._(
                    "The payment %(name)s of %(amount)s was deleted in Xero. Its period is locked "
                    "here, so it was reversed by %(reversal)s.",
                    name=name, amount=amount, reversal=reversal.name)
        return self.env._(
            "The payment %(name)s of %(amount)s was deleted in Xero and cancelled here.",
            name=name, amount=amount)
