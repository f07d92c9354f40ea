"""Journal entries that go to Xero as manual journals: each by itself, or those of a day as one."""
import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..connection.pages import open_in_xero
from ..core.apart import never_stops
from ..core.kinds import GONE

_logger = logging.getLogger(__name__)

#: What the entries show of the state of their journal.
SHOWN = ('xero_state', 'xero_manual', 'xero_error_code', 'xero_error_message', 'xero_error_target',
         'xero_last_push', 'xero_status', 'xero_attempts')


class XeroManualJournal(models.Model):
    """What is one manual journal in Xero: an entry, the entries of a day, or what the invoices of a
    day cost. Source of the rules: facts 15.2."""

    _name = 'xero.manual.journal'
    _inherit = ['xero.sync.mixin', 'xero.organisation.mixin', 'xero.waiting.mixin']
    _description = "Manual Journal in Xero"
    _order = 'date desc, id desc'

    name = fields.Char(readonly=True)
    company_id = fields.Many2one(
        'res.company', required=True, readonly=True, index=True, ondelete='cascade')
    currency_id = fields.Many2one(related='company_id.currency_id')
    journal_id = fields.Many2one(
        'account.journal', required=True, readonly=True, index=True, ondelete='cascade')
    date = fields.Date(required=True, readonly=True)
    daily = fields.Boolean("Summary of the Day", readonly=True)
    move_ids = fields.One2many('account.move', 'xero_manual_journal_id', "Entries", readonly=True)
    amount = fields.Monetary(
        "Debit", compute='_compute_amount', help="What its lines add up to on the debit side.")
    xero_journal_id = fields.Char("Xero ID", readonly=True, copy=False)
    xero_status = fields.Char("Status in Xero", readonly=True, copy=False)
    xero_narration = fields.Char("Narration", readonly=True, copy=False)

    _xero_journal_uniq = models.UniqueIndex(
        "(company_id, xero_journal_id) WHERE xero_journal_id IS NOT NULL",
        "A manual journal of Xero is linked to one here.",
    )
    _day_uniq = models.UniqueIndex(
        "(journal_id, company_id, date) WHERE daily", "A day of a journal is one summary.")

    # Of no field: what depends on a field of documents is asked for whenever one is written.
    def _compute_amount(self):
        for one, lines in self._get_lines_of().items():
            one.amount = sum(line.balance for line in lines if line.balance > 0)

    # === WHAT IS IN IT === #

    def _get_lines_of(self):
        """
        :return: {journal: the `account.move.line` that make it up}: all of entries that are in the
            books, and that Xero has by no other way; of invoices what the goods cost
        :rtype: dict
        """
        posted = self.move_ids.filtered(lambda move: move.state == 'posted')
        paying = self.env['xero.settlement'].sudo().search([
            ('entry_id', 'in', posted.ids)]).entry_id if posted else posted
        return {one: (one.move_ids & posted - paying).sorted('id').line_ids.filtered(
            lambda line: line.balance and (
                line.move_id.move_type == 'entry' or line.display_type == 'cogs'))
            for one in self}

    @api.model
    def _is_own(self, move):
        """Tell whether an entry stands by itself: it was not made for a payment, a line of the
        bank's statement, a difference of exchange rates or taxes on a cash basis, which Xero works
        out by itself.

        :param recordset move: `account.move`, an entry
        :rtype: bool
        """
        return not (
            move.origin_payment_id or move.statement_line_id or move.exchange_diff_partial_ids
            or move.tax_cash_basis_rec_id or move.tax_cash_basis_origin_move_id
            or move.journal_id == move.company_id.currency_exchange_journal_id)

    # === INTO THE QUEUE === #

    @api.model
    def _queue_posted(self, moves):
        """Have journals made of what was just posted, where its journal sends entries. Never stops
        the posting.

        :param recordset moves: `account.move`
        """
        with never_stops(_logger, "Entries %s were posted but not queued for Xero", moves.ids):
            followed = self.env['account.journal']._xero_followed()
            self.sudo()._queue_moves(moves.sudo().filtered(
                lambda move: move.journal_id.id in followed and (
                    move.xero_manual_journal_id or self._is_sent(move))))

    def _is_sent(self, move):
        """:return: whether a posted move has what goes to Xero as a manual journal
        :rtype: bool"""
        if self.env['account.journal']._xero_followed().get(move.journal_id.id, 'no') == 'no' or (
                move.company_id.id not in self.env['res.company']._xero_connected_ids()):
            return False
        if move.move_type == 'entry':
            return self._is_own(move)
        return any(line.display_type == 'cogs' for line in move.line_ids)

    def _queue_moves(self, moves, manual=False):
        """Give moves their journals, and queue these with those that they were in before.

        :param recordset moves: `account.move`
        """
        before = moves.xero_manual_journal_id
        sent = moves.filtered(self._is_sent)
        daily = sent.filtered(lambda move: move.journal_id.xero_entries == 'daily')
        # Of a journal that sends nothing any more, what was in a summary leaves it.
        left = (moves - sent).filtered(
            lambda move: move.state == 'posted' and move.xero_manual_journal_id)
        models.Model.write(left, {'xero_manual_journal_id': False})
        (before | self._join_days(daily) | self._join_own(sent - daily))._xero_queue(manual)

    def _join_own(self, moves):
        """:return: the journals of moves that have one each; one that it has had goes on"""
        again = moves.filtered(
            lambda move: move.xero_manual_journal_id and not move.xero_manual_journal_id.daily)
        for move in again:
            move.xero_manual_journal_id.write(self._prepare_own(move))
        new = moves - again
        journals = self.create([self._prepare_own(move) for move in new])
        for move, journal in zip(new, journals, strict=True):
            models.Model.write(move, {'xero_manual_journal_id': journal.id})
        return again.xero_manual_journal_id | journals

    def _prepare_own(self, move):
        """:return: values of the journal that is one move
        :rtype: dict"""
        return {'name': move.name, 'journal_id': move.journal_id.id, 'date': move.date,
                'company_id': move.company_id.id}

    def _join_days(self, moves):
        """:return: the summaries that moves are in"""
        days = moves.grouped(lambda move: (move.journal_id, move.company_id, move.date))
        if not days:
            return self.browse()
        rows = [(journal.id, company.id, day, f'{journal.name} {day}')
                for journal, company, day in days]
        # Somebody else may begin the same day just now, which must stop nobody's posting.
        self.env.cr.execute(SQL(
            "INSERT INTO xero_manual_journal (journal_id, company_id, date, name, daily)"
            " SELECT *, TRUE FROM (VALUES %s) AS day ON CONFLICT DO NOTHING",
            SQL(', ').join(SQL("(%s, %s, %s::date, %s)", *row) for row in rows)))
        found = {(one.journal_id, one.company_id, one.date): one for one in self.search([
            ('daily', '=', True), ('journal_id', 'in', moves.journal_id.ids),
            ('date', 'in', moves.mapped('date'))])}
        for place, some in days.items():
            models.Model.write(some, {'xero_manual_journal_id': found[place].id})
        return self.union(*(found[place] for place in days))

    def _xero_queue(self, manual=False):
        """Have these brought to Xero as they are here now.

        :param bool manual: somebody asked for it, so switches and used-up attempts do not count
        """
        if not self:
            return
        values = self._xero_queue_values(manual)
        self.write(values)
        self._show({name: value for name, value in values.items() if name in SHOWN})
        self.env['xero.connection'].union(
            *self.company_id._xero_connections().values())._trigger_cron()

    def _show(self, values):
        """Write the state of these on their entries. An invoice has a state of its own.

        :param dict values: of fields in ``SHOWN``
        """
        entries = self.move_ids.filtered(lambda move: move.move_type == 'entry')
        models.Model.write(entries.sudo(), values)

    @api.model
    def _xero_requeue(self, companies, codes, records):
        # EXTENDS 'account_xero'
        result = super()._xero_requeue(companies, codes, records)
        self.sudo().search([
            ('company_id', 'in', companies.ids), ('xero_state', '=', 'failed'),
            ('xero_error_code', 'in', codes)])._xero_queue()
        return result

    # === WHAT BECAME OF IT === #

    def _xero_store(self, rows, answer=None):
        # EXTENDS 'account_xero': entries show how their journal stands
        result = super()._xero_store(rows, answer)
        entries = [
            (move, {name: values[name] for name in SHOWN if name in values})
            for one, values in rows for move in one.move_ids if move.move_type == 'entry']
        self.env['account.move']._xero_store_columns([row for row in entries if row[1]])
        return result

    def _xero_log_subject(self):
        # OVERRIDES 'account_xero': of a single entry, the log is read there
        move = self.move_ids if not self.daily and len(self.move_ids) == 1 else self
        return move, self.name or self.display_name

    # === ORGANISATION === #

    @api.model
    def _xero_binds(self, connection):
        # OVERRIDES 'account_xero'
        return bool(self.search_count([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('xero_journal_id', '!=', False), ('xero_status', 'not in', GONE)], limit=1))

    @api.model
    def _xero_forget(self, connection):
        # OVERRIDES 'account_xero'
        self.search([
            ('company_id', 'in', connection.company_id._xero_together().ids)]).unlink()

    # === ACTIONS === #

    def action_xero_sync_now(self):
        """Queue journals at once, whatever the switches and earlier failures say; the summary of a
        day that is not over, too.

        :return: a notification; the push itself runs in the background
        """
        self._xero_check_may_sync()
        self.sudo()._xero_queue(manual=True)
        return self.env['xero.queued']._notify_journals(self)

    @api.model
    def _sync_entries(self, moves):
        """As :meth:`action_xero_sync_now`, of entries.

        :param recordset moves: `account.move`
        :raise UserError: their journals send nothing
        """
        self._xero_check_may_sync()
        moves.check_access('read')
        moves = moves.sudo().filtered(
            lambda move: move.xero_manual_journal_id
            or (move.state == 'posted' and self._is_sent(move)))
        if not moves:
            raise UserError(self.env._(
                "Nothing to send: only posted entries of journals that send theirs can be sent. "
                "Choose it on the journal, as Entries to Xero. What belongs to a payment or a "
                "bank statement goes to Xero with the payment."))
        self.sudo()._queue_moves(moves, manual=True)
        return moves.xero_manual_journal_id.with_env(self.env).action_xero_sync_now()

    def action_xero_open(self):
        """:return: action that opens the journal in Xero, in a new tab
        :raise UserError: it is not there"""
        self.ensure_one()
        self.check_access('read')
        connection = self.company_id._xero_connections().get(
            self.company_id.id, self.env['xero.connection'])
        return open_in_xero(connection, 'MANUALJOURNAL', self.xero_journal_id)


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_manual_journal_id = fields.Many2one(
        'xero.manual.journal', "Manual Journal in Xero", copy=False, prefetch='xero',
        readonly=True, index='btree_not_null', ondelete='set null')
