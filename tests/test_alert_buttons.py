"""Every banner's button, pressed as the web client does it, by each kind of user."""
from itertools import product

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..xero.catalogue import CATALOGUE
from .common_records import EVERYBODY, GONE, REFUSAL_LOGGERS, XeroRecordsCommon
from .common_web_client import Refused


@tagged('post_install', '-at_install')
class TestAlertButtons(XeroRecordsCommon):

    def test_every_button_of_every_banner(self):
        bill = self._invoice('in_invoice', ref='B7')
        line = bill.invoice_line_ids
        targets = [bill, bill.partner_id, line.account_id, line.tax_ids, self.product_a,
                   self.connection, bill.journal_id]
        for kind in EVERYBODY.keys() - {'administrator'}:   # who may read no document
            client, _user = self._log_in(kind)
            faults = []
            for code, xero_id, target in (
                    *product(CATALOGUE, (False, f'{GONE[:-1]}5'), (None,)),
                    *product(('validation_error', 'contact_missing'), (False,), targets)):
                with self._undone(), mute_logger(*REFUSAL_LOGGERS):
                    bill.with_env(self.all_rights).write({
                        'xero_state': 'failed', 'xero_error_code': code,
                        'xero_error_message': "What Xero said", 'xero_document_id': xero_id,
                        'xero_error_target': target and f'{target._name},{target.id}'})
                    self.env.flush_all()
                    try:
                        self._press_all(client, bill)
                    except (Refused, AssertionError) as error:
                        faults.append(f"{code}, linked {bool(xero_id)}, at {target}: {error}")
            self.assertFalse(faults, f"{kind}:\n" + '\n'.join(faults))

    def _press_all(self, client, move):
        [values] = client.call('account.move', 'web_read', move.ids, specification={'alerts': {}})
        for name, alert in values['alerts'].items():
            if not name.startswith('xero'):
                continue
            if action := alert.get('action'):
                if modes := action.get('view_mode'):    # Odoo's widget takes no other views then
                    self.assertEqual(
                        action['views'], [[False, mode] for mode in modes.split(',')], name)
                client.follow(action)
            elif call := alert.get('action_call'):
                with self._undone():
                    answer = client.call(*call)
                    if answer:
                        client.follow(answer)
