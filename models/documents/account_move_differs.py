"""Whether a document and Xero's disagree, as far as that is known without asking Xero."""
from odoo import fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_differs = fields.Boolean(
        "Differs from Xero", copy=False, prefetch='xero', readonly=True,
        help="Something is to be decided about it in the list of differences, or it is a draft "
             "here and not in Xero.")

    _xero_differs_idx = models.Index("(company_id) WHERE xero_differs")

    # === BUSINESS HOOKS === #

    def _post(self, soft=True):
        # EXTENDS 'account'
        again = self.filtered('posted_before')      # the others cannot have differed
        posted = super()._post(soft)
        # What is not sent again is fetched instead, and may differ until it is compared.
        self.env['xero.differing']._follow(
            posted & again, lambda move: move.xero_state == 'pending')
        return posted

    def button_draft(self):
        # EXTENDS 'account'
        result = super().button_draft()
        self.env['xero.differing']._follow(self)
        return result

    def button_cancel(self):
        # EXTENDS 'account'
        result = super().button_cancel()
        self.env['xero.differing']._follow(self)
        return result

    def _xero_queue_changed(self):
        # EXTENDS 'account_xero': what was made in Xero is not sent, and may differ until it has
        # been compared
        result = super()._xero_queue_changed()
        moves = self.filtered(
            lambda move: move.state == 'posted' and move.xero_origin and move.xero_state)
        if moves and not self.env.context.get('xero_pulling'):
            self.env['xero.differing']._set(moves, {*moves.ids})
            moves._xero_refetch()
        return result
