"""PDFs for the documents that are in Xero already; none of them can make a document fail."""
import logging
from base64 import b64encode

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ....xero import payload
from ....xero.client import Answer
from ....xero.errors import XeroOutcomeUnknown, XeroRejected, XeroScopeMissing
from ...connection.xero_scope import ATTACHMENTS
from ...core.kinds import RETRY_DELAYS, XERO_KINDS
from ...core.problem import call_words
from ...core.words import joined

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)


class XeroPushAttachment(models.AbstractModel):
    """PDFs of documents. Sending one twice does no harm: the same name overwrites."""

    _name = 'xero.push.attachment'
    _inherit = 'xero.push.kind'
    _description = "Attachments Sent to Xero"

    _model = 'account.move'
    _operations = {'attach': "Attach a PDF"}
    # Each takes seconds to make, and all are kept until they are sent.
    _chunk = 5
    _in_flight = 0

    # === WHAT WAITS === #

    def _domain(self, connections):
        # OVERRIDES 'account_xero': they go by themselves once the sign-in covers them
        scopes = self.env['xero.scope']
        allowed = connections.filtered(
            lambda c: c.attach_pdf and scopes._is_allowed(c, ATTACHMENTS))
        return fields.Domain([
            ('company_id', 'in', allowed.company_id._xero_together().ids),
            ('xero_pdf_state', '=', 'pending'), ('xero_state', '=', 'synced'),
            ('state', '=', 'posted')])

    def _refusal(self):
        """:return: what is wrong when the sign-in does not cover attachments, a lazy text"""
        return _lt(
            "Xero did not allow this sign-in to attach files: the permission "
            "accounting.attachments is missing. Open the Xero connection and press Sign in again.")

    # === WHAT IS SENT === #

    def _prepare_apart(self, connection, records):
        # EXTENDS 'account_xero': one by one, because a PDF takes longer to make than anything that
        # is saved when they are prepared together
        prepare = super()._prepare_apart
        return [values for move in records for values in prepare(connection, move)]

    def _prepare(self, connection, records):
        # OVERRIDES 'account_xero'
        return [self._prepare_values(connection, move, *move._xero_pdf()) for move in records]

    def _prepare_values(self, connection, move, name, content):
        """Return the values of the request that attaches a PDF to a document.

        Xero: PUT makes the attachment, or replaces the one of this name.

        :rtype: dict
        """
        endpoint = payload.endpoint_of(XERO_KINDS[move.move_type])
        return {
            **self.env['xero.request']._values(
                connection, 'attach', 'PUT',
                f'{endpoint}/{move.xero_document_id}/Attachments/{name}', [{}],
                [{'id': move.id, 'revision': move.xero_revision}]),
            'params': {'IncludeOnline': 'true'},
            'content': b64encode(content),
        }

    def _fail_faulty(self, connection, faults):
        # OVERRIDES 'account_xero'
        for move, error in faults:
            if isinstance(error, UserError):
                self._save(move, str(error))
                continue
            # A report can be anybody's template, so it can fail in any way.
            _logger.error("No PDF of %s for Xero", move.name, exc_info=error)
            self._save(move, self.env._("Odoo could not make the PDF."))

    # === WHILE THERE IS NO ANSWER === #

    def _get_waiting(self, request):
        # OVERRIDES 'account_xero'
        return [self.env['account.move'].search([
            ('id', 'in', list(request._record_ids())), ('xero_pdf_state', '=', 'pending')])]

    def _is_settled(self, request):
        # OVERRIDES 'account_xero'
        return not any(self._get_waiting(request))

    def _is_repeatable(self, request):
        # OVERRIDES 'account_xero'
        return True

    def _count_attempt(self, request, error):
        # OVERRIDES 'account_xero': it is none of the document's own
        if request.attempts > len(RETRY_DELAYS):
            [move] = self._get_waiting(request)
            self._save(move, error.message, error.code, error)
        return request.attempts

    # === WHAT BECOMES OF AN ANSWER === #

    def _is_its_own_trouble(self, error):
        # OVERRIDES 'account_xero'
        return isinstance(error, XeroScopeMissing)

    def _apply_response(self, request, response):
        # EXTENDS 'account_xero'
        nothing, [move] = request.browse(), self._get_waiting(request)
        if response is None and not move:
            # What kept it from leaving was the refusal of another one, which was for all.
            request.unlink()
            return nothing, []
        if not isinstance(response, Answer | XeroScopeMissing | XeroRejected | XeroOutcomeUnknown):
            return super()._apply_response(request, response)
        connection = request.connection_id
        self.env['xero.budget']._save(connection, response.budget, 'push')
        if isinstance(response, Answer):
            # What was changed meanwhile gets another PDF.
            if move.xero_revision == request.items[0]['revision']:
                self._save(move, answer=response)
        elif isinstance(response, XeroScopeMissing):
            self.env['xero.scope']._forget(connection, ATTACHMENTS)
            self._log(move, self._refusal(), response.code, response)
        elif isinstance(response, XeroRejected) or request.attempts > len(RETRY_DELAYS):
            self._save(move, joined(' ', (call_words(response), response.message)),
                       response.code, response)
        else:
            request._retry_after(RETRY_DELAYS[request.attempts - 1])
            return nothing, []
        request.unlink()
        return nothing, []

    def _save(self, moves, message=None, code=None, answer=None):
        """Keep and log what became of the PDFs of some documents.

        :param recordset moves: `account.move`
        :param str message: why they are not in Xero; None when they are
        :param str code: of the error catalogue, if Xero had something to say
        :param answer: Xero's Answer or XeroError, for its correlation id
        """
        moves._xero_store([(move, {
            'xero_pdf_state': 'failed' if message else 'attached', 'xero_pdf_message': message,
        }) for move in moves])
        self._log(moves, message, code, answer)

    def _log(self, moves, message=None, code=None, answer=None):
        """Log what became of the PDFs of some documents; parameters as of :meth:`_save`."""
        text = _lt("The PDF was not attached: %s", message) if message \
            else _lt("The PDF is attached.")
        outcome = 'failure' if message else 'success'
        self.env['xero.log'].sudo()._add_records(
            'push', [(move, outcome, code, text) for move in moves], answer)
