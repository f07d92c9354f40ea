"""Payments that were registered here are sent to Xero, on demand; each once."""
from functools import partial

from odoo import api, fields, models, tools

from ..xero import query
from ..xero.documents import Document, Payment
from .account_move_preflight import Problem
from .account_payment_push import PAYABLE
from .fault import apart
from .xero_connection_lookup import LookUpFailed
from .xero_connection_push import CHUNK, DAY_RESERVE
from .xero_request import PAYMENT_OPERATIONS


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    push_payments = fields.Boolean(
        "Send payments",
        help="Payments that are registered here from now on, of documents that Xero has approved, "
             "are made in Xero, too, in the account that the journal is mapped to. Cancelled here, "
             "they are deleted there. Leave it off when payments are registered in Xero, for "
             "instance from its bank feeds.")
    payments_since = fields.Datetime(
        compute='_compute_payments_since', store=True,
        help="Payments registered before this moment are not sent.")

    @api.depends('push_payments')
    def _compute_payments_since(self):
        for connection in self:
            # By the database's clock, as the moment at which a payment was registered.
            connection.payments_since = connection.push_payments and (
                connection.payments_since or self.env.cr.now().replace(microsecond=0))

    @api.model_create_multi
    def create(self, vals_list):
        connections = super().create(vals_list)
        if any(connections.mapped('push_payments')):
            self.env.registry.clear_cache()
        return connections

    def write(self, vals):
        result = super().write(vals)
        if 'push_payments' in vals:
            self.env.registry.clear_cache()
        return result

    @api.model
    @tools.ormcache()
    def _companies_sending_payments(self):
        """:return: ids of the companies that send their payments; asked at each reconciliation"""
        return frozenset(self.sudo().search([('push_payments', '=', True)]).company_id.ids)

    # === QUEUE === #

    def _payment_requests(self, *operations):
        """:return: `xero.request` of payments without an answer, of all kinds unless some are
        named"""
        return self.env['xero.request'].search([
            ('connection_id', '=', self.id),
            ('operation', 'in', operations or PAYMENT_OPERATIONS)])

    def _pending_payments(self, but=(), limit=None):
        """Return the payments of which something may be to do in Xero now: changed ones, and
        those that waited for a document that has arrived there.

        :param but: ids to leave out
        :param int limit: how many at most
        """
        if not self.push_payments:
            return self.env['account.payment']
        waiting = fields.Domain('xero_state', '=', 'waiting') & fields.Domain(
            'xero_link_ids', 'any', [
                ('state', '=', 'new'), ('move_id.xero_state', '=', 'synced'),
                ('move_id.xero_status', 'in', PAYABLE)])
        return self.env['account.payment'].search(
            fields.Domain([('company_id', '=', self.company_id.id), ('id', 'not in', list(but))])
            & (fields.Domain('xero_state', '=', 'pending') | waiting), order='id', limit=limit)

    def _payment_portions(self):
        """Yield the payments that wait, those of unanswered requests excepted, in portions."""
        had = set()
        while self._time_left() and self.state == 'connected':
            busy = self._payment_requests()._links().payment_id.ids
            payments = self._pending_payments({*had, *busy}, CHUNK)
            if not payments:
                return
            had.update(payments.ids)
            yield payments

    # === SENDING === #

    def _push_payment_deletions(self):
        """Delete in Xero what was cancelled, taken off its document or changed here.

        :raise XeroError: nothing more can be sent now
        """
        for payments in self._payment_portions():
            self._push_requests(
                self._transaction(self._prepare_payment_deletions, payments), DAY_RESERVE)

    def _prepare_payment_deletions(self, payments):
        """:return: values of requests, one a payment: Xero deletes them singly"""
        obsolete = self.env['xero.payment.link'].union(*apart(
            self.env, payments, lambda some: self.env['xero.payment.link'].union(*(
                payment._xero_prepare_plan().obsolete for payment in some)),
            payments._xero_fail_faulty))
        return [
            self.env['xero.request']._values(
                self, 'unpay', 'POST', f'Payments/{link.xero_payment_id}', [{'Status': 'DELETED'}],
                [{'id': link.id, 'ticket': link.payment_id.xero_ticket}])
            for link in obsolete]

    def _push_payments(self):
        """Send the payments of documents that Xero has approved.

        :raise XeroError: nothing more can be sent now
        """
        for payments in self._payment_portions():
            self._push_requests(
                self._transaction(self._prepare_payments, payments), DAY_RESERVE)
            self._transaction(payments._xero_conclude)

    def _prepare_payments(self, payments):
        """Fail what cannot be sent, and return the requests for the rest.

        :rtype: list(dict)
        """
        payments.filtered(lambda p: p.xero_state == 'waiting').xero_state = 'pending'
        bodies, items = [], []
        for made, of in apart(self.env, payments, self._prepare_payments_together,
                              payments._xero_fail_faulty):
            bodies += made
            items += of
        payments._xero_conclude()
        return self.env['xero.request']._batches(
            self, 'pay', 'Payments', bodies, items, 'Payments')

    def _prepare_payments_together(self, payments):
        """As :meth:`_prepare_payments`, all or none.

        :return: JSON objects, and an item of the request for each
        :rtype: tuple(list(dict), list(dict))
        """
        bodies, items = [], []
        for payment in payments:
            plan = payment._xero_prepare_plan()
            if plan.problem:
                payment._xero_fail(plan.problem)
                continue
            links = payment._xero_prepare_links({**plan.missing, **plan.later})
            bodies += [payment._xero_prepare_body(self, links[move], part)
                       for move, part in plan.missing.items()]
            items += [{'id': links[move].id, 'ticket': payment.xero_ticket}
                      for move in plan.missing]
        return bodies, items

    # === WHEN THE OUTCOME IS NOT PLAIN === #

    def _find_created(self, request):
        # EXTENDS 'account_xero': what the documents of a request show of payments
        if request.operation != 'pay':
            return super()._find_created(request)
        moves = request._links().filtered(lambda link: link.state == 'new').grouped(
            lambda link: link._document_endpoint())
        invoices, notes = (
            {link.move_id.xero_document_id for link in moves.get(endpoint, ())}
            for endpoint in ('Invoices', 'CreditNotes'))
        rows = self._look_up('Invoices', query.by_ids(invoices)) + self._look_up(
            'CreditNotes', query.by_id('CreditNotes', [{'CreditNoteID': n} for n in notes]))
        return list(map(Document.from_json, rows))

    def _settle_forgotten(self, request, documents):
        # EXTENDS 'account_xero'
        if request.operation not in PAYMENT_OPERATIONS:
            super()._settle_forgotten(request, documents)
            return
        # What is not found goes out again from the queue. A deletion is simply repeated.
        links = request._links().filtered(lambda link: link.state == 'new')
        items, found = {item['id']: item for item in request.items}, []
        for document in documents:
            taken = links._taken(self, [row.xero_id for row in document.payments])
            matches = links.filtered(
                lambda link, document=document: link.move_id.xero_document_id == document.xero_id
            )._match([row for row in document.payments if row.xero_id not in taken])
            found += [(items[link.id], link, row.xero_id) for link, row in matches.items()]
        faulty = request._faulty(found, self._settle_found)
        request._end([item for item, *_link in faulty])

    def _settle_found(self, found):
        """Adopt payments whose answer was lost.

        :param list found: (item of the request, `xero.payment.link`, identifier in Xero)
        """
        self.env['xero.payment.link']._note_live({link: xero_id for _item, link, xero_id in found})
        self.env['xero.log']._add_payments([
            (link.payment_id, self.env._(
                "Found in Xero, where it had arrived: %s", link._in_words()))
            for _item, link, _xero_id in found], 'success')

    def _drop_settled_payments(self):
        """Take from the outbox what the pull has seen to be done."""
        self._payment_requests().filtered(lambda request: request._is_settled()).unlink()

    def _look_up_refused(self, refusals):
        # EXTENDS 'account_xero'
        payments = [r for r in refusals if r.operation in PAYMENT_OPERATIONS]
        result = super()._look_up_refused([r for r in refusals if r not in payments])
        deletions = [r for r in payments if r.operation == 'unpay']
        self._transaction(self._settle_refused, [r for r in payments if r not in deletions],
                          self._fail_payments)
        if deletions:
            links = self.env['xero.payment.link'].browse(
                r.item['id'] for r in deletions).exists()
            try:
                rows = self._look_up('Payments', query.payments(links.mapped('xero_payment_id')))
            except LookUpFailed:
                rows = []
            self._transaction(self._settle_refused, deletions, partial(
                self._settle_deletions, payments=list(map(Payment.from_json, rows))))
        return result

    def _settle_not_looked_up(self, refusals, error):
        # EXTENDS 'account_xero'
        payments = [r for r in refusals if r.operation in PAYMENT_OPERATIONS]
        super()._settle_not_looked_up([r for r in refusals if r not in payments], error)
        self.env['xero.payment.link'].browse(
            r.item['id'] for r in payments).exists().payment_id._xero_note_attempt(error)

    def _settle_deletions(self, refusals, payments):
        """A deletion that Xero refuses has been done already, or cannot be done from here.

        :param list payments: documents.Payment that Xero has of them
        """
        known = {payment.xero_id: payment for payment in payments}
        for refusal in refusals:
            link = self.env['xero.payment.link'].browse(refusal.item['id']).exists()
            payment = known.get(link.xero_payment_id)
            if payment and payment.status == 'DELETED':
                link._note_deleted()
            elif payment and payment.batch_id:
                link.payment_id._xero_fail(Problem('document_not_editable', self.env._(
                    "%s is part of a batch payment in Xero. Delete the batch payment there.",
                    link._in_words())), refusal.item['ticket'])
            else:
                self._fail_payments([refusal])

    def _fail_payments(self, refusals):
        """Fail payments with Xero's own words."""
        for refusal in refusals:
            link = self.env['xero.payment.link'].browse(refusal.item['id']).exists()
            link.payment_id._xero_fail(Problem(refusal.code, '\n'.join([
                link._in_words(), *(refusal.messages or [self.env._("Xero gave no reason.")])
            ])), refusal.item['ticket'])

    # === WHAT COMES BACK === #

    def _payments_here(self, ids):
        # EXTENDS 'account_xero'
        ids = list(ids)
        links = self.env['xero.payment.link'].search_fetch(
            [('company_id', '=', self.company_id.id), ('xero_payment_id', 'in', ids)],
            ['xero_payment_id', 'state'])
        return {**super()._payments_here(ids),
                **{link.xero_payment_id: link.state == 'live' for link in links}}
