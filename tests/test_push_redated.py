"""Documents that are booked in another month than that of their date: which date Xero gets."""
from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common_pull import XeroPullCommon

OWN = date(2026, 3, 2)


@tagged('post_install', '-at_install')
class TestPushRedated(XeroPullCommon):

    def _lock(self):
        self.env.company.sudo().write({
            'tax_lock_date': '2026-03-31', 'sale_lock_date': '2026-03-31',
            'purchase_lock_date': '2026-03-31'})

    def _redated(self, move_type='out_invoice', **values):
        """:return: a document of March, of which the lock date makes a later month"""
        self._lock()
        move = self._invoice(move_type, **values)
        if values.get('post', True):
            self.assertGreater(move.date, date(2026, 3, 31))
        return move

    def _alert(self, move):
        move.invalidate_recordset(['alerts'])
        return (move.alerts or {}).get('xero_redated')

    def _press(self, move):
        alert = self._alert(move)
        model, method, ids = alert['action_call']
        getattr(self.env[model].browse(ids), method)()
        return alert['action_text']

    def _date_in_xero(self, move):
        self._push()
        return str(self._synced(move)['Date'])

    def test_a_draft_says_which_date_xero_will_get(self):
        move = self._redated(post=False)
        self.assertIn('03/02/2026', self._alert(move)['message'])
        self.assertEqual(self._press(move), "Send the accounting date")
        self.assertEqual(self._press(move), "Send the invoice date")
        self.assertEqual(self._press(move), "Send the accounting date")
        self.assertIn("same tax period", self._alert(move)['message'])
        move.action_post()
        self.assertGreater(move.date, date(2026, 3, 31))
        self.assertEqual(self._date_in_xero(move), str(move.date))

    def test_nothing_is_said_within_one_month(self):
        bill = self._invoice('in_invoice', post=False, ref='B1')
        bill.date = '2026-03-31'
        bill.action_post()
        self.assertEqual((bill.invoice_date, bill.date), (OWN, date(2026, 3, 31)))
        self.assertFalse(self._alert(bill))
        self.assertEqual(self._date_in_xero(bill), str(OWN))

    def test_the_invoice_date_goes_unless_the_connection_says_otherwise(self):
        for move_type in ('out_invoice', 'in_invoice', 'out_refund', 'in_refund'):
            for choice in ('invoice', 'accounting'):
                with self.subTest(move_type=move_type, choice=choice):
                    self.connection.redated_date = choice
                    move = self._redated(move_type, ref=f'{move_type} {choice}')
                    self.assertEqual(move.xero_date, choice)
                    self.assertTrue(self._alert(move))
                    self.assertEqual(
                        self._date_in_xero(move), str(OWN if choice == 'invoice' else move.date))

    def test_what_is_in_xero_keeps_its_date(self):
        move = self._redated()
        self._push()
        self.connection.redated_date = 'accounting'
        move.ref = "Another reference"
        self.assertEqual(self._date_in_xero(move), str(OWN))
        self._press(move)
        self.assertEqual(move.xero_state, 'pending')
        self.assertEqual(self._date_in_xero(move), str(move.date))
        self._pull()
        self.assertFalse(move.xero_differs, "both books agree")
        move.button_draft()
        move.action_post()
        self.assertEqual(self._date_in_xero(move), str(move.date))

    def test_a_paid_document_has_its_date_for_good(self):
        move = self._redated()
        self._push()
        self.org.as_person.pay(move.xero_document_id, 120)
        self._pull()
        alert = self._alert(move)
        self.assertTrue(alert)
        self.assertNotIn('action_call', alert)

    def test_who_may_not_send_is_told_only(self):
        move = self._redated()
        user = new_test_user(self.env, 'biller', groups='account.group_account_invoice',
                             company_id=self.env.company.id)
        alert = self._alert(move.with_user(user))
        self.assertTrue(alert)
        self.assertNotIn('action_call', alert)
        with self.assertRaises(AccessError):
            move.with_user(user).action_xero_send_accounting_date()

    def test_the_dialog_says_it_and_asks(self):
        self.connection.auto_sync = False
        moves = self._redated() | self._redated()
        other = self._invoice(invoice_date='2026-05-04')
        wizard = self.env['xero.push.wizard'].browse(
            (moves | other).action_xero_push_wizard()['res_id'])
        self.assertEqual((wizard.redated_ids, wizard.redated_date), (moves, 'invoice'))
        wizard.preview_id = moves[0]
        self.assertEqual(wizard.preview_date, OWN)
        wizard.redated_date = 'accounting'
        self.assertEqual(wizard.preview_date, moves[0].date)
        wizard.preview_id = other
        self.assertEqual(wizard.preview_date, other.invoice_date)
        wizard.action_queue()
        self._push()
        self.assertEqual([str(self._synced(move)['Date']) for move in moves | other],
                         [*(str(move.date) for move in moves), '2026-05-04'])

    def test_the_accounting_date_is_past_the_lock_of_xero(self):
        self.connection.period_lock_date = '2026-03-31'
        self.org.period_lock_date = date(2026, 3, 31)
        move = self._redated()
        self._push()
        self.assertEqual(move.xero_error_code, 'period_locked')
        self.assertIn("Send the accounting date", move.xero_error_message)
        self._press(move)
        self.assertEqual(self._date_in_xero(move), str(move.date))

    def test_matched_in_xero_on_the_later_of_the_dates_there(self):
        self.connection.redated_date = 'accounting'
        invoice, refund = self._redated(), self._redated('out_refund')
        (invoice | refund).line_ids.filtered(
            lambda line: line.display_type == 'payment_term').reconcile()
        self._push()
        self._push()
        [call] = self.sandbox.calls_to(
            'PUT', f'/CreditNotes/{refund.xero_document_id}/Allocations')
        self.assertEqual(call.status, 200)
