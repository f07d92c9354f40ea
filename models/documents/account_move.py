import logging
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...xero.webhook import Event
from ..connection.pages import open_in_xero
from ..core.apart import never_stops
from ..core.kinds import CREDIT_NOTES, VENDORS, XERO_KINDS
from ..core.opening import in_company
from .showing import status_labels

_logger = logging.getLogger(__name__)

#: Fields that may change on a posted document and that Xero shows, too.
XERO_SYNCED_FIELDS = frozenset({
    'ref', 'payment_reference', 'invoice_date', 'invoice_date_due', 'partner_id', 'currency_id',
    'invoice_currency_rate', 'invoice_line_ids', 'line_ids', 'name',
})


class AccountMove(models.Model):
    _name = 'account.move'
    _inherit = [
        'account.move', 'xero.sync.mixin', 'xero.ask.mixin', 'xero.waiting.mixin',
        'xero.organisation.mixin']

    xero_document_id = fields.Char(
        "Xero ID", copy=False, prefetch='xero', readonly=True, index='btree_not_null')
    xero_number = fields.Char("Number in Xero", copy=False, prefetch='xero', readonly=True)
    xero_status = fields.Char("Status in Xero", copy=False, prefetch='xero', readonly=True)
    xero_last_pull = fields.Datetime(
        "Last Pull from Xero", copy=False, prefetch='xero', readonly=True)
    xero_updated = fields.Datetime(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="When Xero last changed what is here of it, by Xero's clock.")
    xero_pull_hash = fields.Char(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="Fingerprint of what was last applied from Xero; an equal one is not applied again.")
    xero_refused_hash = fields.Char(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="Fingerprint of what Xero had when it refused a change for payments or credits. "
             "Without these the change is sent again.")
    xero_linked_at = fields.Datetime(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="When it became one with Xero's document. What happened there before is history.")
    xero_active = fields.Boolean(compute='_compute_xero_active')
    xero_status_label = fields.Char("State in Xero", compute='_compute_xero_status_label')

    _xero_document_uniq = models.UniqueIndex(
        "(company_id, xero_document_id) WHERE xero_document_id IS NOT NULL",
        "A document of Xero is linked to one document here.",
    )

    # === COMPUTE METHODS === #

    @api.depends('company_id', 'move_type')
    def _compute_xero_active(self):
        connected = self.env['res.company']._xero_connected_ids()
        for move in self:
            move.xero_active = move.move_type in XERO_KINDS and move.company_id.id in connected

    @api.depends('xero_status')
    def _compute_xero_status_label(self):
        labels = status_labels(self.env)
        for move in self:
            move.xero_status_label = labels.get(move.xero_status, move.xero_status)

    @api.depends('xero_state', 'xero_error_code', 'xero_error_message', 'xero_differs',
                 'xero_date', 'invoice_date', 'date', 'state',
                 'xero_used_ids.xero_state', 'xero_credited_ids.xero_state')
    def _compute_alerts(self):
        # EXTENDS 'account'
        return super()._compute_alerts()

    def _get_alerts(self):
        # EXTENDS 'account'
        return {**super()._get_alerts(), **self.env['xero.alert']._get(self)}

    # === BUSINESS HOOKS === #

    def _post(self, soft=True):
        # EXTENDS 'account'
        posted = super()._post(soft)
        posted._xero_queue_posted()
        # What was paid in Xero of a draft comes when it is posted.
        posted._xero_refetch()
        self.env['xero.manual.journal']._queue_posted(posted)
        return posted

    def button_cancel(self):
        # EXTENDS 'account'
        result = super().button_cancel()
        known = self.env['res.company']._xero_known(self)
        known.filtered('xero_state')._xero_queue()
        known.sudo().xero_manual_journal_id._xero_queue()
        # Xero keeps what was made there, which a person has to know.
        self._xero_refetch()
        self.env['xero.differing']._follow(self)
        return result

    def write(self, vals):
        # EXTENDS 'account'
        result = super().write(vals)
        if not XERO_SYNCED_FIELDS.isdisjoint(vals):
            self._xero_queue_changed()
        elif vals.get('is_move_sent'):
            self._xero_queue_sent()
        return result

    # === QUEUE === #

    def _xero_queue_posted(self):
        """Queue what was just posted and the switches cover. Never stops the posting."""
        with never_stops(_logger, "Documents %s were posted but not queued for Xero", self.ids):
            known = self.env['res.company']._xero_known(self)
            known.filtered(lambda move: move._xero_is_automatic())._xero_queue()

    def _xero_is_automatic(self):
        """Whether this posted document goes to Xero without being asked for.

        :rtype: bool
        """
        if self.xero_origin or self.xero_from_void:
            return False
        types = self.env['res.company']._xero_automatic_types()
        return self.move_type in types.get(self.company_id.id, ()) and not self._xero_is_excluded()

    def _xero_is_excluded(self):
        """:return: whether the partner is kept out of Xero"""
        return self._xero_partner().with_company(self.company_id).xero_exclude

    def _xero_partner(self):
        """:return: the partner that is the contact in Xero"""
        return self.commercial_partner_id

    def _xero_document_number(self):
        """Return the number that the document has in Xero: the customer's own, or the vendor's.

        Xero shows the number of a bill as its reference, so a bill carries the vendor's, and one
        that is written here for the vendor its own. What was made there keeps Xero's number beside
        Odoo's own.

        :rtype: str
        """
        if self.xero_origin and self.xero_number:
            return self.xero_number
        if self.move_type in VENDORS and not self.journal_id.is_self_billing:
            return self.ref or self.name
        return self.name

    def _xero_queue_changed(self):
        """Queue the posted ones among these that Xero has or is about to get. What was made there
        is not sent, and may differ until it has been compared."""
        moves = self.env['res.company']._xero_known(self).filtered(
            lambda move: move.state == 'posted' and move.xero_state)
        moves._xero_queue()
        made_there = moves.filtered('xero_origin')
        if made_there and not self.env.context.get('xero_pulling'):
            self.env['xero.differing']._set(made_there, {*made_there.ids})
            made_there._xero_refetch()

    def _xero_queue_sent(self):
        """Queue the invoices that the customer has now, where Xero is to be told."""
        moves = self.env['res.company']._xero_known(self).filtered(
            lambda move: move.xero_state and move.move_type == 'out_invoice')
        if moves:
            connections = moves.company_id._xero_connections()
            moves.filtered(lambda move: connections.get(
                move.company_id.id, self.env['xero.connection']).mark_sent)._xero_queue_changed()

    def _xero_queue(self, manual=False):
        """Make documents pending and wake the push.

        What comes from Xero, or was made there, is not sent back there.

        :param bool manual: somebody asked for it, so switches and used-up retries do not count
        """
        self.sudo().xero_manual_journal_id._xero_queue(manual)
        self = self.filtered(lambda move: not move.xero_origin and move.move_type != 'entry')
        if not self or self.env.context.get('xero_pulling'):
            return
        values = {**self._xero_queue_values(manual), 'xero_refused_hash': False}
        # `account.move.write` checks lock dates, hashes, balances and lines of each document; none
        # of that concerns these columns, and it would cost a fifth of posting.
        models.Model.write(self.sudo(), values)
        connections = self.company_id._xero_connections()
        self.env['xero.redated']._settle(self, connections)
        self.env['xero.connection'].union(*connections.values())._trigger_cron()

    @api.model
    def _xero_requeue(self, companies, codes, records):
        # EXTENDS 'account_xero': a partner lets its own documents go out again
        result = super()._xero_requeue(companies, codes, records)
        domain = fields.Domain([
            ('company_id', 'in', companies.ids), ('xero_state', '=', 'failed')])
        if records is not None and records._name == 'res.partner':
            domain &= fields.Domain('commercial_partner_id', 'in', records.ids)
        domain &= fields.Domain('xero_error_code', 'in', codes)
        self.sudo().search(domain)._xero_queue()
        return result

    def _xero_queue_pull(self):
        """Fetch these documents from Xero in the background, whatever is here of them."""
        moves = self.sudo().filtered('xero_document_id')
        if not moves:
            return
        connections = moves.company_id._xero_connections()
        moves._xero_store([(move, {'xero_updated': None}) for move in moves])
        connected = self.env['xero.connection'].union(*connections.values())
        self.env['xero.event'].sudo()._store([
            Event(
                resource_id=move.xero_document_id,
                category='CREDITNOTE' if move.move_type in CREDIT_NOTES else 'INVOICE',
                type='REQUEST', tenant_id=connections[move.company_id.id].tenant_id,
                moment=fields.Datetime.now())
            for move in moves if move.company_id.id in connections
        ], connected)
        connected._trigger_cron()

    @api.model
    def _xero_binds(self, connection):
        # OVERRIDES 'account_xero'
        return bool(self.search_count([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('xero_document_id', '!=', False)],
            limit=1))

    # === WHAT BECAME OF IT === #

    @api.model
    def _xero_stored_with(self, columns):
        # EXTENDS 'account_xero'
        return [*super()._xero_stored_with(columns),
                'xero_badge', 'xero_course', 'xero_tooltip', 'xero_status_label', 'alerts']

    def _xero_log_subject(self):
        # OVERRIDES 'account_xero': the number costs no query
        return self, self.name or self.display_name

    # === ACTIONS === #

    def action_xero_push_wizard(self):
        """Look at what can be pushed and what cannot, before anything is queued.

        :return: action that opens the dialog
        """
        self.check_access('read')
        return self.env['xero.push.wizard']._open(self)

    def action_xero_sync_now(self):
        """Queue documents at once, whatever the switches and earlier failures say; of those that
        were made in Xero, fetch what is there.

        :return: a notification; the push itself runs in the background
        :raise UserError: there is nothing here that could be sent
        """
        self._xero_check_may_sync()
        if entries := self.filtered(lambda move: move.move_type == 'entry'):
            if self - entries:
                (self - entries).action_xero_sync_now()
            return self.env['xero.manual.journal']._sync_entries(entries)
        if made_there := self.filtered('xero_origin'):
            if self - made_there:
                (self - made_there).action_xero_sync_now()
            made_there._xero_queue_pull()
            return self.env['xero.queued']._notify_fetched(made_there)
        moves = self.filtered(
            lambda move: move.xero_active
            and (move.state == 'posted' or (move.state == 'cancel' and move.xero_document_id)))
        if not moves:
            raise UserError(self.env._(
                "Nothing to send: only posted invoices, bills, receipts and credit notes of a "
                "company that is connected to Xero can be sent."))
        moves._xero_queue(manual=True)
        moves._xero_queue_pull()
        self.env['xero.health']._end_outage(self.env['xero.connection'].sudo().union(
            *moves.company_id._xero_connections().values()))
        return self.env['xero.queued']._notify(moves)

    def action_xero_log(self):
        """:return: action that lists what was exchanged with Xero about this document"""
        self.ensure_one()
        action = self.env['ir.actions.actions']._for_xml_id('account_xero.action_xero_log')
        return in_company(
            {**action, 'domain': [('res_model', '=', self._name), ('res_id', '=', self.id)]},
            self.company_id)

    def action_xero_open(self):
        """:return: action that opens the document in Xero, in a new tab
        :raise UserError: it is not linked to one"""
        self.ensure_one()
        self.check_access('read')
        if self.move_type == 'entry' and self.xero_manual_journal_id:
            return self.xero_manual_journal_id.action_xero_open()
        connection = self.company_id._xero_connections().get(
            self.company_id.id, self.env['xero.connection'])
        return open_in_xero(connection, XERO_KINDS.get(self.move_type), self.xero_document_id)

    def _xero_payment_terms(self):
        """:return: the lines that are paid: `account.move.line`"""
        return self.line_ids.filtered(lambda line: line.display_type == 'payment_term')

    def _xero_decimal(self, amount):
        """:return: an amount in the document's currency, rounded as that currency is
        :rtype: Decimal"""
        currency = self.currency_id
        return Decimal(f'{currency.round(amount):.{currency.decimal_places}f}')
