"""When the outcome is not plain: asking Xero what it has, and adopting only what is ours."""
from datetime import date
from decimal import Decimal

from odoo import fields, models

from ..xero import payload
from ..xero.parse import Contact, Document
from ..xero.scalars import rows_of
from .account_move_preflight import Problem
from .xero_connection_push import KEY_LIFE

#: Names in one look-up; the address of a call must stay short.
NAMES_A_CALL = 20
#: Numbers or ids in one look-up, as Xero recommends; more than 52 ids are refused.
NUMBERS_A_CALL = 40
GONE = ('VOIDED', 'DELETED')


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    # === REQUESTS WITHOUT AN ANSWER === #

    def _push_unfinished(self):
        """Bring to an end what an earlier run, or a process that died, left in the outbox.

        :raise XeroError: nothing more can be sent now
        """
        now = fields.Datetime.now()
        requests = self.env['xero.request'].search([('connection_id', '=', self.id)])
        # What certainly never left is built anew, from today's data.
        unsent = requests.filtered(lambda request: not request.sent_at)
        due = (requests - unsent).filtered(lambda request: self._is_due(request, now))
        self._transaction(unsent.unlink)
        remembered = due.filtered(lambda request: now < request.sent_at + KEY_LIFE)
        if remembered:
            self._send_all(remembered)
        for request in due - remembered:
            found = self._find_created(request) if request.operation == 'create' else {}
            # What was not found goes out again as a new request. Updates and voids may simply be
            # repeated, and a contact that exists is refused by Xero and adopted then.
            self._transaction(self._settle_found, request, found)

    def _is_due(self, request, now):
        """Whether a request without an answer is to be taken up: its time has come, or somebody
        asks for one of its documents. When all of them have failed, they wait for somebody."""
        waiting = self._waiting_for(request)
        return bool(waiting) and (
            not request.retry_at or request.retry_at <= now or any(waiting.mapped('xero_manual')))

    def _settle_found(self, request, found):
        """Apply what a look-up found of a request, and end the request.

        :param dict found: position of an element -> (parse.Document, whether it is ours)
        """
        for position, (document, ours) in found.items():
            self._settle_existing(request.items[position], document, ours)
        request.unlink()

    def _settle_existing(self, item, document, ours):
        """Link a document that Xero has already, or say that the number is taken."""
        move = self.env['account.move'].browse(item['id']).exists()
        if not move:
            return
        linked = self.env['account.move'].search_count([
            ('xero_document_id', '=', document.xero_id), ('company_id', '=', self.company_id.id),
            ('id', '!=', move.id)], limit=1)
        if ours and not linked:
            values = {**move._xero_apply_answer(document, item),
                      'xero_last_pull': fields.Datetime.now()}
        else:
            values = move._xero_failure(Problem('number_taken', self.env._(
                "Xero has another document %(number)s: %(total)s of %(date)s.",
                number=document.number, total=document.total, date=document.date)))
        move._xero_store([(move, values)])

    def _find_created(self, request):
        """Ask Xero which documents of a creating request exist.

        Customers' documents are found by their number, which is unique; vendors' by contact,
        date and the address that points back here.

        :rtype: dict
        """
        elements = dict(enumerate(request._elements()))
        candidates = []
        with self._get_client() as client:
            for query in self._find_queries(request.path, elements.values()):
                candidates += map(
                    Document.from_json, client.pages(request.path, request.path, **query))
        found = {}
        for position, element in elements.items():
            for document in candidates:
                verdict = _compare(element, request.items[position]['total'], document)
                if verdict is not None and not found.get(position, (None, False))[1]:
                    found[position] = (document, verdict)
        return found

    def _find_queries(self, endpoint, elements):
        """Yield the parameters of the look-ups for some elements of one endpoint."""
        numbers, by_type = [], {}
        for element in elements:
            if element['Type'] == 'ACCREC':
                numbers.append(element['InvoiceNumber'])
            else:
                by_type.setdefault(element['Type'], []).append(element)
        for start in range(0, len(numbers), NUMBERS_A_CALL):
            yield {'InvoiceNumbers': ','.join(numbers[start:start + NUMBERS_A_CALL])}
        for kind, group in by_type.items():
            days = sorted(date.fromisoformat(element['Date']) for element in group)
            where = f'Type=="{kind}" AND Date>={_day(days[0])} AND Date<={_day(days[-1])}'
            contacts = sorted({element['Contact']['ContactID'] for element in group})
            if endpoint != 'Invoices':      # credit notes know no list of contacts
                yield {'where': where}
                continue
            for start in range(0, len(contacts), NUMBERS_A_CALL):
                yield {'where': where,
                       'ContactIDs': ','.join(contacts[start:start + NUMBERS_A_CALL])}

    # === RECORDS THAT XERO REFUSED === #

    def _look_up_refused(self, refusals):
        """Look once at what Xero says exists already; fail the rest with Xero's own words.

        :param list refusals: :class:`~.xero_connection_push.Refusal`
        :raise XeroError: nothing can be asked now; the records stay in the queue
        """
        contacts, taken, others = [], [], []
        for refusal in refusals:
            if refusal.operation == 'contacts' and refusal.code in (
                    'contact_collision', 'contact_archived'):
                contacts.append(refusal)
            elif refusal.operation == 'create' and refusal.code == 'number_taken' or \
                    refusal.operation == 'cancel':
                taken.append(refusal)
            else:
                others.append(refusal)
        self._transaction(self._fail_refused, others)
        self._look_up_contacts(contacts)
        self._look_up_documents(taken)

    def _fail_refused(self, refusals):
        """Fail the documents of some refusals, or those that wait for the refused contacts."""
        rows = []
        for refusal in refusals:
            if refusal.operation == 'contacts':
                moves = self._pending_of(self.env['res.partner'].browse(refusal.item['id']))
            else:
                moves = self.env['account.move'].browse(refusal.item['id']).exists()
            message = '\n'.join(refusal.messages) or self.env._("Xero gave no reason.")
            rows += [(move, move._xero_failure(Problem(refusal.code, message))) for move in moves]
        self.env['account.move']._xero_store(rows)

    def _look_up_contacts(self, refusals):
        """Adopt the contacts that are ours, or are plainly the same; else leave it to the user."""
        for start in range(0, len(refusals), NAMES_A_CALL):
            part = refusals[start:start + NAMES_A_CALL]
            where = ' OR '.join(
                f'{field}=="{refusal.element[field]}"' for refusal in part
                for field in ('ContactNumber', 'Name') if '"' not in refusal.element[field])
            with self._get_client() as client:
                answer = client.get('Contacts', where=where, includeArchived='true')
            found = [Contact.from_json(row) for row in rows_of(answer.data, 'Contacts')]
            self._transaction(self._adopt_contacts, part, found)

    def _adopt_contacts(self, refusals, found):
        others = []
        for refusal in refusals:
            partner = self.env['res.partner'].browse(refusal.item['id'])
            contact, code = self._match_contact(partner, refusal.element, found)
            if contact and not code:
                partner.xero_contact_id = contact.xero_id
            else:
                others.append(refusal._replace(code=code or refusal.code))
        self._fail_refused(others)

    def _match_contact(self, partner, element, found):
        """Find the contact that a refused one already is.

        :param dict element: the contact as it was sent
        :param list found: parse.Contact with the same number or name
        :return: the contact, or None; and the code of what is wrong with it, if anything
        """
        name = element['Name'].casefold()
        ours = [contact for contact in found if contact.number == element['ContactNumber']]
        named = [contact for contact in found if contact.name.casefold() == name]
        for contact in ours or named:
            if contact.status == 'ARCHIVED':
                code = 'contact_archived'
                continue
            same = contact in ours or any(
                mine and mine.casefold() == theirs.casefold() for mine, theirs in (
                    (element.get('EmailAddress'), contact.email),
                    (element.get('TaxNumber'), contact.tax_number)))
            linked = self.env['res.partner'].with_context(active_test=False).search_count(
                [('xero_contact_id', '=', contact.xero_id), ('id', '!=', partner.id)], limit=1)
            return contact, None if same and not linked else 'contact_collision'
        return None, code if ours or named else None

    def _look_up_documents(self, refusals):
        """See what Xero has where a number was taken, or a void was not possible."""
        for start in range(0, len(refusals), NUMBERS_A_CALL):
            part = refusals[start:start + NUMBERS_A_CALL]
            for endpoint in ('Invoices', 'CreditNotes'):
                asked = [refusal for refusal in part if _endpoint(refusal) == endpoint]
                if asked:
                    found = self._documents_of(endpoint, asked)
                    self._transaction(self._settle_looked_up, asked, found)

    def _documents_of(self, endpoint, refusals):
        """:return: list of parse.Document that the refusals may be about"""
        with self._get_client() as client:
            if endpoint == 'CreditNotes':       # no lists there: one call each
                answers = [client.get(f'CreditNotes/{_identity(refusal)}') for refusal in refusals]
            else:
                numbers = [r.element['InvoiceNumber'] for r in refusals if r.operation == 'create']
                ids = [r.element['InvoiceID'] for r in refusals if r.operation == 'cancel']
                answers = [client.get(endpoint, **{name: ','.join(values)})
                           for name, values in (('InvoiceNumbers', numbers), ('IDs', ids))
                           if values]
        return [Document.from_json(row) for answer in answers
                for row in rows_of(answer.data, endpoint)]

    def _settle_looked_up(self, refusals, found):
        others = []
        for refusal in refusals:
            if refusal.operation == 'cancel':
                document = next((d for d in found if d.xero_id == _identity(refusal)), None)
                self._settle_cancel(refusal, document, others)
                continue
            verdicts = [(document, _compare(refusal.element, refusal.item['total'], document))
                        for document in found]
            known = sorted(((document, ours) for document, ours in verdicts if ours is not None),
                           key=lambda pair: not pair[1])
            if known:
                self._settle_existing(refusal.item, *known[0])
            else:
                others.append(refusal)
        self._fail_refused(others)

    def _settle_cancel(self, refusal, document, others):
        """A void that was refused has happened already, or the status has changed meanwhile."""
        move = self.env['account.move'].browse(refusal.item['id']).exists()
        if not document:
            others.append(refusal)
            return
        values = {'xero_status': document.status, 'xero_last_pull': fields.Datetime.now()}
        if document.status in GONE:
            values.update(move._xero_success())
        elif document.status == move.xero_status:
            others.append(refusal)
        else:
            move._xero_queue()      # with today's status the right way to cancel is known
        move._xero_store([(move, values)])


def _compare(element, total, document):
    """Tell whether a document of Xero is the one that was sent.

    :param dict element: what was sent
    :param str total: the total that Xero was to make of it
    :param parse.Document document: what Xero has
    :return: True for ours, False for another one in its place, None for one that is not concerned
    """
    number = element.get(payload.number_field(element['Type']))
    same_link = bool(document.url) and document.url == element.get('Url')
    other_link = bool(document.url and element.get('Url')) and not same_link
    same_number = document.kind == element['Type'] and document.number == number
    if same_number and not other_link and document.status not in GONE and (
        document.contact_id == element['Contact']['ContactID']
        and document.date == date.fromisoformat(element['Date'])
        and document.total == Decimal(total)
    ):
        return True
    unique = element['Type'] in ('ACCREC', 'ACCRECCREDIT')
    return False if same_link or (same_number and unique) else None


def _endpoint(refusal):
    return 'CreditNotes' if 'CreditNoteID' in refusal.element or \
        'CreditNoteNumber' in refusal.element else 'Invoices'


def _identity(refusal):
    """:return: Xero's id of the refused document, or its number when it has none yet"""
    element = refusal.element
    return element.get('InvoiceID') or element.get('CreditNoteID') or element['CreditNoteNumber']


def _day(day):
    return f'DateTime({day.year},{day.month:02},{day.day:02})'
