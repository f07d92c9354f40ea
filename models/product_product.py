from odoo import fields, models


class ProductProduct(models.Model):
    _name = 'product.product'
    _inherit = ['product.product', 'xero.mapping.mixin']
    _xero_target_field = 'xero_item_id'
    _xero_line_field = 'product_id'
    _xero_error_code = 'unmapped_item'

    xero_item_id = fields.Many2one(
        'xero.item', company_dependent=True,
        help="The item of the Xero organisation that lines with this product are sent with. "
             "Without one a line is sent with its account, tax and description alone.")
