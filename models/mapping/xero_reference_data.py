"""The organisation's own data that documents refer to: accounts, tax rates, items and the like."""
import logging
from datetime import timedelta

from odoo import fields, models

from ...xero import parse
from ...xero.errors import (
    XeroError,
    XeroOutcomeUnknown,
    XeroRateLimited,
    XeroRejected,
    XeroTokenExpired,
)
from ..connection.answers import organisation_in, rows_in

_logger = logging.getLogger(__name__)

#: What documents need to be allowed. Source: Xero's OpenAPI document, getOrganisationActions.
ACTIONS_USED = {'CreateApprovedInvoice', 'CreateApprovedBill', 'CreateDraftInvoice',
                'CreateDraftBill', 'UseMulticurrency'}
LISTS = ('Accounts', 'TaxRates', 'Currencies', 'Items', 'TrackingCategories')
#: What a list is asked with: documents go on naming tracking that has been archived.
LIST_PARAMETERS = {'TrackingCategories': {'includeArchived': True}}
#: Reference data is fetched again after this time,
REFERENCE_LIFE = timedelta(days=1)
#: later when Xero has none of it to give just then,
REFERENCE_RETRY = timedelta(hours=1)
#: and after this time when a document meets a lock date or a currency that is not enabled.
REFERENCE_PATIENCE = timedelta(minutes=10)


class XeroReferenceData(models.AbstractModel):
    """Fetches what an organisation keeps and documents refer to."""

    _name = 'xero.reference.data'
    _description = "Reference Data of an Organisation"

    def _is_old(self, connection, life=REFERENCE_LIFE):
        """
        :param recordset connection: one `xero.connection`
        :param timedelta life: how long it is good for
        :return: whether the reference data are to be fetched again
        """
        return not connection.reference_date \
            or connection.reference_date < fields.Datetime.now() - life

    def _renew(self, connection):
        """Fetch the reference data when that was not done today; the first time also map.

        :param recordset connection: one `xero.connection`
        :raise XeroError: nothing at all can be asked now
        """
        if not connection.reference_date:
            connection._commit_with_retry(self._refresh, connection)
            connection._commit_with_retry(connection.action_auto_map)
        elif self._is_old(connection) and not connection._commit_with_retry(
                self._try_refresh, connection):
            connection._commit_with_retry(connection.write, {
                'reference_date': fields.Datetime.now() - REFERENCE_LIFE + REFERENCE_RETRY})

    def _try_refresh(self, connection):
        """Fetch the lists anew, or go on with those that are here: no document has to wait for
        them.

        :param recordset connection: one `xero.connection`
        :return: whether Xero gave them
        :rtype: bool
        :raise XeroError: nothing at all can be asked now
        """
        try:
            self._refresh(connection)
        except (XeroOutcomeUnknown, XeroRejected) as error:
            _logger.info("Xero reference data of %s not renewed: %s", connection.id, error.code)
            return False
        return True

    def _is_worth_asking(self, connection, blocked):
        """
        :param recordset connection: one `xero.connection`
        :param dict blocked: {document: [Problem]}
        :return: whether documents are held up by something that Xero may have changed since
        :rtype: bool
        """
        return self._is_old(connection, REFERENCE_PATIENCE) and any(
            problem.code in ('period_locked', 'currency_not_enabled', 'plan_limit')
            for problems in blocked.values() for problem in problems)

    def _refresh(self, connection):
        """Fetch everything, with one call a list; nothing is written before all were answered.

        :param recordset connection: one `xero.connection`
        :raise XeroError: nothing was changed
        """
        def ask(client):
            answers = [client.get(path, **LIST_PARAMETERS.get(path, {}))
                       for path in ('Organisation', *LISTS)]
            return answers, self._get_denied_actions(connection, client), client.budget

        (first, *answers), denied, budget = connection._ask_xero(ask)
        organisation = organisation_in(self.env, first)
        accounts, rates, currencies, items, categories = (
            rows_in(self.env, answer, path) for answer, path in zip(answers, LISTS, strict=True))
        self.env['xero.budget']._save(connection, budget, 'reference', 2 + len(answers))
        if denied != (connection.denied_actions or ''):
            self.env['xero.waiting.mixin']._xero_put_right(
                connection.company_id._xero_together(), ['plan_limit'])
        connection.write({
            'tenant_name': organisation.name or connection.tenant_name,
            'denied_actions': denied,
            'short_code': organisation.short_code,
            'base_currency': organisation.base_currency,
            'country_code': organisation.country_code,
            'period_lock_date': organisation.period_lock_date,
            'end_of_year_lock_date': organisation.end_of_year_lock_date,
            'year_end_month': organisation.year_end_month,
            'year_end_day': organisation.year_end_day,
            'reference_date': fields.Datetime.now(),
        })
        # This row first: whoever does the same at the same time is to wait here, not to collide
        # with the new rows below.
        connection.flush_recordset()
        for model, rows, read in (
                ('xero.account', accounts, parse.Account), ('xero.tax.rate', rates, parse.TaxRate),
                ('xero.item', items, parse.Item)):
            self.env[model]._xero_update(connection, [
                self.env[model]._prepare_values(read.from_json(row)) for row in rows])
        self.env['xero.currency']._xero_update(connection, [
            {'code': currency.code, 'name': currency.description, 'active': True}
            for currency in map(parse.Currency.from_json, currencies)])
        self.env['xero.tax.rate']._choose_no_tax(connection)
        self._update_tracking(
            connection, [parse.TrackingCategory.from_json(row) for row in categories])
        self.env['xero.waiting.mixin']._xero_put_right(
            connection.company_id._xero_together(), ['currency_not_enabled', 'period_locked'])

    def _get_denied_actions(self, connection, client):
        """Ask what the plan and the user's role do not allow. No document waits because that
        cannot be known: Xero says so itself then.

        :param recordset connection: one `xero.connection`
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
            _logger.info("Xero's actions of %s are not known: %s", connection.id, error.code)
            return ''
        return ' '.join(sorted(parse.denied_actions(answer.data) & ACTIONS_USED))

    def _update_tracking(self, connection, categories):
        """Bring tracking up to date. The options of an archived category cannot be used either.

        :param recordset connection: one `xero.connection`
        :param list categories: parse.TrackingCategory, all that Xero has
        """
        self.env['xero.tracking.category']._xero_update(connection, [
            {'xero_id': category.xero_id, 'name': category.name,
             'active': category.status in ('', 'ACTIVE')}
            for category in categories])
        known = {record.xero_id: record.id for record in self.env['xero.tracking.category']
                 .with_context(active_test=False).search([('connection_id', '=', connection.id)])}
        self.env['xero.tracking.option']._xero_update(connection, [
            {'xero_id': option.xero_id, 'name': option.name,
             'category_id': known[category.xero_id],
             'active': {category.status, option.status} <= {'', 'ACTIVE'}}
            for category in categories for option in category.options])
