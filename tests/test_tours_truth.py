"""Badges, banners and lists that say what is true and who can help, in a real browser."""
from odoo.tests import new_test_user, tagged

from .common_tour import XeroTourCommon


@tagged('post_install', '-at_install')
class TestToursTruth(XeroTourCommon):

    def _of(self, name, **values):
        """:return: an invoice to a new partner"""
        partner = self.env['res.partner'].create({'name': name, 'customer_rank': 1})
        return self._invoice(partner_id=partner.id, **values)

    def setUp(self):
        super().setUp()
        self.env.ref('account_xero.group_xero_manager').user_ids = False
        self.mary = self._user(
            "Mary Manager", 'account_xero.group_xero_manager,account.group_account_manager')
        account = self.income.copy({'code': '499250', 'name': "Unmapped"})
        self.failed = self._of("Unmapped Ltd", lines=[{'account_id': account.id}])
        void, there, self.differs = map(self._of, ("Void Ltd", "There Ltd", "Differs Ltd"))
        self._push()
        void.button_cancel()
        self._push()
        there.sudo().write({'xero_origin': True})
        self.env['xero.difference']._note(self.connection, self.differs, 'date', '1', '2')
        self.connection.auto_sync = False
        self._of("Old Ltd")

    def _user(self, name, groups):
        return new_test_user(
            self.env, name.lower().replace(' ', '-'), name=name, groups=groups,
            company_id=self.env.company.id)

    def _tour(self, name, groups):
        user = self._user(f"User of {name}", groups)
        self.start_tour('/odoo/customer-invoices', name, login=user.login, timeout=120)
        self.env.invalidate_all()

    def _asked(self, move):
        return move.activity_search(['account_xero.mail_activity_type_ask']).user_id

    def test_who_may_synchronise(self):
        self._tour('account_xero_truth', 'account_xero.group_xero_user')
        self.assertEqual(self._asked(self.failed), self.mary)

    def test_who_invoices(self):
        self._tour('account_xero_truth_biller', 'account.group_account_invoice')
        self.assertEqual(self._asked(self.differs), self.mary)
