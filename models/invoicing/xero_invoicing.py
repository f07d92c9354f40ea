"""What people do with a month end: have it listed, begun, and taken back."""
from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date
from odoo.tools.translate import LazyTranslate

from ..core.apart import apart
from ..core.problem import problems_of
from ..core.words import joined, lazy_of, store_words
from ..documents.showing import names_of
from ..documents.xero_preflight import currency_problem

_lt = LazyTranslate(__name__)

#: Statuses in Xero of what may still be deleted there.
DELETABLE = (False, 'DRAFT', 'SUBMITTED', 'DELETED')


class XeroInvoicing(models.AbstractModel):
    _name = 'xero.invoicing'
    _description = "Month-End Invoicing"

    def _sources(self):
        """Return what is looked through, in this order; another module adds its own.

        :return: models that inherit `xero.invoicing.source`, of which the module that has their
            records is there
        :rtype: list
        """
        return [source for name in ('order', 'contract', 'draft')
                if (source := self.env[f'xero.invoicing.{name}'])._model in self.env]

    # === LIST === #

    def _prepare(self, run):
        """List anew what is to be invoiced; what people have chosen for a customer stays.

        :param recordset run: one `xero.invoicing.run`, with all rights
        :raise UserError: the company is not connected
        """
        connection = run._get_connection()
        chosen = {(line.company_id, line.partner_id, line.currency_id): {
            'included': line.included, 'separate': line.separate} for line in run.line_ids}
        run.line_ids.unlink()
        companies, rows = run._get_companies(), defaultdict(list)
        for source in self._sources():
            every = source._collect(run, companies)
            problems = self._find_problems(connection, every)
            for found in every:
                customer = (found.record.company_id, found.partner.commercial_partner_id,
                            found.currency)
                rows[customer].append((source, found, problems.get(found.record, [])))
        lines = self.env['xero.invoicing.run.line'].create([{
            'run_id': run.id, 'company_id': company.id, 'partner_id': partner.id,
            'currency_id': currency.id, 'order_count': len(parts),
            'amount': sum(found.amount for _source, found, _problems in parts),
            'blocked_count': sum(bool(problems) for _source, _found, problems in parts),
            **chosen.get((company, partner, currency), {}),
        } for (company, partner, currency), parts in rows.items()])
        self._save_items([(line, *part) for line, parts in zip(lines, rows.values(), strict=True)
                          for part in parts])
        run.state = 'prepared'

    def _save_items(self, rows):
        """
        :param list rows: (line, source, Found, [Problem])
        """
        items = self.env['xero.invoicing.item'].create([{
            'line_id': line.id, 'source': source._name, 'res_model': found.record._name,
            'res_id': found.record.id, 'name': found.record.display_name,
            'key': source._get_key(found.record), 'amount': found.amount,
            **({'error_code': problems[0].code,
                'error_target': problems[0].res_id and (
                    f'{problems[0].model},{problems[0].res_id}'),
                } if problems else {}),
        } for line, source, found, problems in rows])
        store_words('error_message', {
            item: joined('\n', [problem.words for problem in problems])
            for item, (*_what, problems) in zip(items, rows, strict=True) if problems})

    def _find_problems(self, connection, every):
        """
        :param recordset connection: `xero.connection` of the companies
        :param list every: Found
        :return: {record: [Problem]} of the problems that can be known before there is a document
        :rtype: dict
        """
        find, problems = self._get_finder(connection), {}
        for part in apart(
                self.env, every, lambda some: {found.record: find(found) for found in some},
                lambda faults: problems.update(problems_of(
                    [(found.record, error) for found, error in faults]))):
            problems.update(part)
        return problems

    def _get_finder(self, connection):
        """:return: callable that gets a Found and returns its problems; what many orders have in
            common is looked at once"""
        known, preflight = {}, self.env['xero.preflight']
        enabled = set(self.env['xero.currency'].search(
            [('connection_id', '=', connection.id)]).mapped('code'))

        def of_line(line):
            line = line.with_company(connection.company_id)
            key = (line.account_id, line.tax_ids, line.product_id,
                   str(line.analytic_distribution or ''), line._xero_delivery_order())
            if key not in known:
                known[key] = [
                    problem._replace(res_id=getattr(problem.res_id, 'origin', problem.res_id))
                    for problem in line._xero_check_line(connection)]
            return known[key]

        def find(found):
            partner = found.partner.commercial_partner_id.with_company(connection.company_id)
            problems = [*preflight._check_partner(found.record, partner, connection)]
            if found.currency.name not in enabled:
                problems.append(currency_problem(found.currency, connection))
            problems += [problem for line in found.lines for problem in of_line(line)]
            return list({problem.identity: problem for problem in problems}.values())
        return find

    # === LOCKED PERIODS === #

    def _get_locked_text(self, run):
        """
        :param recordset run: one `xero.invoicing.run`
        :return: why no invoice can have its date, empty where one can
        :rtype: str
        """
        if not run.date_to or not run.company_id:
            return ''
        company = run.company_id.sudo()
        journal = self.env['account.journal'].sudo().search([
            ('company_id', 'parent_of', company.id), ('type', '=', 'sale')], limit=1)
        locks = company._get_violated_lock_dates(run.date_to, True, journal)
        if locks:
            return self.env._(
                "Odoo is locked up to %s: invoices of this period would be booked in the next one. "
                "Open the period, or choose another one.", format_date(self.env, locks[-1][0]))
        connection = company._xero_connections().get(company.id)
        lock = connection and max(filter(None, (
            connection.period_lock_date, connection.end_of_year_lock_date)), default=None)
        return self.env._(
            "Xero is locked up to %s, and would refuse invoices of this period. Open it in Xero "
            "and press Refresh accounts and taxes on the connection, or choose another period.",
            format_date(self.env, lock)) if lock and run.date_to <= lock else ''

    # === BEGIN === #

    def _start(self, run):
        """Have the invoices made, in the background.

        :param recordset run: one `xero.invoicing.run`, with all rights
        :raise UserError: it is not prepared, nothing is chosen, or the period is locked
        """
        connection = run._get_connection()
        if run.state != 'prepared':
            raise UserError(self.env._("Press Prepare, and look at what it lists."))
        if not run.line_ids.filtered('included'):
            raise UserError(self.env._("There is nothing to invoice, or every customer is left "
                                       "out."))
        if run.locked_text:
            raise UserError(run.locked_text)
        run.state = 'running'
        self.env['xero.log']._add_event(connection, _lt(
            "%(run)s: %(count)s to invoice.", run=self._lazy_name(run),
            count=run.chosen_count), 'push')
        connection._trigger_cron()

    def _start_again(self, run):
        """Have made what could not be made.

        :param recordset run: one `xero.invoicing.run`, with all rights
        :raise UserError: everything was made
        """
        failed = run.item_ids.filtered(lambda item: item.state == 'failed')
        if run.state != 'done' or not failed:
            raise UserError(self.env._("Everything that was chosen is made."))
        if run.locked_text:
            raise UserError(run.locked_text)
        failed.write({'state': 'waiting', 'error_code': False, 'error_target': False})
        store_words('error_message', dict.fromkeys(failed, ''))
        run.state = 'running'
        run._get_connection()._trigger_cron()

    def _lazy_name(self, run):
        return lazy_of(run, lambda own: own.display_name)

    # === TAKE BACK === #

    def _take_back(self, run):
        """Cancel the invoices, which deletes the drafts in Xero. Orders are to be invoiced again by
        that; a draft that was only posted here, or that a contract has moved on from, is there
        again as a copy: Xero does not give the number of a deleted draft to another one.

        :param recordset run: one `xero.invoicing.run`, with all rights
        :raise UserError: it is under way, or one of them is more than a draft in Xero
        """
        if run.state != 'done':
            raise UserError(self.env._("There is nothing to take back while it is not done."))
        moves = run.move_ids.filtered(lambda move: move.state != 'cancel')
        approved = moves.filtered(lambda move: move.xero_status not in DELETABLE)
        if approved:
            raise UserError(self.env._(
                "More than drafts in Xero: %s. Credit them, or void them one by one; then nothing "
                "else of this month end is touched.", names_of(approved)))
        paid = moves.filtered(lambda move: move.payment_state in ('partial', 'paid', 'in_payment')
                              and not move.currency_id.is_zero(move.amount_total))
        if paid:
            raise UserError(self.env._(
                "Paid in Odoo already: %s. Undo the payments first.", names_of(paid)))
        again = run.item_ids.filtered(
            lambda item: item.res_model != 'sale.order').move_ids & moves
        moves.button_cancel()
        for move in again:
            move.copy({'invoice_date': move.invoice_date, 'date': move.date, 'ref': move.ref,
                       'auto_post': 'no'})
        run.state = 'taken_back'
        self.env['xero.log']._add_event(run._get_connection(), _lt(
            "%(run)s is taken back. Invoices cancelled: %(count)s", run=self._lazy_name(run),
            count=len(moves)), 'push')

    # === BY THE CALENDAR === #

    def _prepare_due(self, connection):
        """Prepare the month end of a company on its day, and tell who wants to know.

        :param recordset connection: one `xero.connection`, with all rights
        """
        company, user = connection.company_id, connection.invoicing_user_id
        connection.invoicing_done = company._xero_today()
        Run = self.env['xero.invoicing.run'].with_company(company)
        date_to = Run._default_date_to()
        if Run.search_count([('company_id', '=', company.id), ('date_to', '=', date_to),
                             ('state', '!=', 'taken_back')], limit=1):
            return
        run = Run.create({
            'company_id': company.id, 'date_to': date_to,
            'user_id': (user or connection.create_uid).id})
        self._prepare(run)
        if connection.invoicing_by_itself and run.line_ids and not run.locked_text:
            run.line_ids.filtered('blocked_count').included = False
            if run.line_ids.filtered('included'):
                self._start(run)
        if user:
            own = run.with_context(lang=user.lang)
            own.activity_schedule(
                'account_xero.mail_activity_type_month_end', user_id=user.id,
                note=own.env._(
                    "To invoice: %(count)s (%(total)s). Customers that are held up: %(held)s.",
                    count=own.chosen_count, total=own.chosen_text or '–',
                    held=len(own.line_ids.filtered('blocked_count'))))
