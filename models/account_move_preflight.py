"""What must be right before a document may leave, checked without calling Xero."""
from typing import NamedTuple

from odoo import models

from ..xero import errors
from .account_move import XERO_KINDS

#: Lines that carry money; the others are text, or are made by Odoo from these.
MONEY_LINES = ('product', 'epd', 'rounding', 'non_deductible_product',
               'non_deductible_product_total')
NUMBER_LENGTH = 255


class Problem(NamedTuple):
    """One reason why a document cannot be sent.

    ``code`` is one of the error catalogue, ``message`` names the line and what is wrong with it.
    """

    code: str
    message: str


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
        blocked = {}
        for move in moves:
            problems = [
                *move._xero_check_document(connection, currencies),
                *(problem for line in move.line_ids if line.display_type in MONEY_LINES
                  for problem in move._xero_check_line(connection, line)),
            ]
            if problems:
                # Several lines often have the same fault; it is named once.
                blocked[move.with_env(self.env)] = list(dict.fromkeys(problems))
        return blocked

    def _xero_check_document(self, connection, currencies):
        """Yield the problems of the document as a whole.

        :param set currencies: codes that are enabled in Xero
        :rtype: Iterator[Problem]
        """
        self.ensure_one()
        if self.move_type not in XERO_KINDS:
            yield Problem('validation_error', self.env._("Only invoices, bills and credit notes "
                                                         "can be sent to Xero."))
        if not self._xero_partner() or not self._xero_partner().name:
            yield Problem('contact_missing', self.env._("The document has no named partner."))
        if self.currency_id.name not in currencies:
            yield Problem('currency_not_enabled', self.env._(
                "%(currency)s is not enabled in %(organisation)s.",
                currency=self.currency_id.name, organisation=connection.tenant_name))
        if len(self._xero_document_number()) > NUMBER_LENGTH:
            yield Problem('validation_error', self.env._(
                "The number is longer than %s characters.", NUMBER_LENGTH))

    def _xero_check_line(self, connection, line):
        """Yield the problems of one line that carries money.

        :rtype: Iterator[Problem]
        """
        account = line.account_id.xero_account_id
        if not account or account.connection_id != connection:
            yield Problem('unmapped_account', self.env._(
                "Account %(account)s (line “%(line)s”) has no account in Xero.",
                account=line.account_id.display_name, line=self._xero_line_label(line)))
        elif not account.active:
            yield Problem('unmapped_account', self.env._(
                "Account %(account)s is mapped to %(target)s, which is archived in Xero.",
                account=line.account_id.display_name, target=account.display_name))
        taxes = line.tax_ids.flatten_taxes_hierarchy()
        rate = taxes.xero_tax_rate_id if len(taxes) == 1 else taxes.browse().xero_tax_rate_id
        if not taxes:
            return
        if len(taxes) > 1:
            yield Problem('unmapped_tax', self.env._(
                "Line “%(line)s” has several taxes (%(taxes)s); Xero takes one a line.",
                line=self._xero_line_label(line), taxes=', '.join(taxes.mapped('name'))))
        elif not rate or rate.connection_id != connection:
            yield Problem('unmapped_tax', self.env._(
                "Tax %(tax)s (line “%(line)s”) has no tax rate in Xero.",
                tax=taxes.name, line=self._xero_line_label(line)))
        elif not rate.active:
            yield Problem('unmapped_tax', self.env._(
                "Tax %(tax)s is mapped to %(rate)s, which is archived in Xero.",
                tax=taxes.name, rate=rate.name))

    def _xero_line_label(self, line):
        return (line.name or line.product_id.display_name or '').split('\n')[0][:60] or '…'

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

    def _xero_fail(self, problems):
        """Take a document out of the queue and say why.

        :param list(Problem) problems: at least one
        """
        self.ensure_one()
        self._xero_store([(self, {
            'xero_state': 'failed',
            'xero_manual': False,
            'xero_error_code': problems[0].code if problems[0].code in errors.CATALOGUE
            else 'validation_error',
            'xero_error_message': '\n'.join(problem.message for problem in problems),
        })])
