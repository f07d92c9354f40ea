"""What a browser might bring back from anywhere: refused, and the sign-in under way stays."""
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_connection import XeroConnectionCommon

TEXT = st.one_of(
    st.text(max_size=40), st.text('0123456789abcdef', max_size=80),
    st.sampled_from(['', '\0', '\0' * 9, 'é' * 300, 'A' * 6000, '../..', '[]', '{"a": 1}', 'null',
                     '<script>alert(1)</script>', "' OR 1=1 --", '%00', '01', '=' * 40]))
NAMES = st.sampled_from(['state', 'state', 'code', 'error', 'state[]', 'scope', 'session_state',
                         'error_description', 'db', 'debug', 'é', ''])
QUERIES = st.lists(st.tuples(NAMES, TEXT), min_size=1, max_size=6)


@tagged('post_install', '-at_install')
class TestFuzzCallback(XeroConnectionCommon):

    def setUp(self):
        super().setUp()
        self._log_in()
        self.location = self._consent(self._to_xero(), self.organisation)
        self.state = self._state_of(self.location)
        self.nonce = self.connection.sudo().oauth_nonce

    def _refused(self, query):
        with mute_logger('odoo.http'):
            answer = self._return(f'?{query}')
        self.assertEqual(answer.status_code, 400, query)
        self.assertNotIn('Traceback', answer.text)
        self.assertNotIn('<script>alert', answer.text)
        self.assertEqual(self.connection.sudo().oauth_nonce, self.nonce, "not used up")
        self.assertEqual(self.connection.state, 'disconnected')

    def _fuzz(self, strategy, examples):
        settings(max_examples=examples, deadline=None, database=None, derandomize=True,
                 suppress_health_check=list(HealthCheck))(given(strategy)(self._refused))()
        self.assertFalse(self.sandbox.calls_to('POST', '/connect/token'), "no code was tried")
        self.assertEqual(self._return(self.location).status_code, 303, "the true one still works")
        self.assertEqual(self.connection.state, 'connected')

    def test_anything(self):
        self._fuzz(QUERIES.map(lambda pairs: urlencode(
            [(name, value.encode('utf-8', 'replace')) for name, value in pairs])), 60)

    def test_a_state_that_is_nearly_right(self):
        changed = st.tuples(
            st.integers(0, len(self.state) - 1), st.sampled_from('AZaz09_-=%é\0')).filter(
                lambda change: self.state[change[0]] != change[1]).map(
                    lambda change: self.state[:change[0]] + change[1]
                    + self.state[change[0] + 1:])
        cut = st.integers(0, len(self.state) - 2).map(lambda length: self.state[:length])
        self._fuzz(st.one_of(changed, cut).filter(self._differs).map(
            lambda state: f'state={quote(state)}&code=abc'), 40)

    def _differs(self, state):
        """Whether base64 does not read it as the same bytes: its last character has spare bits."""
        return state[:-1] != self.state[:-1]

    def test_bytes_that_are_no_text(self):
        for query in ('state=%FF%FE&code=%C0%80', 'state=%', 'state=%ZZ', 'state&code',
                      '&&&=&', 'state=a;code=b', '%00=%00', f'code=x&state={"A" * 30000}'):
            with self.subTest(query=query[:30]):
                self._refused(query)

    def test_the_first_of_two_states_counts(self):
        self._refused(f'state=forged&state={self.state}&code=abc')
        self.assertEqual(
            self._return(f'{self.location}&state=forged&code=forged').status_code, 303)
