from odoo import fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_files_pending = fields.Boolean(
        copy=False, prefetch='xero', readonly=True, index='btree_not_null',
        help="Its attachments in Xero are still to be fetched.")

