from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ..core.kinds import XERO_SYNC


class AccountPaymentMethod(models.Model):
    _inherit = 'account.payment.method'

    @api.model
    def _get_payment_method_information(self):
        # EXTENDS 'account'
        return {
            **super()._get_payment_method_information(),
            XERO_SYNC: {'mode': 'multi', 'type': ('bank', 'cash', 'credit')},
        }

    def _auto_link_payment_methods(self, payment_methods, methods_info):
        # EXTENDS 'account', which gives each journal a line of a new method: those that need one
        # of Xero Sync get it from :meth:`account.journal._xero_method_line`
        super()._auto_link_payment_methods(
            payment_methods.filtered(lambda method: method.code != XERO_SYNC), methods_info)
        return payment_methods

    @api.ondelete(at_uninstall=False)
    def _unlink_except_xero_sync(self):
        if XERO_SYNC in self.mapped('code'):
            raise UserError(self.env._(
                "The payment method Xero Sync is needed for the payments that come from Xero; it "
                "goes when the Xero module is uninstalled."))


class AccountPaymentMethodLine(models.Model):
    _inherit = 'account.payment.method.line'

    @api.model
    @api.readonly
    def name_search(self, name='', domain=None, operator='ilike', limit=100):
        # EXTENDS 'base': nobody chooses what only payments from Xero have
        return super().name_search(
            name, Domain(domain or []) & Domain('payment_method_id.code', '!=', XERO_SYNC),
            operator, limit)

    def write(self, vals):
        # EXTENDS 'account', which takes a used line off its journal instead of deleting it
        context = self.env.context
        if 'journal_id' in vals and not context.get(MODULE_UNINSTALL_FLAG) \
                and not context.get('xero_journal_changes'):
            self._xero_check_unused()
        return super().write(vals)

    def _xero_check_unused(self):
        """:raise UserError: payments that came from Xero use one of these lines"""
        used = self.env['account.payment'].sudo().search([
            ('payment_method_line_id', 'in', self.filtered(lambda x: x.code == XERO_SYNC).ids),
        ], limit=1).payment_method_line_id
        if used:
            raise UserError(self.env._(
                "The payment method %(method)s of the journal %(journal)s cannot be removed: "
                "payments that came from Xero use it.",
                method=used.name, journal=used.journal_id.display_name))
