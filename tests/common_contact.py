"""What the tests of contacts share."""
from contextlib import contextmanager

from .common import XeroTimeCommon


class XeroContactCommon(XeroTimeCommon):

    def setUp(self):
        super().setUp()
        self.partner = self.env['res.partner'].create({
            'name': "Brook Ltd", 'email': 'office@brook.example.com', 'vat': False})
        self.person = self.org.as_person

    def _contact(self, partner=None):
        """:return: the sandbox's record of a partner's contact"""
        xero_id = (partner or self.partner).xero_contact_id
        [contact] = [c for c in self.org.contacts if c['ContactID'] == xero_id]
        return contact

    def _wizard(self, action, user=None, **values):
        """:return: the dialog as the web client makes it of an action"""
        return self.env[action['res_model']].with_user(user or self.env.user).with_context(
            **action['context']).create(values)

    def _apply(self, move, user=None, **values):
        """Choose in the dialog of a document's banner, and push."""
        wizard = self._wizard(move._get_alerts()['xero_failed']['action'], user, **values)
        wizard.action_apply()
        self.assertEqual(move.xero_state, 'pending')
        self._push()

    @contextmanager
    def _refused(self, error, words):
        """Expect an error with these words; what happened before it is undone."""
        with self.assertRaises(error) as raised:
            yield
        self.assertIn(words, str(raised.exception))

    def _calls(self):
        return [(call.method, call.path) for call in self.sandbox.calls
                if call.path.startswith('/Contacts')]
