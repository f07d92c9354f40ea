"""Credit notes that were matched with invoices here: allocated in Xero, released when undone."""
from dataclasses import replace
from decimal import Decimal
from functools import partial

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ....xero import payload, query
from ....xero.documents import Credit, Document
from ....xero.outcome import match_outcomes
from ...connection.xero_budget import DAY_RESERVE
from ...core.apart import apart
from ...core.problem import Problem
from ...core.words import joined
from ...documents.account_move_allocation import fetch_matches
from ...documents.account_payment_plan import PAYABLE
from ..xero_push import LookUpFailed

_lt = LazyTranslate(__name__)

#: Matches about which Xero is asked in one go, before any of them is sent.
ASKED = 50


class XeroPushAllocation(models.AbstractModel):
    """Allocations. Xero adds what is sent to what it has, and its answer names nothing that was
    made: so Xero is asked first, always, and what is missing of the sum is sent. An answer that was
    lost needs no more than that."""

    _name = 'xero.push.allocation'
    _inherit = 'xero.push.kind'
    _description = "Credit Notes Matched in Xero"

    _model = 'xero.allocation'
    _operations = {'allocate': "Match credit notes"}
    _makes = {'allocate': 'allocation_id'}
    _id_fields = ()

    # === WHAT WAITS === #

    def _domain(self, connections):
        # OVERRIDES 'account_xero'
        ready = fields.Domain.AND(
            [(f'{side}.xero_state', '=', 'synced'), (f'{side}.xero_status', 'in', PAYABLE)]
            for side in ('credit_id', 'invoice_id'))
        return self._waiting_domain(connections) & ready

    def _waiting_domain(self, connections):
        """:return: domain of what may go out now, as far as the connections are concerned"""
        switched = connections.filtered('push_allocations')
        rich = switched.filtered(
            lambda c: self.env['xero.budget']._get_left_today(c) > DAY_RESERVE)
        return fields.Domain('xero_state', '=', 'pending') & fields.Domain(
            'company_id', 'in', switched.company_id._xero_together().ids) & (
                fields.Domain('company_id', 'in', rich.company_id._xero_together().ids)
                | fields.Domain('xero_manual', '=', True))

    def _busy_domain(self, connection):
        # OVERRIDES 'account_xero': whatever is done to the same match
        requests = self.env['xero.push.allocation']._requests(connection) \
            | self.env['xero.push.allocation.deletion']._requests(connection)
        return fields.Domain('id', 'in', list(requests._record_ids()))

    def _portions(self, connection, sender, records, reserve):
        """Yield matches in portions, after Xero was asked what it has of them."""
        # OVERRIDES 'account_xero'
        for start in range(0, len(records), ASKED):
            some = records[start:start + ASKED]
            try:
                documents = self._ask(connection, some)
            except LookUpFailed as failed:
                connection._commit_with_retry(some._xero_count_attempt, failed.error)
                continue
            yield connection._commit_with_retry(self._check_apart, connection, some, documents)

    def _ask(self, connection, records):
        """:return: what Xero has of the credit notes and invoices of some matches, as of
            :meth:`XeroPush._get_documents`"""
        return self.env['xero.push']._get_documents(
            connection, records.credit_id | records.invoice_id)

    def _check_apart(self, connection, records, documents):
        """As :meth:`_check`; one that cannot be checked fails by itself."""
        records = records.exists().filtered(lambda pair: pair.xero_state == 'pending')
        return records.browse().union(*apart(
            self.env, records, partial(self._check, connection, documents),
            partial(self._fail_faulty, connection)))

    def _check(self, connection, documents, records):
        """Keep what Xero has of some matches, and fail those that it would refuse.

        :param dict documents: as of :meth:`_ask`
        :return: the others
        """
        fetch_matches(records.credit_id | records.invoice_id)
        left = {xero_id: document.amount_due for xero_id, document in documents.items()}
        refused = records.browse()
        for pair in records:
            credit, invoice = (documents.get(move.xero_document_id)
                               for move in (pair.credit_id, pair.invoice_id))
            pair.known = _allocations(credit, pair)
            problem = self._check_one(connection, pair, *(
                document and replace(document, amount_due=left[document.xero_id])
                for document in (credit, invoice)))
            if problem:
                refused |= pair
                pair._refuse(problem)
            else:
                for document in filter(None, (credit, invoice)):
                    if document.amount_due is not None:
                        left[document.xero_id] -= pair._plan().missing
        return records - refused

    def _check_one(self, connection, pair, credit, invoice):
        """:return: Problem for which a match cannot be sent, or None"""
        missing = pair._plan().missing
        return pair._check_sendable(connection, missing, credit, invoice) if missing else None

    # === WHAT IS SENT === #

    def _prepare(self, connection, records):
        # OVERRIDES 'account_xero'
        values, done = [], records.browse()
        fetch_matches(records.credit_id)
        for credit, pairs in records.grouped('credit_id').items():
            bodies, items = [], []
            for pair in pairs:
                plan = pair._plan()
                if plan.missing:
                    bodies.append(self._body(pair, plan.missing))
                    items.append({'id': pair.id, 'revision': pair.xero_revision,
                                  'amount': str(plan.missing)})
                elif not plan.surplus:
                    done |= pair
            values += self.env['xero.request']._batches(
                connection, 'allocate', f'CreditNotes/{credit.xero_document_id}/Allocations',
                bodies, items, 'Allocations')
        done._conclude_unsent()
        return values

    def _body(self, pair, amount):
        """:return: an allocation in Xero's terms"""
        day = max(map(self.env['xero.redated']._get_date, pair.credit_id | pair.invoice_id))
        return payload.allocation_body(pair.invoice_id.xero_document_id, amount, day)

    # === WHILE THERE IS NO ANSWER === #

    def _get_pairs(self, request):
        """:return: the `xero.allocation` of a request, as far as they exist"""
        return self.env['xero.allocation'].browse(request._record_ids()).exists()

    def _get_waiting(self, request):
        # OVERRIDES 'account_xero'
        return [self._get_pairs(request).filtered(lambda pair: pair.xero_state == 'pending')]

    def _is_asked_for(self, record):
        # OVERRIDES 'account_xero': queued again since, by whatever
        return not record.xero_attempts

    def _is_settled(self, request):
        # OVERRIDES 'account_xero'
        return not self._get_pairs(request).filtered(
            lambda pair: pair.xero_state in ('pending', 'failed'))

    def _is_asked_first(self, request):
        # OVERRIDES 'account_xero': Xero would allocate it twice
        return True

    def _find_in_xero(self, request):
        """:return: as of :meth:`_ask`"""
        # OVERRIDES 'account_xero'
        return self._ask(request.connection_id, self._get_pairs(request))

    def _get_missing(self, request, found):
        """An allocation is there when Xero has one of that invoice and amount that it did not have
        when it was asked before."""
        # OVERRIDES 'account_xero'
        pairs, missing = {pair.id: pair for pair in self._get_pairs(request)}, []
        for item in request.items:
            if pair := pairs.get(item['id']):
                credit = found.get(pair.credit_id.xero_document_id)
                new = _allocations(credit, pair).items() - (pair.known or {}).items()
                if Decimal(item['amount']) not in {Decimal(amount) for _key, amount in new}:
                    missing.append(item)
        return missing

    # === WHAT BECOMES OF AN ANSWER === #

    def _match(self, request, elements, results):
        # OVERRIDES 'account_xero': of one credit note, so that the invoice tells them apart
        flat = [replace(result, data=_identity(result.data)) for result in results]
        matched = match_outcomes(list(map(_identity, elements)), flat, ('Invoice', 'Amount'))
        return [next((result for result, mark in zip(results, flat, strict=True)
                      if mark is match), None) for match in matched]

    def _apply(self, request, done, answer):
        # OVERRIDES 'account_xero'
        records = self._get_pairs(request)
        pairs, rows = {pair.id: pair for pair in records}, []
        fetch_matches(records.credit_id)
        records._note_change()
        for item, _result in done:
            if pair := pairs.get(item['id']):
                amount = Decimal(item['amount'])
                self._note(pair, item, pair._there() + amount)
                text = _lt("Matched in Xero: %s", pair._in_words(amount))
                rows += [(move, 'success', None, text)
                         for move in (pair.credit_id, pair.invoice_id)]
        self.env['xero.log']._add_records('push', rows, answer)

    def _note(self, pair, item, there):
        """Note what Xero has now; one that has changed since waits for what is left to be done.

        :param dict item: of the request
        :param Decimal there: amount that Xero has
        """
        if pair.xero_state == 'pending' and pair.xero_revision == item['revision']:
            pair._conclude(there)
        else:
            pair.amount = float(there)

    # === WHAT XERO REFUSED === #

    def _get_rejected(self, connection, rejection):
        # OVERRIDES 'account_xero'
        return [self.env['xero.allocation'].browse(rejection.item['id']).exists().filtered(
            lambda pair: pair.xero_state == 'pending'
            and pair.xero_revision == rejection.item['revision'])]

    def _fail(self, connection, rejections):
        # OVERRIDES 'account_xero'
        for rejection in rejections:
            for pair in self._get_rejected(connection, rejection)[0]:
                pair._refuse(Problem(rejection.code, joined('\n', [
                    pair._in_words(Decimal(rejection.item['amount'])), self._words(rejection)])))


class XeroPushAllocationDeletion(models.AbstractModel):
    """What was taken back here is released in Xero: before documents go out, because one that is
    allocated can neither be changed nor voided."""

    _name = 'xero.push.allocation.deletion'
    _inherit = 'xero.push.allocation'
    _description = "Matches Taken Back in Xero"

    _operations = {'unallocate': "Take back a match"}

    def _push_first(self, connection):
        # OVERRIDES 'account_xero'
        self._push_all(connection)

    def _push(self, connection):
        # OVERRIDES 'account_xero': it was done first
        return

    def _domain(self, connections):
        # OVERRIDES 'account_xero'
        return self._waiting_domain(connections) & fields.Domain([
            ('released', '>', 0), ('credit_id.xero_document_id', '!=', False),
            ('invoice_id.xero_document_id', '!=', False)])

    def _check_one(self, connection, pair, credit, invoice):
        # OVERRIDES 'account_xero': what is to be added comes later, and may fit then
        if not pair._plan().surplus or not credit or not invoice:
            return None
        return pair._check_lock(connection, credit, invoice)

    def _prepare(self, connection, records):
        # OVERRIDES 'account_xero'
        values, done = [], records.browse()
        for pair in records:
            plan = pair._plan()
            values += [
                self.env['xero.request']._values(
                    connection, 'unallocate', 'DELETE',
                    f'CreditNotes/{pair.credit_id.xero_document_id}/Allocations/{allocation}',
                    [{}], [{'id': pair.id, 'revision': pair.xero_revision,
                            'allocation': allocation, 'amount': pair.known[allocation]}])
                for allocation in _to_release(pair.known or {}, plan.surplus)]
            if not plan.missing and not plan.surplus:
                done |= pair
        done._conclude_unsent()
        return values

    def _find_in_xero(self, request):
        # OVERRIDES 'account_xero': before it is deleted again Xero is asked anyway
        return {}

    def _apply_answer(self, request, answer):
        """That Xero has answered is all that is read: the answer has been seen in three shapes."""
        # OVERRIDES 'account_xero'
        self._note_success(request)
        faulty = request._apart(
            [(item, None) for item in request.items], partial(self._apply, request, answer=answer))
        self._end(request, [item for item, _result in faulty])
        return []

    def _apply(self, request, done, answer):
        # OVERRIDES 'account_xero'
        for item, _result in done:
            for pair in self._get_pairs(request):
                self._release(pair, item, answer)

    def _release(self, pair, item, answer=None):
        """Xero has an allocation no more.

        :param dict item: of the request
        """
        amount = Decimal(item['amount'])
        pair.known = {key: value for key, value in (pair.known or {}).items()
                      if key != item['allocation']}
        pair.released = max(pair.credit_id.currency_id.round(pair.released - float(amount)), 0)
        plan = pair._plan()
        if plan.missing or plan.surplus:
            pair.amount = float(pair._there())
        else:
            self._note(pair, item, pair._there())
        pair._note_change()
        text = _lt("Taken back in Xero: %s", pair._in_words(amount))
        self.env['xero.log']._add_records('push', [
            (move, 'success', None, text) for move in (pair.credit_id, pair.invoice_id)], answer)

    def _doubt(self, rejection):
        # OVERRIDES 'account_xero'
        return 'CreditNotes', rejection.operation

    def _questions(self, path, operation, rejections):
        # OVERRIDES 'account_xero'
        pairs = self.env['xero.allocation'].browse(
            rejection.item['id'] for rejection in rejections).exists()
        return query.by_id(path, [{'CreditNoteID': note} for note in sorted(
            set(pairs.credit_id.mapped('xero_document_id')))])

    def _resolve(self, connection, operation, rejections, rows):
        """A deletion that Xero refuses has been done already, or cannot be done now."""
        # OVERRIDES 'account_xero'
        left = {credit.allocation_id for row in rows for credit in Document.from_json(row).credits}
        for rejection in rejections:
            if rejection.item['allocation'] in left:
                self._fail(connection, [rejection])
                continue
            for pair in self.env['xero.allocation'].browse(rejection.item['id']).exists():
                self._release(pair, rejection.item)


def _allocations(credit, pair):
    """
    :param documents.Document credit: the credit note of a match as Xero has it, or None
    :return: {identifier: amount} of what it has of the match
    :rtype: dict(str, str)
    """
    return {
        used.allocation_id: str(used.amount) for used in (credit.credits if credit else ())
        if used.invoice_id == pair.invoice_id.xero_document_id and used.amount
        and used.allocation_id}


def _to_release(known, surplus):
    """Choose what is deleted: the one of that amount, else the largest ones. What they have in
    excess is allocated anew.

    :param dict known: {identifier: amount}
    :param Decimal surplus: what is to go
    :return: list of identifiers
    """
    chosen, rest = [], surplus
    amounts = {allocation: Decimal(amount) for allocation, amount in known.items()}
    for allocation in sorted(amounts, key=lambda one: (amounts[one] != surplus, -amounts[one])):
        if rest > 0:
            chosen.append(allocation)
            rest -= amounts[allocation]
    return chosen


def _identity(data):
    """:return: what tells an allocation from the others of a request, sent or answered"""
    used = Credit.of_credit_note(data, None, '')
    return {'Invoice': used.invoice_id or '', 'Amount': str(used.amount)}
