"""Numbers that Xero is known to have: a document that has one cannot go out with it."""
from odoo import models
from odoo.tools.translate import LazyTranslate

from ..core.kinds import GONE, NUMBERED, XERO_KINDS
from ..core.problem import Problem
from ..core.words import lazy_amount

_lt = LazyTranslate(__name__)

#: What a document failed for that sending it again as it is does not change.
REFUSED = ('number_taken', 'number_voided', 'maybe_in_xero')


class XeroCollision(models.AbstractModel):
    _name = 'xero.collision'
    _description = "Numbers That Xero Is Known to Have"

    def _find(self, connection, moves):
        """Find what is known without asking Xero, in as many queries for many as for one.

        :param recordset connection: one `xero.connection`
        :param recordset moves: `account.move` of its company
        :return: {document: Problem} of those whose number Xero has for another one
        :rtype: dict
        """
        found = {move: move._xero_stored_problem() for move in moves
                 if move.xero_state == 'failed' and move.xero_error_code in REFUSED}
        new = {(XERO_KINDS[move.move_type], move.name): move for move in moves
               if move.move_type in NUMBERED and move.state == 'posted'
               and not move.xero_document_id}
        if new:
            found = {**self._find_waiting(connection, new), **self._find_sent(connection, new),
                     **found}
        return found

    def _find_sent(self, connection, new):
        """
        :param dict new: {(kind in Xero, number): document}
        :return: {document: Problem} of those whose number another document here has in Xero; one
            that waits to get another number gives it up first
        """
        found = {}
        for holder in self.env['account.move'].search([
                ('company_id', 'in', connection.company_id._xero_together().ids),
                ('move_type', 'in', NUMBERED),
                ('xero_number', 'in', [number for _kind, number in new]),
                ('xero_document_id', '!=', False), ('xero_state', '!=', 'pending')]):
            if move := new.get((XERO_KINDS[holder.move_type], holder.xero_number)):
                code = 'number_voided' if holder.xero_status in GONE else 'number_taken'
                found[move] = Problem.at(move, code, _lt(
                    "%(number)s is the number of %(other)s in Xero.", number=move.name,
                    other=holder.display_name))
        return found

    def _find_waiting(self, connection, new):
        """
        :param dict new: {(kind in Xero, number): document}
        :return: {document: Problem} of those whose number a document of Xero has that waits here,
            and that is another one: what has the same total may be linked on the way
        """
        found = {}
        for row in self.env['xero.unmatched'].search([
                ('connection_id', '=', connection.id),
                ('kind', 'in', [kind for kind, _number in new]),
                ('number', 'in', [number for _kind, number in new])]):
            move = new.get((row.kind, row.number))
            if move and (row.currency_id != move.currency_id
                         or move.currency_id.compare_amounts(row.total, move.amount_total)):
                found[move] = Problem.at(move, 'maybe_in_xero', _lt(
                    "Xero has %(number)s of %(contact)s, %(total)s, which waits under Unmatched.",
                    number=row.number, contact=row.contact_name or '–',
                    total=lazy_amount(row.currency_id, row.total)))
        return found
