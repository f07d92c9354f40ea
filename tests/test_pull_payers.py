"""Money that Xero does not have any more, or never had, and where a person takes it back here."""
from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common_payment import XeroPaymentCommon
from .common_web_client import WebClient


@tagged('post_install', '-at_install')
class TestPullPayers(XeroPaymentCommon, HttpCase):

    def setUp(self):
        super().setUp()
        self.user = new_test_user(
            self.env, 'payers-user', company_id=self.env.company.id,
            groups='account_xero.group_xero_user,account.group_account_invoice')
        self.client = WebClient(self, self.user)

    def _difference(self, move, field):
        return self.env['xero.difference'].search([
            ('res_id', '=', move.id), ('field', '=', field), ('state', '=', 'open')])

    def _open(self, row):
        """Press the button as the web client does, on the page of a difference that shows it.

        :return: the records that it opens
        """
        self.env.flush_all()
        view = self.env.ref('account_xero.xero_difference_view_form')
        screen = self.client.views(row._name, [[view.id, 'form']])['form']
        [values] = self.client.values_of(screen, row.ids)
        [button] = [one for one in screen.buttons() if one.key[1] == 'action_open_payers']
        self.assertTrue(screen.shown(button, values), "people see it")
        self.client.press(button, row.ids, values)
        action = row.with_user(self.user).action_open_payers()
        model = self.env[action['res_model']]
        return model.browse(action['res_id']) if 'res_id' in action \
            else model.search(action['domain'])

    def _entry(self, move, amount, name="POS closing"):
        """:return: an entry that pays a document, as the session of a point of sale makes it"""
        account = move._xero_payment_terms().account_id
        entry = self.env['account.move'].create({
            'journal_id': self.company_data['default_journal_misc'].id, 'date': '2026-03-10',
            'ref': name, 'line_ids': [
                Command.create({'account_id': account.id, 'credit': amount,
                                'partner_id': self.partner_a.id}),
                Command.create({'account_id': self.company_data['default_account_assets'].id,
                                'debit': amount})]})
        entry.action_post()
        (move._xero_payment_terms() + entry.line_ids).filtered(
            lambda line: line.account_id == account).reconcile()
        self.env.flush_all()
        return entry

    def test_entry_of_a_point_of_sale(self):
        move = self._pushed()
        entry = self._entry(move, 120)
        xero_id = self.org.as_person.pay(
            move.xero_document_id, 120, date='2026-03-10')['PaymentID']
        self._pull()
        self.assertFalse(self._differences(), "recognised")
        self.org.as_person.delete_payment(xero_id)
        self._pull()
        row = self._difference(move, 'amount_due')
        self.assertIn(entry.name, row.message)
        self.assertEqual(self._open(row), entry)
        # What the explanation says, as the button in the document's payments does it.
        [partial] = move._xero_payment_terms().matched_credit_ids
        move.js_remove_outstanding_partial(partial.id)
        self.env.flush_all()
        self._pull()
        self._reconcile()
        self.assertEqual(move.amount_residual, 120)
        self.assertFalse(self._differences())

    def test_part_of_a_group(self):
        first, second, third = self._pushed(), self._pushed(), self._pushed()
        payment = self._pay(first + second, group_payment=True)
        self._push()
        parts = {link.move_id: link.xero_payment_id for link in payment.xero_link_ids}
        self.org.as_person.delete_payment(parts[second])
        self._pull()
        self._residuals_agree(first, second)
        row = self._difference(second, 'payment')
        self.assertIn(payment.name, row.message)
        self.assertEqual(self._open(row), payment)
        self._assert_settled()
        # It belonged to another one.
        (third._xero_payment_terms() + payment.move_id.line_ids).filtered(
            lambda line: line.account_id == payment.destination_account_id
            and not line.reconciled).reconcile()
        self.env.flush_all()
        self._push()
        self._pull()
        self._reconcile()
        self.assertFalse(self._differences())
        self._residuals_agree(first, second, third)

    def test_registered_here_only(self):
        self.connection.push_payments = False
        move = self._pushed()
        payment = self._pay(move, amount=50)
        self.env.flush_all()
        self.org.as_person.edit(move.xero_document_id, Reference="seen")
        self._pull()
        row = self._difference(move, 'amount_due')
        self.assertEqual(self._open(row), payment)
        payment.action_cancel()
        self.env.flush_all()
        self._reconcile()
        self.assertFalse(self._differences())

    def test_hidden_where_there_is_nothing_to_open(self):
        self.connection.push_payments = False
        move = self._pushed()
        self.org.as_person.deduct_cis(move.xero_document_id, 20)
        self._pull()
        self.assertFalse(self._difference(move, 'amount_due').can_open_payers)
        self._pay(move, amount=50)
        row = self._difference(move, 'amount_due')
        row.invalidate_recordset(['can_open_payers'])
        self.assertTrue(row.can_open_payers)
