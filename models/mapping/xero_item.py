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

    _id_uniq = models.Constraint(
        'UNIQUE(connection_id, xero_id)', "An item is listed once a connection.")

    @api.depends('code', 'name')
    def _compute_display_name(self):
        for item in self:
            item.display_name = f"[{item.code}] {item.name}" if item.name else item.code

    @api.model
    def _prepare_values(self, item):
        """
        :param parse.Item item: as Xero has it
        :return: values of a record
        """
        return {
            'xero_id': item.xero_id, 'code': item.code, 'name': item.name,
            'is_sold': item.is_sold, 'is_purchased': item.is_purchased, 'active': True,
        }
