"""The screens as people meet them, in a real browser."""
from odoo.tests import HttpCase, tagged


@tagged('post_install', '-at_install')
class TestUnits(HttpCase):

    def test_status_badge(self):
        self.browser_js(
            '/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&filter=xero_status',
            "", "", login='admin', timeout=120, success_signal="[HOOT] Test suite succeeded")
