"""What Xero is to have of the payments that people register here."""
from decimal import Decimal
from typing import NamedTuple

from odoo import Command, models
from odoo.tools.translate import LazyTranslate

from ..core.apart import apart
from ..core.kinds import XERO_KINDS
from ..core.problem import Problem
from ..core.words import lazy_name

_lt = LazyTranslate(__name__)

COUNTS = ('in_process', 'paid')
#: Statuses in Xero of documents that may be paid. Paid ones, too: what is known of them here may
#: be older than a payment that was deleted since.
PAYABLE = ('AUTHORISED', 'PAID')
REFERENCE_LENGTH = 255


class Part(NamedTuple):
    """What a payment pays of one document, both as Decimal.

    ``amount`` is in the document's currency, ``base`` what that is worth in the company's.
    """

    amount: Decimal
    base: Decimal


class Plan(NamedTuple):
    """What is to be done so that Xero has a payment as it is here."""

    obsolete: models.BaseModel      # `xero.payment.link` to delete in Xero
    missing: dict                   # {document: Part} to send
    later: dict                     # {document: Part} that waits for its document
    problem: Problem | None         # why what is missing cannot be sent


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    # === WHAT XERO IS TO HAVE === #

    def _xero_parts(self):
        """Return what this payment pays.

        :return: {document: Part}
        """
        self.ensure_one()
        if self.state not in COUNTS:
            return {}
        if not self.move_id:
            return self._xero_parts_without_entry()
        return parts_of(self.move_id)

    def _xero_parts_without_entry(self):
        """Return what a payment without a journal entry pays: its documents, one after the other.

        Their residuals say nothing, they stay until the bank's statement comes.

        :return: {document: Part}
        """
        parts, left = {}, self.amount
        for move in self.invoice_ids.sorted(lambda m: (m.invoice_date_due or m.date, m.id)):
            if move.currency_id != self.currency_id or move.move_type not in XERO_KINDS:
                continue
            amount = min(left, move.amount_total)
            if self.currency_id.compare_amounts(amount, 0) > 0:
                left -= amount
                parts[move] = Part(
                    move._xero_decimal(amount), decimal_of(
                        self.company_currency_id, self.currency_id._convert(
                            amount, self.company_currency_id, self.company_id, self.date)))
        return parts

    def _xero_prepare_plan(self):
        """Compare this payment with what was sent of it, and return what is to be done. A payment
        in Xero cannot be changed, so one that is not the same any more is deleted before the new
        one is sent.

        :rtype: Plan
        """
        self.ensure_one()
        links = self.xero_link_ids
        live = links.filtered(lambda link: link.state == 'live')
        # Known in Xero without having been sent: registered on both sides.
        foreign = self.xero_payment_id and not live
        parts = {} if foreign or self.xero_deleted else self._xero_parts()
        same = live.filtered(
            lambda link: link.move_id in parts
            and link._decimal() == parts[link.move_id].amount
            and link.date == self.date and link.journal_id == self.journal_id)
        wanted = {move: part for move, part in parts.items() if move not in live.move_id}
        ready = {move: part for move, part in wanted.items()
                 if move.xero_state == 'synced' and move.xero_status in PAYABLE}
        return Plan(
            obsolete=live - same, missing=ready,
            later={move: part for move, part in wanted.items() if move not in ready},
            problem=self._xero_check_sendable() if ready else None)

    def _xero_check_sendable(self):
        """:return: Problem, or None when Xero can have this payment"""
        if problem := account_problem(self.journal_id, self.company_id):
            return problem
        if self.move_id and any(
                not self.company_currency_id.is_zero(line.balance)
                for line in self._seek_for_lines()[2]):
            return write_off_problem()
        return None

    # === WHAT BECAME OF IT === #

    def _xero_adopt(self, xero_id, move):
        """This payment was registered in Xero, too.

        :param str xero_id: of the payment there
        :param recordset move: the document that it pays
        """
        self.xero_link_ids.filtered(lambda link: link.state == 'new').unlink()
        self.write({
            'xero_payment_id': xero_id,
            **({} if move in self.invoice_ids else {'invoice_ids': [Command.link(move.id)]})})

    def _xero_adopt_part(self, xero_id, move):
        """What this payment pays of one document was registered in Xero, too.

        :param str xero_id: of the payment there
        :param recordset move: the document
        """
        link = self.xero_link_ids.filtered(
            lambda link: link.state == 'new' and link.move_id == move)
        values = self._xero_prepare_link(self._xero_parts()[move])
        if link:
            link.write(values)
        else:
            link = link.create({**values, 'payment_id': self.id, 'move_id': move.id})
        link._mark_live({link: xero_id})

    def _xero_prepare_link(self, part):
        """:param Part part: of this payment
        :return: values of the `xero.payment.link` that says what Xero is to have of it
        :rtype: dict"""
        return {
            'journal_id': self.journal_id.id, 'amount': float(part.amount), 'date': self.date,
            'reference': (self.memo or '')[:REFERENCE_LENGTH]}

    def _xero_show_links(self):
        """Show the first of the payments that Xero has of each of these."""
        for payment in self:
            live = payment.xero_link_ids.filtered(lambda link: link.state == 'live')
            payment.xero_payment_id = live[:1].xero_payment_id or (
                payment.xero_deleted and payment.xero_payment_id)
            if not live and payment.xero_state == 'synced':
                payment.xero_state = False

    def _xero_conclude(self):
        """Mark those of which nothing is left to be sent."""
        apart(self.env, self.filtered(lambda payment: payment.xero_state),
              lambda some: some._xero_conclude_together(), self._xero_fail_faulty)

    def _xero_conclude_together(self):
        for payment in self:
            plan = payment._xero_prepare_plan()
            if not plan.obsolete and not plan.missing and not plan.problem:
                live = payment.xero_link_ids.filtered(lambda link: link.state == 'live')
                payment.write({
                    'xero_state': 'waiting' if plan.later else 'synced' if live else False,
                    'xero_manual': False, 'xero_attempts': 0, 'xero_error_code': False,
                    'xero_error_message': False, 'xero_error_target': False})


def decimal_of(currency, amount):
    """:return: Decimal of a float, rounded as the currency is"""
    return Decimal(f'{currency.round(amount):.{currency.decimal_places}f}')


def parts_of(entry):
    """
    :param recordset entry: `account.move` of a payment, or that pays by itself
    :return: {document: Part} that it is reconciled with
    :rtype: dict
    """
    parts = {}
    for line in entry.line_ids:
        for partial, other, own, theirs in (
            *((p, p.debit_move_id, p.credit_amount_currency, p.debit_amount_currency)
              for p in line.matched_debit_ids),
            *((p, p.credit_move_id, p.debit_amount_currency, p.credit_amount_currency)
              for p in line.matched_credit_ids),
        ):
            move = other.move_id
            amount = move._xero_decimal(theirs)
            # Cash-basis taxes are matched with the tax lines of a document.
            if move.move_type not in XERO_KINDS or not amount \
                    or other.display_type != 'payment_term':
                continue
            # The payment's own value, of which an exchange difference is no part.
            base = own * abs(line.balance / line.amount_currency) \
                if line.amount_currency else partial.amount
            before = parts.get(move, Part(Decimal(), Decimal()))
            parts[move] = Part(before.amount + amount,
                               before.base + decimal_of(entry.company_currency_id, base))
    return parts


def account_problem(journal, company):
    """
    :param recordset journal: `account.journal` that pays
    :param recordset company: `res.company`
    :return: Problem, or None when Xero has an account for it
    """
    account = journal.with_company(company._xero_owner()).xero_account_id
    if not account or not account.active:
        return Problem.at(journal, 'unmapped_account', _lt(
            "The journal %s has no account in Xero that payments go to. Choose one on the "
            "journal.", lazy_name(journal)))
    return None


def write_off_problem():
    """:return: Problem: Xero would have more money in the bank than there is"""
    return Problem('validation_error', _lt(
        "A part of what this pays is a write-off or a fee, which a payment in Xero cannot "
        "hold. Register it in Xero by hand; it is recognised then."))
