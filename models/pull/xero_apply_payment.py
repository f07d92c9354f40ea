from collections import defaultdict

from odoo import models

from ...xero.documents import Payment
from .live import live


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
        self._settle(connection, {
            move: [payments.get(row.xero_id) or Payment.of_row(row, document.xero_id)
                   for row in document.payments if row.xero_id
                   # Deleted since its document was read.
                   and not (row.xero_id in payments
                            and payments[row.xero_id].status == 'DELETED')]
            for move, document in live(documents).items()})

    def _settle(self, connection, xero_payments):
        """Make the payments of documents what Xero says they are: book, recognise, undo.

        The payments are the whole truth, so applying the same again writes nothing. Those of a
        draft that was made in Xero wait until somebody posts it.

        :param recordset connection: `xero.connection`
        :param dict xero_payments: {document: list of its live documents.Payment}
        """
        Payment = self.env['account.payment'].sudo().with_company(
            connection.company_id).with_context(xero_pulling=True, skip_is_manually_modified=True)
        self = self.with_env(Payment.env)
        moves = self.env['account.move'].union(*(
            move for move in xero_payments if not (move.xero_origin and move.state == 'draft')))
        # What was sent from here has links of its own.
        xero_payments = self.env['xero.payment.link']._apply(
            connection, {move: xero_payments[move] for move in moves})
        live = {payment.xero_id: move for move, payments in xero_payments.items()
                for payment in payments}
        linked = Payment.search([
            ('company_id', '=', connection.company_id.id), ('xero_payment_id', '!=', False),
            ('xero_link_ids', 'not any', [('state', '=', 'live')]),
            '|', ('invoice_ids', 'in', moves.ids), ('xero_payment_id', 'in', list(live)),
        ])
        # A credit that was used is booked as a payment, too, but is no payment in Xero.
        self.env['xero.apply.booking']._undo(connection, linked.filtered(
            lambda p: p.xero_payment_id not in live and '/' not in p.xero_payment_id))

        problems = defaultdict(list)
        known = {payment.xero_payment_id: payment for payment in linked}
        self._check_linked(xero_payments, known, problems)
        unknown = [(move, payment) for move, payments in xero_payments.items()
                   for payment in payments if payment.xero_id not in known]
        if unknown:
            self._apply_unknown(connection, unknown, problems)
        self._save_problems(connection, xero_payments, problems)

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
                    problems[move].append(self.env._(
                        "%(name)s was cancelled here, and in Xero it still is a payment of "
                        "%(amount)s. Delete it there, too, or confirm it here again.",
                        name=here.display_name, amount=payment.amount))
                elif here.move_id and not here.is_reconciled and move.state == 'posted':
                    loose.append((move, here))
        if loose:
            payments = self.env['account.payment'].union(*(payment for _move, payment in loose))
            self.env['xero.apply.booking']._reconcile(
                payments, [move for move, _payment in loose])
            for move, payment in loose:
                if not payment.is_reconciled:
                    problems[move].append(self.env._(
                        "%(name)s is a payment of this document in Xero, and something else pays "
                        "it here.", name=payment.display_name))

    def _apply_unknown(self, connection, unknown, problems):
        """Recognise what is here already, and book the rest where it fits.

        :param list unknown: (document, documents.Payment) that nothing here is linked to
        :param dict problems: {document: list of texts}, extended
        """
        booking, recognise = self.env['xero.apply.booking'], self.env['xero.apply.recognise']
        pairs = []
        for move, payment in unknown:
            if move.state == 'posted':
                pairs.append((move, payment))
            else:
                problems[move].append(self.env._(
                    "Xero has a payment of %(amount)s dated %(date)s, and the document is not "
                    "posted here.", amount=payment.amount, date=payment.date))
        if not pairs:
            return
        pairing = recognise._recognise(connection, pairs)
        links = [(move, payment, pairing.found[payment.xero_id]) for move, payment in pairs
                 if pairing.found.get(payment.xero_id)]
        if links:
            recognise._link(connection, links)
            loose = [(move, here) for move, _payment, here in links
                     if here.move_id and not here.is_reconciled]
            booking._reconcile(self.env['account.payment'].union(*(here for _move, here in loose)),
                               [move for move, _here in loose])
        rest = []
        for move, payment in pairs:
            if payment.xero_id in pairing.unclear:
                problems[move].append(self.env._(
                    "The payment of %(amount)s dated %(date)s in Xero may be one of these: "
                    "%(names)s. Nothing was booked.",
                    amount=payment.amount, date=payment.date, names=', '.join(
                        offer.record.display_name for offer in pairing.unclear[payment.xero_id])))
            elif payment.xero_id not in pairing.found:
                rest.append((move, payment))
        self._book_what_fits(connection, rest, problems)

    def _book_what_fits(self, connection, pairs, problems):
        """Book payments, except those that are more than what is still to be paid here."""
        journals = self.env['account.journal']._xero_payment_journals(
            connection, [payment.account_id for _move, payment in pairs])
        left = {move: self._left_to_pay(move) for move, _payment in pairs}
        fitting = []
        for move, payment in pairs:
            amount = move._xero_decimal(float(payment.amount))
            if amount > left[move]:
                problems[move].append(self.env._(
                    "The payment of %(amount)s dated %(date)s in Xero is more than the "
                    "%(left)s that are still to be paid here. Nothing was booked. If it was "
                    "registered here with another date or amount, make them agree; if not, take "
                    "back what pays the document here.",
                    amount=amount, date=payment.date, left=left[move]))
            elif not journals[payment.account_id]:
                problems[move].append(self.env._(
                    "There is no bank journal for the payment of %(amount)s dated %(date)s in "
                    "Xero. Create one, or choose the journal for payments on the connection to "
                    "Xero.", amount=amount, date=payment.date))
            else:
                left[move] -= amount
                fitting.append((move, payment))
        if fitting:
            self.env['xero.apply.booking']._book(connection, fitting)

    def _left_to_pay(self, move):
        """Return what is still to be paid.

        A payment of Odoo without a journal entry leaves the residual as it is until the bank's
        statement comes.

        :return: amount in the document's currency
        :rtype: Decimal
        """
        without_entry = move.matched_payment_ids.filtered(
            lambda p: p.state == 'in_process' and not p.move_id
            and p.currency_id == move.currency_id)
        return move._xero_decimal(move.amount_residual - sum(without_entry.mapped('amount')))

    def _save_problems(self, connection, xero_payments, problems):
        """Put into the list of differences what could not be applied, and take off the rest."""
        Difference = self.env['xero.difference']
        for move, texts in problems.items():
            there = ', '.join(
                f"{payment.amount} ({payment.date})" for payment in xero_payments[move])
            paid = move._xero_decimal(move.amount_total - move.amount_residual)
            Difference._note(connection, move, 'payment', str(paid), there, '\n'.join(texts))
        Difference._clear(
            connection, self.env['account.move'].union(
                *(move for move in xero_payments if move not in problems)), ['payment'])
