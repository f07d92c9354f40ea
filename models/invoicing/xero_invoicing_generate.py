"""Making the invoices of month ends, in the background and in portions that are committed each."""
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date
from odoo.tools.translate import LazyTranslate

from ..connection.xero_connection_run import check_time
from ..core.apart import apart
from ..core.problem import Problem
from ..core.words import lazy_of, store_words

_lt = LazyTranslate(__name__)

#: Orders that are invoiced and posted together: Odoo takes a third of the time for them then.
PORTION = 100


class XeroInvoicingGenerate(models.AbstractModel):
    _name = 'xero.invoicing.generate'
    _inherit = 'xero.scheduled'
    _description = "Invoices of Month Ends"

    # Ahead of the news that a push does not keep waiting, which belong to the push.
    _schedule_sequence = 15

    # === WHEN === #

    def _get_due(self, connections):
        # OVERRIDES 'account_xero'
        running = self.env['xero.schedule']._get_owners(
            connections, ('xero.invoicing.run', [('state', '=', 'running')]))
        return running | connections.filtered(self._is_day)

    def _is_day(self, connection):
        """:return: whether the month end is to be prepared by the calendar, and was not yet"""
        day = connection.invoicing_day
        if not day or connection.state != 'connected':
            return False
        today = connection.company_id._xero_today()
        last = fields.Date.end_of(today, 'month').day
        due = today.replace(day=min(day, last))
        done = connection.sudo().invoicing_done
        return due <= today and not (done and done >= due)

    # === RUN === #

    def _run(self, connection):
        # OVERRIDES 'account_xero'
        if self._is_day(connection):
            connection._commit_with_retry(
                self.env['xero.invoicing'].sudo()._prepare_due, connection.sudo())
        runs = self.env['xero.invoicing.run'].search([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('state', '=', 'running')], order='id')
        for run in runs:
            # Under the name of whoever is responsible, with the rights that making them takes.
            run = run.with_user(run.user_id).sudo().with_company(run.company_id)
            while portion := self._next_portion(run):
                check_time(self.env)
                connection._commit_with_retry(
                    self.with_env(run.env)._make, connection.with_env(run.env), run, portion)
            connection._commit_with_retry(
                self.with_env(run.env)._finish, connection.with_env(run.env), run)

    def _next_portion(self, run):
        """Return what is made next: a customer's orders stay together.

        :param recordset run: one `xero.invoicing.run`
        :return: ids of `xero.invoicing.item`, in groups of those that may be on one invoice
        :rtype: list(list)
        """
        waiting = self._get_waiting(run)
        groups, count = [], 0
        for group in self._grouped(waiting):
            if groups and count + len(group) > PORTION:
                break
            groups.append(group.ids)
            count += len(group)
        return groups

    def _get_waiting(self, run):
        return self.env['xero.invoicing.item'].search([
            ('run_id', '=', run.id), ('state', '=', 'waiting'), ('line_id.included', '=', True)])

    def _grouped(self, items):
        """:return: items that may be on one invoice, those with the same key after one another:
            Odoo makes the invoices of many orders at once only where they have that in common
        :rtype: list(recordset)"""
        groups = items.grouped(lambda item: (
            item.source, item.line_id.separate, item.key or '',
            item.line_id.id if self.env[item.source]._joins and not item.line_id.separate
            else item.id))
        return [groups[place] for place in sorted(groups)]

    # === MAKE === #

    def _make(self, connection, run, groups):
        """Make, post and queue the invoices of a portion; what cannot be made says why.

        :param recordset connection: one `xero.connection`
        :param recordset run: one `xero.invoicing.run`
        :param list groups: as of :meth:`_next_portion`
        """
        Item = self.env['xero.invoicing.item']
        waiting = self._get_waiting(run)    # of this snapshot: another one may have been first
        groups = [group for ids in groups if (group := Item.browse(ids) & waiting)]
        apart(self.env, groups, lambda some: self._make_together(
            connection, run, Item.union(*some)), self._fail)

    def _make_together(self, connection, run, items):
        """
        :param recordset items: `xero.invoicing.item`
        :raise UserError: Odoo does not make, or not post, one of them
        """
        posted = self.env['account.move']
        for place, part in items.grouped(
                lambda item: (item.source, item.line_id.separate, item.key or '')).items():
            source, separate, _key = place
            records = self.env[part[0].res_model].browse(part.mapped('res_id')).exists()
            made = self.env[source]._make(run, records, separate)
            for item in part:
                moves = made.get(records & records.browse(item.res_id), posted.browse())
                item.write({'state': 'made' if moves else 'nothing', 'move_ids': moves.ids})
            posted |= posted.union(*made.values())
        self._post_them(run, posted)
        self._send(connection, posted)

    def _post_them(self, run, moves):
        """Post drafts under the date of the period, unless they have one of their own.

        :raise UserError: one would be booked in another period
        """
        dated = moves.filtered(lambda move: not move.invoice_date)
        dated.invoice_date = run.date_to
        models.Model.write(moves, {'xero_as_draft': True})
        moves._post(soft=False)
        if moved := dated.filtered(lambda move: move.date != run.date_to):
            raise UserError(self.env._(
                "The period is locked: it would be booked on %s.",
                format_date(self.env, moved[0].date)))

    def _send(self, connection, moves):
        """Have all of them sent, whatever the switches say: somebody has asked for it. Partners
        that are kept out of Xero are."""
        moves.filtered(lambda move: move.xero_state != 'pending'
                       and not move._xero_is_excluded())._xero_queue(manual=True)

    def _fail(self, faults):
        """Keep why groups were not made; the others are.

        :param list faults: (items, exception)
        """
        words = {}
        for items, error in faults:
            problem = Problem.of_fault(items, error)
            items.write({'state': 'failed', 'error_code': problem.code, 'error_target': False})
            words.update(dict.fromkeys(items, problem.words))
        store_words('error_message', words)

    def _finish(self, connection, run):
        """Everything that was chosen is made, or says why not."""
        run.state = 'done'
        self.env['xero.log']._add_event(
            connection, lazy_of(run, lambda own: f'{own.display_name}: {own.progress_text}'),
            'push', 'failure' if run.failed_count else 'success')
