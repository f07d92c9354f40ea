from collections import defaultdict
from functools import partial

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...xero.documents import Payment
from ..core.words import joined, lazy_amount, lazy_date, lazy_name
from ..documents.xero_paid_mixin import NEAR
from .live import live

_lt = LazyTranslate(__name__)


class XeroApplyPayment(models.AbstractModel):
    """What Xero says was paid of documents."""

    _name = 'xero.apply.payment'
    _description = "Apply Payments of Xero"

    def _apply(self, connection, documents, payments):
        """Make the payments of documents what Xero says they are; see :meth:`_settle`.

        :param recordset connection: `xero.connection`
        :param dict documents: {`account.move`: documents.Document}
        :param dict payments: {identifier: documents.Payment} of those that are new here
        """
        documents = live(documents)
        self._settle(connection, {
            move: [payments.get(row.xero_id) or Payment.of_row(row, document.xero_id)
                   for row in document.payments if row.xero_id
                   # Deleted since its document was read.
                   and not (row.xero_id in payments
                            and payments[row.xero_id].status == 'DELETED')]
            for move, document in documents.items()}, documents)

    def _settle(self, connection, xero_payments, documents=()):
        """Make the payments of documents what Xero says they are: book, recognise, undo.

        The payments are the whole truth, so applying the same again writes nothing. Those of a
        draft that was made in Xero wait until somebody posts it.

        :param recordset connection: `xero.connection`
        :param dict xero_payments: {document: list of its live documents.Payment}
        :param documents: {document: documents.Document} of those that were read
        """
        Payment = self.env['account.payment'].sudo().with_company(
            connection.company_id).with_context(xero_pulling=True, skip_is_manually_modified=True)
        self = self.with_env(Payment.env)
        moves = self.env['account.move'].union(*(
            move for move in xero_payments if not (move.xero_origin and move.state == 'draft')))
        paid_there = {move: sum(payment.amount for payment in xero_payments[move])
                      for move in moves}
        # What was sent from here has links of its own.
        links = self.env['xero.payment.link']._of(moves)
        xero_payments = links._apply(connection, {move: xero_payments[move] for move in moves})
        xero_payments = self.env['xero.settlement']._of(moves)._apply(connection, xero_payments)
        live = {payment.xero_id: move for move, payments in xero_payments.items()
                for payment in payments}
        linked = Payment.search([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('xero_payment_id', '!=', False),
            ('xero_link_ids', 'not any', [('state', '=', 'live')]),
            '|', ('invoice_ids', 'in', moves.ids), ('xero_payment_id', 'in', list(live)),
        ])
        # A credit that was used is booked as a payment, too, but is no payment in Xero.
        gone = linked.filtered(
            lambda p: p.xero_payment_id not in live and '/' not in p.xero_payment_id)
        self.env['xero.apply.booking']._undo(
            connection, gone - self.env['xero.apply.recognise']._relink(
                connection, gone, self._unlinked(linked, xero_payments)))

        problems = defaultdict(list)
        known = {payment.xero_payment_id: payment for payment in linked}
        self._check_linked(xero_payments, known, problems)
        self._name_loose(links, problems)
        unknown = [(move, payment) for move, payments in xero_payments.items()
                   for payment in payments if payment.xero_id not in known]
        if unknown:
            self._apply_unknown(connection, unknown, problems, {
                move: paid_there[move] + self._settled_otherwise(move, dict(documents).get(move))
                for move in {move for move, _payment in unknown}})
        self._name_elsewhere(xero_payments, problems)
        self._save_problems(connection, xero_payments, problems)

    def _unlinked(self, linked, xero_payments):
        """
        :param recordset linked: `account.payment`
        :return: {document: list of its documents.Payment that none of them is}
        """
        known = set(linked.mapped('xero_payment_id'))
        return {move: [payment for payment in payments if payment.xero_id not in known]
                for move, payments in xero_payments.items()}

    def _settled_otherwise(self, move, document):
        """
        :param document: documents.Document, or None
        :return: what Xero does not expect of a document any more, without a payment, but for
            credits that are still to be matched here
        :rtype: Decimal
        """
        return self.env['xero.apply.credit']._credited(move, document) + (
            document and document.cis_deduction or 0)

    def _check_linked(self, xero_payments, known, problems):
        """Look at payments that are linked and live in Xero; reconcile those that came loose.

        :param dict known: {xero id: `account.payment`}
        :param dict problems: {document: list of texts}, extended
        """
        loose = []
        for move, payments in xero_payments.items():
            for payment in payments:
                here = known.get(payment.xero_id)
                if not here:
                    continue
                if here.state not in ('in_process', 'paid') or here.xero_deleted:
                    problems[move].append(_lt(
                        "%(name)s was cancelled here, and in Xero it still is a payment of "
                        "%(amount)s. Delete it there, too, or confirm it here again.",
                        name=here.display_name,
                        amount=lazy_amount(move.currency_id, payment.amount)))
                elif here.move_id and not here.is_reconciled and move.state == 'posted':
                    loose.append((move, here))
        if loose:
            payments = self.env['account.payment'].union(*(payment for _move, payment in loose))
            self.env['xero.apply.booking']._reconcile(
                payments, [move for move, _payment in loose])
            for move, payment in loose:
                if not payment.is_reconciled:
                    problems[move].append(_lt(
                        "%(name)s is a payment of this document in Xero, and something else pays "
                        "it here.", name=payment.display_name))

    def _name_loose(self, links, problems):
        """Name the money that came off a document in Xero, and is still here.

        :param recordset links: `xero.payment.link`
        :param dict problems: {document: list of texts}, extended
        """
        for link in links._loose():
            problems[link.move_id].append(_lt(
                "%(name)s paid %(amount)s of this, and that part was deleted in Xero. Here the "
                "money is still in %(name)s, open for this partner. Open it and match the rest "
                "with what it belongs to; or cancel it if the money is gone, and register what is "
                "left of it anew.", name=link.payment_id.display_name,
                amount=lazy_amount(link.currency_id, link.amount)))

    def _name_elsewhere(self, moves, problems):
        """Name money that is in another bank account here than in Xero.

        :param moves: `account.move`
        :param dict problems: {document: list of texts}, extended
        """
        for move in moves:
            for payment in move.matched_payment_ids.filtered(
                    lambda payment: payment._xero_is_elsewhere()):
                problems[move].append(_lt(
                    "%(name)s is in %(here)s here, and in Xero it is in the account of %(there)s. "
                    "Reset it to draft and choose the other journal, or delete it in Xero and "
                    "register it there where it is here.", name=payment.display_name,
                    here=lazy_name(payment.journal_id),
                    there=lazy_name(payment.xero_journal_id)))

    def _apply_unknown(self, connection, unknown, problems, settled):
        """Recognise what is here already, and book the rest where it fits.

        :param list unknown: (document, documents.Payment) that nothing here is linked to
        :param dict problems: {document: list of texts}, extended
        :param dict settled: {document: Decimal paid and credited in Xero, without those credits
            that are still to be matched here}
        """
        pairs = []
        for move, payment in unknown:
            if move.state == 'posted':
                pairs.append((move, payment))
            else:
                problems[move].append(_lt(
                    "Xero has a payment of %(amount)s dated %(date)s, and the document is not "
                    "posted here.", amount=lazy_amount(move.currency_id, payment.amount),
                    date=lazy_date(self.env, payment.date)))
        if not pairs:
            return
        pairing = self.env['xero.apply.recognise']._recognise(connection, pairs)
        self._link_recognised(connection, [
            (move, payment, pairing.found[payment.xero_id]) for move, payment in pairs
            if payment.xero_id in pairing.found])
        rest = []
        for move, payment in pairs:
            if payment.xero_id in pairing.unclear:
                problems[move].append(_lt(
                    "The payment of %(amount)s dated %(date)s in Xero may be one of these: "
                    "%(names)s. Nothing was booked. Match with the document the one that it is; "
                    "if it is none of them, register it here, too, with that date.",
                    amount=lazy_amount(move.currency_id, payment.amount),
                    date=lazy_date(self.env, payment.date), names=', '.join(
                        offer.name for offer in pairing.unclear[payment.xero_id])))
            elif payment.xero_id not in pairing.found:
                rest.append((move, payment))
        self._book_what_fits(connection, rest, problems, settled, pairing.spare)

    def _link_recognised(self, connection, found):
        """
        :param list found: (document, documents.Payment, Offer)
        """
        self.env['xero.settlement']._settle_recognised({
            (offer.entry, move) for move, _payment, offer in found if not offer.record})
        links = [(move, payment, offer) for move, payment, offer in found if offer.record]
        if not links:
            return
        self.env['xero.apply.recognise']._link(connection, links)
        loose = [(move, offer.record) for move, _payment, offer in links
                 if offer.record.move_id and not offer.record.is_reconciled]
        self.env['xero.apply.booking']._reconcile(
            self.env['account.payment'].union(*(here for _move, here in loose)),
            [move for move, _here in loose])

    def _book_what_fits(self, connection, pairs, problems, settled, spare):
        """Book payments, except those that are more than what is missing here: when what is open
        here already equals what Xero says is due, nothing is.

        :param list spare: of Offer, what pays the documents here and is not known in Xero
        """
        journals = self.env['account.journal']._xero_booking_journals(
            connection, [payment.account_id for _move, payment in pairs])
        left = {move: self.env['xero.payment.link']._left_to_pay(move) for move, _payment in pairs}
        others = {move: [offer for offer in spare if offer.scope == (move.id,)] for move in left}
        fitting = []
        # Those last that something of another date may be.
        for move, payment in sorted(pairs, key=lambda row: any(
                offer.amount == row[1].amount for offer in others[row[0]])):
            amount = move._xero_decimal(float(payment.amount))
            missing = left[move] - (move._xero_decimal(move.amount_total) - settled[move])
            if amount > min(left[move], missing):
                problems[move].append(self._too_much_text(
                    move, payment, left[move], others[move]))
            elif not journals[payment.account_id]:
                problems[move].append(_lt(
                    "There is no journal for the payment of %(amount)s dated %(date)s in Xero. "
                    "Map one to the account in Xero that it went to, or choose the journal for "
                    "payments on the connection to Xero.",
                    amount=lazy_amount(move.currency_id, amount),
                    date=lazy_date(self.env, payment.date)))
            else:
                left[move] -= amount
                fitting.append((move, payment))
        if fitting:
            self.env['xero.apply.booking']._book(connection, fitting)

    def _too_much_text(self, move, payment, left, others):
        """
        :param recordset move: `account.move` that is paid
        :param documents.Payment payment: more than what is missing here
        :param Decimal left: what is still to be paid here
        :param list others: of Offer, what pays the document here and is not known in Xero
        :return: why it was not booked, and what can be done, a lazy text
        """
        money, date = partial(lazy_amount, move.currency_id), lazy_date(self.env, payment.date)
        if others:
            return _lt(
                "The payment of %(amount)s dated %(date)s in Xero may be one of these: %(names)s. "
                "Nothing was booked: less would be open here than in Xero. If it is one of them, "
                "give it the same amount, and a date at most %(days)s days apart; if not, register "
                "in Xero, too, what is only here.",
                amount=money(payment.amount), date=date, days=NEAR.days,
                names=', '.join(dict.fromkeys(offer.name for offer in others)))
        return _lt(
            "The payment of %(amount)s dated %(date)s in Xero is more than what is missing here, "
            "where %(left)s are still to be paid. Nothing was booked. If it was registered here "
            "with another date or amount, make them agree; if not, take back what pays the "
            "document here.", amount=money(payment.amount), date=date, left=money(left))

    def _save_problems(self, connection, xero_payments, problems):
        """Put into the list of differences what could not be applied, and take off the rest."""
        Difference = self.env['xero.difference']
        for move, texts in problems.items():
            money = partial(lazy_amount, move.currency_id)
            there = joined(', ', [
                _lt("%(amount)s (%(date)s)", amount=money(payment.amount),
                    date=lazy_date(self.env, payment.date)) for payment in xero_payments[move]])
            paid = move._xero_decimal(move.amount_total - move.amount_residual)
            Difference._note(connection, move, 'payment', money(paid), there, joined('\n', texts))
        Difference._clear(
            connection, self.env['account.move'].union(
                *(move for move in xero_payments if move not in problems)), ['payment'])
