"""What the widgets and the banners of the module call, for each kind of user."""
import re
from pathlib import Path

from odoo.tests import tagged

from .common_records import XeroRecordsCommon

STATIC = Path(__file__).parent.parent / 'static' / 'src'
#: What is called by name in `static/src`; a new one needs a test here.
CALLED = {'action_update_progress', 'get_standing'}
#: By kind of user: (banner, what its button calls or the model that it opens, None without one).
_SYNCHRONISE = {('xero_differs', 'xero.difference'), ('xero_failed', 'action_call'),
                ('xero_failed', 'xero.contact.wizard')}
_ASK = {('xero_differs', 'action_call'), ('xero_failed', 'action_call')}
_MANAGE = {*_SYNCHRONISE, ('xero_failed', 'xero.fix.wizard'), ('xero_failed', 'xero.log')} - {
    ('xero_failed', 'action_call')}
BANNERS = {
    # Who may put right nothing of it asks who may.
    'invoicing': _ASK,
    # Accounts they may change, but not what these are in Xero.
    'accountant': _ASK,
    'synchronise': {*_SYNCHRONISE, ('xero_failed', 'xero.log')},
    # Accounts are for who may change them; this one asks.
    'manage': {*_SYNCHRONISE, ('xero_failed', 'xero.log')},
    # Who may put everything right is led there, and not told to try again.
    'everything': _MANAGE,
}


@tagged('post_install', '-at_install')
class TestWidgets(XeroRecordsCommon):

    def test_calls_of_widgets(self):
        scripts = ''.join(path.read_text() for path in STATIC.rglob('*.js'))
        self.assertEqual(set(re.findall(r'\.call\([^,]+, "(\w+)"', scripts)), CALLED)
        self.assertEqual(len(re.findall(r'\.call\(', scripts)), len(CALLED))
        for kind in ('synchronise', 'manage', 'everything'):
            with self.subTest(kind), self._undone():
                client, user = self._log_in(kind)
                self._follow_todo(client)
                for wizard in self._records('xero.push.wizard', user):
                    self.assertIsInstance(client.call(
                        'xero.push.wizard', 'action_update_progress', wizard.ids), bool)
                if user.has_group('account_xero.group_xero_manager'):
                    self.assertIsInstance(client.call('xero.ledger.line', 'get_standing'), list)

    def _follow_todo(self, client):
        [values] = client.call('xero.connection', 'web_read', self.connection.ids,
                               specification={'todo': {}})
        self.assertGreater(len(values['todo']), 1)
        for row in values['todo']:
            with self._undone():
                action = row.get('action') or client.call(row['model'], row['method'], row['ids'])
                if action:
                    client.follow(action)

    def test_buttons_of_banners(self):
        """What a user is offered above a document may be done."""
        for kind, expected in BANNERS.items():
            with self.subTest(kind), self._undone():
                client, _user = self._log_in(kind)
                self.assertEqual({name for move in self.moves for name in self._press_all(
                    client, move)}, expected)

    def _press_all(self, client, move):
        """:return: iterator of (banner, what its button does)"""
        [values] = client.call(
            'account.move', 'web_read', move.ids, specification={'alerts': {}})
        for name, alert in (values['alerts'] or {}).items():
            if name.startswith('xero_'):
                with self._undone():
                    self._press(client, alert)
                yield name, 'action_call' if 'action_call' in alert else (
                    alert['action']['res_model'] if 'action' in alert else None)

    def _press(self, client, alert):
        action = alert.get('action')
        if alert.get('action_call'):
            model, method, ids = alert['action_call']
            client.call(model, method, ids)
        elif action:
            if action.get('view_mode'):
                action['views'] = [[False, kind] for kind in action['view_mode'].split(',')]
            client.follow(action)
