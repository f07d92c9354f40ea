"""What the web client makes of our views, in a real browser."""
from odoo.tests import HttpCase, new_test_user, tagged

from .common import XeroCommon

#: Lets Odoo's scheduler push while the progress is on the screen, touches nothing, and waits for
#: the end.
WATCH = """
    const ended = () => {
        const sent = document.querySelector('.o_xero_push_progress [name=sent]');
        return sent && sent.textContent === '2'
            && document.querySelector('.o_xero_push_progress .fa-check');
    };
    new MutationObserver((_changes, observer) => {
        if (ended()) {
            observer.disconnect();
            console.log('test successful');
        }
    }).observe(document.body, {childList: true, subtree: true, characterData: true});
    fetch('/web/dataset/call_kw', {
        method: 'POST', headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({jsonrpc: '2.0', method: 'call', params: {
            model: 'ir.cron', method: 'method_direct_trigger', args: [[%d]], kwargs: {}}}),
    });
"""
#: Presses the button of what is to be done first.
FOLLOW = """
    new MutationObserver((_changes, observer) => {
        const title = document.querySelector('.o_control_panel .o_breadcrumb');
        if (title && title.textContent.includes('An account has no usable Xero account')
                && document.querySelector('.o_list_view .o_data_row')) {
            observer.disconnect();
            console.log('test successful');
        }
    }).observe(document.body, {childList: true, subtree: true});
    document.querySelector('.o_xero_todo button').click();
"""


@tagged('post_install', '-at_install')
class TestScreens(XeroCommon, HttpCase):

    def setUp(self):
        super().setUp()
        self.user = new_test_user(
            self.env, 'accountant', groups='account_xero.group_xero_manager,base.group_system',
            company_id=self.env.company.id)

    def test_progress_moves_by_itself(self):
        self.connection.auto_sync = False
        moves = self._invoice() | self._invoice()
        action = moves.with_user(self.user).action_xero_push_wizard()
        self.env['xero.push.wizard'].browse(action['res_id']).with_user(self.user).action_queue()
        self.assertEqual(set(moves.mapped('xero_state')), {'pending'})
        self.browser_js(
            f"/odoo/m-xero.push.wizard/{action['res_id']}", WATCH % self.push_cron.id,
            ready="Boolean(document.querySelector('.o_xero_push_progress .fa-spinner'))",
            login=self.user.login)
        self.env.invalidate_all()
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})

    def test_from_the_dashboard_to_what_is_held_up(self):
        account = self.income.copy({'code': '499400', 'name': "Unmapped"})
        self._invoice(lines=[{'account_id': account.id}])
        self._push()
        self.browser_js(
            "/odoo/action-account_xero.action_xero_dashboard", FOLLOW,
            ready="Boolean(document.querySelector('.o_xero_todo button'))",
            login=self.user.login)
