from odoo import fields, models


class XeroCurrency(models.Model):
    """A currency that is enabled in the connected organisation."""

    _name = 'xero.currency'
    _description = "Xero Currency"
    _inherit = ['xero.reference.mixin']
    _order = 'code'
    _rec_name = 'code'
    _xero_key = 'code'

    code = fields.Char(required=True, readonly=True)

    _code_uniq = models.Constraint(
        'UNIQUE(connection_id, code)', "A currency is listed once a connection.")
