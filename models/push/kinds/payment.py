"""Payments that were registered here: sent on demand, deleted in Xero when they are undone here."""
from dataclasses import replace
from functools import partial

from odoo import fields, models

from ....xero import query
from ....xero.documents import Document, Payment
from ....xero.outcome import match_outcomes
from ...core.problem import Problem
from ...documents.account_payment_plan import PAYABLE


class XeroPushPayment(models.AbstractModel):
    """Payments; what is sent of one is an `xero.payment.link` for each document that it pays."""

    _name = 'xero.push.payment'
    _inherit = 'xero.push.kind'
    _description = "Payments Sent to Xero"

    _model = 'account.payment'
    _operations = {'pay': "Send payments"}

    #: State of the links that a request is still to change.
    _link_state = 'new'

    # === WHAT WAITS === #

    def _domain(self, connections):
        """The payments of which something may be to do in Xero now: changed ones, and those that
        waited for a document that has arrived there."""
        # OVERRIDES 'account_xero'
        waiting = fields.Domain('xero_state', '=', 'waiting') & fields.Domain(
            'xero_link_ids', 'any', [
                ('state', '=', 'new'), ('move_id.xero_state', '=', 'synced'),
                ('move_id.xero_status', 'in', PAYABLE)])
        companies = connections.filtered('push_payments').company_id
        return fields.Domain('company_id', 'in', companies.ids) & (
            fields.Domain('xero_state', '=', 'pending') | waiting)

    def _busy_domain(self, connection):
        # OVERRIDES 'account_xero'
        links = self.env['xero.payment.link']._on_their_way(connection)
        return fields.Domain('id', 'in', links.payment_id.ids)

    def _get_links(self, request):
        """:return: the `xero.payment.link` of a request, as far as they exist"""
        return self.env['xero.payment.link'].browse(request._record_ids()).exists()

    # === WHAT IS SENT === #

    def _portions(self, connection, sender, records, reserve):
        # OVERRIDES 'account_xero': what Xero may have already is not sent
        if records := self.env['xero.push.payment.check']._check(connection, records):
            yield records

    def _prepare(self, connection, records):
        # OVERRIDES 'account_xero'
        bodies, items = [], []
        records.filtered(lambda p: p.xero_state == 'waiting').xero_state = 'pending'
        for payment in records:
            plan = payment._xero_prepare_plan()
            if plan.problem:
                payment._xero_fail([plan.problem])
                continue
            links = payment._xero_prepare_links({**plan.missing, **plan.later})
            bodies += [payment._xero_prepare_body(connection, links[move], part)
                       for move, part in plan.missing.items()]
            items += [{'id': links[move].id, 'revision': payment.xero_revision}
                      for move in plan.missing]
        records._xero_conclude()
        return self.env['xero.request']._batches(
            connection, 'pay', 'Payments', bodies, items, 'Payments')

    # === WHILE THERE IS NO ANSWER === #

    def _get_waiting(self, request):
        # OVERRIDES 'account_xero'
        return [self._get_links(request).payment_id.filtered(lambda p: p.xero_state == 'pending')]

    def _is_asked_for(self, record):
        # OVERRIDES 'account_xero': queued again since, by whatever
        return not record.xero_attempts

    def _is_settled(self, request):
        # OVERRIDES 'account_xero'
        return self._link_state not in self._get_links(request).mapped('state')

    def _find_in_xero(self, request):
        """:return: list of documents.Document that the request pays, with what is paid of them"""
        # OVERRIDES 'account_xero'
        moves = self._get_links(request).filtered(lambda link: link.state == 'new').grouped(
            lambda link: link._document_endpoint())
        invoices, notes = (
            {link.move_id.xero_document_id for link in moves.get(endpoint, ())}
            for endpoint in ('Invoices', 'CreditNotes'))
        push, connection = self.env['xero.push'], request.connection_id
        rows = push._get_rows(connection, 'Invoices', query.by_ids(invoices)) + push._get_rows(
            connection, 'CreditNotes',
            query.by_id('CreditNotes', [{'CreditNoteID': note} for note in notes]))
        return list(map(Document.from_json, rows))

    def _recover(self, request, found):
        # OVERRIDES 'account_xero'
        links = self._get_links(request).filtered(lambda link: link.state == 'new')
        items = {item['id']: item for item in request.items}
        faulty = request._apart([(items[link.id], link) for link in links],
                                partial(self._adopt, request.connection_id, found))
        self._end(request, [item for item, _link in faulty])

    def _adopt(self, connection, documents, things):
        """Take payments whose answer was lost for sent, where Xero has them.

        :param list documents: documents.Document, with what is paid of them
        :param list things: (item of the request, `xero.payment.link`)
        """
        links = self.env['xero.payment.link'].union(*(link for _item, link in things))
        taken = links._taken(
            connection, [row.xero_id for document in documents for row in document.payments])
        by_document = links.grouped(lambda link: link.move_id.xero_document_id)
        found = {link: row.xero_id for document in documents
                 for link, row in by_document.get(document.xero_id, links.browse())._match(
                     [row for row in document.payments if row.xero_id not in taken]).items()}
        links._mark_live(found)
        self.env['xero.log']._add_records('push', [
            (link.payment_id, 'success', None, self.env._(
                "Found in Xero, where it had arrived: %s", link._in_words()))
            for link in found])

    # === WHAT BECOMES OF AN ANSWER === #

    def _match(self, request, elements, results):
        # OVERRIDES 'account_xero': payments have no identity of their own before they are made
        flat = [replace(result, data=_identity(result.data)) for result in results]
        matched = match_outcomes(
            list(map(_identity, elements)), flat, ('Document', 'Amount', 'Date', 'Reference'))
        return [next((result for result, mark in zip(results, flat, strict=True)
                      if mark is match), None) for match in matched]

    def _apply(self, request, done, answer):
        # OVERRIDES 'account_xero'
        links = {link.id: link for link in self._get_links(request)
                 if link.state == self._link_state}
        found = {links[item['id']]: result.xero_id for item, result in done
                 if item['id'] in links}
        text = self._apply_to_links(found)
        self.env['xero.log']._add_records('push', [
            (link.payment_id, 'success', None, text % link._in_words()) for link in found], answer)
        self.env['account.payment'].union(*(link.payment_id for link in found))._xero_conclude()

    def _apply_to_links(self, found):
        """
        :param dict found: {`xero.payment.link`: identifier of the payment in Xero}
        :return: what was done, for people
        """
        self.env['xero.payment.link']._mark_live(found)
        return self.env._("Sent: %s")

    # === WHAT XERO REFUSED === #

    def _get_rejected(self, connection, rejection):
        # OVERRIDES 'account_xero'
        payment = self.env['xero.payment.link'].browse(rejection.item['id']).exists().payment_id
        return [payment.filtered(
            lambda p: p.xero_state == 'pending' and p.xero_revision == rejection.item['revision'])]

    def _fail(self, connection, rejections):
        # OVERRIDES 'account_xero'
        for rejection in rejections:
            if link := self.env['xero.payment.link'].browse(rejection.item['id']).exists():
                link.payment_id._xero_fail([Problem(rejection.code, '\n'.join([
                    link._in_words(), self._words(rejection)]))], rejection.item['revision'])


class XeroPushPaymentDeletion(models.AbstractModel):
    """What was cancelled, taken off its document or changed here is deleted in Xero: before
    documents go out, because a paid one cannot be voided."""

    _name = 'xero.push.payment.deletion'
    _inherit = 'xero.push.payment'
    _description = "Payments Deleted in Xero"

    _operations = {'unpay': "Delete a payment"}
    _identity = ('PaymentID',)
    _link_state = 'live'

    def _push_first(self, connection):
        # OVERRIDES 'account_xero'
        self._push_all(connection)

    def _push(self, connection):
        # OVERRIDES 'account_xero': it was done first
        return

    def _portions(self, connection, sender, records, reserve):
        # OVERRIDES 'account_xero'
        yield records

    def _prepare(self, connection, records):
        # OVERRIDES 'account_xero': Xero deletes payments singly
        return [
            self.env['xero.request']._values(
                connection, 'unpay', 'POST', f'Payments/{link.xero_payment_id}',
                [{'Status': 'DELETED'}], [{'id': link.id, 'revision': payment.xero_revision}])
            for payment in records for link in payment._xero_prepare_plan().obsolete]

    def _find_in_xero(self, request):
        # OVERRIDES 'account_xero': a deletion is simply repeated
        return []

    def _match(self, request, elements, results):
        # OVERRIDES 'account_xero': a single one
        return match_outcomes(elements, results, self._identity)

    def _apply_to_links(self, found):
        # OVERRIDES 'account_xero'
        self.env['xero.payment.link'].union(*found)._mark_deleted()
        return self.env._("Deleted in Xero: %s")

    def _doubt(self, rejection):
        # OVERRIDES 'account_xero'
        return 'Payments', rejection.operation

    def _questions(self, path, operation, rejections):
        # OVERRIDES 'account_xero'
        links = self.env['xero.payment.link'].browse(
            rejection.item['id'] for rejection in rejections).exists()
        return query.payments(links.mapped('xero_payment_id'))

    def _resolve(self, connection, operation, rejections, rows):
        """A deletion that Xero refuses has been done already, or cannot be done from here."""
        # OVERRIDES 'account_xero'
        known = {payment.xero_id: payment for payment in map(Payment.from_json, rows)}
        for rejection in rejections:
            link = self.env['xero.payment.link'].browse(rejection.item['id']).exists()
            payment = known.get(link.xero_payment_id)
            if payment and payment.status == 'DELETED':
                link._mark_deleted()
            elif payment and payment.batch_id:
                link.payment_id._xero_fail([Problem('document_not_editable', self.env._(
                    "%s is part of a batch payment in Xero. Delete the batch payment there.",
                    link._in_words()))], rejection.item['revision'])
            else:
                self._fail(connection, [rejection])


def _identity(data):
    """:return: what tells a payment from the others of a request, sent or answered"""
    payment = Payment.from_json(data)
    return {'Document': payment.document_id, 'Amount': str(payment.amount),
            'Date': str(payment.date), 'Reference': payment.reference}
