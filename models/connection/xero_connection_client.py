"""Calling Xero: where, and with a token that is valid."""
from odoo import models

from ...xero.client import XeroClient
from ...xero.errors import XeroGrantInvalid, XeroTokenExpired
from .xero_connection import ACTIVE_STATES

#: Where Xero is called: system parameter, and Xero's own address when that is not set.
API_URL = ('account_xero.api_url', 'https://api.xero.com')
IDENTITY_URL = ('account_xero.identity_url', 'https://identity.xero.com')
LOGIN_URL = ('account_xero.login_url', 'https://login.xero.com')


def address(env, which):
    """
    :param Environment env: of anybody
    :param tuple which: one of the above
    :return: the address to call
    :rtype: str
    """
    parameter, default = which
    return env['ir.config_parameter'].sudo().get_param(parameter) or default


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    def _get_client(self, rejected=None):
        """Return an API client with a valid access token.

        :param str rejected: an access token that Xero has just refused as expired
        :rtype: XeroClient
        :raise XeroError: when there is no valid token and none can be had; the state of the
            connection has then been set and committed where it changes what the user must do
        """
        self.ensure_one()
        if self.state not in ACTIVE_STATES or not self.token_id:
            raise XeroGrantInvalid(self.env._("There is no valid sign-in to Xero."))
        token = self.token_id._get_access_token(rejected=rejected, connection=self)
        return XeroClient(
            address(self.env, API_URL), token,
            tenant_id=None if self.app_type == 'custom' else self.tenant_id,
        )

    def _ask_xero(self, work):
        """Read something; again with a renewed token when Xero takes the stored one no more.

        :param work: callable that gets an XeroClient and only reads
        :return: what ``work`` returned
        :raise XeroError: as :meth:`_get_client`, or as the calls of ``work``
        """
        with self._get_client() as client:
            try:
                return work(client)
            except XeroTokenExpired:
                rejected = client.access_token
        with self._get_client(rejected=rejected) as client:
            return work(client)
