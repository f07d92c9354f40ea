import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import float_compare

from .xero_mapping_mixin import Match, fold

#: Xero's standard tax types, best first, for rates that several of them share. Source: Xero's
#: "Types and codes" page, tax types, and its page on tax rates.
USUAL_TAX_TYPES = {
    'sale': ('OUTPUT2', 'OUTPUT3', 'OUTPUTY24', 'OUTPUT', 'RROUTPUT'),
    'purchase': ('INPUT2', 'INPUT3', 'INPUTY24', 'INPUT', 'RRINPUT'),
}
#: Those whose amount is entered by hand: their rate is 0, and the line is all tax.
ENTERED_BY_HAND = ('GSTONIMPORTS', 'GSTONCAPIMPORTS')
#: What makes a tax a special one though its rate is an ordinary one: the words in its name here
#: (Odoo's charts abbreviate) and in Xero, and how Xero's tax types of that sort begin.
SORTS = {
    'reverse': ({'reverse', 'rc', 'drc'}, ('REVERSECHARGE', 'DRCHARGE')),
    'import': ({'import', 'imports', 'imported', 'pva', 'postponed', 'tps'},
               ('GSTONIMPORT', 'IM')),
    'union': ({'eu', 'ec', 'union', 'intra', 'community', 'intracommunity', 'oss'}, ('EC',)),
    'export': ({'export', 'exports', 'ex'}, ('EXEMPTEXPORT',)),
    'capital': ({'capital', 'capex', 'asset', 'assets'}, ('CAP',)),
    'exempt': ({'exempt'}, ()),
    'free': ({'free'}, ()),
    'none': ({'no', 'none', 'outside', 'scope', 'excluded', 'os'}, ('NONE', 'BASEXCLUDED')),
    'zero': ({'zero'}, ('ZERORATED',)),
    # South Africa's and Singapore's returns tell these apart.
    'change': ({'change'}, ()),
    'deemed': ({'deemed', 'ds'}, ()),
    'disallowed': ({'disallowed', 'bl', 'blocked'}, ('BLINPUT',)),
    'customer': ({'customer', 'txca'}, ('TXCA', 'SRCA')),
    'residual': ({'residual', 're'}, ()),
    'unregistered': ({'nr', 'unregistered'}, ('NRINPUT',)),
    'other': ({'margin', 'withholding', 'withheld', 'private', 'priv', 'inp', 'tpar', 'abn', 'lvg',
               'accommodation', 'adj', 'adjustment', 'adjustments', 'bad', 'debt', 'debts'},
              ('INPUTTAXED', 'TXNA', 'SRLVG', 'SROVR')),
}
#: Words in the name of a tax of 0 % that say no more than that.
ZERO_WORDS = {'vat', 'gst', 'tax', 'sales', 'sale', 'purchases', 'purchase', 'zero', 'rate',
              'rated', 'output', 'input', 's', 'p', 'g', 'goods', 'services', 'on', 'income',
              'expenses'}


class AccountTax(models.Model):
    _name = 'account.tax'
    _inherit = ['account.tax', 'xero.mapping.mixin']
    _xero_target_field = 'xero_tax_rate_id'
    _xero_more_fields = ('xero_other_rate_id',)
    _xero_line_field = 'tax_ids'
    _xero_error_code = 'unmapped_tax'

    xero_tax_rate_id = fields.Many2one(
        'xero.tax.rate', company_dependent=True, prefetch='xero', check_company=True,
        help="The tax rate of the Xero organisation that lines with this tax are sent with.",
    )
    xero_other_rate_id = fields.Many2one(
        'xero.tax.rate', "Xero Tax Rate on Other Accounts", company_dependent=True, prefetch='xero',
        check_company=True,
        help="The tax rate that a line has instead on an account that Xero does not allow the "
             "first one on: of a sales tax, when an expense is charged on to a customer.",
    )

    xero_rate_doubt = fields.Char(
        "Not the Same", compute='_compute_xero_rate_doubt', compute_sudo=True,
        help="Documents are not sent under a tax rate of another percentage.")

    @api.depends('amount', 'amount_type', 'children_tax_ids', 'has_negative_factor',
                 'xero_tax_rate_id', 'xero_other_rate_id')
    @api.depends_context('company')
    def _compute_xero_rate_doubt(self):
        for tax in self:
            wrong = (tax.xero_tax_rate_id | tax.xero_other_rate_id).filtered(
                lambda rate, tax=tax: tax._xero_is_of_rate(rate) is False)
            tax.xero_rate_doubt = self.env._(
                "%(here)s here, %(there)s in Xero", here=percent_text(tax._xero_percent()),
                there=', '.join(percent_text(rate.rate) for rate in wrong)) if wrong else False

    def _xero_rate_on(self, account):
        """
        :param recordset account: `xero.account` of a line, or none
        :return: the `xero.tax.rate` that lines on it have with this tax, or none
        """
        first, other = self.xero_tax_rate_id, self.xero_other_rate_id
        return other if other and not first._takes(account) and other._takes(account) else first

    @api.model
    def _xero_company_domain(self, company):
        # OVERRIDES 'account_xero'
        return [('company_id', 'parent_of', company._xero_together().ids)]

    @api.model
    def _xero_match_domain(self, company):
        # EXTENDS 'account_xero'
        return [*super()._xero_match_domain(company),
                ('type_tax_use', 'in', ('sale', 'purchase'))]

    def _xero_target_domain(self, connection):
        # EXTENDS 'account_xero'
        domain = super()._xero_target_domain(connection)
        if not self:
            return domain
        return domain & Domain(
            'for_sales' if self.type_tax_use == 'sale' else 'for_purchases', '=', True)

    def _xero_find_matches(self, connection, targets):
        # EXTENDS 'account_xero'
        sorts = {rate: _sorts(_words(rate.name), rate.tax_type)
                 for rate in targets if not rate._is_recoded()}
        return [tax._xero_match_tax(connection, sorts) for tax in self]

    def _xero_match_tax(self, connection, sorts):
        """Find the tax rate that this tax is: by rate, use and country, and among those that agree
        by what the names say, because a tax return tells zero-rated from exempt.

        :param recordset connection: one `xero.connection`
        :param dict sorts: {`xero.tax.rate`: set of SORTS}
        :rtype: Match
        """
        none = self.env['xero.tax.rate']
        percent = self._xero_percent()
        if percent is None:
            return Match(self, none, self.env._("not a percentage"), False)
        use = 'for_sales' if self.type_tax_use == 'sale' else 'for_purchases'
        same = {rate: sort for rate, sort in sorts.items() if rate[use] and not float_compare(
            rate.rate, percent, precision_digits=4)}
        why = self._xero_match_reason(percent)
        home = self.country_id.code == connection.country_code \
            or self.country_id == self.company_id.account_fiscal_country_id
        if named := [rate for rate in same if fold(rate.name) == fold(self.name)]:
            return Match(self, named[0], self.env._("%s, same name", why), home)
        if not home:
            return Match(self, none, self.env._("%s: a tax of another country", why), False)
        fitting, sure = self._xero_fitting_rates(percent, same)
        if len(fitting) == 1:
            return Match(self, fitting[0], why, sure and self.amount_type == 'percent')
        if fitting:
            return Match(self, none, self.env._(
                "%(what)s: could be %(rates)s", what=why,
                rates=', '.join(rate.name for rate in fitting)), False)
        return Match(self, none, self.env._("%s: no tax rate fits", why), False)

    def _xero_fitting_rates(self, percent, same):
        """Choose among the tax rates of this tax's rate and use.

        :param float percent: of this tax
        :param dict same: {`xero.tax.rate`: set of SORTS}
        :return: list of tax rates, and whether the names leave no doubt
        """
        words = _words(self.name, self.description)
        wanted = _sorts(words)
        if self.has_negative_factor:
            wanted.add('reverse')
        special = wanted - {'zero'}
        if special:
            return ([rate for rate, sort in same.items() if sort - {'zero'} == special],
                    special == {'exempt'} and not percent)
        if not percent:
            return ([rate for rate, sort in same.items() if sort == {'zero'}],
                    words <= ZERO_WORDS)
        plain = [rate for rate, sort in same.items() if not sort - {'zero'}]
        usual = USUAL_TAX_TYPES[self.type_tax_use]
        ranked = sorted((rate for rate in plain if rate.tax_type in usual),
                        key=lambda rate: usual.index(rate.tax_type))
        return ranked[:1] or plain, True

    def _xero_percent(self):
        """:return: what these taxes, or the parts of a group, add to a net amount together, in
            percent, or None when one is something else; 0 for a reverse charge, which Xero has as
            such (Xero: TaxRates, EffectiveRate)"""
        taxes = self.flatten_taxes_hierarchy()
        if not taxes or any(tax.amount_type != 'percent' for tax in taxes):
            return None
        total = base = 0
        for tax in taxes:
            amount = tax.amount and tax.amount * (1 + (base if tax.is_base_affected else 0) / 100)
            if tax.include_base_amount:
                base += amount
            if amount and not tax.has_negative_factor:
                total += amount
        return total

    def _xero_is_of_rate(self, rate):
        """
        :param recordset rate: `xero.tax.rate`
        :return: whether these taxes add to a net amount what the rate does; None when only the
            amounts tell, because one of them is no percentage
        :rtype: bool | None
        """
        percent = self._xero_percent()
        if rate.tax_type in ENTERED_BY_HAND:
            return True
        return None if percent is None else not float_compare(
            percent, rate.rate, precision_digits=4)

    def _xero_match_reason(self, percent):
        """:param float percent: as :meth:`_xero_percent`
        :return: rate, use and country in words, such as "20 % sales tax, GB" """
        values = {'percent': f'{percent:g}', 'country': self.country_id.code or ''}
        if self.type_tax_use == 'sale':
            return self.env._("%(percent)s %% sales tax, %(country)s", **values)
        return self.env._("%(percent)s %% purchase tax, %(country)s", **values)


def percent_text(number):
    """:return: a rate as people write it, such as "17.5 %" """
    return f'{number:.4f}'.rstrip('0').rstrip('.') + ' %'


def _words(*texts):
    """:return: the words of names and descriptions (HTML), in lower case"""
    text = ' '.join(Markup(text).striptags() for text in texts if text)
    return set(re.findall('[a-z]+', text.casefold()))


def _sorts(words, tax_type=''):
    """:return: in which ways a tax or tax rate is a special one
    :rtype: set(str)"""
    return {sort for sort, (names, prefixes) in SORTS.items()
            if words & names or prefixes and tax_type.startswith(prefixes)}
