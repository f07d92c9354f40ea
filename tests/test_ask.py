"""Who may not put something right is told who can, and asks that person by a button."""
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import XeroCommon

USER = 'account_xero.group_xero_user'
MANAGER = 'account_xero.group_xero_manager'
BILLER = 'account.group_account_invoice'
ASK = 'account_xero.mail_activity_type_ask'


@tagged('post_install', '-at_install')
class TestAsk(XeroCommon):

    def setUp(self):
        super().setUp()
        self.env.ref('account_xero.group_xero_manager').user_ids = False
        self.mary = new_test_user(
            self.env, 'mary', name="Mary Manager", company_id=self.env.company.id,
            groups=f'{MANAGER},account.group_account_manager')
        self.user, self.biller = (
            new_test_user(self.env, name, groups=groups, company_id=self.env.company.id)
            for name, groups in (('user', USER), ('biller', BILLER)))
        self.unmapped = self.income.copy({'code': '499240', 'name': "Unmapped"})

    def _failed(self, **values):
        """:return: a document that failed, as values say, else for an account that is not mapped"""
        move = self._invoice(lines=[{'account_id': self.unmapped.id}])
        self._push()
        if values:
            move.sudo().write({'xero_state': 'failed', 'xero_error_target': False, **values})
        return move

    def _banner(self, move, user, name='xero_failed'):
        self.env.invalidate_all()
        return move.with_user(user).alerts[name]

    def _asked(self, record):
        self.env.invalidate_all()
        return record.activity_search([ASK]).user_id

    def test_a_mapping_is_for_who_manages(self):
        move = self._failed()
        for user in (self.user, self.biller):
            with self.subTest(user.login):
                banner = self._banner(move, user)
                self.assertEqual(banner['action_text'], "Ask Mary Manager")
                self.assertIn("Mary Manager can put it right: Choose an active Xero account",
                              banner['message'])
        banner = self._banner(move, self.mary)
        self.assertNotIn("Mary", banner['message'])
        self.assertEqual(banner['action_text'], "Choose the account in Xero")

    def test_the_button_asks_once(self):
        move = self._failed()
        model, method, ids = self._banner(move, self.biller)['action_call']
        for _time in range(2):
            getattr(self.env[model].browse(ids).with_user(self.biller), method)()
        self.assertEqual(self._asked(move), self.mary)
        [activity] = move.activity_search([ASK])
        self.assertIn("An account has no usable Xero account", activity.note)
        self.assertIn("Choose an active Xero account", activity.note)
        self.assertEqual(activity.create_uid, self.biller)
        banner = self._banner(move, self.biller)
        self.assertNotIn('action_text', banner)
        self.assertIn("Mary Manager was asked", banner['message'])

    def test_what_needs_the_right_to_synchronise(self):
        for code in ('contact_archived', 'validation_error', 'period_locked', 'number_taken'):
            with self.subTest(code):
                move = self._failed(xero_error_code=code, xero_error_message="Words")
                self.assertEqual(
                    self._banner(move, self.biller)['action_text'], "Reset to Draft"
                    if code == 'number_taken' else "Ask Mary Manager")
                self.assertNotEqual(
                    self._banner(move, self.user)['action_text'], "Ask Mary Manager")

    def test_which_one_in_xero_it_is_is_for_who_may_synchronise(self):
        move = self._failed(xero_error_code='maybe_in_xero', xero_error_message="Words")
        self.env['xero.twin'].sudo().create({
            'move_id': move.id, 'connection_id': self.connection.id, 'xero_id': 'a' * 36,
            'kind': 'ACCREC', 'number': 'X9', 'sendable': True})
        self.assertEqual(self._banner(move, self.user)['action_text'], "Decide")
        self.assertEqual(self._banner(move, self.biller)['action_text'], "Ask Mary Manager")

    def test_a_difference_is_for_who_may_synchronise(self):
        move = self._invoice()
        self._push()
        self.env['xero.difference']._note(self.connection, move, 'date', '1', '2')
        self.assertEqual(
            self._banner(move, self.user, 'xero_differs')['action_text'], "Decide")
        banner = self._banner(move, self.biller, 'xero_differs')
        self.assertEqual(banner['action_text'], "Ask Mary Manager")
        model, method, ids = banner['action_call']
        getattr(self.env[model].browse(ids).with_user(self.biller), method)()
        [activity] = move.activity_search([ASK])
        self.assertIn("Xero and Odoo do not agree", activity.note)

    def test_what_is_done_nowhere_is_asked_of_nobody(self):
        move = self._failed(xero_error_code='not_sent', xero_error_message="Words")
        self.assertNotIn('action_text', self._banner(move, self.biller))

    def test_nobody_is_there_to_be_asked(self):
        move = self._failed()
        self.mary.active = False
        banner = self._banner(move, self.user)
        self.assertNotIn('action_text', banner)
        self.assertIn("the right “Xero: Manage” can put it right: Choose", banner['message'])
        with self.assertRaises(UserError):
            move.with_user(self.user).action_xero_ask()

    def test_who_connected_is_asked_first_where_that_one_may(self):
        other = new_test_user(
            self.env, 'other', name="Other", groups=MANAGER, company_id=self.env.company.id)
        move = self._failed()
        refused = self._failed(xero_error_code='validation_error', xero_error_message="Words")
        self.env.cr.execute("UPDATE xero_connection SET create_uid = %s WHERE id = %s", [
            other.id, self.connection.id])
        self.assertEqual(self._banner(refused, self.biller)['action_text'], "Ask Other")
        for user in (self.user, other):
            self.assertEqual(
                self._banner(move, user)['action_text'], "Ask Mary Manager",
                "who manages the connection, but may not change accounts")
        self.mary.active = False
        self.assertEqual(self._banner(move, self.user)['action_text'], "Ask Other")
        self.assertNotIn("Ask", self._banner(move, other).get('action_text', ''))

    # === LISTS AND PAYMENTS === #

    def _problem(self, user):
        self.env.invalidate_all()
        return self.env['xero.problem'].with_user(user).search(
            [('connection_id', '=', self.connection.id)])

    def test_problems_follow_the_same_rule(self):
        move = self._failed()
        problem = self._problem(self.user)
        self.assertEqual((problem.fixable, problem.can_ask), (False, True))
        self.assertIn("Mary Manager can put it right: Choose", problem.fix)
        toast = problem.action_ask()['params']
        self.assertIn("Mary Manager", toast['message'])
        self.assertEqual(self._asked(move), self.mary)
        problem = self._problem(self.mary)
        self.assertEqual((problem.fixable, problem.can_ask), (True, False))
        self.assertNotIn("Mary", problem.fix)

    def test_the_dialog_names_who_can(self):
        self.connection.auto_sync = False
        move = self._invoice(lines=[{'account_id': self.unmapped.id}])
        for user, named in ((self.user, True), (self.mary, False)):
            action = move.with_user(user).action_xero_push_wizard()
            [cause] = self.env['xero.push.wizard'].with_user(user).browse(
                action['res_id']).cause_ids
            self.assertEqual("Mary Manager can put it right: Choose" in cause.fix, named)
            self.assertEqual(cause.fixable, not named)

    def test_payments_follow_the_same_rule(self):
        move = self._invoice()
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_id': self.partner_a.id, 'amount': 1,
            'journal_id': self.company_data['default_journal_bank'].id})
        payment.sudo().write({
            'xero_state': 'failed', 'xero_error_code': 'unmapped_account',
            'xero_error_message': "Words",
            'xero_error_target': f'account.journal,{payment.journal_id.id}'})
        self.env.flush_all()
        theirs = payment.with_user(self.biller)
        self.assertEqual((theirs.xero_can_fix, theirs.xero_can_ask), (False, True))
        self.assertIn("Mary Manager can put it right", theirs.xero_error_text)
        theirs.action_xero_ask()
        self.assertEqual(self._asked(payment), self.mary)
        own = payment.with_user(self.mary)
        self.assertEqual(own.xero_can_ask, False)
        self.assertTrue(own.xero_can_fix or not own.journal_id.has_access('write'))
        self.assertFalse(self._asked(move))

    def test_the_connection_names_who_signs_in_again(self):
        for state, button in (('reauth', "Reconnect"), ('revoked', "Reconnect"),
                              ('paused', "Resume")):
            with self.subTest(state):
                self.connection.state = state
                self.env.invalidate_all()
                theirs = self.connection.with_user(self.user).sudo(False)
                self.assertIn("Ask Mary Manager", theirs.state_help)
                own = self.connection.with_user(self.mary).sudo(False)
                self.assertNotIn("Mary", own.state_help)
                self.assertIn(button, own.state_help)
