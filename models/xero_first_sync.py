"""The first synchronisation: what years in Xero have left, brought here once."""
from datetime import datetime, timedelta

from odoo import fields, models

from ..xero import query
from ..xero.client import PAGE_SIZE
from ..xero.documents import Document, Payment
from .xero_connection_pull import CHUNK, OVERLAP
from .xero_connection_push import DAY_RESERVE

EPOCH = datetime(1970, 1, 1)
#: Payments that one question can name.
NAMED = 20


class XeroFirstSync(models.Model):
    """One first synchronisation: what it is to bring, how far it is, and what became of it."""

    _name = 'xero.first.sync'
    _description = "First Synchronisation with Xero"
    _order = 'id desc'
    _rec_name = 'connection_id'

    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    scope = fields.Selection(
        [('open', "Open ones"), ('all', "All of them")], required=True, readonly=True)
    date_from = fields.Date(readonly=True)
    with_sales = fields.Boolean(readonly=True)
    with_bills = fields.Boolean(readonly=True)
    with_credit_notes = fields.Boolean(readonly=True)
    state = fields.Selection(
        [('running', "Running"), ('done', "Finished"), ('stopped', "Stopped")],
        default='running', required=True, readonly=True)
    path = fields.Char(readonly=True, help="The list that is being read; empty before the first.")
    position = fields.Datetime(
        default=EPOCH, readonly=True, help="By Xero's clock, how far that list has been read.")
    totals = fields.Json(readonly=True, help="Documents of each list when it began.")
    total_count = fields.Integer("Documents", readonly=True)
    read_count = fields.Integer("Read", readonly=True)
    last_move_id = fields.Integer(
        readonly=True, help="Documents with a greater id were imported since.")
    finished_at = fields.Datetime(readonly=True)

    def _lists(self):
        """:return: {list of Xero: parameters of the question}, in the order of reading"""
        self.ensure_one()
        statuses = ['AUTHORISED', *(['PAID'] if self.scope == 'all' else [])]
        if self.connection_id.import_policy in ('draft', 'list'):
            statuses += ['DRAFT', 'SUBMITTED']
        parts = []
        if self.date_from:
            parts.append(f'Date>=DateTime({self.date_from:%Y},{self.date_from:%m},{self.date_from:%d})')
        lists = {}
        if self.with_sales or self.with_bills:
            kinds = [] if self.with_sales and self.with_bills else [
                f'Type=="{"ACCREC" if self.with_sales else "ACCPAY"}"']
            lists['Invoices'] = {'Statuses': ','.join(statuses),
                                 'where': ' AND '.join(kinds + parts)}
        if self.with_credit_notes:
            # Xero: only invoices can be asked for by a list of statuses.
            state = ' OR '.join(f'Status=="{status}"' for status in statuses)
            lists['CreditNotes'] = {'where': ' AND '.join([f'({state})', *parts])}
        return {path: {key: value for key, value in parameters.items() if value}
                for path, parameters in lists.items()}

    def _begin(self, totals):
        self.write({
            'totals': totals, 'total_count': sum(totals.values()),
            'path': next(iter(totals), False), 'position': EPOCH})
        self._log(self.env._(
            "First synchronisation: %(documents)s documents and %(contacts)s contacts to look at.",
            documents=self.total_count, contacts=self.connection_id.contact_count))

    def _advance(self, newest, read):
        """Part of a page is in the books."""
        self.write({
            'read_count': min(max(self.read_count, read), self.total_count),
            **({'position': newest.replace(microsecond=0)}
               if newest and newest > self.position else {})})

    def _end_list(self):
        """The list has been read to its end; go to the next one, or finish."""
        paths = list(self._lists())
        done = paths[:paths.index(self.path) + 1]
        following = paths[len(done):len(done) + 1]
        self.write({
            'read_count': sum(self.totals[path] for path in done),
            'path': following[0] if following else False, 'position': EPOCH})
        if not following:
            self._finish()

    def _finish(self):
        self.write({'state': 'done', 'finished_at': fields.Datetime.now(), 'path': False})
        self._log(self._in_words())

    def _log(self, message):
        self.env['xero.log']._add_event(self.connection_id, message, 'pull')

    def _before(self):
        """:return: documents of the lists before the present one"""
        paths = list(self._lists())
        return sum(self.totals[path] for path in paths[:paths.index(self.path)])

    def _in_words(self):
        """:return: how it stands, for people"""
        self.ensure_one()
        Move = self.env['account.move'].sudo()
        company = self.connection_id.company_id
        linked = self.env['res.partner'].sudo().with_company(company).with_context(
            active_test=False).search_count([('xero_contact_id', '!=', False)])
        return self.env._(
            "%(read)s of %(total)s documents read, %(imported)s imported, %(waiting)s waiting "
            "under Unmatched. %(linked)s partners are linked to the %(contacts)s contacts in Xero.",
            read=self.read_count, total=self.total_count,
            imported=Move.search_count([
                ('company_id', '=', company.id), ('xero_origin', '=', True),
                ('id', '>', self.last_move_id)]),
            waiting=self.connection_id.unmatched_count, linked=linked,
            contacts=self.connection_id.contact_count)


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    first_sync_state = fields.Selection(
        [('running', "Running"), ('done', "Finished"), ('stopped', "Stopped")],
        string="First Synchronisation", compute='_compute_first_sync')
    first_sync_progress = fields.Float("Progress", compute='_compute_first_sync')
    first_sync_text = fields.Char("How It Stands", compute='_compute_first_sync')

    def _compute_first_sync(self):
        for connection in self:
            run = self.env['xero.first.sync'].sudo().search(
                [('connection_id', '=', connection.id)], limit=1)
            connection.first_sync_state = run.state
            connection.first_sync_text = run and run._in_words()
            connection.first_sync_progress = 100 if run.state == 'done' else (
                100 * run.read_count / (run.total_count or 1))

    def action_stop_first_sync(self):
        """Leave the rest of the first synchronisation; what is here stays."""
        self.check_access('write')
        runs_sudo = self.sudo()._running_sync()
        runs_sudo.state = 'stopped'
        for run_sudo in runs_sudo:
            run_sudo._log(self.env._("First synchronisation stopped. %s", run_sudo._in_words()))

    def _running_sync(self):
        return self.env['xero.first.sync'].sudo().search(
            [('connection_id', 'in', self.ids), ('state', '=', 'running')])

    def _has_first_sync(self):
        """:return: whether a first synchronisation is to go on, with calls of the day for it"""
        return bool(self._running_sync()) and self._calls_left_today() > DAY_RESERVE

    def _pull_first_sync(self):
        """Go on with the first synchronisation where it is.

        :raise XeroError: nothing more can be asked now
        :raise RunOver: this run has no time for more
        """
        if not self._has_first_sync():
            return
        run = self._running_sync()[:1]
        if run.totals is False or run.totals is None:
            self._begin_first_sync(run)
        while run.path and run.state == 'running':
            if not self._sync_list(run):
                return
            self._transaction(run._end_list)
        if run.state == 'running':
            self._transaction(run._finish)

    def _begin_first_sync(self, run):
        """First what documents refer to, and how much there is."""
        self._transaction(self._refresh_reference_data)
        self._transaction(self.action_auto_map)
        totals = {path: self._fetch_counted(path, pageSize=1, **parameters)[2]
                  for path, parameters in run._lists().items()}
        self._transaction(run._begin, totals)

    def _sync_list(self, run):
        """Read a list from where it is to its end, in the order in which it changed, as
        :meth:`_poll` does.

        :return: whether the end was reached; else the calls of the day are used up, or somebody
            has stopped it
        """
        parameters, before = run._lists()[run.path], run._before()
        since, page = max(run.position - OVERLAP, EPOCH), 1
        while True:
            if not self._has_first_sync():
                return False
            rows, more, left = self._fetch_counted(
                run.path, since, page=page, order='UpdatedDateUTC ASC', **parameters)
            items = sorted(map(Document.from_json, rows), key=lambda item: item.updated or EPOCH)
            start_count = before + max(run.totals[run.path] - left, 0) + (page - 1) * PAGE_SIZE
            payments = self._payments_of_page(items)
            for start in range(0, len(items), CHUNK):
                chunk = items[start:start + CHUNK]
                self._apply_documents(chunk, False, payments)
                self._transaction(
                    run._advance, chunk[-1].updated, start_count + start + len(chunk))
                self._unless_over()
            if not more:
                return True
            newest = items[-1].updated
            newest = newest and newest.replace(microsecond=0) - timedelta(seconds=1)
            since, page = (newest, 1) if newest and newest > since else (since, page + 1)

    def _payments_of_page(self, documents):
        """Find the bank accounts of the payments of a page of documents: by the span of their
        dates where that takes fewer calls than by their names.

        :param list documents: documents.Document
        :return: {identifier: documents.Payment}, none where only those of the few documents that
            Odoo has already are wanted
        """
        if self.import_policy != 'post':
            return {}
        rows = {row.xero_id: row for document in documents for row in document.payments
                if row.xero_id}
        wanted = rows.keys() - self._payments_here(rows).keys()
        found, days = {}, sorted(rows[xero_id].date for xero_id in wanted if rows[xero_id].date)
        page, more = 1, len(days) > NAMED
        while more:
            where = 'Date>=DateTime({0:%Y},{0:%m},{0:%d}) AND Date<=DateTime({1:%Y},{1:%m},{1:%d})'
            listed, more, count = self._fetch_counted(
                'Payments', page=page, where=where.format(days[0], days[-1]))
            found.update((payment.xero_id, payment) for payment in map(Payment.from_json, listed)
                         if payment.xero_id in wanted)
            page += 1
            more = more and wanted - found.keys() \
                and count / PAGE_SIZE < len(wanted - found.keys()) / NAMED
        for question in query.payments(sorted(wanted - found.keys())):
            listed, _more = self._fetch('Payments', **question)
            found.update((payment.xero_id, payment) for payment in map(Payment.from_json, listed))
        return found
