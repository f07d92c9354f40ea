"""What Xero has counts: documents here get the lines of Xero, where Odoo allows that."""
import json

from odoo import Command, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools.misc import format_date
from odoo.tools.translate import LazyTranslate

from ...xero import sums
from ..core.kinds import GONE, MONEY_LINES, RECEIPTS
from ..core.words import in_words
from ..pull.xero_apply_void import ORDER_LINE_FIELDS
from ..push.account_move import fingerprint
from .maps import ImportMaps

_lt = LazyTranslate(__name__)

#: What of a line is Xero's; all of it is written at once, so that Odoo computes none of it anew.
AMOUNTS = ('quantity', 'price_unit', 'discount')
CURRENCY = ('CurrencyCode', 'CurrencyRate')


class XeroTakeOver(models.AbstractModel):
    """The lines of documents become Xero's because somebody decided so.

    Lines that both sides have are changed and not made anew: they belong to orders, and more may
    hang on them than Xero knows.
    """

    _name = 'xero.take.over'
    _description = "Take Over from Xero"

    def _apply(self, connection, documents, _payments):
        """Take over what somebody asked for; where Odoo does not allow it, say why.

        :param recordset connection: `xero.connection` of the documents' company
        :param dict documents: {`account.move`: documents.Document}
        """
        wanted = {move: document for move, document in documents.items() if move.xero_take_over}
        if not wanted:
            return
        maps = ImportMaps(connection, list(wanted.values()))
        for move, document in wanted.items():
            refusal, error = None, None
            try:
                with self.env.cr.savepoint():
                    self._take_over(connection, move, document, maps)
            except (UserError, RedirectWarning) as raised:
                refusal, error = str(raised.args[0]), raised
            move._xero_store([(move, {'xero_take_over': False, 'xero_kept_reason': refusal})])
            text = _lt("It cannot be taken over from Xero: %s", refusal) if error else \
                _lt("Taken over from Xero: the lines are Xero's now.")
            move._message_log(body=in_words(self.env, text))
            self.env['xero.log']._add_pulls(connection, [
                (move, 'failure' if error else 'success', error and 'validation_error', text)])

    def _take_over(self, connection, move, document, maps):
        """
        :param ImportMaps maps: what the documents refer to
        :raise UserError: Odoo does not allow it, or Xero's lines cannot be here what they are there
        """
        move = move.with_company(connection.company_id).with_context(
            xero_pulling=True, skip_is_manually_modified=True, tracking_disable=True)
        prepared = self._prepare(move, document, maps)
        posted, date = move.state == 'posted', move.date
        dated = self._get_date(move, document)
        matched = self._matches(move)
        pairs = self._pairs(move, document)
        commands = self._commands(move, document, prepared, maps, pairs)
        if posted:
            move.button_draft()
        rate = prepared.values.get('invoice_currency_rate')
        move.write({'invoice_line_ids': commands, **dated,
                    **({'invoice_currency_rate': rate} if rate else {})})
        self._take_due_date(move, document)
        self.env['xero.import']._fit_taxes(move, prepared.taxes)
        if move._xero_decimal(move.amount_total) != document.total:
            raise UserError(self.env._(
                "The total would be %(here)s, and in Xero it is %(there)s.",
                here=move._xero_decimal(move.amount_total), there=document.total))
        if posted:
            move._post(soft=False)
            if move.date != dated.get('invoice_date', date):
                raise UserError(self.env._("It would get another accounting date."))
            self._match_again(move, matched)
        self._keep(connection, move, document, pairs)

    def _prepare(self, move, document, maps):
        """:return: the Import, for a document that may be changed
        :raise UserError: it may not, or something of Xero's has no counterpart here"""
        if move.state == 'cancel' or document.status in GONE:
            raise UserError(self.env._("It is cancelled here, or voided in Xero."))
        if document.currency_code != move.currency_id.name:
            raise UserError(self.env._("Its currency is another one in Xero."))
        locks = move._get_violated_lock_dates(move.date, True) if move.state == 'posted' else ()
        if locks:
            raise UserError(self.env._(
                "It is of a period that is locked up to %s.",
                format_date(self.env, locks[-1][0])))
        if any(line.display_type in MONEY_LINES[1:] for line in move.line_ids):
            raise UserError(self.env._(
                "It has lines that Odoo makes itself, such as a rounding or a cash discount."))
        prepared = maps.prepare(document)
        if isinstance(prepared, list):
            raise UserError(' '.join(in_words(self.env, each.words) for each in prepared))
        return prepared

    # === DATES === #

    def _get_date(self, move, document):
        """:return: what makes the date that Xero gets of a document Xero's, if it is another one
        :rtype: dict"""
        if not document.date or document.date == self.env['xero.redated']._get_date(move):
            return {}
        return {'invoice_date': document.date, 'date': document.date}

    def _take_due_date(self, move, document):
        """A document that is due in one part gets Xero's day; the terms that say another one are
        not its own any more."""
        due = document.due_date
        if due and due != self.env['xero.redated']._get_due_date(move) \
                and move.move_type not in RECEIPTS and len(move._xero_payment_terms()) == 1:
            move.write({'invoice_payment_term_id': False, 'invoice_date_due': due})

    def _taken(self, move, document):
        """:return: what of a document's head is Xero's now, besides its lines
        :rtype: tuple(str)"""
        redated = self.env['xero.redated']
        return (*CURRENCY,
                *(['Date'] if document.date == redated._get_date(move) else []),
                *(['DueDate'] if document.due_date == redated._get_due_date(move) else []))

    # === LINES === #

    def _commands(self, move, document, prepared, maps, pairs):
        """Return what makes the lines here those of Xero.

        :param dict pairs: as of :meth:`_pairs`
        :raise UserError: a line of an order would be lost
        """
        new = [command[2] for command in prepared.values['invoice_line_ids']]
        amounts = {each.record: each for each in self.env['xero.amounts']._of_lines(move)}
        commands = []
        for line, values in zip(document.lines, new, strict=True):
            record = pairs.get(line.xero_id)
            if values.get('display_type'):
                continue        # what is only text stays as it is here
            if not record:
                commands.append(Command.create(values))
            elif changed := self._changes(
                    document, line, values, record, amounts[record], maps):
                commands.append(Command.update(record.id, changed))
        lost = self.env['account.move.line'].union(*(
            record for record in amounts if record not in pairs.values()))
        ordered = lost.filtered(lambda record: any(
            record[name] for name in ORDER_LINE_FIELDS if name in record._fields))
        if ordered:
            raise UserError(self.env._(
                "Line “%s” belongs to an order, and Xero does not have it.",
                ordered[0]._xero_line_label()))
        return commands + [Command.delete(record.id) for record in lost]

    def _pairs(self, move, document):
        """Find the line here that each line of Xero is: by what was kept when it was sent, else,
        when there are as many, in their order.

        :return: {identifier: `account.move.line`}
        """
        here, there = self.env['xero.amounts']._printed_lines(move), document.lines
        money = here.filtered(lambda line: line.display_type in MONEY_LINES)
        sent = move.xero_sent['lines'] if move.xero_sent else ()
        ids = {line.xero_id for line in there}
        if len(sent) == len(here) and any(line_id in ids for _mark, line_id in sent):
            return {line_id: record for (_mark, line_id), record in zip(sent, here, strict=True)
                    if line_id in ids and record in money}
        valued = [line for line in there if line.account_code or line.account_id or line.amount]
        if len(valued) == len(money):
            return {line.xero_id: record for line, record in zip(valued, money, strict=True)}
        return {}

    def _changes(self, document, line, values, record, amounts, maps):
        """
        :param documents.Line line: as Xero has it
        :param dict values: what it would be if it were imported
        :param recordset record: the line here
        :param LineAmounts amounts: of the line here
        :return: values to write on the line, none where both are alike
        :rtype: dict
        """
        tax_type = record._xero_tax_rate().tax_type or ''
        none = {*sums.OUTSIDE, *maps.no_tax}
        taxed = tax_type != line.tax_type and not {tax_type, line.tax_type} <= none
        net = (line.amount or 0) - (line.tax_amount if document.amount_types == 'Inclusive' else 0)
        account = self.env['account.account'].browse(values.get('account_id'))
        moved = account and account.xero_account_id != record.account_id.xero_account_id
        options = {option for option in map(maps.options.get, line.tracking)
                   if option in maps.analytic}
        tracked = options != set(record._xero_tracking_options())
        priced = taxed or net != amounts.untaxed
        if not (taxed or moved or tracked or priced):
            return {}
        return {
            'account_id': (account if moved else record.account_id).id,
            'tax_ids': values['tax_ids'] if taxed else [Command.set(record.tax_ids.ids)],
            'analytic_distribution': values.get('analytic_distribution', False) if tracked
                                     else record.analytic_distribution,
            **{name: values[name] if priced else record[name] for name in AMOUNTS},
        }

    # === PAYMENTS === #

    def _matches(self, move):
        """:return: what is matched with a document: the lines of the other side, the amounts in
            each one's currency, and the credit of Xero that it is
        :rtype: list(tuple)"""
        terms, found = move._xero_payment_terms(), []
        for partial in terms.matched_debit_ids | terms.matched_credit_ids:
            debit = partial.debit_move_id in terms
            other = partial.credit_move_id if debit else partial.debit_move_id
            amount = partial.debit_amount_currency if debit else partial.credit_amount_currency
            if other.move_id not in (terms.matched_debit_ids | terms.matched_credit_ids
                                     ).exchange_move_id:
                found.append((other, amount, partial.xero_credit_key))
        return found

    def _match_again(self, move, matched):
        """Match what was matched before, as far as it is not still."""
        still = {other for other, _amount, _key in self._matches(move)}
        for other, amount, key in matched:
            if other in still:
                continue
            left = amount
            for line in move._xero_payment_terms().sorted(lambda line: line.date_maturity):
                part = min(left, abs(line.amount_residual_currency))
                if line.currency_id.compare_amounts(part, 0) <= 0 or other.reconciled:
                    continue
                if other.currency_id == line.currency_id:
                    part = min(part, abs(other.amount_residual_currency))
                    line._xero_reconcile_amount(other, part)
                else:
                    (line | other).reconcile()
                left = line.currency_id.round(left - part)
            if key:
                partials = (other.matched_debit_ids | other.matched_credit_ids).filtered(
                    lambda partial: move in (
                        partial.debit_move_id | partial.credit_move_id).move_id)
                partials.xero_credit_key = key

    # === WHAT XERO HAS === #

    def _keep(self, connection, move, document, pairs):
        """Keep that Xero has these lines. What else was changed here goes on waiting."""
        if move.xero_origin:
            return
        body, _totals, problem = move._xero_prepare_body(connection)
        if not body or problem:
            move._xero_store([(move, {'xero_sent': None, 'xero_payload_hash': None})])
            return
        sent, old = move._xero_prepare_sent(body), move.xero_sent
        ids = {record: line_id for line_id, record in pairs.items()}
        lines = self.env['xero.amounts']._printed_lines(move)
        if len(lines) == len(sent['lines']):    # else one is sent as two
            sent['lines'] = [[mark, ids.get(record)] for (mark, _none), record in zip(
                sent['lines'], lines, strict=True)]
        unsent = move.xero_state != 'synced'
        if old and move.xero_payload_hash:
            taken = self._taken(move, document)
            header = {**old['header'], **{
                key: value for key, value in sent['header'].items() if key in taken}}
            unsent = header != sent['header']
            sent['header'] = header
        move._xero_store([(move, {
            'xero_sent': json.dumps(sent),
            'xero_payload_hash': move.xero_payload_hash or None if unsent else fingerprint(body),
            **({} if unsent else move._xero_success())})])
        if unsent:
            move.with_context(xero_pulling=False)._xero_queue(manual=True)
