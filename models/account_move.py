import logging
import uuid

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..xero.errors import CATALOGUE, CONTACT_CODES

_logger = logging.getLogger(__name__)

#: Odoo's document types and Xero's.
XERO_KINDS = {
    'out_invoice': 'ACCREC',
    'in_invoice': 'ACCPAY',
    'out_refund': 'ACCRECCREDIT',
    'in_refund': 'ACCPAYCREDIT',
}
CREDIT_NOTES = ('out_refund', 'in_refund')
#: Switches of the connection, and the types of documents that they cover.
SWITCHES = {
    'out_invoice': 'sync_sales',
    'in_invoice': 'sync_purchases',
    'out_refund': 'sync_credit_notes',
    'in_refund': 'sync_credit_notes',
}
#: Statuses of documents that are no more.
GONE = ('VOIDED', 'DELETED')
#: Fields that may change on a posted document and that Xero shows, too.
XERO_SYNCED_FIELDS = frozenset({
    'ref', 'payment_reference', 'invoice_date', 'invoice_date_due', 'partner_id', 'currency_id',
    'invoice_currency_rate', 'invoice_line_ids', 'line_ids', 'name',
})


class AccountMove(models.Model):
    _name = 'account.move'
    _inherit = ['account.move', 'xero.guard.mixin']

    xero_state = fields.Selection(
        [('pending', "Pending"), ('synced', "Synced to Xero"), ('failed', "Sync failed")],
        string="Xero", copy=False, prefetch='xero', readonly=True, index='btree_not_null',
    )
    xero_document_id = fields.Char(
        "Xero ID", copy=False, prefetch='xero', readonly=True, index='btree_not_null')
    xero_number = fields.Char("Number in Xero", copy=False, prefetch='xero', readonly=True)
    xero_status = fields.Char("Status in Xero", copy=False, prefetch='xero', readonly=True)
    xero_error_code = fields.Selection(
        '_xero_selection_error', "Xero Problem", copy=False, prefetch='xero', readonly=True)
    xero_error_message = fields.Text("Xero Error", copy=False, prefetch='xero', readonly=True)
    xero_error_target = fields.Char(
        copy=False, prefetch='xero', readonly=True,
        help="Record on which the error is put right: model,id.")
    xero_last_push = fields.Datetime(
        "Last Push to Xero", copy=False, prefetch='xero', readonly=True)
    xero_last_pull = fields.Datetime(
        "Last Pull from Xero", copy=False, prefetch='xero', readonly=True)
    xero_attempts = fields.Integer(copy=False, prefetch='xero', readonly=True)
    xero_manual = fields.Boolean(
        "Sent to Xero by Hand", copy=False, prefetch='xero', readonly=True,
        help="Somebody asked for this document, so it goes out whatever the switches say.")
    xero_payload_hash = fields.Char(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="Fingerprint of what Xero has; an equal one needs no call.")
    xero_ticket = fields.Char(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="Drawn anew whenever the document is queued. An answer to what was sent under an "
             "older ticket does not make the document synced.")
    xero_active = fields.Boolean(compute='_compute_xero_active')
    xero_status_label = fields.Char("State in Xero", compute='_compute_xero_status_label')

    _xero_document_uniq = models.UniqueIndex(
        "(company_id, xero_document_id) WHERE xero_document_id IS NOT NULL",
        "A document of Xero is linked to one document here.",
    )

    # === COMPUTE METHODS === #

    @api.depends('company_id', 'move_type')
    def _compute_xero_active(self):
        connected = self.env['xero.connection']._connected_companies()
        for move in self:
            move.xero_active = move.move_type in XERO_KINDS and move.company_id.id in connected

    @api.depends('xero_status')
    def _compute_xero_status_label(self):
        labels = self._xero_status_labels()
        for move in self:
            move.xero_status_label = labels.get(move.xero_status, move.xero_status)

    @api.model
    def _xero_status_labels(self):
        """:return: {status of a document in Xero: the same in words}"""
        return {
            'DRAFT': self.env._("Draft"),
            'SUBMITTED': self.env._("Awaiting approval"),
            'AUTHORISED': self.env._("Approved, awaiting payment"),
            'PAID': self.env._("Paid"),
            'VOIDED': self.env._("Voided"),
            'DELETED': self.env._("Deleted"),
        }

    @api.model
    def _xero_selection_error(self):
        return self.env['xero.problem']._selection_code()

    def _xero_error_text(self, code):
        """:return: (title, fix) of a code of the error catalogue, translated"""
        text = CATALOGUE[code or 'validation_error']
        return (
            self.env._(text.title),     # pylint: disable=gettext-variable
            self.env._(text.fix),       # pylint: disable=gettext-variable
        )

    @api.depends('xero_state', 'xero_error_code', 'xero_error_message')
    def _compute_alerts(self):
        # EXTENDS 'account'
        return super()._compute_alerts()

    def _get_alerts(self):
        # EXTENDS 'account'
        alerts = super()._get_alerts()
        if self.xero_active and self.env.user._is_internal() and self.xero_state == 'failed':
            title, fix = self._xero_error_text(self.xero_error_code)
            cause = CATALOGUE[self.xero_error_code or 'validation_error'].cause
            alerts['xero_failed'] = {
                'level': 'danger',
                'message': '\n'.join(filter(None, (
                    self.env._("Xero: %s", title),
                    self.env._(cause),  # pylint: disable=gettext-variable
                    self.xero_error_message, fix))),
                **self._xero_alert_action(),
            }
        return alerts

    def _xero_alert_action(self):
        """:return: the button of the banner: to the place where the error is put right, or to try
        again where only Xero or this document can be changed; none that would be refused"""
        if self.xero_error_code in CONTACT_CODES and self._xero_partner().name \
                and self.env.user.has_group('account_xero.group_xero_user'):
            return {
                'action_text': self.env._("Choose the contact"),
                'action': self.env['xero.contact.wizard']._action(
                    self._xero_partner(), self.company_id),
            }
        model, _comma, res_id = (self.xero_error_target or '').partition(',')
        record = self.env[model].browse(int(res_id)).exists() if model in self.env else None
        if not record or record == self or not record.has_access('write'):
            return {
                'action_text': self.env._("Sync now"),
                'action_call': ('account.move', 'action_xero_sync_now', self.ids),
            } if self.env.user.has_group('account_xero.group_xero_user') else {}
        return {
            'action_text': self.env._("Open %s", record.display_name),
            'action': {
                'type': 'ir.actions.act_window', 'res_model': model, 'res_id': record.id,
                'view_mode': 'form', 'views': [(False, 'form')],
            },
        }

    # === BUSINESS HOOKS === #

    def _post(self, soft=True):
        # EXTENDS 'account'
        posted = super()._post(soft)
        posted._xero_queue_posted()
        return posted

    def button_cancel(self):
        # EXTENDS 'account'
        result = super().button_cancel()
        self.filtered('xero_state')._xero_queue()
        return result

    def write(self, vals):
        # EXTENDS 'account'
        result = super().write(vals)
        if not XERO_SYNCED_FIELDS.isdisjoint(vals):
            self._xero_queue_changed()
        elif vals.get('is_move_sent'):
            self._xero_queue_sent()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_xero(self):
        for move in self:
            if move.xero_document_id and move.xero_status not in ('VOIDED', 'DELETED'):
                raise UserError(self.env._(
                    "%(name)s is in Xero as %(number)s. Cancel it first, so that it is voided "
                    "there, too.", name=move.display_name, number=move.xero_number))
        if self.env['xero.request']._concerns(self):
            raise UserError(self.env._(
                "It is on its way to Xero, and Xero has not answered yet. Cancel it instead; it is "
                "voided there if it has arrived."))

    # === QUEUE === #

    def _xero_queue_posted(self):
        """Queue what was just posted and the switches cover. Never stops the posting.

        A conflict with another transaction is passed on: Odoo runs the posting again then.
        """
        try:
            self.filtered(lambda move: move._xero_is_automatic())._xero_queue()
        except psycopg2.Error:
            raise
        except Exception:
            _logger.exception("Documents %s were posted but not queued for Xero", self.ids)

    def _xero_is_automatic(self):
        """Whether this posted document goes to Xero without being asked for.

        :rtype: bool
        """
        types = self.env['xero.connection']._automatic_types()
        return self.move_type in types.get(self.company_id.id, ()) and not self._xero_is_excluded()

    def _xero_is_excluded(self):
        """:return: whether the partner is kept out of Xero"""
        return self._xero_partner().with_company(self.company_id).xero_exclude

    def _xero_manual_reasons(self, connection):
        """Say why this document does not go to Xero by itself; by hand it does.

        :param recordset connection: the company's `xero.connection`
        :rtype: list(str)
        """
        self.ensure_one()
        off = [name for name in ('auto_sync', SWITCHES[self.move_type]) if not connection[name]]
        reasons = [self.env._(
            "“%s” is switched off on the Xero connection.",
            connection._fields[name]._description_string(self.env)) for name in off]
        if self._xero_is_excluded():
            reasons.append(self.env._(
                "%s is excluded from Xero.", self._xero_partner().display_name))
        return reasons

    def _xero_partner(self):
        """:return: the partner that is the contact in Xero"""
        return self.commercial_partner_id

    def _xero_queue_changed(self):
        """Queue the posted ones among these that Xero has or is about to get."""
        self.filtered(lambda move: move.state == 'posted' and move.xero_state)._xero_queue()

    def _xero_queue_sent(self):
        """Queue the invoices that the customer has now, where Xero is to be told."""
        moves = self.filtered(lambda move: move.xero_state and move.move_type == 'out_invoice')
        if moves:
            connections = self.env['xero.connection']._connection_of(moves.company_id)
            moves.filtered(lambda move: connections.get(
                move.company_id.id, self.env['xero.connection']).mark_sent)._xero_queue_changed()

    def _xero_queue(self, manual=False):
        """Make documents pending and wake the push.

        What comes from Xero is not sent back there.

        :param bool manual: somebody asked for it, so switches and used-up retries do not count
        """
        if not self or self.env.context.get('xero_pulling'):
            return
        values = {
            'xero_state': 'pending',
            'xero_ticket': uuid.uuid4().hex[:12],
            'xero_attempts': 0,
            'xero_error_code': False,
            'xero_error_message': False,
            'xero_error_target': False,
            'xero_refused_hash': False,
        }
        if manual:
            values['xero_manual'] = True
        # `account.move.write` checks lock dates, hashes, balances and lines of each document; none
        # of that concerns these columns, and it would cost a fifth of posting.
        models.Model.write(self.sudo(), values)
        self.env['xero.connection']._trigger_push()

    @api.model
    def _xero_release(self, companies, codes, extra_domain=()):
        """Queue the documents that failed for a cause that may be gone now. Those that it still
        holds up fail again in the preflight, without a call.

        :param recordset companies: whose documents
        :param codes: of the error catalogue
        :param extra_domain: which of these documents
        """
        self.sudo().search([
            ('company_id', 'in', companies.ids), ('xero_state', '=', 'failed'),
            ('xero_error_code', 'in', codes), *extra_domain,
        ])._xero_queue()

    # === ACTIONS === #

    def action_xero_push_wizard(self):
        """Look at what can be pushed and what cannot, before anything is queued.

        :return: action that opens the dialog
        """
        self.check_access('read')
        return self.env['xero.push.wizard']._open(self)

    def action_xero_sync_now(self):
        """Queue documents at once, whatever the switches and earlier failures say.

        :return: a notification; the push itself runs in the background
        :raise UserError: there is nothing here that could be sent
        """
        if not self.env.user.has_group('account_xero.group_xero_user'):
            raise AccessError(self.env._("Ask for the right “Xero: Synchronise” to do this."))
        self.check_access('read')
        moves = self.filtered(
            lambda move: move.xero_active
            and (move.state == 'posted' or (move.state == 'cancel' and move.xero_document_id)))
        if not moves:
            raise UserError(self.env._(
                "Nothing to send: only posted invoices, bills and credit notes of a company that "
                "is connected to Xero can be sent."))
        moves._xero_queue(manual=True)
        moves._xero_queue_pull()
        for connection in self.env['xero.connection']._connection_of(moves.company_id).values():
            connection._end_outage()
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'success',
                'title': self.env._("Queued"),
                'message': self.env._("%s document(s) go to Xero in a moment.", len(moves)),
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }

    def action_xero_log(self):
        """:return: action that lists what was exchanged with Xero about this document"""
        self.ensure_one()
        action = self.env['ir.actions.actions']._for_xml_id('account_xero.action_xero_log')
        return {**action, 'domain': [('res_model', '=', self._name), ('res_id', '=', self.id)]}

    def action_xero_open(self):
        """:return: action that opens the document in Xero, in a new tab"""
        self.ensure_one()
        self.check_access('read')
        connection = self.env['xero.connection']._connection_of(self.company_id)[self.company_id.id]
        return connection._open_document(XERO_KINDS[self.move_type], self.xero_document_id)

    # === SHOWING SEVERAL === #

    def _xero_names(self, shown=5):
        """:param int shown: names at most
        :return: the names of some of these documents, and how many there are besides"""
        names = ', '.join(move.name or move.display_name for move in self[:shown])
        more = len(self) - shown
        return self.env._("%(names)s and %(more)s more", names=names, more=more) \
            if more > 0 else names

    def _xero_action_list(self, title):
        """:param str title: of the page
        :return: action that lists these documents"""
        return {
            'type': 'ir.actions.act_window', 'name': title, 'res_model': self._name,
            'view_mode': 'list,form',
            'views': [(self.env.ref('account.view_invoice_tree').id, 'list'), (False, 'form')],
            'domain': [('id', 'in', self.ids)], 'context': {'create': False},
        }
