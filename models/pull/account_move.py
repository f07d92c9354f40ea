"""What a document keeps of its state in Xero, and how it comes to it."""
from odoo import api, fields, models


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
