"""What became of documents in Xero, in their own history here: a note a change."""
import logging

from odoo import models

from ..core.apart import apart
from ..core.kinds import GONE
from .showing import in_currency, name_in_xero

_logger = logging.getLogger(__name__)


class XeroChatter(models.AbstractModel):
    _name = 'xero.chatter'
    _description = "Notes about Xero in the History of Documents"

    def _get_events(self, rows, answer):
        """
        :param list rows: (`account.move`, values), as of :meth:`account.move._xero_store`, before
            they are stored
        :param answer: Xero's Answer or XeroError, if it is the outcome of a call
        :return: {document: what is new} of those whose company wants it noted
        :rtype: dict
        """
        noting = self.env['res.company']._xero_noting_ids()
        return {move: event for move, values in rows if move.company_id.id in noting
                and (event := self._get_event(move, values, answer))} if noting else {}

    def _get_event(self, move, values, answer):
        """:return: sent, changed, voided or paid; None for what nobody has to know
        :rtype: str | None"""
        status = values.get('xero_status')
        if status in GONE:
            # What was voided there is told with all that followed from it here.
            return 'voided' if answer and move.xero_status not in GONE else None
        if status == 'PAID' and move.xero_status != 'PAID':
            return 'paid'
        if not values.get('xero_last_push') or not values.get('xero_document_id'):
            return None
        if move.xero_document_id != values['xero_document_id']:
            return 'sent'
        return 'changed' if values.get('xero_payload_hash') != move.xero_payload_hash else None

    def _log(self, events):
        """Note what is new, once it is stored. Never stops what it tells of.

        :param dict events: of :meth:`_get_events`
        """
        if not events:
            return
        moves = self.env['account.move'].union(*events)
        apart(self.env, moves, lambda some: some._message_log_batch(
            {move.id: self._get_text(move, events[move]) for move in some}), self._give_up)

    def _give_up(self, faults):
        """:param list faults: (document, exception), as of :func:`.apart.apart`"""
        for move, error in faults:
            _logger.error("Document %s has no note about Xero", move.id, exc_info=error)

    def _get_text(self, move, event):
        """:return: the note, in the language of who is responsible for the document
        :rtype: str"""
        env = move.with_context(lang=move.invoice_user_id.lang or self.env.lang).env
        number = name_in_xero(move)
        total = in_currency(move, move.amount_total)
        return {
            'sent': env._("Sent to Xero: %(number)s, %(total)s.", number=number, total=total),
            'changed': env._(
                "Changed in Xero as here: %(number)s, %(total)s.", number=number, total=total),
            'voided': env._("Voided in Xero: %s.", number),
            'paid': env._("Paid in Xero: nothing is open of %s any more.", number),
        }[event]
