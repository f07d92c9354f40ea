"""What became of the invoices of a month end, from what is known here: nothing is asked of Xero."""
from collections import defaultdict

from odoo import models
from odoo.tools.misc import formatLang

from ..core.kinds import GONE
from ..documents.account_payment_plan import decimal_of

#: Statuses in Xero of what a reviewer has approved.
APPROVED = ('AUTHORISED', 'PAID')


class XeroInvoicingResult(models.AbstractModel):
    _name = 'xero.invoicing.result'
    _description = "What Became of a Month End"

    def _describe(self, run):
        """
        :param recordset run: one `xero.invoicing.run`
        :return: values of its computed fields
        :rtype: dict
        """
        items = run.item_ids
        moves = items.move_ids
        moves_sudo = moves.sudo()
        states = moves_sudo.mapped('xero_state')
        waiting = sum(item.state == 'waiting' and item.line_id.included for item in items)
        values = {
            'move_ids': moves,
            'made_count': len(moves),
            'sent_count': len(moves_sudo.filtered(
                lambda move: move.xero_document_id and move.xero_status not in GONE)),
            'waiting_count': states.count('pending'),
            'blocked_count': states.count('failed'),
            'failed_count': sum(item.state == 'failed' for item in items),
            'approved_count': sum(move.xero_status in APPROVED for move in moves_sudo),
            'total_text': self._in_currencies(
                (move.currency_id, move.amount_total if move.move_type != 'out_refund'
                 else -move.amount_total) for move in moves_sudo if move.state == 'posted'),
        }
        going_on = run.state == 'running' or values['waiting_count'] and run.state != 'draft'
        wanted = sum(item.line_id.included for item in items)
        settled = wanted - (waiting if run.state == 'running' else 0)
        done = len(moves) - values['waiting_count']
        shares = [(settled, wanted), (done, len(moves))]
        values['progress'] = run.state not in ('draft', 'prepared') and sum(
            50 * part / whole if whole else 50 * (run.state != 'running')
            for part, whole in shares)
        values['progress_state'] = 'running' if going_on else 'undone' \
            if values['failed_count'] or values['blocked_count'] else 'done'
        values['progress_text'] = self._in_words(run, values, settled, wanted)
        return values

    def _in_words(self, run, values, settled, wanted):
        """:return: how a month end stands, for people
        :rtype: str"""
        if run.state in ('draft', 'prepared'):
            return ''
        if run.state == 'taken_back':
            left = values['sent_count']
            return self.env._(
                "Taken back. Drafts that are still to be deleted in Xero: %s.", left) if left \
                else self.env._("Taken back. Nothing of it is in Xero.")
        sent = values['sent_count']
        parts = filter(None, (
            run.state == 'running' and self.env._(
                "Looked at: %(settled)s of %(wanted)s", settled=settled, wanted=wanted),
            self.env._("Invoices made: %s", values['made_count']),
            self.env._("In Xero: %s", sent),
            values['waiting_count'] and self.env._("On the way: %s", values['waiting_count']),
            values['waiting_count'] and self._get_waiting_reason(run),
            values['blocked_count'] and self.env._("Held up: %s", values['blocked_count']),
            values['failed_count'] and self.env._("Not made: %s", values['failed_count']),
            sent and self.env._(
                "Approved: %(approved)s of %(sent)s", approved=values['approved_count'],
                sent=values['made_count']),
        ))
        return ' · '.join(parts)

    def _get_waiting_reason(self, run):
        """:return: why nothing goes to Xero at the moment, empty where it does
        :rtype: str"""
        connection = run.company_id._xero_connections().get(run.company_id.id)
        return (connection and connection.waiting_reason or '').rstrip('.')

    def _in_currencies(self, amounts):
        """
        :param amounts: (`res.currency`, amount) of any number of documents
        :return: their sum in each currency, for people
        :rtype: str
        """
        sums = defaultdict(int)
        for currency, amount in amounts:
            sums[currency] += decimal_of(currency, amount)
        return ', '.join(
            formatLang(self.env, float(total), currency_obj=currency)
            for currency, total in sorted(sums.items(), key=lambda pair: pair[0].name))
