"""Documents that are of Xero: made there, or taking back what was voided there. Never sent."""
from odoo import fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_origin = fields.Boolean(
        "Made in Xero", copy=False, readonly=True, groups='base.group_user',
        help="It was imported from Xero, where it was made, and is never sent there.")
    xero_from_void = fields.Boolean(
        "Takes Back a Void in Xero", copy=False, readonly=True, groups='base.group_user',
        help="Reverses a document that was voided in Xero, so it has no place there itself.")

    def _xero_refetch(self):
        """Fetch those that are not sent again, as those made in Xero or kept back by a switch, as
        something has changed here that it may matter to."""
        moves = self.env['res.company']._xero_known(self).filtered(
            lambda move: move.xero_origin or (move.xero_active and move.xero_state == 'synced'))
        if moves and not self.env.context.get('xero_pulling'):
            moves._xero_queue_pull()
