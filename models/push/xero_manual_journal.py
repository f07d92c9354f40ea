"""What is sent of a manual journal, and why it cannot be. Source of the rules: facts 15.2."""
from decimal import Decimal
from typing import NamedTuple

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...xero import journals, money, payload
from ..core.kinds import GONE
from ..core.problem import Problem
from ..core.words import lazy_amount
from ..documents.account_payment_plan import decimal_of
from .xero_scope import JOURNALS

_lt = LazyTranslate(__name__)
CENT = Decimal('0.01')


class Part(NamedTuple):
    """A line of a journal as it will be sent, with the tax that Xero works out for it."""

    line: journals.JournalLine
    tax: Decimal


class XeroManualJournal(models.Model):
    _inherit = 'xero.manual.journal'

    # === BEFORE IT IS SENT === #

    def _xero_check(self, connection, lines):
        """Yield why a journal cannot be sent.

        :param recordset connection: the `xero.connection` of the company
        :param recordset lines: `account.move.line` that make it up
        :rtype: Iterator[Problem]
        """
        if not self.env['xero.scope']._is_allowed(connection, JOURNALS):
            yield Problem.at(connection, 'scope_missing', _lt(
                "Xero did not allow this sign-in to write manual journals."))
        yield from self.env['xero.preflight']._check_lock(connection, self.date)
        taxed = any(line.tax_ids for line in lines)
        for line in lines:
            if _is_tax(line):
                continue
            yield from line._xero_check_account(connection, in_journal=True)
            yield from line._xero_check_tracking(connection)
            if taxed:
                yield from line._xero_check_taxes(connection)

    # === WHAT IS SENT === #

    def _xero_prepare_body(self, connection, lines):
        """Return what is sent for a journal, or why that cannot be.

        :param recordset connection: the `xero.connection` of the company
        :param recordset lines: `account.move.line` that make it up
        :return: the JSON object, None where there is nothing to book, and what is wrong
        :rtype: tuple(dict | None, Problem | None)
        """
        taxed, no_tax = (any(line.tax_ids for line in lines),
                         self.env['xero.tax.rate']._no_tax_type(connection))
        parts = self._xero_prepare_lines(
            [line for line in lines if not (taxed and _is_tax(line))], no_tax)
        rest, problem = self._xero_prepare_rest(
            lines.filtered(_is_tax) if taxed else lines.browse(), parts, no_tax)
        sent = [*(part.line for part in parts if part.line.amount), *rest]
        if problem or len(sent) < journals.FEWEST_LINES:
            return None, problem
        return journals.journal_body(journals.JournalData(
            narration=self._xero_prepare_narration(), mark=f'Odoo {self._get_mark()}',
            date=self.date, lines=tuple(sent), status=self._xero_target_status(connection),
            url=self._get_url(), taxed=taxed,
            xero_id=None if self.xero_status in GONE else self.xero_journal_id or None)), None

    def _xero_prepare_lines(self, lines, no_tax):
        """
        :param lines: `account.move.line`, but for those of taxes that Xero works out
        :param str no_tax: Xero's tax type of lines without tax
        :return: each line of an entry by itself; of a day what is on the same account, with the
            same tax and tracking, added up
        :rtype: list(Part)
        """
        groups = {}
        for line in lines:
            rate, options = line._xero_tax_rate() if line.tax_ids else None, \
                line._xero_tracking_options()
            key = (line.account_id, rate, options) if self.daily else line.id
            groups.setdefault(key, (line, rate, options, []))[3].append(
                decimal_of(line.company_currency_id, line.balance))
        parts = []
        for line, rate, options, amounts in groups.values():
            amount = sum(amounts, Decimal(0))
            parts.append(Part(journals.JournalLine(
                amount=amount, account_code=line.account_id.xero_account_id.code,
                description=(not self.daily and line.name) or line.account_id.name,
                tax_type=rate.tax_type if rate else no_tax,
                tracking=tuple(payload.Tracking(option.category_id.xero_id, option.xero_id)
                               for option in options)),
                money.line_tax(amount, Decimal(f'{rate.rate:.4f}')) if rate else Decimal(0)))
        return parts

    def _xero_prepare_rest(self, taxes, parts, no_tax):
        """Return the cents by which Odoo's tax and the one that Xero works out differ: they go to
        the account of the tax, so that each account has the same on both sides.

        :param recordset taxes: `account.move.line` of taxes
        :param list(Part) parts: the other lines
        :return: a line or none, and what is wrong
        :rtype: tuple(list(JournalLine), Problem | None)
        """
        here = sum((decimal_of(line.company_currency_id, line.balance) for line in taxes),
                   Decimal(0))
        there = sum((part.tax for part in parts), Decimal(0))
        taxed = [part for part in parts if part.tax]
        if here == there:
            return [], None
        account = max(taxes, key=lambda line: abs(line.balance)).account_id if taxes \
            else taxes.account_id
        if abs(here - there) > CENT * len(taxed) or not account.xero_account_id.code:
            return [], Problem('total_mismatch', _lt(
                "The tax here is %(here)s and Xero would make it %(there)s.",
                here=lazy_amount(self.currency_id, here),
                there=lazy_amount(self.currency_id, there)))
        return [journals.JournalLine(
            amount=here - there, account_code=account.xero_account_id.code,
            description=account.name, tax_type=no_tax)], None

    def _xero_prepare_narration(self):
        """:return: what people in Xero recognise the journal by
        :rtype: str"""
        moves = self.move_ids
        if self.daily or len(moves) != 1:
            return self.name
        return ' '.join(filter(None, (moves.name, moves.ref)))

    def _xero_target_status(self, connection):
        """:return: the status to ask for; one that Xero has reached already is kept"""
        if self.xero_journal_id and self.xero_status not in GONE:
            return self.xero_status
        return 'POSTED' if connection.push_status == 'AUTHORISED' else 'DRAFT'

    def _get_mark(self):
        """:return: what this journal alone is known by, of all databases
        :rtype: str"""
        database = self.env['ir.config_parameter'].sudo().get_param('database.uuid', '')
        return f'{database[:8]}-{self.id}'

    def _get_url(self):
        """:return: the address of what is sent, which Xero keeps with it
        :rtype: str"""
        target = self if self.daily or len(self.move_ids) != 1 else self.move_ids
        return f'{target.get_base_url()}/mail/view?model={target._name}&res_id={target.id}'


def _is_tax(line):
    """:return: whether a line is a tax of others of its move, which Xero works out by itself"""
    return bool(line.tax_repartition_line_id) and any(line.move_id.line_ids.mapped('tax_ids'))
