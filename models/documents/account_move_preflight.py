"""What must be right before a document may leave, checked without calling Xero."""
from odoo import models
from odoo.tools.misc import format_date

from ...xero import money
from ..core.apart import apart
from ..core.kinds import MONEY_LINES, XERO_KINDS
from ..core.prefetch import fetch_with_xero
from ..core.problem import Problem, problems_of

NUMBER_LENGTH = 255


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _xero_preflight(self, connection):
        """Find every problem of every document, in a number of queries that does not grow with
        the number of documents.

        :param recordset connection: the `xero.connection` of the documents' company
        :return: {document: [Problem]} of the documents that are blocked
        """
        moves = self.with_company(connection.company_id)
        currencies = set(self.env['xero.currency'].search_fetch(
            [('connection_id', '=', connection.id)], ['code']).mapped('code'))
        fetch_with_xero(moves)
        fetch_with_xero(moves.commercial_partner_id)
        found = {}
        for part in apart(
                self.env, moves, lambda some: {move: [
                    *move._xero_check_document(connection, currencies),
                    *move._xero_check_origin(),
                    *(problem for line in move.line_ids if line.display_type in MONEY_LINES
                      for problem in line._xero_check_line(connection)),
                ] for move in some},
                lambda faults: found.update(problems_of(faults))):
            found.update(part)
        # Several lines often have the same fault; it is named once.
        return {move.with_env(self.env): list(dict.fromkeys(found[move]))
                for move in moves if found.get(move)}

    def _xero_check_document(self, connection, currencies):
        """Yield the problems of the document as a whole.

        :param set currencies: codes that are enabled in Xero
        :rtype: Iterator[Problem]
        """
        self.ensure_one()
        partner = self._xero_partner()
        if self.move_type not in XERO_KINDS:
            yield Problem('validation_error', self.env._("Only invoices, bills and credit notes "
                                                         "can be sent to Xero."))
        if self.state != 'posted':
            yield Problem.at(self, 'validation_error', self.env._(
                "It is not posted; drafts are not sent."))
            return
        if not partner or not partner.name:
            yield Problem.at(self, 'contact_missing', self.env._(
                "The document has no named partner."))
        elif not partner.xero_contact_id and not connection.create_contacts:
            yield Problem.at(partner, 'contact_missing', self.env._(
                "%s is not linked to a contact, and creating contacts is switched off.",
                partner.display_name))
        if self.currency_id.name not in currencies:
            yield Problem.at(connection, 'currency_not_enabled', self.env._(
                "%(currency)s is not enabled in %(organisation)s.",
                currency=self.currency_id.name, organisation=connection.tenant_name))
        elif not self._xero_is_rate_kept(connection):
            yield Problem.at(self, 'validation_error', self.env._(
                "Xero keeps exchange rates with six decimals, and would make %(kept)s of the rate "
                "%(rate)s of this document: too coarse for its amount. Make it in "
                "%(company_currency)s, or give it a rate that has six decimals.",
                kept=f'{money.kept_rate(self.invoice_currency_rate):f}',
                rate=f'{self.invoice_currency_rate:.10f}'.rstrip('0'),
                company_currency=self.company_currency_id.name))
        yield from self._xero_check_plan(connection)
        lock = max(filter(None, (connection.period_lock_date, connection.end_of_year_lock_date)),
                   default=None)
        if lock and self.invoice_date and self.invoice_date <= lock:
            yield Problem.at(connection, 'period_locked', self.env._(
                "Xero is locked up to %(lock)s, and the document is of %(date)s.",
                lock=format_date(self.env, lock), date=format_date(self.env, self.invoice_date)))
        if len(self._xero_document_number()) > NUMBER_LENGTH:
            yield Problem.at(self, 'validation_error', self.env._(
                "The number is longer than %s characters.", NUMBER_LENGTH))

    def _xero_is_rate_kept(self, connection):
        """:return: whether Xero values the document as Odoo does, or by no rate that is sent"""
        return self.currency_id.name == connection.base_currency \
            or self.company_currency_id.name != connection.base_currency \
            or money.is_rate_kept(
                self._xero_decimal(self.amount_total), self.invoice_currency_rate)

    def _xero_check_plan(self, connection):
        """Yield what the organisation's plan, or the role of the user who signed in, forbids.

        Xero tells of invoices and bills only; what it says nothing of is allowed.

        :rtype: Iterator[Problem]
        """
        denied = (connection.denied_actions or '').split()
        if 'UseMulticurrency' in denied and self.currency_id.name != connection.base_currency:
            yield Problem.at(connection, 'currency_not_enabled', self.env._(
                "The Xero plan of %(organisation)s, or the role of the user who signed in, does "
                "not allow documents in %(currency)s.",
                currency=self.currency_id.name, organisation=connection.tenant_name))
        if self.xero_document_id or self.move_type not in ('out_invoice', 'in_invoice'):
            return
        kind = 'Invoice' if self.move_type == 'out_invoice' else 'Bill'
        if connection.push_status == 'AUTHORISED' and f'CreateApproved{kind}' in denied:
            yield Problem.at(connection, 'plan_limit', self.env._(
                "The Xero plan, or the role of the user who signed in, does not allow approved "
                "documents. Send documents as drafts, or change the plan or the role in Xero."))
        elif connection.push_status != 'AUTHORISED' and f'CreateDraft{kind}' in denied:
            yield Problem.at(connection, 'plan_limit', self.env._(
                "The Xero plan, or the role of the user who signed in, does not allow drafts of "
                "this kind. Change the plan or the role in Xero."))

    def _xero_check_totals(self, data, totals):
        """Compare what Xero will compute with the document, to the cent.

        :param xero.payload.DocumentData data: what would be sent
        :param xero.money.Totals totals: what Xero will make of it
        :return: the problem, or None
        :rtype: Problem | None
        """
        expected = self._xero_decimal(self.amount_total)
        if totals.total == expected:
            return None
        return Problem('total_mismatch', self.env._(
            "The total here is %(here)s %(currency)s and Xero would make it %(there)s.",
            here=expected, there=totals.total, currency=data.currency_code))
