from datetime import date, timedelta
from typing import Any, NamedTuple

from odoo import Command, models

#: Days by which the dates may differ when the references are equal.
NEAR = timedelta(days=5)


class Wanted(NamedTuple):
    """A payment in Xero that nothing here is linked to."""

    scope: tuple
    amount: Any
    date: date
    reference: str
    payment: Any


class Offer(NamedTuple):
    """What may be that payment here; ``record`` is empty where there is nothing to link."""

    scope: tuple
    amount: Any
    date: date
    reference: str
    record: Any


class Pairing(NamedTuple):
    """Pairs found: {xero id: record}, and what could be one of several: {xero id: records}."""

    found: dict
    unclear: dict

    def left(self, wanted):
        """:return: those of ``wanted`` that nothing is known of"""
        return [asker for asker in wanted if asker.payment.xero_id not in self.found
                and asker.payment.xero_id not in self.unclear]


def pair(wanted, offers):
    """Pair by amount, date and reference; by amount and date; by amount, reference and near date.

    Equal ones are told apart by nothing, so they are paired when every one here has one in Xero.

    :param list wanted: of Wanted
    :param list offers: of Offer
    :rtype: Pairing
    """
    result = Pairing({}, {})
    for near, key in (
        (False, lambda x: x.reference and (x.scope, x.amount, x.date, x.reference)),
        (False, lambda x: (x.scope, x.amount, x.date)),
        (True, lambda x: x.reference and (x.scope, x.amount, x.reference)),
    ):
        pools = _grouped(offers, key)
        taken = set()
        for group, askers in _grouped(wanted, key).items():
            pool = [offer for offer in pools.get(group, ()) if not (
                near and abs(offer.date - askers[0].date) > NEAR)]
            if len(pool) > len(askers):
                result.unclear.update({asker.payment.xero_id: pool for asker in askers})
                continue
            for asker, offer in zip(askers, pool, strict=False):
                result.found[asker.payment.xero_id] = offer.record
                taken.add(id(offer))
        wanted = result.left(wanted)
        offers = [offer for offer in offers if id(offer) not in taken]
    return result


def _grouped(rows, key):
    """:return: {key: rows with it}, without the rows that have none"""
    groups = {}
    for row in rows:
        if key(row):
            groups.setdefault(key(row), []).append(row)
    return groups


class XeroApplyRecognise(models.AbstractModel):
    """Which payments of Xero are here already, because a person registered them on both sides."""

    _name = 'xero.apply.recognise'
    _description = "Recognise Payments of Xero"

    def _recognise(self, connection, pairs):
        """Find payments of Xero that are here already.

        :param recordset connection: `xero.connection`
        :param list pairs: (document, documents.Payment) that are live in Xero and not linked here
        :return: found: the `account.payment` that each is, empty where the document was paid
            without one or by a part of one; unclear: those that each may be
        :rtype: Pairing
        """
        result = Pairing({}, {})
        of_document = [
            Wanted((move.id,), move._xero_decimal(float(payment.amount)), payment.date,
                   payment.reference, payment)
            for move, payment in pairs]
        moves = self.env['account.move'].union(*(move for move, _payment in pairs))
        partials = self._paid_parts(moves)
        own, parts = self._offers_of_documents(moves, partials)
        self._pair(result, of_document, own)
        # Of parts nothing is linked, so it does not matter which of several equal ones it is.
        linked = set(result.found.values())
        pools = _grouped((part for part in parts if part.record not in linked),
                         lambda part: part[:3])
        for asker in result.left(of_document):
            if pools.get(asker[:3]):
                pools[asker[:3]].pop()
                result.found[asker.payment.xero_id] = self.env['account.payment']
        left = {asker.payment.xero_id for asker in result.left(of_document)}
        if left:
            self._pair(result, *self._open_payments(
                connection, [row for row in pairs if row[1].xero_id in left]))
        return result

    def _pair(self, result, wanted, offers):
        """Add to a Pairing what :func:`pair` finds for those that nothing is known of."""
        pairing = pair(result.left(wanted), offers)
        result.found.update(pairing.found)
        result.unclear.update(pairing.unclear)

    def _paid_parts(self, moves):
        """Return what documents are reconciled with.

        :return: list of (document, counterpart `account.move.line`, amount in the document's
            currency as Decimal)
        """
        parts = []
        for line in moves._xero_payment_terms():
            move = line.move_id
            parts += [(move, part.credit_move_id, move._xero_decimal(part.debit_amount_currency))
                      for part in line.matched_credit_ids]
            parts += [(move, part.debit_move_id, move._xero_decimal(part.credit_amount_currency))
                      for part in line.matched_debit_ids]
        return parts

    def _offers_of_documents(self, moves, parts):
        """Return what pays documents here and is not linked to Xero.

        :param list parts: of :meth:`_paid_parts`
        :return: Offers of whole payments, and of parts that payments and entries of the bank pay
        """
        whole, partly = {}, []
        for move in moves:
            for payment in move.matched_payment_ids:
                whole[move, payment] = True
        for move, line, amount in parts:
            payment = line.move_id.origin_payment_id
            if payment:
                whole[move, payment] = True
            if not payment.xero_payment_id and (
                    payment or line.journal_id.type in ('bank', 'cash', 'credit')):
                partly.append(Offer((move.id,), amount, line.date, '', payment))
        return [
            Offer((move.id,), move._xero_decimal(payment.amount), payment.date,
                  payment.memo or '', payment)
            for move, payment in whole
            if payment.state in ('in_process', 'paid') and not payment.xero_payment_id
            and payment.currency_id == move.currency_id
        ], partly

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
        dates = [payment.date for _move, payment in pairs]
        payments = self.env['account.payment'].search([
            ('company_id', '=', connection.company_id.id),
            ('journal_id', 'in', [journal.id for journal in journals.values()]),
            ('partner_id.commercial_partner_id', 'in',
             [move.commercial_partner_id.id for move, _payment in pairs]),
            ('date', '>=', min(dates) - NEAR), ('date', '<=', max(dates) + NEAR),
            ('xero_payment_id', '=', False), ('state', 'in', ('in_process', 'paid')),
            ('is_reconciled', '=', False), ('move_id', '!=', False),
        ])
        return wanted, [
            Offer((payment.journal_id.id, payment.partner_id.commercial_partner_id.id,
                   payment.currency_id.id, payment.payment_type),
                  payment.move_id._xero_decimal(payment.amount), payment.date,
                  payment.memo or '', payment)
            for payment in payments if self._is_open(payment)]

    def _is_open(self, payment):
        """:return: whether the whole payment is still free to pay something"""
        lines = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id)
        return not payment.currency_id.compare_amounts(
            abs(sum(lines.mapped('amount_residual_currency'))), payment.amount)

    def _link(self, connection, links):
        """Make payments here known as those in Xero.

        :param list links: (document, documents.Payment, `account.payment`)
        """
        rows = []
        for move, wanted, payment in links:
            values = {'xero_payment_id': wanted.xero_id}
            if move not in payment.invoice_ids:
                values['invoice_ids'] = [Command.link(move.id)]
            payment.write(values)
            rows.append((move, 'success', None, self.env._(
                "The payment %(name)s of %(amount)s was found here and linked to the one in Xero.",
                name=payment.display_name, amount=payment.currency_id.format(payment.amount))))
        self.env['xero.log']._add_pulls(connection, rows)
