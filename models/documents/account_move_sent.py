"""What Xero got of a document, which says what has changed since, here or there."""
from odoo import fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_sent = fields.Json(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="What Xero got last: each field of the document, a fingerprint and Xero's identifier "
             "of each line, and what the lines came to. Only what differs from it is sent.")
    xero_overwrite = fields.Boolean(
        copy=False, prefetch='xero', readonly=True,
        help="Somebody decided that Odoo's side counts: it is sent whole, over what was changed in "
             "Xero.")

    xero_take_over = fields.Boolean(
        copy=False, prefetch='xero', readonly=True,
        help="Somebody decided that Xero's side counts. It is taken over when it is fetched next.")
    xero_kept_reason = fields.Text(
        copy=False, prefetch='xero', readonly=True,
        help="Why what Xero has could not be taken over.")
