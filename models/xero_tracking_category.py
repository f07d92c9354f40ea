from odoo import fields, models


class XeroTrackingCategory(models.Model):
    """A tracking category of the connected organisation; Xero has two active ones at most."""

    _name = 'xero.tracking.category'
    _description = "Xero Tracking Category"
    _order = 'name'

    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    active = fields.Boolean(default=True, readonly=True)
    xero_id = fields.Char("Xero ID", required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    option_ids = fields.One2many('xero.tracking.option', 'category_id', readonly=True)

    _id_uniq = models.Constraint(
        'UNIQUE(connection_id, xero_id)', "A tracking category is listed once a connection.")
