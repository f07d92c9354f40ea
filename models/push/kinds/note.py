"""Notes in Xero's history of a document: what was done to it from here, by whom and when."""
import logging
import re
from decimal import Decimal
from functools import partial

from odoo import SUPERUSER_ID, fields, models
from odoo.tools.translate import LazyTranslate

from ....xero import payload
from ....xero.client import Answer
from ....xero.errors import XeroOutcomeUnknown, XeroRejected
from ....xero.scalars import rows_of, text_of, value_of
from ...connection.xero_budget import DAY_RESERVE
from ...connection.xero_connection_run import check_time
from ...core.apart import apart
from ...core.kinds import XERO_KINDS
from ..xero_push import LookUpFailed
from ..xero_request import HISTORY

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

#: Characters of a note (Xero: History).
LONGEST = 2500
#: Before a note that is sent once more, because Xero has it not although it may have. When it has
#: it not again, the note is left: no book depends on it.
AGAIN = '!'
#: A note as it waits: whether it is sent once more, whose history it is for, what it says.
WAITING = re.compile(rf'{AGAIN}?(?:([0-9a-f-]{{36}}) )?(.*)')


class XeroPushNote(models.AbstractModel):
    """Notes that wait on their documents, a line each; what waits of one document is one call.
    Each is for the document that was in Xero then: one that is voided there only has another one.

    In Xero a note can be neither changed nor removed. Each has its moment in it, so that after a
    lost answer the history itself tells whether it has arrived; nothing is noted twice.
    """

    _name = 'xero.push.note'
    _inherit = ['xero.push.kind']
    _description = "Notes in Xero's History"

    _model = 'account.move'
    _operations = {'note': "Write to the history"}
    _id_fields = ()

    # === WHAT IS NOTED === #

    def _add(self, connection, moves, tell, ids=None):
        """Have something noted in Xero about documents. Never stops what it is about.

        :param recordset moves: `account.move`
        :param tell: callable that gets the environment of the organisation's language and one of
            the documents, and returns what was done and the user who did it, if that is known
        :param dict ids: {id: identifier in Xero} of those that may be another document by now
        """
        if not connection.push_notes:
            return
        env = self.with_context(lang=connection.company_id.partner_id.lang).env

        def add(some):
            moves._xero_store([(move, {'xero_notes': '\n'.join(filter(None, [
                move.xero_notes,
                f'{(ids or {}).get(move.id) or move.xero_document_id} '
                + self._line(env, *tell(env, move))]))}) for move in some])

        apart(self.env, moves.exists(), add, self._log_faulty)

    def _log_faulty(self, faults):
        for move, error in faults:
            _logger.error("What was done to %s is not noted in Xero", move, exc_info=error)

    def _line(self, env, what, user):
        """:return: str, a note, of one line"""
        values = {'what': what, 'moment': f'{fields.Datetime.now()} UTC'}
        if user and user.id != SUPERUSER_ID:
            text = env._("%(what)s (%(user)s, %(moment)s)", user=user.name, **values)
        else:
            text = env._("%(what)s (%(moment)s)", **values)
        return ' '.join(text.split())[-LONGEST:]

    # === WHAT WAITS === #

    def _domain(self, connections):
        # OVERRIDES 'account_xero'
        noted = connections.filtered('push_notes').filtered(
            lambda c: self.env['xero.budget']._get_left_today(c) > DAY_RESERVE)
        return fields.Domain([
            ('company_id', 'in', noted.company_id._xero_together().ids),
            ('xero_notes', '!=', False),
            '|', ('xero_document_id', '!=', False), ('xero_voided_id', '!=', False)])

    def _prepare(self, connection, records):
        # OVERRIDES 'account_xero'
        values = []
        for move in records:
            lines, endpoint = {}, payload.endpoint_of(XERO_KINDS[move.move_type])
            for line in move.xero_notes.split('\n'):
                xero_id = WAITING.fullmatch(line)[1] or move.xero_document_id
                lines.setdefault(xero_id, []).append(line)
            for xero_id, some in lines.items():
                values += self.env['xero.request']._batches(
                    connection, 'note', f'{endpoint}/{xero_id}{HISTORY}',
                    [{'Details': _text(line)} for line in some],
                    [{'id': move.id, 'line': line} for line in some], HISTORY[1:] + 'Records')
        return values

    def _fail_faulty(self, connection, faults):
        # OVERRIDES 'account_xero': the document itself is in order
        self._log_faulty(faults)
        self.env['account.move']._xero_store([
            (move, {'xero_notes': None}) for move, _error in faults])

    # === WHILE THERE IS NO ANSWER === #

    def _get_waiting(self, request):
        # OVERRIDES 'account_xero'
        return [self.env['account.move'].search([
            ('id', 'in', list(request._record_ids())), ('xero_notes', '!=', False)])]

    def _is_settled(self, request):
        # OVERRIDES 'account_xero'
        return not any(self._get_waiting(request))

    def _is_asked_for(self, record):
        # OVERRIDES 'account_xero'
        return False

    def _count_attempt(self, request, error):
        # OVERRIDES 'account_xero': it is none of the document's own
        return request.attempts

    def _find_in_xero(self, request):
        """:return: set of the texts that the document's history has"""
        # OVERRIDES 'account_xero'
        connection = request.connection_id
        check_time(self.env)
        try:
            answer = connection._ask_xero(lambda client: client.get(request.path))
        except (XeroOutcomeUnknown, XeroRejected) as error:
            raise LookUpFailed(error) from error
        connection._commit_with_retry(
            self.env['xero.budget']._save, connection, answer.budget, 'lookup')
        return {text_of(value_of(row, 'Details'))
                for row in rows_of(answer.data, HISTORY[1:] + 'Records')}

    def _recover(self, request, found):
        # OVERRIDES 'account_xero'
        there, left, new = [], [], []
        for item in request.items:
            line = item['line']
            group = there if _text(line) in found else left if line.startswith(AGAIN) else new
            group.append(item)
        self._end_notes(there)
        self._end_notes(left, self.env._("Xero did not take it, and gave no reason."))
        self._replace(new, lambda line: AGAIN + line)
        request.unlink()

    # === WHAT BECOMES OF AN ANSWER === #

    def _apply_response(self, request, response):
        # EXTENDS 'account_xero': a refusal is no document's, and half of it would be refused, too
        if not isinstance(response, Answer | XeroRejected):
            return super()._apply_response(request, response)
        self.env['xero.budget']._save(request.connection_id, response.budget, 'push')
        refused = isinstance(response, XeroRejected)
        self._end_notes(request.items, response.message if refused else None, response)
        if not refused:
            self._note_success(request)
        request.unlink()
        return request.browse(), []

    def _end_notes(self, items, refusal=None, answer=None):
        """Take notes from their documents, and log what became of them.

        :param list items: of a request
        :param str refusal: why they are not in Xero; None when they are
        :param answer: Xero's Answer or XeroError, for its correlation id
        """
        moves = self._replace(items, lambda line: None)
        outcome, code = ('failure', getattr(answer, 'code', None)) if refusal else ('success', None)
        self.env['xero.log'].sudo()._add_records('push', [
            (move, outcome, code,
             _lt("Not noted in Xero's history: %s", refusal) if refusal
             else _lt("Noted in Xero's history: %s", _text(item['line'])))
            for move in moves for item in items if item['id'] == move.id], answer)

    def _replace(self, items, change):
        """:param items: of requests
        :param change: callable that gets the line of one and returns what takes its place, or None
        :return: the `account.move` that have waited with them"""
        moves, lines = self.env['account.move'], {item['line'] for item in items}
        moves = moves.browse(item['id'] for item in items).exists()
        moves._xero_store([(move, {'xero_notes': '\n'.join(filter(None, (
            change(line) if line in lines else line
            for line in (move.xero_notes or '').split('\n')))) or None}) for move in moves])
        return moves


def _text(line):
    """:return: what a note says, as Xero gets it
    :rtype: str"""
    return WAITING.fullmatch(line)[2]


class XeroPushDocument(models.AbstractModel):
    _inherit = 'xero.push.document'

    def _apply(self, request, done, answer):
        # EXTENDS 'account_xero'
        result = super()._apply(request, done, answer)
        if request.operation != 'create':
            self.env['xero.push.note']._add(
                request.connection_id,
                self.env['account.move'].browse(item['id'] for item, _result in done),
                partial(self._tell, request.operation == 'cancel'),
                {item['id']: outcome.xero_id for item, outcome in done})
        return result

    def _tell(self, cancelled, env, move):
        if cancelled and move.state != 'cancel':
            what = env._("Voided from Odoo, where it stays: %s", move.display_name)
        else:
            what = env._("Cancelled in Odoo: %s", move.display_name) if cancelled \
                else env._("Changed in Odoo: %s", move.display_name)
        return what, move.write_uid


class XeroPushAllocation(models.AbstractModel):
    _inherit = 'xero.push.allocation'

    def _apply(self, request, done, answer):
        # EXTENDS 'account_xero'
        result = super()._apply(request, done, answer)
        self._note_matches(request, done, False)
        return result

    def _note_matches(self, request, done, released):
        """Have it noted at both documents what was matched, or taken back.

        :param list done: (item, Outcome)
        :param bool released: it was taken back
        """
        pairs = {pair.id: pair for pair in self._get_pairs(request)}
        for item, _result in done:
            if pair := pairs.get(item['id']):
                self.env['xero.push.note']._add(
                    request.connection_id, pair.credit_id | pair.invoice_id,
                    partial(self._tell, pair, item['amount'], released))

    def _tell(self, pair, amount, released, env, _move):
        words = pair.with_env(env)._in_words(Decimal(amount))
        if released:
            return env._("No longer matched in Odoo: %s", words), None
        return env._("Matched in Odoo: %s", words), pair._partials().create_uid[-1:]


class XeroPushAllocationDeletion(models.AbstractModel):
    _inherit = 'xero.push.allocation.deletion'

    def _apply(self, request, done, answer):
        # EXTENDS 'account_xero'
        result = super()._apply(request, done, answer)
        self._note_matches(request, done, True)
        return result
