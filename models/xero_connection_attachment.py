"""PDFs for the documents that are in Xero already; none of them can make a document fail."""
import logging

from odoo import models
from odoo.exceptions import UserError

from .fault import apart
from .xero_connection_push import DAY_RESERVE

_logger = logging.getLogger(__name__)

#: PDFs made and sent in one go: each takes seconds to make, and they are kept until they are sent.
BATCH = 5


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    def _pending_pdfs(self, limit=None, but=()):
        """:return: the documents whose PDF may be sent now

        :param int limit: how many at most
        :param but: ids of documents to leave out
        """
        if not self.attach_pdf:
            return self.env['account.move']
        return self.env['account.move'].search([
            ('company_id', '=', self.company_id.id), ('xero_pdf_state', '=', 'pending'),
            ('xero_state', '=', 'synced'), ('state', '=', 'posted'), ('id', 'not in', list(but)),
        ], order='id', limit=limit)

    def _attach_refusal(self):
        """:return: what is wrong when the sign-in does not cover attachments"""
        return self.env._(
            "Xero did not allow this sign-in to attach files. Open the Xero connection and press "
            "Sign in again.")

    def _push_attachments(self):
        """Attach the PDFs of what has arrived in Xero.

        :raise XeroError: nothing more can be sent now
        """
        requests = self.env['xero.request'].search(
            [('connection_id', '=', self.id), ('operation', '=', 'attach')])
        obsolete = requests.filtered(lambda request: not request._waiting())
        self._transaction(obsolete.unlink)
        done = (requests - obsolete)._record_ids()
        while self._time_left() and self.state == 'connected':
            moves = self._pending_pdfs(limit=BATCH, but=done)
            if not moves:
                return
            done.update(moves.ids)
            self._push_requests(self._transaction(self._prepare_attachments, moves), DAY_RESERVE)

    def _prepare_attachments(self, moves):
        """Return the values of the requests that attach these documents' PDFs; say of the others
        why there is none.

        :rtype: list(dict)
        """
        if self.attach_refused:
            moves._xero_note_pdf(self._attach_refusal(), 'scope_missing')
            return []
        return [values for move in moves for values in apart(
            # One by one, because a PDF takes longer to make than anything that this saves.
            self.env, move, lambda one: self.env['xero.request']._attachment_values(
                self, one, *one._xero_pdf()), self._fail_faulty_pdfs)]

    def _fail_faulty_pdfs(self, faults):
        """Say why there are no PDFs. A report can be anybody's template, so it can fail in any way.

        :param list faults: (document, exception), as of `fault.apart`
        """
        for move, error in faults:
            text = str(error)
            if not isinstance(error, UserError):
                _logger.error("No PDF of %s for Xero", move.id, exc_info=error)
                text = self.env._("Odoo could not make the PDF.")
            move._xero_note_pdf(text)
