import logging

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..xero.errors import XeroError

_logger = logging.getLogger(__name__)


class XeroOAuthController(http.Controller):
    _callback_url = '/xero/oauth/callback'

    @http.route(_callback_url, type='http', auth='user', methods=['GET'], sitemap=False)
    def xero_oauth_callback(self, state='', code='', error='', **_kwargs):
        """Take the user back from Xero's consent page.

        Nothing that is received here is shown or logged; the ``state`` comes first.

        :param str state: as it was handed to Xero
        :param str code: authorisation code, when the user allowed access
        :param str error: `access_denied` or another OAuth error, when not
        :return: a redirect to the connection, or a page that says what went wrong
        """
        SignIn = request.env['xero.sign.in']
        try:
            connection, verifier = SignIn._take_state(state)
        except UserError as refusal:
            return self._page(None, str(refusal), status=400)
        if error or not code:
            return self._page(connection, request.env._(
                "Access was not granted on Xero's page, so nothing was connected."))
        try:
            action = SignIn._finish(connection, code, verifier)
        except XeroError as problem:
            _logger.info("Connecting to Xero failed: %s", problem.code)
            request.env['xero.log'].sudo()._add_connection(connection, problem)
            words = request.env['xero.health']._in_words(problem, connection)
            return self._page(connection, words, status=502)
        except UserError as refusal:
            return self._page(connection, str(refusal), status=409)
        # The path of a client action with a record, as the web client itself writes it.
        return request.redirect(f"/odoo/action-{action['id']}/{action['res_id']}")

    def _page(self, connection, message, status=200):
        return request.render('account_xero.oauth_problem', {
            'message': message,
            'url': f"/odoo/action-account_xero.action_xero_connection/{connection.id}"
            if connection else "/odoo/action-account_xero.action_xero_connection",
        }, status=status)
