from datetime import date, timedelta
from typing import Any, NamedTuple

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ..core.kinds import XERO_SYNC
from ..core.words import lazy_amount, lazy_date
from ..documents.account_payment_plan import COUNTS, decimal_of
from ..documents.xero_paid_mixin import NEAR
from ..documents.xero_settlement import has_write_off

_lt = LazyTranslate(__name__)

#: By what pairs are found, one after the other: days between the dates, and equal references.
SURE = ((timedelta(), True), (timedelta(), False), (NEAR, True))
#: Likewise for what pays the same document.
SAME_DOCUMENT = (*SURE, (NEAR, False))


class Wanted(NamedTuple):
    """A payment in Xero that nothing here is linked to."""

    scope: tuple
    amount: Any
    date: date
    reference: str
    payment: Any


class Offer(NamedTuple):
    """What may be that payment here.

    ``record`` is the `account.payment` to link, empty where there is none; ``whole`` says whether
    all of it is meant, or what it pays of one document. ``entry`` is the `account.move` that it is
    named after.
    """

    scope: tuple
    amount: Any
    date: date
    reference: str
    record: Any
    entry: Any = None
    whole: bool = True

    @property
    def name(self):
        return (self.record or self.entry).display_name

    def excludes(self, other):
        """:return: whether the other one cannot be meant any more once this one is"""
        return other is self or (
            bool(self.record) and self.record == other.record and self.scope == other.scope) or (
            # With all that is paid, its write-off is, too.
            not self.whole and not other.record and self.record
            and self.scope == other.scope and self.record.move_id == other.entry)


class Pairing(NamedTuple):
    """Pairs found: {xero id: Offer}; what could be one of several: {xero id: list of Offer}; and
    the offers that are left."""

    found: dict
    unclear: dict
    spare: list

    def left(self, wanted):
        """:return: those of ``wanted`` that nothing is known of"""
        return [asker for asker in wanted if asker.payment.xero_id not in self.found
                and asker.payment.xero_id not in self.unclear]


def pair(wanted, offers, rounds=SURE):
    """Pair by amount, date and reference; by amount and date; by amount, reference and near date.

    Equal ones are told apart by nothing, so they are paired when every one here has one in Xero.

    :param list wanted: of Wanted
    :param list offers: of Offer
    :param rounds: see SURE
    :rtype: Pairing
    """
    result = Pairing({}, {}, list(offers))
    for days, by_reference in rounds:
        def key(row, by_reference=by_reference):
            return (row.scope, row.amount, by_reference and row.reference)

        pools = {}
        for offer in result.spare:
            pools.setdefault(key(offer), []).append(offer)
        askers = {}
        for asker in result.left(wanted):
            if asker.reference or not by_reference:
                askers.setdefault(key(asker), []).append(asker)
        for group, rows in askers.items():
            _pair_equal(result, rows, pools.get(group, []), days)
    return result


def _pair_equal(result, askers, pool, days):
    """Pair rows that only their dates tell apart, each by its own, the nearest ones first.

    :param Pairing result: is added to
    """
    near = [[number for number, offer in enumerate(pool) if _apart(asker, offer) <= days]
            for asker in askers]
    for asker, numbers in zip(askers, near, strict=True):
        rivals = sum(not set(numbers).isdisjoint(others) for others in near)
        # Of entries nothing is linked, so it does not matter which of several equal ones it is.
        if len(numbers) > rivals and any(pool[number].record for number in numbers):
            result.unclear[asker.payment.xero_id] = [pool[number] for number in numbers]
    pairs = sorted(
        (_apart(asker, pool[number]), asker.date, pool[number].date, index, number)
        for index, (asker, numbers) in enumerate(zip(askers, near, strict=True))
        for number in numbers)
    taken = set()
    for _days, _theirs, _ours, index, number in pairs:
        xero_id = askers[index].payment.xero_id
        if number in taken or xero_id in result.found or xero_id in result.unclear:
            continue
        taken.add(number)
        result.found[xero_id] = pool[number]
        result.spare[:] = [one for one in result.spare if not pool[number].excludes(one)]


def _apart(asker, offer):
    """:return: timedelta between the dates, the longest one where one of them is not told"""
    return abs(asker.date - offer.date) if asker.date and offer.date else timedelta.max


class XeroApplyRecognise(models.AbstractModel):
    """Which payments of Xero are here already, because a person registered them on both sides."""

    _name = 'xero.apply.recognise'
    _description = "Recognise Payments of Xero"

    def _recognise(self, connection, pairs):
        """Find payments of Xero that are here already.

        :param recordset connection: `xero.connection`
        :param list pairs: (document, documents.Payment) that are live in Xero and not linked here
        :return: what each is here, what each may be, and what else pays the documents here that
            Xero is not known to have
        :rtype: Pairing
        """
        wanted = [
            Wanted((move.id,), move._xero_decimal(float(payment.amount)), payment.date,
                   payment.reference, payment)
            for move, payment in pairs]
        moves = self.env['account.move'].union(*(move for move, _payment in pairs))
        offers = self._offers_of_documents(
            moves, self.env['xero.payment.link']._paid_parts(moves))
        result = pair(wanted, offers, SAME_DOCUMENT)
        left = {asker.payment.xero_id for asker in result.left(wanted)}
        if left:
            others = self._recognise_on_account(*self._open_payments(
                connection, [row for row in pairs if row[1].xero_id in left]))
            result.found.update(others.found)
            result.unclear.update(others.unclear)
        return result

    def _recognise_on_account(self, wanted, offers):
        """Find payments of Xero among those here that pay nothing yet. A near one of another
        reference is for people to decide: to book what it may be would count the money twice.

        :param list wanted: of Wanted
        :param list offers: of Offer
        :rtype: Pairing
        """
        result = pair(wanted, offers)
        left = {asker.payment.xero_id: asker for asker in result.left(wanted)}
        near = pair(list(left.values()), result.spare, ((NEAR, False),))
        for xero_id, offer in near.found.items():
            if offer.reference and left[xero_id].reference:
                near.unclear[xero_id] = [offer]
            else:
                result.found[xero_id] = offer
        result.unclear.update(near.unclear)
        result.spare[:] = near.spare
        together = {}
        for asker in result.left(wanted):
            together.setdefault((asker.scope, asker.date), []).append(asker)
        for (scope, _day), askers in together.items():
            # One here for several there, as people pay several documents at once.
            amount = sum(asker.amount for asker in askers)
            whole = [offer for offer in result.spare if offer.scope == scope
                     and offer.amount == amount and _apart(askers[0], offer) <= NEAR]
            result.unclear.update(
                (asker.payment.xero_id, whole) for asker in askers if whole)
        return result

    def _get_payers(self, moves):
        """
        :param recordset moves: `account.move`
        :return: {id: (`account.payment`, `account.move` of others)} of what pays documents here, or
            did so until it was deleted in Xero, and is not known there or in another bank account
        """
        found = {}

        def add(move, payment, entry):
            payments, entries = found.get(move.id, (payment.browse(), entry.browse()))
            found[move.id] = payments | payment, entries | entry

        link = self.env['xero.payment.link']
        for offer in self._offers_of_documents(moves, link._paid_parts(moves)):
            [move_id] = offer.scope
            add(moves.browse(move_id), offer.record,
                offer.entry if offer.entry and not offer.record else moves.browse())
        for one in link._of(moves)._loose():
            add(one.move_id, one.payment_id, moves.browse())
        for move in moves:
            for payment in move.matched_payment_ids:
                if payment._xero_is_elsewhere():
                    add(move, payment, moves.browse())
        return found

    def _offers_of_documents(self, moves, parts):
        """Return what pays documents here and is not linked to Xero.

        :param dict parts: of :meth:`xero.payment.link._paid_parts`
        :return: list of Offer: whole payments; where a payment pays another amount of a document,
            that part, and what it writes off; and parts that other entries pay, of the bank's
            statement or a point of sale, say
        """
        paid = {(move, payment): self._part_without_entry(move, payment)
                for move in moves for payment in move.matched_payment_ids}
        offers, sent = [], self.env['xero.settlement']._of(moves)._get_sent()
        for (move, line), amount in parts.items():
            if payment := line.move_id.origin_payment_id:
                paid[move, payment] = paid.get((move, payment), 0) + amount
            elif (line.move_id, move) not in sent:
                offers += self._offers_of_entry(move, line, amount)
        for (move, payment), amount in paid.items():
            offers += self._offers_of_payment(move, payment, amount)
        return sorted(offers, key=lambda offer: (offer.date, (offer.record or offer.entry).id))

    def _offers_of_entry(self, move, line, paid):
        """
        :param recordset line: `account.move.line` of an entry that pays the document by itself
        :param Decimal paid: what it pays of the document
        :return: list of Offer: that part; of a line of the bank's statement with a write-off its
            money, and what it writes off
        """
        entry, nothing = line.move_id, self.env['account.payment']
        amounts = [paid]
        if has_write_off(entry) and entry.statement_line_id.currency_id == move.currency_id:
            money = move._xero_decimal(abs(entry.statement_line_id.amount))
            amounts = [money, paid - money] if 0 < money < paid else amounts
        return [Offer((move.id,), amount, line.date, '', nothing, entry) for amount in amounts]

    def _part_without_entry(self, move, payment):
        """:return: what a payment that has no journal entry yet pays of a document, else 0"""
        part = not payment.move_id and payment._xero_parts().get(move)
        return part.amount if part else 0

    def _offers_of_payment(self, move, payment, paid):
        """
        :param Decimal paid: what the payment pays of the document
        :return: list of Offer
        """
        scope, memo = (move.id,), payment.memo or ''
        same = payment.currency_id == move.currency_id
        amount = move._xero_decimal(payment.amount) if same else 0
        links = payment.xero_link_ids
        live = links.filtered(lambda link: link.state == 'live')
        sent = links.filtered(
            lambda link: link.state == 'new' and payment.xero_state == 'pending')
        part = Offer(scope, paid, payment.date, memo, payment, whole=False)
        offers = []
        if not (payment.xero_payment_id or live or sent):
            if same and payment.state in COUNTS:
                offers.append(Offer(scope, amount, payment.date, memo, payment))
            if paid and paid != amount:
                offers.append(part)
        elif live and paid and move not in (live | sent).move_id:
            offers.append(part)
        if same and paid > amount and move not in live.move_id \
                and '/' not in (payment.xero_payment_id or ''):
            offers.append(Offer(
                scope, paid - amount, payment.date, '', payment.browse(), payment.move_id))
        return offers

    def _open_payments(self, connection, pairs):
        """Return the payments of the same partners that pay nothing yet.

        :return: (list of Wanted, list of Offer)
        """
        journals = self.env['account.journal']._xero_payment_journals(
            connection, [payment.account_id for _move, payment in pairs])

        wanted = [
            Wanted(
                (journals[payment.account_id].id, move.commercial_partner_id.id,
                 move.currency_id.id, 'inbound' if move.is_inbound() else 'outbound'),
                move._xero_decimal(float(payment.amount)), payment.date, payment.reference, payment)
            for move, payment in pairs]
        mapped = {journal.id for journal in journals.values() if journal}
        # What went to an account that no journal is mapped to may be in any that is not mapped.
        places = fields.Domain('journal_id', 'in', list(mapped))
        if not all(journals.values()):
            places |= fields.Domain('journal_id.xero_account_id', '=', False)
        dates = [payment.date for _move, payment in pairs if payment.date] or [date.min + NEAR]
        payments = self.env['account.payment'].with_company(
            connection.company_id).search(places & fields.Domain([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('partner_id.commercial_partner_id', 'in',
             [move.commercial_partner_id.id for move, _payment in pairs]),
            ('date', '>=', min(dates) - NEAR), ('date', '<=', max(dates) + NEAR),
            ('xero_payment_id', '=', False), ('state', 'in', COUNTS),
            ('is_reconciled', '=', False),
            '|', ('move_id', '!=', False), ('invoice_ids', '=', False),
        ]))
        return wanted, [
            Offer((payment.journal_id.id in mapped and payment.journal_id.id,
                   payment.partner_id.commercial_partner_id.id,
                   payment.currency_id.id, payment.payment_type),
                  decimal_of(payment.currency_id, payment.amount), payment.date,
                  payment.memo or '', payment)
            for payment in payments if self._is_open(payment)]

    def _is_open(self, payment):
        """:return: whether the whole payment is still free to pay something"""
        if not payment.move_id:
            return not payment.invoice_ids
        lines = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id)
        return not payment.currency_id.compare_amounts(
            abs(sum(lines.mapped('amount_residual_currency'))), payment.amount)

    def _mapped_journals(self, connection, payments):
        """
        :param list payments: documents.Payment
        :return: {identifier: `account.journal` that is mapped to the account in Xero}
        """
        journals = self.env['account.journal']._xero_payment_journals(
            connection, [payment.account_id for payment in payments])
        return {
            payment.xero_id: journals[payment.account_id].filtered(
                lambda journal, key=payment.account_id: key and key in (
                    journal.xero_account_id.xero_id, journal.xero_account_id.code))
            for payment in payments}

    def _relink(self, connection, gone, unknown):
        """Keep what was removed in Xero and registered there anew, with another date or account
        perhaps: a payment that a person registered here, or that a line of the bank's statement is
        matched with. What only came from Xero is booked anew, as it is there now.

        :param recordset gone: `account.payment` whose payments Xero has no more
        :param dict unknown: {document: list of documents.Payment that nothing here is linked to}
        :return: those of ``gone`` that have another payment in Xero now
        """
        done, rows = gone.browse(), []
        journals = self._mapped_journals(
            connection, [one for some in unknown.values() for one in some]) if gone else {}
        for payment in gone:
            if payment.state not in COUNTS or payment.xero_deleted or not (
                    payment.payment_method_line_id.code != XERO_SYNC
                    or payment._xero_statement_lines()):
                continue
            for move in payment.invoice_ids:
                redone = next((
                    one for one in unknown.get(move, ())
                    if one.amount == move._xero_decimal(payment.amount)
                    and payment.currency_id == move.currency_id), None)
                if redone:
                    unknown[move].remove(redone)
                    payment.write({'xero_payment_id': redone.xero_id,
                                   'xero_journal_id': journals[redone.xero_id].id})
                    done |= payment
                    rows.append((move, 'success', None, _lt(
                        "The payment %(name)s of %(amount)s was removed in Xero and registered "
                        "there again, dated %(date)s. It stays here, linked to the new one.",
                        name=payment.display_name, date=lazy_date(self.env, redone.date),
                        amount=lazy_amount(payment.currency_id, payment.amount))))
                    break
        self.env['xero.log']._add_pulls(connection, rows)
        return done

    def _link(self, connection, links):
        """Make payments here known as those in Xero.

        :param list links: (document, documents.Payment, Offer with a payment)
        """
        rows = []
        journals = self._mapped_journals(connection, [wanted for _move, wanted, _offer in links])
        for move, wanted, offer in links:
            payment = offer.record
            payment.xero_journal_id = journals[wanted.xero_id]
            if offer.whole:
                payment._xero_adopt(wanted.xero_id, move)
            else:
                payment._xero_adopt_part(wanted.xero_id, move)
            amount = lazy_amount(payment.currency_id, payment.amount)
            rows.append((move, 'success', None, _lt(
                "The payment %(name)s of %(amount)s was found here and linked to the one in Xero.",
                name=payment.display_name, amount=amount)))
        self.env['account.payment'].union(
            *(offer.record for _move, _wanted, offer in links))._xero_conclude()
        self.env['xero.log']._add_pulls(connection, rows)
