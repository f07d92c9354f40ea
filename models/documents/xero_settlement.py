"""What journal entries pay without a payment: a line of the bank's statement, a point of sale."""
import logging

from odoo import api, fields, models

from ..core.apart import never_stops
from .account_payment_plan import (
    PAYABLE,
    REFERENCE_LENGTH,
    Plan,
    account_problem,
    parts_of,
    write_off_problem,
)

_logger = logging.getLogger(__name__)

#: Types of journals whose money is in a bank account; of others only those that Xero has an
#: account for.
MONEY = ('bank', 'cash', 'credit')


class XeroSettlement(models.Model):
    """What a journal entry pays of one document by itself, as a payment in Xero."""

    _name = 'xero.settlement'
    _inherit = ['xero.sync.mixin', 'xero.paid.mixin', 'xero.organisation.mixin']
    _description = "Entry That Is a Payment in Xero"
    _order = 'id'
    _rec_name = 'entry_id'

    entry_id = fields.Many2one(
        'account.move', readonly=True, index=True, ondelete='set null',
        help="Of the bank's statement or a point of sale, say.")
    company_id = fields.Many2one(
        'res.company', required=True, readonly=True, index=True, ondelete='cascade')

    _xero_payment_uniq = models.UniqueIndex(
        "(company_id, xero_payment_id) WHERE xero_payment_id IS NOT NULL",
        "A payment in Xero is linked to one payment here.",
    )
    _part_uniq = models.UniqueIndex(
        "(entry_id, move_id) WHERE entry_id IS NOT NULL",
        "An entry pays a document once in Xero.",
    )

    # === INTO THE QUEUE === #

    @api.model
    def _queue(self, pairs):
        """Have Xero brought to what entries pay here. Never stops what somebody does here.

        :param pairs: (entry, document) of what was matched, or is so no more
        """
        if pairs:
            with never_stops(_logger, "%s were matched but not queued for Xero", list(pairs)):
                self.sudo()._queue_pairs(pairs)

    def _queue_pairs(self, pairs):
        """As :meth:`_queue`, with all rights."""
        known = {(one.entry_id, one.move_id): one for one in self.search([
            ('entry_id', 'in', [entry.id for entry, _move in pairs]),
            ('move_id', 'in', [move.id for _entry, move in pairs])])}
        new = []
        for entry, move in pairs:
            part = (entry, move) not in known and parts_of(entry).get(move)
            if part and self._is_money(entry.journal_id, move.company_id):
                new.append({**self._prepare_values(entry, part), 'entry_id': entry.id,
                            'move_id': move.id, 'company_id': move.company_id.id})
        (self.create(new) | self.browse().union(
            *(known[pair] for pair in pairs if pair in known)))._xero_queue()

    def _is_money(self, journal, company):
        """:return: whether what is booked in a journal may be a payment in Xero"""
        return not journal.xero_clearing and (
            journal.type in MONEY or bool(
                journal.with_company(company._xero_owner()).xero_account_id))

    def _xero_queue(self):
        """Have these sent, or deleted in Xero, as they are here now."""
        if self:
            self.write(self._xero_queue_values())
            self.env['xero.connection'].union(
                *self.company_id._xero_connections().values())._trigger_cron()

    def _release(self, journals):
        """Try again what waited for the account of journals."""
        self.search([('journal_id', 'in', journals.ids), ('xero_state', '=', 'failed'),
                     ('xero_error_code', '=', 'unmapped_account')])._xero_queue()

    @api.model
    def _of(self, moves):
        """:return: those of some documents, in companies that send their payments"""
        sending = self.env['res.company']._xero_sending_payments_ids()
        moves = moves.filtered(lambda move: move.company_id.id in sending)
        return self.sudo().search([('move_id', 'in', moves.ids)]) if moves else self.browse()

    def _get_sent(self):
        """:return: {(entry, document)} of those that Xero has, or is about to get
        :rtype: set"""
        return {(one.entry_id, one.move_id) for one in self
                if one.state == 'live' or (one.state, one.xero_state) == ('new', 'pending')}

    @api.model
    def _xero_binds(self, connection):
        # OVERRIDES 'account_xero'
        return bool(self.search_count([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('state', '=', 'live')], limit=1))

    @api.model
    def _xero_forget(self, connection):
        # OVERRIDES 'account_xero'
        self.search([
            ('company_id', 'in', connection.company_id._xero_together().ids)]).unlink()

    @api.model
    def _settle_recognised(self, pairs):
        """Xero has these as payments that people made there, maybe in parts.

        :param pairs: (entry, document)
        """
        self._of(self.env['account.move'].union(*(move for _entry, move in pairs))).filtered(
            lambda one: one.xero_state == 'failed' and (one.entry_id, one.move_id) in pairs
        ).write({'xero_state': False, 'xero_error_code': False, 'xero_error_message': False,
                 'xero_error_target': False})

    # === WHAT XERO IS TO HAVE === #

    def _prepare_values(self, entry, part):
        """:param Part part: what the entry pays of the document
        :return: values that say what Xero is to have of it
        :rtype: dict"""
        return {
            'journal_id': entry.journal_id.id, 'amount': float(part.amount), 'date': entry.date,
            'reference': (entry.ref or entry.name or '')[:REFERENCE_LENGTH]}

    def _get_part(self):
        """:return: Part that the entry pays of the document now, None for none"""
        return parts_of(self.entry_id).get(self.move_id) if self.entry_id else None

    def _xero_prepare_plan(self):
        """As of `account.payment`.

        :rtype: Plan
        """
        self.ensure_one()
        part, entry = self._get_part(), self.entry_id
        live = self.filtered(lambda one: one.state == 'live')
        same = live.filtered(
            lambda one: part and one._decimal() == part.amount and one.date == entry.date
            and one.journal_id == entry.journal_id)
        wanted = {self.move_id: part} if part and not live else {}
        move = self.move_id
        ready = move.xero_state == 'synced' and move.xero_status in PAYABLE
        return Plan(
            obsolete=live - same, missing=wanted if ready else {}, later={} if ready else wanted,
            problem=self._check_sendable() if wanted and ready else None)

    def _check_sendable(self):
        """:return: Problem, or None when Xero can have this payment"""
        if problem := account_problem(self.entry_id.journal_id, self.company_id):
            return problem
        return write_off_problem() if has_write_off(self.entry_id) else None

    def _xero_prepare_links(self, parts):
        """As of `account.payment`: what is sent is this itself.

        :param dict parts: {document: Part}
        :return: {document: this}
        """
        for part in parts.values():
            self.write({**self._prepare_values(self.entry_id, part), 'state': 'new',
                        'xero_payment_id': False})
        return dict.fromkeys(parts, self)

    def _xero_adopt_part(self, xero_id, move):
        """It was registered in Xero, too.

        :param str xero_id: of the payment there
        :param recordset move: the document
        """
        self._xero_prepare_links({move: self._get_part()})
        self._mark_live({self: xero_id})

    def _xero_conclude(self):
        """Mark those of which nothing is left to be sent."""
        for one in self.filtered('xero_state'):
            plan = one._xero_prepare_plan()
            if not plan.obsolete and not plan.missing and not plan.later:
                values = {name: value or False for name, value in one._xero_success().items()}
                one.write({**values, 'xero_state': one.state == 'live' and 'synced'})

    def _xero_log_subject(self):
        # OVERRIDES 'account_xero': the log is read at the document
        return self.move_id, self.move_id.name or self.move_id.display_name


def has_write_off(entry):
    """
    :param recordset entry: `account.move` that pays
    :return: whether it is a line of the bank's statement of which a part is no money, as a discount
    :rtype: bool
    """
    line = entry.statement_line_id
    return bool(line) and any(
        not entry.company_currency_id.is_zero(other.balance)
        and other.account_type not in ('asset_receivable', 'liability_payable')
        for other in line._seek_for_lines()[2])
