from odoo import api, fields, models


class XeroItem(models.Model):
    """An item of the connected organisation, as last fetched."""

    _name = 'xero.item'
    _description = "Xero Item"
    _inherit = ['xero.reference.mixin']
    _order = 'code'
    _rec_names_search = ['code', 'name']

    xero_id = fields.Char("Xero ID", required=True, readonly=True)
    code = fields.Char(required=True, readonly=True)
    is_sold = fields.Boolean("Can Be Sold", readonly=True)
    is_purchased = fields.Boolean("Can Be Purchased", readonly=True)
    is_tracked = fields.Boolean(
        "Stock Kept by Xero", readonly=True,
        help="Xero sells no more of it than it has in stock, and chooses the accounts of its "
             "lines. Where Odoo keeps the stock, products are better sent without it.")

    _id_uniq = models.Constraint(
        'UNIQUE(connection_id, xero_id)', "An item is listed once a connection.")

    @api.depends('code', 'name', 'is_tracked')
    @api.depends_context('lang')
    def _compute_display_name(self):
        for item in self:
            name = f"[{item.code}] {item.name}" if item.name else item.code
            item.display_name = self.env._(
                "%s (stock kept by Xero)", name) if item.is_tracked else name

    @api.model
    def _prepare_values(self, item):
        """
        :param parse.Item item: as Xero has it
        :return: values of a record
        """
        return {
            'xero_id': item.xero_id, 'code': item.code, 'name': item.name,
            'is_sold': item.is_sold, 'is_purchased': item.is_purchased,
            'is_tracked': item.is_tracked, 'active': True,
        }
