"""What is matched of credit notes and invoices, and how it stands with Xero."""
from odoo import fields, models

from ..core.kinds import XERO_KINDS
from ..core.prefetch import fetch_with_xero


def fetch_matches(moves):
    """Read at once what documents are matched with, which would be read document by document: the
    filtered lines are not read together.

    :param recordset moves: `account.move`, with all rights
    """
    lines = moves.line_ids
    lines.fetch(['display_type', 'matched_debit_ids', 'matched_credit_ids'])
    partials = lines.matched_debit_ids | lines.matched_credit_ids
    fetch_with_xero(partials)
    sides = partials.debit_move_id | partials.credit_move_id
    sides.fetch(['move_id'])
    moves |= sides.move_id
    fetch_with_xero(moves)
    moves.fetch(['line_ids', 'matched_payment_ids', 'xero_used_ids', 'xero_credited_ids'])
    moves.line_ids.fetch([
        'display_type', 'date', 'date_maturity', 'account_id', 'currency_id',
        'amount_residual_currency'])
    fetch_with_xero(moves.xero_used_ids | moves.xero_credited_ids)


def matches_of(move):
    """
    :param recordset move: one `account.move`
    :return: what Odoo has matched with it, by the document on the other side:
        {`account.move`: `account.partial.reconcile`}
    :rtype: dict
    """
    lines = move._xero_payment_terms()
    sides = [(lines.matched_debit_ids, 'debit_move_id'),
             (lines.matched_credit_ids, 'credit_move_id')]
    matches = {}
    for partials, side in sides:
        for partial in partials:
            other = partial[side].move_id
            if other.move_type in XERO_KINDS:
                matches[other] = matches.get(other, partials.browse()) | partial
    return matches


def matched_amount(move, partials):
    """
    :param recordset move: one `account.move`
    :param recordset partials: of it
    :return: their amount in the document's currency
    :rtype: float
    """
    return move.currency_id.round(sum(
        partial.debit_amount_currency if partial.debit_move_id.move_id == move
        else partial.credit_amount_currency for partial in partials))


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_used_ids = fields.One2many(
        'xero.allocation', 'credit_id', copy=False, readonly=True,
        groups='account.group_account_invoice')
    xero_credited_ids = fields.One2many(
        'xero.allocation', 'invoice_id', copy=False, readonly=True,
        groups='account.group_account_invoice')

    def action_xero_sync_now(self):
        # EXTENDS 'account_xero': what is matched goes out again, too
        result = super().action_xero_sync_now()
        pairs = self.env['xero.allocation']._among(self, 'pending', 'failed')
        pairs.write(pairs._xero_queue_values(manual=True))
        self.env['xero.settlement'].sudo()._of(self).filtered(
            lambda one: one.xero_state == 'failed')._xero_queue()
        return result
