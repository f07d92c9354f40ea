from odoo import api, fields, models


class XeroTaxRate(models.Model):
    """A tax rate of the connected organisation, as last fetched."""

    _name = 'xero.tax.rate'
    _description = "Xero Tax Rate"
    _inherit = ['xero.reference.mixin']
    _order = 'name'
    _rec_names_search = ['name', 'tax_type']
    _xero_key = 'tax_type'

    tax_type = fields.Char("Xero Tax Type", required=True, readonly=True)
    rate = fields.Float("Rate (%)", digits=(16, 4), readonly=True)
    for_sales = fields.Boolean(readonly=True)
    for_purchases = fields.Boolean(readonly=True)

    _type_uniq = models.Constraint(
        'UNIQUE(connection_id, tax_type)', "A tax rate is listed once a connection.")

    @api.model
    def _prepare_values(self, rate):
        """
        :param parse.TaxRate rate: as Xero has it
        :return: values of a record
        """
        return {
            'tax_type': rate.tax_type,
            'name': rate.name or rate.tax_type,
            'rate': float(rate.effective_rate or 0),
            'for_sales': 'revenue' in rate.can_apply_to,
            'for_purchases': 'expenses' in rate.can_apply_to,
            'active': rate.status in (None, 'ACTIVE'),
        }
