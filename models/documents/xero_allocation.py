import logging
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from ..core.apart import never_stops
from ..core.kinds import GONE
from ..core.problem import Problem
from ..core.words import lazy_amount, lazy_date
from .account_move_allocation import matched_amount, matches_of

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)


class Plan(NamedTuple):
    """What is to be done so that Xero has a match as it is here, both as Decimal."""

    missing: Decimal        # to allocate
    surplus: Decimal        # allocated, and taken back here


class XeroAllocation(models.Model):
    """What is matched of a credit note and an invoice here, on its way to Xero.

    In Xero that is one allocation or several, which are made and deleted and never changed. What
    counts of them is their sum: nothing is sent before Xero was asked for it, so that an answer
    that was lost, or a match on both sides, is not allocated twice.
    """

    _name = 'xero.allocation'
    _inherit = ['xero.sync.mixin', 'xero.organisation.mixin']
    _description = "Credit Matched in Xero"
    _order = 'id'
    _rec_name = 'credit_id'

    credit_id = fields.Many2one(
        'account.move', "Credit Note", required=True, readonly=True, index=True,
        ondelete='cascade')
    invoice_id = fields.Many2one(
        'account.move', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(
        'res.company', compute='_compute_company_id', precompute=True, store=True)
    currency_id = fields.Many2one(related='credit_id.currency_id')
    amount = fields.Monetary(
        "Matched in Xero", readonly=True, help="When Xero was last asked, or has last answered.")
    released = fields.Monetary(
        "Taken Back Here", readonly=True, help="Since both sides agreed; Xero may still have it.")
    known = fields.Json(
        readonly=True, help="The allocations that Xero had when it was last asked: amounts by "
                            "identifier.")

    _pair_uniq = models.Constraint(
        'UNIQUE(credit_id, invoice_id)', "What is matched of two documents is one record.")

    # It stays as it is when it is made: whatever is written on a document asks no table of ours.
    def _compute_company_id(self):
        for one in self:
            one.company_id = one.credit_id.company_id

    # === INTO THE QUEUE === #

    @api.model
    def _queue(self, pairs):
        """Have Xero brought to what is matched here. Never stops what somebody does here.

        :param dict pairs: {(credit note, invoice): amount that was taken back, 0 for none}
        """
        with never_stops(_logger, "%s were matched but not queued for Xero", list(pairs)):
            self.sudo()._queue_pairs(pairs)

    def _queue_pairs(self, pairs):
        """As :meth:`_queue`, with all rights."""
        moves = self.env['account.move'].sudo().union(*(move for pair in pairs for move in pair))
        connections = moves.company_id._xero_connections()
        wanted = {
            (credit.sudo(), invoice.sudo()): amount for (credit, invoice), amount in pairs.items()
            if (connection := connections.get(credit.company_id.id))
            and connection == connections.get(invoice.company_id.id)
            and connection.push_allocations and all(
                move.xero_state or move.xero_document_id or move._xero_is_automatic()
                for move in (credit.sudo(), invoice.sudo()))}
        if not wanted:
            return
        known = {(pair.credit_id, pair.invoice_id): pair for pair in self.search([
            ('credit_id', 'in', [credit.id for credit, _invoice in wanted]),
            ('invoice_id', 'in', [invoice.id for _credit, invoice in wanted])])}
        new = [pair for pair in wanted if pair not in known]
        known.update(zip(new, self.create([
            {'credit_id': credit.id, 'invoice_id': invoice.id} for credit, invoice in new
        ]), strict=True))
        for pair, amount in wanted.items():
            known[pair].write({
                **self._xero_queue_values(), 'released': known[pair].released + amount})
            if amount:
                # Xero's parts may be cut otherwise, so that what is left may have to be sent anew.
                known[pair]._partials().xero_credit_key = False
        self.env['xero.connection'].union(*connections.values())._trigger_cron()

    @api.model
    def _xero_settings_changed(self, connections, before):
        # EXTENDS 'account_xero'
        result = super()._xero_settings_changed(connections, before)
        for connection in connections:
            was = before[connection].get('push_allocations')
            if was is None or was == connection.push_allocations:
                continue
            if was:
                self._of(connection).filtered(lambda pair: pair.xero_state == 'pending').unlink()
            else:
                # The pull sends what it finds to be matched here alone.
                rows = self.env['xero.difference'].sudo().search([
                    ('connection_id', '=', connection.id), ('field', '=', 'credit'),
                    ('res_model', '=', 'account.move')])
                self.env['account.move'].browse(rows.mapped('res_id')).exists()._xero_queue_pull()
        return result

    @api.model
    def _xero_forget(self, connection):
        # OVERRIDES 'account_xero'
        self._of(connection).unlink()

    @api.model
    def _among(self, moves, *states):
        """
        :param recordset moves: `account.move`
        :param str states: of :class:`xero.sync.mixin`
        :return: those of the documents that are in one of the states, with all rights
        """
        moves = moves.sudo()
        return (moves.xero_used_ids | moves.xero_credited_ids).filtered(
            lambda pair: pair.xero_state in states)

    def _of(self, connection):
        return self.search([('company_id', 'in', connection.company_id._xero_together().ids)])

    # === WHAT IS TO BE DONE === #

    def _key(self):
        """:return: ids in Xero of both, as `xero_credit_key` has them"""
        return f'{self.credit_id.xero_document_id}/{self.invoice_id.xero_document_id}'

    def _partials(self):
        """:return: `account.partial.reconcile` of both documents"""
        return matches_of(self.credit_id).get(
            self.invoice_id, self.env['account.partial.reconcile'])

    def _matched(self, partials):
        """:return: Decimal amount of some of the partials, in the credit note's currency"""
        return self.credit_id._xero_decimal(matched_amount(self.credit_id, partials))

    def _there(self):
        """:return: Decimal amount that Xero had when it was last asked"""
        return sum(map(Decimal, (self.known or {}).values()), Decimal())

    def _plan(self):
        """Compare what is matched here with what Xero had when it was last asked.

        What was known to be matched there, and is so no more, is for the pull to take back here.

        :rtype: Plan
        """
        self.ensure_one()
        partials = self._partials()
        followed = partials.filtered('xero_credit_key')
        agreed, new, there = (
            self._matched(followed), self._matched(partials - followed), self._there())
        posted = self.credit_id.state == self.invoice_id.state == 'posted'
        missing = new - max(there - agreed, Decimal()) if posted else Decimal()
        released = self.credit_id._xero_decimal(self.released)
        return Plan(missing=max(missing, Decimal()),
                    surplus=max(min(released, there - agreed - new), Decimal()))

    def _check_sendable(self, connection, amount, credit, invoice):
        """Find out, before it is sent, why Xero would refuse an allocation.

        :param recordset connection: `xero.connection`
        :param Decimal amount: to allocate
        :param documents.Document credit: as Xero has it now, None when it has none
        :param documents.Document invoice: the same
        :return: Problem, or None
        """
        for move, document in ((self.credit_id, credit), (self.invoice_id, invoice)):
            if not document or document.status in GONE:
                return Problem('document_not_editable', _lt(
                    "Xero has %s no more.", move.display_name))
        if credit.kind != f'{invoice.kind}CREDIT' or credit.currency_code != invoice.currency_code:
            return Problem('allocation_unsuitable', _lt(
                "In Xero %(credit)s is in %(this)s and %(invoice)s is in %(other)s.",
                credit=self.credit_id.display_name, this=credit.currency_code,
                invoice=self.invoice_id.display_name, other=invoice.currency_code))
        if credit.contact_id != invoice.contact_id:
            return Problem('allocation_unsuitable', _lt(
                "In Xero %(credit)s is of %(this)s and %(invoice)s is of %(other)s.",
                credit=self.credit_id.display_name, this=credit.contact_name,
                invoice=self.invoice_id.display_name, other=invoice.contact_name))
        return self._check_left(amount, credit, invoice) \
            or self._check_lock(connection, credit, invoice)

    def _check_left(self, amount, credit, invoice):
        """:return: Problem when Xero has less left than is to be allocated, or None"""
        money = partial(lazy_amount, self.currency_id)
        own, other = self.credit_id.display_name, self.invoice_id.display_name
        if credit.amount_due is not None and credit.amount_due < amount:
            return Problem('allocation_exceeds', _lt(
                "%(document)s has only %(left)s left in Xero of the %(amount)s that are matched "
                "with %(other)s here. The rest was used for other invoices, or refunded, there.",
                document=own, other=other, left=money(credit.amount_due), amount=money(amount)))
        if invoice.amount_due is not None and invoice.amount_due < amount:
            return Problem('allocation_exceeds', _lt(
                "%(document)s has only %(left)s left to pay in Xero of the %(amount)s that "
                "%(other)s credits here. The rest was paid, or credited, there.",
                document=other, other=own, left=money(invoice.amount_due), amount=money(amount)))
        return None

    def _check_lock(self, connection, credit, invoice):
        """:return: Problem when the date that Xero gives to an allocation is locked, or None"""
        lock = max(filter(None, (connection.period_lock_date, connection.end_of_year_lock_date)),
                   default=None)
        day = max(filter(None, (credit.date, invoice.date)), default=None)
        if not lock or not day or day > lock:
            return None
        return Problem.at(connection, 'period_locked', _lt(
            "Xero dates a match by the later one of both documents, %(date)s, and is locked up to "
            "%(lock)s.", date=lazy_date(self.env, day), lock=lazy_date(self.env, lock)))

    # === WHAT BECAME OF IT === #

    def _conclude(self, there):
        """Both sides have the same; from here on the match follows Xero.

        :param Decimal there: amount that Xero has
        """
        partials = self._partials()
        if self._matched(partials) == there:
            partials.filtered(lambda partial: partial.xero_credit_key != self._key()) \
                .xero_credit_key = self._key()
        self.write({**self._xero_success(), 'released': 0, 'amount': float(there)})

    def _refuse(self, problem, revision=None, answer=None):
        """Take it out of the queue and say why; the pull sees what Xero has instead."""
        if self.xero_state == 'pending' and revision in (None, self.xero_revision):
            self._xero_fail([problem], revision, answer)
            self._note_change()
            (self.credit_id | self.invoice_id)._xero_queue_pull()

    def _conclude_unsent(self):
        """There is nothing to send; whether it was listed as a difference is for the pull to see.
        """
        for pair in self:
            pair._conclude(pair._there())
        self._note_change()
        (self.credit_id | self.invoice_id)._xero_queue_pull()

    def _drop(self):
        """Leave it to the pull: what Xero has counts."""
        self.write({**self._xero_success(), 'xero_state': False, 'released': 0})

    def _note_change(self):
        # What was last applied of the documents is not what Xero had before this any more, so
        # that it counts as a change when it comes back.
        moves = self.credit_id | self.invoice_id
        moves._xero_store([(move, {'xero_pull_hash': None}) for move in moves])

    # === IN WORDS === #

    def _in_words(self, amount):
        """:param Decimal amount: of it
        :return: what is matched, a lazy text"""
        return _lt(
            "%(credit)s with %(invoice)s: %(amount)s", credit=self.credit_id.display_name,
            invoice=self.invoice_id.display_name, amount=lazy_amount(self.currency_id, amount))

    def _xero_log_subject(self):
        # OVERRIDES 'account_xero'
        return self.credit_id, self.credit_id.name or self.credit_id.display_name
