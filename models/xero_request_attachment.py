"""Files on their way to Xero. Sending one twice does no harm: the same name overwrites."""
from base64 import b64decode, b64encode
from datetime import timedelta

from odoo import api, fields, models

from ..xero import payload
from ..xero.client import Answer
from ..xero.errors import XeroOutcomeUnknown, XeroRejected, XeroScopeMissing
from .account_move import XERO_KINDS
from .xero_request import RETRY_DELAYS


class XeroRequest(models.Model):
    _inherit = 'xero.request'

    operation = fields.Selection(
        selection_add=[('attach', "Attach a PDF")], ondelete={'attach': 'cascade'})
    content = fields.Binary(attachment=False, help="Of a file, which is sent instead of a body.")

    @api.model
    def _operations(self):
        # EXTENDS 'account_xero'
        return (*super()._operations(), 'attach')

    @api.model
    def _attachment_values(self, connection, move, name, content):
        """Return the values of the request that attaches a PDF to a document.

        Xero: PUT makes the attachment, or replaces the one of this name.

        :rtype: dict
        """
        endpoint = payload.endpoint_of(XERO_KINDS[move.move_type])
        return {
            **self._values(
                connection, 'attach', 'PUT',
                f'{endpoint}/{move.xero_document_id}/Attachments/{name}', [{}],
                [{'id': move.id, 'ticket': move.xero_ticket}]),
            'params': {'IncludeOnline': 'true'},
            'content': b64encode(content),
        }

    def _call(self):
        # EXTENDS 'account_xero'
        call = super()._call()
        if self.operation == 'attach':
            call.update(body=b64decode(self.content), content_type='application/octet-stream')
        return call

    def _waiting(self):
        # EXTENDS 'account_xero'
        if self.operation != 'attach':
            return super()._waiting()
        return self.env['account.move'].search(
            [('id', 'in', list(self._record_ids())), ('xero_pdf_state', '=', 'pending')])

    def _is_remembered(self, now):
        # EXTENDS 'account_xero'
        # Nothing has to be asked first: a second time does what the first one did.
        return self.operation == 'attach' or super()._is_remembered(now)

    def _note_attempts(self, error):
        # EXTENDS 'account_xero': it is none of the document's own
        if self.operation != 'attach':
            return super()._note_attempts(error)
        if self.attempts > len(RETRY_DELAYS):
            self._waiting()._xero_note_pdf(error.message, error.code, error)
        return self.attempts

    def _settle(self, answer):
        # EXTENDS 'account_xero'
        if self.operation == 'attach' and answer is None and not self._waiting():
            # What kept it from leaving was the refusal of another one, which was for all.
            self.unlink()
            return self.browse(), []
        if self.operation != 'attach' or not isinstance(
                answer, Answer | XeroScopeMissing | XeroRejected | XeroOutcomeUnknown):
            return super()._settle(answer)
        move, connection = self._waiting(), self.connection_id
        connection._note_budget(answer.budget, 'push')
        if isinstance(answer, Answer):
            # What was changed meanwhile gets another PDF.
            if move.xero_ticket == self.items[0]['ticket']:
                move._xero_note_pdf(answer=answer)
        elif isinstance(answer, XeroScopeMissing):
            connection.attach_refused = True
            connection._pending_pdfs()._xero_note_pdf(connection._attach_refusal(), answer.code,
                                                      answer)
        elif isinstance(answer, XeroRejected) or self.attempts > len(RETRY_DELAYS):
            move._xero_note_pdf(answer.message, answer.code, answer)
        else:
            self.retry_at = fields.Datetime.now() + RETRY_DELAYS[self.attempts - 1]
            connection._trigger_push(self.retry_at + timedelta(seconds=1))
            return self.browse(), []
        self.unlink()
        return self.browse(), []
