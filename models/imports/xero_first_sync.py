from collections import Counter
from datetime import datetime

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ..core.words import lazy_of

_lt = LazyTranslate(__name__)

EPOCH = datetime(1970, 1, 1)
#: Which choice covers each of Xero's types of documents.
SWITCHES = {'ACCREC': 'with_sales', 'ACCPAY': 'with_bills',
            'ACCRECCREDIT': 'with_credit_notes', 'ACCPAYCREDIT': 'with_credit_notes'}


def compute_first_sync(connections):
    """Compute what connections show of their first synchronisations."""
    for connection in connections:
        run = connection.env['xero.first.sync'].sudo()._latest(connection)
        connection.first_sync_state = run.state
        connection.first_sync_text = run and run._in_words()
        connection.first_sync_progress = 100 if run.state == 'done' else (
            100 * run.read_count / (run.total_count or 1))


class XeroFirstSync(models.Model):
    """One first synchronisation: what it is to bring, how far it is, and what became of it."""

    _name = 'xero.first.sync'
    _inherit = 'xero.organisation.mixin'
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

    def _running(self, connections):
        """
        :param recordset connections: `xero.connection`
        :return: those of them that are under way
        """
        return self.search([('connection_id', 'in', connections.ids), ('state', '=', 'running')])

    def _latest(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: the first synchronisation that was begun last, if any
        """
        return self.search([('connection_id', '=', connection.id)], limit=1)

    def _stop_here(self):
        """Leave the rest of those under way; what is here stays."""
        self.state = 'stopped'
        for run in self:
            run._log(_lt("First synchronisation stopped. %s", lazy_of(run, type(run)._in_words)))

    def _go_on(self):
        """Go on with one that somebody stopped, where it was."""
        if self.state == 'stopped':
            self.state = 'running'
            self._log(_lt("First synchronisation goes on."))
            self.connection_id._trigger_cron()

    def _questions(self):
        """:return: {list of Xero: parameters of the question}, in the order of reading"""
        self.ensure_one()
        questions = {}
        for pull_list in self.connection_id._pull_lists():
            kinds = [kind for kind in pull_list.kinds
                     if kind in SWITCHES and self[SWITCHES[kind]]]
            if kinds:
                questions[pull_list.path] = self._question(pull_list, kinds)
        return questions

    def _question(self, pull_list, kinds):
        """:param list kinds: Xero's types of the documents that are wanted of that list
        :return: parameters, without those that say nothing"""
        statuses, parts = self._statuses(), []
        if not pull_list.by_ids:
            # Xero: only invoices can be asked for by a list of statuses.
            equal = ' OR '.join(f'Status=="{status}"' for status in statuses)
            parts.append(f'({equal})')
        if len(kinds) < len(pull_list.kinds):
            parts.append(f'Type=="{kinds[0]}"')
        if day := self.date_from:
            parts.append(f'Date>=DateTime({day:%Y},{day:%m},{day:%d})')
        parameters = {'Statuses': pull_list.by_ids and ','.join(statuses),
                      'where': ' AND '.join(parts)}
        return {key: value for key, value in parameters.items() if value}

    def _statuses(self):
        """:return: statuses in Xero of the documents that are wanted
        :rtype: list(str)"""
        statuses = ['AUTHORISED', *(['PAID'] if self.scope == 'all' else [])]
        if self.connection_id.import_policy in ('draft', 'list'):
            statuses += ['DRAFT', 'SUBMITTED']
        return statuses

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
        paths = list(self._questions())
        done = paths[:paths.index(self.path) + 1]
        following = paths[len(done):len(done) + 1]
        self.write({
            'read_count': sum(self.totals[path] for path in done),
            'path': following[0] if following else False, 'position': EPOCH})
        if not following:
            self._finish()

    def _finish(self):
        self.write({'state': 'done', 'finished_at': fields.Datetime.now(), 'path': False})
        self._log(lazy_of(self, type(self)._in_words))

    def _log(self, message):
        self.env['xero.log']._add_event(self.connection_id, message, 'pull')

    def _before(self):
        """:return: documents of the lists before the present one"""
        paths = list(self._questions())
        return sum(self.totals[path] for path in paths[:paths.index(self.path)])

    # === HOW IT STANDS === #

    def _get_imported(self):
        """:return: domain of the documents that came since it began
        :rtype: list"""
        return [('company_id', 'in', self.company_id._xero_together().ids),
                ('xero_origin', '=', True), ('id', '>', self.last_move_id)]

    def _get_unmatched(self):
        """:return: domain of the documents that are read and are not here
        :rtype: list"""
        return [('connection_id', '=', self.connection_id.id),
                ('kind', 'in', [kind for kind, name in SWITCHES.items() if self[name]]),
                ('status', 'in', self._statuses()),
                *([('date', '>=', self.date_from)] if self.date_from else [])]

    def _count(self):
        """Tell what became of what was read: nothing is counted twice, and nothing is left out.

        :return: (read, imported, {reason: waiting}, ignored, here already)
        :rtype: tuple
        """
        imported = self.env['account.move'].sudo().search_count(self._get_imported())
        waiting, ignored = Counter(), 0
        for reason, state, count in self.env['xero.unmatched'].sudo()._read_group(
                self._get_unmatched(), ['reason', 'state'], ['__count']):
            if state == 'ignored':
                ignored += count
            else:
                waiting[reason] += count
        known = imported + waiting.total() + ignored
        # What was taken in is counted a moment before it is said how far the list was read.
        read = max(self.read_count, known)
        return read, imported, waiting, ignored, read - known

    def _in_words(self):
        """:return: how it stands, for people: each number, and what becomes of what waits
        :rtype: str"""
        self.ensure_one()
        if self.totals is False or self.totals is None:
            return self.env._("It begins within a minute.") if self.state == 'running' else ''
        read, imported, waiting, ignored, known = self._count()
        reasons = dict(self.env['xero.unmatched']._fields['reason']._description_selection(
            self.env))
        parts = filter(None, (
            imported and self.env._("%s imported", imported),
            waiting and self.env._(
                "%(count)s waiting under Unmatched (%(reasons)s)", count=waiting.total(),
                reasons='; '.join(f'{reasons[reason]}: {count}'
                                  for reason, count in waiting.most_common())),
            ignored and self.env._("%s ignored under Unmatched", ignored),
            known and self.env._("%s here already", known)))
        text = self.env._("%(read)s of %(total)s documents read", read=read,
                          total=max(read, self.total_count))
        return ': '.join(filter(None, (text, ', '.join(parts)))) + '.'
