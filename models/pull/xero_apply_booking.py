import logging

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..core.kinds import CLOCK_SKEW
from ..core.words import in_words, joined, lazy_amount, lazy_date, lazy_name

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)


class XeroApplyBooking(models.AbstractModel):
    """Booking what was paid in Xero, and undoing what was deleted there."""

    _name = 'xero.apply.booking'
    _description = "Book Payments of Xero"

    # === BOOK === #

    def _book(self, connection, pairs):
        """Book payments of Xero and reconcile them, each step for all of them at once.

        :param recordset connection: `xero.connection`
        :param list pairs: (document, documents.Payment)
        :return: the payments, in the order of ``pairs``
        :raise UserError: Odoo refuses one of them, for instance because there is no journal
        """
        Payment = self.env['account.payment'].sudo().with_company(
            connection.company_id).with_context(xero_pulling=True, skip_is_manually_modified=True)
        journals = self.env['account.journal']._xero_booking_journals(
            connection, [payment.account_id for _move, payment in pairs])
        payments = Payment.create([
            Payment._xero_prepare_payment(connection, move, payment, journals[payment.account_id])
            for move, payment in pairs])
        payments.action_post()
        moves = [move for move, _payment in pairs]
        self._reconcile(payments, moves)
        texts = [self._booked_text(payment) for payment in payments]
        self.env['xero.log']._add_pulls(connection, [
            (move, 'success', None, text) for move, text in zip(moves, texts, strict=True)])
        redated = {payment.id: in_words(self.env, text)
                   for payment, text in zip(payments, texts, strict=True)
                   if payment.move_id.date != payment.date}
        payments.browse(redated)._message_log_batch(redated)
        return payments

    def _balance(self, connection, move, payment):
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

    def _reconcile(self, payments, moves):
        """Reconcile payments with their documents, all of them in one go.

        :param recordset payments: `account.payment`
        :param list moves: the document of each payment
        """
        lines_of = {}
        for move, payment in zip(moves, payments, strict=True):
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
            payments.env['account.move.line']._reconcile_plan(plan)

    def _booked_text(self, payment):
        """:return: what was booked, a lazy text"""
        return joined(' ', (
            _lt("Payment of %(amount)s dated %(date)s booked as %(name)s.",
                amount=lazy_amount(payment.currency_id, payment.amount),
                date=lazy_date(self.env, payment.date), name=payment.name),
            payment.move_id.date != payment.date and _lt(
                "That period is locked, so the journal entry is dated %s.",
                lazy_date(self.env, payment.move_id.date)),
            payment.journal_id.xero_clearing and _lt(
                "It is in no bank journal here, so it is in the journal %s.",
                lazy_name(payment.journal_id))))

    # === UNDO === #

    def _undo(self, connection, payments):
        """Take back payments that Xero has no more; they stay as a record.

        :param recordset connection: `xero.connection`
        :param recordset payments: `account.payment`
        :raise UserError: Odoo refuses even the reversal of one of them
        """
        payments = payments.filtered(lambda payment: not payment.xero_deleted).sudo().with_company(
            connection.company_id).with_context(
            xero_pulling=True, skip_is_manually_modified=True)
        rows, bodies = [], {}
        for payment in payments:
            moves = payment.invoice_ids
            words = self._undo_one(payment)
            bodies[payment.id] = in_words(self.env, words)
            rows += [(move, 'success', None, words) for move in moves]
        if payments:
            payments.xero_deleted = True
            payments._message_log_batch(bodies)
            self.env['xero.log']._add_pulls(connection, rows)

    def _undo_one(self, payment):
        """:return: what was done, a lazy text"""
        name = payment.display_name
        amount = lazy_amount(payment.currency_id, payment.amount)
        statement_lines = payment._xero_statement_lines()
        if payment.state not in ('canceled', 'rejected'):
            # Odoo itself knows whether a lock date, a hash or another rule forbids it.
            try:
                with self.env.cr.savepoint():
                    payment.action_cancel()
            except UserError:
                reversal = payment.move_id._reverse_moves([{
                    'date': fields.Date.context_today(payment),
                    'ref': self.env._("Deleted in Xero: %s", payment.memo or name),
                }], cancel=True)
                return joined(' ', (_lt(
                    "The payment %(name)s of %(amount)s was deleted in Xero. Its period is locked "
                    "here, so it was reversed by %(reversal)s.",
                    name=name, amount=amount, reversal=reversal.name
                ), self._reopen(statement_lines)))
        return joined(' ', (_lt(
            "The payment %(name)s of %(amount)s was deleted in Xero and cancelled here.",
            name=name, amount=amount), self._reopen(statement_lines)))

    def _reopen(self, statement_lines):
        """Have lines of the bank's statement be open again whose payment is no more: with its
        amount open they would count as reconciled.

        :param recordset statement_lines: `account.bank.statement.line`
        :return: what is open again, a lazy text; an empty one where nothing is
        """
        for line in statement_lines:
            _liquidity, _suspense, others = line._seek_for_lines()
            if len(others) == 1:    # nothing else has a part in it
                try:
                    with self.env.cr.savepoint():
                        line.action_undo_reconciliation()
                except UserError as error:
                    _logger.info("%s stays as it is: %s", line, error)
        names = ', '.join(f'{line.move_id.name} {line.payment_ref or ""}'.strip()
                          for line in statement_lines)
        return names and _lt("What the bank has of it is open again: %s.", names)

    def _log_missing(self, connection, payment):
        """Log, once, that Xero deleted a payment that has never been linked here, though its
        document was.

        :param recordset connection: `xero.connection`
        :param documents.Payment payment: with the status DELETED
        """
        company = connection.company_id
        move = self.env['account.move'].search([
            ('company_id', 'in', company._xero_together().ids),
            ('xero_document_id', '=', payment.document_id),
        ], limit=1) if payment.document_id else None
        if not move or self.env['xero.linked']._payments_live(connection, [payment.xero_id]):
            return
        if payment.updated and payment.updated < (
                move.xero_linked_at or move.create_date) - CLOCK_SKEW:
            return
        code = 'payment_delete_no_match'
        if self.env['xero.log'].search_count([
                ('connection_id', '=', connection.id), ('error_code', '=', code),
                ('res_model', '=', move._name), ('res_id', '=', move.id),
                ('message', 'ilike', payment.xero_id)], limit=1):
            return
        self.env['xero.log']._add_pulls(connection, [(move, 'failure', code, _lt(
            "Xero deleted the payment %(payment)s of %(amount)s dated %(date)s, which is not "
            "linked here.",
            payment=payment.xero_id, amount=lazy_amount(move.currency_id, payment.amount),
            date=lazy_date(self.env, payment.date)))])
