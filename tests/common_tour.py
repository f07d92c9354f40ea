"""What the browser tests share: a browser in which somebody sits before Xero's consent page."""
import json
from unittest.mock import patch

from odoo.tests import HttpCase, common

from .common import CLIENT_ID, CLIENT_SECRET, XeroCommon

#: Run in every page: on Xero's consent page it ticks the organisation and presses Allow access.
CONSENT = """
    if (location.pathname === '/identity/connect/authorize') {
        addEventListener('DOMContentLoaded', () => {
            for (const box of document.querySelectorAll('input[name=tenant]')) {
                box.checked = box.parentElement.textContent.trim() === %s;
            }
            document.querySelector('button[value=allow]').click();
        });
    }
"""


class ConsentingBrowser(common.ChromeBrowser):
    """A tour lives in Odoo's pages; this one also acts on the page of Xero in between."""

    def __init__(self, test_case, **options):
        super().__init__(test_case, **options)
        self._websocket_request('Page.addScriptToEvaluateOnNewDocument', params={
            'source': CONSENT % json.dumps(test_case.org.name)})


class XeroTourCommon(XeroCommon, HttpCase):
    """Tours over HTTP, from Odoo to the sandbox's consent page and back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Xero takes the user back to localhost, but not to 127.0.0.1, where a browser would have
        # another session.
        cls.startClassPatcher(patch.object(common, 'HOST', 'localhost'))
        cls.startClassPatcher(patch.object(common, 'ChromeBrowser', ConsentingBrowser))
        cls.app = cls.sandbox.add_app(
            CLIENT_ID, CLIENT_SECRET, [f'{cls.base_url()}/xero/oauth/callback'])
        parameters = cls.env['ir.config_parameter'].sudo()
        parameters.set_param('web.base.url', cls.base_url())
        for name in ('api_url', 'identity_url', 'login_url'):
            parameters.set_param(
                f'account_xero.{name}', cls.sandbox.url.replace('127.0.0.1', 'localhost'))
