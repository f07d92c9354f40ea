"""What a document keeps of its state in Xero, and how it comes to it."""
from odoo import api, fields, models

from ..core.kinds import GONE


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_due_date = fields.Date("Due Date in Xero", copy=False, prefetch='xero', readonly=True)
    xero_void_applied = fields.Boolean(
        copy=False, prefetch='xero', readonly=True,
        help="The void in Xero was followed here. Whoever posts the document again means it.")

    @api.model
    def _xero_apply(self, connection, documents, payments):
        """Bring documents to the state that Xero has; to apply it again changes nothing.

        :param recordset connection: `xero.connection`
        :param dict documents: {`account.move`: documents.Document}
        :param dict payments: {identifier: documents.Payment} with the bank account, of those
            payments that are new here
        """
        self.env['xero.apply']._apply(connection, documents, payments)

    def _xero_differences(self, document):
        """Yield in what this document and Xero's differ, as far as that is not about to change.

        :param documents.Document document: as Xero has it
        :return: iterator of (field of `xero.difference`, here, there, explanation)
        """
        self.ensure_one()
        yield from self.env['xero.compare']._differences(self, document)

    def _xero_is_news(self, document):
        """
        :param documents.Document document: as Xero has it
        :return: whether something is to be done about it
        """
        return self.xero_pull_hash != document.fingerprint or self._xero_can_retry_change(document)

    def _xero_can_retry_change(self, document):
        """
        :param documents.Document document: as Xero has it
        :return: whether a change or void that Xero refused for payments or credits may pass, as
            Xero has them no more
        """
        return bool(
            self.xero_state == 'failed' and self.xero_refused_hash
            and self.xero_refused_hash != document.fingerprint and document.is_whole
            and not document.payments and not document.credits and document.status not in GONE)

    def _xero_credit_payments(self):
        """:return: payments of this document that stand for credits that only Xero has"""
        return self.matched_payment_ids.filtered(
            lambda payment: '/' in (payment.xero_payment_id or '') and not payment.xero_deleted)
