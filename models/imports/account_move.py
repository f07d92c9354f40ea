import logging

from odoo import fields, models

from ...xero.recovery import is_number_unique
from ..core.apart import never_stops
from ..core.kinds import XERO_KINDS

_logger = logging.getLogger(__name__)


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_files_pending = fields.Boolean(
        copy=False, prefetch='xero', readonly=True, index='btree_not_null',
        help="Its attachments in Xero are still to be fetched.")
    xero_files_tried_at = fields.Datetime(
        copy=False, prefetch='xero', readonly=True,
        help="When Xero, which was there, did not hand them over.")

    def _locked_increment(self, format_string, format_values):
        # EXTENDS 'account': a number that Xero has of a document which was lost here, as after a
        # database was restored from a backup, is not given out again; nor does it stop anybody
        held = ()
        with never_stops(_logger, "Which numbers Xero has of lost documents cannot be told"):
            held = lost_numbers(self)
        seq = format_values['seq']
        while True:
            while format_string.format(**{**format_values, 'seq': seq + 1}) in held:
                seq += 1
            number = super()._locked_increment(format_string, {**format_values, 'seq': seq})
            if number not in held:
                return number
            # Odoo goes on by itself from what others, or this transaction, have taken.
            self._get_sequence_cache().clear()
            seq = max(seq, self._get_sequence_format_param(number)[1]['seq'])


def lost_numbers(move):
    """
    :param recordset move: one `account.move`
    :return: the numbers that Xero has of documents of its kind which were sent from here, and which
        are not here any more
    :rtype: set
    """
    kind = XERO_KINDS.get(move.move_type)
    if not is_number_unique(kind) \
            or move.company_id.id not in move.env['res.company']._xero_connected_ids():
        return set()
    return set(move.env['xero.unmatched'].sudo().search_fetch([
        ('company_id', '=', move.company_id._xero_owner().id), ('reason', '=', 'lost'),
        ('kind', '=', kind)], ['number']).mapped('number'))
