"""Payments that were registered here: sent on demand, deleted in Xero when they are undone here."""
from dataclasses import replace
from functools import partial

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ....xero import query
from ....xero.documents import Payment
from ....xero.outcome import match_outcomes
from ...core.kinds import CLOCK_SKEW, XERO_KINDS
from ...core.problem import Problem
from ...core.words import joined
from ...documents.account_payment_plan import PAYABLE
from ...documents.cures import cure_of

_lt = LazyTranslate(__name__)


class XeroPushPayment(models.AbstractModel):
    """Payments; what is sent of one is an `xero.payment.link` for each document that it pays."""

    _name = 'xero.push.payment'
    _inherit = 'xero.push.kind'
    _description = "Payments Sent to Xero"

    _model = 'account.payment'
    _operations = {'pay': "Send payments"}
    _makes = {'pay': 'link_id'}

    #: What is sent, a model with `xero.paid.mixin`.
    _link_model = 'xero.payment.link'
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
        companies = connections.filtered('push_payments').company_id._xero_together()
        return fields.Domain('company_id', 'in', companies.ids) & (
            fields.Domain('xero_state', '=', 'pending') | waiting)

    def _busy_domain(self, connection):
        # OVERRIDES 'account_xero'
        links = self.env['xero.payment.link']._on_their_way(connection)
        return fields.Domain('id', 'in', links.payment_id.ids)

    def _get_links(self, request):
        """:return: the `xero.payment.link` of a request, as far as they exist"""
        return self.env[self._link_model].browse(request._record_ids()).exists()

    def _get_link(self, rejection):
        """:return: what Xero refused, of ``_link_model``, as far as it exists"""
        return self.env[self._link_model].browse(rejection.item['id']).exists()

    # === WHAT IS SENT === #

    def _portions(self, connection, sender, records, reserve):
        # OVERRIDES 'account_xero': what Xero may have already is not sent
        if records := self.env['xero.push.payment.check']._check(self, connection, records):
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
            connection, *self._operations, 'Payments', bodies, items, 'Payments')

    # === WHILE THERE IS NO ANSWER === #

    def _get_waiting(self, request):
        # OVERRIDES 'account_xero'
        return [self._get_links(request)._get_payers().filtered(
            lambda p: p.xero_state == 'pending')]

    def _is_asked_for(self, record):
        # OVERRIDES 'account_xero': queued again since, by whatever
        return not record.xero_attempts

    def _is_settled(self, request):
        # OVERRIDES 'account_xero'
        return self._link_state not in self._get_links(request).mapped('state')

    def _is_asked_first(self, request):
        # OVERRIDES 'account_xero'
        return True

    def _get_missing(self, request, found):
        # OVERRIDES 'account_xero'
        links = self._get_links(request).filtered(lambda link: link.state == 'new')
        there = {link.id for link in self._find(request, found, links)}
        return [item for item in request.items if item['id'] in set(links.ids) - there]

    def _find_in_xero(self, request):
        """Ask Xero for payments of the documents that the request pays, also for deleted ones. A
        list of documents would not do: it may leave out what was paid of them.

        :return: list of documents.Payment
        """
        # OVERRIDES 'account_xero'
        links = self._get_links(request).filtered(lambda link: link.state == 'new').grouped(
            lambda link: link._document_endpoint())
        invoices, refunds = (links.get(name, ()) for name in ('Invoices', 'CreditNotes'))
        return list(map(Payment.from_json, self.env['xero.push']._get_rows(
            request.connection_id, 'Payments', [
                *query.paid({link.move_id.xero_document_id for link in invoices}),
                *query.refunded([
                    (XERO_KINDS[link.move_id.move_type], link.date) for link in refunds])])))

    def _recover(self, request, found):
        # OVERRIDES 'account_xero'
        links = self._get_links(request).filtered(lambda link: link.state == 'new')
        items = {item['id']: item for item in request.items}
        faulty = request._apart([(items[link.id], link) for link in links],
                                partial(self._adopt, request, found))
        self._end(request, [item for item, _link in faulty])

    def _adopt(self, request, payments, things):
        """Take payments whose answer was lost for sent, where Xero has them. The pull takes back
        those that somebody has deleted there since.

        :param list payments: as of :meth:`_find_in_xero`
        :param list things: (item of the request, `xero.payment.link`)
        """
        links = self.env[self._link_model].union(*(link for _item, link in things))
        found = self._find(request, payments, links)
        links._mark_live({link: payment.xero_id for link, payment in found.items()})
        self.env['xero.log']._add_records('push', [
            (link._get_payers(), 'success', None, _lt(
                "Found in Xero, where it had arrived: %s", link._in_words()))
            for link in found])
        links.filtered(lambda link: link in found and found[link].status == 'DELETED'
                       ).move_id._xero_queue_pull()

    def _find(self, request, payments, links):
        """Find what Xero has of the payments of a request; of those that are deleted there only
        what may have been made by it.

        :param list payments: as of :meth:`_find_in_xero`
        :param recordset links: `xero.payment.link`
        :return: {link: documents.Payment}
        """
        since = request.sent_at - CLOCK_SKEW
        taken = links._taken(
            request.connection_id, [payment.xero_id for payment in payments])
        found = {}
        for document_id, some in links.grouped(lambda link: link.move_id.xero_document_id).items():
            left = [payment for payment in payments
                    if payment.document_id == document_id and payment.xero_id not in taken]
            live = some._match([p for p in left if p.status != 'DELETED'])
            rest = some - links.browse(link.id for link in live)
            found |= live | rest._match(
                [p for p in left if p.status == 'DELETED' and p.updated and p.updated >= since],
                whatever_reference=False)
        return found

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
        texts = self._apply_to_links(found)
        self.env['xero.log']._add_records('push', [
            (link._get_payers(), 'success', None, texts[link]) for link in found], answer)
        self.env[self._link_model].union(*found)._get_payers()._xero_conclude()

    def _apply_to_links(self, found):
        """
        :param dict found: {`xero.payment.link`: identifier of the payment in Xero}
        :return: {link: what was done, a lazy text}
        :rtype: dict
        """
        self.env[self._link_model]._mark_live(found)
        return {link: _lt("Sent: %s", link._in_words()) for link in found}

    # === WHAT XERO REFUSED === #

    def _get_rejected(self, connection, rejection):
        # OVERRIDES 'account_xero'
        payment = self._get_link(rejection)._get_payers()
        return [payment.filtered(
            lambda p: p.xero_state == 'pending' and p.xero_revision == rejection.item['revision'])]

    def _fail(self, connection, rejections):
        # OVERRIDES 'account_xero'
        for rejection in rejections:
            if link := self._get_link(rejection):
                text = joined('\n', [link._in_words(), self._words(rejection)])
                cure = _cure_of(connection, link, rejection.code)
                link._get_payers()._xero_fail([
                    Problem.at(cure, rejection.code, text) if cure
                    else Problem(rejection.code, text)], rejection.item['revision'])


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
        [operation] = self._operations
        return [
            self.env['xero.request']._values(
                connection, operation, 'POST', f'Payments/{link.xero_payment_id}',
                [{'Status': 'DELETED'}], [{'id': link.id, 'revision': payment.xero_revision}])
            for payment in records for link in payment._xero_prepare_plan().obsolete]

    def _is_asked_first(self, request):
        # OVERRIDES 'account_xero': a deletion is simply repeated
        return False

    def _find_in_xero(self, request):
        # OVERRIDES 'account_xero'
        return []

    def _match(self, request, elements, results):
        # OVERRIDES 'account_xero': a single one
        return match_outcomes(elements, results, self._identity)

    def _apply_to_links(self, found):
        # OVERRIDES 'account_xero'
        self.env[self._link_model].union(*found)._mark_deleted()
        return {link: _lt("Deleted in Xero: %s", link._in_words()) for link in found}

    def _doubt(self, rejection):
        # OVERRIDES 'account_xero'
        return 'Payments', rejection.operation

    def _questions(self, path, operation, rejections):
        # OVERRIDES 'account_xero'
        links = self.env[self._link_model].browse(
            rejection.item['id'] for rejection in rejections).exists()
        return query.payments(links.mapped('xero_payment_id'))

    def _resolve(self, connection, operation, rejections, rows):
        """A deletion that Xero refuses has been done already, or cannot be done from here."""
        # OVERRIDES 'account_xero'
        known = {payment.xero_id: payment for payment in map(Payment.from_json, rows)}
        for rejection in rejections:
            link = self._get_link(rejection)
            payment = known.get(link.xero_payment_id)
            if payment and payment.status == 'DELETED':
                link._mark_deleted()
            elif payment and payment.batch_id:
                link._get_payers()._xero_fail([Problem('document_not_editable', _lt(
                    "%s is part of a batch payment in Xero. Delete the batch payment there.",
                    link._in_words()))], rejection.item['revision'])
            else:
                self._fail(connection, [rejection])


def _identity(data):
    """:return: what tells a payment from the others of a request, sent or answered"""
    payment = Payment.from_json(data)
    return {'Document': payment.document_id, 'Amount': str(payment.amount),
            'Date': str(payment.date), 'Reference': payment.reference}


def _cure_of(connection, link, code):
    """
    :param recordset link: `xero.payment.link` that Xero refused
    :return: the record on which that is put right
    """
    if code == 'unmapped_account':
        return link.journal_id
    return cure_of(connection, link.move_id, code, '') or link.move_id
