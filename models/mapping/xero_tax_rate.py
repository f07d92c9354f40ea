from odoo import api, fields, models

#: Classes of accounts as a tax rate names them, and as an account does.
CLASSES = {'revenue': 'REVENUE', 'expenses': 'EXPENSE', 'assets': 'ASSET',
           'liabilities': 'LIABILITY', 'equity': 'EQUITY'}


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
    account_classes = fields.Char(
        readonly=True, help="The classes of accounts that Xero allows it on, in Xero's words.")

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
            'account_classes': ' '.join(
                name for key, name in CLASSES.items() if key in rate.can_apply_to),
            'active': rate.status in (None, 'ACTIVE'),
        }

    def _takes(self, account):
        """
        :param recordset account: `xero.account`, or none
        :return: whether Xero allows this rate on it; what is not known is allowed
        :rtype: bool
        """
        return not self.account_classes or not account.class_name \
            or account.class_name in self.account_classes.split()
