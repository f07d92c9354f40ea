"""What must be right before a document may leave, checked without calling Xero."""
from odoo import models
from odoo.tools.translate import LazyTranslate

from ...xero import money
from ..core.apart import apart
from ..core.kinds import GONE, MONEY_LINES, VENDORS, XERO_KINDS
from ..core.prefetch import fetch_with_xero
from ..core.problem import Problem, problems_of
from ..core.words import joined, lazy_amount, lazy_date, lazy_of
from .account_move_trial import first_status
from .showing import name_in_xero

NUMBER_LENGTH = 255
_lt = LazyTranslate(__name__)


class XeroPreflight(models.AbstractModel):
    """What must be right before documents may leave."""

    _name = 'xero.preflight'
    _description = "Check Documents Before They Leave"

    def _find(self, moves, connection):
        """Find every problem of every document, in a number of queries that does not grow with
        the number of documents.

        :param recordset moves: `account.move`
        :param recordset connection: the `xero.connection` of the documents' company
        :return: {document: [Problem]} of the documents that are blocked
        """
        env, moves = moves.env, moves.with_company(connection.company_id)
        currencies = set(env['xero.currency'].search_fetch(
            [('connection_id', '=', connection.id)], ['code']).mapped('code'))
        fetch_with_xero(moves)
        fetch_with_xero(moves.commercial_partner_id)
        found = {}
        for part in apart(
                env, moves, lambda some: {move: [
                    *self._check_document(move, connection, currencies),
                    *self._check_origin(move),
                    *(problem for line in move.line_ids if line.display_type in MONEY_LINES
                      for problem in line._xero_check_line(connection)),
                ] for move in some},
                lambda faults: found.update(problems_of(faults))):
            found.update(part)
        # Several lines often have the same fault; it is named once.
        return {move.with_env(env): list({each.identity: each for each in found[move]}.values())
                for move in moves if found.get(move)}

    def _check_document(self, move, connection, currencies):
        """Yield the problems of the document as a whole.

        :param set currencies: codes that are enabled in Xero
        :rtype: Iterator[Problem]
        """
        partner = move._xero_partner()
        if move.move_type not in XERO_KINDS:
            yield Problem('validation_error', _lt(
                "Only invoices, bills, receipts and credit notes can be sent to Xero."))
        if move.state != 'posted':
            yield Problem.at(move, 'validation_error', _lt(
                "It is not posted; drafts are not sent."))
            return
        yield from self._check_partner(move, partner, connection)
        if move.currency_id.name not in currencies:
            yield currency_problem(move.currency_id, connection)
        elif not self._is_rate_kept(move, connection):
            yield Problem.at(move, 'validation_error', _lt(
                "Xero keeps exchange rates with six decimals, and would make %(kept)s of the rate "
                "%(rate)s of this document: too coarse for its amount. Make it in "
                "%(company_currency)s, or give it a rate that has six decimals.",
                kept=f'{money.kept_rate(move.invoice_currency_rate):f}',
                rate=f'{move.invoice_currency_rate:.10f}'.rstrip('0'),
                company_currency=move.company_currency_id.name))
        yield from self._check_plan(move, connection)
        redated = self.env['xero.redated']
        date = redated._get_date(move, redated._get_choice(connection, move))
        yield from self._check_lock(connection, date, lambda lock: (
            move.date > lock and redated._is_redated(move) and _lt(
                "It is booked on %s here, and Xero takes that date: “Send the accounting "
                "date” above the document sends it.", lazy_date(self.env, move.date))))
        if len(move._xero_document_number()) > NUMBER_LENGTH:
            yield Problem.at(move, 'validation_error', _lt(
                "The number is longer than %s characters.", NUMBER_LENGTH))

    def _check_lock(self, connection, date, advice=lambda lock: None):
        """Yield that Xero is locked on a day.

        :param date date: of what is to be sent, None for none yet
        :param advice: callable that gets the day up to which it is, and returns a lazy text or None
        :rtype: Iterator[Problem]
        """
        lock = max(filter(None, (connection.period_lock_date, connection.end_of_year_lock_date)),
                   default=None)
        if lock and date and date <= lock:
            yield Problem.at(connection, 'period_locked', joined(' ', (
                _lt("Xero is locked up to %(lock)s, and the document is of %(date)s.",
                    lock=lazy_date(self.env, lock), date=lazy_date(self.env, date)),
                advice(lock))))

    def _check_partner(self, document, partner, connection):
        """Yield why a partner cannot be a contact in Xero.

        :param recordset document: that is of the partner, or what it is made from
        :param recordset partner: `res.partner`, one or none
        :rtype: Iterator[Problem]
        """
        if not partner or not partner.name:
            yield Problem.at(document, 'contact_missing', _lt(
                "The document has no named partner."))
        elif not partner.xero_contact_id and not connection.create_contacts:
            yield Problem.at(partner, 'contact_missing', _lt(
                "%s is not linked to a contact, and creating contacts is switched off.",
                partner.display_name))

    def _is_rate_kept(self, move, connection):
        """:return: whether Xero values the document as Odoo does, or by no rate that is sent"""
        return move.currency_id.name == connection.base_currency \
            or move.company_currency_id.name != connection.base_currency \
            or money.is_rate_kept(
                move._xero_decimal(move.amount_total), move.invoice_currency_rate)

    def _check_plan(self, move, connection):
        """Yield what the organisation's plan, or the role of the user who signed in, forbids.

        Xero tells of invoices and bills only; what it says nothing of is allowed.

        :rtype: Iterator[Problem]
        """
        denied = (connection.denied_actions or '').split()
        if 'UseMulticurrency' in denied and move.currency_id.name != connection.base_currency:
            yield Problem.at(connection, 'currency_not_enabled', _lt(
                "The Xero plan of %(organisation)s, or the role of the user who signed in, does "
                "not allow documents in %(currency)s.",
                currency=move.currency_id.name, organisation=connection.tenant_name))
        if move.xero_document_id or XERO_KINDS.get(move.move_type) not in ('ACCREC', 'ACCPAY'):
            return
        kind = 'Bill' if move.move_type in VENDORS else 'Invoice'
        approved = first_status(move, connection) == 'AUTHORISED'
        if approved and f'CreateApproved{kind}' in denied:
            yield Problem.at(connection, 'plan_limit', _lt(
                "The Xero plan, or the role of the user who signed in, does not allow approved "
                "documents. Send documents as drafts, or change the plan or the role in Xero."))
        elif not approved and f'CreateDraft{kind}' in denied:
            yield Problem.at(connection, 'plan_limit', _lt(
                "The Xero plan, or the role of the user who signed in, does not allow drafts of "
                "this kind. Change the plan or the role in Xero."))

    def _check_totals(self, move, totals):
        """Compare what Xero will compute with the document, to the cent.

        :param xero.money.Totals totals: what Xero will make of it
        :return: the problem, or None
        :rtype: Problem | None
        """
        expected = move._xero_decimal(move.amount_total)
        if totals.total == expected:
            return None
        return Problem('total_mismatch', _lt(
            "The total here is %(here)s and Xero would make it %(there)s.",
            here=lazy_amount(move.currency_id, expected),
            there=lazy_amount(move.currency_id, totals.total)))

    def _check_origin(self, move):
        """Yield why what is of Xero, or was voided there, cannot be sent.

        :rtype: Iterator[Problem]
        """
        if move.xero_from_void:
            yield Problem('not_sent', _lt(
                "It takes back %(name)s, which was voided in Xero, so it has no counterpart there.",
                name=move.reversed_entry_id.name))
        if move.xero_document_id and move.xero_status in GONE:
            yield Problem('voided_in_xero', _lt(
                "%(number)s was voided or deleted in Xero, which is final. Duplicate the document "
                "to send it as a new one, and cancel this one.",
                number=lazy_of(move, name_in_xero)))
        if move.xero_origin:
            yield Problem('not_sent', _lt(
                "It was made in Xero as %s, so it is never sent there.",
                lazy_of(move, name_in_xero)))


def currency_problem(currency, connection):
    """:return: that the organisation does not have a currency
    :rtype: Problem"""
    return Problem.at(connection, 'currency_not_enabled', _lt(
        "%(currency)s is not enabled in %(organisation)s.",
        currency=currency.name, organisation=connection.tenant_name))
