from odoo import api, fields, models


class XeroTrackingOption(models.Model):
    """An option of a tracking category, which an analytic account can stand for."""

    _name = 'xero.tracking.option'
    _description = "Xero Tracking Option"
    _inherit = ['xero.reference.mixin']
    _order = 'category_id, name'

    category_id = fields.Many2one(
        'xero.tracking.category', required=True, index=True, ondelete='cascade', readonly=True)
    xero_id = fields.Char("Xero ID", required=True, readonly=True)

    _id_uniq = models.Constraint(
        'UNIQUE(connection_id, xero_id)', "A tracking option is listed once a connection.")

    @api.depends('category_id.name', 'name')
    def _compute_display_name(self):
        for option in self:
            option.display_name = f"{option.category_id.name}: {option.name}"
