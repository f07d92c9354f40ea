"""What managers are told without looking: the daily e-mail, and that a sign-in is needed."""
from datetime import timedelta

from markupsafe import escape

from odoo import Command, fields
from odoo.tests import new_test_user, tagged

from .common import XeroCommon

MANAGER = 'account_xero.group_xero_manager'


@tagged('post_install', '-at_install')
class TestDigest(XeroCommon):

    def setUp(self):
        super().setUp()
        self.cron = self.env.ref('account_xero.ir_cron_digest')
        self.manager = self._user('digest-manager', MANAGER)
        self.clerk = self._user('digest-clerk', 'account_xero.group_xero_user')
        elsewhere = self.setup_other_company()['company']
        self.stranger = self._user('digest-stranger', MANAGER, elsewhere)
        self.unmapped = self.income.copy({'code': '499300', 'name': "Unmapped"})

    def _user(self, login, groups, company=None):
        company = company or self.env.company
        return new_test_user(
            self.env, login, groups=groups, email=f'{login}@example.com',
            company_id=company.id, company_ids=[Command.set(company.ids)])

    def _digests(self):
        """Run the cron as the scheduler does.

        :return: the e-mails that it made
        """
        before = self.env['mail.mail'].sudo().search([])
        with self.enter_registry_test_mode():
            self.cron.sudo().method_direct_trigger()
        self.env.invalidate_all()
        return self.env['mail.mail'].sudo().search([]) - before

    def _fail(self):
        invoice = self._invoice(lines=[{'account_id': self.unmapped.id}])
        self._push()
        self.assertEqual(invoice.xero_state, 'failed')
        return invoice

    def test_off_by_default(self):
        self._fail()
        self.assertFalse(self.connection.send_digest)
        self.assertFalse(self._digests())

    def test_nothing_to_say(self):
        self.connection.send_digest = True
        self._invoice()
        self._push()
        self.assertFalse(self._digests())

    def test_says_what_failed_and_what_to_do(self):
        self.connection.send_digest = True
        invoice = self._fail()
        mails = self._digests()
        self.assertIn(self.manager.partner_id, mails.recipient_ids)
        self.assertFalse(mails.recipient_ids & (self.clerk + self.stranger).partner_id)
        mail = mails.filtered(lambda mail: self.manager.partner_id in mail.recipient_ids)
        self.assertEqual(len(mail), 1)
        self.assertIn(self.env.company.name, mail.subject)
        for words in (invoice.name, "Unmapped", escape(self.connection.problem_ids.fix),
                      'action_xero_problem'):
            self.assertIn(words, mail.body_html)
        for raw in ('unmapped_account', 'account.account', 'None', 'False'):
            self.assertNotIn(raw, mail.body_html)

    def test_once_a_day(self):
        self.connection.send_digest = True
        self._fail()
        self.assertTrue(self._digests())
        self.assertFalse(self._digests(), "the cron may run again")
        self.connection.digest_date = fields.Date.today() - timedelta(days=1)
        self.assertTrue(self._digests())

    def test_sign_in_needed_is_said_even_without_failures(self):
        self.connection.send_digest = True
        self.connection.state = 'reauth'
        mails = self._digests()
        self.assertIn("Press Reconnect", mails[:1].body_html)

    def test_not_for_an_ended_connection(self):
        self.connection.send_digest = True
        self._fail()
        self.connection.action_disconnect()
        self.assertFalse(self._digests())

    def test_one_message_and_one_activity_however_often_it_is_found_broken(self):
        before = self.connection.message_ids
        for _minute in range(3):
            self.sandbox.revoke(self.app, self.org)
            self._invoice()
            self._push()
        self.assertEqual(self.connection.state, 'revoked')
        new = (self.connection.message_ids - before).filtered('partner_ids')
        self.assertEqual(len(new), 1)
        self.assertIn(self.manager.partner_id, new.notified_partner_ids)
        self.assertFalse(new.notified_partner_ids & (self.clerk + self.stranger).partner_id)
        self.assertIn("Press Reconnect", new.body)
        activities = self.connection.activity_ids.filtered(
            lambda activity: activity.user_id == self.manager)
        self.assertEqual(len(activities), 1)
