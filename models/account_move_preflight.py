"""What must be right before a document may leave, checked without calling Xero."""
from typing import NamedTuple

from odoo import api, models
from odoo.tools.misc import format_date

from .account_move import XERO_KINDS
from .fault import apart, fault_text

#: Lines that carry money; the others are text, or are made by Odoo from these.
MONEY_LINES = ('product', 'epd', 'rounding', 'non_deductible_product',
               'non_deductible_product_total')
NUMBER_LENGTH = 255
TRACKING_PER_LINE = 2
#: Targets that do not say by themselves what is wrong: the document, or its connection.
OWN_TARGETS = (None, 'account.move', 'xero.connection')


class Problem(NamedTuple):
    """One reason why a document cannot be sent.

    ``code`` is one of the error catalogue, ``message`` names the line and what is wrong with it,
    ``model`` and ``res_id`` the record on which it is put right, where there is one.
    """

    code: str
    message: str
    model: str | None = None
    res_id: int | None = None

    @classmethod
    def at(cls, record, code, message):
        """:return: a problem that is put right on a record"""
        return cls(code, message, record._name, record.id)

    @property
    def cause(self):
        """What problems of several documents have in common that are put right in one go. A
        message may name the line, so the record to change tells more where it is a shared one.

        :rtype: tuple
        """
        if self.model in OWN_TARGETS:
            return self.code, self.message
        return self.code, self.model, self.res_id


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
        found = {}
        for part in apart(
                self.env, moves, lambda some: {move: [
                    *move._xero_check_document(connection, currencies),
                    *(problem for line in move.line_ids if line.display_type in MONEY_LINES
                      for problem in move._xero_check_line(connection, line)),
                ] for move in some},
                lambda faults: found.update(self._xero_faults(faults))):
            found.update(part)
        # Several lines often have the same fault; it is named once.
        return {move.with_env(self.env): list(dict.fromkeys(found[move]))
                for move in moves if found.get(move)}

    @api.model
    def _xero_faults(self, faults):
        """:param list faults: (document, exception), as of `fault.apart`
        :return: {document: [Problem]}"""
        return {move: [Problem('validation_error', fault_text(move, error))]
                for move, error in faults}

    def _xero_find_blocked(self, connection):
        """Like :meth:`_xero_preflight`, and also whether the connection works, and for the rest
        whether Xero can hold them.

        The push itself needs no such check: what is queued waits for the connection.

        :return: {document: [Problem]} of the documents that are blocked
        """
        moves = self.with_company(connection.company_id)
        blocked = moves._xero_preflight(connection)
        for part in apart(
                self.env, moves.filtered(lambda move: move not in blocked),
                lambda some: some._xero_find_unfit(connection),
                lambda faults: blocked.update(self._xero_faults(faults))):
            blocked.update(part)
        if connection.state != 'connected':
            problem = Problem.at(
                connection,
                'app_revoked' if connection.state == 'revoked' else 'connection_inactive',
                connection.state_help)
            blocked = {move: [problem, *blocked.get(move, ())] for move in self}
        return blocked

    def _xero_find_unfit(self, connection):
        """:return: {document: [Problem]} of those that Xero cannot hold"""
        self._xero_prefetch()
        problems = {move: move._xero_prepare_body(connection)[2] for move in self}
        return {move: [problem] for move, problem in problems.items() if problem}

    def _xero_prefetch(self):
        """Read at once what Odoo's tax computation would read line by line of each document,
        because the filtered lines it works on are not read together."""
        self.line_ids.fetch(['tax_ids', 'tax_tag_ids'])

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

    def _xero_check_line(self, connection, line):
        """Yield the problems of one line that carries money.

        :rtype: Iterator[Problem]
        """
        yield from self._xero_check_account(connection, line)
        yield from self._xero_check_taxes(connection, line)
        yield from self._xero_check_item(connection, line)
        yield from self._xero_check_tracking(connection, line)
        if order := line._xero_delivery_order():
            yield Problem.at(order[:1], 'amount_not_final', self.env._(
                "Line “%(line)s”: the delivery costs what the carrier charges for order "
                "%(order)s, and that is not on the document yet.",
                line=self._xero_line_label(line), order=order[:1].name))

    def _xero_check_account(self, connection, line):
        account = line.account_id.xero_account_id
        if not account or account.connection_id != connection:
            yield Problem.at(line.account_id, 'unmapped_account', self.env._(
                "Account %(account)s (line “%(line)s”) has no account in Xero.",
                account=line.account_id.display_name, line=self._xero_line_label(line)))
        elif not account.active:
            yield Problem.at(line.account_id, 'unmapped_account', self.env._(
                "Account %(account)s is mapped to %(target)s, which is archived in Xero.",
                account=line.account_id.display_name, target=account.display_name))

    def _xero_check_taxes(self, connection, line):
        if not line.tax_ids:
            return
        rate = line._xero_tax_rate()
        if rate and rate.connection_id == connection and rate.active:
            return
        names = ', '.join(line.tax_ids.mapped('name'))
        unmapped = line.tax_ids.filtered(lambda tax: not tax.xero_tax_rate_id)
        if not rate and (unmapped or len(line.tax_ids) == 1):
            yield Problem.at(unmapped[:1] or line.tax_ids, 'unmapped_tax', self.env._(
                "Tax %(tax)s (line “%(line)s”) has no tax rate in Xero.",
                tax=', '.join((unmapped or line.tax_ids).mapped('name')),
                line=self._xero_line_label(line)))
        elif not rate:
            yield Problem.at(self, 'unmapped_tax', self.env._(
                "Line “%(line)s” has several taxes (%(taxes)s); Xero takes one a line. Map them "
                "to the same rate of Xero when that rate is all of them together.",
                line=self._xero_line_label(line), taxes=names))
        elif rate.connection_id != connection:
            yield Problem.at(line.tax_ids[:1], 'unmapped_tax', self.env._(
                "Tax %(tax)s is mapped to a tax rate of another organisation.", tax=names))
        else:
            yield Problem.at(line.tax_ids[:1], 'unmapped_tax', self.env._(
                "Tax %(tax)s is mapped to %(rate)s, which is archived in Xero.",
                tax=names, rate=rate.name))

    def _xero_check_item(self, connection, line):
        item = line.product_id.xero_item_id
        if connection.items_required and line.display_type == 'product' and not item:
            yield Problem.at(line.product_id or self, 'unmapped_item', self.env._(
                "Line “%(line)s” has no item in Xero, and this connection demands one.",
                line=self._xero_line_label(line)))
        elif item and not item.active:
            yield Problem.at(line.product_id, 'unmapped_item', self.env._(
                "Product %(product)s is mapped to item %(item)s, which is gone in Xero.",
                product=line.product_id.display_name, item=item.code))

    def _xero_check_tracking(self, connection, line):
        options = line._xero_tracking_options()
        if not options:
            return
        label = self._xero_line_label(line)
        gone = options.filtered(lambda option: not option.active or not option.category_id.active)
        if gone:
            yield Problem.at(line.distribution_analytic_account_ids[:1], 'unmapped_tracking',
                             self.env._("Tracking option %(option)s (line “%(line)s”) is archived "
                                        "in Xero.", option=gone[:1].display_name, line=label))
        if len(options.category_id) < len(options) or len(line.analytic_distribution) > 1:
            yield Problem.at(self, 'unmapped_tracking', self.env._(
                "Line “%(line)s” is split between analytic accounts; Xero takes one option of "
                "each tracking category for the whole line.", line=label))
        if len(options.category_id) > TRACKING_PER_LINE:
            yield Problem.at(self, 'unmapped_tracking', self.env._(
                "Line “%s” has more than two tracking categories.", label))

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
            **self._xero_failure(problems[0]),
            'xero_error_message': '\n'.join(problem.message for problem in problems),
        })])

    def _xero_stored_problem(self):
        """:return: the problem for which this document has failed
        :rtype: Problem"""
        model, _comma, res_id = (self.xero_error_target or '').partition(',')
        return Problem(self.xero_error_code or 'validation_error', self.xero_error_message or '',
                       model or None, int(res_id) if res_id else None)
