from odoo import api, fields, models
from odoo.exceptions import UserError

from .account_payment_method import XERO_SYNC


class AccountPayment(models.Model):
    _name = 'account.payment'
    _inherit = ['account.payment', 'xero.guard.mixin']

    xero_payment_id = fields.Char(
        "Xero Payment ID", copy=False, prefetch='xero', readonly=True, index='btree_not_null',
        help="The payment in Xero that this one is. A part of a credit that was used there has "
             "the IDs of the credit and of the invoice.")
    xero_deleted = fields.Boolean(
        "Deleted in Xero", copy=False, prefetch='xero', readonly=True,
        help="Xero has this payment no more, so it was cancelled or reversed here.")

    _xero_payment_uniq = models.UniqueIndex(
        "(company_id, xero_payment_id) WHERE xero_payment_id IS NOT NULL",
        "A payment in Xero is linked to one payment here.",
    )

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

    @api.model
    def _xero_note_missing(self, connection, payment):
        """Log, once, that Xero deleted a payment that has never been linked here.

        :param recordset connection: `xero.connection`
        :param documents.Payment payment: with the status DELETED
        """
        company = connection.company_id
        move = self.env['account.move'].search([
            ('company_id', '=', company.id), ('xero_document_id', '=', payment.document_id),
        ], limit=1) if payment.document_id else None
        if not move or connection._payments_here([payment.xero_id]):
            return
        code = 'payment_delete_no_match'
        if self.env['xero.log'].search_count([
                ('connection_id', '=', connection.id), ('error_code', '=', code),
                ('res_model', '=', move._name), ('res_id', '=', move.id),
                ('message', 'ilike', payment.xero_id)], limit=1):
            return
        self.env['xero.log']._add_pulls(connection, [(move, 'failure', code, self.env._(
            "Xero deleted the payment %(payment)s of %(amount)s dated %(date)s, which is not "
            "linked here.",
            payment=payment.xero_id, amount=payment.amount, date=payment.date))])
