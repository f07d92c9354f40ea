"""Who registers a payment that Xero will not know is told so, and may have it sent."""
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common_payment import XeroPaymentCommon
from .common_tour import XeroTourCommon


@tagged('post_install', '-at_install')
class TestPaymentDialog(XeroPaymentCommon):

    def setUp(self):
        super().setUp()
        self.connection.push_payments = False

    def _dialog(self, moves, user=None):
        env = self.env(user=user) if user else self.env
        return env['account.payment.register'].with_context(
            active_model='account.move', active_ids=moves.ids).create({
                'payment_date': '2026-03-10', 'journal_id': self.journal.id, 'amount': 50})

    def _user(self, login, groups):
        return new_test_user(self.env, login, groups=groups, company_id=self.env.company.id)

    def test_what_is_registered_while_it_is_off_is_told(self):
        dialog = self._dialog(self._pushed())
        self.assertIn("Xero will not know this payment", dialog.xero_unsent_text)
        self.assertIn("“Send payments” is switched off", dialog.xero_unsent_text)
        payment = dialog._create_payments()
        self._push()
        self.assertFalse(payment.xero_state)
        self.assertFalse(self._live(), "and so it is")

    def test_nothing_is_told_of_what_xero_gets_or_does_not_ask_for(self):
        move = self._pushed()
        self.connection.push_payments = True
        self.assertFalse(self._dialog(move).xero_unsent_text)
        self.connection.write({'push_payments': False, 'auto_sync': False})
        absent = self._invoice()
        self.assertFalse(self._dialog(absent).xero_unsent_text, "Xero does not have it at all")
        self.assertTrue(self._dialog(move | absent).xero_unsent_text)
        self.connection.action_disconnect()
        self.assertFalse(self._dialog(move).xero_unsent_text)

    def test_who_may_switches_it_on_and_the_payment_goes(self):
        move = self._pushed()
        manager = self._user('payer', 'account_xero.group_xero_manager,'
                                      'account.group_account_invoice')
        dialog = self._dialog(move, manager)
        self.assertTrue(dialog.xero_can_send)
        action = dialog.action_xero_send_payments()
        self.assertEqual((action['res_id'], action['target']), (dialog.id, 'new'))
        self.env.invalidate_all()
        self.assertFalse(dialog.xero_unsent_text)
        self.assertEqual(dialog.amount, 50, "what was typed is still there")
        payment = dialog._create_payments()
        self._push()
        self.assertEqual(payment.sudo().xero_state, 'synced')
        self._nothing_doubled(move, [50])

    def test_who_may_not_is_told_who_can(self):
        self._user('Mary', 'account_xero.group_xero_manager').name = "Mary Manager"
        self.connection.sudo().create_uid = self.env['res.users'].search([('login', '=', 'Mary')])
        biller = self._user('biller', 'account.group_account_invoice')
        dialog = self._dialog(self._pushed(), biller)
        self.assertFalse(dialog.xero_can_send)
        self.assertIn("can put it right: Switch “Send payments” on.", dialog.xero_unsent_text)
        with self.assertRaises(AccessError):
            dialog.action_xero_send_payments()
        self.assertFalse(self.connection.push_payments)

    def test_several_documents_cost_what_one_costs(self):
        one, many = self._pushed(), self._pushed() | self._pushed() | self._pushed()

        def queries(moves):
            dialog = self._dialog(moves)
            self.env.flush_all()
            self.env.invalidate_all()
            dialog.line_ids.move_id.mapped('xero_badge')
            before = self.cr.sql_log_count
            dialog.mapped('xero_unsent_text')
            return self.cr.sql_log_count - before
        queries(one)
        self.assertLessEqual(queries(many), queries(one))


@tagged('post_install', '-at_install')
class TestPaymentDialogTour(XeroTourCommon):

    def test_the_switch_is_on_the_dialog(self):
        partner = self.env['res.partner'].create({'name': "Paying Ltd", 'customer_rank': 1})
        self._invoice(partner_id=partner.id)
        self._push()
        user = new_test_user(
            self.env, 'tour-payer', company_id=self.env.company.id,
            groups='account_xero.group_xero_manager,account.group_account_manager')
        self.start_tour('/odoo/customer-invoices', 'account_xero_payment', login=user.login,
                        timeout=120)
        self.env.invalidate_all()
        self.assertTrue(self.connection.push_payments)
        payment = self.env['account.payment'].search([('partner_id', '=', partner.id)])
        self.assertEqual((payment.amount, payment.xero_state), (40, 'pending'))
