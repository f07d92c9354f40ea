"""Every menu, action and filter of the module, opened as the web client does, by each kind of
user."""
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.mapping.xero_mapping_mixin import XERO_MAPPED
from .common_records import EVERYBODY, MODULE, REFUSAL_LOGGERS, XeroRecordsCommon
from .common_screen import MULTI
from .common_web_client import NOT_ALLOWED, Refused

#: Kinds of users who see none of the menus.
WITHOUT_MENUS = ('invoicing', 'accountant', 'administrator')


@tagged('post_install', '-at_install')
class TestMenus(XeroRecordsCommon):

    def test_every_menu_and_action(self):
        """Whoever may read the records may open the action, everybody else is told so; what a user
        finds in the menu may be opened, and every menu is there for somebody."""
        self.start = self.env.ref('account_xero.action_xero_start')
        self.assertEqual(self._other_actions(), set())
        found = set()
        for kind in EVERYBODY:
            with self.subTest(kind), self._undone(), mute_logger(*REFUSAL_LOGGERS):
                client, user = self._log_in(kind)
                opened = {action.id for action in self._of_module('ir.actions.act_window')
                          if self._open(client, user, action)}
                if self._may_read('xero.connection', user) and kind != 'administrator':
                    client.follow(client.run_action(self.start.id))
                    opened.add(self.start.id)
                menus = {xmlid: menu['actionID'] for xmlid, menu in client.load_menus().items()
                         if xmlid.startswith(f'{MODULE}.')}
                self.assertEqual(not menus, kind in WITHOUT_MENUS)
                self.assertLessEqual(set(menus.values()) - {False}, opened)
                found.update(menus)
        self.assertEqual(found, set(self._of_module('ir.ui.menu').get_external_id().values()))

    def _open(self, client, user, action):
        """:return: whether the user may open an action"""
        active = {'active_id': self.connection.id, 'active_ids': self.connection.ids,
                  'active_model': 'xero.connection'}
        try:
            client.follow(client.load_action(action.id, **active), **active)
        except Refused as refusal:
            self.assertEqual(refusal.name, NOT_ALLOWED, (action.xml_id, refusal))
            # The mapping pages show the counterparts, and filter by journal items.
            shown = [action.res_model, *(
                ['xero.account', 'account.move.line']
                if action.res_model in XERO_MAPPED.values() else [])]
            self.assertFalse(all(self._may_read(model, user) for model in shown),
                             (action.xml_id, refusal))
            return False
        self.assertTrue(self._may_read(action.res_model, user), action.xml_id)
        return True

    def _other_actions(self):
        """:return: ids of actions of a kind that is not opened here"""
        actions = self.all_rights['ir.model.data'].search([
            ('module', '=', MODULE), ('model', '=like', 'ir.actions.%'),
            ('model', 'not in', ('ir.actions.act_window', 'ir.actions.act_window.view'))])
        known = self._of_module('ir.cron').ir_actions_server_id + self.start
        return set(actions.mapped('res_id')) - set(known.ids)

    def test_every_filter(self):
        """Each by itself, on the list that it is for."""
        client, _user = self._log_in('everything')
        for action in self._of_module('ir.actions.act_window').filtered(
                lambda action: (action.search_view_id.xml_id or '').startswith(f'{MODULE}.')):
            screens = client.open_window(client.load_action(action.id))
            shown = next(screen for screen in screens.values() if screen.kind in MULTI)
            for domain, groups in client.filters(screens['search']):
                with self.subTest(action=action.xml_id, domain=domain, groups=groups):
                    client.search(shown, domain, groups)
        self._filters_of_odoo(client)

    def _filters_of_odoo(self, client):
        """Filters that the module adds to Odoo's own search views."""
        views = self._of_module('ir.ui.view').filtered(
            lambda view: view.type == 'search' and view.inherit_id)
        self.assertTrue(views)
        for view in views:
            screens = client.views(
                view.model, [[False, 'list'], [view.inherit_id.id, 'search']])
            ours = set(view.arch_db.split('"'))
            for node in screens['search'].arch.iter('filter'):
                if node.get('name') in ours and 'xero' in node.get('name'):
                    with self.subTest(view=view.xml_id, filter=node.get('name')):
                        client.search(screens['list'], *client.chosen(node))
