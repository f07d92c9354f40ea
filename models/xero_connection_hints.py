"""What webhooks, or people here, say has changed: fetched in portions, each done for good."""
from odoo import models

from ..xero import query
from ..xero.documents import Document, Payment
from ..xero.parse import Contact
from .account_move import CREDIT_NOTES
from .xero_connection_pull import DAY, LISTS, OVERLAP

#: Categories of events about money that is not of an invoice yet.
PAID_IN_ADVANCE = {'PREPAYMENT', 'OVERPAYMENT'}
#: Documents that are fetched by their identifiers; of more, Xero is asked what has changed since,
#: 1,000 a call. Five calls' worth: invoices come 40 a call, credit notes singly; payments are asked
#: for in a filter, which holds about as many as the list of identifiers.
MOST = {'Invoices': 5 * query.IDS, 'CreditNotes': 5, 'Payments': 5 * query.IDS}
#: Documents that are applied, and whose hints are done, at a time.
PORTION = {'Invoices': query.IDS, 'CreditNotes': 10, 'Payments': query.IDS}


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    def _pull_hinted(self):
        """Fetch what was announced; a document once, however often.

        More can be announced in an hour than Xero's limits allow to be fetched in a minute, so each
        portion is applied, and its hints deleted, before the next one is asked for.

        :raise XeroError: nothing more can be asked now; what was fetched is done
        :raise RunOver: this run has no time for more; likewise
        """
        events = self.env['xero.event'].search([('connection_id', '=', self.id)])
        if not events:
            return
        if not PAID_IN_ADVANCE.isdisjoint(events.mapped('category')):
            # One may have been used for an invoice, which these events do not name.
            self._transaction(self._cursors(['Invoices']).write, {'wanted': True})
        hints = events.grouped('resource_id')
        contacts = self._contact_partners(set(
            events.filtered(lambda e: e.category == 'CONTACT').mapped('resource_id')))
        documents = self._hinted_documents(hints)
        announced = self._hinted_payments(hints)
        wanted = {*contacts, *documents['Invoices'], *documents['CreditNotes'], *announced}
        self._transaction(self._forget_hints, hints, hints.keys() - wanted)
        for question in query.by_ids(contacts):
            rows, _more = self._fetch('Contacts', IDs=question['IDs'], includeArchived=True)
            self._follow_contacts(list(map(Contact.from_json, rows)), True)
            self._transaction(self._forget_hints, hints, question['IDs'].split(','))
        payments, seen = {}, set()
        for path, ids in documents.items():
            for done, fetched in self._fetch_hinted(path, {one: hints[one] for one in ids}):
                self._apply_documents(fetched, True, payments)
                self._transaction(self._forget_hints, hints, done)
                seen.update(document.xero_id for document in fetched)
        self._pull_hinted_payments(hints, announced, seen)

    def _hinted_payments(self, hints):
        """
        :param dict hints: {identifier: `xero.event`}
        :return: list of the identifiers that are of payments
        """
        ids = [one for one, events in hints.items() if 'PAYMENT' in events.mapped('category')]
        documents = self._linked(ids) if ids else {}
        return [one for one in ids if one not in documents]

    def _pull_hinted_payments(self, hints, ids, seen):
        """Fetch announced payments together, and apply each with the document that it names.

        :param dict hints: {identifier: `xero.event`}
        :param list ids: identifiers of payments among them
        :param set seen: identifiers of documents that have been fetched since the hints were read
        :raise XeroError: nothing more can be asked now; what was fetched is done
        :raise RunOver: this run has no time for more; likewise
        """
        if not ids:
            return
        settled = self._settled_payments({one: hints[one] for one in ids}, seen)
        self._transaction(self._forget_hints, hints, settled)
        left = {one: hints[one] for one in ids if one not in settled}
        for done, fetched in self._fetch_hinted('Payments', left) if left else ():
            self._apply_payments(fetched, True, announced=True)
            self._transaction(self._forget_hints, hints, done)

    def _settled_payments(self, hints, seen):
        """Find the payments of which a hint says nothing new: the echo of one that was made here,
        one that is deleted here, and one of which its document has just told. That the document
        is here as of a later moment would not do: a push's answer says nothing of its payments.

        :param dict hints: {identifier: `xero.event`}
        :param set seen: identifiers of documents that have just been fetched
        :return: set of identifiers
        """
        payments = self.env['account.payment'].search([
            ('company_id', '=', self.company_id.id), ('xero_payment_id', 'in', list(hints))])
        settled = set()
        for payment in payments:
            kinds = set(hints[payment.xero_payment_id].mapped('event_type'))
            if payment.xero_deleted or kinds == {'CREATE'} \
                    or payment.invoice_ids[:1].xero_document_id in seen:
                settled.add(payment.xero_payment_id)
        return settled

    def _hinted_documents(self, hints):
        """Find what is to be fetched. A hint that is no newer than what is here, such as the echo
        of a push, needs no call. One that has no part of a second may be of any moment in it.

        :param dict hints: {identifier: `xero.event`}
        :return: {path: list of identifiers}
        """
        linked = self._linked(hints)
        invoices, notes = [], []
        for xero_id, events in hints.items():
            if move := linked.get(xero_id):
                if not move.xero_updated or _latest(events) > move.xero_updated:
                    (notes if move.move_type in CREDIT_NOTES else invoices).append(xero_id)
            elif self.import_policy != 'none':
                categories = events.mapped('category')
                if 'CREDITNOTE' in categories:
                    notes.append(xero_id)
                elif 'INVOICE' in categories:
                    invoices.append(xero_id)
        return {'Invoices': invoices, 'CreditNotes': notes}

    def _fetch_hinted(self, path, hints):
        """Yield identifiers in portions, each with the documents that Xero knows of them.

        :param str path: of the list
        :param dict hints: {identifier: `xero.event`}
        :return: iterator of (list of identifiers, list of documents.Document, of Payments
            documents.Payment)
        """
        left, size = dict.fromkeys(hints), PORTION[path]
        read = (Payment if path == 'Payments' else Document).from_json
        if len(left) > MOST[path]:
            # The newest hint of each: it changed then. One far back would have all be read.
            newest = sorted(map(_latest, hints.values()))
            since = max(newest[0], newest[-1] - DAY) - OVERLAP
            page, more = 1, True
            while more:
                rows, more = self._fetch(
                    path, since, page=page, order='UpdatedDateUTC ASC', **LISTS[path])
                found = [d for d in map(read, rows) if d.xero_id in left]
                for start in range(0, len(found), size):
                    portion = found[start:start + size]
                    ids = [document.xero_id for document in portion]
                    yield ids, portion
                    for xero_id in ids:
                        left.pop(xero_id, None)
                page += 1
        # Credit notes have no list of identifiers; what Xero no longer knows is left out.
        rest = list(left)
        for start in range(0, len(rest), size):
            ids = rest[start:start + size]
            yield ids, self._fetch_payments(ids) if path == 'Payments' else self._fetch_documents(
                ids if path == 'Invoices' else (), ids if path == 'CreditNotes' else ())

    def _forget_hints(self, hints, ids):
        """Delete hints; those that came meanwhile stay."""
        self.env['xero.event'].union(*(hints[one] for one in ids)).exists().unlink()


def _latest(events):
    """:return: naive UTC moment until which a document has changed, as its hints say"""
    return max(event.event_date if event.event_date.microsecond
               else event.event_date.replace(microsecond=999_999) for event in events)
