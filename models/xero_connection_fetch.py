"""What a pull fetches, and how it is handed to the documents it concerns."""
from dataclasses import replace
from datetime import timedelta

from odoo import fields, models

from ..xero import query
from ..xero.client import PAGE_SIZE, has_more
from ..xero.documents import Document, Payment
from ..xero.errors import XeroRejected
from ..xero.payload import CREDIT_KINDS
from ..xero.scalars import value_of
from .account_move import CREDIT_NOTES
from .account_move_pull import LIVE
from .fault import apart, pull_fault_text
from .xero_connection_serve import RunOver

#: Pages of payments that are read to find those of a document; further ones are asked for by name.
PAYMENT_PAGES = 5
#: Xero gives unit prices with two decimals unless it is asked for four.
DECIMALS = dict.fromkeys(('Invoices', 'CreditNotes'), {'unitdp': 4})
#: A change this old should have been announced by a webhook.
WEBHOOK_DELAY = timedelta(minutes=1)
#: Within which a payment and the change of its document belong together.
SAME_MOMENT = timedelta(seconds=30)


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    # === FETCHING === #

    def _fetch(self, path, since=None, **parameters):
        """Read one page of a list.

        :param datetime since: naive UTC; only what has changed since
        :return: (list of JSON objects, whether there are more pages)
        :raise XeroError: nothing can be asked now, or this is refused
        :raise RunOver: this run has no time for it
        """
        return self._fetch_counted(path, since, **parameters)[:2]

    def _fetch_counted(self, path, since=None, **parameters):
        """As :meth:`_fetch`. :return: also how many rows all pages have"""
        parameters = {'page': 1, 'pageSize': PAGE_SIZE, **DECIMALS.get(path, {}), **parameters}
        answer = self._call(lambda client: client.get(path, if_modified_since=since, **parameters))
        if answer.status == 304:    # nothing is newer
            return [], False, 0
        rows = self._rows_in(answer, path)
        pagination = value_of(answer.data, 'pagination')
        pages, count = value_of(pagination, 'pageCount'), value_of(pagination, 'itemCount')
        more = has_more(parameters['page'], pages, len(rows), parameters['pageSize'])
        return rows, more and bool(rows), count if isinstance(count, int) else len(rows)

    def _call(self, work):
        """Make one call of a pull. :return: the Answer; raises as :meth:`_fetch`"""
        if not self._time_left():
            raise RunOver
        answer = self._ask_xero(work)
        self._transaction(self._note_budget, answer.budget, 'pull')
        return answer

    def _fetch_documents(self, invoices, notes):
        """Fetch documents by their identifiers: invoices 40 a call, credit notes singly.

        :param invoices: identifiers of invoices and bills
        :param notes: of credit notes, for which Xero has no list of identifiers
        :return: list of documents.Document; what Xero no longer knows is left out
        """
        rows = []
        for question in query.by_ids(invoices):
            rows += self._fetch('Invoices', **question)[0]
        for note in notes:
            try:
                answer = self._call(lambda client, note=note: client.get(
                    f'CreditNotes/{note}', **DECIMALS['CreditNotes']))
            except XeroRejected as error:
                if error.status != 404:
                    raise
            else:
                rows += self._rows_in(answer, 'CreditNotes')
        return list(map(Document.from_json, rows))

    def _fetch_payments(self, ids):
        """Fetch payments by their identifiers, as many a call as fit into its address.

        :param ids: identifiers
        :return: list of documents.Payment; what Xero does not know is left out
        """
        return [Payment.from_json(row) for question in query.payments(ids)
                for row in self._fetch('Payments', **question)[0]]

    def _completed(self, documents):
        """Fetch documents singly that came without all of their payments and credits: what is
        missing from a list must not pass for deleted.

        :param documents: documents.Document
        :return: list of them, in the same order
        """
        complete = []
        for document in documents:
            if document.status in LIVE and not document.is_whole:
                path = 'CreditNotes' if document.kind in CREDIT_KINDS else 'Invoices'
                answer = self._call(lambda client, place=f'{path}/{document.xero_id}', path=path:
                                    client.get(place, **DECIMALS[path]))
                rows = self._rows_in(answer, path)
                document = Document.from_json(rows[0]) if rows else document
            complete.append(document)
        return complete

    def _linked(self, ids):
        """
        :param ids: identifiers of documents of Xero
        :return: {identifier: `account.move`} of those that are linked here
        """
        moves = self.env['account.move'].search([
            ('company_id', '=', self.company_id.id), ('xero_document_id', 'in', list(ids))])
        return {move.xero_document_id: move for move in moves}

    # === APPLYING === #

    def _apply_documents(self, documents, compare, payments=None):
        """Bring linked documents to the state that Xero has, and commit.

        :param list documents: documents.Document
        :param bool compare: also those that have not changed since the last time
        :param dict payments: {identifier: documents.Payment} that were read before; those that are
            missing are fetched and added, so that what one part has read serves the next ones
        """
        linked = self._linked({document.xero_id for document in documents})
        unknown = [document for document in documents if document.xero_id not in linked]
        self._renew_tracking(unknown)
        made = self._transaction(self._import_documents, unknown) \
            if unknown and self._imports() else {}
        known = [(linked[document.xero_id], document) for document in documents
                 if document.xero_id in linked]
        found = made | dict(known if compare else self._news(known))
        if not found:
            return
        self._note_unannounced(found, compare)
        found = dict(zip(found, self._completed(found.values()), strict=True))
        payments = self._payments_of(found.values(), {} if payments is None else payments)
        self._transaction(
            self.env['account.move']._xero_apply, self, found, payments)

    def _news(self, known):
        """
        :param list known: (`account.move`, documents.Document)
        :return: list of those about which something is to be done; also where that fails to be
            found out, as to apply them says why
        """
        unclear = []
        found = apart(
            self.env, known,
            lambda some: [pair for pair in some if pair[0]._xero_is_news(pair[1])],
            lambda faults: unclear.extend(pair for pair, _error in faults))
        return [*(pair for part in found for pair in part), *unclear]

    def _note_unannounced(self, found, compare):
        """Remember that a poll found what a webhook should have told of by now, if any come.

        :param dict found: {`account.move`: documents.Document} that have changed
        :param bool compare: not found by a poll for changes
        """
        now = fields.Datetime.now()
        if not compare and self.last_webhook and any(
                move.xero_updated and document.updated
                and document.updated > move.xero_updated
                and document.updated < now - WEBHOOK_DELAY for move, document in found.items()):
            self._transaction(self.write, {'unannounced_at': now})

    def _apply_payments(self, payments, compare, announced=False):
        """Fetch and apply the documents of payments that are not here as they are in Xero.

        :param list payments: documents.Payment
        :param bool compare: as for :meth:`_apply_documents`, which is for the documents to do
        :param bool announced: by a webhook, so that no poll has to look for such ones
        """
        payments = self._with_documents(payments)
        linked = self._linked({p.document_id for p in payments if p.document_id})
        payments = [payment for payment in payments if payment.document_id in linked]
        here = self._payments_here(payment.xero_id for payment in payments)
        stale = {linked[payment.document_id] for payment in payments
                 if here.get(payment.xero_id, False) != (payment.status != 'DELETED')}
        notes = {m.xero_document_id for m in stale if m.move_type in CREDIT_NOTES}
        documents = self._completed(self._fetch_documents(
            [m.xero_document_id for m in stale if m.xero_document_id not in notes], notes))
        by_id = {payment.xero_id: payment for payment in payments}
        found = {linked[document.xero_id]: document for document in documents}
        # What else is new of these documents needs its bank account, too.
        others = self._payments_of(documents, dict(by_id))
        self._transaction(self._apply_with, found, by_id, others)
        after = self._payments_here(by_id)
        if not announced:
            self._note_alone(
                [by_id[one] for one in by_id if after.get(one) != here.get(one)], documents)

    def _note_alone(self, payments, documents):
        """Remember that payments were made or deleted without a change of their documents.

        :param list payments: documents.Payment that were applied only now
        :param list documents: documents.Document, theirs
        """
        updated = {document.xero_id: document.updated for document in documents}
        if any(payment.updated and updated.get(payment.document_id)
               and updated[payment.document_id] < payment.updated - SAME_MOMENT
               for payment in payments):
            self._transaction(self.write, {'payments_alone_at': fields.Datetime.now()})

    def _with_documents(self, payments):
        """Add to payments that name no document, as a deleted one may, the one they pay here.

        :param list payments: documents.Payment
        :return: list of documents.Payment
        """
        lost = {payment.xero_id for payment in payments if not payment.document_id}
        paid = {payment.xero_payment_id: payment.invoice_ids[:1].xero_document_id
                for payment in lost and self.env['account.payment'].search([
                    ('company_id', '=', self.company_id.id),
                    ('xero_payment_id', 'in', list(lost))])}
        return [replace(payment, document_id=paid[payment.xero_id])
                if paid.get(payment.xero_id) else payment for payment in payments]

    def _apply_with(self, found, payments, others):
        """
        :param dict found: {`account.move`: documents.Document}
        :param dict payments: {identifier: documents.Payment} that have changed
        :param dict others: likewise, further ones of these documents
        """
        self.env['account.move']._xero_apply(self, found, {**others, **payments})
        missing = [payment for payment in payments.values() if payment.status == 'DELETED']
        apart(self.env, missing, lambda some: [
            self.env['account.payment']._xero_note_missing(self, payment) for payment in some
        ], self._note_faulty_payments)

    def _note_faulty_payments(self, faults):
        """Say at their documents that something fails for payments.

        :param list faults: (documents.Payment, exception), as of `fault.apart`
        """
        linked = self._linked({payment.document_id for payment, _error in faults})
        for payment, error in faults:
            move = linked[payment.document_id]
            move._xero_note_refusal(self, move, error)

    def _payments_here(self, ids):
        """
        :param ids: identifiers of payments of Xero
        :return: {identifier: whether it counts} of those that are known here
        """
        payments = self.env['account.payment'].search_fetch(
            [('company_id', '=', self.company_id.id), ('xero_payment_id', 'in', list(ids))],
            ['xero_payment_id', 'xero_deleted'])
        return {payment.xero_payment_id: not payment.xero_deleted for payment in payments}

    def _payments_of(self, documents, known):
        """Find what the lists of documents leave out of payments that are new here: the bank
        account and the amount there.

        :param documents: documents.Document
        :param dict known: {identifier: documents.Payment} that were read before; what is read is
            added
        :return: {identifier: documents.Payment}
        """
        def read(**question):
            rows, more = self._fetch('Payments', **question)
            known.update((payment.xero_id, payment) for payment in map(Payment.from_json, rows))
            return more

        rows = [row.xero_id for document in documents for row in document.payments if row.xero_id]
        wanted = set(rows) - self._payments_here(rows).keys()
        page, more = 1, True
        while more and page <= PAYMENT_PAGES and not wanted <= known.keys():
            more = read(since=self._cursors(['Payments']).changed_since, page=page)
            page += 1
        for question in query.payments(wanted - known.keys()):
            read(**question)
        return {xero_id: known[xero_id] for xero_id in wanted & known.keys()}

    # === CONTACTS === #

    def _contact_partners(self, ids):
        """
        :param ids: identifiers of contacts
        :return: {identifier: `res.partner`} of those that are linked here
        """
        partners = self.env['res.partner'].with_context(active_test=False).search(
            [('xero_contact_id', 'in', list(ids))])
        return {partner.xero_contact_id: partner for partner in partners}

    def _follow_contacts(self, contacts, _compare):
        """Let links follow contacts that were merged in Xero, and tell of archived ones.

        :param list contacts: parse.Contact
        """
        partners = self._contact_partners(
            {contact.xero_id for contact in contacts}
            | {contact.merged_to for contact in contacts if contact.merged_to})
        linked = [contact for contact in contacts if contact.xero_id in partners]
        if linked:
            self._transaction(self._follow_linked, linked, partners)

    def _follow_linked(self, contacts, partners):
        """
        :param list contacts: parse.Contact that partners are linked to
        :param dict partners: {identifier: `res.partner`}
        """
        def failed(faults):
            self.env['xero.log']._add_pulls(self, [
                (partner, 'failure', 'validation_error', pull_fault_text(partner, error))
                for contact, error in faults for partner in partners[contact.xero_id]])

        apart(self.env, contacts, lambda some: self._apply_contacts_pulled(some, partners), failed)

    def _apply_contacts_pulled(self, contacts, partners):
        Difference = self.env['xero.difference']
        for contact in contacts:
            partner = partners[contact.xero_id]
            if contact.merged_to and contact.merged_to not in partners:
                partner.xero_contact_id = contact.merged_to
                self.env['xero.log']._add_pulls(self, [(partner, 'success', None, self.env._(
                    "The contact was merged with another one in Xero; the link follows."))])
            elif contact.merged_to or contact.status == 'ARCHIVED':
                other = partners.get(contact.merged_to)
                Difference._note(
                    self, partner, 'contact', self.env._("active"),
                    self.env._("merged with %s", other.display_name) if other
                    else self.env._("archived"),
                    self.env._("Documents of this partner are refused by Xero until the contact "
                               "is restored there or the partner is linked to another one."))
                continue
            Difference._clear(self, partner, ['contact'])
