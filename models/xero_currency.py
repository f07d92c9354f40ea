from odoo import fields, models


class XeroCurrency(models.Model):
    """A currency that is enabled in the connected organisation."""

    _name = 'xero.currency'
    _description = "Xero Currency"
    _order = 'code'
    _rec_name = 'code'

    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    active = fields.Boolean(default=True, readonly=True)
    code = fields.Char(required=True, readonly=True)
    name = fields.Char(readonly=True)

    _code_uniq = models.Constraint(
        'UNIQUE(connection_id, code)', "A currency is listed once a connection.")
