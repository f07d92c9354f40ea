from odoo import fields, models


class XeroTrackingCategory(models.Model):
    """A tracking category of the connected organisation; Xero has two active ones at most."""

    _name = 'xero.tracking.category'
    _description = "Xero Tracking Category"
    _inherit = ['xero.reference.mixin']
    _order = 'name'

    xero_id = fields.Char("Xero ID", required=True, readonly=True)
    option_ids = fields.One2many('xero.tracking.option', 'category_id', readonly=True)

    _id_uniq = models.Constraint(
        'UNIQUE(connection_id, xero_id)', "A tracking category is listed once a connection.")
