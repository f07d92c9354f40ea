"""The sandbox's identity server: consent, tokens, connections."""
import base64
import hashlib
import json
import re
from urllib.parse import parse_qs, urlsplit

import requests

from .test_xero_sandbox_common import REDIRECT, SandboxCase
from .unit import tagged

SCOPES = "openid offline_access accounting.invoices accounting.contacts"


@tagged("post_install", "-at_install", "xero_sandbox")
class TestXeroSandboxIdentity(SandboxCase):

    def query(self, **fields):
        """:return: parameters of the authorise URL; None leaves one out."""
        query = {"client_id": "client", "redirect_uri": REDIRECT, "response_type": "code",
                 "scope": SCOPES, "state": "s1", **fields}
        return {key: value for key, value in query.items() if value is not None}

    def page(self, **fields):
        return requests.get(self.sandbox.url + "/identity/connect/authorize",
                            params=self.query(**fields), timeout=30)

    def press(self, decision="allow", tenants=None, **fields):
        """:return: the parameters that the app gets back."""
        tenants = [self.org.tenant_id] if tenants is None else tenants
        response = requests.post(
            self.sandbox.url + "/identity/connect/authorize", allow_redirects=False, timeout=30,
            data={**self.query(**fields), "tenant": tenants, "decision": decision})
        if response.status_code != 302:
            return response
        location = urlsplit(response.headers["Location"])
        self.assertTrue(response.headers["Location"].startswith(REDIRECT + "?"))
        return {key: values[0] for key, values in parse_qs(location.query).items()}

    def token(self, auth=("client", "secret"), **form):
        """:return: (status, answer) of the token endpoint."""
        response = requests.post(self.sandbox.url + "/connect/token", data=form, auth=auth,
                                 timeout=30)
        return response.status_code, response.json()

    def exchange(self, code, **fields):
        return self.token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT,
                          **fields)

    def tokens(self, **fields):
        status, answer = self.exchange(self.press(**fields)["code"])
        self.assertEqual(status, 200)
        return answer

    def refresh(self, token):
        return self.token(grant_type="refresh_token", refresh_token=token)

    def connections(self, access, **params):
        return requests.get(self.sandbox.url + "/connections", params=params, timeout=30,
                            headers={"Authorization": "Bearer " + access})

    # -- consent -------------------------------------------------------------------------------

    def test_consent_page_is_a_plain_form(self):
        other = self.sandbox.add_organisation("Second & Sons")
        response = self.page()
        self.assertEqual(response.status_code, 200)
        self.assertIn("Second &amp; Sons", response.text)
        self.assertIn(f'name="tenant" value="{other.tenant_id}"', response.text)
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', response.text))
        self.assertEqual(fields, self.query())
        self.assertIn('name="decision" value="allow"', response.text)

    def test_allow_gives_code_and_state(self):
        answer = self.press()
        self.assertEqual(answer["state"], "s1")
        status, tokens = self.exchange(answer["code"])
        self.assertEqual((status, tokens["expires_in"], tokens["token_type"]),
                         (200, 1800, "Bearer"))
        part = tokens["access_token"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        self.assertEqual(claims["xero_userid"], self.sandbox.identity.user().user_id)
        self.assertEqual(claims["exp"] - claims["iat"], 1800)
        rows = self.connections(tokens["access_token"]).json()
        self.assertEqual(rows[0]["authEventId"], claims["authentication_event_id"])
        self.assertEqual(rows[0]["tenantName"], "Demo Ltd")

    def test_deny(self):
        answer = self.press("deny")
        self.assertEqual((answer["error"], answer["state"]), ("access_denied", "s1"))

    def test_allow_without_organisation_asks_again(self):
        response = self.press(tenants=[])
        self.assertEqual(response.status_code, 200)
        self.assertIn("Choose at least one organisation.", response.text)

    def test_authorise_errors_stay_on_xero(self):
        for fields, error in (
                ({"client_id": "nobody"}, "unauthorized_client"),
                ({"redirect_uri": REDIRECT + "/"}, "unauthorized_client"),
                ({"redirect_uri": None}, "unauthorized_client"),
                ({"response_type": "token"}, "unsupported_response_type"),
                ({"scope": "accounting.transactions"}, "invalid_scope"),
                ({"scope": "accounting.reports.read"}, "invalid_scope"),
                ({"scope": None}, "invalid_scope")):
            response = self.page(**fields)
            self.assertEqual(response.status_code, 400, fields)
            self.assertIn(error, response.text)

    def test_scope_the_app_does_not_own(self):
        self.sandbox.add_app("small", "secret", [REDIRECT], scopes={"accounting.contacts"})
        self.assertIn("invalid_scope", self.page(
            client_id="small", scope="accounting.invoices").text)

    def test_redirect_uri_must_be_https_or_localhost(self):
        self.sandbox.add_app("good", "s", ["https://odoo.example.com/xero/oauth/callback"])
        for uri in ("http://127.0.0.1:8069/cb", "http://odoo.example.com/cb"):
            with self.assertRaises(ValueError):
                self.sandbox.add_app("bad", "s", [uri])

    # -- codes ---------------------------------------------------------------------------------

    def test_code_is_good_once(self):
        code = self.press()["code"]
        self.assertEqual(self.exchange(code)[0], 200)
        self.assertEqual(self.exchange(code), (400, {"error": "invalid_grant"}))

    def test_code_lives_five_minutes(self):
        code, late = self.press()["code"], self.press()["code"]
        self.sandbox.advance(299)
        self.assertEqual(self.exchange(code)[0], 200)
        self.sandbox.advance(2)
        self.assertEqual(self.exchange(late), (400, {"error": "invalid_grant"}))

    def test_code_needs_the_same_redirect_uri(self):
        code = self.press()["code"]
        status, answer = self.token(grant_type="authorization_code", code=code,
                                    redirect_uri="https://elsewhere.example.com/")
        self.assertEqual((status, answer["error"]), (400, "invalid_grant"))

    def test_code_of_another_app(self):
        self.sandbox.add_app("other", "s2", [REDIRECT])
        code = self.press()["code"]
        status, answer = self.token(("other", "s2"), grant_type="authorization_code", code=code,
                                    redirect_uri=REDIRECT)
        self.assertEqual((status, answer["error"]), (400, "invalid_grant"))

    def test_client_authentication(self):
        code = self.press()["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        for auth, extra in ((("client", "wrong"), {}), (("nobody", "secret"), {}),
                            (None, {"client_id": "client"})):
            self.assertEqual(self.token(auth, **form, **extra), (400, {"error": "invalid_client"}))
        status, _answer = self.token(None, **form, client_id="client", client_secret="secret")
        self.assertEqual(status, 200)
        self.assertEqual(self.token(grant_type="password")[1],
                         {"error": "unsupported_grant_type"})

    def test_pkce(self):
        self.sandbox.add_app("native", None, [REDIRECT], pkce=True)
        self.assertIn("invalid_request", self.page(client_id="native").text)
        verifier = "v" * 43
        challenge = base64.urlsafe_b64encode(
            hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        fields = {"client_id": "native", "code_challenge": challenge,
                  "code_challenge_method": "S256"}
        form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "client_id": "native"}
        code = self.press(**fields)["code"]
        self.assertEqual(self.token(None, **form, code=code, code_verifier="x" * 43)[1],
                         {"error": "invalid_grant"})
        code = self.press(**fields)["code"]
        self.assertEqual(self.token(None, **form, code=code, code_verifier=verifier)[0], 200)

    # -- refresh -------------------------------------------------------------------------------

    def test_refresh_token_only_with_offline_access(self):
        self.sandbox.add_app("online", "secret", [REDIRECT])
        code = self.press(client_id="online", scope="accounting.contacts")["code"]
        _status, answer = self.token(("online", "secret"), grant_type="authorization_code",
                                     code=code, redirect_uri=REDIRECT)
        self.assertIn("access_token", answer)
        self.assertNotIn("refresh_token", answer)
        self.assertIn("refresh_token", self.tokens())

    def test_refresh_rotates_with_half_an_hour_of_grace(self):
        first = self.tokens()["refresh_token"]
        status, answer = self.refresh(first)
        self.assertEqual(status, 200)
        self.assertNotEqual(answer["refresh_token"], first)
        self.sandbox.advance(1799)
        status, again = self.refresh(first)
        self.assertEqual(status, 200)
        self.sandbox.advance(2)
        self.assertEqual(self.refresh(first), (400, {"error": "invalid_grant"}))
        self.assertEqual(self.refresh(again["refresh_token"])[0], 200)

    def test_refresh_token_lives_sixty_days(self):
        kept, late = self.tokens()["refresh_token"], self.tokens()["refresh_token"]
        self.sandbox.advance(60 * 86400 - 10)
        self.assertEqual(self.refresh(kept)[0], 200)
        self.sandbox.advance(11)
        self.assertEqual(self.refresh(late), (400, {"error": "invalid_grant"}))

    def test_refresh_token_of_another_app(self):
        self.sandbox.add_app("other", "s2", [REDIRECT])
        token = self.tokens()["refresh_token"]
        self.assertEqual(self.token(("other", "s2"), grant_type="refresh_token",
                                    refresh_token=token)[1], {"error": "invalid_grant"})

    def test_scopes_add_up(self):
        self.press(scope="accounting.contacts")
        scope = self.tokens(scope="accounting.payments offline_access")["scope"].split()
        self.assertLessEqual({"accounting.contacts", "accounting.payments"}, set(scope))

    # -- connections ---------------------------------------------------------------------------

    def test_connections_of_several_organisations(self):
        other = self.sandbox.add_organisation("Second Ltd")
        tokens = self.tokens(tenants=[self.org.tenant_id, other.tenant_id])
        rows = self.connections(tokens["access_token"]).json()
        self.assertEqual({row["tenantId"] for row in rows},
                         {self.org.tenant_id, other.tenant_id})
        self.assertEqual(len({row["authEventId"] for row in rows}), 1)
        again = self.tokens(tenants=[other.tenant_id])
        rows = self.connections(again["access_token"]).json()
        event = next(r["authEventId"] for r in rows if r["tenantId"] == other.tenant_id)
        filtered = self.connections(again["access_token"], authEventId=event).json()
        self.assertEqual([row["tenantId"] for row in filtered], [other.tenant_id])

    def test_delete_connection(self):
        access = self.tokens()["access_token"]
        headers = {"Authorization": "Bearer " + access}
        connection = self.connections(access).json()[0]
        url = f"{self.sandbox.url}/connections/"
        # The connection's id is meant, not the tenant's.
        self.assertEqual(requests.delete(url + connection["tenantId"], headers=headers,
                                         timeout=30).status_code, 404)
        self.assertEqual(requests.delete(url + connection["id"], headers=headers,
                                         timeout=30).status_code, 204)
        self.assertEqual(self.connections(access).json(), [])
        self.assertEqual(self.call("GET", "/Organisation").status_code, 403)

    def test_connections_need_a_token(self):
        self.assertEqual(self.connections("nonsense").status_code, 401)

    def test_revocation_ends_everything_of_the_user(self):
        tokens = self.tokens()
        response = requests.post(
            self.sandbox.url + "/connect/revocation", auth=("client", "secret"), timeout=30,
            data={"token": tokens["refresh_token"]})
        self.assertEqual((response.status_code, response.content), (200, b""))
        self.assertEqual(self.refresh(tokens["refresh_token"])[1], {"error": "invalid_grant"})
        self.assertEqual(self.connections(tokens["access_token"]).status_code, 401)

    def test_user_disconnects_the_app_in_xero(self):
        tokens = self.tokens()
        self.assertEqual(self.sandbox.revoke(self.app, self.org), 1)
        response = self.call("GET", "/Organisation")
        self.assertEqual((response.status_code, response.json()["detail"]),
                         (403, "AuthenticationUnsuccessful"))
        # The token chain itself is untouched.
        self.assertEqual(self.refresh(tokens["refresh_token"])[0], 200)

    def test_custom_connection(self):
        self.sandbox.add_app("custom", "cs", custom_connection=self.org,
                             scopes={"accounting.invoices", "accounting.settings.read"})
        auth = ("custom", "cs")
        status, answer = self.token(auth, grant_type="client_credentials",
                                    scope="accounting.settings.read")
        self.assertEqual(status, 200)
        self.assertNotIn("refresh_token", answer)
        headers = {"Authorization": "Bearer " + answer["access_token"],
                   "Accept": "application/json"}
        response = requests.get(self.sandbox.url + "/api.xro/2.0/Organisation", headers=headers,
                                timeout=30)
        self.assertEqual(response.json()["Organisations"][0]["Name"], "Demo Ltd")
        self.assertEqual(self.token(auth, grant_type="client_credentials",
                                    scope="accounting.payments"),
                         (400, {"error": "invalid_scope", "error_description":
                                "Client credentials scope validation failed"}))
        self.assertEqual(self.token(grant_type="client_credentials")[1],
                         {"error": "unauthorized_client"})

    def test_two_users(self):
        second = self.sandbox.add_user("Second Person", "second@example.com")
        mine = self.tokens()["access_token"]
        theirs = self.exchange(self.press(user=second.user_id)["code"])[1]["access_token"]
        self.assertNotEqual(self.connections(mine).json()[0]["id"],
                            self.connections(theirs).json()[0]["id"])
