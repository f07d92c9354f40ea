"""Both ledgers side by side: every night, and when somebody asks for it, with one call."""
from decimal import Decimal

from odoo import fields, models
from odoo.tools.date_utils import start_of, subtract
from odoo.tools.translate import LazyTranslate

from ...xero import reports, trial_balance
from ...xero.errors import XeroError, XeroRejected, XeroScopeMissing
from ..core.words import lazy_date, write_words
from .xero_ledger_books import RETAINED

_lt = LazyTranslate(__name__)

AMOUNTS = ('odoo_balance', 'xero_balance', 'difference', 'explained', 'unexplained')
#: Kinds of rows by the name that Xero has for an account that it keeps by itself.
KINDS = {RETAINED: 'retained', 'UNREALISEDCURRENCYGAIN': 'unrealised',
         'BANKCURRENCYGAIN': 'unrealised'}


class XeroLedgerCompare(models.AbstractModel):
    _name = 'xero.ledger.compare'
    _inherit = ['xero.report.mixin', 'xero.scheduled']
    _description = "Comparison of the Ledgers"

    # What the pull brings is to be here by then.
    _schedule_sequence = 50
    _report_path = trial_balance.PATH
    _report_switch = 'compare_ledgers'

    # === FETCH === #

    def _get_last_month(self, connection):
        """:return: the last day of the month before this one"""
        return subtract(start_of(connection.company_id._xero_today(), 'month'), days=1)

    def _fetch_all(self, connection):
        # OVERRIDES 'account_xero'
        question = trial_balance.question(
            connection.ledger_wanted or self._get_last_month(connection))
        day = fields.Date.to_date(question['date'])
        try:
            answer = self.env['xero.fetch']._call(
                connection, lambda client: client.get(trial_balance.PATH, **question))
            report = trial_balance.parse(answer.data, question)
        except reports.UnusableReport:
            connection._commit_with_retry(self._note, connection, _lt(
                "Xero's trial balance of %s cannot be used: it is of another day, or it does not "
                "add up. Compare again; if it stays so, ask for help with the log.",
                lazy_date(self.env, day)))
        except (XeroScopeMissing, XeroRejected):
            raise
        except XeroError:
            self.env.cr.rollback()
            connection._commit_with_retry(self._note, connection, _lt(
                "Xero has not answered. It is asked again by itself in a few minutes."))
            raise
        else:
            connection._commit_with_retry(self._save, connection, day, report)

    def _give_up(self, connection, error):
        # OVERRIDES 'account_xero'
        self._note(connection, _lt(
            "Xero has refused the trial balance: the user who connected needs a role in Xero that "
            "sees reports. Connect as somebody who does, then compare again."))

    def _note(self, connection, problem):
        """Keep why there are no newer figures; those that are there stay, with their date."""
        write_words(connection, {'ledger_problem': problem})

    def _end(self, connection):
        # EXTENDS 'account_xero'
        connection.ledger_wanted = False
        return super()._end(connection)

    # === SAVE === #

    def _save(self, connection, day, report):
        """Put the rows of a comparison in the place of those of the last one.

        :param recordset connection: one `xero.connection`
        :param date day: the last one that counts
        :param trial_balance.TrialBalance report: Xero's side
        """
        Line, books = self.env['xero.ledger.line'], self.env['xero.ledger.books']
        places = books._get_places(connection)
        rows = self._get_rows(
            connection, report, places, books._get_balances(connection, places, day))
        reasons = self.env['xero.ledger.explain']._explain(connection, places, day, {
            key: row['difference'] for key, row in rows.items() if row['difference']})
        for key, row in rows.items():
            row['explained'] = sum(reasons[key].values(), Decimal(0))
            row['unexplained'] = row['difference'] - row['explained']
            row['reason_ids'] = [fields.Command.create({
                'reason': reason, 'amount': float(amount)})
                for reason, amount in reasons[key].items() if amount]
        every = [*rows.values(), *self._get_sums(report, rows)]
        Line.search([('connection_id', '=', connection.id)]).unlink()
        Line.create([{**row, **{name: float(row[name]) for name in AMOUNTS},
                      'connection_id': connection.id, 'date': day} for row in every])
        connection.write({
            'ledger_date': day, 'ledger_compared_at': fields.Datetime.now(),
            'ledger_problem': False, 'ledger_count': len(rows),
            # Cents that come of how each side rounds do not keep accounts from agreeing.
            'ledger_agreeing': sum(not row['unexplained'] and not {*reasons[key]} - {'cents'}
                                   for key, row in rows.items()),
            'ledger_cents': float(sum(abs(parts['cents']) for parts in reasons.values())),
            'ledger_unexplained': sum(bool(row['unexplained']) for row in rows.values())})

    def _get_rows(self, connection, report, places, booked):
        """
        :return: {identifier: values} of the accounts, each of either side once
        :rtype: dict
        """
        accounts = self._get_accounts(connection)
        every = self.env['account.account'].sudo().with_company(connection.company_id).browse(
            account_id for values in booked.values() for account_id in values.account_ids)
        rows = {}
        for key in {**report.balances, **booked}:
            account = accounts.get(key, self.env['xero.account'])
            here, there = booked.get(key), report.balances.get(key)
            own = every.browse(here.account_ids if here else ()).with_prefetch(every.ids)
            sides = here.amount if here else Decimal(0), there.amount if there else Decimal(0)
            if there or any(sides):
                name = account.display_name or (there and there.name) or own[:1].display_name \
                    or self.env._("Retained earnings")
                rows[key] = {
                    **self._prepare(KINDS.get(account.system_account, 'account'), name, *sides),
                    'is_profit': places.is_profit(key, own), 'xero_account_id': account.id,
                    'account_ids': [fields.Command.set(own.ids)]}
        return rows

    def _get_sums(self, report, rows):
        """:return: values of the rows that are no accounts: the result of the year, and the cent by
            which Xero's balances do not come to nothing"""
        profit = [row for row in rows.values() if row['is_profit']]
        sums = {name: sum((row[name] for row in profit), Decimal(0)) for name in AMOUNTS}
        yield {**self._prepare('current', self.env._("Current year's earnings"), 0, 0), **sums}
        if report.rounding:
            yield self._prepare(
                'rounding', self.env._("Cents of rounding"), Decimal(0), -report.rounding)

    def _prepare(self, kind, name, here, there):
        """
        :param str kind: of the row
        :param str name: of the account
        :param Decimal here: what it comes to in Odoo
        :param Decimal there: the same in Xero
        :return: values of a row
        """
        return {'kind': kind, 'name': name, 'odoo_balance': here, 'xero_balance': there,
                'difference': here - there, 'explained': Decimal(0), 'unexplained': here - there}
