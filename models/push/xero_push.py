"""The way of a push: what was interrupted, then one kind of what waits after the other."""
import logging
from typing import NamedTuple

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ...xero import query
from ...xero.documents import Document
from ...xero.errors import XeroError, XeroOutcomeUnknown, XeroRejected
from ...xero.scalars import rows_of
from ..connection.xero_connection_run import TimeBudgetExceeded, check_time
from ..core.apart import NOBODYS_FAULT, apart
from ..core.kinds import CREDIT_NOTES
from ..core.words import write_words
from .sender import RequestSender

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

#: Key of the context: ids of the records of a kind that Xero has just been asked for, in vain.
ASKED = 'xero_asked'


class LookUpFailed(Exception):
    """Xero was asked and gave no usable answer; ``error`` is the XeroError."""

    def __init__(self, error):
        super().__init__(error)
        self.error = error


class Rejection(NamedTuple):
    """A single record that Xero refused, with what was sent for it and Xero's own words."""

    operation: str
    item: dict
    element: dict
    messages: list
    code: str


class XeroPush(models.AbstractModel):
    """What brings the records of an organisation to Xero. The kinds of these records are models of
    their own, see `xero.push.kind`."""

    _name = 'xero.push'
    _inherit = 'xero.scheduled'
    _description = "Push to Xero"

    _schedule_sequence = 30

    def _get_due(self, connections):
        # OVERRIDES 'account_xero'
        schedule = self.env['xero.schedule']
        free = schedule._get_free(connections)
        held = free.filtered('hold_sending')
        due = (free - held).filtered(self.env['xero.reference.data']._is_old)
        for some in filter(None, (free - held, held)):
            due |= schedule._get_owners(
                some, ('xero.request', self._outbox_domain(some)),
                *((kind._model, kind._domain(some)) for kind in self._get_kinds(some)))
        return due

    def _get_kinds(self, connections):
        """
        :param recordset connections: `xero.connection`, all held back or none
        :return: the kinds of what goes out now: of those that are held back, a test drive only
        :rtype: list
        """
        return [self.env['xero.push.document']] if connections[:1].hold_sending \
            else connections._push_kinds()

    def _run(self, connection):
        """Send what waits.

        :param recordset connection: `xero.connection` that nobody else serves meanwhile
        :raise XeroError: nothing more can be sent now
        :raise TimeBudgetExceeded: this run has no time for more
        """
        self.env['xero.reference.data']._renew(connection)
        asked = self._finish_interrupted(connection)
        kinds = self._get_kinds(connection)
        for kind in kinds:
            kind._push_first(connection)
        for kind in kinds:
            kind.with_context(**{ASKED: asked.get(kind._model, set())})._push(connection)
        connection._commit_with_retry(self._report_unknown, connection)
        check_time(connection.env)

    # === REQUESTS WITHOUT AN ANSWER === #

    def _outbox_domain(self, connections):
        """:return: domain of the requests whose outcome can be found out"""
        operations = [
            operation for kind in connections._push_kinds() for operation in kind._operations]
        return fields.Domain([
            ('connection_id', 'in', connections.ids), ('operation', 'in', operations)])

    def _report_unknown(self, connection):
        """Say on the connection which requests are of no installed module, and once in the log.
        Nobody here can tell what an answer to them means, so they are left alone."""
        unknown = self.env['xero.request'].search(
            [('connection_id', '=', connection.id)]
        ).filtered_domain(~self._outbox_domain(connection))
        if not unknown:
            return
        words = _lt(
            "Requests to Xero are left alone that no installed module knows: %s. Install the "
            "module that made them again.", ', '.join(sorted(set(unknown.mapped('operation')))))
        write_words(connection, {'last_error': words})
        if not self.env['xero.log'].search_count([
                ('connection_id', '=', connection.id), ('message', '=', connection.last_error)],
                limit=1):
            self.env['xero.log']._add_event(connection, words, outcome='failure')

    def _finish_interrupted(self, connection):
        """Bring to an end what an earlier run, or a process that died, left in the outbox.

        :return: {model: ids of records that Xero does not have, as it has just said}
        :rtype: dict
        :raise XeroError: nothing more can be sent now
        """
        requests, asked = self.env['xero.request'].search(self._outbox_domain(connection)), {}
        if not requests:
            return asked
        now = requests._now()
        # What certainly never left is built anew, from today's data.
        unsent = requests.filtered(lambda request: not request.sent_at)
        settled = (requests - unsent).filtered(lambda r: r._kind()._is_settled(r))
        due = (requests - unsent - settled).filtered(lambda r: r._kind()._is_due(r, now))
        connection._commit_with_retry(unsent.unlink)
        for request in settled:
            connection._commit_with_retry(
                self._apply_apart, request, lambda one: one._kind()._recover(one, []))
        repeatable = due.filtered(lambda r: r._kind()._is_repeatable(r) or (
            r._is_remembered(now) and not r._kind()._is_asked_first(r)))
        with RequestSender(connection) as sender:
            sender.send(repeatable)
        for request in due - repeatable:
            model = request._kind()._model
            asked[model] = asked.get(model, set()) | self._recover(connection, request)
        return asked

    def _recover(self, connection, request):
        """Bring a request to an end that Xero no longer remembers, or of which that would be all
        that keeps it from being done twice.

        :return: ids of the records that Xero does not have, as it has just said
        :rtype: set
        :raise XeroError: nothing can be asked now
        """
        kind = request._kind()
        try:
            found = kind._find_in_xero(request)
            missing = request._is_remembered(request._now()) \
                and kind._get_missing(request, found)
        except LookUpFailed as failed:
            connection._commit_with_retry(kind._postpone, request, failed.error)
        except (XeroError, TimeBudgetExceeded, *NOBODYS_FAULT):
            raise
        except Exception as error:
            self.env.cr.rollback()
            connection._commit_with_retry(self._postpone_faulty, [(request, error)])
        else:
            if missing and len(missing) == len(request.items):
                with RequestSender(connection) as sender:
                    sender.send(request)
            elif missing:
                # Xero has refused the others, or is still at it.
                connection._commit_with_retry(request._wait_until_forgotten)
            else:
                ended = connection._commit_with_retry(
                    self._apply_apart, request, lambda one: kind._recover(one, found))
                return set().union(*filter(None, ended))
        return set()

    def _apply_apart(self, request, work):
        """Apply what became of a request. One whose outcome cannot be applied for an unexpected
        error is kept. It counts as an attempt, so that its records fail in the end, with a reason,
        and hold up no others.

        :param work: callable that gets the request and only touches the database
        :return: list with what ``work`` returned; an empty one when it failed
        """
        return apart(self.env, request, work, self._postpone_faulty)

    def _postpone_faulty(self, faults):
        """Keep requests whose outcome cannot be applied; see :meth:`_apply_apart`.

        :param list faults: (request, exception)
        """
        for request, error in faults:
            _logger.error("What became of %s at Xero cannot be applied", request, exc_info=error)
            request._kind()._postpone(request, request._unapplied())

    def _get_rows(self, connection, path, questions):
        """Ask Xero for records.

        :param str path: of the list, which is its name in the answer, too, or of one in it
        :param questions: parameters of each call, of `xero.query`
        :return: list of JSON objects
        :raise LookUpFailed: this cannot be answered
        :raise XeroError: nothing can be asked now
        :raise TimeBudgetExceeded: this run has no time for it
        """
        name, _slash, single = path.partition('/')

        def ask(client):
            rows = []
            for question in questions:
                check_time(connection.env)
                try:    # what is asked for by its own address has no pages
                    rows += rows_of(client.get(path, **question).data, name) if single \
                        else client.pages(path, name, **question)
                except (XeroOutcomeUnknown, XeroRejected) as error:
                    raise LookUpFailed(error) from error
            connection._commit_with_retry(
                self.env['xero.budget']._save, connection, client.budget, 'lookup',
                client.answered)
            return rows

        questions = list(questions)
        return connection._ask_xero(ask) if questions else []

    def _get_documents(self, connection, moves):
        """Ask Xero for documents, with all of their payments and credits: what a list leaves out
        must not pass for not being there, and is sent a second time.

        :param recordset moves: `account.move` that Xero has
        :return: {identifier: documents.Document} of those that it knows
        :raise LookUpFailed: this cannot be answered
        :raise XeroError: nothing can be asked now
        """
        notes = moves.filtered(lambda move: move.move_type in CREDIT_NOTES)
        found = {}
        for path, questions in (
            ('CreditNotes', query.credits('CreditNotes', notes.mapped('xero_document_id'))),
            ('Invoices', query.by_ids((moves - notes).mapped('xero_document_id'))),
        ):
            documents = list(map(Document.from_json, self._get_rows(connection, path, questions)))
            for document in documents:
                rows = [] if document.is_whole else self._get_rows(
                    connection, f'{path}/{document.xero_id}', [{}])
                found[document.xero_id] = Document.from_json(rows[0]) if rows else document
        return found
