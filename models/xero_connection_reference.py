"""The organisation's own data that documents refer to: accounts, tax rates, items and the like."""
import logging
import re
from datetime import timedelta

from odoo import fields, models
from odoo.tools import float_compare

from ..xero import parse
from ..xero.errors import XeroError, XeroOutcomeUnknown, XeroRejected

#: Xero's standard tax types, best first, for rates that several of them share. Source: Xero's
#: "Types and codes" page, tax types.
USUAL_TAX_TYPES = {
    'sale': ('OUTPUT2', 'OUTPUT', 'RROUTPUT', 'ZERORATEDOUTPUT', 'EXEMPTOUTPUT', 'NONE'),
    'purchase': ('INPUT2', 'INPUT', 'RRINPUT', 'ZERORATEDINPUT', 'EXEMPTINPUT', 'NONE'),
}

#: Words in the name of a tax of 0 % that say no more than that.
ZERO_WORDS = {'vat', 'gst', 'tax', 'sales', 'sale', 'purchases', 'purchase', 'zero', 'rate',
              'rated', 'output', 'input', 's', 'p'}

_logger = logging.getLogger(__name__)

LISTS = ('Accounts', 'TaxRates', 'Currencies', 'Items', 'TrackingCategories')
#: Reference data is fetched again after this time,
REFERENCE_LIFE = timedelta(days=1)
#: later when Xero has none of it to give just then,
REFERENCE_RETRY = timedelta(hours=1)
#: and after this time when a document meets a lock date or a currency that is not enabled.
REFERENCE_PATIENCE = timedelta(minutes=10)


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    def action_refresh_reference_data(self):
        """Fetch accounts, tax rates, currencies and the organisation's own settings anew."""
        self.ensure_one()
        self.check_access('write')
        try:
            self.sudo()._refresh_reference_data()
        except XeroError as error:
            self.sudo()._note_error(error)
            return self._notify('danger', *self._error_text(error))
        return self._notify('success', self.env._("Reference data is up to date"), self.env._(
            "%(accounts)s accounts and %(rates)s tax rates can be mapped.",
            accounts=self.env['xero.account'].search_count([('connection_id', '=', self.id)]),
            rates=self.env['xero.tax.rate'].search_count([('connection_id', '=', self.id)])))

    def _reference_is_old(self, life=REFERENCE_LIFE):
        return not self.reference_date or self.reference_date < fields.Datetime.now() - life

    def _renew_reference_data(self):
        """Fetch the reference data when that was not done today; the first time also map."""
        if not self.reference_date:
            self._transaction(self._refresh_reference_data)
            self._transaction(self.action_auto_map)
        elif self._reference_is_old() and not self._transaction(self._try_refresh):
            self._transaction(self.write, {
                'reference_date': fields.Datetime.now() - REFERENCE_LIFE + REFERENCE_RETRY})

    def _try_refresh(self):
        """Fetch the lists anew, or go on with those that are here: no document has to wait for
        them.

        :return: whether Xero gave them
        :raise XeroError: nothing at all can be asked now
        """
        try:
            self._refresh_reference_data()
        except (XeroOutcomeUnknown, XeroRejected) as error:
            _logger.info("Xero reference data of %s not renewed: %s", self.id, error.code)
            return False
        return True

    def _is_worth_asking(self, blocked):
        """Whether documents are held up by something that Xero may have changed since.

        :param dict blocked: {document: [Problem]}
        """
        return self._reference_is_old(REFERENCE_PATIENCE) and any(
            problem.code in ('period_locked', 'currency_not_enabled')
            for problems in blocked.values() for problem in problems)

    def _refresh_reference_data(self):
        """One call a list; nothing is written before all of them were answered.

        :raise XeroError: nothing was changed
        """
        def ask(client):
            answers = [client.get(path) for path in ('Organisation', *LISTS)]
            return answers, client.budget

        (first, *answers), budget = self._ask_xero(ask)
        organisation = self._organisation_in(first)
        accounts, rates, currencies, items, categories = (
            self._rows_in(answer, path) for answer, path in zip(answers, LISTS, strict=True))
        self._note_budget(budget, 'reference', 1 + len(answers))
        self.write({
            'tenant_name': organisation.name or self.tenant_name,
            'short_code': organisation.short_code,
            'base_currency': organisation.base_currency,
            'country_code': organisation.country_code,
            'period_lock_date': organisation.period_lock_date,
            'end_of_year_lock_date': organisation.end_of_year_lock_date,
            'reference_date': fields.Datetime.now(),
        })
        # This row first: whoever does the same at the same time is to wait here, not to collide
        # with the new rows below.
        self.flush_recordset()
        self._update_reference('xero.account', 'xero_id', [
            self._prepare_account_values(parse.Account.from_json(row)) for row in accounts])
        self._update_reference('xero.tax.rate', 'tax_type', [
            self._prepare_tax_rate_values(parse.TaxRate.from_json(row)) for row in rates])
        self._update_reference('xero.currency', 'code', [
            {'code': currency.code, 'name': currency.description, 'active': True}
            for currency in map(parse.Currency.from_json, currencies)])
        self._update_reference('xero.item', 'xero_id', [
            self._prepare_item_values(parse.Item.from_json(row)) for row in items])
        self._update_tracking([parse.TrackingCategory.from_json(row) for row in categories])
        self.env['account.move']._xero_release(
            self.company_id, ['currency_not_enabled', 'period_locked'])

    def _update_tracking(self, categories):
        """:param list categories: parse.TrackingCategory, all that Xero has"""
        self._update_reference('xero.tracking.category', 'xero_id', [
            {'xero_id': category.xero_id, 'name': category.name,
             'active': category.status in ('', 'ACTIVE')}
            for category in categories])
        known = {record.xero_id: record.id for record in self.env['xero.tracking.category']
                 .with_context(active_test=False).search([('connection_id', '=', self.id)])}
        self._update_reference('xero.tracking.option', 'xero_id', [
            {'xero_id': option.xero_id, 'name': option.name,
             'category_id': known[category.xero_id], 'active': option.status in ('', 'ACTIVE')}
            for category in categories for option in category.options])

    def _prepare_item_values(self, item):
        """:param parse.Item item: as Xero has it
        :return: values of `xero.item`"""
        return {
            'xero_id': item.xero_id, 'code': item.code, 'name': item.name,
            'is_sold': item.is_sold, 'is_purchased': item.is_purchased, 'active': True,
        }

    def _prepare_account_values(self, account):
        """:param parse.Account account: as Xero has it
        :return: values of `xero.account`"""
        return {
            'xero_id': account.xero_id,
            'code': account.code,
            'name': account.name or account.code or account.xero_id,
            'type': account.type,
            'class_name': account.class_,
            'tax_type': account.tax_type,
            'system_account': account.system_account,
            'payments_enabled': bool(account.payments_enabled),
            'currency_code': account.currency_code,
            'active': account.status in (None, 'ACTIVE'),
        }

    def _prepare_tax_rate_values(self, rate):
        """:param parse.TaxRate rate: as Xero has it
        :return: values of `xero.tax.rate`"""
        return {
            'tax_type': rate.tax_type,
            'name': rate.name or rate.tax_type,
            'rate': float(rate.effective_rate or 0),
            'for_sales': 'revenue' in rate.can_apply_to,
            'for_purchases': 'expenses' in rate.can_apply_to,
            'active': rate.status in (None, 'ACTIVE'),
        }

    def _update_reference(self, model, key, rows):
        """Make the records of this connection equal to what Xero listed.

        :param str model: one of the reference models
        :param str key: field that identifies a row within the organisation
        :param list(dict) rows: values; a record that no row names any more is archived
        """
        records = self.env[model].with_context(active_test=False).search(
            [('connection_id', '=', self.id)])
        known = {record[key]: record for record in records}
        new = []
        for identity, values in {row[key]: row for row in rows if row[key]}.items():
            record = known.pop(identity, None)
            if record is None:
                new.append({**values, 'connection_id': self.id})
            elif changed := {name: value for name, value in values.items()
                             if _plain(record[name]) != (value or False)}:
                record.write(changed)
        self.env[model].create(new)
        for record in known.values():
            if record.active:
                record.active = False

    # === AUTOMATIC MAPPING === #

    def action_auto_map(self):
        """Map what is not mapped yet: accounts by code, then by name; taxes by rate and use.

        What somebody mapped by hand is never changed.
        """
        for connection in self:
            connection.check_access('write')
            connection_sudo = connection.sudo().with_company(connection.company_id)
            connection_sudo._auto_map_accounts()
            connection_sudo._auto_map_taxes()
            connection_sudo._auto_map_products()
        return self._notify('success', self.env._("Matched"), self.env._(
            "Accounts and taxes with a clear counterpart in Xero are mapped."))

    def _auto_map_accounts(self):
        candidates = self.env['xero.account'].search(
            [('connection_id', '=', self.id), ('type', '!=', 'BANK')])
        by_code = {account.code: account for account in candidates if account.code}
        by_name = {account.name.casefold(): account for account in candidates}
        accounts = self.env['account.account'].search(
            [('company_ids', 'parent_of', self.company_id.id)])
        for account in accounts.filtered(lambda a: not a.xero_account_id):
            match = by_code.get(account.code) or by_name.get((account.name or '').casefold())
            if match:
                account.xero_account_id = match

    def _auto_map_taxes(self):
        rates = self.env['xero.tax.rate'].search([('connection_id', '=', self.id)])
        taxes = self.env['account.tax'].search([
            ('company_id', 'parent_of', self.company_id.id), ('xero_tax_rate_id', '=', False),
            ('type_tax_use', 'in', ('sale', 'purchase')), ('amount_type', '=', 'percent'),
        ])
        for tax in taxes:
            tax.xero_tax_rate_id = self._match_tax_rate(tax, rates)

    def _auto_map_products(self):
        items = {item.code: item for item in self.env['xero.item'].search(
            [('connection_id', '=', self.id)])}
        products = self.env['product.product'].search([
            ('default_code', 'in', list(items)), ('xero_item_id', '=', False),
            ('company_id', 'in', (False, self.company_id.id))])
        for product in products:
            product.xero_item_id = items[product.default_code]

    def _match_tax_rate(self, tax, rates):
        """Return the tax rate that a tax clearly is, or none.

        :param recordset tax: `account.tax` of the kind *percentage*
        :param recordset rates: `xero.tax.rate` to choose from
        """
        use = 'for_sales' if tax.type_tax_use == 'sale' else 'for_purchases'
        same = rates.filtered(lambda rate: rate[use] and not float_compare(
            rate.rate, tax.amount, precision_digits=4))
        named = same.filtered(lambda rate: rate.name.casefold() == tax.name.casefold())
        if named:
            return named[:1]
        if tax.has_negative_factor:     # reverse charge: the rate alone does not tell it
            return rates.browse()
        if not tax.amount:
            same = self._match_zero_rate(tax, same)
        usual = USUAL_TAX_TYPES[tax.type_tax_use]
        ranked = same.filtered(lambda rate: rate.tax_type in usual).sorted(
            lambda rate: usual.index(rate.tax_type))
        return ranked[:1] or (same if len(same) == 1 else rates.browse())

    def _match_zero_rate(self, tax, rates):
        """Tell zero-rated from exempt, which the rate does not and a tax return must. A tax whose
        name says something else (export, reverse charge) is left to the accountant.

        :param recordset rates: those of 0 %
        :return: the rates that remain
        """
        words = set(re.findall('[a-z]+', tax.name.casefold()))
        if 'exempt' in words:
            return rates.filtered(lambda rate: rate.tax_type.startswith('EXEMPT'))
        if words <= ZERO_WORDS:
            return rates.filtered(lambda rate: not rate.tax_type.startswith('EXEMPT'))
        return rates.browse()


def _plain(value):
    """:return: what a field holds, in the form in which it is written"""
    return value.id if isinstance(value, models.BaseModel) else value or False
