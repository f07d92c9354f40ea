"""Journal entries, each by itself or those of a day as one: manual journals in Xero."""
from decimal import Decimal

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ....xero import encoding, journals
from ....xero.errors import XeroScopeMissing
from ....xero.journals import Journal
from ...connection.xero_budget import DAY_RESERVE
from ...core.kinds import CLOCK_SKEW, GONE
from ...core.problem import Problem
from ...core.words import joined
from ..xero_scope import JOURNALS

_lt = LazyTranslate(__name__)

#: Codes of what is put right on the connection.
OF_CONNECTION = ('role_missing', 'scope_missing', 'plan_limit', 'period_locked')


class XeroPushJournal(models.AbstractModel):
    """Nothing of a manual journal is unique in Xero, and it has no webhook. Source: facts 15.2."""

    _name = 'xero.push.journal'
    _inherit = ['xero.push.kind']
    _description = "Manual Journals Sent to Xero"

    _model = 'xero.manual.journal'
    _operations = {
        'journal_create': "Create manual journals", 'journal_update': "Update a manual journal",
        'journal_void': "Void or delete a manual journal"}
    _makes = {'journal_create': 'journal_id'}
    _identity = ('ManualJournalID', 'Narration')
    _id_fields = ('ManualJournalID',)

    # === WHAT WAITS === #

    def _domain(self, connections):
        # OVERRIDES 'account_xero': a summary waits until its day is over
        manual = fields.Domain('xero_manual', '=', True)
        return fields.Domain.OR(
            fields.Domain('company_id', 'in', group.company_id._xero_together().ids) & (
                manual | fields.Domain(['|', ('daily', '=', False), ('date', '<', today)])
                if automatic else manual)
            for (automatic, today), group in connections.grouped(
                lambda c: (self._is_automatic(c), c.company_id._xero_today())).items()
        ) & fields.Domain('xero_state', '=', 'pending')

    def _is_automatic(self, connection):
        return connection.auto_sync \
            and self.env['xero.budget']._get_left_today(connection) > DAY_RESERVE

    # === WHAT IS SENT === #

    def _prepare(self, connection, records):
        # OVERRIDES 'account_xero'
        Request, values, rows, new = self.env['xero.request'], [], [], ([], [])
        records = records.with_company(connection.company_id)
        for one, lines in records._get_lines_of().items():
            problems = list(one._xero_check(connection, lines))
            body, problem = (None, None) if problems else one._xero_prepare_body(connection, lines)
            problems += [problem] if problem else []
            if problems:
                rows.append((one, {**one._xero_failure(problems[0]), 'xero_error_message': joined(
                    '\n', list({each.identity: each.words for each in problems}.values()))}))
            elif body is None:
                if request := self._prepare_void(connection, one):
                    values.append(request)
                else:
                    rows.append((one, self._get_unsent(one)))
            elif 'ManualJournalID' not in body:
                new[0].append(body)
                new[1].append(self._prepare_item(one, body))
            elif one.xero_payload_hash == _fingerprint(body):
                rows.append((one, one._xero_success()))
            else:
                values.append(Request._values(
                    connection, 'journal_update', 'POST',
                    f'{journals.PATH}/{one.xero_journal_id}', [body],
                    [self._prepare_item(one, body)], journals.PATH))
        records._xero_store(rows)
        return [*Request._batches(
            connection, 'journal_create', journals.PATH, *new, journals.PATH), *values]

    def _prepare_item(self, one, body):
        """:return: what is to be known of a journal when Xero's answer comes"""
        return {'id': one.id, 'revision': one.xero_revision, 'hash': _fingerprint(body),
                'sums': {code: str(amount) for code, amount in journals.sums_of(
                    body['JournalLines']).items()}}

    def _prepare_void(self, connection, one):
        """:return: the request that takes a journal out of Xero's ledger, or None: it is not there,
            or its entry is only being changed here"""
        if not one.xero_journal_id or one.xero_status in GONE or (
                not one.daily and 'draft' in one.move_ids.mapped('state')):
            return None
        body = journals.status_body(
            one.xero_journal_id, one.xero_narration or one.name,
            'DELETED' if one.xero_status == 'DRAFT' else 'VOIDED')
        return self.env['xero.request']._values(
            connection, 'journal_void', 'POST', f'{journals.PATH}/{one.xero_journal_id}', [body],
            [{'id': one.id, 'revision': one.xero_revision, 'hash': None}], journals.PATH)

    def _get_unsent(self, one):
        """:return: values of a journal of which nothing is to be sent"""
        there = one.xero_journal_id and one.xero_status not in GONE
        return {**one._xero_success(), **({} if there else {'xero_state': None})}

    # === WHILE THERE IS NO ANSWER === #

    def _find_in_xero(self, request):
        """Ask Xero for what has changed since the request left: that has what it may have made.

        :return: list of Journal
        """
        # OVERRIDES 'account_xero'
        if request.operation != 'journal_create':
            return []
        return list(map(Journal.from_json, self.env['xero.push']._get_rows(
            request.connection_id, journals.PATH,
            [{'if_modified_since': request.sent_at - CLOCK_SKEW}])))

    def _recover(self, request, found):
        # OVERRIDES 'account_xero'
        if request.operation != 'journal_create':
            # Either state may be the one that Xero has, so it is sent once more.
            records = self.env[self._model].browse(request._record_ids()).exists()
            records._xero_store([(one, {'xero_payload_hash': None}) for one in records])
            return request.unlink()
        elements = request._elements()
        there = journals.by_mark(found, [element['Narration'] for element in elements])
        pairs = [(item, there[element['Narration']], ()) for item, element in zip(
            request.items, elements, strict=True) if element['Narration'] in there]
        faulty = request._apart(pairs, self._adopt)
        return self._end(request, [item for item, *_journal in faulty])

    # === WHAT BECOMES OF AN ANSWER === #

    def _is_its_own_trouble(self, error):
        # OVERRIDES 'account_xero'
        return isinstance(error, XeroScopeMissing)

    def _apply_response(self, request, response):
        # EXTENDS 'account_xero'
        if not isinstance(response, XeroScopeMissing):
            return super()._apply_response(request, response)
        self.env['xero.scope']._forget(request.connection_id, JOURNALS)
        return request.browse(), self._reject(request, response)

    def _apply(self, request, done, answer):
        # OVERRIDES 'account_xero'
        self._adopt([(item, Journal.from_json(result.data), result.warnings)
                     for item, result in done], answer)

    def _adopt(self, pairs, answer=None):
        """Keep what Xero has of journals.

        :param list pairs: (item, Journal, Xero's warnings)
        """
        records = {one.id: one for one in self.env[self._model].browse(
            item['id'] for item, *_journal in pairs).exists()}
        self.env[self._model]._xero_store([
            (records[item['id']], self._get_applied(records[item['id']], item, journal, warnings))
            for item, journal, warnings in pairs if item['id'] in records], answer)

    def _get_applied(self, one, item, journal, warnings):
        """:return: values of a journal that Xero has, now or no more"""
        values = {
            'xero_journal_id': journal.xero_id or one.xero_journal_id,
            'xero_status': journal.status, 'xero_narration': journal.narration,
            'xero_payload_hash': item['hash'], 'xero_last_push': fields.Datetime.now()}
        if item['revision'] != one.xero_revision:
            return values       # changed meanwhile, so it stays in the queue
        if journal.status in GONE:
            return {**values, **one._xero_success(), 'xero_state': None}
        if problem := self._check_answer(item, journal, warnings):
            # Without the hash it is sent again instead of being called equal.
            return {**values, 'xero_payload_hash': None, **one._xero_failure(problem)}
        return {**values, **one._xero_success()}

    def _check_answer(self, item, journal, warnings):
        """Xero leaves the account of a line out with a mere warning, and takes the journal all the
        same.

        :return: Problem, or None when Xero has what was sent
        """
        sent = {code: Decimal(amount) for code, amount in item['sums'].items()}
        if sent == journal.sums and not warnings:
            return None
        if warnings:
            return Problem('unmapped_account', _lt(
                "Xero has not taken all of it: %s", ' '.join(warnings)))
        return Problem('total_mismatch', _lt(
            "Xero has other amounts on these accounts than were sent: %s", ', '.join(sorted(
                code for code in {*sent, *journal.sums}
                if sent.get(code) != journal.sums.get(code)))))

    # === WHAT XERO REFUSED === #

    def _doubt(self, rejection):
        # OVERRIDES 'account_xero': a void may be refused although it was done
        journal_id = rejection.element.get('ManualJournalID')
        asked = rejection.operation != 'journal_create' and rejection.code not in OF_CONNECTION
        return asked and (f'{journals.PATH}/{journal_id}', rejection.operation) or None

    def _questions(self, path, operation, rejections):
        # OVERRIDES 'account_xero'
        return [{}]

    def _resolve(self, connection, operation, rejections, rows):
        # OVERRIDES 'account_xero'
        [journal] = map(Journal.from_json, rows[:1]) if rows else [None]
        if not journal or journal.status not in GONE:
            return self._resolve_there(connection, rejections, journal)
        if operation == 'journal_void':
            return self._adopt([(each.item, journal, ()) for each in rejections])
        for rejection in rejections:
            [one] = self._get_rejected(connection, rejection)
            one._xero_store([(one, {
                **one._xero_failure(Problem('voided_in_xero', _lt(
                    "%s was voided or deleted in Xero.", one.name))),
                'xero_status': journal.status})] if one else [])
        return None

    def _resolve_there(self, connection, rejections, journal):
        """A journal is in Xero's books all the same. Where somebody has posted it there since, it
        goes out again: with today's status the right way is known.

        :param journal: Journal, None where Xero does not tell
        """
        for rejection in rejections:
            [one] = self._get_rejected(connection, rejection)
            if journal and one and journal.status != one.xero_status:
                one._xero_store([(one, {'xero_status': journal.status})])
                one._xero_queue()
            else:
                self._fail(connection, [rejection])

    def _fail(self, connection, rejections):
        # OVERRIDES 'account_xero'
        rows = []
        for rejection in rejections:
            words = self._words(rejection)
            problem = Problem.at(connection, rejection.code, words) \
                if rejection.code in OF_CONNECTION else Problem(rejection.code, words)
            rows += [(one, one._xero_failure(problem))
                     for one in self._get_rejected(connection, rejection)[0]]
        self.env[self._model]._xero_store(rows)


def _fingerprint(body):
    """:return: hash of a journal's content; its status and its address are none"""
    return encoding.payload_hash({
        key: value for key, value in body.items() if key not in ('Status', 'Url')})
