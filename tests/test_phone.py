"""On a phone the pages of the day's work are cards, and a mapping is chosen on its own page."""
from lxml import etree

from odoo.tests import new_test_user, tagged

from .common_tour import XeroTourCommon

#: Pages, and what each card has of the record.
CARDS = {
    'invoicing_run': {'state', 'total_text', 'progress_text'},
    'problem': {'code', 'count', 'fix'}, 'difference': {'document', 'here', 'there'},
    'unmatched': {'number', 'contact_name', 'reason'},
    'mapping_account': {'code', 'name', 'xero_account_id'},
    'mapping_tax': {'name', 'xero_tax_rate_id'}, 'mapping_product': {'xero_item_id'},
    'mapping_analytic': {'name', 'xero_tracking_option_id'},
    'mapping_journal': {'name', 'xero_account_id'},
}
MANAGER = ('account_xero.group_xero_manager,account.group_account_manager,'
           'analytic.group_analytic_accounting,product.group_product_manager')


@tagged('post_install', '-at_install')
class TestPhone(XeroTourCommon):
    browser_size = '390x844'
    touch_enabled = True

    def test_each_page_has_cards(self):
        for name, fields in CARDS.items():
            with self.subTest(name):
                action = self.env['ir.actions.actions']._for_xml_id(
                    f'account_xero.action_xero_{name}')
                kinds = [kind for _view, kind in action['views']]
                self.assertEqual(kinds[:2], ['list', 'kanban'], "a list where there is room")
                [view_id] = [view for view, kind in action['views'] if kind == 'kanban']
                arch = etree.fromstring(
                    self.env[action['res_model']].get_view(view_id, 'kanban')['arch'])
                self.assertLessEqual(fields, {
                    node.get('name') for node in arch.xpath("//t[@t-name='card']//field")})

    def test_a_day_on_a_phone(self):
        partner = self.env['res.partner'].create({'name': "Brook Ltd"})
        account = self.income.copy({'code': '499700', 'name': "Consulting"})
        move = self._invoice(partner_id=partner.id)
        failed = self._invoice(partner_id=partner.id, lines=[{'account_id': account.id}])
        self._push()
        self.env['xero.difference']._note(
            self.connection, move, 'date', '2026-03-02', '2026-03-03')
        user = new_test_user(
            self.env, 'phone', groups=MANAGER, company_id=self.env.company.id)
        self.start_tour('/odoo/action-account_xero.action_xero_problem', 'account_xero_phone',
                        login=user.login, timeout=120)
        self.env.invalidate_all()
        self.assertEqual(account.xero_account_id.code, '260')
        self.assertEqual(failed.xero_state, 'pending', "it goes out now")
