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
