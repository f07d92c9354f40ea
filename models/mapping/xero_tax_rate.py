from odoo import api, fields, models

#: Xero's tax type for a line without tax; left out, the account's default would apply.
NO_TAX = 'NONE'
#: What is outside of the country's tax, where that is another one: in Australia NONE becomes
#: GST-free on an expense, which is reported.
NO_TAX_OF_COUNTRY = {'AU': 'BASEXCLUDED'}
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

    is_composite = fields.Boolean(
        readonly=True, help="It has several components, or more decimals than four. Xero may round "
                            "the tax of a line otherwise than Odoo does, so it is sent with it.")

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
            'is_composite': len(rate.components) > 1 or bool(
                rate.effective_rate and rate.effective_rate.normalize().as_tuple().exponent < -4),
            'active': rate.status in (None, 'ACTIVE'),
        }

    @api.model
    def _no_tax_type(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: Xero's tax type for lines without tax
        :rtype: str
        """
        return connection.no_tax_rate_id.tax_type or NO_TAX_OF_COUNTRY.get(
            connection.country_code, NO_TAX)

    @api.model
    def _choose_no_tax(self, connection):
        """Choose the country's tax rate for lines without tax, unless somebody has chosen one that
        is still there.

        :param recordset connection: one `xero.connection`
        """
        if not connection.no_tax_rate_id.active:
            connection.no_tax_rate_id = False
            connection.no_tax_rate_id = self.search([
                ('connection_id', '=', connection.id),
                ('tax_type', '=', self._no_tax_type(connection))])

    def _is_recoded(self):
        """:return: whether Xero makes another tax rate of this one, as of NONE in Australia
        :rtype: bool"""
        return self.tax_type == NO_TAX \
            and self.connection_id.country_code in NO_TAX_OF_COUNTRY

    def _takes(self, account):
        """
        :param recordset account: `xero.account`, or none
        :return: whether Xero allows this rate on it; what is not known is allowed
        :rtype: bool
        """
        return not self.account_classes or not account.class_name \
            or account.class_name in self.account_classes.split()
