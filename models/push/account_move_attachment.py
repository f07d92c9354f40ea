"""The document's PDF, attached to it in Xero."""
import re

from odoo import fields, models
from odoo.exceptions import UserError

from ..core.kinds import XERO_KINDS

#: Xero: a file name must not contain these (Attachments).
FORBIDDEN = re.compile(r'[<>:"/\\|?*+\x00-\x1f]')
#: Bytes; Xero: the smaller of the two limits that its pages name.
MAX_SIZE = 10 * 1024 * 1024


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_pdf_state = fields.Selection(
        [('pending', "Waiting"), ('attached', "Attached"), ('failed', "Not attached")],
        string="PDF in Xero", copy=False, prefetch='xero', readonly=True, index='btree_not_null')
    xero_pdf_message = fields.Text(
        "Why the PDF Is Not in Xero", copy=False, prefetch='xero', readonly=True, translate=True)

    def _xero_wants_pdf(self, connection):
        """Whether Xero gets the PDF of this document. Only customers' documents are printed here.

        :param recordset connection: the company's `xero.connection`
        :rtype: bool
        """
        return connection.attach_pdf and XERO_KINDS[self.move_type] in ('ACCREC', 'ACCRECCREDIT')

    def _xero_pdf(self):
        """Return the PDF as the customer gets it: the one that was sent, or else a new one, which
        is not kept: Odoo makes the legal one, with the data of electronic invoices in it, when the
        document is sent.

        :return: name and content
        :rtype: tuple(str, bytes)
        :raise UserError: it cannot be made, or Xero cannot take it
        """
        self.ensure_one()
        legal = self._get_invoice_legal_documents('pdf')
        if legal:
            name, content = legal['filename'], legal['content']
        else:
            send = self.env['account.move.send']
            data = {self: {'pdf_report': send._get_default_pdf_report_id(self)}}
            send._prepare_invoice_pdf_report(data)
            values = data[self]['pdf_attachment_values']
            name, content = values['name'], values['raw']
        if not content.startswith(b'%PDF'):
            raise UserError(self.env._("Odoo made no PDF of this document."))
        if len(content) > MAX_SIZE:
            raise UserError(self.env._("The PDF is larger than the 10 MB that Xero takes."))
        return FORBIDDEN.sub('_', name), content
