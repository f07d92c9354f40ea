"""The organisation's own data that documents refer to: accounts, tax rates, items and the like."""
import logging
from datetime import timedelta

from odoo import fields, models

from ..xero import parse
from ..xero.errors import (
    XeroError,
    XeroOutcomeUnknown,
    XeroRateLimited,
    XeroRejected,
    XeroTokenExpired,
)

_logger = logging.getLogger(__name__)

#: What documents need to be allowed. Source: Xero's OpenAPI document, getOrganisationActions.
ACTIONS_USED = {'CreateApprovedInvoice', 'CreateApprovedBill', 'CreateDraftInvoice',
                'CreateDraftBill', 'UseMulticurrency'}
LISTS = ('Accounts', 'TaxRates', 'Currencies', 'Items', 'TrackingCategories')
#: What a list is asked with: documents go on naming tracking that has been archived.
LIST_PARAMETERS = {'TrackingCategories': {'includeArchived': True}}
#: Codes under which documents fail that a change of these settings may let through.
SETTING_CODES = {'push_status': 'plan_limit', 'items_required': 'unmapped_item',
                 'create_contacts': 'contact_missing'}
#: Reference data is fetched again after this time,
REFERENCE_LIFE = timedelta(days=1)
#: later when Xero has none of it to give just then,
REFERENCE_RETRY = timedelta(hours=1)
#: and after this time when a document meets a lock date or a currency that is not enabled.
REFERENCE_PATIENCE = timedelta(minutes=10)


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    def write(self, vals):
        result = super().write(vals)
        if codes := [code for name, code in SETTING_CODES.items() if name in vals]:
            self.env['account.move']._xero_release(self.company_id, codes)
        return result

    def action_refresh_reference_data(self):
        """Fetch accounts, tax rates, currencies and the organisation's own settings anew."""
        self.ensure_one()
        self.check_access('write')
        try:
            self.sudo()._refresh_reference_data()
        except XeroError as error:
            self.sudo()._note_error(error)
            return self._notify('danger', *self._error_text(error))
        return self._notify('success', self.env._("Accounts and taxes are up to date"), self.env._(
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
            problem.code in ('period_locked', 'currency_not_enabled', 'plan_limit')
            for problems in blocked.values() for problem in problems)

    def _refresh_reference_data(self):
        """One call a list; nothing is written before all of them were answered.

        :raise XeroError: nothing was changed
        """
        def ask(client):
            answers = [client.get(path, **LIST_PARAMETERS.get(path, {}))
                       for path in ('Organisation', *LISTS)]
            return answers, self._ask_denied_actions(client), client.budget

        (first, *answers), denied, budget = self._ask_xero(ask)
        organisation = self._organisation_in(first)
        accounts, rates, currencies, items, categories = (
            self._rows_in(answer, path) for answer, path in zip(answers, LISTS, strict=True))
        self._note_budget(budget, 'reference', 2 + len(answers))
        if denied != (self.denied_actions or ''):
            self.env['account.move']._xero_release(self.company_id, ['plan_limit'])
        self.write({
            'tenant_name': organisation.name or self.tenant_name,
            'denied_actions': denied,
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
        self.env['xero.account']._xero_update(self, [
            self._prepare_account_values(parse.Account.from_json(row)) for row in accounts])
        self.env['xero.tax.rate']._xero_update(self, [
            self._prepare_tax_rate_values(parse.TaxRate.from_json(row)) for row in rates])
        self.env['xero.currency']._xero_update(self, [
            {'code': currency.code, 'name': currency.description, 'active': True}
            for currency in map(parse.Currency.from_json, currencies)])
        self.env['xero.item']._xero_update(self, [
            self._prepare_item_values(parse.Item.from_json(row)) for row in items])
        self._update_tracking([parse.TrackingCategory.from_json(row) for row in categories])
        self.env['account.move']._xero_release(
            self.company_id, ['currency_not_enabled', 'period_locked'])

    def _ask_denied_actions(self, client):
        """Ask what the plan and the user's role do not allow. No document waits because that
        cannot be known: Xero says so itself then.

        :param XeroClient client: that has just read other things
        :return: names among ACTIONS_USED, in one text
        :raise XeroRateLimited: nothing more can be asked now
        :raise XeroTokenExpired: to be asked again
        """
        try:
            answer = client.get('Organisation/Actions')
        except (XeroRateLimited, XeroTokenExpired):
            raise
        except XeroError as error:
            _logger.info("Xero's actions of %s are not known: %s", self.id, error.code)
            return ''
        return ' '.join(sorted(parse.denied_actions(answer.data) & ACTIONS_USED))

    def _update_tracking(self, categories):
        """:param list categories: parse.TrackingCategory, all that Xero has; the options of an
            archived one cannot be used either"""
        self.env['xero.tracking.category']._xero_update(self, [
            {'xero_id': category.xero_id, 'name': category.name,
             'active': category.status in ('', 'ACTIVE')}
            for category in categories])
        known = {record.xero_id: record.id for record in self.env['xero.tracking.category']
                 .with_context(active_test=False).search([('connection_id', '=', self.id)])}
        self.env['xero.tracking.option']._xero_update(self, [
            {'xero_id': option.xero_id, 'name': option.name,
             'category_id': known[category.xero_id],
             'active': {category.status, option.status} <= {'', 'ACTIVE'}}
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
            'bank_account_number': account.bank_account_number,
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
