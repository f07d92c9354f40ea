"""What is to be noted about a document in Xero's history."""
from odoo import fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_notes = fields.Text(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="What Xero's history of it is still to be told, a line each.")

    _xero_notes_idx = models.Index("(company_id) WHERE xero_notes IS NOT NULL")
