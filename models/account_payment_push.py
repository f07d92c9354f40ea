"""Payments that people register here, on their way to Xero."""
import logging
import uuid
from decimal import Decimal
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..xero import payload
from .account_move import XERO_KINDS
from .account_move_preflight import Problem
from .account_payment_method import XERO_SYNC
from .fault import apart, fault_text
from .xero_payment_link import base_rate
from .xero_request import RETRY_DELAYS

_logger = logging.getLogger(__name__)

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

    xero_link_ids = fields.One2many(
        'xero.payment.link', 'payment_id', copy=False, readonly=True,
        groups='account.group_account_invoice')
    xero_state = fields.Selection(
        [('waiting', "Waiting for the document"), ('pending', "Pending"),
         ('synced', "Sent to Xero"), ('failed', "Not sent")],
        string="Xero", copy=False, prefetch='xero', readonly=True, index='btree_not_null')
    xero_error_code = fields.Char(copy=False, prefetch='xero', readonly=True)
    xero_error_message = fields.Text("Xero Error", copy=False, prefetch='xero', readonly=True)
    xero_error_text = fields.Text(compute='_compute_xero_error_text')
    xero_attempts = fields.Integer(copy=False, prefetch='xero', readonly=True)
    xero_ticket = fields.Char(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="Drawn anew whenever the payment is queued, so that a push that knows nothing of the "
             "change yet cannot call it done.")

    @api.depends('xero_error_code', 'xero_error_message')
    @api.depends_context('lang')
    def _compute_xero_error_text(self):
        for payment in self:
            title, fix = self.env['account.move']._xero_error_text(payment.xero_error_code)
            payment.xero_error_text = '\n'.join(filter(None, (
                title, payment.xero_error_message, fix))) if payment.xero_error_code else False

    # === HOOKS === #

    def write(self, vals):
        # EXTENDS 'account'
        result = super().write(vals)
        if 'state' in vals and self.env['xero.connection']._companies_sending_payments():
            # With a journal entry its reconciliation tells when the payment pays something.
            self.filtered(lambda p: p.sudo().xero_link_ids or not p.move_id)._xero_queue()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_its_way(self):
        links = self.sudo().xero_link_ids.filtered(lambda link: link.state != 'deleted')
        sent = links and self.env['xero.request'].sudo().search([
            ('operation', '=', 'pay'), ('sent_at', '!=', False)])._record_ids()
        for link in links:
            if link.state == 'live' or link.id in sent:
                raise UserError(self.env._(
                    "%s is in Xero, or on its way there. Cancel it instead; it is deleted in Xero "
                    "then.", link.payment_id.display_name))

    # === QUEUE === #

    def _xero_queue(self):
        """Have Xero brought to the state of those payments that go there by themselves. Never
        stops what somebody does here.

        A conflict with another transaction is passed on: Odoo runs it again then.
        """
        if not self or self.env.context.get('xero_pulling'):
            return
        try:
            connections = self.env['xero.connection']._connection_of(self.company_id)
            payments = self.sudo().filtered(
                lambda p: p.company_id.id in connections
                and p._xero_is_sent(connections[p.company_id.id]))
            if payments:
                payments.write({
                    'xero_state': 'pending', 'xero_ticket': uuid.uuid4().hex[:12],
                    'xero_attempts': 0, 'xero_error_code': False, 'xero_error_message': False})
                self.env['xero.connection']._trigger_push()
        except psycopg2.Error:
            raise
        except Exception:
            _logger.exception("Payments %s were registered but not queued for Xero", self.ids)

    def _xero_is_sent(self, connection):
        """Whether this payment goes to Xero: registered here, by a person, since that was switched
        on.

        :param recordset connection: the company's `xero.connection`
        :rtype: bool
        """
        if not connection.push_payments:
            return False
        if self.xero_link_ids.filtered(lambda link: link.state != 'deleted'):
            return True
        return (
            self.state in COUNTS and not self.xero_payment_id and not self.xero_deleted
            and self.payment_method_line_id.code != XERO_SYNC
            and self.create_date >= connection.payments_since)

    def action_xero_sync_now(self):
        """Try again to send payments.

        :return: a notification; the push itself runs in the background
        """
        if not self.env.user.has_group('account_xero.group_xero_user'):
            raise AccessError(self.env._("Ask for the right “Xero: Synchronise” to do this."))
        self.check_access('read')
        self._xero_queue()
        queued = self.filtered(lambda payment: payment.xero_state == 'pending')
        if not queued:
            raise UserError(self.env._(
                "Nothing to send: payments are sent when “Send payments” is switched on and they "
                "were registered since."))
        connections = self.env['xero.connection']._connection_of(queued.company_id)
        for connection in connections.values():
            connection._end_outage()
        return connection._notify('success', self.env._("Queued"), self.env._(
            "%s payment(s) go to Xero in a moment.", len(queued)))

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
        parts = {}
        for line in self.move_id.line_ids:
            for partial, other, own, theirs in (
                *((p, p.debit_move_id, p.credit_amount_currency, p.debit_amount_currency)
                  for p in line.matched_debit_ids),
                *((p, p.credit_move_id, p.debit_amount_currency, p.credit_amount_currency)
                  for p in line.matched_credit_ids),
            ):
                move = other.move_id
                amount = move._xero_decimal(theirs)
                if move.move_type not in XERO_KINDS or not amount:
                    continue
                # The payment's own value, of which an exchange difference is no part.
                base = own * abs(line.balance / line.amount_currency) \
                    if line.amount_currency else partial.amount
                before = parts.get(move, Part(Decimal(), Decimal()))
                parts[move] = Part(before.amount + amount,
                                   before.base + _decimal(self.company_currency_id, base))
        return parts

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
                    move._xero_decimal(amount), _decimal(
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
        account = self.journal_id.xero_account_id
        if not account or not account.active:
            return Problem.at(self.journal_id, 'unmapped_account', self.env._(
                "The journal %s has no account in Xero that payments go to. Choose one on the "
                "journal.", self.journal_id.display_name))
        if self.move_id and any(
                not self.company_currency_id.is_zero(line.balance)
                for line in self._seek_for_lines()[2]):
            return Problem('validation_error', self.env._(
                "A part of what this pays is a write-off or a fee, which a payment in Xero cannot "
                "hold. Register it in Xero by hand; it is recognised then."))
        return None

    def _xero_prepare_links(self, parts):
        """Return the links of what is to be sent, as it is now; those of what is not any more go.

        :param dict parts: {document: Part}
        :return: {document: `xero.payment.link`}
        """
        known = {link.move_id: link for link in self.xero_link_ids if link.state == 'new'}
        for move in [move for move in known if move not in parts]:
            known.pop(move).unlink()
        for move, part in parts.items():
            values = {
                'journal_id': self.journal_id.id, 'amount': float(part.amount), 'date': self.date,
                'reference': (self.memo or '')[:REFERENCE_LENGTH]}
            if move in known:
                known[move].write(values)
            else:
                known[move] = self.env['xero.payment.link'].create({
                    **values, 'payment_id': self.id, 'move_id': move.id})
        return known

    def _xero_prepare_body(self, connection, link, part):
        """Return a part of this payment in Xero's terms.

        :param recordset connection: `xero.connection`
        :param recordset link: `xero.payment.link` of the part
        :param Part part: what it pays
        :rtype: dict
        """
        move, account = link.move_id, self.journal_id.xero_account_id
        base_currency = connection.base_currency
        rated = move.currency_id.name != base_currency \
            and self.company_currency_id.name == base_currency
        return payload.payment_body(
            XERO_KINDS[move.move_type], move.xero_document_id,
            account_id=account.xero_id, date=link.date, amount=part.amount,
            currency_rate=base_rate(part.amount, part.base) if rated else None,
            # The rate alone can be a cent off, because it has six places only.
            bank_amount=part.base if rated and account.currency_code == base_currency else None,
            reference=link.reference or None)

    # === WHAT BECAME OF IT === #

    def _xero_note_links(self):
        """Show the first of the payments that Xero has of each of these."""
        for payment in self:
            live = payment.xero_link_ids.filtered(lambda link: link.state == 'live')
            payment.xero_payment_id = live[:1].xero_payment_id or (
                payment.xero_deleted and payment.xero_payment_id)
            if not live and payment.xero_state == 'synced':
                payment.xero_state = False

    def _xero_fail(self, problem, ticket=None, answer=None):
        """Keep why a payment is not in Xero as it is here.

        :param Problem problem: the reason
        :param str ticket: of what was sent; a payment that has changed since gets another try
        :param answer: Xero's, if there was a call
        """
        if ticket in (None, self.xero_ticket) and self.xero_state == 'pending':
            self.write({'xero_state': 'failed', 'xero_error_code': problem.code,
                        'xero_error_message': problem.message})
            self.env['xero.log']._add_payments(
                [(self, problem.message)], 'failure', problem.code, answer)

    @api.model
    def _xero_fail_faulty(self, faults):
        """Fail payments that something fails for.

        :param list faults: (payment, exception), as of `fault.apart`
        """
        for payment, error in faults:
            payment._xero_fail(Problem('validation_error', fault_text(payment, error)))

    def _xero_note_attempt(self, error):
        """Count an attempt that reached Xero and had no clear end; the last one fails a payment.

        :param XeroError error: what it ended with
        :return: how many attempts the one with the most of them has had
        :rtype: int
        """
        payments = self.filtered(lambda payment: payment.xero_state == 'pending')
        for payment in payments:
            payment.xero_attempts += 1
            if payment.xero_attempts > len(RETRY_DELAYS):
                payment._xero_fail(Problem('transient', error.message), answer=error)
            else:
                self.env['xero.log']._add_payments(
                    [(payment, error.message)], 'retry', 'transient', error)
        return max(payments.mapped('xero_attempts'), default=0)

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
                    'xero_attempts': 0, 'xero_error_code': False, 'xero_error_message': False})


def _decimal(currency, amount):
    """:return: Decimal of a float, rounded as the currency is"""
    return Decimal(f'{currency.round(amount):.{currency.decimal_places}f}')
