"""Years of Xero, brought here once by real processes: all of it, once, whatever happens."""
import logging
import os
import time

from odoo.tests import tagged

from .common_history import XeroHistoryProcessCase

_logger = logging.getLogger(__name__)

#: Documents of the large history; there is a contact for each six. ACCOUNT_XERO_HISTORY=3000 has
#: 3,000 documents of 500 contacts.
SIZE = int(os.environ.get('ACCOUNT_XERO_HISTORY', 120))


@tagged('post_install', '-at_install')
class TestImportHistory(XeroHistoryProcessCase):

    def test_large_history(self):
        """The log says what it took."""
        self._write(SIZE, self._contacts(SIZE // 6))
        self.sandbox.ledger.reset()
        began = time.perf_counter()
        self._start()
        self._finish()
        seconds = time.perf_counter() - began
        calls = [call for call in self.sandbox.calls if call.tenant_id]
        _logger.info("%s documents in %.1f s, %s calls", SIZE, seconds, len(calls))
        self._assert_agreed()
        self.assertLess(len(calls), 20 + SIZE / 20)
        before = self._books()
        self._start()
        self._finish()
        self.assertEqual(self._books(), before, "a second run changes nothing")
