"""What people read is never a library's text nor the number of an HTTP status."""
from dataclasses import replace

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import XeroTimeCommon

FAULTS = 'odoo.addons.account_xero.models.core.problem'


@tagged('post_install', '-at_install')
class TestPushWords(XeroTimeCommon):

    def test_what_a_library_refuses(self):
        """A module sends a detail that the types of Xero's library do not allow."""
        Partner, original = self.registry['res.partner'], \
            self.registry['res.partner']._xero_prepare_contact
        self.patch(Partner, '_xero_prepare_contact', lambda partner: replace(
            original(partner), first_name='x' * 300))
        bill = self._bill()
        with mute_logger(FAULTS):
            self._push()
        self.assertEqual(bill.xero_state, 'failed')
        self.assertIn("The server's log says more", bill.xero_error_message)
        for words in ('first_name', 'Invalid value', 'length'):
            self.assertNotIn(words, bill.xero_error_message)

    def test_answers_without_a_word(self):
        for kind, words in (('500', "Xero had a problem of its own"),
                            ('cut_after', "Xero's answer was lost: the connection broke")):
            with self.subTest(kind=kind):
                self._link(self.partner_a) if not self.partner_a.xero_contact_id else None
                bill = self._bill()
                self.sandbox.inject(kind, 'PUT', '/Invoices', **(
                    {'body': ''} if kind == '500' else {}))
                self._push()
                row = self.env['xero.log'].sudo().search(
                    [('res_model', '=', 'account.move'), ('res_id', '=', bill.id)], limit=1)
                self.assertEqual(row.message, words)
                self._push_on(bill)
                self._synced(bill)
