from werkzeug.exceptions import RequestEntityTooLarge, abort

from odoo import SUPERUSER_ID, http
from odoo.http import Response, request

from ..xero.webhook import MAX_BODY, SIGNATURE_HEADER, well_formed

FORMS = ('application/x-www-form-urlencoded', 'multipart/form-data')


def _content_limit(_controller):
    """Refuse what cannot be Xero's before anything of it is read: Odoo asks for a route's limit
    just before it would parse a form, and keep its files.

    :return: int, bytes that may be read
    """
    received = request.httprequest
    if (received.mimetype in FORMS or (received.content_length or 0) > MAX_BODY
            or not well_formed(received.headers.get(SIGNATURE_HEADER))):
        abort(Response(status=401))
    return MAX_BODY


class XeroWebhookController(http.Controller):

    @http.route('/xero/webhook', type='http', auth='none', methods=['POST'], csrf=False,
                save_session=False, readonly=False, sitemap=False,
                max_content_length=_content_limit)
    def xero_webhook(self, **_params):
        """Take a delivery of events from Xero.

        Xero (webhooks, configuring your server) wants 200 for what is signed with the app's key
        and 401 for anything else, within 5 seconds, with no body and no cookie; it tries both
        before it turns a webhook on (*intent to receive*).

        :return: an empty answer
        """
        if not request.db:      # the module is loaded server-wide, and no database is chosen
            return Response(status=404)
        try:
            # Kept by the request, because Odoo calls again after a serialisation failure.
            body = request.httprequest.get_data()
        except RequestEntityTooLarge:       # sent in chunks: no length was announced
            return Response(status=401)
        accepted = request.env['xero.delivery'].with_user(SUPERUSER_ID)._receive(
            body, request.httprequest.headers[SIGNATURE_HEADER])
        return Response(status=200 if accepted else 401)
