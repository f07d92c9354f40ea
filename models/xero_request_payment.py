"""Payments on their way to Xero."""
from dataclasses import replace

from odoo import api, fields, models

from ..xero.documents import Payment
from ..xero.outcome import match_outcomes
from .xero_request import PAYMENT_OPERATIONS


class XeroRequest(models.Model):
    _inherit = 'xero.request'

    operation = fields.Selection(
        selection_add=[('pay', "Send payments"), ('unpay', "Delete a payment")],
        ondelete={'pay': 'cascade', 'unpay': 'cascade'})

    @api.model
    def _operations(self):
        # EXTENDS 'account_xero'
        return super()._operations() + PAYMENT_OPERATIONS

    # === WHAT IS SENT === #

    def _links(self):
        """:return: the `xero.payment.link` of these requests, as far as they exist"""
        return self.env['xero.payment.link'].browse(
            self.filtered(lambda r: r.operation in PAYMENT_OPERATIONS)._record_ids()).exists()

    def _is_settled(self):
        # EXTENDS 'account_xero'
        if self.operation not in PAYMENT_OPERATIONS:
            return super()._is_settled()
        left = 'new' if self.operation == 'pay' else 'live'
        return left not in self._links().mapped('state')

    # === WAITING FOR AN ANSWER === #

    def _waiting(self):
        # EXTENDS 'account_xero'
        if self.operation in PAYMENT_OPERATIONS:
            return self.env['account.move']
        return super()._waiting()

    def _is_due(self, now):
        # EXTENDS 'account_xero'
        if self.operation not in PAYMENT_OPERATIONS:
            return super()._is_due(now)
        payments = self._links().payment_id.filtered(lambda p: p.xero_state == 'pending')
        return bool(payments) and (
            not self.retry_at or self.retry_at <= now
            # Queued again since.
            or any(not payment.xero_attempts for payment in payments))

    # === WHAT BECOMES OF AN ANSWER === #

    def _note_attempts(self, error):
        # EXTENDS 'account_xero'
        if self.operation not in PAYMENT_OPERATIONS:
            return super()._note_attempts(error)
        return self._links().payment_id._xero_note_attempt(error)

    def _match_results(self, elements, results):
        # EXTENDS 'account_xero': payments have no identity of their own before they are made
        if self.operation == 'unpay':
            return match_outcomes(elements, results, ('PaymentID',))
        if self.operation != 'pay':
            return super()._match_results(elements, results)
        flat = [replace(result, data=_identity(result.data)) for result in results]
        matched = match_outcomes(
            list(map(_identity, elements)), flat, ('Document', 'Amount', 'Date', 'Reference'))
        return [next((result for result, mark in zip(results, flat, strict=True)
                      if mark is match), None) for match in matched]

    def _apply_done(self, done, answer):
        # EXTENDS 'account_xero'
        if self.operation not in PAYMENT_OPERATIONS:
            super()._apply_done(done, answer)
            return
        left = 'live' if self.operation == 'unpay' else 'new'
        links = {link.id: link for link in self._links() if link.state == left}
        found = {links[item['id']]: result.xero_id for item, result in done
                 if item['id'] in links}
        # Of these only: the others of the request may be what something fails for.
        Link = self.env['xero.payment.link']
        if self.operation == 'unpay':
            Link.union(*found)._note_deleted()
            text = self.env._("Deleted in Xero: %s")
        else:
            Link._note_live(found)
            text = self.env._("Sent: %s")
        self.env['xero.log']._add_payments(
            [(link.payment_id, text % link._in_words()) for link in found], 'success',
            answer=answer)


def _identity(data):
    """:return: what tells a payment from the others of a request, sent or answered"""
    payment = Payment.from_json(data)
    return {'Document': payment.document_id, 'Amount': str(payment.amount),
            'Date': str(payment.date), 'Reference': payment.reference}
