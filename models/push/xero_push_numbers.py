"""Numbers that documents hand on to each other, as *Resequence* has them do."""
from odoo import fields, models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ...xero import payload, recovery
from ..core.kinds import GONE, NUMBERED, XERO_KINDS, types_of
from ..core.problem import Problem
from ..core.words import lazy_date, lazy_sum

_lt = LazyTranslate(__name__)


class XeroPushNumbers(models.AbstractModel):
    """In which order documents get new numbers, so that each of them is free in Xero by then.

    What is decided follows from the numbers alone that the documents have here and there, so a run
    that was cut off is simply gone on with.
    """

    _name = 'xero.push.numbers'
    _description = "Order of New Numbers in Xero"

    def _get_held(self, queue):
        """Return the numbers that documents of a queue still have in Xero, and not here any more.

        :param Domain queue: of `account.move`, those that go out now
        :return: {(kind in Xero, number): id of the document}
        :rtype: dict
        """
        query = self.env['account.move']._search(queue & fields.Domain([
            ('move_type', 'in', NUMBERED), ('xero_document_id', '!=', False),
            ('xero_status', 'not in', GONE)]), order='id')
        query.add_where(SQL("account_move.xero_number <> account_move.name"))
        return {(XERO_KINDS[move_type], number): move_id for move_id, move_type, number in
                self.env.execute_query(query.select(
                    SQL("account_move.id"), SQL("account_move.move_type"),
                    SQL("account_move.xero_number")))}

    def _get_free(self, queue):
        """Leave out of a queue what wants a number that another document is about to give up.

        Of those that wait for each other in a circle one goes out even so; it gets a number for
        the meantime, see :meth:`_is_in_turn`.

        :param Domain queue: of `account.move`, those that go out now
        :rtype: Domain
        """
        held = self._get_held(queue)
        if not held:
            return queue
        wanted = {move.id: (XERO_KINDS[move.move_type], move.name) for move in
                  self.env['account.move'].browse(held.values())}
        blocked = fields.Domain.OR(
            fields.Domain('move_type', 'in', types_of({wanted_kind})) & fields.Domain(
                'name', 'in', [number for kind, number in held if kind == wanted_kind])
            for wanted_kind in {kind for kind, _number in held})
        return queue & (~blocked | fields.Domain('id', 'in', self._break_circles(held, wanted)))

    def _break_circles(self, held, wanted):
        """
        :param dict held: {number: id of the document that gives it up}
        :param dict wanted: {id of such a document: the number that it is to have}
        :return: ids of one document of each circle
        :rtype: list
        """
        first, seen = [], set()
        for start in sorted(wanted):
            path, move = [], start
            while move is not None and move not in seen:
                seen.add(move)
                path.append(move)
                move = held.get(wanted[move])
            if move in path:
                first.append(min(path[path.index(move):]))
        return first

    # === ONE OF THEM === #

    def _get_held_for(self, moves, queue):
        """:return: as :meth:`_get_held`, if any of some documents has a new number
        :rtype: dict"""
        return self._get_held(queue) if any(
            move.xero_document_id and move.xero_number != move.name for move in moves) else {}

    def _is_in_turn(self, move, held):
        """
        :param recordset move: an `account.move`
        :param dict held: as of :meth:`_get_held`
        :return: whether the number that it has here is free in Xero, as far as is known here
        :rtype: bool
        """
        return not move.xero_document_id \
            or held.get((XERO_KINDS[move.move_type], move.name), move.id) == move.id

    def _prepare_meantime(self, connection, move):
        """Return the request that gives a document a number which is free, because the one that it
        has is wanted by another one whose number it is to have.

        :rtype: dict
        """
        kind = XERO_KINDS[move.move_type]
        endpoint = payload.endpoint_of(kind)
        body = payload.number_body(kind, move.xero_document_id, f'{move.xero_number}-{move.id}')
        return self.env['xero.request']._values(
            connection, 'update', 'POST', f'{endpoint}/{move.xero_document_id}', [body],
            [{'id': move.id, 'revision': move.xero_revision, 'hash': None, 'meantime': True}],
            endpoint)

    # === TAKEN ONES === #

    def _resolve(self, kind, connection, rejections, documents):
        """Say which document in Xero has a number, and what can be done about it.

        :param recordset kind: `xero.push.document`
        :param list(Rejection) rejections: for a number that is taken
        :param list documents: documents.Document of Xero with these numbers
        """
        rows = []
        for rejection in rejections:
            element = rejection.element
            own = element.get('InvoiceID') or element.get('CreditNoteID')
            number = element.get('InvoiceNumber') or element.get('CreditNoteNumber')
            holder = next((
                document for document in documents if document.number == number
                and document.xero_id != own and recovery.is_number_unique(document.kind)), None)
            if not holder:
                kind._fail(connection, [rejection])
                continue
            rows += [(move, move._xero_failure(self._problem(move, holder)))
                     for move in kind._get_rejected(connection, rejection)[0]]
        self.env['account.move']._xero_store(rows)

    def _problem(self, move, document):
        """
        :param recordset move: an `account.move`
        :param documents.Document document: that has its number in Xero
        :return: what is the matter, and what can be done about it
        :rtype: Problem
        """
        if document.status in GONE:
            return Problem('number_voided', _lt(
                "Xero has a voided or deleted document %(number)s of %(date)s, which keeps its "
                "number and cannot be changed any more.",
                number=document.number, date=lazy_date(self.env, document.date)))
        holder = self.env['account.move'].search([
            ('company_id', 'in', move.company_id._xero_together().ids), ('id', '!=', move.id),
            ('xero_document_id', '=', document.xero_id)], limit=1)
        if holder:
            return Problem.at(holder, 'number_taken', _lt(
                "In Xero %(number)s still is the number of %(name)s. Bring that one in step with "
                "Xero first, then press Sync now.",
                number=document.number, name=holder.display_name))
        return Problem('number_taken', _lt(
            "Xero has another document %(number)s: %(total)s of %(date)s.",
            number=document.number,
            total=lazy_sum(self.env, document.total, document.currency_code),
            date=lazy_date(self.env, document.date)))
