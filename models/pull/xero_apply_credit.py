from datetime import date
from decimal import Decimal
from functools import partial
from itertools import product
from typing import NamedTuple

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...xero.documents import Payment
from ..core.kinds import CREDIT_NOTES, GONE
from ..core.words import joined, lazy_amount
from ..documents.account_move_allocation import fetch_matches, matched_amount, matches_of
from ..mapping.account_journal import NO_BANK
from .live import live

_lt = LazyTranslate(__name__)


class Allocation(NamedTuple):
    """What Xero used of one credit for one invoice, in all.

    ``key`` has the ids of both, ``other_id`` is the one that does not list it here, and ``amount``
    is in the currency of both; ``rate`` is Xero's, of the credit, or else of the document.
    """

    key: str
    other_id: str
    kind: str
    number: str
    date: date | None
    amount: Decimal
    rate: Decimal | None = None


class XeroApplyCredit(models.AbstractModel):
    """Credits that Xero used for an invoice: allocations, of which Xero makes no payment."""

    _name = 'xero.apply.credit'
    _description = "Apply Credits of Xero"

    def _release(self, connection, documents, _payments):
        """Take back what Odoo has matched with documents and Xero no longer has, so that its
        amount is free for payments and other credits.

        :param recordset connection: `xero.connection` of the documents' company
        :param dict documents: {`account.move`: documents.Document}
        """
        counting = live(documents)
        fetch_matches(self.env['account.move'].union(*counting))
        for move, document in counting.items():
            wanted = _allocations(document)
            if move.state != 'posted' or wanted is None:
                continue
            others = self._counterparts(move, wanted)
            for payment in self._payments_of(move):
                part = wanted.get(payment.xero_payment_id)
                if not part or part.key in others \
                        or move.currency_id.compare_amounts(payment.amount, float(part.amount)):
                    self._undo_payments(connection, move, payment.xero_payment_id)
            self._undo_allocations(move, wanted, others)

    def _apply(self, connection, documents, _payments):
        """Match with documents what Xero has allocated to them.

        A credit note and its invoice both list an allocation, and either may come first; the
        second one finds it done.

        :param recordset connection: `xero.connection` of the documents' company
        :param dict documents: {`account.move`: documents.Document}
        :raise UserError: Odoo does not let it be booked
        """
        for move, document in live(documents).items():
            wanted = _allocations(document)
            if move.state != 'posted' or not wanted:
                continue
            others = self._counterparts(move, wanted)
            for key, part in wanted.items():
                if key not in others:
                    self._book(connection, move, document, part)
                elif others[key].state == 'posted' and not self._is_taken_back(move, key):
                    # Odoo may have had the other side only since.
                    self._undo_payments(connection, others[key], key)
                    self._allocate(move, others[key], part)

    def _send_missing(self, connection, documents, _payments):
        """Have Xero brought to what was matched here alone; what both sides have now is done.

        Parameters as of :meth:`_apply`.
        """
        if not connection.push_allocations:
            return
        Allocation, missing = self.env['xero.allocation'], {}
        for move, document in live(documents).items():
            wanted = _allocations(document)
            if move.state != 'posted' or wanted is None:
                continue
            pairs = {pair._key(): pair for pair in self.env['xero.allocation']._among(
                move, 'pending', 'failed')}
            nothing = self.env['account.partial.reconcile']
            matches = {pair.credit_id + pair.invoice_id - move: nothing
                       for pair in pairs.values()} | matches_of(move)
            for other, partials in matches.items():
                key, pair = self._pair(move, other)
                here = matched_amount(move, partials)
                there = wanted[key].amount if key in wanted else Decimal()
                order = move.currency_id.compare_amounts(here, float(there))
                if order == 0 and key in pairs:
                    pairs[key].sudo()._conclude(there)
                elif order > 0 and key not in pairs and other.xero_document_id \
                        and other.state == 'posted' and other.xero_status not in GONE:
                    missing[pair] = 0
        if missing:
            Allocation._queue(missing)

    def _pair(self, move, other):
        """:return: key of two documents as of an Allocation, (credit note, invoice)"""
        pair = (move, other) if move.move_type in CREDIT_NOTES else (other, move)
        return '/'.join(one.xero_document_id or '' for one in pair), pair

    def _is_taken_back(self, move, key):
        """:return: whether a match was taken back here, and Xero is still to be told"""
        return any(pair.released and pair._key() == key
                   for pair in self.env['xero.allocation']._among(move, 'pending', 'failed'))

    def _counterparts(self, move, wanted):
        """Return the documents that Odoo has on the other side, drafts too. Those that are matched
        already need no query.

        :param dict wanted: {key: Allocation}
        :return: {key: `account.move`}
        """
        others = {other.xero_document_id: other for other in matches_of(move)} if wanted else {}
        unknown = {part.other_id for part in wanted.values()} - others.keys()
        others |= {other.xero_document_id: other for other in self.env['account.move'].search([
            ('company_id', 'in', move.company_id._xero_together().ids), ('state', '!=', 'cancel'),
            ('xero_document_id', 'in', list(unknown))])} if unknown else {}
        return {key: others[part.other_id] for key, part in wanted.items()
                if part.other_id in others}

    def _credited(self, move, document=None):
        """Return what Xero's credits pay of a document here, as far as they are matched.

        :param documents.Document document: as Xero has it; without it, what came from there counts
        :return: amount in the document's currency
        :rtype: Decimal
        """
        booked = sum(self._payments_of(move).mapped('amount'))
        wanted = _allocations(document) if document else None
        if wanted is None:
            return move._xero_decimal(booked + sum(
                matched_amount(move, partials.filtered('xero_credit_key'))
                for partials in matches_of(move).values()))
        matches = matches_of(move)
        return move._xero_decimal(booked + sum(
            min(float(wanted[key].amount), matched_amount(move, matches[other]))
            for key, other in self._counterparts(move, wanted).items() if other in matches))

    # === MATCHED IN ODOO === #

    def _terms_by_date(self, move):
        """:return: the lines that are due, the earliest first"""
        return move._xero_payment_terms().sorted(
            lambda line: (line.date_maturity or line.date, line.id))

    def _undo_allocations(self, move, wanted, others):
        """Take back what came from Xero, where it is now more than Xero has. What only Odoo's
        users have matched stays: it is sent, or a difference."""
        amounts = {other: wanted[key].amount for key, other in others.items()}
        for other, partials in matches_of(move).items():
            followed = partials.filtered('xero_credit_key')
            if move.currency_id.compare_amounts(
                    matched_amount(move, followed), float(amounts.get(other, 0))) > 0:
                followed.unlink()

    def _allocate(self, move, other, part):
        """Match two documents for what Xero has allocated, less what is matched already.

        :param recordset other: the posted document on the other side
        :param Allocation part: what Xero has
        """
        known = matches_of(move).get(other, self.env['account.partial.reconcile'])
        left = move.currency_id.round(float(part.amount) - matched_amount(move, known))
        for mine, theirs in product(self._terms_by_date(move), self._terms_by_date(other)):
            amount = min(left, abs(mine.amount_residual_currency),
                         abs(theirs.amount_residual_currency))
            if mine.account_id == theirs.account_id and mine.currency_id == theirs.currency_id \
                    and move.currency_id.compare_amounts(amount, 0) > 0:
                mine._xero_reconcile_amount(theirs, amount)
                left = move.currency_id.round(left - amount)
        partials = matches_of(move).get(other, known)
        if move.currency_id.is_zero(left):
            # What Odoo's users matched and Xero has as well follows Xero from now on.
            known = known.browse()
        (partials - known).filtered(
            lambda partial: partial.xero_credit_key != part.key).xero_credit_key = part.key

    def _differences(self, move, document):
        """As :meth:`XeroCompare._differences`."""
        wanted = _allocations(document)
        if move.state != 'posted' or document.status in GONE or wanted is None:
            return
        rows = list(self._compare_credits(move, wanted))
        if rows:
            money = partial(lazy_amount, move.currency_id)
            yield (
                'credit', money(sum(here for _name, here, _there in rows)),
                money(sum(there for _name, _here, there in rows)),
                joined('\n', [_lt(
                    "%(name)s is matched for %(here)s here and for %(there)s in Xero. Match it "
                    "for the same amount on both sides.",
                    name=name, here=money(here), there=money(there))
                    for name, here, there in rows]))

    def _compare_credits(self, move, wanted):
        """Yield what differs: matched by hand here and not in Xero, or allocated in Xero and not
        to be matched here because its amount is taken.

        :param dict wanted: {key: Allocation}
        :return: iterator of (name of the other document, amount here, amount in Xero)
        """
        amounts = {other: wanted[key].amount
                   for key, other in self._counterparts(move, wanted).items()}
        matches = matches_of(move)
        coming = self.env['xero.allocation']._among(move, 'pending')
        for other in move.union(*matches, *amounts) - (coming.credit_id | coming.invoice_id):
            known = other.xero_document_id and other.xero_status not in GONE
            here = matched_amount(move, matches.get(other, ()))
            there = float(amounts.get(other, 0))
            if known and move.currency_id.compare_amounts(here, there):
                yield other.name, here, there

    # === WITHOUT A COUNTERPART IN ODOO === #

    def _payments_of(self, move):
        """:return: payments of a document that stand for credits that only Xero has"""
        return move.matched_payment_ids.filtered(
            lambda payment: '/' in (payment.xero_payment_id or '') and not payment.xero_deleted)

    def _undo_payments(self, connection, move, key=None):
        """Take back payments that stand for credits, as what they stand for is not so any more.

        :param str key: of the credit; all of this document when left out
        """
        for payment in self._payments_of(move):
            if key in (None, payment.xero_payment_id):
                self.env['xero.apply.booking']._undo(connection, payment)
                # What comes next for the same credit and invoice is another payment.
                payment.xero_payment_id += f'/{payment.id}'
                payment.flush_recordset(['xero_payment_id'])

    def _book(self, connection, move, document, part):
        """Stand in for a credit that only Xero has, so that the open amounts agree. Where they do,
        it is here already: written off, perhaps.

        :param Allocation part: what Xero has
        """
        if part.key in self._payments_of(move).mapped('xero_payment_id') \
                or document.amount_due == self.env['xero.payment.link']._left_to_pay(move):
            return
        self.env['xero.apply.booking']._book(connection, [(move, Payment(
            xero_id=part.key, document_id=document.xero_id, type='', status='AUTHORISED',
            date=part.date, amount=part.amount, bank_amount=None, currency_rate=part.rate,
            reference=self._reason(move, part), account_id=NO_BANK, batch_id=None,
            updated=None))])

    def _reason(self, move, part):
        """:return: what a payment for a credit stands for, in words"""
        if move.move_type in ('out_refund', 'in_refund'):
            return self.env._("Credit used in Xero for an invoice that is not in Odoo")
        if part.kind == 'Overpayments':
            return self.env._("Overpayment allocated in Xero")
        if part.kind == 'Prepayments':
            return self.env._("Prepayment allocated in Xero")
        if not part.number:
            return self.env._("Credit note of %(contact)s allocated in Xero, not in Odoo",
                              contact=move.commercial_partner_id.display_name)
        return self.env._("Credit note %s allocated in Xero, not in Odoo", part.number)


def _allocations(document):
    """Return what a document lists as allocated.

    :param documents.Document document: as Xero has it
    :return: {key: Allocation}, None where Xero does not tell the whole truth
    """
    parts = {}
    for credit in document.credits:
        if not credit.credit_id or not credit.invoice_id or credit.amount is None:
            return None
        key = f'{credit.credit_id}/{credit.invoice_id}'
        other_id = credit.credit_id if document.xero_id == credit.invoice_id else credit.invoice_id
        earlier = parts[key].amount if key in parts else 0
        # Xero: an allocation is of the later one of both dates.
        day = max(filter(None, (credit.date, document.date)), default=None)
        if credit.amount or earlier:
            parts[key] = Allocation(
                key, other_id, credit.kind, credit.number, day, earlier + credit.amount,
                credit.currency_rate or document.currency_rate)
    return parts
