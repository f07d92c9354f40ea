import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.apart import never_stops
from ..core.kinds import XERO_SYNC
from ..core.problem import error_text
from .account_payment_plan import COUNTS

_logger = logging.getLogger(__name__)


class AccountPayment(models.Model):
    _name = 'account.payment'
    _inherit = [
        'account.payment', 'xero.sync.mixin', 'xero.ask.mixin', 'xero.waiting.mixin',
        'xero.organisation.mixin']

    xero_payment_id = fields.Char(
        "Xero Payment ID", copy=False, prefetch='xero', readonly=True, index='btree_not_null',
        help="The payment in Xero that this one is. A part of a credit that was used there has "
             "the IDs of the credit and of the invoice.")
    xero_deleted = fields.Boolean(
        "Deleted in Xero", copy=False, prefetch='xero', readonly=True,
        help="Xero has this payment no more, so it was cancelled or reversed here.")
    xero_journal_id = fields.Many2one(
        'account.journal', "Journal by Xero", copy=False, prefetch='xero', readonly=True,
        help="The journal of the account in Xero that it went to, when it was recognised there.")
    xero_link_ids = fields.One2many(
        'xero.payment.link', 'payment_id', copy=False, readonly=True,
        groups='account.group_account_invoice')
    xero_state = fields.Selection(selection_add=[
        ('waiting', "Waiting for the document"), ('pending',), ('synced', "Sent to Xero"),
        ('failed', "Not sent")])
    xero_error_text = fields.Text(compute='_compute_xero_error_text')
    xero_can_fix = fields.Boolean(compute='_compute_xero_error_text')
    xero_can_ask = fields.Boolean(compute='_compute_xero_error_text')

    _xero_payment_uniq = models.UniqueIndex(
        "(company_id, xero_payment_id) WHERE xero_payment_id IS NOT NULL",
        "A payment in Xero is linked to one payment here.",
    )

    @api.depends('xero_state', 'xero_error_code', 'xero_error_message', 'xero_error_target')
    @api.depends_context('lang', 'uid')
    def _compute_xero_error_text(self):
        ask = self.env['xero.ask']
        may_sync = self.env.user.has_group('account_xero.group_xero_user')
        self.update({'xero_error_text': False, 'xero_can_fix': False, 'xero_can_ask': False})
        for payment in self.filtered(lambda payment: payment.xero_state == 'failed'):
            target = ask._target_of(payment)
            payment.xero_can_fix = self.env['xero.problem']._is_fixable(
                target, payment.xero_error_code)
            may = payment.xero_can_fix if target else may_sync
            payment.xero_can_ask = not may and bool(self.env['xero.alert']._get_ask(payment))
            title, fix = error_text(self.env, payment.xero_error_code)
            payment.xero_error_text = '\n'.join(filter(None, (
                title, payment.xero_error_message,
                fix if may else ask._get_fix(payment.company_id, fix, target),
            )))

    def write(self, vals):
        # EXTENDS 'account'
        result = super().write(vals)
        if 'state' in vals and self.env['res.company']._xero_sending_payments_ids():
            # With a journal entry its reconciliation tells when the payment pays something; one
            # that was reset to draft and changed keeps it.
            self.filtered(lambda p: p.xero_state == 'failed' or not p.move_id
                          or p.sudo().xero_link_ids)._xero_queue()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_xero(self):
        for payment in self:
            if payment.xero_payment_id:
                raise UserError(self.env._(
                    "%s is a payment in Xero and stays as a record. Cancel it instead.",
                    payment.display_name))

    @api.depends('payment_type', 'journal_id', 'currency_id')
    def _compute_payment_method_line_fields(self):
        # EXTENDS 'account': Xero Sync is offered to nobody, but the payments that have it keep it
        result = super()._compute_payment_method_line_fields()
        for payment in self:
            if payment.payment_method_line_id.code == XERO_SYNC:
                payment.available_payment_method_line_ids |= payment.payment_method_line_id
        return result

    # === QUEUE === #

    def _xero_queue(self):
        """Have Xero brought to the state of those payments that go there by themselves. Never
        stops what somebody does here."""
        if not self or self.env.context.get('xero_pulling'):
            return
        with never_stops(
                _logger, "Payments %s were registered but not queued for Xero", self.ids):
            connections = self.company_id._xero_connections()
            payments = self.sudo().filtered(
                lambda p: p.company_id.id in connections
                and p._xero_is_sent(connections[p.company_id.id]))
            if payments:
                payments.write(payments._xero_queue_values())
                self.env['xero.connection'].union(*connections.values())._trigger_cron()

    @api.model
    def _xero_requeue(self, companies, codes, records):
        # EXTENDS 'account_xero': no document needs a journal's account, but payments do
        result = super()._xero_requeue(companies, codes, records)
        if records is not None and records._name == 'account.journal':
            self.sudo().search([
                ('journal_id', 'in', records.ids), ('xero_state', '=', 'failed'),
                ('xero_error_code', '=', 'unmapped_account')])._xero_queue()
        elif 'role_missing' in codes:
            self.sudo().search([
                ('company_id', 'in', companies.ids), ('xero_state', '=', 'failed'),
                ('xero_error_code', '=', 'role_missing')])._xero_queue()
        return result

    @api.model
    def _xero_binds(self, connection):
        # OVERRIDES 'account_xero'
        return bool(self.search_count([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('xero_payment_id', '!=', False)],
            limit=1))

    def _xero_is_sent(self, connection):
        """Whether this payment goes to Xero: registered here, by a person, since that was switched
        on.

        :param recordset connection: the company's `xero.connection`
        :rtype: bool
        """
        if not connection.push_payments:
            return False
        if self.xero_link_ids.filtered(lambda link: link.state != 'deleted'):
            return True
        return (
            self.state in COUNTS and not self.xero_payment_id and not self.xero_deleted
            and self.payment_method_line_id.code != XERO_SYNC
            and self.create_date >= connection.payments_since)

    def action_xero_put_right(self):
        """:return: action that opens what puts this payment's problem right
        :raise UserError: it is gone, or not for this user"""
        self.ensure_one()
        self.check_access('read')
        problem = self._xero_stored_problem()
        record = problem.model in self.env and self.env[problem.model].browse(
            problem.res_id).exists()
        if not record or not record.has_access('read'):
            raise UserError(self.env._("Ask somebody who manages the connection to Xero."))
        return self.env['xero.cure']._lead(record, problem.code, self.company_id)

    def action_xero_sync_now(self):
        """Try again to send payments.

        :return: a notification; the push itself runs in the background
        """
        self._xero_check_may_sync()
        asked = self.filtered(lambda payment: payment.xero_error_code == 'payment_unclear')
        self._xero_queue()
        # Somebody has answered that Xero does not have it yet.
        asked.filtered(lambda payment: payment.xero_state == 'pending').sudo().xero_manual = True
        queued = self.filtered(lambda payment: payment.xero_state == 'pending')
        if not queued:
            raise UserError(self.env._(
                "Nothing to send: payments are sent when “Send payments” is switched on and they "
                "were registered since."))
        connections = queued.company_id._xero_connections()
        for connection in connections.values():
            self.env['xero.health']._end_outage(connection)
        return connection._notify('success', self.env._("Queued"), self.env._(
            "Payments that go to Xero in a moment: %s", len(queued)))
