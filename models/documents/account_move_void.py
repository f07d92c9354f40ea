"""What is taken back: in Xero only, as what was made there with another total, or to try it, or
deleted here."""
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..core.kinds import GONE, NUMBERED
from ..core.problem import Problem
from ..core.words import joined, lazy_of
from .account_move_trial import ended_values
from .showing import name_in_xero

_lt = LazyTranslate(__name__)


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_void = fields.Boolean(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="Somebody has asked to void it in Xero, where its total is another one. It stays "
             "here.")
    xero_voided_id = fields.Char(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="What it was in Xero until that was voided from here.")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_xero(self):
        known = self.env['res.company']._xero_known(self)
        for move in known:
            # Its lines are gone by now, and with them its total.
            name, number = move.display_name, (
                move.xero_number or move.commercial_partner_id.display_name)
            if move._xero_keeps_number():
                raise UserError(self.env._(
                    "%s was in Xero, which keeps the number of a voided document for ever. "
                    "Deleted here, its number would go to the next document, and Xero would refuse "
                    "that. Keep it as a cancelled document.", name))
            if not move.xero_document_id or move.xero_status in GONE:
                continue
            if move.xero_origin:
                raise UserError(self.env._(
                    "%(name)s was made in Xero as %(number)s, and would be imported again. Void "
                    "it there, or cancel it here.", name=name, number=number))
            raise UserError(self.env._(
                "%(name)s is in Xero as %(number)s. Cancel it first, so that it is voided "
                "there, too.", name=name, number=number))
        # An entry is voided there, or taken out of its day.
        known.sudo().xero_manual_journal_id._xero_queue()

    def _xero_keeps_number(self):
        """:return: whether this document's number is one of a voided document in Xero
        :rtype: bool"""
        move = self.sudo()
        voided = move.xero_voided_id or move.xero_document_id and move.xero_status in GONE
        return bool(voided) and move.move_type in NUMBERED and move.xero_number == move.name

    def action_xero_void(self):
        """Have Xero void documents that it made with another total. They stay as they are here.

        :return: a notification; Xero is called in the background
        :raise UserError: there is none among them
        """
        self._xero_check_may_sync()
        moves = self.sudo().filtered(can_be_voided)
        if not moves:
            raise UserError(self.env._(
                "Xero has none of these documents with another total, as far as is known here."))
        models.Model.write(moves, {'xero_void': True})
        return moves.with_env(self.env).action_xero_sync_now()


def can_be_voided(move):
    """
    :param recordset move: one `account.move`
    :return: whether it can be voided in Xero, and stay here
    """
    return move.xero_active and move.state == 'posted' and not move.xero_origin \
        and move.xero_error_code == 'total_mismatch' and bool(move.xero_document_id) \
        and move.xero_status not in GONE


def is_void_wanted(move):
    """:param recordset move: one `account.move`, with all rights
    :return: whether it is to be voided in Xero only"""
    return move.xero_void and move.state != 'cancel' and bool(move.xero_document_id)


def is_void_expected(move):
    """:param recordset move: one `account.move`, with all rights
    :return: whether it stays here when it is voided in Xero, whoever does that"""
    return is_void_wanted(move) or (move.xero_trial and bool(move.xero_document_id))


def voided_values(move, revision=None):
    """What differed from Xero's document is listed no more.

    :param recordset move: one `account.move` that Xero has voided as somebody had asked for
    :param str revision: of what was sent; one that has changed since goes out anew
    :return: what it is by that: in Xero no more, and why
    :rtype: dict
    """
    move.env['xero.difference'].sudo().with_context(xero_differs_known=True)._of_documents(
        move).unlink()
    values = {
        'xero_void': False, 'xero_voided_id': move.xero_document_id, 'xero_document_id': None,
        'xero_status': None, 'xero_payload_hash': None, 'xero_pull_hash': None,
        'xero_updated': None, 'xero_differs': False}
    if move.xero_trial:
        return {**values, **ended_values(move)}
    if revision not in (None, move.xero_revision):
        return values
    words = joined(' ', (
        _lt("%(number)s was voided or deleted in Xero.", number=lazy_of(move, name_in_xero)),
        move.move_type in NUMBERED and _lt(
            "Give it another number before: Xero keeps that of the voided one.")))
    return {**values, **move._xero_failure(Problem('taken_back', words))}
